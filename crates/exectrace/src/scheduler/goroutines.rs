//! Goroutines: created, started, blocked and woken.

use super::{
    Context, Goroutine, NO_GOROUTINE, Outcome, Scheduler, Sequence, Step, Thread, ThreadPlace,
    transition,
};
use crate::error::{Fault, fault};
use crate::event::{Event, EventKind, GoroutineState, GoroutineTransition};
use crate::ids::{GoroutineId, ThreadId};
use crate::slab::Held;
use crate::symbols::StackId;
use crate::wire;

impl Scheduler {
    pub(super) fn go_create(&mut self, step: &Step<'_>) -> Outcome {
        step.require_proc()?;
        // The scheduler itself may create one while no goroutine runs.
        if self.goroutines.at(step.context.goroutine).is_some() {
            self.current(step, GoroutineState::Running)?;
        }
        let to = match step.raw.event {
            wire::GO_CREATE_BLOCKED => GoroutineState::Waiting,
            _ => GoroutineState::Runnable,
        };
        self.add(step, to)?;
        let created = transition(step.goroutine(0), GoroutineState::NotExist, to);
        let created = GoroutineTransition { stack: step.stack(1)?, ..created };
        self.emit_goroutine(step, step.stack(2)?, created);
        Ok(true)
    }

    /// Adds the goroutine that the first argument names.
    pub(super) fn add(
        &mut self,
        step: &Step<'_>,
        state: GoroutineState,
    ) -> Result<Held<GoroutineId>, Fault> {
        let id = step.goroutine(0);
        let sequence = Sequence { generation: step.generation, number: 0 };
        let new = Goroutine { state, sequence, spans: None };
        self.goroutines.insert(id, new).ok_or_else(|| fault!("goroutine {id} is created twice"))
    }

    pub(super) fn go_start(&mut self, step: &Step<'_>) -> Outcome {
        let (id, sequence) = (step.goroutine(0), step.sequence(1));
        let Some((held, goroutine)) = self.goroutines.get(id) else { return Ok(false) };
        let is_next = sequence.follows(goroutine.sequence);
        if goroutine.state != GoroutineState::Runnable || !is_next {
            return Ok(false);
        }
        step.require_proc()?;
        step.require_no_goroutine()?;
        (goroutine.state, goroutine.sequence) = (GoroutineState::Running, sequence);
        let started = transition(id, GoroutineState::Runnable, GoroutineState::Running);
        self.emit_goroutine(step, StackId::NONE, started);
        self.own().goroutine = held;
        Ok(true)
    }

    /// The goroutine that runs ends, yields or blocks.
    pub(super) fn go_stop(&mut self, step: &Step<'_>) -> Outcome {
        step.require_running()?;
        let id = step.context.goroutine.id;
        let goroutine = self.current(step, GoroutineState::Running)?;
        let to = match step.raw.event {
            wire::GO_STOP => GoroutineState::Runnable,
            wire::GO_BLOCK => GoroutineState::Waiting,
            _ => GoroutineState::NotExist,
        };
        goroutine.state = to;
        let mut stopped = transition(id, GoroutineState::Running, to);
        if to == GoroutineState::NotExist {
            self.goroutines.remove(id);
        } else {
            (stopped.reason, stopped.stack) = (step.string(0)?, step.stack(1)?);
        }
        self.emit_goroutine(step, stopped.stack, stopped);
        self.own().goroutine = NO_GOROUTINE;
        Ok(true)
    }

    pub(super) fn go_unblock(&mut self, step: &Step<'_>) -> Outcome {
        let (id, sequence) = (step.goroutine(0), step.sequence(1));
        let Some((_, goroutine)) = self.goroutines.get(id) else { return Ok(false) };
        if goroutine.state != GoroutineState::Waiting || !sequence.follows(goroutine.sequence) {
            return Ok(false);
        }
        (goroutine.state, goroutine.sequence) = (GoroutineState::Runnable, sequence);
        let woken = transition(id, GoroutineState::Waiting, GoroutineState::Runnable);
        self.emit_goroutine(step, step.stack(2)?, woken);
        Ok(true)
    }

