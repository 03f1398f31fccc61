//! Where the connections below an object were dialled. A dial keeps some 300 bytes, so at the default heap rate the
//! object's own memory has to tell which connections stay. Its paths meet those of the dials in the function that
//! first dials and then makes the object of the connection.

use std::collections::BTreeSet;

use plumb_evidence::Instance;
use plumb_evidence::code::Frame;
use plumb_evidence::suspect::ObjectCrowd;
use rustc_hash::{FxHashMap, FxHashSet};

use super::places::{Knowledge, Place, UserPath, is_named_as_a_wrapper, places};
use super::{HeapPaths, is_entry_point};

/// A line of the user's with its callers, innermost first.
type Call<'a> = Vec<&'a Frame>;

/// Functions through which a connection is handed on between the function that dials and the one that makes the object
/// of it: a wrapper of the dialer, a handshake, and one within it. Farther away, a dial serves other purposes.
const HANDED_ON_MAX: usize = 2;

/// Who dialled the connections below objects, weighed by the memory of the objects.
pub(crate) struct Dialled {
    /// Most live samples first. Where no dial is known it is a line that makes the object.
    pub(crate) places: Vec<Place>,
    /// Whether several lines may have dialled for one that makes the object.
    pub(crate) ambiguous: bool,
    /// Lines that dial, and whether the object is made by the same call.
    lines: FxHashMap<Frame, bool>,
}

impl Dialled {
    /// Whether a place is a line that dials. `Some(true)` if the object is made by the same call, so that no other line
    /// can have dialled for it.
    pub(crate) fn dials(&self, place: &Place) -> Option<bool> {
        self.lines.get(&place.frame).copied()
    }
}

impl<'a> HeapPaths<'a> {
    /// Who dialled for an object. A dial is recognised by any sampled allocation, freed or not, and by any goroutine
    /// that was seen in it.
    pub(crate) fn dialled(
        &self,
        object: &ObjectCrowd,
        dialers: &[&str],
        instance: &'a Instance,
        leaks: f64,
    ) -> Dialled {
        let made = self.paths_to(object);
        let dials = self.dials(dialers, instance);
        let makers = makers(&dials, &made, dialers);
        let mut lines = FxHashMap::default();
        let mut ambiguous = false;
        let attributed = made.iter().map(|path| {
            let frames = match dials_for(&path.frames, &makers) {
                Some([dial, others @ ..]) if others.iter().all(|other| other[0] == dial[0]) => {
                    let by_same_call = **dial == path.frames;
                    lines
                        .entry(dial[0].clone())
                        .and_modify(|all| *all &= by_same_call)
                        .or_insert(by_same_call);
                    dial
                }
                several => {
                    ambiguous |= several.is_some() && path.sample.live.samples > 0.0;
                    &path.frames
                }
            };
            UserPath { frames: frames.clone(), sample: path.sample }
        });
        let attributed: Vec<_> = attributed.collect();
        let exact_leaks = self.exact(leaks);
        let known = Knowledge { entry_points: dialers, exact_leaks, ..Knowledge::default() };
        Dialled { places: places(&attributed, &known), ambiguous, lines }
    }

    /// Places in the user's code that dial, by what the dial itself keeps: what `ssh.Dial` makes beside it would
    /// outweigh a dial that is followed by a handshake of its own.
    pub(crate) fn places_dialling(&self, dialers: &[&str], leaks: f64) -> Vec<Place> {
        let is_dialer = |frame: &Frame| dialers.contains(&&*frame.function);
        let mut paths = self.paths(is_dialer);
        paths.retain(|path| {
            let innermost = path.sample.stack.frames().iter().find(|frame| is_dialer(frame));
            innermost.is_some_and(|dialer| dialer.name().package() == "net")
        });
        let exact_leaks = self.exact(leaks);
        let known = Knowledge { entry_points: dialers, exact_leaks, ..Knowledge::default() };
        places(&paths, &known)
    }

    /// Paths through what the user calls to get the object.
    fn paths_to(&self, object: &ObjectCrowd) -> Vec<UserPath<'a>> {
        match (object.record, &object.constructor) {
            (Some(record), _) => self.paths(|frame| is_entry_point(record, frame)),
            (None, Some(constructor)) => self.paths(|frame| frame.function == *constructor),
            (None, None) => self.paths(|frame| self.code.module(frame).0 == object.module),
        }
    }

    /// The user's calls that dial.
    fn dials(&self, dialers: &[&str], instance: &'a Instance) -> BTreeSet<Call<'a>> {
        let is_dialer = |frame: &Frame| dialers.contains(&&*frame.function);
        let lists = instance.snapshots.iter().filter_map(|snapshot| snapshot.any_goroutines());
        let stacks = lists.flat_map(|list| &list.groups).map(|group| &group.stack);
        let in_progress = stacks.filter_map(|stack| self.users_above(stack, is_dialer));
        self.paths(is_dialer).into_iter().map(|path| path.frames).chain(in_progress).collect()
    }
}

/// The calls below which the object is made, each with the dials for it.
type Makers<'p, 'a> = FxHashMap<&'p [&'a Frame], Vec<&'p Call<'a>>>;

fn makers<'p, 'a>(
    dials: &'p BTreeSet<Call<'a>>,
    made: &'p [UserPath<'a>],
    dialers: &[&str],
) -> Makers<'p, 'a> {
    let calls: FxHashSet<&Call<'a>> = made.iter().map(|path| &path.frames).collect();
    let mut makers: Makers<'p, 'a> = FxHashMap::default();
    for dial in dials {
        let depths = 0..dial.len();
        if let Some(maker) = depths.filter_map(|at| next_maker(dial, at, &calls, dialers)).next() {
            makers.entry(maker).or_default().push(dial);
        }
    }
    makers
}

/// The line that makes the object next in the function that dials at depth `at` of its call: there or after it, called
/// from the same place. One of the two is in that very function. Where both are in functions that it calls, they may
/// have nothing to do with each other: a dial to report figures, and a client that dials by itself. So they may where
/// the object is made in a function that by its name dials by itself.
fn next_maker<'p, 'a>(
    dial: &[&Frame],
    at: usize,
    calls: &FxHashSet<&'p Call<'a>>,
    dialers: &[&str],
) -> Option<&'p [&'a Frame]> {
    let (line, callers) = (dial[at], &dial[at + 1..]);
    let makers = calls.iter().filter_map(|call| {
        let depth = call.len().checked_sub(callers.len() + 1)?;
        let maker = call[depth];
        let in_order = maker.function == line.function && maker.line >= line.line;
        let direct = at.min(depth) == 0 && at.max(depth) <= HANDED_ON_MAX;
        let gets = |frame: &&Frame| is_named_as_a_wrapper(frame, dialers);
        let related = direct && !call[..depth].iter().any(gets);
        (in_order && related && call[depth + 1..] == *callers).then_some(&call[depth..])
    });
    makers.min_by_key(|maker| maker[0].line)
}

/// The dials for an object that is made by `call`.
fn dials_for<'m, 'p, 'a>(
    call: &[&'a Frame],
    makers: &'m Makers<'p, 'a>,
) -> Option<&'m [&'p Call<'a>]> {
    (0..call.len()).find_map(|depth| makers.get(&call[depth..])).map(Vec::as_slice)
}
