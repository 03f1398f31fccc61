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
    /// Where pools of the catalogue's objects are made, whosever code it is.
    pub made: Vec<Made>,
    /// Functions of which the program knows the address, so that they may be called without their name.
    pub referenced: BTreeSet<Arc<str>>,
    /// Functions of which not all callers are told.
    pub unfinished: BTreeSet<Arc<str>>,
}

impl Calls {
    /// Whether they tell nothing.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.made.is_empty()
    }
}

/// A line that takes memory for a value of a type, or for one that holds such a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Made {
    /// The function, and the line.
    pub at: Frame,
    /// The type, as `import/path.Name`.
    pub of: Arc<str>,
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
