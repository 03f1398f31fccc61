//! Whether a goroutine can end without receiving from a channel.

use plumb_gosource::flow::{BlockId, Condition, Edge, Exit, FunctionId, StepId};
use plumb_gosource::{ExprId, IdentId, Node, Span, StmtId, StmtKind};
use rustc_hash::FxHashSet;

use crate::channels::operations::{Operation, What};
use crate::code::Code;
use crate::goroutines::{self, Runs};
use crate::mentions::Mentions;
use crate::ways::{self, Journey, Onward, Way};

/// That a goroutine waits for a channel.
pub(super) struct Needs {
    /// The receive or range.
    pub(super) wait: Span,
    /// Whether it cannot end otherwise.
    pub(super) always: bool,
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
            // In a literal or another function the wait is over when that comes back.
            _ => drop(passing.steps.insert(graph.step_at(run.at)?)),
        }
        wait.get_or_insert_with(|| span(code, receive.what));
    }
    let others = ways::search(code, body, &passing, ());
    let told = |way: &Way| way.branches.iter().any(|branch| mentions_any(code, branch, &variables));
    match others.is_empty() {
        true => Some(Needs { wait: wait?, always: true }),
        // A range with jumps out of it that do not depend on what is received.
        false if passing.steps.is_empty() && receives.len() == 1 && starts_with(code, body, receives[0]) => {
            (!others.iter().any(told)).then_some(Needs { wait: wait?, always: false })
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

/// Ways through a goroutine without the end of a wait.
#[derive(Default)]
struct Passing {
    steps: FxHashSet<StepId>,
    ranges: FxHashSet<StmtId>,
}

impl Journey for Passing {
    type State = ();

    fn step(&self, step: StepId, (): ()) -> Onward<()> {
        if self.steps.contains(&step) { Onward::Done } else { Onward::With(()) }
    }

    fn edge(&self, _from: BlockId, edge: &Edge, (): ()) -> Option<()> {
        match edge.when {
            Condition::RangeEnds(stmt) if self.ranges.contains(&stmt) => None,
            _ => Some(()),
        }
    }

    fn is_bad(&self, exit: Exit, (): ()) -> bool {
        matches!(exit, Exit::Return(_) | Exit::End | Exit::Panic(_) | Exit::NoReturn(_))
    }
}
