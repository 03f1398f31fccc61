//! Heap paths through the object that hold a user frame: who keeps what it takes. Decided only with enough live
//! samples and a clear lead.

use plumb_evidence::catalogue::LibraryObject;
use plumb_evidence::code::Frame;
use plumb_evidence::finding::{Role, WitnessKind};
use plumb_evidence::number::plural;
use plumb_evidence::suspect::{MemorySite, ObjectCrowd, Subject};

use super::{Hearing, NamedLine, Testimony, Witness, dial};
use crate::heap_paths::{Doubt, HeapPaths, Place, first_leads_in_one_each};
use crate::thresholds::{BYTES_PER_CALL, BYTES_PER_LEAK, HEAP_LEAD_MIN, HEAP_SAMPLES_MIN};

/// Lines listed when nothing is decided: more would not be read.
const CANDIDATES_MAX: usize = 5;

/// What makes heap figures exact.
const EXACT_HEAP: &str = "start one instance with GODEBUG=memprofilerate=1: every allocation is then in the heap profile";

/// The same where the runtime overwrites what GODEBUG set.
const EXACT_HEAP_IN_SOURCE: &str = "set runtime.MemProfileRate = 1 first thing in one instance: every allocation is then in the heap profile (Go 1.17 to 1.19 ignore GODEBUG=memprofilerate: golang/go#55100)";

/// Go releases that ignore `GODEBUG=memprofilerate`: package runtime's own initialisation overwrites it (golang/go#55100;
/// in the source of 1.17.13 and 1.19.13, no more in 1.20.14).
const DEAF_TO_GODEBUG: std::ops::RangeInclusive<(u32, u32)> = (1, 17)..=(1, 19);

const SOURCE_OF_HELPER: &str =
    "a look at the source: it tells whether the helper or one of its callers is to release it";
const SOURCE_OF_CALLERS: &str =
    "a look at the source: several lines keep what they take, and each may be to release it";
const SOURCE_OF_POOL: &str =
    "a look at the source: it tells where the transport of these calls is made";
const SOURCE_OF_WRAPPER: &str = "a look at the source: the innermost function is to release it unless it returns it to its caller";

pub(crate) struct HeapWitness;

impl Witness for HeapWitness {
    fn kind(&self) -> WitnessKind {
        WitnessKind::Heap
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        if !hearing.through.is_empty() {
            let paths = HeapPaths::of(hearing.instance, hearing.code)?;
            if let Subject::Object(object) = &hearing.suspect.subject {
                return Some(dial::testify(hearing, &paths, object));
            }
            // A file is to be closed by whom it is handed to; how a connection is dialled is the dialler's alone.
            let has_owner = matches!(hearing.suspect.subject, Subject::Descriptors(_));
            let places = paths.places_through(hearing.through, has_owner, hearing.leaks());
            return Some(by_places(hearing, &paths, places));
        }
        match &hearing.suspect.subject {
            Subject::Object(object) => through_object(hearing, object),
            Subject::Memory(site) => Some(of_memory(hearing, site)),
            _ => None,
        }
    }
}

fn through_object(hearing: &Hearing<'_>, object: &ObjectCrowd) -> Option<Testimony> {
    let paths = HeapPaths::of(hearing.instance, hearing.code)?;
    // A pool is filled lazily by whoever calls next, so paths through it name the use. The line that makes the pool
    // itself holds as many live objects of its own as there are pools. A response that is held is another matter:
    // whoever made the request holds it.
    let at_rest = object.phase.is_none_or(|phase| phase.ordinary);
    let pool = object.record.filter(|record| record.pooled);
    if let Some(record) = pool.filter(|_| hearing.role == Role::Creates && at_rest) {
        return Some(of_pool(hearing, &paths, record));
    }
    let places = match (object.record, &object.constructor) {
        (Some(record), _) => paths.places_of(record, hearing.leaks()),
        (None, Some(constructor)) => {
            paths.places_of_constructor(&object.module, constructor, hearing.leaks())
        }
        (None, None) => paths.places_of_module(&object.module, hearing.leaks()),
    };
    Some(by_places(hearing, &paths, places))
}

