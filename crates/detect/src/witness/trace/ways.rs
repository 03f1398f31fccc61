//! What a trace shows of an object: the ways in which the user's code came to those that are left.

use std::sync::Arc;

use plumb_evidence::catalogue::{LibraryObject, ObjectGoroutine, Phase};
use plumb_evidence::code::{Frame, Origin, Stack};
use plumb_evidence::suspect::{GoroutineCrowd, ObjectCrowd};
use plumb_evidence::trace::{Creation, Trace, TracedGoroutine, Waking};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;
use crate::heap_paths::{Way, is_named_as_a_constructor};
use crate::witness::is_same_line;

/// Loops of servers that start a goroutine for each connection and return when the server ends. Who calls them, and what
/// that one makes before, is the same for all connections.
pub(super) const ACCEPTS: [&str; 2] =
    ["net/http.(*Server).Serve", "google.golang.org/grpc.(*Server).Serve"];

/// What the ways tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Who has pooled objects in hand.
    Holder,
    /// Who has sent the requests that are not done.
    Sender,
    /// Who called what makes the object.
    Creation,
    /// Who used an object so that it started what is left.
    Use,
}

/// What a trace shows of an object.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) told: Told,
    pub(super) ways: Vec<Way>,
    /// Those that are left of which no way is known.
    pub(super) unknown: u64,
    /// Regions in which the object was made, or those of who has it in hand.
    pub(super) regions: Vec<Arc<str>>,
    /// Whether some came about in calls of other libraries than the object's.
    pub(super) through_libraries: bool,
}

impl Seen {
    pub(super) fn of(trace: &Trace, object: &ObjectCrowd, code: &Code<'_>) -> Option<Self> {
        let looking = Looking { trace, code };
        match object.record {
            Some(record) if record.pooled && record.multiplexed => looking.dialled(record),
            Some(record) if record.pooled => {
                let held = || looking.held(record, object.phase?);
                let at_rest = || looking.at_rest(record, object.phase?);
                looking.sent(record).or_else(held).or_else(at_rest)
            }
            Some(record) => {
                let set = looking.set_of(record)?;
                let makes = |below: &[&Frame]| {
                    makes(below, |callee| record.constructors.contains(&&*callee.function))
                };
                looking.best(set.iter().map(|goroutine| looking.created(goroutine, makes)))
            }
            None => {
                let constructor = object.constructor.as_deref()?;
                let makes =
                    |below: &[&Frame]| makes(below, |callee| *callee.function == *constructor);
                let functions = object.goroutines.iter().map(|(function, ..)| function);
                let of = functions
                    .map(|function| looking.created_by(|one| one.stack.passes(function), makes, 1));
                looking.best(of)
            }
        }
    }

    /// The same of goroutines that are blocked in a line of the program's own code.
    pub(super) fn of_goroutines(
        trace: &Trace,
        crowd: &GoroutineCrowd,
        code: &Code<'_>,
    ) -> Option<Self> {
        let at = crowd.stack.frames().get(crowd.user_frame?)?;
        let is_there = |one: &TracedGoroutine| {
            let blocked = code.user_frame(&one.stack);
            blocked.is_some_and(|index| is_same_line(&one.stack.frames()[index], at))
        };
        Looking { trace, code }.created_by(is_there, |_| true, 1)
    }
}

/// Whether a trace of the next of these objects would tell whose they are.
pub(super) fn could_tell(object: &ObjectCrowd) -> bool {
    let Some(record) = object.record else { return object.constructor.is_some() };
    let mut goroutines = record.goroutines.iter().copied().flatten();
    !record.pooled
        || goroutines.any(|one| {
            one.created_by_holder || object.phase.is_some_and(|phase| is_told_by(one, phase))
        })
}

/// Whether who wakes this goroutine tells whose objects are in a phase: who has them in hand, or of those that nobody has
/// who goes on using those that there are.
fn is_told_by(goroutine: &ObjectGoroutine, phase: &Phase) -> bool {
    goroutine.woken_by_holder_in.is_some_and(|held| held == phase.name || phase.ordinary)
}

/// Whether a call from the user's code makes the object, by the library's frames below it, innermost first: it is the
/// constructor, or that of a client which makes one for itself at once. What a client makes when it is used is another
/// matter: the call is then no constructor by its name.
fn makes(below: &[&Frame], is_constructor: impl Fn(&Frame) -> bool) -> bool {
    let Some((callee, within)) = below.split_last() else { return false };
    is_constructor(callee)
        || is_named_as_a_constructor(callee) && within.iter().any(|frame| is_constructor(frame))
}

