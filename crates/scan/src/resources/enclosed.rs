//! What ends with another one that the function closes when it ends: a client around a connection, a connection whose
//! lower layer comes from the same call, a stream of a session, a savepoint of a transaction.

use plumb_evidence::catalogue::ResourceKind;
use plumb_gosource::flow::{Bound, BoundTo, FunctionId};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Node, StmtKind};

use super::acquired::{Acquired, Origin};
use super::inferred::{called_name, is_wrapped, kind_of};
use super::made::variable;
use crate::code::Code;

/// Methods that close what they are called on, with all that goes through it.
const CLOSING: [&str; 4] = ["Close", "CloseNow", "CloseWithError", "Shutdown"];

/// Whether what a call gives ends with what a `defer` of the same function closes.
pub(super) fn ends_with_deferred(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    use ResourceKind::{Client, Connection, Rows, Stream};
    let is_guess = matches!(acquired.origin, Origin::Signature | Origin::Custom);
    match acquired.kind {
        Client | Connection => {
            is_around_deferred(code, call) || has_deferred_sibling(code, call, acquired)
        }
        Stream if is_guess => is_of_deferred(code, call),
        Rows => is_savepoint(code, call),
        _ => false,
    }
}

/// Whether a call gets a connection that is closed by a `defer`: `smtp.NewClient(conn, host)`, `tls.Client(conn, config)`.
fn is_around_deferred(code: &Code<'_>, call: ExprId) -> bool {
    let mut inner = code.arguments(call).iter().filter_map(|arg| variable(code, *arg));
    inner.any(|inner| is_connection(code, inner) && is_closed_by_defer(code, call, inner))
}

/// Whether a variable has a connection, or something else to read and write: by its type, else by its name.
fn is_connection(code: &Code<'_>, variable: IdentId) -> bool {
    match code.types.of_var(variable).filter(|ty| !ty.is_unknown()) {
        Some(ty) => {
            let of_net = ty.pointee_or_self().named().is_some_and(|named| {
                matches!(&*named.path, "net" | "crypto/tls") && named.name.ends_with("Conn")
            });
            of_net || is_wrapped(ty)
        }
        None => code.file.name(variable).to_ascii_lowercase().ends_with("conn"),
    }
}

/// Whether another result of the call is a connection, or what closes one, and is closed by a `defer`: both stand for one
/// descriptor.
fn has_deferred_sibling(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let Bound::To(places) = code.scope.bound(call) else { return false };
    let own = match acquired.what {
        plumb_evidence::catalogue::Acquired::Result(index) => usize::from(index),
        _ => return false,
    };
    places.iter().enumerate().any(|(index, place)| match place {
        BoundTo::Variable(other) => {
            index != own
                && (is_connection(code, *other) || is_closer(code, *other))
                && is_closed_by_defer(code, call, *other)
        }
        _ => false,
    })
}

/// Whether a variable is there to be closed and for nothing else: beside another result it is what closes that.
fn is_closer(code: &Code<'_>, variable: IdentId) -> bool {
    code.types.of_var(variable).is_some_and(|ty| ty.is_named("io", "Closer"))
}

/// Whether a stream is of a connection or client that is closed by a `defer`: `conn.Writer(ctx, kind)`.
fn is_of_deferred(code: &Code<'_>, call: ExprId) -> bool {
    let Some(whole) = code.operand(call).and_then(|operand| variable(code, operand)) else {
        return false;
    };
    let is_local = code
        .names
        .declaration(whole)
        .is_some_and(|declared| declared.kind == DeclaredAs::Var && !declared.top_level);
    let name = match code.types.of_var(whole).and_then(|ty| ty.pointee_or_self().named()) {
        Some(named) => named.name.to_string(),
        None => code.file.name(whole).to_owned(),
    };
    is_local
        && matches!(kind_of(&name), ResourceKind::Connection | ResourceKind::Client)
        && is_closed_by_defer(code, call, whole)
}

/// Whether a transaction is begun in another one: it is a savepoint of that, and ends with it at the latest.
fn is_savepoint(code: &Code<'_>, call: ExprId) -> bool {
    let begins = called_name(code, call).is_some_and(|name| name.starts_with("Begin"));
    let Some(of) = code.operand(call).filter(|_| begins) else { return false };
    match code.types.of(of).and_then(|ty| ty.pointee_or_self().named()) {
        Some(named) => named.name.ends_with("Tx"),
        None => variable(code, of).is_some_and(|of| code.file.name(of) == "tx"),
    }
}

/// Whether the function around a call closes a variable by a `defer`, on whatever way it ends.
fn is_closed_by_defer(code: &Code<'_>, call: ExprId, variable: IdentId) -> bool {
    let Some(function) = code.scope.function_at(code.file[call].span.start) else { return false };
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::DeferStmt(deferred) = code.file[stmt].kind else { return false };
        let is_own = code.scope.function_at(code.file[stmt].span.start) == Some(function);
        is_own && closes(code, deferred, variable, function)
    })
}

/// Whether a deferred call closes a variable: itself, or in a literal without asking for anything first.
fn closes(code: &Code<'_>, deferred: ExprId, of: IdentId, function: FunctionId) -> bool {
    let is_close = |expr: ExprId| {
        let ExprKind::CallExpr(parts) = code.file[expr].kind else { return false };
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
            return false;
        };
        CLOSING.contains(&code.file.name(selector.sel)) && variable(code, selector.x) == Some(of)
    };
    let ExprKind::CallExpr(parts) = code.file[deferred].kind else { return false };
    let ExprKind::FuncLit(literal) = code.file[code.file.unparen(parts.fun)].kind else {
        return is_close(deferred);
    };
    let outer = code.scope[function].body;
    code.file.walk(Node::Stmt(literal.body)).any(|visit| {
        let Node::Expr(expr) = visit.node else { return false };
        is_close(expr) && !is_conditional(code, expr, outer)
    })
}

/// Whether a call stands in the body of an `if` below a body: `if err := c.Close(); err != nil` calls it always.
fn is_conditional(code: &Code<'_>, call: ExprId, outer: plumb_gosource::StmtId) -> bool {
    let span = code.file[call].span;
    let above = code.scope.parents().above(Node::Expr(call));
    above.take_while(|node| *node != Node::Stmt(outer)).any(|node| match node {
        Node::Stmt(stmt) => match code.file[stmt].kind {
            StmtKind::IfStmt(branch) => code.file[branch.body].span.contains(span),
            _ => false,
        },
        _ => false,
    })
}
