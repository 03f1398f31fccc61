//! Goroutine dumps inside logs: of SIGQUIT, panics, fatal errors and `debug.Stack`, with whatever
//! a log collector put before or around each line.
//!
//! Every raw line goes through [`join`] (records that a container runtime split), then, once a header
//! was seen, through the [`layout`] learned from it (JSON or logfmt field, line prefix) to the goroutine parser.

pub(crate) mod array;
mod cause;
mod colours;
mod finder;
mod join;
mod json;
mod layout;
mod logfmt;
mod prefix;
mod quoted;
mod time;

use crate::goroutines::GoroutineDump;

pub(crate) use finder::find;

/// A goroutine dump found in a log.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundDump {
    /// The dump.
    pub dump: GoroutineDump,
    /// Why the program printed it, verbatim: `panic: …`, `fatal error: …`, `SIGQUIT: quit`.
    pub cause: Option<String>,
    /// Time of its first line, as text, from the prefix or a field of that line.
    pub time: Option<String>,
    /// Line number in the input of the first goroutine header, from 1.
    pub line: u64,
    /// Whether nothing but the dump stands in the input.
    pub(crate) alone: bool,
}

impl FoundDump {
    /// Whether the process ended as it printed this. A handler's panic that net/http reports does not end it.
    pub fn is_last_word(&self) -> bool {
        self.cause.as_deref().is_some_and(cause::ends_process)
    }
}
