//! The source rule: what a loop acquires is released only when the function ends.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, Span, StmtId, StmtKind, Token};
use plumb_scan::ways::recurs;
use plumb_scan::{Code, Rule};

/// Methods that release.
const RELEASES: [&str; 16] = [
    "Close",
    "Stop",
    "Release",
    "Cancel",
    "End",
    "Finish",
    "Shutdown",
    "Disconnect",
    "Rollback",
    "Free",
    "Unsubscribe",
    "Terminate",
    "Destroy",
    "CloseNow",
    "Unlock",
    "RUnlock",
];

/// Parts of the names of functions in variables that release, in lower case.
/// What cleans up is often wanted when all is done: it takes back what the loop has set up.
const RELEASING_NAMES: [&str; 4] = ["cancel", "close", "release", "stop"];

/// How the names of methods begin that keep what they get.
const KEEPERS: [&str; 6] = ["Add", "Append", "Push", "Register", "Set", "Insert"];

/// How many variables made from each other are followed.
const MAX_DERIVED: usize = 8;

pub(crate) static RULE: Rule = Rule {
    pattern: "defer-in-loop",
    linters: &["deferInLoop", "gocritic", "revive", "SA9001"],
    check,
};

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test {
        return Vec::new();
    }
    let defers = code.statements_of([Kind::DeferStmt]).filter_map(|stmt| {
        let StmtKind::DeferStmt(call) = code.file[stmt].kind else { return None };
        Some((stmt, call))
    });
    defers.filter_map(|(stmt, call)| deferred(code, stmt, call)).collect()
}

fn deferred(code: &Code<'_>, stmt: StmtId, call: ExprId) -> Option<SourceFinding> {
    let in_loop = code.loop_around(Node::Stmt(stmt))?;
    let span = code.file[stmt].span;
    let function = code.scope.function_at(span.start)?;
    let graph = code.graph(function);
    if code.is_short_loop(in_loop)
        || code.ends_program(function)
        || !recurs(graph, graph.step_at(span.start)?)
        || code.is_chosen_once(stmt, in_loop)
    {
        return None;
    }
    let release = release(code, call)?;
    let acquired = match release.locks {
        true => locked(code, in_loop, release.of, span.start)?,
        false => {
            let variable = code.root(release.of)?;
            let body = code.loop_body(in_loop)?;
            let declared = code.file[variable].span;
            // Locks are mostly held on purpose until all is done.
            let is_lock = code.file.name(variable).to_lowercase().contains("lock");
            let released = || is_released(code, variable, body, span);
            if !body.contains(declared)
                || is_lock
                || is_started_for_later(code, variable)
                || released()
                || outlives_round(code, variable, body, span)
            {
                return None;
            }
            declared
        }
    };
    let line = code.place(acquired).line;
    let message = match release.locks {
        true => format!(
            "`{}` is locked in a loop (line {line}) and unlocked only when the function ends: the next round waits for \
             ever",
            code.text(release.of)
        ),
        false => format!(
            "`{}` is acquired in a loop (line {line}) and released only when the function ends: every round keeps one",
            code.text(release.of)
        ),
    };
    let mut finding = code.finding(RULE.pattern, span, Confidence::Likely, message);
    let start = code.file[in_loop].span.start;
    finding.path = vec![
        code.step(Span::new(start, start + "for".len() as u32), "the loop"),
        code.step(acquired, "acquired in each round"),
        code.step(span, "released when the function ends"),
    ];
    finding.fix = plumb_scan::fixes::each_round(code, stmt);
    Some(finding)
}

/// What a deferred call releases.
struct Release {
    /// The value, or the function that is called.
    of: ExprId,
    locks: bool,
}

fn release(code: &Code<'_>, call: ExprId) -> Option<Release> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let fun = code.file.unparen(parts.fun);
    match code.file[fun].kind {
        ExprKind::SelectorExpr(selector) => {
            let name = code.file.name(selector.sel);
            let locks = matches!(name, "Unlock" | "RUnlock");
            RELEASES.contains(&name).then_some(Release { of: selector.x, locks })
        }
        ExprKind::Ident(name) => {
            let name = code.file.name(name).to_lowercase();
            let releases = RELEASING_NAMES.iter().any(|part| name.contains(part));
            (releases && parts.args.is_empty() && code.root(fun).is_some())
                .then_some(Release { of: fun, locks: false })
        }
        ExprKind::FuncLit(lit) => {
            if asks_for_failure(code, lit.body) {
                return None;
            }
            let calls = code.file.walk(Node::Stmt(lit.body)).filter_map(|visit| match visit.node {
                Node::Expr(expr) if matches!(code.file[expr].kind, ExprKind::CallExpr(_)) => {
                    release(code, expr)
                }
                _ => None,
            });
            // A lock in a literal is mostly one of its own.
            calls.into_iter().find(|release| !release.locks)
        }
        _ => None,
    }
}

