//! Follows the states of goroutines, procs and threads, and so tells which event can come next.
//!
//! Clocks of processors disagree, so time alone does not order what happens on two threads. Events that take a
//! goroutine or a proc from elsewhere carry a sequence number; such an event can happen once the one before it has.
//! The rules are those of the reference reader (`internal/trace/order.go` in the Go distribution).

mod annotations;
mod goroutines;
mod procs;
mod ranges;
mod syscalls;

use rustc_hash::FxHashMap;

use crate::cursor::RawEvent;
use crate::error::{Fault, fault};
use crate::event::{
    Event, EventKind, GoroutineState, GoroutineTransition, ProcState, ProcTransition, Region,
};
use crate::generation::Tables;
use crate::happened::Happened;
use crate::ids::{GoroutineId, ProcId, TaskId, ThreadId, Time};
use crate::slab::{Held, Slab};
use crate::symbols::{StackId, StringId};
use crate::wire;
use ranges::{Collector, RangeKind};

/// What a handler says: whether the event could happen, or why the trace is broken.
type Outcome = Result<bool, Fault>;

/// The state of everything that runs.
#[derive(Debug, Default)]
pub(crate) struct Scheduler {
    goroutines: Slab<GoroutineId, Goroutine>,
    procs: Slab<ProcId, Proc>,
    threads: Vec<Thread>,
    threads_by_id: FxHashMap<ThreadId, usize>,
    /// Type and parent of each task that has begun.
    tasks: FxHashMap<TaskId, (StringId, TaskId)>,
    collector: Collector,
    /// The generation with which this state began.
    first_generation: Option<u64>,
    happened: Happened,
    /// Where the thread is kept whose event is being handled.
    current: usize,
}

/// A thread, and what it has.
#[derive(Debug, Clone, Copy)]
struct Thread {
    context: Context,
    /// Whether an event of it or about it has happened.
    is_known: bool,
}

/// Where a [`Scheduler`] keeps a thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadPlace(usize);

/// Who an event happens to.
#[derive(Debug, Clone, Copy)]
struct Context {
    thread: ThreadId,
    proc: Held<ProcId>,
    goroutine: Held<GoroutineId>,
}

impl Context {
    /// That of a thread which has nothing.
    fn new(thread: ThreadId) -> Self {
        Self { thread, proc: NO_PROC, goroutine: NO_GOROUTINE }
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new(ThreadId::NONE)
    }
}

const NO_PROC: Held<ProcId> = Held::nowhere(ProcId::NONE);
const NO_GOROUTINE: Held<GoroutineId> = Held::nowhere(GoroutineId::NONE);

/// A sequence number, which counts anew in each generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sequence {
    generation: u64,
    number: u64,
}

impl Sequence {
    fn follows(self, before: Self) -> bool {
        self.generation == before.generation && before.number.checked_add(1) == Some(self.number)
    }
}

#[derive(Debug)]
struct Goroutine {
    state: GoroutineState,
    sequence: Sequence,
    /// Most have none, and what is looked at for each event is to be small.
    spans: Option<Box<Spans>>,
}

/// The spans of time that a goroutine is in.
#[derive(Debug, Default)]
struct Spans {
    regions: Vec<Region>,
    ranges: Vec<RangeKind>,
}

impl Goroutine {
    fn spans(&mut self) -> &mut Spans {
        self.spans.get_or_insert_default()
    }
}

#[derive(Debug)]
struct Proc {
    state: ProcStatus,
    sequence: Sequence,
    ranges: Vec<RangeKind>,
}

/// The state of a proc as the format tells it, which is finer than what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProcStatus {
    Running,
    Idle,
    /// Its goroutine is in a system call: another thread may take the proc away.
    Syscall,
    /// As before, but it is not known which thread it belonged to.
    Abandoned,
}

impl ProcStatus {
    fn of(number: u64) -> Option<Self> {
        Some(match number {
            1 => Self::Running,
            2 => Self::Idle,
            3 => Self::Syscall,
            4 => Self::Abandoned,
            _ => return None,
        })
    }

    fn state(self) -> ProcState {
        match self {
            Self::Running | Self::Syscall => ProcState::Running,
            Self::Idle | Self::Abandoned => ProcState::Idle,
        }
    }
}

