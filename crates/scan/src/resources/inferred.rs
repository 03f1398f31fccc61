//! What is acquired as far as types and names tell: a constructor that gives back something with a `Close`.

use plumb_evidence::catalogue::{self, Release, ResourceKind};
use plumb_gosource::flow::{Callee, callee};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Lookup, MemberKind, Type, TypeKind};

use rustc_hash::FxHashSet;

use super::acquired::{Acquired, Origin, of_record, results};
use super::made;
use crate::code::Code;
use crate::functions::{FunctionKey, first_element};
use crate::knowledge::is_harmless;

/// Methods without which a type holds nothing, and what lets go of it if it has one. The order counts: a server with
/// `Stop` and `Close` is closed. `Close` needs no other sign; the others mean it only of what a constructor made.
pub(super) const RELEASES: [(&str, &[Release]); 6] = [
    ("Close", &[Release::Method("Close")]),
    ("Release", &[Release::Method("Release")]),
    ("Shutdown", &[Release::Method("Shutdown")]),
    ("Disconnect", &[Release::Method("Disconnect")]),
    ("Unsubscribe", &[Release::Method("Unsubscribe")]),
    ("Destroy", &[Release::Method("Destroy")]),
];

/// Interfaces of the standard library that say no more than that something must be closed.
const CLOSERS: [(&str, &str); 6] = [
    ("io", "ReadCloser"),
    ("io", "WriteCloser"),
    ("io", "ReadWriteCloser"),
    ("io", "ReadSeekCloser"),
    ("io", "Closer"),
    ("net", "PacketConn"),
];

/// By a method that releases, those without which there is nothing to release: what only makes the value begins nothing.
const BEGINNINGS: [(&str, &[&str]); 3] = [
    ("Shutdown", &["Start", "Serve", "ListenAndServe"]),
    ("Disconnect", &["Connect"]),
    ("Unsubscribe", &["Subscribe"]),
];

/// Methods that open the value that they are called on, if they have no arguments and give nothing back but an error.
const OPENINGS: [&str; 3] = ["Open", "Connect", "Dial"];

/// Methods that make a server hold something, whatever they get: an interface of one, or a type around one.
const SERVINGS: [&str; 2] = ["Serve", "ListenAndServe"];

/// Servers hold nothing before they are told to serve, and that is what their records are of.
const SERVERS: [&str; 1] = ["net/http.Server"];

/// Values that are in memory, or somebody else's: what is made around them only reads or writes them.
const AROUND: [(&str, &str); 6] = [
    ("bytes", "Buffer"),
    ("bytes", "Reader"),
    ("strings", "Builder"),
    ("strings", "Reader"),
    ("io", "Reader"),
    ("io", "Writer"),
];

/// How names of functions begin that make something. What `Get` gives is somebody else's, as a rule.
const MAKERS: [&str; 13] = [
    "new",
    "open",
    "dial",
    "create",
    "listen",
    "connect",
    "accept",
    "acquire",
    "spawn",
    "launch",
    "subscribe",
    "begin",
    "start",
];

/// How names of functions end that open something to be read or written.
const OPENED: [&str; 6] = ["Reader", "Writer", "Iterator", "Stream", "Cursor", "Snapshot"];

/// What a parameter is that the result of the function wraps: closing the wrapper may be of no use.
const WRAPPED: [(&str, &str); 9] = [
    ("io", "Reader"),
    ("io", "Writer"),
    ("io", "ReadCloser"),
    ("io", "WriteCloser"),
    ("io", "ReadWriteCloser"),
    ("io", "ReadWriter"),
    ("io", "ReaderAt"),
    ("io", "ReadSeeker"),
    ("net", "Conn"),
];

/// What a call acquires by the types of its results and the name of what is called. The standard library is not asked:
/// its functions have records.
pub(super) fn by_call(
    code: &Code<'_>,
    call: ExprId,
    callee: Option<FunctionKey<'_>>,
) -> Vec<Acquired> {
    let types = results(code, call);
    if types.is_empty() || callee.is_some_and(|callee| is_standard(code, callee.path)) {
        return Vec::new();
    }
    let Some(name) = called_name(code, call) else { return Vec::new() };
    if code.builtin_call(call, "new").is_some() {
        return Vec::new();
    }
    let fails = types.len() > 1 && types.last().is_some_and(Type::is_error);
    let mut all = Vec::new();
    for (index, ty) in types.iter().enumerate() {
        let Ok(index) = u8::try_from(index) else { break };
        let acquired = match of_record_of_type(code, ty) {
            Some(known) => known,
            None if may_be_acquired(ty, name, fails) => by_methods(code, ty),
            None => None,
        };
        if let Some(acquired) = acquired
            && is_acquired(code, call, &acquired, ty, name, fails)
        {
            all.push(Acquired { what: catalogue::Acquired::Result(index), ..acquired });
        }
    }
    all
}

