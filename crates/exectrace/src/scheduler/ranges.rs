//! Spans of time: the world stands still, the collector marks, procs sweep, goroutines help to mark.

use super::{Outcome, Scheduler, Step, unknown};
use crate::error::{Fault, fault};
use crate::event::{EventKind, Range};
use crate::ids::{GoroutineId, ProcId};
use crate::slab::Held;
use crate::symbols::{StackId, StringId};
use crate::wire;

/// A span that has begun and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RangeKind {
    StopTheWorld(StringId),
    Sweep,
    MarkAssist,
}

/// What the collector does. Its begins and ends are numbered, since they may happen on different threads.
#[derive(Debug, Default)]
pub(super) struct Collector {
    marks: Option<bool>,
    sequence: u64,
}

impl Scheduler {
    #[inline(never)]
    pub(super) fn range(&mut self, step: &Step<'_>) -> Outcome {
        match step.raw.event {
            wire::STW_BEGIN => self.goroutine_begin(step, RangeKind::StopTheWorld(step.string(0)?)),
            wire::GC_MARK_ASSIST_BEGIN => self.goroutine_begin(step, RangeKind::MarkAssist),
            wire::STW_END | wire::GC_MARK_ASSIST_END => self.goroutine_end(step),
            wire::GC_MARK_ASSIST_ACTIVE => self.assist_active(step),
            wire::GC_SWEEP_BEGIN | wire::GC_SWEEP_END => self.sweep(step),
            wire::GC_SWEEP_ACTIVE => self.sweep_active(step),
            wire::GC_ACTIVE => self.mark_active(step),
            wire::GC_BEGIN => self.mark_begin(step),
            _ => self.mark_end(step),
        }
    }

    fn goroutine_begin(&mut self, step: &Step<'_>, kind: RangeKind) -> Outcome {
        step.require_running()?;
        let Held { id, .. } = step.context.goroutine;
        let goroutine = self.goroutines.at(step.context.goroutine);
        let goroutine = goroutine.ok_or_else(|| unknown(step, "goroutine", id.0))?;
        begin(&mut goroutine.spans().ranges, step, kind)?;
        let stack = step.stack(usize::from(step.raw.event == wire::STW_BEGIN))?;
        self.emit(step.event(stack, EventKind::RangeBegin(of_goroutine(id, kind))));
        Ok(true)
    }

    fn goroutine_end(&mut self, step: &Step<'_>) -> Outcome {
        step.require_running()?;
        let Held { id, .. } = step.context.goroutine;
        let goroutine = self.goroutines.at(step.context.goroutine);
        let ranges = &mut goroutine.ok_or_else(|| unknown(step, "goroutine", id.0))?.spans().ranges;
        let is_assist = step.raw.event == wire::GC_MARK_ASSIST_END;
        let kind = end(ranges, step, |kind| (kind == RangeKind::MarkAssist) == is_assist)?;
        self.emit(step.event(StackId::NONE, EventKind::RangeEnd(of_goroutine(id, kind))));
        Ok(true)
    }

    fn assist_active(&mut self, step: &Step<'_>) -> Outcome {
        let (id, is_first) = (step.goroutine(0), self.is_first(step));
        let goroutine = self.goroutines.get(id);
        let (_, goroutine) = goroutine.ok_or_else(|| unknown(step, "goroutine", id.0))?;
        active(&mut goroutine.spans().ranges, step, RangeKind::MarkAssist, is_first)?;
        let range = Range::MarkAssist { goroutine: id };
        self.emit(step.event(StackId::NONE, EventKind::RangeActive(range)));
        Ok(true)
    }

    fn sweep(&mut self, step: &Step<'_>) -> Outcome {
        step.require_proc()?;
        let proc = step.context.proc.id;
        let ranges = &mut self.current_proc(step)?.ranges;
        if step.raw.event == wire::GC_SWEEP_BEGIN {
            begin(ranges, step, RangeKind::Sweep)?;
            let range = Range::Sweep { proc, swept: 0, reclaimed: 0 };
            self.emit(step.event(step.stack(0)?, EventKind::RangeBegin(range)));
        } else {
            end(ranges, step, |kind| kind == RangeKind::Sweep)?;
            let (swept, reclaimed) = (step.argument(0), step.argument(1));
            let range = Range::Sweep { proc, swept, reclaimed };
            self.emit(step.event(StackId::NONE, EventKind::RangeEnd(range)));
        }
        Ok(true)
    }