/// Pools made one a call: the line that makes them, else candidates for it and the lines that use them.
fn of_pool(hearing: &Hearing<'_>, paths: &HeapPaths<'_>, record: &LibraryObject) -> Testimony {
    let exact = paths.heap().is_exact();
    let makers = paths.pool_makers(record, hearing.leaks());
    // A maker that was not sampled must not leave the field to the calls, which take memory of their own.
    let on_use = makers.apart.is_empty() && exact;
    let makers = if on_use { makers.on_use } else { makers.apart };
    let named = |place: &Place| NamedLine {
        frame: place.frame.clone(),
        role: hearing.role,
        share: 1.0,
        basis: basis(place, exact),
    };
    if let Some(maker) = the_maker(&makers) {
        return Testimony { lines: vec![named(maker)], decided: true, ..Testimony::default() };
    }
    let mut testimony = by_places(hearing, paths, paths.places_of(record, hearing.leaks()));
    testimony.lines.iter_mut().for_each(|line| line.role = Role::Uses);
    testimony.lines.splice(0..0, makers.iter().map(named));
    testimony.lines.truncate(CANDIDATES_MAX);
    if exact {
        testimony.would_decide = vec![SOURCE_OF_POOL.to_owned()];
    } else if testimony.decided {
        testimony.would_decide = exact_heap(hearing, exact);
    }
    testimony.decided = false;
    testimony
}

/// The line with the largest objects, if they are all made in one function: a constructor makes a transport and
/// smaller things around it.
fn the_maker(makers: &[Place]) -> Option<&Place> {
    let size = |place: &Place| place.live.bytes / place.live.objects.max(1.0);
    let largest = makers.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let in_one = makers.iter().all(|place| place.frame.function == largest.frame.function);
    in_one.then_some(largest)
}

pub(super) fn by_places(
    hearing: &Hearing<'_>,
    paths: &HeapPaths<'_>,
    places: Vec<Place>,
) -> Testimony {
    let live: f64 = places.iter().map(|place| place.live.samples).sum();
    let count = hearing.leaks();
    let exact = paths.heap().is_exact();
    let told = places.first().is_some_and(|place| place.doubt.is_none());
    let one_each = || exact && first_leads_in_one_each(places.iter(), count);
    let decided = is_decided(&places) || told && one_each();
    // Who dialled or opened it made it, whatever it is stuck in now.
    let role = if hearing.through.is_empty() { hearing.role } else { Role::Creates };
    let candidates = places.iter().filter(|place| place.live.samples > 0.0);
    let lines = candidates.flat_map(|place| lines_of(place, role, live, exact));
    let lines = lines.take(CANDIDATES_MAX).collect();
    let passed = places.first().map_or(&[][..], |place| &place.helpers);
    let passed = passed.iter().filter(|_| decided).map(|frame| NamedLine {
        frame: frame.clone(),
        role: Role::Uses,
        share: 1.0,
        basis: "the line calls the library by it".to_owned(),
    });
    let each = if hearing.through.is_empty() { BYTES_PER_LEAK } else { BYTES_PER_CALL };
    let would_decide =
        if decided { Vec::new() } else { what_decides(hearing, &places, paths, each) };
    Testimony { lines, passed: passed.collect(), decided, would_decide, ..Testimony::default() }
}

/// A place as a line, with the callers to whom it may return what it gets.
pub(super) fn lines_of(place: &Place, role: Role, live: f64, exact: bool) -> Vec<NamedLine> {
    let line = |frame: &Frame, basis: String| {
        let share = place.live.samples / live;
        NamedLine { frame: frame.clone(), role, share, basis }
    };
    let mut lines = vec![line(&place.frame, basis(place, exact))];
    if let Some(Doubt::HandsOn(callers)) = &place.doubt {
        let only_caller = |inner: &Frame| format!("the only known caller of {}", inner.function);
        let inner = std::iter::once(&place.frame).chain(callers);
        lines.extend(
            callers.iter().zip(inner).map(|(frame, inner)| line(frame, only_caller(inner))),
        );
    }
    lines
}

fn basis(place: &Place, exact: bool) -> String {
    let what = if exact { "objects" } else { "sampled objects" };
    if place.allocated.samples > 0.0 {
        format!(
            "{:.0} of {:.0} {what} allocated through it are still live",
            place.live.samples, place.allocated.samples
        )
    } else {
        format!("{:.0} {what} allocated through it are live", place.live.samples)
    }
}

/// At least three live samples, three times the runner-up's (DESIGN.md §5.4), and not a helper that healthy callers
/// may share or that may return what it gets.
pub(super) fn is_decided(places: &[Place]) -> bool {
    let live = |index: usize| places.get(index).map_or(0.0, |place| place.live.samples);
    let told = places.first().is_some_and(|place| place.doubt.is_none());
    told && live(0) >= HEAP_SAMPLES_MIN - 0.5 && live(0) >= HEAP_LEAD_MIN * live(1)
}