/// An event, with what is needed to understand it.
#[derive(Clone, Copy)]
struct Step<'a> {
    raw: &'a RawEvent,
    tables: &'a Tables,
    generation: u64,
    context: Context,
}

impl Step<'_> {
    #[inline]
    fn argument(&self, index: usize) -> u64 {
        self.raw.arguments[index]
    }

    #[inline]
    fn goroutine(&self, index: usize) -> GoroutineId {
        GoroutineId::of(self.argument(index))
    }

    #[inline]
    fn proc(&self, index: usize) -> ProcId {
        ProcId::of(self.argument(index))
    }

    #[inline]
    fn sequence(&self, index: usize) -> Sequence {
        Sequence { generation: self.generation, number: self.argument(index) }
    }

    #[inline]
    fn stack(&self, index: usize) -> Result<StackId, Fault> {
        self.tables.stack(self.argument(index))
    }

    #[inline]
    fn string(&self, index: usize) -> Result<StringId, Fault> {
        self.tables.string(self.argument(index))
    }

    /// A string that only this event refers to.
    fn message(&self, index: usize) -> Result<StringId, Fault> {
        self.tables.message(self.argument(index))
    }

    fn name(&self) -> &'static str {
        wire::spec(self.raw.event).map_or("?", |spec| spec.name)
    }

    /// Requires that a thread with a proc runs a goroutine, as for whatever code of the program does.
    #[inline]
    fn require_running(&self) -> Result<(), Fault> {
        self.require_proc()?;
        self.require_goroutine()
    }

    #[inline]
    fn require_thread(&self) -> Result<(), Fault> {
        self.require(self.context.thread.is_some(), "no thread")
    }

    #[inline]
    fn require_proc(&self) -> Result<(), Fault> {
        self.require_thread()?;
        self.require(self.context.proc.id.is_some(), "no proc")
    }

    #[inline]
    fn require_goroutine(&self) -> Result<(), Fault> {
        self.require(self.context.goroutine.id.is_some(), "no goroutine")
    }

    #[inline]
    fn require_no_goroutine(&self) -> Result<(), Fault> {
        self.require(!self.context.goroutine.id.is_some(), "a goroutine")
    }

    #[inline]
    fn require(&self, is_so: bool, otherwise: &str) -> Result<(), Fault> {
        if is_so { Ok(()) } else { Err(self.with(otherwise)) }
    }

    #[cold]
    fn with(&self, what: &str) -> Fault {
        fault!("{} with {what}", self.name())
    }

    /// A plain event of whoever runs.
    #[inline]
    fn event(&self, stack: StackId, kind: EventKind) -> Event {
        Event {
            time: self.raw.time,
            thread: self.context.thread,
            proc: self.context.proc.id,
            goroutine: self.context.goroutine.id,
            stack,
            kind,
        }
    }
}

impl Scheduler {
    /// Where this thread is kept, for as long as this state lasts.
    pub(crate) fn thread(&mut self, id: ThreadId) -> ThreadPlace {
        let place = *self.threads_by_id.entry(id).or_insert_with(|| {
            self.threads.push(Thread { context: Context::new(id), is_known: false });
            self.threads.len() - 1
        });
        ThreadPlace(place)
    }

    /// Lets an event of a thread happen if it can, and tells whether it could.
    ///
    /// # Errors
    /// Why the trace is broken.
    pub(crate) fn advance(
        &mut self,
        raw: &RawEvent,
        tables: &Tables,
        thread: ThreadPlace,
        generation: u64,
    ) -> Result<bool, Fault> {
        self.advance_at_once(raw, tables, thread, generation)
    }

    /// The same, to be part of the one loop that handles nearly all events.
    ///
    /// # Errors
    /// Why the trace is broken.
    #[inline(always)]
    pub(crate) fn advance_at_once(
        &mut self,
        raw: &RawEvent,
        tables: &Tables,
        ThreadPlace(place): ThreadPlace,
        generation: u64,
    ) -> Result<bool, Fault> {
        self.current = place;
        let thread = &mut self.threads[place];
        thread.is_known = true;
        if !thread.context.thread.is_some() {
            // What no thread wrote changes nothing for the next that none did.
            thread.context = Context::default();
        }
        let step = Step { raw, tables, generation, context: thread.context };
        self.handle(&step)
    }

    /// What the thread has whose event is being handled, to be changed by the event.
    fn own(&mut self) -> &mut Context {
        &mut self.threads[self.current].context
    }

