//! Breadth-first search over blocks, with what the way there knows: whether the error still tells of the
//! acquisition, and what conditions that recur have said.

use rustc_hash::{FxHashMap, FxHashSet};

use super::conditions::Success;
use super::correlated::Facts;
use super::graph::{BlockId, Condition, Exit, StepId};
use super::leaks::{Acquisition, Exits, Leak, LeakExit, Paths, Place, PlaceKind, Witness};
use super::track::Tracked;
use super::uses::{Effect, Ownership};
use crate::ast::StmtKind;
use crate::walk::Node;

/// How often a block may be met with different knowledge, on average, before that knowledge is given up.
const MEETINGS: usize = 16;

/// How many exits are told of one acquisition, the nearest: each has its way, so that all of a function with thousands
/// would take memory in the cube of its length.
const EXITS_MAX: usize = 64;

pub(super) struct Search<'q, 'f, 'a> {
    pub(super) paths: &'q Paths<'q, 'f, 'a>,
    pub(super) at: StepId,
    pub(super) acquisition: &'q Acquisition,
    pub(super) ownership: &'q dyn Ownership,
    pub(super) tracked: &'q Tracked,
    pub(super) exits: Exits,
}

/// What a way knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Knowledge {
    /// Whether the error or `ok` of the acquisition is still in its variable.
    guarded: bool,
    facts: Facts,
}

/// A block on a way.
#[derive(Clone, Copy)]
struct Visit {
    block: BlockId,
    knows: Knowledge,
    /// The visit before, and the condition of the edge from there.
    from: Option<(usize, Condition)>,
}

/// What the steps of a block lead to.
enum Passed {
    /// Somebody else takes care, or the way cannot be.
    Ends,
    Lost(StepId),
    Through(Knowledge),
}

/// The visits of a search.
#[derive(Default)]
struct Ways {
    visits: Vec<Visit>,
    met: FxHashSet<(BlockId, Knowledge)>,
}

impl Ways {
    fn add(&mut self, visit: Visit) {
        if self.met.insert((visit.block, visit.knows)) {
            self.visits.push(visit);
        }
    }
}

