//! What is put among others of its kind: into a map, a slice or a container that outlives the function. Whoever does so
//! may release them all one day, or may never: no rule tells.

use plumb_evidence::catalogue;
use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Node, StmtKind};

use super::acquired::Acquired;
use crate::code::Code;

/// Names of methods that put something into a container: of `sync.Map`, `container/list` and caches.
const PUTTING: [&str; 8] =
    ["Add", "Append", "LoadOrStore", "Push", "PushBack", "Put", "Set", "Store"];

/// Through how many variables a value is followed: `s := &session{conn: c}`.
const VARIABLES_MAX: usize = 3;

/// Whether what a call acquires is gathered.
pub(super) fn is_gathered(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let catalogue::Acquired::Result(index) = acquired.what else { return false };
    match code.scope.bound(call) {
        Bound::Used(_) => is_put(code, call, VARIABLES_MAX),
        Bound::Dropped => false,
        Bound::To(places) => match places.get(usize::from(index)) {
            Some(BoundTo::Variable(variable)) => of_variable(code, *variable, VARIABLES_MAX),
            Some(BoundTo::Elsewhere(place)) => is_lasting_element(code, *place),
            Some(BoundTo::Blank) | None => false,
        },
    }
}

fn of_variable(code: &Code<'_>, variable: IdentId, left: usize) -> bool {
    let mentions = code.scope.all_mentions().of(variable).iter();
    left > 0 && mentions.filter_map(|mention| mention.expr).any(|expr| is_put(code, expr, left - 1))
}

/// Whether a value is put into something that lasts: by itself, or in a struct.
fn is_put(code: &Code<'_>, value: ExprId, left: usize) -> bool {
    let mut value = value;
    let mut appended = false;
    loop {
        match code.scope.parents().of(Node::Expr(value)) {
            Some(Node::Expr(above)) => match code.file[above].kind {
                ExprKind::ParenExpr(_)
                | ExprKind::UnaryExpr(_)
                | ExprKind::CompositeLit(_)
                | ExprKind::KeyValueExpr(_) => value = above,
                ExprKind::CallExpr(_) => match code.builtin_call(above, "append") {
                    Some([_, values @ ..]) if values.contains(&value) => {
                        value = above;
                        appended = true;
                    }
                    _ => return puts(code, above, value),
                },
                _ => return false,
            },
            Some(Node::Stmt(stmt)) => {
                let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
                let at = code.file[assign.rhs].iter().position(|given| *given == value);
                let place = at.and_then(|at| code.file[assign.lhs].get(at));
                return place.is_some_and(|place| is_kept_in(code, *place, appended, left));
            }
            _ => return false,
        }
    }
}

/// Whether a place that gets the value, or a slice with it, lasts or is put where it does.
fn is_kept_in(code: &Code<'_>, place: ExprId, appended: bool, left: usize) -> bool {
    if is_lasting_element(code, place) || appended && lasts(code, place) {
        return true;
    }
    let variable = code.declared(place).filter(|declared| code.is_variable(*declared));
    variable.is_some_and(|variable| of_variable(code, variable, left))
}

fn is_lasting_element(code: &Code<'_>, place: ExprId) -> bool {
    match code.file[code.file.unparen(place)].kind {
        ExprKind::IndexExpr(index) => lasts(code, index.x),
        _ => false,
    }
}

/// Whether a call is of a method of something lasting that by its name puts the value there.
fn puts(code: &Code<'_>, call: ExprId, value: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return false;
    };
    let by_name = PUTTING.contains(&code.file.name(selector.sel));
    by_name
        && code.file[parts.args].contains(&value)
        && code.imported(selector.x).is_none()
        && lasts(code, selector.x)
}

/// Whether an expression names what outlives the function: a variable of a package, a part of something, or what the
/// function was given.
fn lasts(code: &Code<'_>, expr: ExprId) -> bool {
    let Some(root) = code.root(expr) else { return true };
    let is_part = matches!(code.file[code.file.unparen(expr)].kind, ExprKind::SelectorExpr(_));
    let kind = code.names.declaration(root).map(|declaration| declaration.kind);
    is_part || matches!(kind, Some(DeclaredAs::Param | DeclaredAs::Receiver))
}
