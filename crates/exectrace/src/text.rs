//! Events as text, in the words of `go tool trace -d=parsed`, so that what this reader and the reference reader say of
//! a trace can be compared, and read by whoever knows the one.

use std::fmt::{self, Display, Formatter};

use jiff::Timestamp;

use crate::event::{ClockSnapshot, Event, EventKind, GoroutineState, Range, Sync};
use crate::ids::{GoroutineId, ProcId};
use crate::symbols::{StackId, StringId, Symbols};
use crate::wire;

/// An event, to be printed with its strings and stacks.
#[derive(Debug, Clone, Copy)]
pub struct EventText<'a> {
    /// The event.
    pub event: &'a Event,
    /// The symbols of the reader that gave it.
    pub symbols: &'a Symbols,
}

impl Display for EventText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Event { thread, proc, goroutine, time, .. } = self.event;
        write!(f, "M={thread} P={proc} G={goroutine} {} Time={}", self.kind(), time.0)?;
        self.details(f)?;
        if self.event.stack.is_some() || matches!(self.event.kind, EventKind::StackSample) {
            self.stack(f, "Stack=", self.event.stack)?;
        }
        Ok(())
    }
}

impl EventText<'_> {
    fn kind(&self) -> &'static str {
        match self.event.kind {
            EventKind::Sync(_) => "Sync",
            EventKind::Gap => "Gap",
            EventKind::Goroutine(_) | EventKind::Proc(_) => "StateTransition",
            EventKind::Metric { .. } => "Metric",
            EventKind::Label(_) => "Label",
            EventKind::StackSample => "StackSample",
            EventKind::RangeBegin(_) => "RangeBegin",
            EventKind::RangeActive(_) => "RangeActive",
            EventKind::RangeEnd(_) => "RangeEnd",
            EventKind::TaskBegin(_) => "TaskBegin",
            EventKind::TaskEnd(_) => "TaskEnd",
            EventKind::RegionBegin(_) => "RegionBegin",
            EventKind::RegionEnd(_) => "RegionEnd",
            EventKind::Log { .. } => "Log",
            EventKind::Experimental { .. } => "Experimental",
        }
    }

    fn details(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.event.kind {
            EventKind::Sync(Sync { number, clock }) => {
                write!(f, " N={number}")?;
                clock.map_or(Ok(()), |clock| write_clock(f, &clock))
            }
            EventKind::Gap | EventKind::StackSample => Ok(()),
            EventKind::Goroutine(change) => {
                let (id, from, to) = (change.goroutine, change.from, change.to);
                write!(f, " GoID={id} {from:?}->{to:?} Reason={}", self.quoted(change.reason))?;
                // Whoever is created by Go has a stack to begin with, known or not.
                let is_created = from == GoroutineState::NotExist && to != GoroutineState::Syscall;
                match change.stack.is_some() || is_created {
                    true => self.stack(f, "TransitionStack=", change.stack),
                    false => Ok(()),
                }
            }
            EventKind::Proc(change) => {
                let (id, from, to) = (change.proc, change.from, change.to);
                write!(f, " ProcID={id} {from:?}->{to:?} Reason=\"\"")
            }
            EventKind::Metric { metric, value } => {
                write!(f, " Name={:?} Value=Value{{Uint64({value})}}", metric.name())
            }
            EventKind::Label(label) => {
                let resource = self.event.goroutine;
                write!(f, " Label={} Resource=Goroutine({resource})", self.quoted(label))
            }
            EventKind::RangeBegin(range) | EventKind::RangeActive(range) => self.range(f, range),
            EventKind::RangeEnd(range) => {
                self.range(f, range)?;
                write_attributes(f, range)
            }
            EventKind::TaskBegin(task) | EventKind::TaskEnd(task) => {
                let (id, parent, name) = (task.id.0, task.parent.0, self.quoted(task.name));
                write!(f, " ID={id} Parent={parent} Type={name}")
            }
            EventKind::RegionBegin(region) | EventKind::RegionEnd(region) => {
                write!(f, " Task={} Type={}", region.task.0, self.quoted(region.name))
            }
            EventKind::Log { task, category, message } => {
                let (category, message) = (self.quoted(category), self.quoted(message));
                write!(f, " Task={} Category={category} Message={message}", task.0)
            }
            EventKind::Experimental { number, values } => {
                let Some(spec) = wire::spec(number) else { return Ok(()) };
                write!(f, " Name={} Args=[", spec.name)?;
                for (index, (argument, value)) in spec.arguments.iter().zip(values).enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{argument}=Value{{Uint64({value})}}")?;
                }
                f.write_str("]")
            }
        }
    }

    fn range(&self, f: &mut Formatter<'_>, range: Range) -> fmt::Result {
        let of_goroutine = |id: GoroutineId| format!("Goroutine({id})");
        let of_proc = |id: ProcId| format!("Proc({id})");
        let (name, scope) = match range {
            Range::StopTheWorld { goroutine, reason } => {
                let reason = self.symbols.string(reason);
                (format!("stop-the-world ({reason})"), of_goroutine(goroutine))
            }
            Range::Mark => ("GC concurrent mark phase".to_owned(), "None".to_owned()),
            Range::Sweep { proc, .. } => ("GC incremental sweep".to_owned(), of_proc(proc)),
            Range::MarkAssist { goroutine } => {
                ("GC mark assist".to_owned(), of_goroutine(goroutine))
            }
        };
        write!(f, " Name={} Scope={scope}", Quoted(&name))
    }

    fn quoted(&self, id: StringId) -> Quoted<'_> {
        Quoted(self.symbols.string(id))
    }

    fn stack(&self, f: &mut Formatter<'_>, title: &str, stack: StackId) -> fmt::Result {
        write!(f, "\n{title}\n")?;
        for frame in self.symbols.stack(stack) {
            let (function, file) =
                (self.symbols.string(frame.function), self.symbols.string(frame.file));
            writeln!(f, "\t{function} @ {:#x}\n\t\t{file}:{}", frame.pc, frame.line)?;
        }
        Ok(())
    }
}

fn write_clock(f: &mut Formatter<'_>, clock: &ClockSnapshot) -> fmt::Result {
    let wall = Timestamp::from_nanosecond(clock.wall.into()).unwrap_or_default();
    write!(f, " Trace={} Mono={} Wall={wall}", clock.trace.0, clock.monotonic)
}

fn write_attributes(f: &mut Formatter<'_>, range: Range) -> fmt::Result {
    f.write_str(" Attributes=[")?;
    if let Range::Sweep { swept, reclaimed, .. } = range {
        write!(f, "\"bytes swept\"=Value{{Uint64({swept})}} ")?;
        write!(f, "\"bytes reclaimed\"=Value{{Uint64({reclaimed})}}")?;
    }
    f.write_str("]")
}

/// A string as Go's `%q` prints it.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for letter in self.0.chars() {
            match letter {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\x07' => f.write_str("\\a")?,
                '\x08' => f.write_str("\\b")?,
                '\x0c' => f.write_str("\\f")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\x0b' => f.write_str("\\v")?,
                '\0'..=' ' | '\x7f' if letter != ' ' => write!(f, "\\x{:02x}", letter as u32)?,
                _ => write!(f, "{letter}")?,
            }
        }
        f.write_str("\"")
    }
}
