//! Heap samples seen from the user's code: who allocates through an object, and who keeps what it takes.

use std::sync::Arc;

use plumb_evidence::Instance;
use plumb_evidence::catalogue::{Catalogue, LibraryObject, Side};
use plumb_evidence::code::Frame;
use plumb_evidence::heap::{Amount, Heap, HeapSample};
use plumb_evidence::measure::{Growth, Measured, Unit};
use plumb_evidence::suspect::HeapShare;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;
use crate::memory_sites::{Heaps, Held};
use crate::thresholds::{
    FREEING_SHARE_MAX, HEAP_LEAD_MIN, HEAP_SAMPLES_MIN, KEEPING_SHARE_MIN, KEPT_BY_OTHERS_MAX,
    MEMORY_KEEPING_SHARE_MIN, SHARE_SAMPLES_MIN, SIBLING_TOLERANCE,
};

/// The heap profiles of one instance.
pub(crate) struct HeapPaths<'a> {
    code: &'a Code<'a>,
    heaps: Heaps<'a>,
}

/// A place in the user's code through which memory of an object was allocated.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) frame: Frame,
    pub(crate) live: Amount,
    pub(crate) allocated: Amount,
    /// A helper of several callers, and whether all of them leak through it cannot be told.
    pub(crate) is_shared: bool,
}

impl Place {
    fn share(&self) -> f64 {
        HeapShare { live: self.live, allocated: self.allocated }.live_share()
    }
}

/// The user's frames of one sample, innermost first, below which it went through the object.
struct UserPath<'a> {
    frames: Vec<&'a Frame>,
    sample: &'a HeapSample,
}

impl<'a> HeapPaths<'a> {
    pub(crate) fn of(instance: &'a Instance, code: &'a Code<'a>) -> Option<Self> {
        Some(Self { code, heaps: Heaps::of(instance)? })
    }

    /// The latest profile.
    pub(crate) fn heap(&self) -> &'a Heap {
        self.heaps.latest
    }

    /// What paths through an object with a record hold and ever took.
    pub(crate) fn share_of(&self, object: &LibraryObject) -> HeapShare {
        share(&self.paths(|frame| is_entry_point(object, frame)))
    }

    /// The same for a module without a record.
    pub(crate) fn share_of_module(&self, module: &str) -> HeapShare {
        share(&self.paths(|frame| *self.code.module(frame).0 == *module))
    }

    /// Places in the user's code that reach an object with a record.
    pub(crate) fn places_of(&self, object: &LibraryObject) -> Vec<Place> {
        self.places_through(|frame| is_entry_point(object, frame))
    }

    /// Places in the user's code that reach a module without a record.
    pub(crate) fn places_of_module(&self, module: &str) -> Vec<Place> {
        self.places_through(|frame| *self.code.module(frame).0 == *module)
    }

    /// Places in the user's code that reach the constructor of an object without a record.
    pub(crate) fn places_of_constructor(&self, constructor: &str) -> Vec<Place> {
        self.places_through(|frame| *frame.function == *constructor)
    }

    /// Places in the user's code that call what `through` accepts.
    pub(crate) fn places_through(&self, through: impl Fn(&Frame) -> bool) -> Vec<Place> {
        places(&self.paths(through))
    }

    /// Lines of the user's code that allocate themselves, keep all of it, and made about `count` objects that live.
    pub(crate) fn made_in_equal_numbers(&self, count: f64) -> Vec<Place> {
        let mut lines: FxHashMap<&Frame, Place> = FxHashMap::default();
        for sample in &self.heaps.latest.samples {
            let Some(frame) = sample.stack.leaf().filter(|frame| self.code.is_user(frame)) else {
                continue;
            };
            let empty = || Place {
                frame: frame.clone(),
                live: Amount::default(),
                allocated: Amount::default(),
                is_shared: false,
            };
            let place = lines.entry(frame).or_insert_with(empty);
            place.live += sample.live;
            place.allocated += sample.allocated;
        }
        let mut made: Vec<_> = lines
            .into_values()
            .filter(|place| {
                let error = (2.0 * place.live.relative_error()).max(SIBLING_TOLERANCE);
                place.live.samples >= HEAP_SAMPLES_MIN
                    && place.share() >= MEMORY_KEEPING_SHARE_MIN
                    && (place.live.objects / count - 1.0).abs() <= error
            })
            .collect();
        made.sort_by(|a, b| a.frame.cmp(&b.frame));
        made
    }

    /// The function of `module` that user code calls on the paths that hold most. With the function that starts the
    /// object's goroutine, only paths through that one count: what fills an object often holds more than what makes it.
    /// Without, methods do not count, as they need an object to be called on.
    pub(crate) fn constructor_of(&self, module: &str, starter: Option<&str>) -> Option<Arc<str>> {
        let is_starter = |frame: &Frame| starter == Some(&*frame.function);
        let mut callees: FxHashMap<&Arc<str>, Amount> = FxHashMap::default();
        for path in self.paths(|frame| *self.code.module(frame).0 == *module) {
            let frames = path.sample.stack.frames();
            let user = frames.iter().position(|frame| std::ptr::eq(frame, path.frames[0]))?;
            let callee =
                frames[..user].iter().rposition(|frame| *self.code.module(frame).0 == *module);
            let Some(callee) = callee else { continue };
            let makes_it = match starter {
                Some(_) => frames[..=callee].iter().any(is_starter),
                None => !frames[callee].name().local().starts_with('('),
            };
            if makes_it {
                *callees.entry(&frames[callee].function).or_default() += path.sample.live;
            }
        }
        let held = callees.into_iter().filter(|(_, live)| live.samples > 0.0);
        held.max_by(|a, b| a.1.samples.total_cmp(&b.1.samples).then(b.0.cmp(a.0)))
            .map(|(name, _)| name.clone())
    }

    /// Samples with a frame that is `through`, and a user frame above (nearer the root than) the outermost such.
    fn paths(&self, through: impl Fn(&Frame) -> bool) -> Vec<UserPath<'a>> {
        let samples = self.heaps.latest.samples.iter();
        samples
            .filter_map(|sample| {
                let frames = sample.stack.frames();
                let entry = frames.iter().rposition(&through)?;
                let above = frames[entry + 1..].iter().filter(|frame| self.code.is_user(frame));
                let frames: Vec<_> = above.collect();
                (!frames.is_empty()).then_some(UserPath { frames, sample })
            })
            .collect()
    }

    fn held(&self, sample: impl Fn(&HeapSample) -> bool) -> Held {
        let mut held = Held::default();
        self.heaps.latest.samples.iter().filter(|s| sample(s)).for_each(|s| held.add_latest(s));
        let first = self.heaps.first.iter().flat_map(|heap| &heap.samples);
        first.filter(|s| sample(s)).for_each(|s| held.add_first(s));
        held
    }
}

