//! Procs: started and stopped by their thread, or taken away by another one.

use super::{Context, NO_PROC, Outcome, Proc, ProcStatus, Scheduler, Step, Thread};
use crate::error::{Fault, fault};
use crate::event::ProcState;
use crate::ids::{ProcId, ThreadId};

impl Scheduler {
    #[inline(never)]
    pub(super) fn proc_start(&mut self, step: &Step<'_>) -> Outcome {
        let (id, sequence) = (step.proc(0), step.sequence(1));
        let Some((held, proc)) = self.procs.get(id) else { return Ok(false) };
        // A thread that comes out of a system call with a proc has not been told yet that it was taken away.
        let must_wait = step.context.proc.id.is_some();
        if proc.state != ProcStatus::Idle || !sequence.follows(proc.sequence) || must_wait {
            return Ok(false);
        }
        step.require_thread()?;
        (proc.state, proc.sequence) = (ProcStatus::Running, sequence);
        self.emit_proc(step, id, ProcState::Idle, ProcState::Running);
        self.own().proc = held;
        Ok(true)
    }

    #[inline(never)]
    pub(super) fn proc_stop(&mut self, step: &Step<'_>) -> Outcome {
        let id = step.context.proc.id;
        let proc = self.current_proc(step)?;
        if !matches!(proc.state, ProcStatus::Running | ProcStatus::Syscall) {
            return Err(fault!("ProcStop of proc {id}, which is {:?}", proc.state));
        }
        proc.state = ProcStatus::Idle;
        step.require_proc()?;
        self.emit_proc(step, id, ProcState::Running, ProcState::Idle);
        self.own().proc = NO_PROC;
        Ok(true)
    }

    #[inline(never)]
    pub(super) fn proc_steal(&mut self, step: &Step<'_>) -> Outcome {
        let (id, sequence) = (step.proc(0), step.sequence(1));
        let Some((_, proc)) = self.procs.get(id) else { return Ok(false) };
        let before = proc.state;
        let can_be_stolen = matches!(before, ProcStatus::Syscall | ProcStatus::Abandoned);
        if !can_be_stolen || !sequence.follows(proc.sequence) {
            return Ok(false);
        }
        step.require_thread()?;
        (proc.state, proc.sequence) = (ProcStatus::Idle, sequence);
        if before == ProcStatus::Syscall {
            self.unbind(step, id, ThreadId::of(step.argument(2)))?;
        }
        // Nobody knows who had an abandoned one, so it was shown as idle before.
        self.emit_proc(step, id, before.state(), ProcState::Idle);
        Ok(true)
    }

    /// Takes a proc away from the thread that has it, which may be the one that asks.
    fn unbind(&mut self, step: &Step<'_>, id: ProcId, from: ThreadId) -> Result<(), Fault> {
        let owner = if from == step.context.thread {
            &mut self.own().proc
        } else {
            let thread = self.known_thread(from);
            let unknown = || fault!("proc {id} is stolen from unknown thread {from}");
            &mut thread.ok_or_else(unknown)?.context.proc
        };
        if owner.id != id {
            let found = owner.id;
            return Err(fault!("proc {id} is stolen from thread {from}, which has proc {found}"));
        }
        *owner = NO_PROC;
        Ok(())
    }

    #[inline(never)]
    pub(super) fn proc_status(&mut self, step: &Step<'_>) -> Outcome {
        let id = step.proc(0);
        let told = ProcStatus::of(step.argument(1));
        let told = told.ok_or_else(|| fault!("proc {id} has no status that is known"))?;
        let (from, to) = self.check_status(step, id, told)?;
        if matches!(told, ProcStatus::Running | ProcStatus::Syscall) {
            let held = self.procs.get(id).map_or(NO_PROC, |(held, _)| held);
            self.own().proc = held;
        }
        // An abandoned proc of which is known whose it was is told of by whoever steals it next.
        let is_elsewhere = told == ProcStatus::Abandoned && from == ProcState::Running;
        let context = if is_elsewhere { self.owner(id)? } else { step.context };
        self.emit_proc(&Step { context, ..*step }, id, from, to);
        Ok(true)
    }

    /// Compares a status that a generation tells with what is known, and says what to show as before and after.
    fn check_status(
        &mut self,
        step: &Step<'_>,
        id: ProcId,
        told: ProcStatus,
    ) -> Result<(ProcState, ProcState), Fault> {
        let is_first = self.is_first(step);
        let sequence = super::Sequence { generation: step.generation, number: 0 };
        let Some((_, proc)) = self.procs.get(id) else {
            self.procs.insert(id, Proc { state: told, sequence, ranges: Vec::new() });
            let before = if is_first { ProcState::Undetermined } else { ProcState::NotExist };
            return Ok((before, told.state()));
        };
        proc.sequence = sequence;
        match (proc.state, told) {
            (ProcStatus::Syscall, ProcStatus::Abandoned) => {
                Ok((ProcState::Running, ProcState::Running))
            }
            (known, told) if known == told => Ok((told.state(), told.state())),
            (known, told) => Err(fault!("proc {id} is told to be {told:?} and is {known:?}")),
        }
    }

    /// A thread of which an event has happened.
    pub(super) fn known_thread(&mut self, id: ThreadId) -> Option<&mut Thread> {
        let place = *self.threads_by_id.get(&id)?;
        self.threads.get_mut(place).filter(|thread| thread.is_known)
    }

    /// The context of the thread that has this proc.
    fn owner(&self, id: ProcId) -> Result<Context, Fault> {
        let owner = self.threads.iter().find(|thread| thread.context.proc.id == id);
        Ok(owner.ok_or_else(|| fault!("no thread has proc {id}"))?.context)
    }
}
