//! Reader of the Go execution trace: who created, who woke and who still waits for whom.
//!
//! Bytes in, events out. No I/O of its own but the [`Read`](std::io::Read) that it is given, no clock. [`Reader`] gives
//! the events of a trace of Go 1.22 or later in the order of the reference reader (`internal/trace` in the Go
//! distribution). It never panics, never allocates from a length that the input claims, and leaves out no more than
//! the rest of a generation that is broken, which is about a second: what was wrong is in its list of [`Problem`]s.

mod batch;
mod cursor;
mod error;
mod event;
mod generation;
mod happened;
mod history;
mod ids;
mod reader;
mod scheduler;
mod slab;
mod symbols;
mod table;
mod text;
mod varint;
mod version;
mod wire;

pub use error::{Problem, ReadError};
pub use event::{
    ClockSnapshot, Event, EventKind, GoroutineState, GoroutineTransition, Metric, ProcState,
    ProcTransition, Range, Region, Sync, Task,
};
pub use history::{ChainId, Count, Creation, Goroutine, History, Scope, Waking, WakingWay};
pub use ids::{GoroutineId, ProcId, TaskId, ThreadId, Time};
pub use reader::Reader;
pub use symbols::{Frame, FrameId, StackId, StringId, Symbols};
pub use text::EventText;
pub use version::Version;
