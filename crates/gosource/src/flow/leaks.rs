//! The question of this module: ways from an acquisition to an exit on which nobody releases what was acquired.

use std::rc::Rc;

use super::correlated::Correlated;
use super::graph::{Condition, Exit, Graph, StepId};
use super::scope::{FunctionId, Scope};
use super::search;
use super::track;
use super::uses::Ownership;
use crate::ids::{ExprId, IdentId};
use crate::walk::Node;

/// What tells whether an acquisition succeeded; the variable's declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// An error: nothing was acquired if it is not nil.
    Error(IdentId),
    /// A truth value: nothing was acquired if it is false.
    Ok(IdentId),
}

/// A call that acquires something.
#[derive(Clone, Debug)]
pub struct Acquisition {
    /// The call.
    pub call: ExprId,
    /// The declarations of the variables that hold the value: mostly one. [`Scope::bound`] finds them.
    pub variables: Vec<IdentId>,
    /// What tells whether the call succeeded.
    pub guard: Option<Guard>,
}

/// Exits that count besides returns and the closing brace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exits {
    /// Calls that panic: leaks if somebody recovers.
    pub panics: bool,
    /// Calls that never return: leaks if they end only the goroutine.
    pub no_return: bool,
}

/// Where a value is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeakExit {
    /// The function is left.
    Exit(Exit),
    /// A step gives its variable another value; in a loop this may be the acquisition itself.
    Overwritten(StepId),
}

/// What a place of a witness shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// The call that acquires.
    Acquired,
    /// A branch that was taken.
    Branch(Condition),
    /// Where the value is lost.
    Lost(LeakExit),
}

/// One place on the way of a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The expression or statement.
    pub node: Node,
    /// Offset of its first byte; for the end of a function that of the closing brace.
    pub offset: u32,
    /// The line of that byte, from 1.
    pub line: u32,
    /// What happens there.
    pub kind: PlaceKind,
}

/// A way from the acquisition to where the value is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The acquisition, the branches taken, the exit.
    pub places: Vec<Place>,
}

/// A way out on which the value is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Where.
    pub exit: LeakExit,
    /// A shortest way there, counted in blocks.
    pub witness: Witness,
}

/// What became of an acquisition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// One for each place where the value is lost, the shortest way first.
    pub leaks: Vec<Leak>,
    /// Mentions of the variables that release the value, wherever they are in the function.
    pub releases: Vec<IdentId>,
    /// Mentions that hand it on.
    pub handed_on: Vec<IdentId>,
}

/// A function about whose paths questions are asked.
#[derive(Debug)]
pub struct Paths<'q, 'f, 'a> {
    pub(super) scope: &'q Scope<'f, 'a>,
    pub(super) function: FunctionId,
    pub(super) graph: &'q Graph,
    pub(super) correlated: Rc<Correlated>,
}

/// The conditions of a function that recur, found once for all questions about its paths.
#[derive(Clone, Debug)]
pub struct Conditions(Rc<Correlated>);

impl Conditions {
    /// Those of a function with a graph.
    pub fn new(scope: &Scope<'_, '_>, function: FunctionId, graph: &Graph) -> Self {
        Self(Rc::new(Correlated::new(scope, function, graph)))
    }
}

impl<'q, 'f, 'a> Paths<'q, 'f, 'a> {
    /// Prepares the questions about a function; `graph` is its graph.
    pub fn new(scope: &'q Scope<'f, 'a>, function: FunctionId, graph: &'q Graph) -> Self {
        Self::with(scope, function, graph, &Conditions::new(scope, function, graph))
    }

    /// The same with the conditions that were found before.
    pub fn with(
        scope: &'q Scope<'f, 'a>,
        function: FunctionId,
        graph: &'q Graph,
        conditions: &Conditions,
    ) -> Self {
        Self { scope, function, graph, correlated: conditions.0.clone() }
    }

    /// The function that it is about.
    pub fn function(&self) -> FunctionId {
        self.function
    }

    /// Follows what a call in the function acquires.
    ///
    /// No leak is told of a value whose variable outlives the function, of a call that is dead code, and of one that
    /// is not in the function itself but in a literal. Takes time in proportion to the function. Of many exits, the
    /// nearest 64 are told.
    pub fn leaks(
        &self,
        acquisition: &Acquisition,
        ownership: &dyn Ownership,
        exits: Exits,
    ) -> Answer {
        let start = self.scope.file[acquisition.call].span.start;
        let at = self.graph.step_at(start);
        let Some(at) = at.filter(|_| self.scope.function_at(start) == Some(self.function)) else {
            return Answer::default();
        };
        let tracked = track::track(self, at, acquisition, ownership);
        let leaks = if tracked.escapes || acquisition.variables.is_empty() {
            Vec::new()
        } else {
            let paths = self;
            search::Search { paths, at, acquisition, ownership, tracked: &tracked, exits }.leaks()
        };
        Answer { leaks, releases: tracked.releases, handed_on: tracked.handed_on }
    }
}
