//! What a trace names by numbers.

use std::fmt;

/// What has a number that counts up.
pub(crate) trait Numbered {
    fn number(self) -> u64;
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl $name {
            /// Nobody; the trace's own tools write it as -1.
            pub const NONE: Self = Self(-1);

            pub(crate) fn of(number: u64) -> Self {
                Self(number as i64)
            }

            /// Whether there is one.
            pub fn is_some(self) -> bool {
                self != Self::NONE
            }
        }

        impl Numbered for $name {
            #[inline]
            fn number(self) -> u64 {
                self.0 as u64
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A goroutine, by the number that goroutine dumps show as well.
    GoroutineId
}
id! {
    /// A P of the scheduler: the right to run Go code.
    ProcId
}
id! {
    /// An M of the scheduler: a thread of the operating system, by its thread ID.
    ThreadId
}

/// A task of the package `runtime/trace`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub u64);

impl TaskId {
    /// No task: of a parent that there is none.
    pub const NONE: Self = Self(u64::MAX);
    /// What belongs to no task of its own.
    pub const BACKGROUND: Self = Self(0);
}

/// A moment, in nanoseconds of the trace's clock, which begins anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Time(pub i64);

impl Time {
    /// Nanoseconds since `earlier`, 0 if that is later.
    pub fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}