/// What methods without arguments are called that give what their value has for as long as it lives: `orm.DB()`.
const HELD: [&str; 12] = [
    "client",
    "conn",
    "connection",
    "db",
    "engine",
    "handle",
    "listener",
    "pool",
    "server",
    "session",
    "store",
    "transport",
];

/// Whether a call by its name only gives what its value has anyway: the value's owner closes it.
pub(super) fn is_accessor(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let fun = code.file.unparen(parts.fun);
    let ExprKind::SelectorExpr(selector) = code.file[fun].kind else { return false };
    let name = code.file.name(selector.sel).to_ascii_lowercase();
    let held = name.strip_prefix("get").unwrap_or(&name);
    code.file[parts.args].is_empty() && code.imported(selector.x).is_none() && HELD.contains(&held)
}

/// What a function of the module gives back of which it does not seem to leave the release to its callers: a response
/// whose body it has read and closed, or not, or what it says to have opened. It counts if a caller closes it on some way.
/// Descriptors are left to those who ask to open them, whatever is done with them before.
pub(super) fn fresh(
    code: &Code<'_>,
    call: ExprId,
    callee: Option<FunctionKey<'_>>,
) -> Vec<Acquired> {
    let keeps = callee.is_some_and(|callee| code.summaries.across.customs.keeps(&callee));
    let opens = !keeps && called_name(code, call).is_some_and(is_system_call);
    let mut all = by_call(code, call, callee);
    all.retain_mut(|acquired| {
        let of_system = opens && is_of_system(acquired);
        let is_read = matches!(acquired.kind, ResourceKind::Body | ResourceKind::Rows);
        acquired.by_use = is_read || (opens && !of_system);
        acquired.by_use || of_system
    });
    all
}

/// Whether a function with a name asks the system for a new descriptor.
fn is_system_call(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["dial", "listen", "open", "create"].iter().any(|verb| lower.starts_with(verb))
}

fn is_of_system(acquired: &Acquired) -> bool {
    use ResourceKind::{Connection, File, Listener};
    acquired.object.is_some_and(|object| object.module == "std")
        && matches!(acquired.kind, Connection | File | Listener)
}

/// What a call acquires whose result is closed on some ways: whoever closes it owns it.
pub(super) fn by_use(code: &Code<'_>, variable: IdentId) -> Acquired {
    let ty = code.types.of_var(variable);
    if let Some(acquired) = ty.and_then(|ty| of_type(code, ty)) {
        return Acquired { by_use: true, ..acquired };
    }
    let name = ty.and_then(type_name).unwrap_or_else(|| "io.Closer".to_owned());
    let (_, releases) = RELEASES[0];
    let (what, certain) = (catalogue::Acquired::Result(0), false);
    let kind = kind_of(&name);
    let (origin, object, by_use) = (Origin::Signature, None, true);
    Acquired { origin, kind, object, name, what, releases, certain, by_use }
}

/// Whether a function with a name makes what it gives back.
fn is_acquired(
    code: &Code<'_>,
    call: ExprId,
    acquired: &Acquired,
    ty: &Type,
    name: &str,
    fails: bool,
) -> bool {
    if acquired.object.is_some() {
        let makes = is_maker(name);
        return match acquired.kind {
            // Nobody keeps a response or rows to give them out again.
            ResourceKind::Body | ResourceKind::Rows => fails,
            ResourceKind::Cancel => true,
            ResourceKind::File | ResourceKind::Connection | ResourceKind::Stream => {
                makes || (fails && is_opener(name))
            }
            ResourceKind::PoolItem | ResourceKind::Timer | ResourceKind::Process => false,
            _ => makes,
        };
    }
    !wraps(code, call) && may_be_acquired(ty, name, fails)
}

