//! Whether a goroutine can end without receiving from a channel.

use plumb_gosource::flow::{BlockId, Condition, Edge, Exit, FunctionId, StepId};
use plumb_gosource::{ExprId, IdentId, Node, Span, StmtId, StmtKind};
use rustc_hash::FxHashSet;

use crate::channels::operations::{Operation, What};
use crate::code::Code;
use crate::goroutines::{self, Runs};
use crate::mentions::Mentions;
use crate::ways::{self, Journey, Onward, Way, recurs};

/// That a goroutine waits for a channel.
pub(super) struct Needs {
    /// The receive or range.
    pub(super) wait: Span,
    /// Whether it cannot end otherwise.
    pub(super) always: bool,
    /// Whether it needs a close: values alone do not end it.
    pub(super) close: bool,
}

/// What a goroutine needs of a channel; `None` if it may well end without it, or never ends.
pub(super) fn of(
    code: &Code<'_>,
    mentions: &Mentions,
    receives: &[&Operation],
    body: FunctionId,
) -> Option<Needs> {
    let graph = code.graph(body);
    if !graph.may_return() {
        return None;
    }
    let mut passing = Passing::default();
    let mut variables = FxHashSet::default();
    let mut wait = None;
    for receive in receives {
        let runs = goroutines::runs(code, mentions, receive.at, body);
        let [run] = runs[..] else { return None };
        if run.runs > Runs::Deferred {
            return None;
        }
        match receive.what {
            What::Range(stmt) if receive.function == body => {
                passing.ranges.insert(stmt);
                variables.extend(range_variables(code, stmt));
            }
            // `v, ok := <-ch` again and again: only the close ends that.
            What::Receive(expr)
                if receive.function == body && recurs(graph, graph.step_at(run.at)?) =>
            {
                match received(code, expr) {
                    (value, Some(ok)) => {
                        variables.extend(value);
                        passing.open.insert(ok);
                    }
                    (_, None) => drop(passing.steps.insert(graph.step_at(run.at)?)),
                }
            }
            // In a literal or another function the wait is over when that comes back.
            _ => drop(passing.steps.insert(graph.step_at(run.at)?)),
        }
        wait.get_or_insert_with(|| span(code, receive.what));
    }
    let close = !passing.ranges.is_empty() || !passing.open.is_empty();
    let others = ways::search(code, body, &Without { code, passing: &passing }, ());
    let told = |way: &Way| way.branches.iter().any(|branch| mentions_any(code, branch, &variables));
    match others.is_empty() {
        true => Some(Needs { wait: wait?, always: true, close }),
        // A range with jumps out of it that do not depend on what is received.
        false
            if passing.steps.is_empty()
                && receives.len() == 1
                && starts_with(code, body, receives[0]) =>
        {
            (!others.iter().any(told)).then_some(Needs { wait: wait?, always: false, close })
        }
        false => None,
    }
}

fn span(code: &Code<'_>, what: What) -> Span {
    match what {
        What::Range(stmt) | What::Send(stmt) => {
            let StmtKind::RangeStmt(range) = code.file[stmt].kind else {
                return code.file[stmt].span;
            };
            Span::new(code.file[stmt].span.start, code.file[range.x].span.end)
        }
        What::Receive(expr) => code.file[expr].span,
        What::Close => Span::new(0, 0),
    }
}

/// Whether a range stands among the statements of a body itself, so that every way leads to it.
fn starts_with(code: &Code<'_>, body: FunctionId, receive: &Operation) -> bool {
    let What::Range(stmt) = receive.what else { return false };
    code.file.block(code.scope[body].body).contains(&stmt)
}

fn range_variables(code: &Code<'_>, stmt: StmtId) -> Vec<IdentId> {
    let StmtKind::RangeStmt(range) = code.file[stmt].kind else { return Vec::new() };
    range.key.into_iter().filter_map(|key| code.root(key)).collect()
}

fn mentions_any(code: &Code<'_>, condition: &Condition, of: &FxHashSet<IdentId>) -> bool {
    let exprs: Vec<ExprId> = match *condition {
        Condition::Expr { expr, .. } => vec![expr],
        Condition::Case { tag, value, .. } => vec![tag, value],
        Condition::TypeCase { guard, .. } => {
            return code.file.walk(Node::Stmt(guard)).any(|visit| match visit.node {
                Node::Expr(expr) => code.declared(expr).is_some_and(|d| of.contains(&d)),
                _ => false,
            });
        }
        _ => return false,
    };
    exprs.into_iter().any(|expr| {
        code.file.walk(Node::Expr(expr)).any(|visit| match visit.node {
            Node::Expr(expr) => code.declared(expr).is_some_and(|d| of.contains(&d)),
            _ => false,
        })
    })
}

/// The variables that a receive sets: the value, and whether the channel is open.
fn received(code: &Code<'_>, receive: ExprId) -> (Option<IdentId>, Option<IdentId>) {
    let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(receive)) else {
        return (None, None);
    };
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return (None, None) };
    let place = |index: usize| code.root(*code.file[assign.lhs].get(index)?);
    (place(0), place(1))
}

/// What ends the wait.
#[derive(Default)]
struct Passing {
    steps: FxHashSet<StepId>,
    ranges: FxHashSet<StmtId>,
    /// Variables that tell whether the channel is open.
    open: FxHashSet<IdentId>,
}

/// Ways through a goroutine without the end of a wait.
struct Without<'a, 'c> {
    code: &'a Code<'c>,
    passing: &'a Passing,
}

impl Journey for Without<'_, '_> {
    type State = ();

    fn step(&self, step: StepId, (): ()) -> Onward<()> {
        if self.passing.steps.contains(&step) { Onward::Done } else { Onward::With(()) }
    }

    fn edge(&self, _from: BlockId, edge: &Edge, (): ()) -> Option<()> {
        match edge.when {
            Condition::RangeEnds(stmt) if self.passing.ranges.contains(&stmt) => None,
            Condition::Expr { expr, is: false }
                if self.code.declared(expr).is_some_and(|d| self.passing.open.contains(&d)) =>
            {
                None
            }
            _ => Some(()),
        }
    }

    fn is_bad(&self, exit: Exit, (): ()) -> bool {
        matches!(exit, Exit::Return(_) | Exit::End | Exit::Panic(_) | Exit::NoReturn(_))
    }
}
