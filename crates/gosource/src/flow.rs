//! Where control can go within a function, and whether a value that it acquires is let go of on every way out.
//!
//! ```
//! use plumb_gosource::flow::{Acquisition, Bound, BoundTo, Exits, Guard, Ownership, Paths, Scope, Use};
//! use plumb_gosource::{ExprKind, Names, Node, parse};
//!
//! struct Closing<'q, 'f, 'a>(&'q Scope<'f, 'a>);
//!
//! impl Ownership for Closing<'_, '_, '_> {
//!     fn releases(&self, use_: &Use<'_>) -> bool {
//!         use_.selected.last().is_some_and(|name| self.0.file().name(*name) == "Close")
//!     }
//! }
//!
//! let file = parse(b"package p
//! func f() error {
//!     r, err := open()
//!     if err != nil { return err }
//!     if err := r.check(); err != nil { return err }
//!     return r.Close()
//! }");
//! let names = Names::new(&file, |_| None);
//! let scope = Scope::new(&file, &names);
//! let function = scope.functions().next().unwrap();
//! let graph = scope.standard_graph(function);
//! let call = file.walk(Node::File).find_map(|visit| match visit.node {
//!     Node::Expr(expr) if matches!(file[expr].kind, ExprKind::CallExpr(_)) => Some(expr),
//!     _ => None,
//! });
//! let call = call.unwrap();
//! let Bound::To(results) = scope.bound(call) else { panic!("unused") };
//! let [BoundTo::Variable(r), BoundTo::Variable(err)] = results[..] else { panic!("no variables") };
//! let acquisition = Acquisition { call, variables: vec![r], guard: Some(Guard::Error(err)) };
//! let paths = Paths::new(&scope, function, &graph);
//! let answer = paths.leaks(&acquisition, &Closing(&scope), Exits::default());
//! let lines: Vec<u32> = answer.leaks[0].witness.places.iter().map(|place| place.line).collect();
//! assert_eq!(lines, [3, 4, 5, 5]);
//! ```
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
mod values;

pub use bound::{Bound, BoundTo};
pub use calls::{CallEffect, Callee, STANDARD_CALLS, callee, standard_effect};
pub use graph::{Block, BlockId, Condition, Edge, Exit, Graph, Step, StepId};
pub use leaks::{
    Acquisition, Answer, Conditions, Exits, Guard, Leak, LeakExit, Paths, Place, PlaceKind, Witness,
};
pub use scope::{Function, FunctionId, Mention, Mentions, Scope};
pub use uses::{Effect, Ownership, Use, UseKind, Within};
pub use values::{Marked, VariableUse};