fn is_entry_point(object: &LibraryObject, frame: &Frame) -> bool {
    object.entry_points.iter().any(|entry| *frame.function == **entry)
}

fn share(paths: &[UserPath<'_>]) -> HeapShare {
    HeapShare {
        live: paths.iter().map(|path| path.sample.live).sum(),
        allocated: paths.iter().map(|path| path.sample.allocated).sum(),
    }
}

/// The user's lines, each as far out as the leak is shared: a helper whose callers all keep is the place itself;
/// where one caller keeps and others free, the keeping caller is.
fn places(paths: &[UserPath<'_>]) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    for branch in branches(paths.iter().collect(), 0) {
        descend(branch, 0, &mut found);
    }
    found.sort_by(by_live);
    found
}

fn by_live(a: &Place, b: &Place) -> std::cmp::Ordering {
    let by_live = b.live.samples.total_cmp(&a.live.samples);
    by_live
        .then(b.allocated.samples.total_cmp(&a.allocated.samples))
        .then_with(|| a.frame.cmp(&b.frame))
}

type Branch<'p, 'a> = (Place, Vec<&'p UserPath<'a>>);

/// Paths by their user frame at `depth` (0 = innermost).
fn branches<'p, 'a>(paths: Vec<&'p UserPath<'a>>, depth: usize) -> Vec<Branch<'p, 'a>> {
    let mut by_frame: FxHashMap<&Frame, Branch<'p, 'a>> = FxHashMap::default();
    for path in paths {
        let Some(frame) = path.frames.get(depth) else { continue };
        let empty = || {
            (
                Place {
                    frame: (*frame).clone(),
                    live: Amount::default(),
                    allocated: Amount::default(),
                    is_shared: false,
                },
                vec![],
            )
        };
        let (place, members) = by_frame.entry(frame).or_insert_with(empty);
        place.live += path.sample.live;
        place.allocated += path.sample.allocated;
        members.push(path);
    }
    let mut branches: Vec<_> = by_frame.into_values().collect();
    branches.sort_by(|a, b| a.0.frame.cmp(&b.0.frame));
    branches
}

fn descend(branch: Branch<'_, '_>, depth: usize, found: &mut Vec<Place>) {
    let (mut place, members) = branch;
    let mut callers = branches(members, depth + 1);
    callers.sort_by(|a, b| by_live(&a.0, &b.0));
    match told_apart(&callers) {
        Callers::Alike => found.push(place),
        Callers::Differ => callers.into_iter().for_each(|caller| descend(caller, depth + 1, found)),
        Callers::Unclear => {
            place.is_shared = true;
            found.push(place);
        }
    }
}

/// What the callers of a helper say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Callers {
    /// One caller, or all of them keep what they take: the helper is the place.
    Alike,
    /// Some keep and others free: the callers are the places.
    Differ,
    /// Too few samples to tell, or the others keep so little that they may do so rightly.
    Unclear,
}

