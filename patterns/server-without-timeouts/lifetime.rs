//! How long a server lives: one that a function closes before it returns, and for which it does not wait, is there for what
//! the function does meanwhile, and its connections end with it.

use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtKind, Token};
use plumb_scan::Code;

/// Methods that wait as long as others want.
const WAITING: [&str; 2] = ["Wait", "Run"];

/// Whether the function around the literal of a server closes it by a `defer`, and never waits for a channel, a group or the
/// server itself.
pub(super) fn ends_with_function(code: &Code<'_>, server: ExprId) -> bool {
    let Some(server) = variable_of(code, server) else { return false };
    let Some(function) = code.scope.function_at(code.file[server].span.start) else { return false };
    let body = Node::Stmt(code.scope[function].body);
    let in_function = |start: u32| code.scope.function_at(start) == Some(function);
    let mut closed = false;
    for visit in code.file.walk(body) {
        match visit.node {
            Node::Stmt(stmt) if in_function(code.file[stmt].span.start) => {
                match code.file[stmt].kind {
                    StmtKind::DeferStmt(call) => closed |= is_call_of(code, call, server, "Close"),
                    StmtKind::SelectStmt(_) => return false,
                    StmtKind::ForStmt(for_) if for_.cond.is_none() => return false,
                    _ => {}
                }
            }
            Node::Expr(expr)
                if in_function(code.file[expr].span.start) && waits(code, expr, server) =>
            {
                return false;
            }
            _ => {}
        }
    }
    closed
}

/// The variable that gets the literal of a server, or its address.
fn variable_of(code: &Code<'_>, server: ExprId) -> Option<IdentId> {
    let ExprKind::CompositeLit(_) = code.file[server].kind else { return None };
    let mut above = code.scope.parents().above(Node::Expr(server));
    let stmt = above.find_map(|node| match node {
        Node::Stmt(stmt) => Some(stmt),
        _ => None,
    })?;
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
    let ([to], [value]) = (&code.file[assign.lhs], &code.file[assign.rhs]) else { return None };
    let value = match code.file[*value].kind {
        ExprKind::UnaryExpr(unary) if unary.op == Token::And => unary.x,
        _ => *value,
    };
    code.declared(*to).filter(|_| value == server)
}

/// Whether an expression receives from a channel, waits for others, or serves in the function itself.
fn waits(code: &Code<'_>, expr: ExprId, server: IdentId) -> bool {
    match code.file[expr].kind {
        ExprKind::UnaryExpr(unary) => unary.op == Token::Arrow,
        ExprKind::CallExpr(parts) => {
            let ExprKind::SelectorExpr(selector) = code.file[parts.fun].kind else { return false };
            let name = code.file.name(selector.sel);
            let in_goroutine = matches!(
                code.scope.parents().of(Node::Expr(expr)),
                Some(Node::Stmt(stmt)) if matches!(code.file[stmt].kind, StmtKind::GoStmt(_))
            );
            WAITING.contains(&name)
                || (code.declared(selector.x) == Some(server)
                    && name.contains("Serve")
                    && !in_goroutine)
        }
        _ => false,
    }
}

fn is_call_of(code: &Code<'_>, call: ExprId, on: IdentId, method: &str) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[parts.fun].kind else { return false };
    code.file.name(selector.sel) == method && code.declared(selector.x) == Some(on)
}
