//! System calls, and goroutines that C code brings along.

use super::{Context, NO_GOROUTINE, Outcome, ProcStatus, Scheduler, Step, transition};
use crate::error::fault;
use crate::event::{GoroutineState, GoroutineTransition, ProcState};
use crate::symbols::StackId;

impl Scheduler {
    pub(super) fn syscall_begin(&mut self, step: &Step<'_>) -> Outcome {
        step.require_running()?;
        let (id, sequence) = (step.context.goroutine.id, step.sequence(0));
        self.current(step, GoroutineState::Running)?.state = GoroutineState::Syscall;
        let proc = self.current_proc(step)?;
        proc.state = ProcStatus::Syscall;
        // Tells the system calls of one thread apart for those who steal its proc.
        if !sequence.follows(proc.sequence) {
            return Err(fault!("a system call of proc {} is out of order", step.context.proc.id));
        }
        proc.sequence = sequence;
        let stack = step.stack(1)?;
        let begun = transition(id, GoroutineState::Running, GoroutineState::Syscall);
        self.emit_goroutine(step, stack, GoroutineTransition { stack, ..begun });
        Ok(true)
    }

    pub(super) fn syscall_end(&mut self, step: &Step<'_>) -> Outcome {
        step.require_running()?;
        self.current(step, GoroutineState::Syscall)?.state = GoroutineState::Running;
        let proc = self.current_proc(step)?;
        if proc.state != ProcStatus::Syscall {
            return Err(fault!("a system call ends on a proc that is {:?}", proc.state));
        }
        proc.state = ProcStatus::Running;
        let id = step.context.goroutine.id;
        let ended = transition(id, GoroutineState::Syscall, GoroutineState::Running);
        self.emit_goroutine(step, StackId::NONE, ended);
        Ok(true)
    }

    /// Can happen once the proc was lost, as the event tells that it will be.
    #[inline(never)]
    pub(super) fn syscall_end_blocked(&mut self, step: &Step<'_>) -> Outcome {
        if step.context.proc.id.is_some() && self.current_proc(step)?.state == ProcStatus::Syscall {
            return Ok(false);
        }
        step.require_thread()?;
        step.require_goroutine()?;
        self.current(step, GoroutineState::Syscall)?.state = GoroutineState::Runnable;
        let id = step.context.goroutine.id;
        let ended = transition(id, GoroutineState::Syscall, GoroutineState::Runnable);
        self.emit_goroutine(step, StackId::NONE, ended);
        self.own().goroutine = NO_GOROUTINE;
        Ok(true)
    }

    /// A thread of C calls Go: its goroutine begins as if it came from a system call.
    #[inline(never)]
    pub(super) fn create_in_syscall(&mut self, step: &Step<'_>) -> Outcome {
        step.require_thread()?;
        step.require_no_goroutine()?;
        let goroutine = self.add(step, GoroutineState::Syscall)?;
        let id = step.goroutine(0);
        let created = transition(id, GoroutineState::NotExist, GoroutineState::Syscall);
        self.emit_goroutine(step, StackId::NONE, created);
        self.own().goroutine = goroutine;
        Ok(true)
    }

    /// The call from C returns, or its thread ends. The proc is lost with it: another thread may get the same number.
    #[inline(never)]
    pub(super) fn destroy_in_syscall(&mut self, step: &Step<'_>) -> Outcome {
        step.require_thread()?;
        step.require_goroutine()?;
        self.current(step, GoroutineState::Syscall)?;
        let id = step.context.goroutine.id;
        self.goroutines.remove(id);
        if step.context.proc.id.is_some() {
            let proc = self.current_proc(step)?;
            if proc.state != ProcStatus::Syscall {
                return Err(fault!("goroutine {id} ends in C on a proc that is {:?}", proc.state));
            }
            proc.state = ProcStatus::Abandoned;
            self.emit_proc(step, step.context.proc.id, ProcState::Running, ProcState::Idle);
        }
        let ended = transition(id, GoroutineState::Syscall, GoroutineState::NotExist);
        self.emit_goroutine(step, StackId::NONE, ended);
        *self.own() = Context::new(step.context.thread);
        Ok(true)
    }
}
