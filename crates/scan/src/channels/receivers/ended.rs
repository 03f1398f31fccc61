//! What a goroutine says as the last thing it does: whoever hears it knows that it waits no more.

use plumb_gosource::flow::{Condition, FunctionId, Graph, StepId};
use plumb_gosource::{Node, StmtKind};
use rustc_hash::FxHashMap;

use super::Event;
use crate::channels::local::Channel;
use crate::channels::operations::{Operation, What};
use crate::channels::senders::again;
use crate::code::Code;
use crate::goroutines::{Run, Runs};

/// Adds to the events of a function that it hears of the end of the goroutine `run`: by a receive from a channel on
/// which only that goroutine sends, or which only it closes, when it waits for `channel` no more.
///
/// Of several goroutines, one that has ended says nothing of the others.
pub(super) fn reports(
    code: &Code<'_>,
    channel: &Channel,
    all: &[Channel],
    waits: &[&Operation],
    run: Run,
    events: &mut FxHashMap<StepId, Vec<Event>>,
) {
    let graph = code.graph(channel.function);
    let often = graph.step_at(run.at).is_none_or(|step| again(code, channel, step));
    let Some(body) = run.body.filter(|_| !often) else { return };
    let others = all.iter().filter(|other| {
        other.make != channel.make
            && other.function == channel.function
            && tells_end(code, other, waits, body)
    });
    for other in others {
        for receive in other.operations.iter().filter(|operation| operation.receives()) {
            if matches!(receive.what, What::Receive(_))
                && receive.function == channel.function
                && let Some(step) = graph.step_at(receive.at)
            {
                events.entry(step).or_default().push(Event::Signals);
            }
        }
    }
}

/// Whether what is sent on a channel, or its close, always comes from a goroutine that waits no more.
fn tells_end(code: &Code<'_>, other: &Channel, waits: &[&Operation], body: FunctionId) -> bool {
    let graph = code.graph(body);
    let by_goroutine = |signal: &Operation| {
        signal.runs.iter().all(|run| run.runs == Runs::Goroutine && run.body == Some(body))
    };
    let mut signals = other.operations.iter().filter(|o| !o.receives()).peekable();
    signals.peek().is_some()
        && signals.all(|signal| {
            let last = || {
                step_in(code, graph, signal, body)
                    .is_some_and(|step| !may_wait_after(code, graph, waits, step, body))
            };
            by_goroutine(signal) && (is_deferred(code, signal, body) || last())
        })
}

/// Whether control may get from a step of a goroutine to one of its waits.
fn may_wait_after(
    code: &Code<'_>,
    graph: &Graph,
    waits: &[&Operation],
    step: StepId,
    body: FunctionId,
) -> bool {
    let from = graph.block_of(step);
    let mut reached = vec![from];
    let mut next = 0;
    let mut meets_itself = false;
    while let Some(block) = reached.get(next).copied() {
        next += 1;
        for edge in graph.edges(block) {
            meets_itself |= edge.to == from;
            if !reached.contains(&edge.to) {
                reached.push(edge.to);
            }
        }
    }
    waits.iter().any(|wait| match wait.what {
        // What is ranged over is looked at once, and waited for at the head of each round.
        What::Range(stmt) => reached.iter().any(|block| {
            let edges = graph.edges(*block).iter();
            edges.into_iter().any(|edge| edge.when == Condition::RangeNext(stmt))
        }),
        _ => step_in(code, graph, wait, body).is_none_or(|wait| {
            let block = graph.block_of(wait);
            reached.contains(&block) && (block != from || wait > step || meets_itself)
        }),
    })
}

/// The step of an operation that stands in the goroutine itself.
fn step_in(
    code: &Code<'_>,
    graph: &Graph,
    operation: &Operation,
    body: FunctionId,
) -> Option<StepId> {
    let here = code.scope.function_at(operation.at) == Some(body);
    if here { graph.step_at(operation.at) } else { None }
}

/// Whether an operation stands in a `defer` of a function.
fn is_deferred(code: &Code<'_>, operation: &Operation, body: FunctionId) -> bool {
    code.file.walk(Node::Stmt(code.scope[body].body)).any(|visit| match visit.node {
        Node::Stmt(stmt) => {
            matches!(code.file[stmt].kind, StmtKind::DeferStmt(_))
                && code.file[stmt].span.range().contains(&(operation.at as usize))
                && code.scope.function_at(code.file[stmt].span.start) == Some(body)
        }
        _ => false,
    })
}