/// Compares callers, those with most live samples first.
fn told_apart(callers: &[Branch<'_, '_>]) -> Callers {
    let [(leader, _), others @ ..] = callers else { return Callers::Alike };
    let taken: f64 = others.iter().map(|(other, _)| other.allocated.samples).sum();
    let kept: f64 = others.iter().map(|(other, _)| other.live.samples).sum();
    if others.is_empty() || kept + taken == 0.0 {
        return Callers::Alike;
    }
    let others_keep = kept > 0.0 && (taken == 0.0 || kept / taken >= KEEPING_SHARE_MIN);
    let clear_lead = leader.live.samples >= HEAP_SAMPLES_MIN - 0.5
        && leader.live.samples >= HEAP_LEAD_MIN * kept;
    let judged =
        || callers.iter().filter(|(caller, _)| caller.allocated.samples >= SHARE_SAMPLES_MIN);
    let some_keep = judged().any(|(caller, _)| caller.share() >= KEEPING_SHARE_MIN);
    let some_free = judged().any(|(caller, _)| caller.share() <= FREEING_SHARE_MAX);
    match () {
        () if some_keep && some_free => Callers::Differ,
        // A factory that serves the start of the program too: the few made there are kept, and rightly so.
        () if others_keep && leader.live.samples > KEPT_BY_OTHERS_MAX * kept => Callers::Unclear,
        () if others_keep => Callers::Alike,
        () if clear_lead && taken > 0.0 => Callers::Differ,
        () => Callers::Unclear,
    }
}

/// Objects whose memory alone shows them, with what paths through them hold. Only paths through functions of the
/// object's own module count: `bufio` is everybody's.
pub(crate) fn heap_only_objects(
    paths: &HeapPaths<'_>,
    catalogue: &Catalogue,
) -> Vec<(&'static LibraryObject, HeapShare, Measured)> {
    let mut claimed: FxHashSet<*const HeapSample> = FxHashSet::default();
    let mut objects = Vec::new();
    for &object in catalogue.objects.iter().filter(|object| object.side != Side::Server) {
        let marks: Vec<_> =
            object.heap_marks.iter().filter(|mark| is_of_module(mark, object.module)).collect();
        let marked = |sample: &HeapSample| marks.iter().any(|mark| sample.stack.passes(mark));
        let own: Vec<_> = paths
            .heap()
            .samples
            .iter()
            .filter(|s| marked(s) && !claimed.contains(&std::ptr::from_ref(*s)))
            .collect();
        let held = paths.held(marked);
        if own.is_empty() || held.live.samples < HEAP_SAMPLES_MIN {
            continue;
        }
        claimed.extend(own.iter().map(|sample| std::ptr::from_ref(*sample)));
        // An object is allocated in several pieces; the piece with most samples tells best how many there are.
        let pieces = own.iter().map(|sample| sample.live).filter(|live| live.samples > 0.0);
        let Some(piece) = pieces.max_by(|a, b| a.samples.total_cmp(&b.samples)) else { continue };
        let measured = Measured {
            count: (piece.objects.round() as u64).max(1),
            growth: growth_in_objects(paths, &held, &piece),
            instances: (1, 1),
            ..Measured::default()
        };
        objects.push((object, HeapShare { live: held.live, allocated: held.allocated }, measured));
    }
    objects
}

fn is_of_module(function: &str, module: &str) -> bool {
    module == "std" || function.starts_with(module)
}

fn growth_in_objects(paths: &HeapPaths<'_>, held: &Held, piece: &Amount) -> Option<Growth> {
    paths.heaps.first?;
    // Pieces of one object are sampled independently, so all samples on its paths tell about its growth.
    let per_sample = piece.objects / held.live.samples.max(1.0);
    let gain = held.gained_samples().scaled(per_sample);
    let seconds = paths.heaps.window_seconds;
    Some(Growth {
        unit: Unit::Pieces,
        gain,
        per_hour: seconds.map(|seconds| gain.scaled(3600.0 / seconds)),
        per_request: None,
        driver: None,
        bends: false,
        window_seconds: seconds.unwrap_or(0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What callers say that keep so many of so many samples, those with most live ones first.
    fn told(callers: &[(f64, f64)]) -> Callers {
        let amount = |samples| Amount { objects: samples, bytes: samples, samples };
        let branch = |&(live, allocated): &(f64, f64)| {
            let frame = Frame { function: "main.f".into(), file: "".into(), line: 1 };
            let (live, allocated) = (amount(live), amount(allocated));
            (Place { frame, live, allocated, is_shared: false }, Vec::new())
        };
        told_apart(&callers.iter().map(branch).collect::<Vec<_>>())
    }

    #[test]
    fn callers_tell_whether_a_helper_leaks_itself() {
        assert_eq!(told(&[(9.0, 9.0)]), Callers::Alike);
        assert_eq!(told(&[(9.0, 9.0), (5.0, 5.0)]), Callers::Alike);
        assert_eq!(told(&[(9.0, 9.0), (0.0, 12.0)]), Callers::Differ);
        assert_eq!(told(&[(1.0, 1.0), (0.0, 1.0)]), Callers::Unclear);
        assert_eq!(told(&[(120.0, 120.0), (2.0, 2.0)]), Callers::Unclear, "made at the start");
    }
}
