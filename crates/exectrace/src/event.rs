//! What happened, as a reader of a trace sees it.

use crate::ids::{GoroutineId, ProcId, TaskId, ThreadId, Time};
use crate::symbols::{StackId, StringId};

/// One event of a trace, with who it happened to.
///
/// Thread, proc and goroutine are those that ran when it happened, before it changed them: a goroutine that begins to
/// run is in [`EventKind::Goroutine`] and not in [`Event::goroutine`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// When. Later events have a later time: where clocks of processors disagree it is moved.
    pub time: Time,
    /// The thread that it happened on.
    pub thread: ThreadId,
    /// The proc that the thread had.
    pub proc: ProcId,
    /// The goroutine that ran.
    pub goroutine: GoroutineId,
    /// The stack of whoever ran. Of a creation it is that of the creator, of a wake-up that of the waker.
    pub stack: StackId,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EventKind {
    /// A generation begins, or the trace ends: all goroutines up to here were told of.
    Sync(Sync),
    /// The rest of a broken generation was left out. What is not told of again until the next [`EventKind::Sync`] but
    /// one may have ended.
    Gap,
    /// A goroutine changes its state.
    Goroutine(GoroutineTransition),
    /// A proc changes its state.
    Proc(ProcTransition),
    /// The runtime tells a value.
    Metric {
        /// Of what.
        metric: Metric,
        /// The value, in the metric's unit.
        value: u64,
    },
    /// The goroutine that runs is given a label by the runtime, such as `GC (dedicated)`.
    Label(StringId),
    /// A sample of the CPU profile. It may contradict slightly what other events say.
    StackSample,
    /// A span of time begins.
    RangeBegin(Range),
    /// A span of time had begun before the generation did.
    RangeActive(Range),
    /// A span of time ends.
    RangeEnd(Range),
    /// A task of `runtime/trace` begins.
    TaskBegin(Task),
    /// A task ends.
    TaskEnd(Task),
    /// A region of `runtime/trace` begins.
    RegionBegin(Region),
    /// A region ends.
    RegionEnd(Region),
    /// A message of `runtime/trace.Log`.
    Log {
        /// The task that it belongs to.
        task: TaskId,
        /// Its category, as the program says.
        category: StringId,
        /// The message. Its text is known until the next event is asked for, or the next events.
        message: StringId,
    },
    /// An event of an experiment of the runtime.
    Experimental {
        /// Its number in the format.
        number: u8,
        /// Values of its arguments; those that it does not have are 0.
        values: [u64; 3],
    },
}

/// A point at which all goroutines that there are have been told of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sync {
    /// The how manieth it is in the trace, from 1.
    pub number: u32,
    /// What several clocks showed, since Go 1.25.
    pub clock: Option<ClockSnapshot>,
}

/// What several clocks showed at nearly the same moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockSnapshot {
    /// The trace's own clock.
    pub trace: Time,
    /// The monotonic clock, in nanoseconds.
    pub monotonic: u64,
    /// The wall clock, in nanoseconds since 1970.
    pub wall: i64,
}

/// A goroutine changes its state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GoroutineTransition {
    /// Which one.
    pub goroutine: GoroutineId,
    /// Its state before.
    pub from: GoroutineState,
    /// Its state from now on. Equal to `from` where a generation tells the state of what it finds.
    pub to: GoroutineState,
    /// Why it stopped or blocks, in the runtime's words, such as `chan receive`.
    pub reason: StringId,
    /// Its own stack: where it blocks, or of a new one, where it will begin.
    pub stack: StackId,
}

/// The state of a goroutine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GoroutineState {
    /// Nothing is known yet.
    Undetermined,
    /// There is none yet, or no longer.
    NotExist,
    /// It could run.
    Runnable,
    /// It runs.
    Running,
    /// It waits for something within Go.
    Waiting,
    /// It is in a system call, or in C.
    Syscall,
}

/// A proc changes its state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProcTransition {
    /// Which one.
    pub proc: ProcId,
    /// Its state before.
    pub from: ProcState,
    /// Its state from now on.
    pub to: ProcState,
}

/// The state of a proc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProcState {
    /// Nothing is known yet.
    Undetermined,
    /// There is none yet.
    NotExist,
    /// A thread has it.
    Running,
    /// Nobody has it.
    Idle,
}

/// A value that the runtime tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// `GOMAXPROCS`: how many procs there are.
    MaxProcs,
    /// Bytes of the heap that are in use or not swept yet.
    HeapAlloc,
    /// Bytes of the heap at which the next collection should end.
    HeapGoal,
}

impl Metric {
    /// Its name in the package `runtime/metrics`.
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxProcs => "/sched/gomaxprocs:threads",
            Self::HeapAlloc => "/memory/classes/heap/objects:bytes",
            Self::HeapGoal => "/gc/heap/goal:bytes",
        }
    }
}

/// A span of time in which the runtime does something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// Everything stands, for the reason that the runtime gives.
    StopTheWorld {
        /// Who stopped it.
        goroutine: GoroutineId,
        /// Why.
        reason: StringId,
    },
    /// The collector marks, beside the program.
    Mark,
    /// A proc sweeps.
    Sweep {
        /// Which one.
        proc: ProcId,
        /// Bytes swept; 0 before the end.
        swept: u64,
        /// Bytes of them that were free; 0 before the end.
        reclaimed: u64,
    },
    /// A goroutine that allocates helps to mark.
    MarkAssist {
        /// Which one.
        goroutine: GoroutineId,
    },
}

/// A task of the package `runtime/trace`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Task {
    /// Which one.
    pub id: TaskId,
    /// The task that it belongs to; of an end only if the begin was seen.
    pub parent: TaskId,
    /// Its type, as the program says; of an end only if the begin was seen.
    pub name: StringId,
}

/// A region of the package `runtime/trace`: a span of time of one goroutine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The task that it belongs to.
    pub task: TaskId,
    /// Its type, as the program says.
    pub name: StringId,
}

// Each event is copied a few times.
const _: () = assert!(size_of::<Event>() <= 80);
