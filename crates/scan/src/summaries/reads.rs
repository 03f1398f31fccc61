//! Functions that read a parameter until there is no more: a body of a response holds nothing after that, though it is not
//! closed.

use plumb_gosource::ExprId;

use crate::code::Code;
use crate::functions::FunctionKey;

/// Stands among the names of methods for reading to the end. No method has such a name.
const END: &str = "<end>";

/// Where a copy goes that nobody wants: it cannot fail.
const NOWHERE: [&str; 2] = ["io.Discard", "ioutil.Discard"];

/// Whether a call of a function of the standard library reads what it gets until there is no more, or until that fails. A
/// copy may also end because nothing more can be written.
pub(crate) fn reads_to_end(code: &Code<'_>, callee: &FunctionKey<'_>, call: ExprId) -> bool {
    let discards =
        || code.arguments(call).first().is_some_and(|to| NOWHERE.contains(&code.text(*to)));
    match (callee.path, callee.receiver, callee.name) {
        ("io" | "io/ioutil", None, "ReadAll") => true,
        ("io", None, "Copy") => discards(),
        // Memory takes all.
        ("bytes", Some("Buffer"), "ReadFrom") => true,
        _ => false,
    }
}

/// The path that stands for reading what has a path.
pub(super) fn read(path: &str) -> String {
    match path {
        "" => END.to_owned(),
        path => format!("{path}.{END}"),
    }
}

/// What is read, if a path stands for that.
pub(super) fn is_read(path: &str) -> Option<&str> {
    let rest = path.strip_suffix(END)?;
    Some(rest.strip_suffix('.').unwrap_or(rest))
}
