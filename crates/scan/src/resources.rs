//! What a file acquires, and where it is lost.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind};
use plumb_gosource::flow::{FunctionId, Leak};
use plumb_gosource::{ExprId, IdentId};

use crate::code::Code;

/// Something that is acquired and not released, or not on every way.
#[derive(Clone, Debug)]
pub struct Loss {
    /// The call that acquires it.
    pub call: ExprId,
    /// The function in which that call stands.
    pub function: FunctionId,
    /// What it is.
    pub kind: ResourceKind,
    /// The record of the catalogue; `None` if what must be released follows from its type alone.
    pub object: Option<&'static LibraryObject>,
    /// How reports call it: the object's name, or its type.
    pub name: String,
    /// The declaration of the variable that holds it.
    pub variable: Option<IdentId>,
    /// What would release it, selected from the variable: `Close`, `Body.Close`; empty if the variable itself is called.
    pub release: String,
    /// How it is lost.
    pub how: LossKind,
}

/// How something is lost.
#[derive(Clone, Debug)]
pub enum LossKind {
    /// The results of the call are dropped.
    Dropped,
    /// It is assigned to `_`.
    Blank,
    /// Nothing in the function releases it or hands it on.
    Never(Vec<Leak>),
    /// It is released, or handed on, but not on these ways.
    OnSomeWays {
        /// The ways.
        leaks: Vec<Leak>,
        /// Where it is released on others.
        releases: Vec<IdentId>,
    },
}

/// All losses of a file, in the order of their calls.
pub(crate) fn losses(_code: &Code<'_>) -> Vec<Loss> {
    Vec::new()
}
