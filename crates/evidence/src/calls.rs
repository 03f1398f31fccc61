//! Who calls what in a program, as its machine code says.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::code::Frame;

/// The calls through which a program's own module reaches the functions of the catalogue and the constructors of its
/// dependencies. What is not called by its name, but through an interface or as a function value, is not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Each once, those of inlined functions included.
    pub calls: Vec<Call>,
    /// Functions of which the program knows the address, so that they may be called without their name.
    pub referenced: BTreeSet<Arc<str>>,
    /// Functions of which not all callers are told.
    pub unfinished: BTreeSet<Arc<str>>,
}

/// A call in the source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The function that calls, and the line.
    pub at: Frame,
    /// The function called; none for methods of interfaces and function values, which are told where they may come
    /// before another call that is told.
    pub callee: Option<Arc<str>>,
}
