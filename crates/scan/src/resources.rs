//! What a file acquires, and where it is lost.
//!
//! What a call acquires is told by the records of the catalogue, by the summaries of the modules' functions, and last
//! by types and names. Then the ways from there are followed: what is returned, stored, captured or given to somebody
//! of whom nothing is known belongs to them, and nothing is said of it.

mod acquired;
mod callbacks;
mod cancelled;
mod closed;
mod commands;
mod constants;
mod customs;
mod elsewhere;
mod enclosed;
mod ending;
mod fates;
mod findings;
mod gathered;
mod inferred;
mod later;
mod leaving;
mod lost;
mod made;
mod nothing;
mod ownership;
mod parentless;
mod pieces;
mod promised;
mod reading;
mod signals;
mod sizes;
mod slips;
#[cfg(test)]
mod tests;
mod untaken;

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind};
use plumb_evidence::finding::Confidence;
use plumb_gosource::flow::{FunctionId, Leak};
use plumb_gosource::{ExprId, IdentId};

use crate::code::Code;

pub use callbacks::gives_with_error;
pub(crate) use customs::{Customs, FileCustoms};
pub(crate) use ending::{ends_after, is_part_of_main};
pub(crate) use fates::fates;
pub use findings::findings;
pub(crate) use slips::{Slip, slips};

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
    /// What would release it: any of these, the first is what a repair adds.
    pub releases: &'static [Release],
    /// How it is lost.
    pub how: LossKind,
    /// Likely if a record or the function itself says that it acquires; possible if only types and names do, and in
    /// tests.
    pub confidence: Confidence,
}

impl Loss {
    /// What would release it, selected from the variable: `Close`, `Body.Close`; empty if the variable itself is
    /// called. `None` if it must be given to a function.
    pub fn release(&self) -> Option<&'static str> {
        self.releases.iter().find_map(|release| match release {
            Release::Method(path) => Some(*path),
            Release::Call => Some(""),
            Release::Argument(..) | Release::Exhaustion(_) => None,
        })
    }

    /// The ways on which it is lost; none if nothing holds it.
    pub fn leaks(&self) -> &[Leak] {
        match &self.how {
            LossKind::Dropped | LossKind::Blank => &[],
            LossKind::Never(leaks) | LossKind::OnSomeWays { leaks, .. } => leaks,
        }
    }
}

/// How something is lost.
#[derive(Clone, Debug)]
pub enum LossKind {
    /// The results of the call are dropped, or used for something that does not release them.
    Dropped,
    /// It is assigned to `_`.
    Blank,
    /// Nothing in the function releases it or hands it on.
    Never(Vec<Leak>),
    /// It is released, or handed on, but not on these ways.
    OnSomeWays {
        /// The ways.
        leaks: Vec<Leak>,
        /// Where it is released on others; empty if it is only handed on there.
        releases: Vec<IdentId>,
        /// Where it is handed on on others.
        handed_on: Vec<IdentId>,
    },
}

/// All losses of a file, in the order of their calls.
pub(crate) fn losses(code: &Code<'_>) -> Vec<Loss> {
    lost::find(code)
}