    /// What has happened.
    #[inline]
    pub(crate) fn happened(&mut self) -> &mut Happened {
        &mut self.happened
    }

    /// Begins with the events of a generation.
    pub(crate) fn begin(&mut self, generation: u64) {
        self.first_generation.get_or_insert(generation);
    }

    /// Forgets all but what has happened.
    pub(crate) fn forget(&mut self) {
        let happened = std::mem::take(&mut self.happened);
        *self = Self { happened, ..Self::default() };
    }

    #[inline(always)]
    fn handle(&mut self, step: &Step<'_>) -> Outcome {
        match step.raw.event {
            wire::PROC_START => self.proc_start(step),
            wire::PROC_STOP => self.proc_stop(step),
            wire::PROC_STEAL => self.proc_steal(step),
            wire::PROC_STATUS => self.proc_status(step),
            wire::GO_CREATE | wire::GO_CREATE_BLOCKED => self.go_create(step),
            wire::GO_START => self.go_start(step),
            wire::GO_DESTROY | wire::GO_STOP | wire::GO_BLOCK => self.go_stop(step),
            wire::GO_UNBLOCK => self.go_unblock(step),
            wire::GO_STATUS | wire::GO_STATUS_STACK => self.go_status(step),
            wire::GO_SWITCH | wire::GO_SWITCH_DESTROY => self.go_switch(step),
            wire::GO_SYSCALL_BEGIN => self.syscall_begin(step),
            wire::GO_SYSCALL_END => self.syscall_end(step),
            wire::GO_SYSCALL_END_BLOCKED => self.syscall_end_blocked(step),
            wire::GO_CREATE_SYSCALL => self.create_in_syscall(step),
            wire::GO_DESTROY_SYSCALL => self.destroy_in_syscall(step),
            wire::STW_BEGIN..=wire::GC_MARK_ASSIST_END => self.range(step),
            _ => self.annotation(step),
        }
    }

    fn is_first(&self, step: &Step<'_>) -> bool {
        self.first_generation == Some(step.generation)
    }

    #[inline]
    fn emit(&mut self, event: Event) {
        self.happened.push(event);
    }

    #[inline]
    fn emit_goroutine(&mut self, step: &Step<'_>, stack: StackId, transition: GoroutineTransition) {
        self.emit(step.event(stack, EventKind::Goroutine(transition)));
    }

    fn emit_proc(&mut self, step: &Step<'_>, proc: ProcId, from: ProcState, to: ProcState) {
        let kind = EventKind::Proc(ProcTransition { proc, from, to });
        self.emit(step.event(StackId::NONE, kind));
    }

    /// The goroutine that runs, which must be in this state.
    fn current(&mut self, step: &Step<'_>, state: GoroutineState) -> Result<&mut Goroutine, Fault> {
        let held = step.context.goroutine;
        let id = held.id;
        let goroutine = self.goroutines.at(held);
        let goroutine = goroutine.ok_or_else(|| unknown(step, "goroutine", id.0))?;
        if goroutine.state != state {
            let found = goroutine.state;
            return Err(fault!("{} of goroutine {id}, which is {found:?}", step.name()));
        }
        Ok(goroutine)
    }

    /// The proc of the thread.
    fn current_proc(&mut self, step: &Step<'_>) -> Result<&mut Proc, Fault> {
        let held = step.context.proc;
        self.procs.at(held).ok_or_else(|| unknown(step, "proc", held.id.0))
    }
}

/// A change of a goroutine's state without a reason or stack of its own.
#[inline]
fn transition(
    goroutine: GoroutineId,
    from: GoroutineState,
    to: GoroutineState,
) -> GoroutineTransition {
    GoroutineTransition { goroutine, from, to, reason: StringId::EMPTY, stack: StackId::NONE }
}

#[cold]
fn unknown(step: &Step<'_>, what: &str, id: i64) -> Fault {
    fault!("{} of {what} {id}, of which nothing is known", step.name())
}

impl Event {
    /// An event that belongs to nobody.
    pub(crate) fn of_nobody(time: Time, kind: EventKind) -> Self {
        let (thread, proc, goroutine) = (ThreadId::NONE, ProcId::NONE, GoroutineId::NONE);
        Self { time, thread, proc, goroutine, stack: StackId::NONE, kind }
    }
}