impl Search<'_, '_, '_> {
    pub(super) fn leaks(&self) -> Vec<Leak> {
        let start = self.paths.graph.block_of(self.at);
        if !self.paths.graph.is_reachable(start) || self.is_armed() {
            return Vec::new();
        }
        let most = self.paths.graph.blocks().len() * MEETINGS;
        match self.search(self.known(most), most) {
            Some(leaks) => leaks,
            None => self.search(None, usize::MAX).unwrap_or_default(),
        }
    }

    /// What all ways to the acquisition know of the conditions that are followed; `None` if there are none.
    fn known(&self, most: usize) -> Option<Facts> {
        let (graph, correlated) = (self.paths.graph, &self.paths.correlated);
        if correlated.is_empty() {
            return None;
        }
        let mut met = FxHashSet::default();
        let mut todo = vec![(graph.entry(), Facts::default())];
        let mut known: Option<Facts> = None;
        while let Some((block, mut facts)) = todo.pop() {
            if !met.insert((block, facts)) {
                continue;
            }
            if met.len() > most {
                return Some(Facts::default());
            }
            for step in graph.steps(block) {
                facts = correlated.set_by(step, facts);
                if step == self.at {
                    known = Some(known.map_or(facts, |known| known.common(facts)));
                }
            }
            let edges = graph.edges(block).iter();
            todo.extend(edges.filter_map(|e| Some((e.to, correlated.after(e.when, facts)?))));
        }
        Some(known.unwrap_or_default())
    }

    /// Whether every way to the acquisition passes a literal or pointer that takes care of what is acquired later.
    fn is_armed(&self) -> bool {
        if self.tracked.armed.is_empty() {
            return false;
        }
        let armed: FxHashSet<StepId> = self.tracked.armed.iter().copied().collect();
        let mut met = vec![false; self.paths.graph.blocks().len()];
        let mut todo = vec![self.paths.graph.entry()];
        while let Some(block) = todo.pop() {
            if std::mem::replace(&mut met[block.index()], true) {
                continue;
            }
            match self
                .paths
                .graph
                .steps(block)
                .find(|step| *step == self.at || armed.contains(step))
            {
                Some(step) if step == self.at => return false,
                Some(_) => {}
                None => todo.extend(self.paths.graph.edges(block).iter().map(|edge| edge.to)),
            }
        }
        true
    }

    /// `None` if it takes too many visits; without facts it never does.
    fn search(&self, facts: Option<Facts>, most: usize) -> Option<Vec<Leak>> {
        let success = Success {
            scope: self.paths.scope,
            guard: self.acquisition.guard,
            aliases: &self.tracked.aliases,
            asserted: &self.tracked.asserted,
            ownership: self.ownership,
        };
        let knows = Knowledge { guarded: true, facts: facts.unwrap_or_default() };
        let mut ways = Ways::default();
        let start = self.paths.graph.block_of(self.at);
        // The first visit begins after the acquisition, so the block may be met once more.
        ways.visits.push(Visit { block: start, knows, from: None });
        let mut lost: FxHashMap<LeakExit, usize> = FxHashMap::default();
        let mut leaks = Vec::new();
        let mut next = 0;
        while let Some(visit) = ways.visits.get(next).copied().filter(|_| leaks.len() < EXITS_MAX) {
            let number = next;
            next += 1;
            if next > most {
                return None;
            }
            let knows = match self.pass(&visit, facts.is_some()) {
                Passed::Ends => continue,
                Passed::Lost(step) => {
                    self.add(LeakExit::Overwritten(step), number, &ways, &mut lost, &mut leaks);
                    continue;
                }
                Passed::Through(knows) => knows,
            };
            if let Some(exit) = self.paths.graph.exit(visit.block)
                && self.counts(exit)
            {
                self.add(LeakExit::Exit(exit), number, &ways, &mut lost, &mut leaks);
            }
            for edge in self.paths.graph.edges(visit.block) {
                if success.excludes(edge.when, knows.guarded) || self.ownership.forbids(edge.when) {
                    continue;
                }
                let facts = match facts {
                    Some(_) => self.paths.correlated.after(edge.when, knows.facts),
                    None => Some(knows.facts),
                };
                let Some(facts) = facts else { continue };
                let knows = Knowledge { facts, ..knows };
                ways.add(Visit { block: edge.to, knows, from: Some((number, edge.when)) });
            }
        }
        Some(leaks)
    }

    /// Goes through the steps of a block.
    fn pass(&self, visit: &Visit, with_facts: bool) -> Passed {
        let first = visit.from.is_none();
        let mut knows = visit.knows;
        for step in self.paths.graph.steps(visit.block) {
            if first && step <= self.at {
                continue;
            }
            match self.tracked.effects.get(&step) {
                Some(Effect::Releases | Effect::HandsOn) => return Passed::Ends,
                Some(Effect::Overwrites) => return Passed::Lost(step),
                Some(Effect::None) | None => {}
            }
            if step == self.at {
                return Passed::Lost(step);
            }
            if self.tracked.reassigns_guard.contains(&step) {
                knows.guarded = false;
            }
            if with_facts {
                knows.facts = self.paths.correlated.set_by(step, knows.facts);
            }
        }
        Passed::Through(knows)
    }

    fn counts(&self, exit: Exit) -> bool {
        match exit {
            Exit::Return(stmt) => {
                let bare = matches!(
                    self.paths.scope.file[stmt].kind,
                    StmtKind::ReturnStmt(results) if results.is_empty()
                );
                !(bare && self.tracked.is_result)
            }
            Exit::End => true,
            Exit::Panic(_) => self.exits.panics,
            Exit::NoReturn(_) => self.exits.no_return,
            Exit::Endless(_) | Exit::Nowhere(_) => false,
        }
    }

    fn add(
        &self,
        exit: LeakExit,
        visit: usize,
        ways: &Ways,
        lost: &mut FxHashMap<LeakExit, usize>,
        leaks: &mut Vec<Leak>,
    ) {
        // The first way to an exit is a shortest one.
        if lost.insert(exit, visit).is_none() {
            leaks.push(Leak { exit, witness: self.witness(exit, visit, ways) });
        }
    }

    fn witness(&self, exit: LeakExit, visit: usize, ways: &Ways) -> Witness {
        let mut places = vec![self.place_of_exit(exit)];
        let mut visit = ways.visits.get(visit);
        while let Some((from, condition)) = visit.and_then(|visit| visit.from) {
            places.extend(self.place_of_branch(condition));
            visit = ways.visits.get(from);
        }
        places.push(self.place(Node::Expr(self.acquisition.call), PlaceKind::Acquired));
        places.reverse();
        Witness { places }
    }

    fn place(&self, node: Node, kind: PlaceKind) -> Place {
        self.place_at(self.paths.scope.file.span(node).start, node, kind)
    }

    fn place_at(&self, offset: u32, node: Node, kind: PlaceKind) -> Place {
        Place { node, offset, line: self.paths.scope.file.position(offset).line, kind }
    }

    fn place_of_branch(&self, condition: Condition) -> Option<Place> {
        let node = match condition {
            Condition::Always => return None,
            Condition::Expr { expr, .. } => Node::Expr(expr),
            Condition::Case { value, .. } => Node::Expr(value),
            Condition::TypeCase { ty, .. } => Node::Expr(ty),
            Condition::Comm(stmt) | Condition::RangeNext(stmt) | Condition::RangeEnds(stmt) => {
                Node::Stmt(stmt)
            }
        };
        Some(self.place(node, PlaceKind::Branch(condition)))
    }

    fn place_of_exit(&self, exit: LeakExit) -> Place {
        let kind = PlaceKind::Lost(exit);
        match exit {
            LeakExit::Exit(Exit::End) => {
                let body = self.paths.scope[self.paths.function].body;
                let end = self.paths.scope.file[body].span.end.saturating_sub(1);
                self.place_at(end, Node::Stmt(body), kind)
            }
            LeakExit::Exit(Exit::Return(stmt) | Exit::Endless(stmt) | Exit::Nowhere(stmt)) => {
                self.place(Node::Stmt(stmt), kind)
            }
            LeakExit::Exit(Exit::Panic(call) | Exit::NoReturn(call)) => {
                self.place(Node::Expr(call), kind)
            }
            LeakExit::Overwritten(step) => {
                let step = self.paths.graph.step(step);
                self.place_at(step.span(self.paths.scope.file).start, step.node(), kind)
            }
        }
    }
}
