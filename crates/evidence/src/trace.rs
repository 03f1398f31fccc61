//! What an execution trace says of goroutines: how they were created, who woke them, and what they wait for.

use std::sync::Arc;

use crate::Timestamp;
use crate::code::{Frame, Stack};
use crate::goroutine::WaitState;

/// An execution trace, summed up. Stacks are as in [`Stack`]: without the runtime's frames at either end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// When it was taken, if known.
    pub taken: Option<Timestamp>,
    /// Seconds between its first and its last event.
    pub seconds: f64,
    /// The goroutines of the program that live at its end, by id.
    pub goroutines: Vec<TracedGoroutine>,
    /// The ways in which goroutines were created while it ran.
    pub creations: Vec<Creation>,
    /// How often goroutines were woken by others, by who woke whom.
    pub wakings: Vec<WakingCount>,
}

/// A goroutine that lives at the end of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedGoroutine {
    /// Its number, as goroutine dumps show it.
    pub id: u64,
    /// What it waits for.
    pub state: WaitState,
    /// Seconds since it began to, within the trace.
    pub seconds: f64,
    /// Whether it has waited since before the trace began.
    pub whole_trace: bool,
    /// Where it waits, or was seen last. Empty if no stack was taken (Go 1.22).
    pub stack: Stack,
    /// How it was created, an index into [`Trace::creations`]; none if it is older than the trace.
    pub creation: Option<usize>,
    /// The goroutine that created it; none if it is older than the trace.
    pub creator: Option<u64>,
    /// Who woke it last.
    pub waking: Option<Waking>,
    /// Where the goroutine waited that its creator woke first after having created it: for whom it was made, if it was made
    /// for somebody who waits.
    pub handed: Option<Stack>,
    /// The regions of `runtime/trace` that it is in, the innermost last, each with its task, as in `upload of task job`.
    pub regions: Vec<Arc<str>>,
    /// The region in which it was created.
    pub created_in: Option<Arc<str>>,
    /// The region of who woke it last.
    pub woken_in: Option<Arc<str>>,
    /// The region of whom it was made for.
    pub handed_in: Option<Arc<str>>,
}

/// A way in which goroutines are created.
#[derive(Clone, Debug, PartialEq)]
pub struct Creation {
    /// The function that they begin with.
    pub start: Option<Frame>,
    /// The stack of the creator, of the creator's creator and so on, back to a goroutine older than the trace.
    pub chain: Vec<Stack>,
    /// How many live at the end.
    pub alive: u64,
    /// How many have ended.
    pub ended: u64,
}

impl Creation {
    /// How many were created.
    pub fn created(&self) -> u64 {
        self.alive.saturating_add(self.ended)
    }
}

/// How a goroutine was woken by another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Waking {
    /// The stack of the goroutine that did.
    pub stack: Stack,
    /// How that one was created, an index into [`Trace::creations`]; none if it is older than the trace.
    pub creation: Option<usize>,
}

/// How often goroutines that waited at one place were woken in one way.
#[derive(Clone, Debug, PartialEq)]
pub struct WakingCount {
    /// Where those who were woken waited.
    pub waiting: Stack,
    /// How they were woken.
    pub waking: Waking,
    /// How often.
    pub count: u64,
}

impl Trace {
    /// The creation of a goroutine, or of the one that woke it.
    pub fn creation(&self, index: Option<usize>) -> Option<&Creation> {
        self.creations.get(index?)
    }
}
