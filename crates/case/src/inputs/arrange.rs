//! Bare files to snapshots: those taken together belong together, those of another moment do not.
//!
//! Protobuf says when it was taken. Texts do not, but a heap text says when the last collection before it ended, and
//! that its figures are those of a protobuf. Only what says nothing at all is in the order of the arguments.

use std::mem::{Discriminant, discriminant};

use plumb_evidence::socket::SocketSource;
use plumb_evidence::{Snapshot, Timestamp};

use super::figures::{same_moment, same_size};
use crate::assemble::place;
use crate::decode::Part;

/// Parts taken within so many seconds of a snapshot's first are of the same look. Fetching all profiles by hand or
/// from a script takes a few seconds; looks are at least several seconds apart.
const TOGETHER_SECONDS: i64 = 10;

/// A part of a file.
pub(super) struct Given {
    /// Which file of the arguments.
    pub(super) file: usize,
    /// When it was taken, if it says so.
    pub(super) taken: Option<Timestamp>,
    /// When the last garbage collection before it ended, if it says so.
    pub(super) last_gc: Option<Timestamp>,
    pub(super) part: Part,
}

/// Parts of one process, in the order of the arguments.
#[derive(Default)]
pub(super) struct Arrangement {
    given: Vec<Given>,
}

/// A snapshot that is being put together, and which files its parts are of.
#[derive(Default)]
struct Look {
    snapshot: Snapshot,
    files: Vec<(Kind, usize)>,
}

/// What two snapshots are needed for: listings of two tools are two views of one.
type Kind = (Discriminant<Part>, Option<SocketSource>);

impl Arrangement {
    pub(super) fn add(&mut self, given: Given) {
        self.given.push(given);
    }

    /// An earlier file that has the same part.
    pub(super) fn has(&self, given: &Given) -> Option<usize> {
        let same = |known: &&Given| {
            known.file != given.file && known.taken == given.taken && known.part == given.part
        };
        self.given.iter().find(same).map(|known| known.file)
    }

    /// Snapshots in order of time.
    pub(super) fn into_snapshots(self) -> Vec<Snapshot> {
        let (mut timed, mut untimed): (Vec<_>, Vec<_>) =
            self.given.into_iter().partition(|given| given.taken.is_some());
        timed.sort_by_key(|given| given.taken);
        let mut looks = Vec::new();
        for given in timed {
            add_timed(&mut looks, given);
        }
        sort_by_counters(&mut untimed);
        drop_repeated(&mut untimed);
        add_untimed(&mut looks, untimed);
        looks.into_iter().map(|look| look.snapshot).collect()
    }
}

impl Look {
    fn at(taken: Option<Timestamp>) -> Self {
        Self { snapshot: Snapshot { taken, ..Snapshot::default() }, files: Vec::new() }
    }

    /// Gives the part back if there is one of its kind already.
    fn place(&mut self, given: Given) -> Option<Given> {
        let Given { file, taken, last_gc, part } = given;
        let kind = kind(&part);
        match place(&mut self.snapshot, part) {
            Some(part) => Some(Given { file, taken, last_gc, part }),
            None => {
                self.files.push((kind, file));
                None
            }
        }
    }

    /// The file that the part of a kind is of.
    fn file_of(&self, kind: Kind) -> Option<usize> {
        self.files.iter().find(|(other, _)| *other == kind).map(|(_, file)| *file)
    }
}

fn add_timed(looks: &mut Vec<Look>, given: Given) {
    let taken = given.taken;
    let together = |look: &&mut Look| {
        let start = look.snapshot.taken.or(taken);
        start.zip(taken).is_some_and(|(start, taken)| near(start, taken))
    };
    let rest = match looks.last_mut().filter(together) {
        // The heap once more, as `allocs`.
        Some(look) if same_moment(&look.snapshot, &given.part) => None,
        Some(look) => look.place(given),
        None => Some(given),
    };
    if let Some(given) = rest {
        looks.push(with(taken, given));
    }
}

fn near(one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).abs().as_secs() < TOGETHER_SECONDS
}