/// The same for what no record names, by what is quickly known.
fn may_be_acquired(ty: &Type, name: &str, fails: bool) -> bool {
    match is_closer(ty) {
        true => fails || is_maker(name),
        false => is_maker(name) || (fails && is_opener(name)),
    }
}

/// What a value of a type is, if it must be released: [`catalogue::Acquired::Result`] 0, and not certain.
pub(super) fn of_type(code: &Code<'_>, ty: &Type) -> Option<Acquired> {
    match of_record_of_type(code, ty) {
        Some(known) => known,
        None => by_methods(code, ty),
    }
}

/// What the record of a type says of its values; `None` if there is no record.
fn of_record_of_type(code: &Code<'_>, ty: &Type) -> Option<Option<Acquired>> {
    let named = ty.named()?;
    let object = code.knowledge.of_type(&named.path, &named.name)?;
    let holds = !is_harmless(object) && object.source.types.iter().all(|ty| !SERVERS.contains(ty));
    let (origin, what) = (Origin::Signature, catalogue::Acquired::Result(0));
    let record = || Acquired { certain: false, origin, ..of_record(object, what) };
    Some(holds.then(record))
}

/// What a value is of a type without a record, by the methods that the type has.
fn by_methods(code: &Code<'_>, ty: &Type) -> Option<Acquired> {
    let what = catalogue::Acquired::Result(0);
    // What has no name of a package is nothing that is closed.
    ty.named().filter(|named| !named.path.is_empty())?;
    if is_closer(ty) {
        let (_, releases) = RELEASES[0];
        let kind = ResourceKind::Stream;
        return Some(Acquired {
            origin: Origin::Signature,
            kind,
            object: None,
            name: type_name(ty)?,
            what,
            releases,
            certain: false,
            by_use: false,
        });
    }
    if ty.named().is_some_and(|named| is_standard(code, &named.path)) {
        return None;
    }
    let (method, releases) = RELEASES.iter().find(|(method, _)| has_release(code, ty, method))?;
    if begins_later(code, ty, method) || code.summaries.across.customs.is_idle(code, ty, method) {
        return None;
    }
    let name = type_name(ty)?;
    Some(Acquired {
        origin: Origin::Signature,
        kind: kind_of(&name),
        object: None,
        name,
        what,
        releases,
        certain: false,
        by_use: false,
    })
}

/// Whether a type has a method that begins what another one ends.
pub(super) fn begins_later(code: &Code<'_>, ty: &Type, method: &str) -> bool {
    // `Open() error` opens the value itself; `Open(name) (File, error)` is something else.
    let has = |name: &&str| matches!(code.program.member(ty, name, ""), Lookup::Found(_));
    if method == "Close" {
        return OPENINGS.iter().any(|name| has_release(code, ty, name)) || SERVINGS.iter().any(has);
    }
    let mut beginnings = BEGINNINGS.iter().filter(|(end, _)| *end == method);
    beginnings.any(|(_, names)| names.iter().any(has))
}

/// Whether a function of a package makes something around a value that is in memory, is somebody else's, or is closed by
/// itself.
pub(super) fn is_around(code: &Code<'_>, call: ExprId, closed: &FxHashSet<IdentId>) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let is_function = matches!(
        callee(code.file, code.names, call),
        Some(Callee::Imported(..) | Callee::Declared(_) | Callee::Undeclared(_))
    );
    let of_value = |argument: &ExprId| {
        let is_closed = made::variable(code, *argument).is_some_and(|v| closed.contains(&v));
        is_closed
            || code.types.of(*argument).is_some_and(|ty| {
                let is = |(path, name): &(&str, &str)| ty.pointee_or_self().is_named(path, name);
                AROUND.iter().any(is)
            })
    };
    is_function
        && called_name(code, call).is_some_and(is_maker)
        && code.file[parts.args].iter().any(of_value)
}

/// Whether a type has a method that releases: without arguments but for a context, and with no result but an error.
fn has_release(code: &Code<'_>, ty: &Type, method: &str) -> bool {
    let Lookup::Found(member) = code.program.member(ty, method, "") else { return false };
    let Some(signature) = member.ty.signature() else { return false };
    let bare = match &signature.params[..] {
        [] => true,
        [only] => only.is_named("context", "Context") && method != "Close",
        _ => false,
    };
    let silent = match &signature.results[..] {
        [] => true,
        [only] => only.is_error(),
        _ => false,
    };
    member.kind != MemberKind::Field && bare && silent
}