/// What decides between places. `each` = bytes that one leak keeps, where the profile does not tell.
pub(super) fn what_decides(
    hearing: &Hearing<'_>,
    places: &[Place],
    paths: &HeapPaths<'_>,
    each: f64,
) -> Vec<String> {
    let best = places.first().map_or(0.0, |place| place.live.samples);
    let exact = exact_heap(hearing, paths.heap().is_exact());
    if best >= HEAP_SAMPLES_MIN - 0.5 {
        return match places.first().and_then(|place| place.doubt.as_ref()) {
            Some(Doubt::Shared) => vec![SOURCE_OF_HELPER.to_owned()],
            Some(Doubt::HandsOn(_)) => vec![SOURCE_OF_WRAPPER.to_owned()],
            None => {
                let text = "more leaks and another look: several callers hold live samples, and none has three times the next one's";
                let text = if paths.heap().is_exact() { SOURCE_OF_CALLERS } else { text };
                [vec![text.to_owned()], exact].concat()
            }
        };
    }
    let count = hearing.leaks();
    let bytes: f64 = places.iter().map(|place| place.live.bytes).sum();
    let per_leak = if best >= 1.0 && count > 0.0 { (bytes / count).max(100.0) } else { each };
    let missing = (HEAP_SAMPLES_MIN + 1.0 - best).max(1.0);
    let more = missing * paths.heap().period as f64 / per_leak;
    let mut ways = Vec::new();
    if !paths.heap().is_exact() {
        let samples = plural(best.round() as usize, "live sample");
        let why = format!(
            "the heap profile has {samples} on the best path and needs {HEAP_SAMPLES_MIN:.0}"
        );
        ways.push(more_and_another_look("leaks", more, &why));
    }
    ways.extend(exact);
    ways
}

/// So many more of what, and why they decide.
pub(super) fn more_and_another_look(what: &str, more: f64, why: &str) -> String {
    format!("about {} more {what} and another look: {why}", round_up(more))
}

/// How this program is made to record every allocation, if it does not yet.
pub(super) fn exact_heap(hearing: &Hearing<'_>, is_exact: bool) -> Vec<String> {
    if is_exact {
        return Vec::new();
    }
    let release = hearing.suspect.surroundings.go_release;
    let deaf = release.is_some_and(|release| DEAF_TO_GODEBUG.contains(&release));
    vec![if deaf { EXACT_HEAP_IN_SOURCE } else { EXACT_HEAP }.to_owned()]
}

/// To one significant digit, upwards: the figure is an estimate and should look like one.
fn round_up(number: f64) -> u64 {
    let unit = 10f64.powf(number.max(1.0).log10().floor());
    ((number / unit).ceil() * unit) as u64
}

/// Memory on lines of the user's own: the line on which a map or slice grows is where it is stored, and
/// there the fix begins.
/// Otherwise the line that allocates is known, but not what holds it.
fn of_memory(hearing: &Hearing<'_>, site: &MemorySite) -> Testimony {
    let basis = format!(
        "{:.0} of {:.0} sampled objects are still live",
        site.live.samples, site.allocated.samples
    );
    let allocates = NamedLine { frame: site.frame.clone(), role: Role::Creates, share: 1.0, basis };
    let Some(stores) = &site.stored_at else {
        let bring = "a look at the source or a dump of the heap: they tell which map, slice or list holds it";
        return Testimony {
            lines: vec![allocates],
            would_decide: vec![bring.to_owned()],
            ..Testimony::default()
        };
    };
    let basis = "a map or slice that grows is allocated on this line".to_owned();
    let stored = NamedLine { frame: stores.clone(), role: hearing.role, share: 1.0, basis };
    Testimony { lines: vec![stored, allocates], decided: true, ..Testimony::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::heap::Amount;

    fn place(live: f64) -> Place {
        let amount = Amount { objects: live, bytes: live, samples: live };
        let frame = Frame { function: "f".into(), file: "".into(), line: 1 };
        Place { live: amount, allocated: amount, ..Place::new(&frame) }
    }

    #[test]
    fn few_samples_decide_nothing() {
        assert!(!is_decided(&[place(2.0)]));
        assert!(is_decided(&[place(3.0)]));
        assert!(!is_decided(&[place(5.0), place(2.0)]));
        assert!(is_decided(&[place(6.0), place(2.0)]));
        assert!(!is_decided(&[]));
    }

    #[test]
    fn estimates_look_like_estimates() {
        assert_eq!(round_up(873.8), 900);
        assert_eq!(round_up(1201.0), 2000);
        assert_eq!(round_up(0.2), 1);
    }
}