/// Brings parts of one kind into the order of what only rises in a process, if each of them tells; they stay at the
/// places that their kind has.
fn sort_by_counters(parts: &mut Vec<Given>) {
    let mut slots: Vec<Option<Given>> = parts.drain(..).map(Some).collect();
    let has_key = |slot: &Option<Given>, wanted: Kind| {
        slot.as_ref().is_some_and(|given| kind(&given.part) == wanted)
    };
    let kinds: Vec<Kind> = slots.iter().flatten().map(|given| kind(&given.part)).collect();
    for (first, wanted) in kinds.iter().enumerate() {
        if kinds[..first].contains(wanted) {
            continue;
        }
        let places: Vec<usize> =
            (0..slots.len()).filter(|&i| has_key(&slots[i], *wanted)).collect();
        let mut keyed: Vec<((f64, f64), Given)> = Vec::new();
        if places.iter().any(|&i| slots[i].as_ref().and_then(counters).is_none()) {
            continue;
        }
        for &i in &places {
            let given = slots[i].take();
            keyed.extend(given.and_then(|given| Some((counters(&given)?, given))));
        }
        keyed.sort_by(|(a, _), (b, _)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for (&i, (_, given)) in places.iter().zip(keyed) {
            slots[i] = Some(given);
        }
    }
    parts.extend(slots.into_iter().flatten());
}

/// A moment in seconds since 1970 that the part is not older than, and a counter that rises after it.
fn counters(given: &Given) -> Option<(f64, f64)> {
    match &given.part {
        Part::Heap(heap) => {
            let since = given.last_gc.map_or(0.0, |at| at.as_millisecond() as f64 / 1000.0);
            Some((since, heap.memstats?.mallocs as f64))
        }
        Part::Metrics(page) => {
            Some((page.sum("process_start_time_seconds")?, page.sum("process_cpu_seconds_total")?))
        }
        _ => None,
    }
}

/// `heap` and `allocs` are the same profile: of two texts between the same two collections, the later one stays.
fn drop_repeated(parts: &mut Vec<Given>) {
    let mut kept: Vec<Given> = Vec::new();
    for given in parts.drain(..) {
        let repeats = |known: &Given| match (&known.part, &given.part) {
            (Part::Heap(one), Part::Heap(other)) => {
                known.last_gc.is_some()
                    && known.last_gc == given.last_gc
                    && super::figures::same_heap(one, other)
            }
            _ => false,
        };
        match kept.iter_mut().find(|known| repeats(known)) {
            Some(known) => known.part = given.part,
            None => kept.push(given),
        }
    }
    *parts = kept;
}

/// Where a part without a date belongs.
enum Where {
    /// Into this look.
    In(usize),
    /// Before this look, after the one before it: it is of another moment than all of them.
    Before(usize),
    /// Nothing tells.
    Anywhere,
}

fn add_untimed(looks: &mut Vec<Look>, parts: Vec<Given>) {
    let mut between: Vec<Vec<Given>> = (0..=looks.len()).map(|_| Vec::new()).collect();
    let mut anywhere = Vec::new();
    for given in parts {
        match whereabouts(looks, &given) {
            Where::In(at) => {
                if let Some(given) = looks[at].place(given) {
                    between[at + 1].push(given);
                }
            }
            Where::Before(at) => between[at].push(given),
            Where::Anywhere => anywhere.push(given),
        }
    }
    let known = std::mem::take(looks);
    let mut known = known.into_iter();
    for parts in between {
        let mut others = Vec::new();
        align(&mut others, parts);
        looks.append(&mut others);
        looks.extend(known.next());
    }
    align(looks, anywhere);
}

fn whereabouts(looks: &[Look], given: &Given) -> Where {
    if let Some(at) = looks.iter().position(|look| same_size(&look.snapshot, &given.part)) {
        return Where::In(at);
    }
    let taken = |look: &Look| look.snapshot.taken;
    if let Some(last_gc) = given.last_gc {
        let together = |look: &Look| {
            taken(look).is_some_and(|at| near(at, last_gc))
                && look.snapshot.heap.as_ref().is_none_or(|heap| heap.memstats.is_none())
        };
        if let Some(at) = looks.iter().position(together) {
            return Where::In(at);
        }
        if looks.iter().any(|look| look.snapshot.heap.is_some()) {
            let later = |look: &Look| taken(look).is_some_and(|at| at > last_gc);
            return Where::Before(looks.iter().position(later).unwrap_or(looks.len()));
        }
    }
    beside_its_like(looks, given)
}

/// In the order of the arguments among what counts the same.
fn beside_its_like(looks: &[Look], given: &Given) -> Where {
    let wanted = match &given.part {
        // A dump counts what a goroutine profile counts.
        Part::Dump(list) => kind(&Part::Goroutines(list.clone())),
        part => kind(part),
    };
    let like: Vec<(usize, usize)> = looks
        .iter()
        .enumerate()
        .filter_map(|(at, look)| Some((at, look.file_of(wanted)?)))
        .collect();
    let Some(&(first, _)) = like.first() else { return Where::Anywhere };
    let earlier = like.iter().filter(|(_, file)| *file < given.file).count();
    Where::Before(earlier.checked_sub(1).map_or(first, |last| like[last].0 + 1))
}

/// The last part of each kind goes to the last look, the one before to the one before, and so on.
fn align(looks: &mut Vec<Look>, parts: Vec<Given>) {
    let kinds: Vec<_> = parts.iter().map(|given| kind(&given.part)).collect();
    let of_kind = |kind| kinds.iter().filter(|other| *other == kind).count();
    let most = kinds.iter().map(of_kind).max().unwrap_or(0);
    let missing = most.saturating_sub(looks.len());
    looks.splice(0..0, (0..missing).map(|_| Look::default()));
    let last = looks.len();
    for (index, given) in parts.into_iter().enumerate() {
        let from_here = kinds[index..].iter().filter(|kind| **kind == kinds[index]).count();
        if let Some(given) = looks[last - from_here].place(given) {
            looks.push(with(None, given));
        }
    }
}

fn kind(part: &Part) -> Kind {
    let source = match part {
        Part::Sockets(table) => Some(table.source),
        _ => None,
    };
    (discriminant(part), source)
}

fn with(taken: Option<Timestamp>, given: Given) -> Look {
    let mut look = Look::at(taken);
    // An empty snapshot takes anything.
    let rest = look.place(given);
    debug_assert!(rest.is_none());
    look
}