/// How many are left of each creation of a trace, by its index.
type LeftByCreation = FxHashMap<usize, u64>;

/// Ways by their frames.
#[derive(Default)]
struct Ways(FxHashMap<Vec<Frame>, (u64, u64)>);

impl Ways {
    fn add(&mut self, frames: Vec<Frame>, left: u64, made: u64) {
        let way = self.0.entry(frames).or_default();
        *way = (way.0 + left, way.1 + made);
    }

    fn any_left(&self) -> bool {
        self.0.values().any(|(left, _)| *left > 0)
    }

    /// Ways to objects of which each has so many of what was counted, in an order that does not depend on the trace's.
    fn each(self, per_object: u64) -> Vec<Way> {
        let way = |(frames, (left, made)): (Vec<Frame>, (u64, u64))| Way {
            frames,
            left: left / per_object,
            // What is left was made, even if that was not seen.
            made: made.max(left).div_ceil(per_object),
        };
        let mut ways: Vec<Way> = self.0.into_iter().map(way).collect();
        ways.sort_by(|a, b| a.frames.cmp(&b.frames));
        ways
    }
}

struct Looking<'a> {
    trace: &'a Trace,
    code: &'a Code<'a>,
}

impl<'a> Looking<'a> {
    /// The goroutines of one instance in the library's version at hand.
    fn set_of(&self, record: &'static LibraryObject) -> Option<&'static [ObjectGoroutine]> {
        let is_there = |set: &&&[ObjectGoroutine]| {
            set.first()
                .is_some_and(|anchor| self.trace.goroutines.iter().any(|one| is_of(one, anchor)))
        };
        record.goroutines.iter().find(is_there).copied()
    }

    /// Of what the goroutines of an instance tell, that of the one created by the constructor: others start when the object
    /// is used.
    fn best(&self, seen: impl Iterator<Item = Option<Seen>>) -> Option<Seen> {
        let mut seen: Vec<Seen> = seen.flatten().collect();
        let creation = seen.iter().position(|seen| seen.told == Told::Creation);
        (!seen.is_empty()).then(|| seen.swap_remove(creation.unwrap_or(0)))
    }

    fn created(
        &self,
        goroutine: &ObjectGoroutine,
        makes: impl Fn(&[&Frame]) -> bool,
    ) -> Option<Seen> {
        // Where a second function tells namesakes apart, those that ended cannot be told apart.
        if goroutine.under.is_some() {
            return None;
        }
        let each = goroutine.per_instance.max(1);
        self.created_by(|one| is_of(one, goroutine), makes, each)
    }

    /// The ways to goroutines that are left, and to those that began as they did and have ended.
    fn created_by(
        &self,
        is_left: impl Fn(&TracedGoroutine) -> bool,
        makes: impl Fn(&[&Frame]) -> bool,
        per_instance: u64,
    ) -> Option<Seen> {
        let (left, regions) = self.left(is_left)?;
        let creations = left.keys().filter_map(|&index| self.trace.creation(Some(index)));
        let starts: FxHashSet<_> = creations.filter_map(start_of).collect();
        let (mut made, mut used, mut unknown) = (Ways::default(), Ways::default(), 0);
        for (index, creation) in self.trace.creations.iter().enumerate() {
            let count = left.get(&index).copied().unwrap_or(0);
            if count == 0 && !start_of(creation).is_some_and(|start| starts.contains(&start)) {
                continue;
            }
            let (below, frames) = self.user_frames(creation.chain.iter());
            if frames.is_empty() {
                unknown += count;
                continue;
            }
            let ways = match makes(&below) {
                true => &mut made,
                false => &mut used,
            };
            ways.add(frames, count, count + creation.ended);
        }
        // What the constructor starts tells who made the object; the rest starts when the object is used.
        let (told, ways) = match made.any_left() {
            true => (Told::Creation, made),
            false => (Told::Use, used),
        };
        let ways = ways.each(per_instance);
        let unknown = unknown / per_instance;
        let through_libraries = false;
        ways.iter().any(|way| way.left > 0).then_some(Seen {
            told,
            ways,
            unknown,
            regions,
            through_libraries,
        })
    }

    /// Who has called so that what is left was dialled, and who has called without that. One connection carries all calls to
    /// a peer: those that are left beside it are each in a pool of their own, and who dialled is the one who uses that.
    fn dialled(&self, record: &'static LibraryObject) -> Option<Seen> {
        let anchor = self.set_of(record)?.first()?;
        let (left, regions) = self.left(|one| is_of(one, anchor))?;
        let is_call = |frame: &&Frame| record.entry_points.contains(&&*frame.function);
        // A call starts several goroutines, each once at most: that which starts most often tells of all calls.
        let mut calls: FxHashMap<Vec<Frame>, FxHashMap<Option<Arc<str>>, u64>> =
            FxHashMap::default();
        let (mut ways, mut unknown) = (Ways::default(), 0);
        let mut through_libraries = false;
        for (index, creation) in self.trace.creations.iter().enumerate() {
            let count = left.get(&index).copied().unwrap_or(0);
            let (below, frames) = self.user_frames(creation.chain.iter());
            if count > 0 {
                through_libraries |= below.iter().any(|frame| self.is_of_another(record, frame));
            }
            if frames.is_empty() {
                unknown += count;
            } else if count > 0 || below.iter().any(is_call) {
                let starts = calls.entry(frames.clone()).or_default();
                *starts.entry(start_of(creation)).or_default() += creation.created();
                ways.add(frames, count, 0);
            }
        }
        for (frames, starts) in calls {
            ways.add(frames, 0, starts.into_values().max().unwrap_or(0));
        }
        let is_any_left = ways.any_left();
        let ways = ways.each(1);
        let told = Told::Use;
        is_any_left.then_some(Seen { told, ways, unknown, regions, through_libraries })
    }

    /// Whether a frame is of a library that is neither the object's nor Go's.
    fn is_of_another(&self, record: &LibraryObject, frame: &Frame) -> bool {
        match self.code.origin(frame) {
            Origin::Dependency { module, .. } => *module != *record.module,
            _ => false,
        }
    }

    /// Who has sent the requests of which each has a goroutine, created by the sender.
    fn sent(&self, record: &'static LibraryObject) -> Option<Seen> {
        let of_request = self.set_of(record)?.iter().find(|one| one.created_by_holder)?;
        let seen = self.created(of_request, |_| true)?;
        Some(Seen { told: Told::Sender, ..seen })
    }

    /// How many of these goroutines were created in each way while the trace ran, and the regions that they or who created
    /// them were in; nothing if there are none.
    fn left(
        &self,
        is_left: impl Fn(&TracedGoroutine) -> bool,
    ) -> Option<(LeftByCreation, Vec<Arc<str>>)> {
        let mut left = LeftByCreation::default();
        let mut regions = Vec::new();
        for one in self.trace.goroutines.iter().filter(|one| is_left(one)) {
            if let Some(creation) = one.creation {
                *left.entry(creation).or_default() += 1;
                regions.extend(one.regions.iter().chain(&one.created_in).cloned());
            }
        }
        (!left.is_empty()).then(|| (left, once(regions)))
    }

    /// Who has the instances in hand that are in a phase.
    fn held(&self, record: &'static LibraryObject, phase: &Phase) -> Option<Seen> {
        let set = self.set_of(record)?;
        let woken = set.iter().find(|one| one.woken_by_holder_in == Some(phase.name))?;
        let in_phase = self.creators(|one| is_in(one, phase));
        let by_creator = self.creators(|one| is_of(one, woken));
        let awaited =
            |stack: &Stack| woken.awaited_in.is_some_and(|function| stack.passes(function));
        let mut ways = self.used(woken);
        for count in self.trace.wakings.iter().filter(|count| awaited(&count.waiting)) {
            if !count.waiting.passes(woken.function) {
                ways.add(self.user_frames(std::iter::once(&count.waiting)).1, 0, count.count);
            }
        }
        let mut regions = Vec::new();
        for (creator, goroutine) in by_creator {
            // Instances are told by who created all their goroutines; one who created several does not tell.
            if !in_phase.contains_key(&creator) {
                continue;
            }
            let first = || goroutine.handed.as_ref().filter(|waiting| awaited(waiting));
            let (frames, region) = match (&goroutine.waking, first()) {
                (Some(waking), _) => (self.frames_of(waking), &goroutine.woken_in),
                (None, Some(waiting)) => {
                    (self.user_frames(std::iter::once(waiting)).1, &goroutine.handed_in)
                }
                (None, None) => (Vec::new(), &None),
            };
            regions.extend(region.iter().cloned());
            ways.add(frames, 1, 0);
        }
        let (known, unknown): (Vec<Way>, Vec<Way>) =
            ways.each(1).into_iter().partition(|way| !way.frames.is_empty());
        known.iter().any(|way| way.left > 0).then(|| Seen {
            told: Told::Holder,
            ways: known,
            unknown: unknown.iter().map(|way| way.left).sum(),
            regions: once(regions),
            through_libraries: false,
        })
    }

    /// Who has called so that what rests was dialled, and who has called without that. Where nobody uses again what rests,
    /// each is in a pool of its own, and who dialled is the one who uses that.
    fn at_rest(&self, record: &'static LibraryObject, phase: &Phase) -> Option<Seen> {
        let set = self.set_of(record)?;
        let woken =
            set.iter().find(|one| one.woken_by_holder_in.is_some()).filter(|_| phase.ordinary)?;
        let (left, regions) = self.left(|one| is_in(one, phase))?;
        let (mut ways, mut unknown) = (self.used(woken), 0);
        let mut through_libraries = false;
        for (&index, &count) in &left {
            let creation = self.trace.creation(Some(index))?;
            let (below, frames) = self.user_frames(creation.chain.iter());
            through_libraries |= below.iter().any(|frame| self.is_of_another(record, frame));
            match frames.is_empty() {
                true => unknown += count,
                false => ways.add(frames, count, 0),
            }
        }
        let is_any_left = ways.any_left();
        let (told, ways) = (Told::Use, ways.each(1));
        is_any_left.then_some(Seen { told, ways, unknown, regions, through_libraries })
    }

    /// How often this goroutine of an object was woken, by the user's frames of who did.
    fn used(&self, woken: &ObjectGoroutine) -> Ways {
        let mut ways = Ways::default();
        for count in self.trace.wakings.iter().filter(|one| one.waiting.passes(woken.function)) {
            ways.add(self.frames_of(&count.waking), 0, count.count);
        }
        ways
    }

    /// The user's frames of a waker and of those who created it.
    fn frames_of(&self, waking: &Waking) -> Vec<Frame> {
        let chain = self.trace.creation(waking.creation);
        let chain = chain.map_or(&[][..], |creation| &creation.chain);
        self.user_frames(std::iter::once(&waking.stack).chain(chain)).1
    }

    /// Goroutines by who created them, without those whose creator created several.
    fn creators(
        &self,
        which: impl Fn(&TracedGoroutine) -> bool,
    ) -> FxHashMap<u64, &'a TracedGoroutine> {
        let mut found: FxHashMap<u64, &TracedGoroutine> = FxHashMap::default();
        let mut several: FxHashSet<u64> = FxHashSet::default();
        for one in self.trace.goroutines.iter().filter(|one| which(one)) {
            let Some(creator) = one.creator else { continue };
            if found.insert(creator, one).is_some() {
                several.insert(creator);
            }
        }
        found.retain(|creator, _| !several.contains(creator));
        found
    }

