//! The code that releases something.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind};
use plumb_gosource::edit::Edits;
use plumb_gosource::{IdentId, Lookup, Type};

use super::names::is_hidden;
use crate::code::Code;
use crate::functions::FunctionKey;
use crate::resources::Loss;

/// Methods that take no arguments in all libraries of the catalogue but those of [`WITH_ARGUMENTS`].
const BARE: [&str; 12] = [
    "Close",
    "Stop",
    "End",
    "Finish",
    "Release",
    "CloseNow",
    "Unsubscribe",
    "Cancel",
    "Wait",
    "Free",
    "Destroy",
    "Discard",
];

/// Modules of which methods of these names take a context, or a code and a reason.
const WITH_ARGUMENTS: [(&str, &str); 3] = [
    ("github.com/jackc/pgx", "Close"),
    ("nhooyr.io/websocket", "Close"),
    ("github.com/coder/websocket", "Close"),
];

/// A call that releases.
#[derive(Clone, Debug)]
pub(super) struct ReleaseCall {
    /// The code: `resp.Body.Close()`.
    pub(super) text: String,
    /// Whether it is certain that it compiles, and that nothing in it is guessed.
    pub(super) certain: bool,
}

/// The call that releases what is lost, held by a variable of a name; imports what it needs.
pub(super) fn call(
    code: &Code<'_>,
    edits: &mut Edits<'_, '_>,
    loss: &Loss,
    name: &str,
    variable: Option<IdentId>,
) -> Option<ReleaseCall> {
    let certain = |text: String| Some(ReleaseCall { text, certain: true });
    match loss.releases.first()? {
        Release::Call => certain(format!("{name}()")),
        Release::Method("Body.Close") => certain(format!("{name}.Body.Close()")),
        Release::Method(path) => {
            let ty = variable.and_then(|variable| code.types.of_var(variable));
            method(code, edits, loss, (name, path), ty)
        }
        Release::Argument(function, 0) => {
            let key = FunctionKey::parse(function);
            if key.receiver.is_some() {
                return None;
            }
            let package = imported(code, edits, key.path)?;
            certain(format!("{package}{}({name})", key.name))
        }
        Release::Argument(..) | Release::Exhaustion(_) => None,
    }
}

fn method(
    code: &Code<'_>,
    edits: &mut Edits<'_, '_>,
    loss: &Loss,
    (name, path): (&str, &str),
    ty: Option<&Type>,
) -> Option<ReleaseCall> {
    let known = ty
        .filter(|_| !path.contains('.'))
        .map(|ty| code.program.member(ty, path, &code.package.path));
    if let Some(Lookup::Found(member)) = known
        && let Some(signature) = member.ty.signature()
    {
        return match &signature.params[..] {
            [] => Some(ReleaseCall { text: format!("{name}.{path}()"), certain: true }),
            [only] if only.is_named("context", "Context") => {
                let context = imported(code, edits, "context")?;
                let text = format!("{name}.{path}({context}Background())");
                Some(ReleaseCall { text, certain: false })
            }
            _ => None,
        };
    }
    let module = loss.object.map_or("", |object: &LibraryObject| object.module);
    let last = path.rsplit('.').next().unwrap_or(path);
    let with_arguments = loss.kind != ResourceKind::Rows
        && WITH_ARGUMENTS.iter().any(|(path, name)| module.starts_with(path) && *name == last);
    let bare = module == "std" || (BARE.contains(&last) && !with_arguments);
    (bare && loss.object.is_some())
        .then(|| ReleaseCall { text: format!("{name}.{path}()"), certain: true })
}

/// The name of a package with a dot behind it, imported if it is not; `None` if something else may have that name.
pub(super) fn imported(code: &Code<'_>, edits: &mut Edits<'_, '_>, path: &str) -> Option<String> {
    match edits.import(path, None) {
        name if name.is_empty() => Some(name),
        name if is_hidden(code, &name) => None,
        name => Some(format!("{name}.")),
    }
}

/// Whether it does no harm to release a thing twice.
pub(super) fn may_repeat(loss: &Loss) -> bool {
    let module = loss.object.map_or("", |object| object.module);
    match loss.kind {
        ResourceKind::Body
        | ResourceKind::Cancel
        | ResourceKind::Ticker
        | ResourceKind::Timer
        | ResourceKind::Rows => true,
        ResourceKind::Span => module.contains("opentelemetry"),
        ResourceKind::File
        | ResourceKind::Connection
        | ResourceKind::Listener
        | ResourceKind::Client => module == "std",
        _ => false,
    }
}
