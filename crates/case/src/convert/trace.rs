//! Execution traces to what they say of goroutines.

use std::io::Read;
use std::sync::Arc;

use plumb_evidence::goroutine::{GoroutineSource, Goroutines, Group, WaitState};
use plumb_evidence::trace::{Creation, Trace, TracedGoroutine, Waking, WakingCount};
use plumb_evidence::{Frame, Stack, Timestamp};
use plumb_exectrace::{
    ChainId, EventKind, Goroutine, GoroutineState, History, Problem, ReadError, Reader, Scope,
    StackId, Version,
};
use rustc_hash::FxHashMap;

use super::goroutines::sort;
use super::symbols::{Symbols, is_runtime, without_runtime};

/// Reads a trace, with what was wrong with it. That it is cut off is not told of a trace that the recorder itself cut.
///
/// # Errors
/// If it is no trace, or one of a version that cannot be read.
pub(crate) fn from_reader(
    input: impl Read,
    taken: Option<Timestamp>,
    truncated: bool,
    symbols: &mut Symbols,
) -> Result<(Trace, Vec<String>), ReadError> {
    let mut reader = Reader::new(input)?;
    let mut history = History::default();
    let mut wall = None;
    while let Some((events, names)) = reader.next_events() {
        for event in events {
            if let EventKind::Sync(sync) = event.kind {
                wall = wall.or(sync.clock.map(|clock| clock.wall));
            }
            history.add(event, names);
        }
    }
    let version = reader.version();
    let (names, problems) = reader.into_parts();
    let clock = wall.and_then(|wall| Timestamp::from_nanosecond(wall.into()).ok());
    let mut converting =
        Converting { history: &history, names: &names, symbols, stacks: FxHashMap::default() };
    let trace = converting.trace(taken.or(clock));
    let expected = |problem: &&Problem| {
        truncated && trace.seconds > 0.0 && matches!(problem, Problem::CutOff { .. })
    };
    let mut told: Vec<String> =
        problems.iter().filter(|problem| !expected(problem)).map(ToString::to_string).collect();
    told.extend(without_stacks(&trace, version));
    Ok((trace, told))
}

/// What is said of goroutines that the trace of an old release tells too little of.
fn without_stacks(trace: &Trace, version: Version) -> Option<String> {
    let bare =
        trace.goroutines.iter().filter(|goroutine| goroutine.stack.frames().is_empty()).count();
    (version == Version::Go122 && bare > 0).then(|| {
        let all = trace.goroutines.len();
        format!(
            "a trace of Go 1.22 has no stacks of goroutines that are older than it and did nothing while it ran: \
             {bare} of {all} are not told of; bring a goroutine profile of the same process too"
        )
    })
}

struct Converting<'a> {
    history: &'a History,
    names: &'a plumb_exectrace::Symbols,
    symbols: &'a mut Symbols,
    /// Stacks that were converted, with the runtime's frames at their ends.
    stacks: FxHashMap<StackId, Vec<Frame>>,
}