/// What something is to those who use it, by the name of its type.
pub(super) fn kind_of(name: &str) -> ResourceKind {
    let name = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    match () {
        () if ends(&["file"]) => ResourceKind::File,
        () if ends(&["listener", "server"]) => ResourceKind::Listener,
        () if ends(&["conn", "connection", "session", "channel"]) => ResourceKind::Connection,
        () if ends(&["client", "pool", "db", "store", "storage", "database"]) => {
            ResourceKind::Client
        }
        () if ends(&[
            "reader", "writer", "stream", "iterator", "iter", "cursor", "closer", "buffer",
            "object", "blob", "snapshot", "batch", "scanner", "decoder", "encoder", "array",
            "record", "builder", "body", "page", "row", "rows", "chunk",
        ]) =>
        {
            ResourceKind::Stream
        }
        () => ResourceKind::Worker,
    }
}

/// Whether a call hands on something that its result may wrap.
pub(super) fn wraps(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let of_callee = code.types.of(parts.fun).and_then(|ty| ty.signature());
    of_callee.is_some_and(|signature| signature.params.iter().any(is_wrapped))
}

/// Whether a type is one of those around which readers and writers are put.
pub(super) fn is_wrapped(ty: &Type) -> bool {
    WRAPPED.iter().any(|(path, name)| ty.is_named(path, name))
}

/// Whether a call wraps a parameter of the function: whoever made that closes it, and what is around it ends with it.
pub(super) fn wraps_a_parameter(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    code.file[parts.args].iter().any(|argument| {
        let Some(variable) = made::variable(code, *argument) else { return false };
        let declared = code.names.declaration(variable);
        let is_parameter = declared.is_some_and(|declared| declared.kind == DeclaredAs::Param);
        is_parameter && code.types.of_var(variable).is_some_and(is_wrapped)
    })
}

/// The name before the parentheses of a call.
pub(super) fn called_name<'c>(code: &Code<'c>, call: ExprId) -> Option<&'c str> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let mut fun = code.file.unparen(parts.fun);
    fun = match code.file[fun].kind {
        ExprKind::IndexExpr(index) => code.file.unparen(index.x),
        ExprKind::IndexListExpr(index) => code.file.unparen(index.x),
        _ => fun,
    };
    match code.file[fun].kind {
        ExprKind::Ident(ident) => Some(code.file.name(ident)),
        ExprKind::SelectorExpr(selector) => Some(code.file.name(selector.sel)),
        _ => None,
    }
}

/// Whether a function with a name makes or opens something.
pub(super) fn makes(name: &str) -> bool {
    is_maker(name) || is_opener(name)
}

fn is_maker(name: &str) -> bool {
    MAKERS.iter().any(|maker| {
        let Some((begin, rest)) = name.split_at_checked(maker.len()) else { return false };
        begin.eq_ignore_ascii_case(maker) && !rest.starts_with(|c: char| c.is_ascii_lowercase())
    })
}

fn is_opener(name: &str) -> bool {
    OPENED.iter().any(|end| name.ends_with(end))
}

fn is_closer(ty: &Type) -> bool {
    CLOSERS.iter().any(|(path, name)| ty.is_named(path, name))
}

/// Whether an import path is one of the standard library: its first element has no dot, and it is not in a module that
/// is looked at.
pub(super) fn is_standard(code: &Code<'_>, path: &str) -> bool {
    let first = first_element(path);
    !first.is_empty() && !first.contains('.') && !is_in_module(code, path)
}

/// Whether an import path is in a module that is looked at.
pub(super) fn is_in_module(code: &Code<'_>, path: &str) -> bool {
    let holds = |root: &str| path.strip_prefix(root).is_some_and(is_path_end);
    code.program.layout().modules().iter().any(|module| holds(&module.path))
}

fn is_path_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// `store.Reader`, for types that have a name.
pub(super) fn type_name(ty: &Type) -> Option<String> {
    let named = match ty.pointee_or_self().kind() {
        TypeKind::Named(named) => named,
        _ => return None,
    };
    let package = named.path.rsplit('/').find(|part| !is_version(part)).unwrap_or_default();
    match package {
        "" => None,
        package => Some(format!("{package}.{}", named.name)),
    }
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}
