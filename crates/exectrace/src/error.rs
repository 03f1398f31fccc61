//! What can be wrong with a trace.

use std::fmt;

use thiserror::Error;

/// What is wrong with a generation, a lowercase fragment. It is small, since each event of the millions may have one.
pub(crate) type Fault = Box<str>;

/// A [`Fault`] in the words of [`format!`].
macro_rules! fault {
    ($($part:tt)*) => { $crate::error::fault_of(format_args!($($part)*)) };
}
pub(crate) use fault;

#[cold]
pub(crate) fn fault_of(words: fmt::Arguments<'_>) -> Fault {
    words.to_string().into()
}

/// Why an input is no trace that can be read. What could be read only in part is no error but a [`Problem`].
#[derive(Debug, Error)]
pub enum ReadError {
    /// Nothing to read.
    #[error("the input is empty")]
    Empty,
    /// The input does not begin as a trace does.
    #[error("not a Go execution trace: it does not begin with `go 1.x trace`")]
    NoTrace,
    /// The format of Go 1.21 and before, which has other events in another order.
    #[error(
        "execution trace of the format of Go 1.{0}: only those of Go 1.22 and later can be read; \
         build the program with a newer Go to trace it"
    )]
    TooOld(u32),
    /// A format that came after this program.
    #[error("execution trace of the format of Go 1.{0}, which is newer than this plumb")]
    Unknown(u32),
    /// The underlying reader failed.
    #[error("cannot read the trace")]
    Io(#[from] std::io::Error),
}

/// What was wrong with a part of a trace. A generation that is broken is left out from where it breaks; the next one
/// begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// The input ends within a generation.
    #[error("the trace is cut off: {bytes} bytes of an unfinished generation were left out")]
    CutOff {
        /// Bytes of the generation that were there.
        bytes: usize,
    },
    /// The bytes are no batch, so nothing after them can be found.
    #[error("generation {generation} is broken: {what}; what follows cannot be read")]
    Framing {
        /// The generation that was being read, 0 before the first.
        generation: u64,
        /// What is wrong, a lowercase fragment.
        what: String,
    },
    /// A generation contradicts itself.
    #[error("generation {generation} is broken: {what}")]
    Generation {
        /// Its number.
        generation: u64,
        /// What is wrong, a lowercase fragment.
        what: String,
    },
    /// The input has a header and nothing else.
    #[error("the trace holds no events")]
    NoEvents,
    /// The underlying reader failed.
    #[error("the trace could not be read further: {0}")]
    Io(String),
}
