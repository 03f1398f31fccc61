//! Reads the customs of one file.

use plumb_gosource::{
    AssignStmt, CallExpr, ExprId, ExprKind, IdentId, Node, SpecKind, StmtKind, ValueSpec,
};
use rustc_hash::FxHashMap;

use super::generators::Generators;
use super::givers::Givers;
use super::idle::Idle;
use super::programs::Programs;
use super::{FileCustoms, Key, key_of_call, key_of_place};
use crate::code::Code;
use crate::resources::inferred::{RELEASES, is_standard};
use crate::resources::made::{MAKING, variable};

/// Names of functions that close what they get say so: `CheckClose(f, &err)`. `Close` itself, of a package, gets
/// descriptors, and the builtin channels.
const CLOSE: &str = "close";

/// A function of such a name reads the rest of a body, and closes it: `DrainBody(resp.Body)`.
const DRAIN: &str = "drain";

/// How a variable is released.
#[derive(Clone, Copy)]
struct Release {
    by: usize,
    deferred: bool,
}

/// A variable with the first result of a call.
struct Held {
    variable: IdentId,
    key: Key,
}

impl FileCustoms {
    /// Reads a file.
    pub(crate) fn read(code: &Code<'_>) -> Self {
        let (programs, givers) = (Programs::read(code), Givers::read(code));
        let (generators, idle) = (Generators::read(code), Idle::read(code));
        let mut customs = Self { programs, generators, givers, idle, ..Self::default() };
        let mut releases: FxHashMap<IdentId, Release> = FxHashMap::default();
        let mut held = Vec::new();
        for node in code.file.find(Node::File, MAKING) {
            match node {
                Node::Stmt(stmt) => {
                    if let StmtKind::AssignStmt(assign) = code.file[stmt].kind {
                        held.extend(assigned(code, &assign));
                    }
                }
                Node::Spec(spec) => {
                    if let SpecKind::ValueSpec(spec) = code.file[spec].kind {
                        held.extend(declared(code, &spec));
                    }
                }
                Node::Expr(call) => {
                    let ExprKind::CallExpr(parts) = code.file[call].kind else { continue };
                    if let Some((variable, by)) = released(code, &parts) {
                        let deferred = is_deferred(code, call);
                        let release =
                            releases.entry(variable).or_insert(Release { by, deferred: false });
                        release.deferred |= deferred;
                    }
                    customs.pools.extend(put_back(code, &parts));
                }
                _ => {}
            }
        }
        for Held { variable, key } in held {
            let custom = customs.calls.entry(key).or_default();
            custom.held += 1;
            if let Some(release) = releases.get(&variable) {
                custom.released += 1;
                custom.deferred += u32::from(release.deferred);
                custom.by = release.by;
            }
        }
        customs.calls.retain(|_, custom| custom.held > 0);
        customs
    }
}

fn assigned(code: &Code<'_>, assign: &AssignStmt) -> Option<Held> {
    let [value] = code.file[assign.rhs] else { return None };
    held(code, value, || variable(code, *code.file[assign.lhs].first()?))
}

fn declared(code: &Code<'_>, spec: &ValueSpec) -> Option<Held> {
    let [value] = code.file[spec.values] else { return None };
    held(code, value, || code.file[spec.names].first().copied())
}

fn held(
    code: &Code<'_>,
    value: ExprId,
    variable: impl FnOnce() -> Option<IdentId>,
) -> Option<Held> {
    let mut call = code.file.unparen(value);
    while let ExprKind::TypeAssertExpr(assert) = code.file[call].kind {
        call = code.file.unparen(assert.x);
    }
    let ExprKind::CallExpr(_) = code.file[call].kind else { return None };
    let variable = variable()?;
    if code.file.name(variable).to_ascii_lowercase().ends_with("err") {
        return None;
    }
    if code.callee(call).is_some_and(|callee| is_standard(code, callee.path)) {
        return None;
    }
    Some(Held { variable, key: key_of_call(code, call)? })
}

/// The variable that a call releases, and how.
fn released(code: &Code<'_>, call: &CallExpr) -> Option<(IdentId, usize)> {
    let file = code.file;
    let fun = file.unparen(call.fun);
    let name = match file[fun].kind {
        ExprKind::SelectorExpr(selector) => {
            let name = file.name(selector.sel);
            let by = RELEASES.iter().position(|(method, _)| *method == name);
            let takes_context = matches!(name, "Shutdown" | "Disconnect");
            let bare = call.args.is_empty() || (takes_context && call.args.len() == 1);
            if let Some(by) = by.filter(|_| bare)
                && let Some((variable, is_body)) = variable_or_body(code, selector.x)
            {
                return Some((variable, if is_body { RELEASES.len() } else { by }));
            }
            name
        }
        ExprKind::Ident(name) => file.name(name),
        _ => return None,
    };
    let lower = name.to_ascii_lowercase();
    let closes = lower.contains(CLOSE) && lower != CLOSE;
    if !closes && !lower.contains(DRAIN) {
        return None;
    }
    let mut args = file[call.args].iter();
    let (variable, is_body) = args.find_map(|arg| variable_or_body(code, *arg))?;
    match is_body {
        true => Some((variable, RELEASES.len())),
        false => closes.then_some((variable, 0)),
    }
}

/// A variable, or the variable of which an expression is the `Body`.
fn variable_or_body(code: &Code<'_>, expr: ExprId) -> Option<(IdentId, bool)> {
    match code.file[code.file.unparen(expr)].kind {
        ExprKind::SelectorExpr(selector) if code.file.name(selector.sel) == "Body" => {
            Some((variable(code, selector.x)?, true))
        }
        _ => Some((variable(code, expr)?, false)),
    }
}

/// Whether a call is deferred, itself or in a literal, and not only if something is so.
fn is_deferred(code: &Code<'_>, call: ExprId) -> bool {
    for node in code.scope.parents().above(Node::Expr(call)) {
        let Node::Stmt(stmt) = node else { continue };
        match code.file[stmt].kind {
            StmtKind::DeferStmt(_) => return true,
            // `if err := f.Close(); err != nil` releases in any case.
            StmtKind::IfStmt(branch) => {
                let at = code.file[call].span;
                if branch.init.is_none_or(|init| !code.file[init].span.contains(at)) {
                    return false;
                }
            }
            _ => {}
        }
    }
    false
}

/// The pool that gets something back by a call.
fn put_back(code: &Code<'_>, call: &CallExpr) -> Option<Key> {
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(call.fun)].kind else {
        return None;
    };
    let puts = code.file.name(selector.sel) == "Put" && call.args.len() == 1;
    if puts { key_of_place(code, selector.x) } else { None }
}
