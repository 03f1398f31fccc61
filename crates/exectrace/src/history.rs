//! What a trace says of each goroutine: who created it, what it waits for, and who woke it last.
//!
//! Memory grows with the goroutines that live and with the stacks that differ, not with the length of the trace: of
//! goroutines that ended only their number remains, by how they were created.

use std::io::Read;

use rustc_hash::FxHashMap;

use crate::Reader;
use crate::event::{Event, EventKind, GoroutineState, GoroutineTransition};
use crate::ids::{GoroutineId, TaskId, Time};
use crate::slab::Slab;
use crate::symbols::{StackId, StringId, Symbols};

/// Longest chain of creations that is kept; what lies further back is left out. Chains of real programs have fewer than
/// ten links, unless goroutines replace each other for ever.
const LONGEST_CHAIN: u32 = 32;

/// Goroutines that are kept in mind as created last by one: as many as make up one connection of an HTTP client.
const LATEST: usize = 2;

/// Functions within which goroutines wait for the collector, wherever they are themselves: whoever ends that has nothing
/// to do with them. The reason that the runtime tells does not say so: it may be `sync`, as for a mutex.
const COLLECTOR: [&str; 3] = ["runtime.gc", "runtime.mallocgc", "runtime.stopTheWorld"];

/// How a goroutine came to be: a chain of the stacks that created it, its creator, and so on, back to a goroutine that
/// is older than the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainId(u32);

impl ChainId {
    /// That of goroutines that are older than the trace, or created by nobody.
    pub const OLDER: Self = Self(0);
}

/// A link of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Link {
    /// The stack of the creator.
    creator: StackId,
    /// Where the new goroutine begins.
    start: StackId,
    /// How the creator came to be.
    before: ChainId,
}

/// A goroutine that lives at the end of what was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Goroutine {
    /// Its number.
    pub id: GoroutineId,
    /// How it was created.
    pub chain: ChainId,
    /// Who created it and when; none if it is older than the trace.
    pub creation: Option<Creation>,
    /// What it does.
    pub state: GoroutineState,
    /// Since when; if [`Goroutine::is_unchanged`], at least since.
    pub since: Time,
    /// Whether it has been in this state since before the trace began.
    pub is_unchanged: bool,
    /// Why it waits or stopped, in the runtime's words.
    pub reason: StringId,
    /// Where it waits, or was seen last. None in traces of Go 1.22 if [`Goroutine::is_unchanged`].
    pub stack: StackId,
    /// Who woke it last from a wait of its own; waits for the collector do not count.
    pub waking: Option<Waking>,
    /// The wait that its creator ended first after having created it: that of whom it was made for, if it was made for
    /// somebody who waits.
    pub handed: Option<StackId>,
    /// The region that this one was in.
    pub handed_in: Option<Scope>,
    /// The goroutines that it created last.
    latest: [GoroutineId; LATEST],
    /// The regions of `runtime/trace` that it is in, the innermost last.
    pub regions: Vec<Scope>,
}

impl Goroutine {
    /// The innermost region that it is in, or else the one in which it was created.
    fn scope(&self) -> Option<Scope> {
        self.regions.last().copied().or(self.creation?.scope)
    }
}

/// A region of `runtime/trace`, as the program calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Its type.
    pub name: StringId,
    /// Type of the task that it belongs to; empty if it belongs to none, or to one that is older than the trace.
    pub task: StringId,
}

/// How a goroutine was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Creation {
    /// When.
    pub time: Time,
    /// By whom; nobody if the runtime itself did.
    pub creator: GoroutineId,
    /// The creator's stack.
    pub stack: StackId,
    /// The region that the creator was in, or else the one in which it was created itself.
    pub scope: Option<Scope>,
}

/// How a goroutine that waited was woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waking {
    /// When.
    pub time: Time,
    /// By whom; nobody if a timer, the network or the runtime did.
    pub waker: GoroutineId,
    /// How the waker itself was created.
    pub waker_chain: ChainId,
    /// The waker's stack.
    pub stack: StackId,
    /// The region that the waker was in, or else the one in which it was created.
    pub scope: Option<Scope>,
}

