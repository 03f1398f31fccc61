//! Timers that a loop makes and leaves behind, and tickers that nobody can stop.

use plumb_evidence::source::SourceFix;
use plumb_gosource::{ExprId, ExprKind, Node, StmtId, StmtKind, Token};

use super::names::fresh;
use super::statements::{around, insert_in_clause, with_labels};
use super::{edits, fix};
use crate::code::Code;

/// Gives the timer of `<-time.After(d)` or `<-time.NewTimer(d).C`, in a case of a select, a name, and stops it in the other cases.
pub fn stopped_timer(code: &Code<'_>, call: ExprId) -> Option<SourceFix> {
    let callee = code.callee(call)?;
    let replaced = match (callee.path, callee.name) {
        ("time", "After") => call,
        ("time", "NewTimer") => channel_of(code, call)?,
        _ => return None,
    };
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return None;
    };
    let [duration] = code.file[parts.args] else { return None };
    let clause = above(code, Node::Expr(call), |kind| matches!(kind, StmtKind::CommClause(_)))?;
    let select = above(code, Node::Stmt(clause), |kind| matches!(kind, StmtKind::SelectStmt(_)))?;
    let StmtKind::SelectStmt(parts) = code.file[select].kind else { return None };
    let mut edits = edits(code)?;
    let name = fresh(code, code.file[call].span.start, "timer");
    let (package, duration) = (code.text(selector.x), code.text(duration));
    edits
        .insert_before(
            with_labels(code, select),
            &format!("{name} := {package}.NewTimer({duration})"),
        )
        .ok()?;
    edits.replace(code.file[replaced].span, format!("{name}.C"));
    for other in code.file.block(parts.body).iter().filter(|other| **other != clause) {
        insert_in_clause(code, &mut edits, *other, &format!("{name}.Stop()"))?;
    }
    fix(&edits, is_value(code, call), format!("call `{name}.Stop()` where another case is chosen"))
}

/// `time.NewTimer(d).C` around the call.
fn channel_of(code: &Code<'_>, call: ExprId) -> Option<ExprId> {
    let Node::Expr(above) = code.scope.parents().of(Node::Expr(call))? else { return None };
    let ExprKind::SelectorExpr(selector) = code.file[above].kind else { return None };
    (code.file.name(selector.sel) == "C").then_some(above)
}

/// Whether the duration is the same a moment earlier: it is made of names and numbers.
fn is_value(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    code.file[parts.args].iter().all(|arg| {
        code.file.walk(Node::Expr(*arg)).all(|visit| match visit.node {
            Node::Expr(expr) => match code.file[expr].kind {
                ExprKind::CallExpr(call) => code
                    .imported_selector(call.fun)
                    .is_some_and(|(path, name)| (path, name) == ("time", "Duration")),
                ExprKind::UnaryExpr(unary) => unary.op != Token::Arrow,
                _ => true,
            },
            _ => true,
        })
    })
}

impl Code<'_> {
    /// The package and the name of `package.Name`.
    fn imported_selector(&self, expr: ExprId) -> Option<(&str, &str)> {
        let ExprKind::SelectorExpr(selector) = self.file[self.file.unparen(expr)].kind else {
            return None;
        };
        Some((self.imported(selector.x)?, self.file.name(selector.sel)))
    }
}

/// Gives the ticker of `time.Tick(d)` a name, and stops it when the function ends.
pub fn hoisted_ticker(code: &Code<'_>, call: ExprId) -> Option<SourceFix> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let ("time", "Tick") = code.imported_selector(parts.fun)? else { return None };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return None;
    };
    let [duration] = code.file[parts.args] else { return None };
    let stmt = around(code, Node::Expr(call))?;
    let stmt = match code.file[stmt].kind {
        StmtKind::RangeStmt(_) | StmtKind::AssignStmt(_) => with_labels(code, stmt),
        _ => return None,
    };
    if code.loop_around(Node::Stmt(stmt)).is_some() {
        return None;
    }
    let mut edits = edits(code)?;
    let name = fresh(code, code.file[call].span.start, "ticker");
    let (package, text) = (code.text(selector.x), code.text(duration));
    let made = format!("{name} := {package}.NewTicker({text})\ndefer {name}.Stop()");
    edits.insert_before(stmt, &made).ok()?;
    edits.replace(code.file[call].span, format!("{name}.C"));
    // `time.Tick` gives nil for what is not positive, and `time.NewTicker` panics.
    fix(&edits, is_positive(code, duration), format!("make a ticker, and `defer {name}.Stop()`"))
}

/// Whether a duration is certainly more than nothing: units of time, times a number.
fn is_positive(code: &Code<'_>, expr: ExprId) -> bool {
    let expr = code.file.unparen(expr);
    match code.file[expr].kind {
        ExprKind::SelectorExpr(_) => {
            code.imported_selector(expr).is_some_and(|(path, _)| path == "time")
        }
        ExprKind::BasicLit(_) => {
            code.text(expr).starts_with(|c: char| c.is_ascii_digit() && c != '0')
        }
        ExprKind::BinaryExpr(both) => {
            both.op == Token::Mul && is_positive(code, both.x) && is_positive(code, both.y)
        }
        _ => false,
    }
}

fn above(code: &Code<'_>, node: Node, is: impl Fn(StmtKind) -> bool) -> Option<StmtId> {
    code.scope.parents().above(node).find_map(|node| match node {
        Node::Stmt(stmt) if is(code.file[stmt].kind) => Some(stmt),
        _ => None,
    })
}
