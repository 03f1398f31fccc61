//! Heap samples seen from the user's code: who allocates through an object, and who keeps what it takes.

use std::sync::Arc;

use plumb_evidence::Instance;
use plumb_evidence::catalogue::{Catalogue, LibraryObject, Side};
use plumb_evidence::code::{Frame, FunctionName, Stack};
use plumb_evidence::heap::{Amount, Heap, HeapSample};
use plumb_evidence::measure::{Growth, Measured, Unit};
use plumb_evidence::suspect::HeapShare;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;
use crate::heaps::{Heaps, Held};
use crate::thresholds::{HEAP_SAMPLES_MIN, MEMORY_KEEPING_SHARE_MIN, SIBLING_TOLERANCE};

mod dials;
mod places;
mod ways;

pub(crate) use dials::Dialled;
pub(crate) use places::{
    Doubt, Place, first_leads_in_one_each, is_named_as_a_constructor, is_named_as_a_wrapper,
};
use places::{Knowledge, UserPath, places};
pub(crate) use ways::{Way, places_of_ways};

/// The heap profiles of one instance.
pub(crate) struct HeapPaths<'a> {
    code: &'a Code<'a>,
    heaps: Heaps<'a>,
}

impl<'a> HeapPaths<'a> {
    pub(crate) fn of(instance: &'a Instance, code: &'a Code<'a>) -> Option<Self> {
        Some(Self { code, heaps: Heaps::of(instance)? })
    }

