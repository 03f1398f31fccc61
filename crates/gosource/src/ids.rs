//! Ids of nodes: small numbers, so that what is known about nodes lives in tables beside the tree.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;

/// An id of a node: a place in one of a file's tables.
pub trait Id: Copy {
    /// The place in a table of all nodes of the kind, from 0 and without gaps.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The id of the node at a place; places are below 2³¹, since a file is.
            pub(crate) fn at(index: usize) -> Self {
                Self(NonZeroU32::MIN.saturating_add(index as u32))
            }
        }

        impl Id for $name {
            fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.index())
            }
        }
    )*};
}

ids! {
    /// Of an expression or type.
    ExprId
    /// Of a statement.
    StmtId
    /// Of a declaration.
    DeclId
    /// Of one import, constant, type or variable declaration.
    SpecId
    /// Of an identifier, wherever it stands.
    IdentId
    /// Of a field, parameter or method of an interface.
    FieldId
    /// Of a list of fields with its brackets.
    FieldListId
    /// Of a signature.
    FuncTypeId
    /// Of a comment.
    CommentId
    /// Of a group of comments.
    CommentGroupId
}

/// A list of ids; indexing the file with it gives the ids.
pub struct List<T> {
    pub(crate) start: u32,
    pub(crate) len: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// A list of nothing.
    pub const EMPTY: Self = Self::new(0, 0);

    pub(crate) const fn new(start: u32, len: u32) -> Self {
        Self { start, len, kind: PhantomData }
    }

    /// The number of ids.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.range())
    }
}