/// Whether a literal asks for an error: what it then releases is what a function that fails would have handed on.
fn asks_for_failure(code: &Code<'_>, body: StmtId) -> bool {
    let is_error = |expr: ExprId| {
        code.root(expr).is_some_and(|v| code.file.name(v).to_lowercase().ends_with("err"))
    };
    code.file.block(body).iter().any(|stmt| match code.file[*stmt].kind {
        StmtKind::IfStmt(branch) => code.file.walk(Node::Expr(branch.cond)).any(|visit| {
            let Node::Expr(expr) = visit.node else { return false };
            let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
            branch.init.is_none() && is_error(both.x) && code.is_predeclared(both.y, "nil")
        }),
        _ => false,
    })
}

/// Whether a variable is also released without a defer: then that is for the ways on which something fails.
fn is_released(code: &Code<'_>, variable: IdentId, body: Span, defer: Span) -> bool {
    code.expressions_of([Kind::CallExpr]).any(|expr| {
        let span = code.file[expr].span;
        body.contains(span)
            && !defer.contains(span)
            && release(code, expr).is_some_and(|release| code.root(release.of) == Some(variable))
    })
}

/// Whether a variable has a timer that calls a function when it fires: the loop starts them all, and what is left is
/// stopped when the function has what it waits for.
fn is_started_for_later(code: &Code<'_>, variable: IdentId) -> bool {
    code.statements_of([Kind::AssignStmt]).any(|stmt| {
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
        let ([place], [value]) = (&code.file[assign.lhs], &code.file[assign.rhs]) else {
            return false;
        };
        let starts = |value| {
            code.callee(value).is_some_and(|of| of.path == "time" && of.name == "AfterFunc")
        };
        code.declared(*place) == Some(variable) && starts(*value)
    })
}

/// Where in the loop a lock is taken that is released by the name `of`, before a byte.
fn locked(code: &Code<'_>, in_loop: StmtId, of: ExprId, before: u32) -> Option<Span> {
    let body = code.loop_body(in_loop)?;
    let mut locks = code.file.walk(Node::Stmt(in_loop)).filter_map(|visit| {
        let Node::Expr(expr) = visit.node else { return None };
        let ExprKind::CallExpr(call) = code.file[expr].kind else { return None };
        let ExprKind::SelectorExpr(selector) = code.file[call.fun].kind else { return None };
        let locks = matches!(code.file.name(selector.sel), "Lock" | "RLock");
        let span = code.file[expr].span;
        let same = code.text(selector.x) == code.text(of) && body.contains(span);
        (locks && same && span.start < before && is_outer(code, of, in_loop)).then_some(span)
    });
    locks.next()
}

/// Whether a value is the same in each round of a loop.
fn is_outer(code: &Code<'_>, value: ExprId, in_loop: StmtId) -> bool {
    let span = code.file[in_loop].span;
    code.root(value).is_none_or(|variable| !span.contains(code.file[variable].span))
}

/// Whether what a variable of the loop holds is kept beyond the round: then the end of the function may be the right
/// time to release it.
fn outlives_round(code: &Code<'_>, variable: IdentId, body: Span, defer: Span) -> bool {
    let mut derived = vec![variable];
    derived.extend(context_of_span(code, variable));
    let mut next = 0;
    while next < derived.len() && derived.len() < MAX_DERIVED {
        let at = derived[next];
        next += 1;
        let uses = code.file.walk(Node::File).filter_map(|visit| match visit.node {
            Node::Expr(expr) => Some(expr),
            _ => None,
        });
        for expr in uses {
            let span = code.file[expr].span;
            let is_use = matches!(code.file[expr].kind, ExprKind::Ident(_))
                && code.declared(expr) == Some(at);
            if !is_use || !body.contains(span) || defer.contains(span) {
                continue;
            }
            match kept(code, expr, body) {
                Kept::Not => {}
                Kept::In(other) => {
                    if !derived.contains(&other) {
                        derived.push(other);
                    }
                }
                Kept::Beyond => return true,
            }
        }
    }
    false
}