    /// The user's frames of stacks that led to each other, innermost first, up to the begin of a connection that is served,
    /// and before them the frames below the innermost.
    fn user_frames<'s>(
        &self,
        stacks: impl Iterator<Item = &'s Stack>,
    ) -> (Vec<&'s Frame>, Vec<Frame>) {
        let (mut below, mut frames) = (Vec::new(), Vec::new());
        let is_of_connection = |frame: &&Frame| !ACCEPTS.contains(&&*frame.function);
        for frame in stacks.flat_map(|stack| stack.frames()).take_while(is_of_connection) {
            if self.code.is_user(frame) {
                frames.push(frame.clone());
            } else if frames.is_empty() {
                below.push(frame);
            }
        }
        (below, frames)
    }
}

/// The function that goroutines begin with.
fn start_of(creation: &Creation) -> Option<Arc<str>> {
    creation.start.as_ref().map(|start| start.function.clone())
}

fn is_of(one: &TracedGoroutine, goroutine: &ObjectGoroutine) -> bool {
    one.stack.passes(goroutine.function)
        && goroutine.under.is_none_or(|under| one.stack.passes(under))
}

fn is_in(one: &TracedGoroutine, phase: &Phase) -> bool {
    one.state == phase.state
        && one.stack.passes(phase.function)
        && phase.leaf.is_none_or(|leaf| one.stack.passes(leaf))
}

fn once(mut names: Vec<Arc<str>>) -> Vec<Arc<str>> {
    names.sort();
    names.dedup();
    names
}