/// A way in which goroutines that wait at one place are woken by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WakingWay {
    /// Where the woken goroutine waited.
    pub waiting: StackId,
    /// How the waker was created.
    pub waker_chain: ChainId,
    /// The waker's stack.
    pub stack: StackId,
}

/// How many goroutines were created in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many live.
    pub alive: u64,
    /// How many have ended.
    pub ended: u64,
}

/// What a trace says of its goroutines, up to the last event that was added.
#[derive(Debug, Default)]
pub struct History {
    goroutines: Slab<GoroutineId, Goroutine>,
    links: Vec<(Link, u32)>,
    chains: FxHashMap<Link, ChainId>,
    ended: FxHashMap<ChainId, u64>,
    wakings: FxHashMap<WakingWay, u64>,
    /// Types of the tasks that have begun and not ended.
    tasks: FxHashMap<TaskId, StringId>,
    /// Whether a stack waits for the collector, by its number, as far as that was looked at.
    within_collector: Vec<Option<bool>>,
    begin: Option<Time>,
    end: Time,
    /// After a gap: those of before that were not told of since.
    doubtful: Option<FxHashMap<GoroutineId, Goroutine>>,
}

impl History {
    /// Reads a trace to its end.
    pub fn read<R: Read>(reader: &mut Reader<R>) -> Self {
        let mut history = Self::default();
        while let Some((events, symbols)) = reader.next_events() {
            for event in events {
                history.add(event, symbols);
            }
        }
        history
    }

    /// Adds an event, which must be later than those before, and whose strings and stacks are those of `symbols`.
    pub fn add(&mut self, event: &Event, symbols: &Symbols) {
        self.begin.get_or_insert(event.time);
        self.end = event.time;
        match event.kind {
            EventKind::Goroutine(change) => self.change(event, &change, symbols),
            EventKind::TaskBegin(task) => {
                self.tasks.insert(task.id, task.name);
            }
            EventKind::TaskEnd(task) => {
                self.tasks.remove(&task.id);
            }
            EventKind::RegionBegin(region) => {
                let task = self.tasks.get(&region.task).copied().unwrap_or(StringId::EMPTY);
                if let Some((_, goroutine)) = self.goroutines.get(event.goroutine) {
                    goroutine.regions.push(Scope { name: region.name, task });
                }
            }
            EventKind::RegionEnd(_) => {
                if let Some((_, goroutine)) = self.goroutines.get(event.goroutine) {
                    goroutine.regions.pop();
                }
            }
            EventKind::Gap => self.forget_states(),
            EventKind::Sync(_) => self.settle(),
            _ => {}
        }
    }

    fn change(&mut self, event: &Event, change: &GoroutineTransition, symbols: &Symbols) {
        match (change.from, change.to) {
            (GoroutineState::NotExist, to) => self.create(event, change, to),
            (_, GoroutineState::NotExist) => {
                if let Some(goroutine) = self.goroutines.remove(change.goroutine) {
                    *self.ended.entry(goroutine.chain).or_default() += 1;
                }
            }
            (GoroutineState::Undetermined, _) => self.find(event, change),
            (from, to) if from == to => self.tell_again(change),
            (from, to) => self.go_on(event, change, (from, to), symbols),
        }
    }

    fn create(&mut self, event: &Event, change: &GoroutineTransition, state: GoroutineState) {
        let (before, scope) = self.chain_and_scope(event.goroutine);
        let chain = self.link(Link { creator: event.stack, start: change.stack, before });
        let (time, creator, stack) = (event.time, event.goroutine, event.stack);
        let creation = Some(Creation { time, creator, stack, scope });
        let new = Goroutine { chain, creation, stack: change.stack, ..older(change, state, time) };
        self.goroutines.set(change.goroutine, new);
        if let Some((_, creator)) = self.goroutines.get(creator) {
            creator.latest.rotate_left(1);
            creator.latest[LATEST - 1] = change.goroutine;
        }
    }