impl Converting<'_> {
    fn trace(&mut self, taken: Option<Timestamp>) -> Trace {
        let history = self.history;
        let begin = history.begin().unwrap_or(history.end());
        let mut counts: Vec<_> = history.counts().into_iter().collect();
        counts.retain(|(chain, _)| *chain != ChainId::OLDER);
        counts.sort_by_key(|(chain, _)| *chain);
        let mut indexes = FxHashMap::default();
        let mut creations = Vec::new();
        for (chain, count) in counts {
            indexes.insert(chain, creations.len());
            creations.push(self.creation(chain, count.alive, count.ended));
        }
        // A waker may outlive all that is counted: its way has ended goroutines or living ones, so it is there.
        let mut goroutines: Vec<_> =
            history.goroutines().filter_map(|one| self.goroutine(one, &indexes)).collect();
        goroutines.sort_by_key(|goroutine| goroutine.id);
        let mut ways: Vec<_> = history.wakings().collect();
        ways.sort_by_key(|(way, _)| (way.waiting, way.waker_chain, way.stack));
        let wakings = ways.into_iter().map(|(way, count)| WakingCount {
            waiting: self.stack(way.waiting),
            waking: Waking {
                stack: self.stack(way.stack),
                creation: indexes.get(&way.waker_chain).copied(),
            },
            count,
        });
        let wakings = wakings.collect();
        let seconds = history.end().since(begin) as f64 / 1e9;
        Trace { taken, seconds, goroutines, creations, wakings }
    }

    fn creation(&mut self, chain: ChainId, alive: u64, ended: u64) -> Creation {
        let links: Vec<_> = self.history.chain(chain).collect();
        let start = links.first().and_then(|&(start, _)| self.frames(start).last().cloned());
        let chain = links.into_iter().map(|(_, creator)| self.stack(creator)).collect();
        Creation { start, chain, alive, ended }
    }

    /// A goroutine of the program; none for those of the runtime.
    fn goroutine(
        &mut self,
        goroutine: &Goroutine,
        indexes: &FxHashMap<ChainId, usize>,
    ) -> Option<TracedGoroutine> {
        let frames = self.frames(goroutine.stack);
        let of_runtime =
            |frame: &Frame| is_runtime(&frame.function) && &*frame.function != "runtime.main";
        if frames.last().is_some_and(of_runtime) {
            return None;
        }
        let functions = frames.iter().map(|frame| &*frame.function);
        let state = state(goroutine.state, self.names.string(goroutine.reason), functions);
        let seconds = self.history.end().since(goroutine.since) as f64 / 1e9;
        let creator = goroutine.creation.map(|creation| creation.creator);
        let waking = goroutine.waking.filter(|waking| waking.waker.is_some());
        let handed = goroutine.handed.map(|waiting| self.stack(waiting));
        let regions = goroutine.regions.iter().map(|&scope| self.scope(scope)).collect();
        let mut scope = |scope: Option<Scope>| scope.map(|scope| self.scope(scope));
        let created_in = scope(goroutine.creation.and_then(|creation| creation.scope));
        let woken_in = scope(waking.and_then(|waking| waking.scope));
        let handed_in = scope(goroutine.handed_in);
        Some(TracedGoroutine {
            handed,
            id: u64::try_from(goroutine.id.0).ok()?,
            state,
            seconds,
            whole_trace: goroutine.is_unchanged,
            stack: self.stack(goroutine.stack),
            creation: indexes.get(&goroutine.chain).copied(),
            creator: creator.and_then(|creator| u64::try_from(creator.0).ok()),
            waking: waking.map(|waking| Waking {
                stack: self.stack(waking.stack),
                creation: indexes.get(&waking.waker_chain).copied(),
            }),
            regions,
            created_in,
            woken_in,
            handed_in,
        })
    }

    /// `round of task work`, or `round` where no task is known.
    fn scope(&mut self, Scope { name, task }: Scope) -> Arc<str> {
        let (name, task) = (self.names.string(name), self.names.string(task));
        match task {
            "" => self.symbols.name(name),
            _ => self.symbols.name(&format!("{name} of task {task}")),
        }
    }

    fn stack(&mut self, id: StackId) -> Stack {
        let frames = self.frames(id);
        self.symbols.stack(without_runtime(&frames).to_vec())
    }

    fn frames(&mut self, id: StackId) -> Vec<Frame> {
        let Self { names, symbols, stacks, .. } = self;
        let convert = || {
            let frames = names.stack(id).map(|frame| {
                let line = u32::try_from(frame.line).unwrap_or(0);
                symbols.frame(names.string(frame.function), names.string(frame.file), line)
            });
            frames.collect()
        };
        stacks.entry(id).or_insert_with(convert).clone()
    }
}

/// What a goroutine waits for: the frames tell locks and the like apart, the runtime's reason the rest.
fn state<'a>(
    state: GoroutineState,
    reason: &str,
    functions: impl Iterator<Item = &'a str>,
) -> WaitState {
    match state {
        GoroutineState::Running | GoroutineState::Runnable => WaitState::Running,
        GoroutineState::Syscall => WaitState::Syscall,
        GoroutineState::Undetermined | GoroutineState::NotExist => WaitState::Unknown,
        GoroutineState::Waiting => match (WaitState::from_frames(functions), reason) {
            (WaitState::Unknown, "network") => WaitState::IoWait,
            (WaitState::Unknown, "forever") => WaitState::Forever,
            (WaitState::Unknown, "sync") => WaitState::Semacquire,
            (WaitState::Unknown, reason) => WaitState::from_reason(reason),
            (known, _) => known,
        },
    }
}

/// The goroutines of a trace as a list of groups, at its end. Those without a stack are counted only.
pub(crate) fn goroutines_from_trace(trace: &Trace) -> Goroutines {
    let mut counts: FxHashMap<(&WaitState, &Stack), u64> = FxHashMap::default();
    for goroutine in trace.goroutines.iter().filter(|one| !one.stack.frames().is_empty()) {
        *counts.entry((&goroutine.state, &goroutine.stack)).or_default() += 1;
    }
    let group = |((state, stack), count): ((&WaitState, &Stack), u64)| {
        Group::new(state.clone(), stack.clone(), count)
    };
    let mut groups: Vec<Group> = counts.into_iter().map(group).collect();
    sort(&mut groups);
    let total = trace.goroutines.len() as u64;
    Goroutines {
        taken: trace.taken,
        source: GoroutineSource::Trace,
        total,
        groups,
        truncated: false,
    }
}
