//! Channels of signals that are never given up, and rightly so: the process ends with what waits for them.

use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, StmtKind, Token};

use super::made::variable;
use crate::code::Code;

/// Whether `signal.Notify(c, …)` asks for the signal that ends a process, or for all, and the same function waits for it:
/// a function that serves until it is told to stop, and runs once. One that asks for an interrupt alone may be a job
/// among many that an operator gives up.
pub(super) fn awaits_the_end(code: &Code<'_>, notify: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[notify].kind else { return false };
    let [channel, signals @ ..] = &code.file[parts.args] else { return false };
    let Some(channel) = variable(code, *channel) else { return false };
    let is_end = |signal: &ExprId| code.text(*signal).ends_with("SIGTERM");
    (signals.is_empty() || signals.iter().any(is_end)) && waits(code, notify, channel)
}

/// Whether the function around a call, and not a literal in it, receives from a channel.
fn waits(code: &Code<'_>, call: ExprId, channel: IdentId) -> bool {
    let function = code.scope.function_at(code.file[call].span.start);
    code.file.find(Node::File, [Kind::UnaryExpr, Kind::RangeStmt]).any(|node| {
        let (from, at) = match node {
            Node::Expr(expr) => match code.file[expr].kind {
                ExprKind::UnaryExpr(unary) if unary.op == Token::Arrow => {
                    (unary.x, code.file[expr].span.start)
                }
                _ => return false,
            },
            Node::Stmt(stmt) => match code.file[stmt].kind {
                StmtKind::RangeStmt(range) => (range.x, code.file[stmt].span.start),
                _ => return false,
            },
            _ => return false,
        };
        variable(code, from) == Some(channel) && code.scope.function_at(at) == function
    })
}