    /// What a goroutine has created is handed to whom it wakes then.
    fn hand_over(&mut self, by: GoroutineId, waiting: StackId, scope: Option<Scope>) {
        let Some((_, creator)) = self.goroutines.get(by) else { return };
        let latest = std::mem::replace(&mut creator.latest, [GoroutineId::NONE; LATEST]);
        for created in latest.into_iter().filter(|created| created.is_some()) {
            if let Some((_, created)) = self.goroutines.get(created) {
                (created.handed, created.handed_in) = (Some(waiting), scope);
            }
        }
    }

    /// A goroutine that is older than the trace, or than a gap in it.
    fn find(&mut self, event: &Event, change: &GoroutineTransition) {
        let known = self.doubtful.as_mut().and_then(|known| known.remove(&change.goroutine));
        let found = match known {
            Some(known) if known.state == change.to => known,
            Some(known) => Goroutine {
                chain: known.chain,
                creation: known.creation,
                is_unchanged: false,
                ..older(change, change.to, event.time)
            },
            None => Goroutine {
                is_unchanged: self.doubtful.is_none(),
                ..older(change, change.to, self.begin.unwrap_or(event.time))
            },
        };
        self.goroutines.set(change.goroutine, found);
    }

    /// A generation tells of what is known. Since Go 1.23 it has a stack, which is news of what the trace found.
    fn tell_again(&mut self, change: &GoroutineTransition) {
        let known = self.goroutines.get(change.goroutine);
        if let Some((_, goroutine)) = known.filter(|(_, goroutine)| !goroutine.stack.is_some()) {
            goroutine.stack = change.stack;
        }
    }

    fn go_on(
        &mut self,
        event: &Event,
        change: &GoroutineTransition,
        (from, to): (GoroutineState, GoroutineState),
        symbols: &Symbols,
    ) {
        if from == GoroutineState::Waiting {
            self.wake(event, change.goroutine, symbols);
        }
        let Some((_, goroutine)) = self.goroutines.get(change.goroutine) else { return };
        (goroutine.state, goroutine.since, goroutine.is_unchanged) = (to, event.time, false);
        goroutine.reason = change.reason;
        if change.stack.is_some() {
            goroutine.stack = change.stack;
        }
    }

    /// A goroutine is woken, which does not count if it waits for the collector.
    fn wake(&mut self, event: &Event, woken: GoroutineId, symbols: &Symbols) {
        let (time, waker, stack) = (event.time, event.goroutine, event.stack);
        let (waker_chain, scope) = self.chain_and_scope(waker);
        let Some((_, goroutine)) = self.goroutines.get(woken) else { return };
        let waiting = goroutine.stack;
        if is_within_collector(&mut self.within_collector, waiting, symbols) {
            return;
        }
        goroutine.waking = Some(Waking { time, waker, waker_chain, stack, scope });
        if waker.is_some() {
            let handed_in = goroutine.scope();
            let way = WakingWay { waiting, waker_chain, stack };
            match self.wakings.get_mut(&way) {
                // Nearly always: an entry to be filled takes longer to look for.
                Some(count) => *count += 1,
                None => {
                    self.wakings.insert(way, 1);
                }
            }
            self.hand_over(waker, waiting, handed_in);
        }
    }

    /// How a goroutine came to be, and the region that it is in.
    fn chain_and_scope(&mut self, goroutine: GoroutineId) -> (ChainId, Option<Scope>) {
        match self.goroutines.get(goroutine) {
            Some((_, goroutine)) => (goroutine.chain, goroutine.scope()),
            None => (ChainId::OLDER, None),
        }
    }

    fn link(&mut self, link: Link) -> ChainId {
        let length = match link.before {
            ChainId::OLDER => 1,
            ChainId(before) => {
                let (last, length) = self.links[before as usize - 1];
                // Goroutines that replace each other are one link.
                if (last.creator, last.start) == (link.creator, link.start) {
                    return link.before;
                }
                length + 1
            }
        };
        let (link, length) = match length > LONGEST_CHAIN {
            true => (Link { before: ChainId::OLDER, ..link }, 1),
            false => (link, length),
        };
        let next = u32::try_from(self.links.len() + 1).unwrap_or(0);
        *self.chains.entry(link).or_insert_with(|| {
            self.links.push((link, length));
            ChainId(next)
        })
    }

