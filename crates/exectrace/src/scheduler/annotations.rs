//! What happens at a moment: values of the runtime, labels, and the tasks, regions and messages of the program.

use super::{Outcome, Scheduler, Step, unknown};
use crate::error::{Fault, fault};
use crate::event::{EventKind, Metric, Region, Task};
use crate::ids::TaskId;
use crate::symbols::{StackId, StringId};
use crate::wire;

impl Scheduler {
    #[inline(never)]
    pub(super) fn annotation(&mut self, step: &Step<'_>) -> Outcome {
        match step.raw.event {
            wire::PROCS_CHANGE => {
                step.require_running()?;
                self.metric(step, Metric::MaxProcs, step.stack(1)?);
            }
            wire::HEAP_ALLOC => {
                step.require_proc()?;
                self.metric(step, Metric::HeapAlloc, StackId::NONE);
            }
            wire::HEAP_GOAL => {
                step.require_proc()?;
                self.metric(step, Metric::HeapGoal, StackId::NONE);
            }
            wire::GO_LABEL => {
                step.require_running()?;
                let label = EventKind::Label(step.string(0)?);
                self.emit(step.event(StackId::NONE, label));
            }
            wire::USER_TASK_BEGIN => self.task_begin(step)?,
            wire::USER_TASK_END => self.task_end(step)?,
            wire::USER_REGION_BEGIN => self.region_begin(step)?,
            wire::USER_REGION_END => self.region_end(step)?,
            wire::USER_LOG => {
                step.require_running()?;
                let task = TaskId(step.argument(0));
                let (category, message) = (step.string(1)?, step.message(2)?);
                let log = EventKind::Log { task, category, message };
                self.emit(step.event(step.stack(3)?, log));
            }
            _ => self.experimental(step)?,
        }
        Ok(true)
    }

    fn metric(&mut self, step: &Step<'_>, metric: Metric, stack: StackId) {
        self.emit(step.event(stack, EventKind::Metric { metric, value: step.argument(0) }));
    }

    fn task_begin(&mut self, step: &Step<'_>) -> Result<(), Fault> {
        let id = TaskId(step.argument(0));
        // As a parent, the background task stands for none.
        let parent = match TaskId(step.argument(1)) {
            TaskId::BACKGROUND => TaskId::NONE,
            parent => parent,
        };
        let name = step.string(2)?;
        if self.tasks.insert(id, (name, parent)).is_some() {
            return Err(fault!("task {} begins twice", id.0));
        }
        step.require_running()?;
        let task = Task { id, parent, name };
        self.emit(step.event(step.stack(3)?, EventKind::TaskBegin(task)));
        Ok(())
    }

    fn task_end(&mut self, step: &Step<'_>) -> Result<(), Fault> {
        let id = TaskId(step.argument(0));
        let begun = self.tasks.remove(&id);
        let (name, parent) = begun.unwrap_or((StringId::EMPTY, TaskId::NONE));
        step.require_running()?;
        let task = Task { id, parent, name };
        self.emit(step.event(step.stack(1)?, EventKind::TaskEnd(task)));
        Ok(())
    }

    fn region_begin(&mut self, step: &Step<'_>) -> Result<(), Fault> {
        let region = self.region(step)?;
        self.regions(step)?.push(region);
        self.emit(step.event(step.stack(2)?, EventKind::RegionBegin(region)));
        Ok(())
    }

    fn region_end(&mut self, step: &Step<'_>) -> Result<(), Fault> {
        let region = self.region(step)?;
        let regions = self.regions(step)?;
        // What began before the trace is not known.
        if regions.pop().is_some_and(|innermost| innermost != region) {
            return Err("a region ends that is not the innermost one".into());
        }
        self.emit(step.event(step.stack(2)?, EventKind::RegionEnd(region)));
        Ok(())
    }

    fn region(&self, step: &Step<'_>) -> Result<Region, Fault> {
        step.require_running()?;
        Ok(Region { task: TaskId(step.argument(0)), name: step.string(1)? })
    }

    fn regions(&mut self, step: &Step<'_>) -> Result<&mut Vec<Region>, Fault> {
        let held = step.context.goroutine;
        let goroutine = self.goroutines.at(held);
        Ok(&mut goroutine.ok_or_else(|| unknown(step, "goroutine", held.id.0))?.spans().regions)
    }

    fn experimental(&mut self, step: &Step<'_>) -> Result<(), Fault> {
        step.require_thread()?;
        let number = step.raw.event;
        wire::spec(number).ok_or_else(|| fault!("event {number} is not known"))?;
        let values = [step.argument(0), step.argument(1), step.argument(2)];
        self.emit(step.event(StackId::NONE, EventKind::Experimental { number, values }));
        Ok(())
    }
}
