//! Heap paths through the object that hold a user frame: who keeps what it takes. Decided only with enough live
//! samples and a clear lead.

use plumb_evidence::finding::{Role, WitnessKind};
use plumb_evidence::suspect::{MemorySite, ObjectCrowd, Subject};

use super::{Hearing, NamedLine, Testimony, Witness};
use crate::heap_paths::{HeapPaths, Place};
use crate::thresholds::{BYTES_PER_LEAK, HEAP_LEAD_MIN, HEAP_SAMPLES_MIN};

/// Lines listed when nothing is decided: more would not be read.
const CANDIDATES_MAX: usize = 5;

/// What makes heap figures exact.
const EXACT_HEAP: &str = "start one instance with GODEBUG=memprofilerate=1: every allocation is then in the heap profile";

pub(crate) struct HeapWitness;

impl Witness for HeapWitness {
    fn kind(&self) -> WitnessKind {
        WitnessKind::Heap
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        if !hearing.through.is_empty() {
            let paths = HeapPaths::of(hearing.instance, hearing.code)?;
            let places = paths.places_through(|frame| hearing.through.contains(&&*frame.function));
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
    let pool_made = hearing.role == Role::Creates
        && at_rest
        && object.record.is_some_and(|record| record.pooled);
    if pool_made {
        let made = paths.made_in_equal_numbers(hearing.suspect.measured.count as f64);
        if let Some(testimony) = of_literal(hearing, &paths, made) {
            return Some(testimony);
        }
    }
    let places = match (object.record, &object.constructor) {
        (Some(record), _) => paths.places_of(record),
        (None, Some(constructor)) => paths.places_of_constructor(constructor),
        (None, None) => paths.places_of_module(&object.module),
    };
    let mut testimony = by_places(hearing, &paths, places);
    if pool_made {
        if testimony.decided {
            testimony.would_decide.push(EXACT_HEAP.to_owned());
        }
        testimony.decided = false;
        testimony.lines.iter_mut().for_each(|line| line.role = Role::Uses);
    }
    Some(testimony)
}

/// The line with the largest objects among those that made as many as leak, if they all stand in one function: a
/// constructor makes a transport and smaller things around it.
fn of_literal(hearing: &Hearing<'_>, paths: &HeapPaths<'_>, made: Vec<Place>) -> Option<Testimony> {
    let size = |place: &Place| place.live.bytes / place.live.objects.max(1.0);
    let largest = made.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    if made.iter().any(|place| place.frame.function != largest.frame.function) {
        return None;
    }
    let basis = basis(largest, paths.heap().is_exact());
    let line = NamedLine { frame: largest.frame.clone(), role: hearing.role, share: 1.0, basis };
    Some(Testimony { lines: vec![line], decided: true, would_decide: Vec::new() })
}

fn by_places(hearing: &Hearing<'_>, paths: &HeapPaths<'_>, places: Vec<Place>) -> Testimony {
    let live: f64 = places.iter().map(|place| place.live.samples).sum();
    let decided = is_decided(&places);
    // Who dialled or opened it made it, whatever it is stuck in now.
    let role = if hearing.through.is_empty() { hearing.role } else { Role::Creates };
    let exact = paths.heap().is_exact();
    let candidates = places.iter().filter(|place| place.live.samples > 0.0).take(CANDIDATES_MAX);
    let lines = candidates.map(|place| NamedLine {
        frame: place.frame.clone(),
        role,
        share: place.live.samples / live,
        basis: basis(place, exact),
    });
    let lines = lines.collect();
    let would_decide =
        if decided { Vec::new() } else { what_decides(hearing, &places, paths.heap().period) };
    Testimony { lines, decided, would_decide }
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
/// may share.
fn is_decided(places: &[Place]) -> bool {
    let live = |index: usize| places.get(index).map_or(0.0, |place| place.live.samples);
    let told = places.first().is_some_and(|place| !place.is_shared);
    told && live(0) >= HEAP_SAMPLES_MIN - 0.5 && live(0) >= HEAP_LEAD_MIN * live(1)
}

fn what_decides(hearing: &Hearing<'_>, places: &[Place], period: u64) -> Vec<String> {
    let shared = places.first().is_some_and(|place| place.is_shared);
    if shared && places[0].live.samples >= HEAP_SAMPLES_MIN {
        return vec!["a look at the source: it tells whether the helper or one of its callers is to release it".to_owned()];
    }
    let count = hearing.suspect.measured.count as f64;
    let best = places.first().map_or(0.0, |place| place.live.samples);
    let bytes: f64 = places.iter().map(|place| place.live.bytes).sum();
    let per_leak =
        if best >= 1.0 && count > 0.0 { (bytes / count).max(100.0) } else { BYTES_PER_LEAK };
    if best >= HEAP_SAMPLES_MIN {
        let text = "more leaks and another look: several callers hold live samples, and none has three times the next one's";
        return vec![text.to_owned(), EXACT_HEAP.to_owned()];
    }
    let missing = (HEAP_SAMPLES_MIN + 1.0 - best).max(1.0);
    let more = missing * period as f64 / per_leak;
    let mut ways = Vec::new();
    if period > 1 {
        ways.push(format!(
            "about {} more leaks and another look: the heap profile has {best:.0} live samples on the best path and needs {HEAP_SAMPLES_MIN:.0}",
            round_up(more)
        ));
        ways.push(EXACT_HEAP.to_owned());
    }
    ways
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
            decided: false,
            would_decide: vec![bring.to_owned()],
        };
    };
    let basis = "a map or slice that grows is allocated on this line".to_owned();
    let stored = NamedLine { frame: stores.clone(), role: hearing.role, share: 1.0, basis };
    Testimony { lines: vec![stored, allocates], decided: true, would_decide: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::Frame;
    use plumb_evidence::heap::Amount;

    fn place(live: f64) -> Place {
        let amount = Amount { objects: live, bytes: live, samples: live };
        Place {
            frame: Frame { function: "f".into(), file: "".into(), line: 1 },
            live: amount,
            allocated: amount,
            is_shared: false,
        }
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