    /// After a gap nothing is known of what a goroutine does, and it may have ended.
    fn forget_states(&mut self) {
        let known = std::mem::take(&mut self.goroutines).into_things();
        let mut before: FxHashMap<GoroutineId, Goroutine> = known.collect();
        before.extend(self.doubtful.take().into_iter().flatten());
        self.doubtful = Some(before);
    }

    /// A generation has told of all goroutines once the next one begins: what it did not tell of has ended.
    fn settle(&mut self) {
        if self.goroutines.is_empty() {
            return;
        }
        for (_, lost) in self.doubtful.take().into_iter().flatten() {
            *self.ended.entry(lost.chain).or_default() += 1;
        }
    }

    /// The goroutines that live, in no order. After a gap at the very end, those that lived before it.
    pub fn goroutines(&self) -> impl Iterator<Item = &Goroutine> {
        let doubtful = self.doubtful.iter().flat_map(|known| known.values());
        self.goroutines.values().chain(doubtful)
    }

    /// A goroutine that lives.
    pub fn goroutine(&self, id: GoroutineId) -> Option<&Goroutine> {
        let doubtful = || self.doubtful.as_ref().and_then(|known| known.get(&id));
        self.goroutines.find(id).or_else(doubtful)
    }

    /// The links of a chain, from the goroutine itself back to the oldest creator: where each began, and the stack that
    /// created it.
    pub fn chain(&self, id: ChainId) -> impl Iterator<Item = (StackId, StackId)> {
        let link = |ChainId(id): ChainId| {
            let index = (id as usize).checked_sub(1)?;
            self.links.get(index).map(|&(link, _)| link)
        };
        std::iter::successors(link(id), move |last| link(last.before))
            .map(|link| (link.start, link.creator))
    }

    /// How many goroutines live and have ended, by how they were created.
    pub fn counts(&self) -> FxHashMap<ChainId, Count> {
        let mut counts: FxHashMap<ChainId, Count> = FxHashMap::default();
        for (&chain, &ended) in &self.ended {
            counts.entry(chain).or_default().ended = ended;
        }
        for goroutine in self.goroutines() {
            counts.entry(goroutine.chain).or_default().alive += 1;
        }
        counts
    }

    /// How often goroutines were woken by others, by where they waited and the stack of the waker.
    pub fn wakings(&self) -> impl Iterator<Item = (WakingWay, u64)> {
        self.wakings.iter().map(|(&way, &count)| (way, count))
    }

    /// When the first event was; none without events.
    pub fn begin(&self) -> Option<Time> {
        self.begin
    }

    /// When the last event was.
    pub fn end(&self) -> Time {
        self.end
    }
}

/// Whether a stack waits for the collector, remembered by its number.
fn is_within_collector(known: &mut Vec<Option<bool>>, stack: StackId, symbols: &Symbols) -> bool {
    if known.len() <= stack.index() {
        // All stacks so far: those of the generation's events have been read.
        known.resize(symbols.stack_count().max(stack.index()) + 1, None);
    }
    *known[stack.index()].get_or_insert_with(|| {
        let mut functions = symbols.stack(stack).map(|frame| frame.function);
        functions.any(|name| COLLECTOR.iter().any(|of| symbols.string(name).starts_with(of)))
    })
}

fn older(change: &GoroutineTransition, state: GoroutineState, since: Time) -> Goroutine {
    Goroutine {
        id: change.goroutine,
        chain: ChainId::OLDER,
        creation: None,
        state,
        since,
        is_unchanged: false,
        reason: change.reason,
        stack: change.stack,
        waking: None,
        handed: None,
        handed_in: None,
        latest: [GoroutineId::NONE; LATEST],
        regions: Vec::new(),
    }
}
