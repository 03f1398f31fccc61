//! How often the goroutines of a function send on a channel.

use plumb_gosource::flow::{Exit, FunctionId, StepId};
use plumb_gosource::{IdentId, Node, StmtKind};
use rustc_hash::FxHashMap;

use crate::channels::local::Channel;
use crate::channels::operations::Operation;
use crate::code::Code;
use crate::goroutines::{self, Runs};
use crate::mentions::Mentions;
use crate::ways::{self, Journey, Onward, reaching};

/// As many sends as do not need to be counted any more.
pub(super) const MANY: u8 = 8;

/// What one goroutine sends.
pub(super) struct Sending {
    /// A byte of the statement that starts it.
    pub(super) at: u32,
    /// The function that it runs.
    pub(super) body: FunctionId,
    /// How many sends it may make; [`MANY`] if there is no end.
    pub(super) most: u8,
    /// Whether it sends at least once on every way.
    pub(super) always: bool,
    /// Whether there is a send after which it sends no more, though it sends several times.
    pub(super) has_last: bool,
}

/// Counts sends on the ways through a goroutine.
struct Counting<'s> {
    sends: &'s FxHashMap<StepId, u8>,
    /// The count with which a way ends that is looked for.
    wanted: u8,
}

impl Journey for Counting<'_> {
    type State = u8;

    fn step(&self, step: StepId, state: u8) -> Onward<u8> {
        let count = self.sends.get(&step).map_or(state, |n| state.saturating_add(*n).min(MANY));
        if self.wanted > 0 && count >= self.wanted { Onward::Bad } else { Onward::With(count) }
    }

    fn is_bad(&self, exit: Exit, count: u8) -> bool {
        self.wanted == 0 && count == 0 && matches!(exit, Exit::Return(_) | Exit::End)
    }
}

/// Whether a place is only reached if a panic was stopped: `if r := recover(); r != nil { … }`.
fn is_after_panic(code: &Code<'_>, at: u32) -> bool {
    let Some(function) = code.scope.function_at(at) else { return false };
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::IfStmt(branch) = code.file[stmt].kind else { return false };
        let body = code.file[branch.body].span;
        let asked = [branch.init.map(Node::Stmt), Some(Node::Expr(branch.cond))];
        let recovers = |node: Node| {
            code.file.walk(node).any(|visit| {
                matches!(visit.node, Node::Expr(expr) if code.builtin_call(expr, "recover").is_some())
            })
        };
        (body.start..body.end).contains(&at) && asked.into_iter().flatten().any(recovers)
    })
}

impl Sending {
    /// The goroutines that send on a channel; `None` if they cannot be told apart.
    pub(super) fn of(code: &Code<'_>, mentions: &Mentions, channel: &Channel) -> Option<Vec<Self>> {
        let mut bodies: Vec<(u32, FunctionId)> = Vec::new();
        for send in channel.operations.iter().filter(|operation| operation.is_send()) {
            for run in &send.runs {
                let body = (run.at, run.body?);
                if !bodies.contains(&body) {
                    bodies.push(body);
                }
            }
        }
        bodies.into_iter().map(|(at, body)| Self::one(code, mentions, channel, at, body)).collect()
    }

    fn one(
        code: &Code<'_>,
        mentions: &Mentions,
        channel: &Channel,
        at: u32,
        body: FunctionId,
    ) -> Option<Self> {
        let graph = code.graph(body);
        let mut blocking: FxHashMap<StepId, u8> = FxHashMap::default();
        let mut all: FxHashMap<StepId, u8> = FxHashMap::default();
        let runs_it = |send: &&Operation| {
            send.is_send() && send.runs.iter().any(|run| run.at == at && run.body == Some(body))
        };
        let sends = || channel.operations.iter().filter(runs_it);
        // Who sends after a panic has not come to the other sends.
        let is_only_after_panics = sends().all(|send| is_after_panic(code, send.at));
        for send in sends().filter(|s| is_only_after_panics || !is_after_panic(code, s.at)) {
            let runs = goroutines::runs(code, mentions, send.at, body);
            for run in &runs {
                let step = graph.step_at(run.at)?;
                let count = match run.runs {
                    Runs::InLine | Runs::Deferred => 1,
                    Runs::Goroutine | Runs::Callback => MANY,
                };
                *all.entry(step).or_default() += count;
                if send.select.is_none() {
                    *blocking.entry(step).or_default() += count;
                }
            }
            if runs.is_empty() {
                return None;
            }
        }
        let reaches = |sends: &FxHashMap<StepId, u8>, wanted| {
            !ways::search(code, body, &Counting { sends, wanted }, 0).is_empty()
        };
        let most = (1..=MANY).take_while(|wanted| reaches(&blocking, *wanted)).last().unwrap_or(0);
        let always = !reaches(&blocking, 0);
        let steps: Vec<StepId> = all.keys().copied().collect();
        let before = reaching(graph, &steps);
        let is_last = |step: &StepId| {
            let block = graph.block_of(*step);
            let later = graph.steps(block).any(|s| s > *step && all.contains_key(&s));
            !later && graph.edges(block).iter().all(|edge| !before[edge.to.index()])
        };
        let has_last = most > 1 && steps.iter().any(is_last);
        Some(Self { at, body, most, always, has_last })
    }
}

/// Whether something that is mentioned at a byte stands in a goroutine.
pub(super) fn stands_in(code: &Code<'_>, offset: u32, body: FunctionId) -> bool {
    let inner = code.scope.function_at(offset);
    std::iter::successors(inner, |f| code.scope[*f].parent).any(|f| f == body)
}

/// Whether a goroutine may signal a receiver in another way: it closes another channel, or sends on it.
pub(super) fn signals(code: &Code<'_>, all: &[Channel], other: IdentId, body: FunctionId) -> bool {
    let Some(other) = all.iter().find(|channel| channel.variable == other) else { return false };
    let signals = other.operations.iter().filter(|operation| !operation.receives());
    signals.into_iter().any(|operation| stands_in(code, operation.at, body))
}
