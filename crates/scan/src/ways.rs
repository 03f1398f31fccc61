//! Ways through a function, with a state that what happens on them changes.
//!
//! A search takes each edge of the graph unless what the way knows of recurring conditions forbids it
//! ([`Facts`]), and tells for each place where a way may end badly one shortest way there.

mod describe;
mod facts;

use std::hash::Hash;

use plumb_gosource::flow::{BlockId, Condition, Edge, Exit, FunctionId, Graph, StepId};
use rustc_hash::FxHashSet;

use crate::code::Code;
use crate::resources::ends_after;
use facts::{Facts, Followed};

pub use describe::ends;

/// How often a block may be met with different states, on average, before the search is given up and finds nothing.
const MEETINGS: usize = 48;

/// What a search asks about.
pub trait Journey {
    /// What a way knows.
    type State: Copy + Eq + Hash;

    /// What a step does.
    fn step(&self, step: StepId, state: Self::State) -> Onward<Self::State>;

    /// What an edge does; `None` if it cannot be taken, or leads nowhere of interest.
    fn edge(&self, _from: BlockId, _edge: &Edge, state: Self::State) -> Option<Self::State> {
        Some(state)
    }

    /// Whether it is bad to leave the function so.
    fn is_bad(&self, exit: Exit, state: Self::State) -> bool;
}

/// What comes after a step.
pub enum Onward<S> {
    /// The way goes on.
    With(S),
    /// It does not matter any more.
    Done,
    /// It ends badly here.
    Bad,
}

/// Where a way ends badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WayEnd {
    /// The function is left.
    Exit(Exit),
    /// At a step.
    Step(StepId),
}

/// A way that ends badly.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where.
    pub end: WayEnd,
    /// The conditions of its branches, in order.
    pub branches: Vec<Condition>,
}

impl Way {
    /// Whether the process ends after the way out of a function: as a rule because of the error that it returns.
    pub(crate) fn ends_process(&self, code: &Code<'_>, function: FunctionId) -> bool {
        match self.end {
            WayEnd::Exit(Exit::Return(stmt)) => {
                ends_after(code, function, stmt, self.branches.iter().copied(), true)
            }
            _ => false,
        }
    }
}

struct Visit<S> {
    block: BlockId,
    state: S,
    facts: Facts,
    from: Option<(usize, Condition)>,
}

/// All bad ends that ways from the entry of a function lead to, those with the shortest ways first.
pub fn search<J: Journey>(
    code: &Code<'_>,
    function: FunctionId,
    journey: &J,
    start: J::State,
) -> Vec<Way> {
    let graph = code.graph(function);
    let followed = Followed::new(code, function, graph);
    let most = graph.blocks().len() * MEETINGS;
    let mut visits =
        vec![Visit { block: graph.entry(), state: start, facts: Facts::default(), from: None }];
    let mut met = FxHashSet::default();
    let mut ended = FxHashSet::default();
    let mut ways = Vec::new();
    let mut next = 0;
    while next < visits.len() {
        if next > most {
            return Vec::new();
        }
        let Visit { block, state, facts, .. } = visits[next];
        let number = next;
        next += 1;
        let (state, facts) = match pass(graph, journey, &followed, block, state, facts) {
            Ok(passed) => passed,
            Err(None) => continue,
            Err(Some(step)) => {
                if ended.insert(WayEnd::Step(step)) {
                    ways.push(way(WayEnd::Step(step), number, &visits));
                }
                continue;
            }
        };
        if let Some(exit) = graph.exit(block)
            && journey.is_bad(exit, state)
            && ended.insert(WayEnd::Exit(exit))
        {
            ways.push(way(WayEnd::Exit(exit), number, &visits));
        }
        for edge in graph.edges(block) {
            if code.forbids(function, edge.when) {
                continue;
            }
            let Some(facts) = followed.after(edge.when, facts) else { continue };
            let Some(state) = journey.edge(block, edge, state) else { continue };
            if met.insert((edge.to, state, facts)) {
                visits.push(Visit {
                    block: edge.to,
                    state,
                    facts,
                    from: Some((number, edge.when)),
                });
            }
        }
    }
    ways
}

/// Goes through the steps of a block; an error is a way that ends, badly at a step.
fn pass<J: Journey>(
    graph: &Graph,
    journey: &J,
    followed: &Followed,
    block: BlockId,
    mut state: J::State,
    mut facts: Facts,
) -> Result<(J::State, Facts), Option<StepId>> {
    for step in graph.steps(block) {
        facts = followed.set_by(step, facts);
        state = match journey.step(step, state) {
            Onward::With(state) => state,
            Onward::Done => return Err(None),
            Onward::Bad => return Err(Some(step)),
        };
    }
    Ok((state, facts))
}

fn way<S>(end: WayEnd, last: usize, visits: &[Visit<S>]) -> Way {
    let mut branches = Vec::new();
    let mut visit = visits.get(last);
    while let Some((from, condition)) = visit.and_then(|visit| visit.from) {
        branches.extend((condition != Condition::Always).then_some(condition));
        visit = visits.get(from);
    }
    branches.reverse();
    Way { end, branches }
}

/// By block, whether control can get from it to one of some steps; also from behind the step, in a loop.
pub fn reaching(graph: &Graph, steps: &[StepId]) -> Vec<bool> {
    let mut before: Vec<Vec<BlockId>> = vec![Vec::new(); graph.blocks().len()];
    for block in graph.blocks() {
        graph.edges(block).iter().for_each(|edge| before[edge.to.index()].push(block));
    }
    let mut reaches = vec![false; before.len()];
    let mut todo: Vec<BlockId> = steps.iter().map(|step| graph.block_of(*step)).collect();
    while let Some(block) = todo.pop() {
        if !std::mem::replace(&mut reaches[block.index()], true) {
            todo.extend(&before[block.index()]);
        }
    }
    reaches
}

/// Whether a step may be followed by itself.
pub fn recurs(graph: &Graph, step: StepId) -> bool {
    let block = graph.block_of(step);
    let reaches = reaching(graph, &[step]);
    graph.edges(block).iter().any(|edge| reaches[edge.to.index()])
}
