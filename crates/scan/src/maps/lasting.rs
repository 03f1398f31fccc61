//! How long maps live, by what holds them, and what names say of functions and of maps.

use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{ExprId, ExprKind, Node, Program, Referent, Type, TypeKind};

use super::reading::Reader;
use super::{FileMaps, MapId};

/// How names of functions begin that run when a program or an object starts, by Go's customs: what they put into a
/// map is as much as the code names.
const STARTING: [&str; 14] = [
    "init",
    "main",
    "new",
    "must",
    "register",
    "setup",
    "with",
    "default",
    "configure",
    "provide",
    "option",
    "load",
    "restore",
    "bootstrap",
];

/// How names of functions begin that end something, by Go's customs.
const ENDING: [&str; 26] = [
    "stop",
    "remove",
    "delete",
    "unregister",
    "deregister",
    "close",
    "release",
    "unsubscribe",
    "leave",
    "detach",
    "disconnect",
    "drop",
    "evict",
    "kill",
    "cancel",
    "end",
    "destroy",
    "terminate",
    "shutdown",
    "unload",
    "forget",
    "free",
    "unwatch",
    "unlock",
    "logout",
    "teardown",
];

/// Words in names of maps that are kept on purpose: they remember what is gone.
const REMEMBERING: [&str; 24] = [
    "seen",
    "known",
    "visited",
    "history",
    "deleted",
    "removed",
    "closed",
    "tombstone",
    "done",
    "finished",
    "completed",
    "archive",
    "stat",
    "metric",
    "total",
    "count",
    "cache",
    "result",
    "gauge",
    "histogram",
    "last",
    "ever",
    "already",
    "processed",
];

/// Whether a function runs when a program or an object starts, by its name.
pub(crate) fn is_made_at_start(function: &str) -> bool {
    begins(function, &STARTING)
}

/// Whether a function ends something, by its name.
pub(super) fn ends_something(function: &str) -> bool {
    begins(function, &ENDING)
}

/// Whether a name begins with one of some words: `stop`, `Stop`, `StopAll`, not `stopped`.
fn begins(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let (Some(begin), Some(rest)) = (name.get(..word.len()), name.get(word.len()..)) else {
            return false;
        };
        begin.eq_ignore_ascii_case(word) && !rest.starts_with(|c: char| c.is_lowercase())
    })
}

/// Whether a map is to remember what is gone, by a word of its name.
pub(super) fn remembers(map: &MapId) -> bool {
    words(map.name()).any(|word| {
        let singular = word.strip_suffix('s').unwrap_or(word);
        REMEMBERING
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known) || singular.eq_ignore_ascii_case(known))
    })
}

/// The words of a name: `seen`, `Conn`, `IDs` of `seenConnIDs`.
pub(super) fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches('_');
        let begins = |(at, c): (usize, char)| {
            let before = rest[..at].chars().next_back();
            c == '_' || c.is_uppercase() && before.is_some_and(char::is_lowercase)
        };
        let end = rest.char_indices().skip(1).find(|i| begins(*i)).map_or(rest.len(), |(at, _)| at);
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// Whether a map lives as long as the program, or belongs to an object that several goroutines share: one with a
/// lock. Objects that a function keeps for itself are not.
pub(super) fn lasts(program: &Program<'_>, facts: &FileMaps, map: &MapId) -> bool {
    if map.is_variable {
        return true;
    }
    if facts.short_lived.contains(&(map.path.clone(), map.owner.clone())) {
        return false;
    }
    let Some(package) = program.package(&map.path) else { return false };
    let Some(decl) = package.type_decl(program, &map.owner) else { return false };
    let TypeKind::Struct(fields) = decl.ty.kind() else { return false };
    let is_shared = |ty: &Type| {
        let ty = ty.pointee_or_self();
        ["Mutex", "RWMutex", "Map"].iter().any(|name| ty.is_named("sync", name))
    };
    fields.fields.iter().any(|field| is_shared(&field.ty))
}

/// Whether a new value of a struct with maps stays in the function that makes it: it is the value of a variable of
/// which only fields and methods are used.
pub(super) fn stays_in_function(reader: &Reader<'_, '_>, literal: ExprId) -> bool {
    let code = reader.code;
    let Some(named) = code.types.of(literal).and_then(Type::named) else { return false };
    if !has_maps(code.program, &named.path, &named.name) {
        return false;
    }
    let value = match code.scope.parents().of(Node::Expr(literal)) {
        Some(Node::Expr(above)) if matches!(code.file[above].kind, ExprKind::UnaryExpr(_)) => above,
        _ => literal,
    };
    let Bound::To(places) = code.scope.bound(value) else { return false };
    let [BoundTo::Variable(variable)] = places[..] else { return false };
    let Some(function) = code.scope.function_at(code.file[value].span.start) else { return false };
    let body = Node::Stmt(code.scope[function].body);
    code.file.walk(body).all(|visit| {
        let Node::Expr(expr) = visit.node else { return true };
        let ExprKind::Ident(ident) = code.file[expr].kind else { return true };
        if code.names.referent(ident) != Some(Referent::Declared(variable)) || ident == variable {
            return true;
        }
        matches!(visit.parent, Some(Node::Expr(above))
            if matches!(code.file[above].kind, ExprKind::SelectorExpr(_)))
    })
}

fn has_maps(program: &Program<'_>, path: &str, name: &str) -> bool {
    let Some(package) = program.package(path).filter(|package| package.is_main) else {
        return false;
    };
    let Some(decl) = package.type_decl(program, name) else { return false };
    let TypeKind::Struct(fields) = decl.ty.kind() else { return false };
    fields.fields.iter().any(|field| {
        matches!(field.ty.kind(), TypeKind::Map(..)) || field.ty.is_named("sync", "Map")
    })
}

impl MapId {
    /// The name by which the source knows it.
    pub(super) fn name(&self) -> &str {
        match self.member.rsplit('.').next() {
            Some(name) if !name.is_empty() => name,
            _ => &self.owner,
        }
    }

    /// How reports call it: `sessions`, `service.sessions`.
    pub(super) fn shown(&self) -> String {
        match self.member.is_empty() {
            true => self.owner.to_string(),
            false => format!("{}.{}", self.owner, self.member),
        }
    }
}
