//! Where control can go within a function, and whether a value that it acquires is let go of on every way out.
//!
//! [`Graph`] is the control-flow graph of a body. [`Scope`] knows the functions and variables of a file; with it
//! [`Paths::leaks`] follows an [`Acquisition`] through a graph and gives the ways to an exit on which the value is
//! neither released nor handed on, each as a [`Witness`] to show. What a call does with a value is the caller's
//! knowledge: [`Ownership`].

mod bound;
mod build;
mod calls;
mod classify;
mod clauses;
mod conditions;
mod correlated;
mod describe;
mod graph;
mod leaks;
mod scope;
mod search;
mod track;
mod uses;

pub use bound::{Bound, BoundTo};
pub use calls::{CallEffect, Callee, STANDARD_CALLS, callee, standard_effect};
pub use graph::{Block, BlockId, Condition, Edge, Exit, Graph, Step, StepId};
pub use leaks::{
    Acquisition, Answer, Exits, Guard, Leak, LeakExit, Paths, Place, PlaceKind, Witness,
};
pub use scope::{Function, FunctionId, Scope};
pub use uses::{Effect, Ownership, Use, UseKind, Within};