/// The context that a call makes together with a span: who works with it works within the span.
fn context_of_span(code: &Code<'_>, span: IdentId) -> Option<IdentId> {
    let declared = code.file.walk(Node::File).find_map(|visit| {
        let Node::Stmt(stmt) = visit.node else { return None };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
        let [context, second] = code.file[assign.lhs] else { return None };
        (code.declared(second) == Some(span)).then_some(context)
    })?;
    let context = code.declared(declared)?;
    let ty = code.types.of_var(span).map(|ty| ty.to_string());
    let name = ty.unwrap_or_else(|| code.file.name(span).to_owned());
    let is_span = name.to_lowercase().ends_with("span");
    is_span.then_some(context)
}

/// Where a value gets to.
enum Kept {
    Not,
    /// Into another variable of the loop.
    In(IdentId),
    Beyond,
}

fn kept(code: &Code<'_>, value: ExprId, body: Span) -> Kept {
    let file = code.file;
    let mut at = Node::Expr(value);
    for above in code.scope.parents().above(Node::Expr(value)) {
        match above {
            Node::Expr(expr) => match file[expr].kind {
                ExprKind::CallExpr(call)
                    if code.builtin_call(expr, "append").is_some()
                        || keeps(code, call.fun, at, body) =>
                {
                    return Kept::Beyond;
                }
                ExprKind::BinaryExpr(_) | ExprKind::IndexExpr(_) => return Kept::Not,
                ExprKind::UnaryExpr(unary) if unary.op != Token::And => return Kept::Not,
                ExprKind::FuncLit(_) => return in_literal(code, expr),
                _ => {}
            },
            Node::Stmt(stmt) => {
                return match file[stmt].kind {
                    StmtKind::AssignStmt(assign) => {
                        assigned(code, at, &file[assign.lhs], &file[assign.rhs], body)
                    }
                    StmtKind::SendStmt(_) | StmtKind::GoStmt(_) => Kept::Beyond,
                    _ => Kept::Not,
                };
            }
            Node::Spec(_) => return Kept::Not,
            _ => {}
        }
        at = above;
    }
    Kept::Not
}

/// Whether a method of something outside of the loop keeps its arguments, by its name.
fn keeps(code: &Code<'_>, fun: ExprId, at: Node, body: Span) -> bool {
    let ExprKind::SelectorExpr(selector) = code.file[fun].kind else { return false };
    let is_argument = at != Node::Expr(fun);
    let outer = code.root(selector.x).is_some_and(|root| !body.contains(code.file[root].span));
    let name = code.file.name(selector.sel);
    is_argument && outer && KEEPERS.iter().any(|prefix| name.starts_with(prefix))
}

/// A literal that runs on the spot keeps nothing.
fn in_literal(code: &Code<'_>, literal: ExprId) -> Kept {
    match code.scope.parents().of(Node::Expr(literal)) {
        Some(Node::Expr(above)) => match code.file[above].kind {
            ExprKind::CallExpr(call) if call.fun == literal => {
                match code.scope.parents().of(Node::Expr(above)) {
                    Some(Node::Stmt(stmt))
                        if matches!(code.file[stmt].kind, StmtKind::GoStmt(_)) =>
                    {
                        Kept::Beyond
                    }
                    _ => Kept::Not,
                }
            }
            _ => Kept::Beyond,
        },
        _ => Kept::Beyond,
    }
}

fn assigned(code: &Code<'_>, at: Node, lhs: &[ExprId], rhs: &[ExprId], body: Span) -> Kept {
    let Some(index) = rhs.iter().position(|value| Node::Expr(*value) == at) else {
        return Kept::Not;
    };
    // Of several results the first is what is made of it; the rest are errors and flags.
    let index = if rhs.len() == 1 { 0 } else { index };
    let Some(place) = lhs.get(index).copied() else { return Kept::Not };
    match code.declared(place) {
        Some(variable) if body.contains(code.file[variable].span) => Kept::In(variable),
        _ if code.text(place) == "_" => Kept::Not,
        // An error or a count may well be a variable of the function.
        Some(_) if rhs.len() == 1 && is_plain(code, place) => Kept::Not,
        _ => Kept::Beyond,
    }
}

/// Whether a variable holds nothing but an error, a number or text.
fn is_plain(code: &Code<'_>, place: ExprId) -> bool {
    code.declared(place).is_some_and(|variable| {
        code.is_plain(variable).unwrap_or_else(|| code.text(place) == "err")
    })
}

#[cfg(test)]
mod tests {
    use crate::shapes;

    #[test]
    fn shapes() {
        shapes::check(&super::RULE, "1.24", include_str!("testdata/shapes.go"));
    }
}