    /// A coroutine: wakes another one, blocks or ends, and the other one runs, all at once.
    #[inline(never)]
    pub(super) fn go_switch(&mut self, step: &Step<'_>) -> Outcome {
        step.require_running()?;
        self.current(step, GoroutineState::Running)?;
        let (id, next, sequence) = (step.context.goroutine.id, step.goroutine(0), step.sequence(1));
        let Some((held, other)) = self.goroutines.get(next) else { return Ok(false) };
        if other.state != GoroutineState::Waiting || !sequence.follows(other.sequence) {
            return Ok(false);
        }
        (other.state, other.sequence) = (GoroutineState::Running, sequence);
        let woken = transition(next, GoroutineState::Waiting, GoroutineState::Runnable);
        self.emit_goroutine(step, StackId::NONE, woken);
        let to = match step.raw.event {
            wire::GO_SWITCH => GoroutineState::Waiting,
            _ => GoroutineState::NotExist,
        };
        if to == GoroutineState::NotExist {
            self.goroutines.remove(id);
        } else if let Some(goroutine) = self.goroutines.at(step.context.goroutine) {
            goroutine.state = to;
        }
        self.emit_goroutine(step, StackId::NONE, transition(id, GoroutineState::Running, to));
        let started = transition(next, GoroutineState::Runnable, GoroutineState::Running);
        let started = step.event(StackId::NONE, EventKind::Goroutine(started));
        self.emit(Event { goroutine: GoroutineId::NONE, ..started });
        self.own().goroutine = held;
        Ok(true)
    }

    /// A generation tells in which state a goroutine is.
    #[inline(never)]
    pub(super) fn go_status(&mut self, step: &Step<'_>) -> Outcome {
        let id = step.goroutine(0);
        let to = match step.argument(2) {
            1 => GoroutineState::Runnable,
            2 => GoroutineState::Running,
            3 => GoroutineState::Syscall,
            4 => GoroutineState::Waiting,
            _ => return Err(fault!("goroutine {id} has no status that is known")),
        };
        let (from, held) = self.check_goroutine(step, id, to)?;
        let context = match to {
            GoroutineState::Syscall => self.bind_in_syscall(step, held)?,
            _ => step.context,
        };
        if to == GoroutineState::Running {
            self.own().goroutine = held;
        }
        let has_stack = step.raw.event == wire::GO_STATUS_STACK;
        let stack = if has_stack { step.stack(3)? } else { StackId::NONE };
        let told = GoroutineTransition { stack, ..transition(id, from, to) };
        self.emit_goroutine(&Step { context, ..*step }, stack, told);
        Ok(true)
    }

    /// Compares a state that is told with the known one, and says what to show as the state before.
    fn check_goroutine(
        &mut self,
        step: &Step<'_>,
        id: GoroutineId,
        told: GoroutineState,
    ) -> Result<(GoroutineState, Held<GoroutineId>), Fault> {
        let is_first = self.is_first(step);
        match self.goroutines.get(id) {
            Some((held, known)) if known.state == told => {
                known.sequence = Sequence { generation: step.generation, number: 0 };
                Ok((told, held))
            }
            Some((_, known)) => {
                Err(fault!("goroutine {id} is told to be {told:?} and is {:?}", known.state))
            }
            None if is_first => Ok((GoroutineState::Undetermined, self.add(step, told)?)),
            None => Err(fault!("goroutine {id} was never created")),
        }
    }

    /// Finds the thread of a goroutine in a system call, and gives its context before.
    fn bind_in_syscall(
        &mut self,
        step: &Step<'_>,
        held: Held<GoroutineId>,
    ) -> Result<Context, Fault> {
        let id = held.id;
        let thread = ThreadId::of(step.argument(1));
        let context = step.context;
        if !thread.is_some() {
            return Err(fault!("goroutine {id} is in a system call without a thread"));
        }
        let differs = |found| fault!("thread {thread} of goroutine {id} runs goroutine {found}");
        if thread == context.thread {
            if !self.is_first(step) && context.goroutine.id != id {
                return Err(differs(context.goroutine.id));
            }
            self.own().goroutine = held;
            return Ok(context);
        }
        // The thread has been in the system call for the whole generation, so that it writes nothing itself.
        let goroutine = match self.known_thread(thread).map(|thread| thread.context.goroutine) {
            Some(bound) if bound.id == id => bound,
            Some(bound) => return Err(differs(bound.id)),
            None => {
                let ThreadPlace(place) = self.thread(thread);
                let bound = Context { goroutine: held, ..Context::new(thread) };
                self.threads[place] = Thread { context: bound, is_known: true };
                context.goroutine
            }
        };
        Ok(Context { thread, goroutine, ..context })
    }
}
