//! The source rule: timers that a loop makes and leaves behind.
//!
//! Until Go 1.22 a timer that has not fired, and a ticker that is not stopped, are kept by the runtime; since 1.23
//! they are collected like everything else.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::flow::{BlockId, Condition, Edge, Exit, StepId};
use plumb_gosource::{ExprId, ExprKind, Node, StmtId, StmtKind, Token};
use plumb_scan::endless::ranges_over_ticker;
use plumb_scan::ways::{Journey, Onward, search};
use plumb_scan::{Code, Rule};

/// The first version that collects timers which nobody has any more (release notes of Go 1.23, "Timer changes").
const COLLECTS_TIMERS: (u32, u32) = (1, 23);

/// A shorter timer is gone before many can pile up; in nanoseconds. One second of rounds of a millisecond are a
/// thousand timers, some 200 kB.
const SHORT: u64 = 1_000_000_000;

pub(crate) static RULE: Rule =
    Rule { pattern: "timer-in-loop", linters: &["SA1015", "timeafter"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test || code.go >= COLLECTS_TIMERS {
        return Vec::new();
    }
    let calls: Vec<(ExprId, bool)> = code
        .calls()
        .filter(|(_, key)| key.path == "time" && key.receiver.is_none())
        .filter_map(|(call, key)| match key.name {
            "After" | "NewTimer" => Some((call, false)),
            "Tick" => Some((call, true)),
            _ => None,
        })
        .collect();
    let found = calls.into_iter().filter_map(|(call, ticks)| match ticks {
        true => ticker(code, call),
        false => timer(code, call),
    });
    found.collect()
}

/// A timer in a case of a select, while another case goes on with the loop.
fn timer(code: &Code<'_>, call: ExprId) -> Option<SourceFinding> {
    let clause = case_of(code, call)?;
    let select = code.scope.parents().above(Node::Stmt(clause)).find_map(|node| match node {
        Node::Stmt(stmt) if matches!(code.file[stmt].kind, StmtKind::SelectStmt(_)) => Some(stmt),
        _ => None,
    })?;
    code.loop_around(Node::Stmt(select))?;
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let duration = code.file[parts.args].first().and_then(|arg| nanoseconds(code, *arg));
    // Who makes a timer that could be stopped, and keeps nothing to stop it by, leaves one behind also where the other
    // case ends the loop.
    let stoppable = code.callee(call).is_some_and(|callee| callee.name == "NewTimer");
    if duration.is_some_and(|duration| duration < SHORT)
        || !(stoppable || goes_on(code, select, clause))
    {
        return None;
    }
    let span = code.file[call].span;
    let name = called(code, call);
    let message = format!(
        "each round of the loop makes a timer with {name}, and when another case is chosen it stays in memory until \
         it fires (before Go 1.23)"
    );
    let mut finding = code.finding(RULE.pattern, span, Confidence::Possible, message);
    finding.path = vec![
        code.step(span, "a timer is made"),
        code.step(code.file[clause].span, "it is read in this case only"),
    ];
    finding.fix = plumb_scan::fixes::stopped_timer(code, call);
    Some(finding)
}

/// The case of a select that receives from the channel of a timer which a call makes.
fn case_of(code: &Code<'_>, call: ExprId) -> Option<StmtId> {
    let parents = code.scope.parents();
    let mut above = parents.above(Node::Expr(call));
    let comm = above.find_map(|node| match node {
        Node::Expr(expr) => match code.file[expr].kind {
            ExprKind::ParenExpr(_) | ExprKind::SelectorExpr(_) => None,
            ExprKind::UnaryExpr(unary) if unary.op == Token::Arrow => None,
            _ => Some(None),
        },
        Node::Stmt(stmt) => Some(Some(stmt)),
        _ => Some(None),
    })??;
    let Some(Node::Stmt(clause)) = parents.of(Node::Stmt(comm)) else { return None };
    match code.file[clause].kind {
        StmtKind::CommClause(parts) if parts.comm == Some(comm) => Some(clause),
        _ => None,
    }
}

/// Whether the loop may come back to a select after another case than this one.
fn goes_on(code: &Code<'_>, select: StmtId, clause: StmtId) -> bool {
    let Some(function) = code.scope.function_at(code.file[select].span.start) else { return false };
    let graph = code.graph(function);
    let Some(step) = graph.step_at(code.file[select].span.start) else { return false };
    !search(code, function, &Again { step, clause }, false).is_empty()
}

/// Ways that come to a select twice, the first time without a case.
struct Again {
    step: StepId,
    clause: StmtId,
}

impl Journey for Again {
    type State = bool;

    fn step(&self, step: StepId, met: bool) -> Onward<bool> {
        match step == self.step {
            true if met => Onward::Bad,
            true => Onward::With(true),
            false => Onward::With(met),
        }
    }

    fn edge(&self, _from: BlockId, edge: &Edge, met: bool) -> Option<bool> {
        (edge.when != Condition::Comm(self.clause)).then_some(met)
    }

    fn is_bad(&self, _exit: Exit, _met: bool) -> bool {
        false
    }
}

/// A ticker that nothing can stop, in a function that comes back.
fn ticker(code: &Code<'_>, call: ExprId) -> Option<SourceFinding> {
    let span = code.file[call].span;
    let function = code.scope.function_at(span.start)?;
    let declared = code.declared_at(span.start)?;
    let once = code.ends_program(function) || code.declared_name(declared) == Some("init");
    let step = code.graph(function).step_at(span.start)?;
    let ways = search(code, function, &Leaving { code, step }, false);
    if once || ways.is_empty() || is_kept(code, call) {
        return None;
    }
    let ends = plumb_scan::ways::ends(code, function, &ways);
    let message = format!(
        "the ticker of time.Tick cannot be stopped and stays for ever once the function is left (before Go 1.23): {ends}"
    );
    let mut finding = code.finding(RULE.pattern, span, Confidence::Likely, message);
    finding.path = vec![code.step(span, "a ticker is made")];
    if let Some(way) = ways.first() {
        finding.path.extend(way.branches(code, span.end));
        finding.path.push(code.step(way.end_span(code, function), "leaves the ticker behind"));
    }
    finding.fix = plumb_scan::fixes::hoisted_ticker(code, call);
    Some(finding)
}

/// Whether a channel is given to somebody: returned, stored, or passed.
fn is_kept(code: &Code<'_>, call: ExprId) -> bool {
    match code.scope.parents().of(Node::Expr(call)) {
        Some(Node::Expr(above)) => {
            !matches!(code.file[above].kind, ExprKind::UnaryExpr(_) | ExprKind::ParenExpr(_))
        }
        Some(Node::Stmt(stmt)) => match code.file[stmt].kind {
            StmtKind::ReturnStmt(_) | StmtKind::SendStmt(_) => true,
            StmtKind::AssignStmt(assign) => {
                code.file[assign.lhs].iter().any(|to| code.declared(*to).is_none())
            }
            _ => false,
        },
        _ => false,
    }
}

/// Ways that leave a function after a step.
struct Leaving<'a, 'c> {
    code: &'a Code<'c>,
    step: StepId,
}

impl Journey for Leaving<'_, '_> {
    type State = bool;

    fn step(&self, step: StepId, met: bool) -> Onward<bool> {
        Onward::With(met || step == self.step)
    }

    fn edge(&self, _from: BlockId, edge: &Edge, met: bool) -> Option<bool> {
        match edge.when {
            Condition::RangeEnds(stmt) if ranges_over_ticker(self.code, stmt) => None,
            _ => Some(met),
        }
    }

    fn is_bad(&self, exit: Exit, met: bool) -> bool {
        met && matches!(exit, Exit::Return(_) | Exit::End)
    }
}

fn called<'c>(code: &'c Code<'_>, call: ExprId) -> &'c str {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return "time.After" };
    code.text(parts.fun)
}