    /// The latest profile.
    pub(crate) fn heap(&self) -> &'a Heap {
        self.heaps.latest
    }

    /// `leaks` if figures are exact, so that numbers of objects can be compared with it.
    fn exact(&self, leaks: f64) -> Option<f64> {
        self.heap().is_exact().then_some(leaks)
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
    pub(crate) fn places_of(&self, object: &LibraryObject, leaks: f64) -> Vec<Place> {
        let through = |frame: &Frame| is_entry_point(object, frame);
        let package_of = |entry: &&'static str| FunctionName(entry).package();
        let packages: FxHashSet<&str> = object.entry_points.iter().map(package_of).collect();
        let uses = |frame: &Frame| packages.contains(frame.name().package()) && !through(frame);
        // What a pool gives out has no methods that would tell its holder.
        let used_in =
            if object.pooled { FxHashMap::default() } else { self.used_in(uses, through) };
        let known = Knowledge {
            entry_points: object.entry_points,
            used_in,
            has_owner: true,
            exact_leaks: self.exact(leaks),
        };
        places(&self.paths(through), &known)
    }

    /// Places in the user's code that reach a module without a record.
    pub(crate) fn places_of_module(&self, module: &str, leaks: f64) -> Vec<Place> {
        let known = Knowledge { exact_leaks: self.exact(leaks), ..Knowledge::default() };
        places(&self.paths(|frame| *self.code.module(frame).0 == *module), &known)
    }

    /// Places in the user's code that reach the constructor of an object without a record.
    pub(crate) fn places_of_constructor(
        &self,
        module: &str,
        constructor: &str,
        leaks: f64,
    ) -> Vec<Place> {
        let through = |frame: &Frame| *frame.function == *constructor;
        let uses = |frame: &Frame| *self.code.module(frame).0 == *module;
        let known = Knowledge {
            entry_points: &[constructor],
            used_in: self.used_in(uses, through),
            has_owner: true,
            exact_leaks: self.exact(leaks),
        };
        places(&self.paths(through), &known)
    }

    /// Places in the user's code that call one of these functions. `has_owner` = whoever gets the result is to release it.
    pub(crate) fn places_through(
        &self,
        functions: &[&str],
        has_owner: bool,
        leaks: f64,
    ) -> Vec<Place> {
        let exact_leaks = self.exact(leaks);
        let known =
            Knowledge { entry_points: functions, has_owner, exact_leaks, ..Knowledge::default() };
        places(&self.paths(|frame| functions.contains(&&*frame.function)), &known)
    }

    /// Live samples by the user's function that called what `uses` accepts, where nothing on the path is `through`.
    fn used_in(
        &self,
        uses: impl Fn(&Frame) -> bool,
        through: impl Fn(&Frame) -> bool,
    ) -> FxHashMap<&'a str, f64> {
        let mut used: FxHashMap<&str, f64> = FxHashMap::default();
        for sample in self.heaps.latest.samples.iter().filter(|s| s.live.samples > 0.0) {
            let frames = sample.stack.frames();
            let Some(user) = self.code.user_frame(&sample.stack) else { continue };
            let is_use = frames[..user].last().is_some_and(&uses);
            if is_use && !frames[..user].iter().any(&through) {
                *used.entry(&frames[user].function).or_default() += sample.live.samples;
            }
        }
        used
    }

    /// Lines of the user's code that make one lasting object for each of `count` pools of connections that `object`
    /// rests in: a struct of the user's own making, or what a library function makes that is called after a transport.
    /// They are where their users are: they have a calling function in common with paths through `object`.
    pub(crate) fn pool_makers(&self, object: &LibraryObject, count: f64) -> PoolMakers {
        let paths = self.paths(|frame| is_entry_point(object, frame));
        let frames = || paths.iter().flat_map(|path| &path.frames);
        let using_lines: FxHashSet<&Frame> = frames().copied().collect();
        let using: FxHashSet<&str> = frames().map(|frame| &*frame.function).collect();
        let mut lines: FxHashMap<(&Frame, u64), Place> = FxHashMap::default();
        for sample in self.heaps.latest.samples.iter().filter(|s| s.live.objects > 0.0) {
            let frames = sample.stack.frames();
            let Some(user) = self.code.user_frame(&sample.stack) else { continue };
            let callers = frames[user..].iter().filter(|frame| self.code.is_user(frame));
            if makes_transport(&frames[..user])
                && callers.clone().any(|f| using.contains(&*f.function))
            {
                let size = (sample.live.bytes / sample.live.objects).round() as u64;
                let line = &frames[user];
                lines.entry((line, size)).or_insert_with(|| Place::new(line)).add(sample);
            }
        }
        let mut made: Vec<_> =
            lines.into_values().filter(|place| is_lasting(place, count)).collect();
        made.sort_by(|a, b| a.frame.cmp(&b.frame).then(a.live.bytes.total_cmp(&b.live.bytes)));
        let (on_use, apart) =
            made.into_iter().partition(|place| using_lines.contains(&place.frame));
        PoolMakers { apart, on_use }
    }

    /// Whether exact figures show, at one line of `function`, an object for each of `count` that its calls left, and
    /// freed ones of other calls beside them. A pool is made by one call, which frees nothing until the pool ends; the
    /// main goroutine's calls are the start of the program, or its one loop.
    pub(crate) fn keep_one_each(&self, function: &str, count: u64) -> bool {
        if !self.heap().is_exact() {
            return false;
        }
        let mut lines: FxHashMap<(&Frame, u64), Amounts> = FxHashMap::default();
        for sample in self.heap().samples.iter().filter(|s| s.allocated.objects > 0.0) {
            let frames = sample.stack.frames();
            let Some(line) = frames.iter().find(|frame| *frame.function == *function) else {
                continue;
            };
            if frames.iter().any(|frame| MAIN.contains(&&*frame.function)) {
                continue;
            }
            let size = (sample.allocated.bytes / sample.allocated.objects).round() as u64;
            let held = lines.entry((line, size)).or_default();
            held.live += sample.live.objects;
            held.allocated += sample.allocated.objects;
        }
        let count = count as f64;
        lines.values().any(|held| {
            (held.live / count - 1.0).abs() <= SIBLING_TOLERANCE
                && held.allocated >= held.live * (1.0 + SIBLING_TOLERANCE)
        })
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
                let frames = self.users_above(&sample.stack, &through)?;
                Some(UserPath { frames, sample })
            })
            .collect()
    }

    /// The user's frames above the outermost one that is `through`, if there are any.
    fn users_above(
        &self,
        stack: &'a Stack,
        through: impl Fn(&Frame) -> bool,
    ) -> Option<Vec<&'a Frame>> {
        let frames = stack.frames();
        let entry = frames.iter().rposition(through)?;
        let above: Vec<_> =
            frames[entry + 1..].iter().filter(|frame| self.code.is_user(frame)).collect();
        (!above.is_empty()).then_some(above)
    }

    fn held(&self, sample: impl Fn(&HeapSample) -> bool) -> Held {
        let mut held = Held::default();
        self.heaps.latest.samples.iter().filter(|s| sample(s)).for_each(|s| held.add_latest(s));
        let first = self.heaps.first.iter().flat_map(|heap| &heap.samples);
        first.filter(|s| sample(s)).for_each(|s| held.add_first(s));
        held
    }
}

/// The functions at the root of the main goroutine.
const MAIN: [&str; 2] = ["main.main", "runtime.main"];

/// Objects at one line.
#[derive(Default)]
struct Amounts {
    live: f64,
    allocated: f64,
}

/// Lines that make one lasting object for each pool.
pub(crate) struct PoolMakers {
    /// Those that do nothing else.
    pub(crate) apart: Vec<Place>,
    /// Those that also call the library: what they make may belong to the call, e.g. the text of its address.
    pub(crate) on_use: Vec<Place>,
}

/// Whether memory taken below a line of the user's may be a transport: the line's own object, or that of a library
/// function with the word in its name.
fn makes_transport(below: &[Frame]) -> bool {
    below.last().is_none_or(|callee| callee.name().local().contains("Transport"))
}

/// Whether nothing of it is freed and about `count` are there.
fn is_lasting(place: &Place, count: f64) -> bool {
    let error = (2.0 * place.live.relative_error()).max(SIBLING_TOLERANCE);
    place.live.samples >= HEAP_SAMPLES_MIN
        && place.share() >= MEMORY_KEEPING_SHARE_MIN
        && (place.live.objects / count - 1.0).abs() <= error
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
