//! An execution trace as whoever hunts a leak wants it: which creations of goroutines outlive the trace, what waits
//! longest, and who woke a goroutine.

mod json;
mod terminal;

use plumb_evidence::code::{Build, Frame, Origin};
use plumb_exectrace::{
    ChainId, Count, Goroutine, GoroutineId, GoroutineState, History, Problem, Scope, StackId,
    Symbols, Time, Version,
};

pub use json::{SCHEMA, render as json};
pub use terminal::{goroutine, render as terminal};

/// A trace that was read to its end.
#[derive(Debug)]
pub struct Trace {
    /// What it was read from.
    pub name: String,
    /// The version of the format.
    pub version: Version,
    /// How many events it has.
    pub events: u64,
    /// What it says of its goroutines.
    pub history: History,
    /// Its strings and stacks.
    pub symbols: Symbols,
    /// What was wrong with it.
    pub problems: Vec<Problem>,
}

/// Goroutines that were created in the same way.
struct Group<'a> {
    chain: ChainId,
    count: Count,
    /// Those that live, the longest in their state first.
    alive: Vec<&'a Goroutine>,
}

impl Trace {
    /// Whether a goroutine of this number lives at the end.
    pub fn has(&self, id: GoroutineId) -> bool {
        self.history.goroutine(id).is_some()
    }

    /// Goroutines by how they were created, most alive first. Those older than the trace are not among them.
    fn groups(&self) -> Vec<Group<'_>> {
        let counts = self.history.counts().into_iter();
        let mut groups: Vec<_> = counts
            .filter(|&(chain, _)| chain != ChainId::OLDER)
            .map(|(chain, count)| Group { chain, count, alive: Vec::new() })
            .collect();
        groups.sort_by_key(|group| group.chain);
        for goroutine in self.by_wait(|goroutine| goroutine.chain != ChainId::OLDER) {
            let at = groups.binary_search_by_key(&goroutine.chain, |group| group.chain);
            if let Ok(index) = at {
                groups[index].alive.push(goroutine);
            }
        }
        groups.sort_by_key(|group| (u64::MAX - group.count.alive, u64::MAX - group.count.ended));
        groups
    }

    /// Goroutines that live, the longest in their state first.
    fn by_wait(&self, which: impl Fn(&Goroutine) -> bool) -> Vec<&Goroutine> {
        let goroutines = self.history.goroutines();
        let mut goroutines: Vec<_> = goroutines.filter(|goroutine| which(goroutine)).collect();
        goroutines
            .sort_by_key(|goroutine| (!goroutine.is_unchanged, goroutine.since, goroutine.id));
        goroutines
    }

    /// Goroutines that wait, the longest first; those of the runtime are left out.
    fn blocked(&self) -> Vec<&Goroutine> {
        let waits = |goroutine: &Goroutine| goroutine.state == GoroutineState::Waiting;
        self.by_wait(|goroutine| waits(goroutine) && !self.is_of_runtime(goroutine))
    }

    /// Whether a goroutine begins within the runtime: the collector, finalizers and the like.
    fn is_of_runtime(&self, goroutine: &Goroutine) -> bool {
        let outermost = self.frames(goroutine.stack).next_back();
        outermost.is_some_and(|frame| begins_in_runtime(&frame))
    }

    /// Seconds between two moments.
    fn seconds(&self, from: Time, to: Time) -> f64 {
        to.since(from) as f64 / 1e9
    }

    /// Seconds that the trace is long.
    fn length(&self) -> f64 {
        let begin = self.history.begin().unwrap_or(self.history.end());
        self.seconds(begin, self.history.end())
    }

    fn frames(&self, stack: StackId) -> impl DoubleEndedIterator<Item = Frame> {
        self.symbols.stack(stack).map(|frame| Frame {
            function: self.symbols.string(frame.function).into(),
            file: self.symbols.string(frame.file).into(),
            line: u32::try_from(frame.line).unwrap_or(0),
        })
    }

    /// `round of task work`, or `round` where no task is known.
    fn scope(&self, Scope { name, task }: Scope) -> String {
        let (name, task) = (self.symbols.string(name), self.symbols.string(task));
        if task.is_empty() { name.to_owned() } else { format!("{name} of task {task}") }
    }

    /// Where the goroutines of a chain begin.
    fn start(&self, chain: ChainId) -> Option<Frame> {
        let (start, _) = self.history.chain(chain).next()?;
        self.frames(start).next_back()
    }
}

fn begins_in_runtime(outermost: &Frame) -> bool {
    is_of(outermost, &[Origin::Runtime]) && &*outermost.function != "runtime.main"
}

/// A trace does not tell of modules, so paths must do.
fn is_of(frame: &Frame, origins: &[Origin]) -> bool {
    origins.contains(&Build::default().origin(frame))
}

/// The state of a goroutine in the words of goroutine dumps.
fn state(goroutine: &Goroutine, symbols: &Symbols) -> String {
    match (goroutine.state, symbols.string(goroutine.reason)) {
        (GoroutineState::Waiting, "") => "waiting".to_owned(),
        (GoroutineState::Waiting, reason) => reason.to_owned(),
        (GoroutineState::Syscall, _) => "syscall".to_owned(),
        (GoroutineState::Running, _) => "running".to_owned(),
        (GoroutineState::Runnable, _) => "runnable".to_owned(),
        (GoroutineState::Undetermined | GoroutineState::NotExist, _) => "unknown".to_owned(),
    }
}
