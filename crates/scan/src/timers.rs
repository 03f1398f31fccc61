//! Cases of a select that a timer chooses once, although a loop is around it.

use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, StmtId, StmtKind, Token};

use crate::code::Code;
use crate::goroutines::only_value;

impl Code<'_> {
    /// Whether a statement stands in a case of a select in a loop that comes when a timer fires, and that timer fires once:
    /// it is set again only where it has been stopped before it fired.
    pub fn is_chosen_once(&self, stmt: StmtId, in_loop: StmtId) -> bool {
        let above = self.scope.parents().above(Node::Stmt(stmt));
        let mut cases = above.take_while(|node| *node != Node::Stmt(in_loop)).filter_map(|node| {
            let Node::Stmt(stmt) = node else { return None };
            match self.file[stmt].kind {
                StmtKind::CommClause(clause) => clause.comm,
                _ => None,
            }
        });
        cases.any(|comm| {
            self.file.walk(Node::Stmt(comm)).any(|visit| match visit.node {
                Node::Expr(expr) => timer(self, expr, in_loop).is_some_and(|t| fires_once(self, t)),
                _ => false,
            })
        })
    }
}

/// The timer of a receive `<-timer.C`, made before the loop.
fn timer(code: &Code<'_>, receive: ExprId, in_loop: StmtId) -> Option<IdentId> {
    let ExprKind::UnaryExpr(unary) = code.file[receive].kind else { return None };
    let ExprKind::SelectorExpr(channel) = code.file[code.file.unparen(unary.x)].kind else {
        return None;
    };
    let timer = code.declared(channel.x)?;
    let made = only_value(code, timer)?;
    let is_new = code.callee(made).is_some_and(|f| (f.path, f.name) == ("time", "NewTimer"));
    let is_before = code.file[made].span.end < code.file[in_loop].span.start;
    let receives = unary.op == Token::Arrow && code.file.name(channel.sel) == "C";
    (receives && is_new && is_before).then_some(timer)
}

/// Whether each `Reset` of a timer stands under the condition that `Stop` has stopped it.
fn fires_once(code: &Code<'_>, timer: IdentId) -> bool {
    let calls = |expr: ExprId, method: &str| {
        let ExprKind::CallExpr(parts) = code.file[expr].kind else { return false };
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
            return false;
        };
        code.file.name(selector.sel) == method && code.declared(selector.x) == Some(timer)
    };
    let asks_to_stop = |condition: ExprId| match code.file[code.file.unparen(condition)].kind {
        ExprKind::BinaryExpr(both) => {
            both.op == Token::LAnd && [both.x, both.y].into_iter().any(|side| calls(side, "Stop"))
        }
        _ => calls(code.file.unparen(condition), "Stop"),
    };
    let is_stopped = |reset: ExprId| {
        let span = code.file[reset].span;
        code.scope.parents().above(Node::Expr(reset)).any(|node| match node {
            Node::Stmt(stmt) => match code.file[stmt].kind {
                StmtKind::IfStmt(branch) => {
                    code.file[branch.body].span.contains(span) && asks_to_stop(branch.cond)
                }
                _ => false,
            },
            _ => false,
        })
    };
    code.expressions_of([Kind::CallExpr]).filter(|expr| calls(*expr, "Reset")).all(is_stopped)
}
