//! What a function does with a value, and the questions that only the caller can answer.

use super::graph::Condition;
use crate::ids::{ExprId, IdentId, StmtId};
use crate::walk::Node;

/// What a use means for whoever must release the value; of several in one step the last of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing: it is only read.
    None,
    /// The variable gets another value, and the tracked one is lost.
    Overwrites,
    /// Somebody else may release it from here on.
    HandsOn,
    /// It is released, or certainly will be when the function ends.
    Releases,
}

/// Where a use stands; of literals in each other, the last of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Within {
    /// In the function itself, or in a literal that is called on the spot.
    Function,
    /// In a deferred call, or in a literal that is deferred.
    Deferred,
    /// In the call of a `go` statement, or in a literal that runs as a goroutine.
    Goroutine,
    /// In a literal that is kept or passed.
    Stored,
}

/// What happens to a value, or to what is selected from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UseKind {
    /// It is called, itself or its last selected name: `cancel()`, `x.Close()`, `resp.Body.Close()`.
    Call(ExprId),
    /// It is an argument of a call or conversion.
    Argument {
        /// The call.
        call: ExprId,
        /// Its place among the arguments, from 0.
        index: usize,
    },
    /// It is a result of a `ReturnStmt`.
    Return(StmtId),
    /// It is assigned to an expression, or to a name that is declared.
    Assigned(Node),
    /// It is in a composite literal.
    Element(ExprId),
    /// It is sent by a `SendStmt`.
    Sent(StmtId),
    /// Its variable is declared or assigned to; the node is the statement, or one line of a declaration.
    Overwritten(Node),
    /// Something in it is assigned to: a field, an element, what it points to.
    Written,
    /// It is compared, indexed, received from, or its value is computed with.
    Read,
    /// Anything else.
    Other,
}

/// One use of a tracked value.
#[derive(Clone, Copy, Debug)]
pub struct Use<'u> {
    /// The name of the variable where it is used.
    pub ident: IdentId,
    /// What is selected from the value: `Body`, `Close`; without what an alias stands for if that is the value.
    pub selected: &'u [IdentId],
    /// What happens to it.
    pub kind: UseKind,
    /// Where that happens.
    pub within: Within,
    /// Whether a function literal refers to the variable, and so sees what is assigned to it later.
    pub captured: bool,
    /// Whether the address of the value is taken.
    pub address: bool,
}

/// What is known of a kind of value: how it is released, and what keeps it.
pub trait Ownership {
    /// Whether a call of the value or of its method (`UseKind::Call`) releases it.
    fn releases(&self, use_: &Use<'_>) -> bool;

    /// Whether a call releases or keeps the value, or part of it, that it gets as an argument (`UseKind::Argument`);
    /// not asked for what does not carry the value.
    fn keeps(&self, _use: &Use<'_>) -> Effect {
        Effect::HandsOn
    }

    /// Whether a goroutine that uses the value so is done with it when it ends, and leaves the release to others
    /// (`UseKind::Argument` of a copy that runs to its end). All else that a goroutine does may release the value.
    fn only_reads(&self, _use: &Use<'_>) -> bool {
        false
    }

    /// Whether what is selected from a value can release it: the field `Body` of a response, the method value
    /// `x.Close`. Not asked for the value itself, which always can.
    fn carries(&self, _selected: &[IdentId]) -> bool {
        false
    }

    /// Which outcome of a call with the error of the acquisition among its arguments says that there was an error;
    /// `None` if that is not known, and then the usual names decide (`errors.Is`, `os.IsNotExist`, `NoError`).
    fn error_when(&self, _call: ExprId) -> Option<bool> {
        None
    }

    /// Whether no run takes a branch.
    fn forbids(&self, _condition: Condition) -> bool {
        false
    }
}

/// What a use means.
pub(super) fn effect(use_: &Use<'_>, ownership: &dyn Ownership) -> Effect {
    if let UseKind::Overwritten(_) = use_.kind
        && !use_.captured
    {
        return Effect::Overwrites;
    }
    if let UseKind::Call(_) = use_.kind
        && use_.within != Within::Stored
        && ownership.releases(use_)
    {
        return Effect::Releases;
    }
    match use_.within {
        Within::Stored => return Effect::HandsOn,
        Within::Goroutine if !ownership.only_reads(use_) => return Effect::HandsOn,
        Within::Goroutine | Within::Deferred | Within::Function => {}
    }
    let carries = || use_.selected.is_empty() || ownership.carries(use_.selected);
    match use_.kind {
        UseKind::Argument { .. } if carries() => ownership.keeps(use_),
        UseKind::Return(_)
        | UseKind::Assigned(_)
        | UseKind::Element(_)
        | UseKind::Sent(_)
        | UseKind::Other
            if carries() =>
        {
            Effect::HandsOn
        }
        _ => Effect::None,
    }
}
