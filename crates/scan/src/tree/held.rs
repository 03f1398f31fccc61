//! What is given back to the allocator, or left to the end of the process.

use std::ops::{Deref, DerefMut};

/// A value with millions of small ones in it, which to drop takes as long as to look at some packages. Who scans once and
/// ends leaves it where it is.
pub(super) enum Held<'h, T> {
    Owned(Box<T>),
    Left(&'h mut T),
}

impl<'h, T: 'h> Held<'h, T> {
    /// Holds a value, which is not dropped if it is to be left.
    pub(super) fn new(value: T, leave: bool) -> Self {
        let value = Box::new(value);
        match leave {
            true => Self::Left(Box::leak(value)),
            false => Self::Owned(value),
        }
    }
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Owned(value) => value,
            Self::Left(value) => value,
        }
    }
}

impl<T> DerefMut for Held<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match self {
            Self::Owned(value) => value,
            Self::Left(value) => value,
        }
    }
}