    fn sweep_active(&mut self, step: &Step<'_>) -> Outcome {
        let (id, is_first): (ProcId, bool) = (step.proc(0), self.is_first(step));
        let (_, proc) = self.procs.get(id).ok_or_else(|| unknown(step, "proc", id.0))?;
        active(&mut proc.ranges, step, RangeKind::Sweep, is_first)?;
        let range = Range::Sweep { proc: id, swept: 0, reclaimed: 0 };
        self.emit(step.event(StackId::NONE, EventKind::RangeActive(range)));
        Ok(true)
    }

    fn mark_active(&mut self, step: &Step<'_>) -> Outcome {
        let sequence = step.argument(0);
        if self.is_first(step) {
            if self.collector.marks.is_some() {
                return Err("GCActive after another event of the collector".into());
            }
        } else {
            if !self.collector.is_next(sequence) {
                return Ok(false);
            }
            if self.collector.marks != Some(true) {
                return Err("GCActive while the collector does not mark".into());
            }
            step.require_running()?;
        }
        self.collector = Collector { marks: Some(true), sequence };
        self.emit(step.event(StackId::NONE, EventKind::RangeActive(Range::Mark)));
        Ok(true)
    }

    fn mark_begin(&mut self, step: &Step<'_>) -> Outcome {
        let sequence = step.argument(0);
        if let Some(marks) = self.collector.marks {
            if !self.collector.is_next(sequence) {
                return Ok(false);
            }
            if marks {
                return Err("GCBegin while the collector marks".into());
            }
            step.require_running()?;
        }
        self.collector = Collector { marks: Some(true), sequence };
        self.emit(step.event(step.stack(1)?, EventKind::RangeBegin(Range::Mark)));
        Ok(true)
    }

    fn mark_end(&mut self, step: &Step<'_>) -> Outcome {
        let sequence = step.argument(0);
        if !self.collector.is_next(sequence) {
            return Ok(false);
        }
        if self.collector.marks != Some(true) {
            return Err("GCEnd while the collector does not mark".into());
        }
        step.require_running()?;
        self.collector = Collector { marks: Some(false), sequence };
        self.emit(step.event(StackId::NONE, EventKind::RangeEnd(Range::Mark)));
        Ok(true)
    }
}

impl Collector {
    fn is_next(&self, sequence: u64) -> bool {
        self.sequence.checked_add(1) == Some(sequence)
    }
}

fn of_goroutine(goroutine: GoroutineId, kind: RangeKind) -> Range {
    match kind {
        RangeKind::StopTheWorld(reason) => Range::StopTheWorld { goroutine, reason },
        _ => Range::MarkAssist { goroutine },
    }
}

fn begin(ranges: &mut Vec<RangeKind>, step: &Step<'_>, kind: RangeKind) -> Result<(), Fault> {
    if ranges.contains(&kind) {
        return Err(fault!("{} within itself", step.name()));
    }
    ranges.push(kind);
    Ok(())
}

/// A span that began earlier: in the first generation that is news.
fn active(
    ranges: &mut Vec<RangeKind>,
    step: &Step<'_>,
    kind: RangeKind,
    is_first: bool,
) -> Result<(), Fault> {
    match (ranges.contains(&kind), is_first) {
        (true, true) => Err(fault!("{} of what has begun", step.name())),
        (false, false) => Err(fault!("{} of what has not begun", step.name())),
        (true, false) => Ok(()),
        (false, true) => {
            ranges.push(kind);
            Ok(())
        }
    }
}

fn end(
    ranges: &mut Vec<RangeKind>,
    step: &Step<'_>,
    is_it: impl Fn(RangeKind) -> bool,
) -> Result<RangeKind, Fault> {
    let index = ranges.iter().position(|&kind| is_it(kind));
    let index = index.ok_or_else(|| fault!("{} of what has not begun", step.name()))?;
    Ok(ranges.swap_remove(index))
}