/// A duration that stands there: `time.Second`, `10 * time.Millisecond`.
fn nanoseconds(code: &Code<'_>, expr: ExprId) -> Option<u64> {
    let expr = code.file.unparen(expr);
    match code.file[expr].kind {
        ExprKind::SelectorExpr(selector) if code.imported(selector.x) == Some("time") => {
            match code.file.name(selector.sel) {
                "Nanosecond" => Some(1),
                "Microsecond" => Some(1_000),
                "Millisecond" => Some(1_000_000),
                "Second" => Some(1_000_000_000),
                "Minute" => Some(60_000_000_000),
                "Hour" => Some(3_600_000_000_000),
                _ => None,
            }
        }
        ExprKind::BasicLit(_) => code.text(expr).replace('_', "").parse().ok(),
        ExprKind::BinaryExpr(both) if both.op == Token::Mul => {
            nanoseconds(code, both.x)?.checked_mul(nanoseconds(code, both.y)?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::shapes;

    #[test]
    fn shapes() {
        shapes::check(&super::RULE, "1.20", include_str!("testdata/shapes.go"));
    }

    #[test]
    fn timers_are_collected_since_go_1_23() {
        shapes::check_silent(&super::RULE, "1.23", include_str!("testdata/shapes.go"));
    }
}
