//! Who dialled the connections below objects, where a pattern asks for the dial: by what the dial itself keeps, else by
//! the memory of the objects that are made of the connections.

use plumb_evidence::code::Frame;
use plumb_evidence::finding::Role;
use plumb_evidence::suspect::ObjectCrowd;

use super::heap::{
    by_places, exact_heap, is_decided, lines_of, more_and_another_look, what_decides,
};
use super::{Hearing, Testimony};
use crate::heap_paths::{Dialled, HeapPaths, Place};
use crate::thresholds::{
    ALIKE_SHARE_MIN, BYTES_ALLOCATED_BY_DIAL, BYTES_PER_LEAK, SAMPLES_TO_SEE_ONE,
};

/// Candidates listed; more would not be read.
const LINES_MAX: usize = 3;

const SOURCE_OF_DIALS: &str =
    "a look at the source: several lines dial before the object is made, and each may have";
const SOURCE_OF_UNLIKE: &str = "a look at the source: on some of the connections a timer runs, so they may come from another dial than the one that the heap profile shows";

/// The line that dialled for an object of which the caller makes the connection, or the library.
pub(super) fn testify(
    hearing: &Hearing<'_>,
    paths: &HeapPaths<'_>,
    object: &ObjectCrowd,
) -> Testimony {
    let own = by_places(hearing, paths, paths.places_dialling(hearing.through, hearing.leaks()));
    // Whoever finds a pool empty dials, whether or not he keeps what he takes.
    let is_shared = &*object.module == "std" || object.record.is_some_and(|r| r.pooled);
    if own.decided || is_shared {
        return own;
    }
    let dialled = paths.dialled(object, hearing.through, hearing.instance, hearing.leaks());
    by_objects(hearing, paths, &dialled)
}

fn by_objects(hearing: &Hearing<'_>, paths: &HeapPaths<'_>, dialled: &Dialled) -> Testimony {
    let exact = paths.heap().is_exact();
    let live: f64 = dialled.places.iter().map(|place| place.live.samples).sum();
    let is_dial = |place: &&_| dialled.dials(place).is_some();
    let candidates = dialled.places.iter().filter(|place| place.live.samples > 0.0);
    let lines =
        candidates.filter(is_dial).flat_map(|place| lines_of(place, Role::Creates, live, exact));
    let lines = lines.take(LINES_MAX).collect();
    let leads = is_decided(&dialled.places);
    let certainty = dialled.places.first().and_then(|place| dialled.dials(place));
    let decided = leads && certainty.is_some_and(|by_same_call| by_same_call || are_alike(hearing));
    let would_decide = match certainty {
        _ if decided => Vec::new(),
        _ if !leads => what_decides(hearing, &dialled.places, paths, BYTES_PER_LEAK),
        Some(_) => vec![SOURCE_OF_UNLIKE.to_owned()],
        None if dialled.ambiguous => vec![SOURCE_OF_DIALS.to_owned()],
        None => {
            dialled.places.first().map_or_else(Vec::new, |place| until_seen(hearing, paths, place))
        }
    };
    Testimony { lines, decided, would_decide, ..Testimony::default() }
}

/// Whether all connections that stand look as if one dial had made them. Otherwise a dial that was sampled may be that
/// of the healthy ones, and the other one was missed.
fn are_alike(hearing: &Hearing<'_>) -> bool {
    hearing.suspect.sockets.as_ref().is_some_and(|sockets| {
        let bare = sockets.without_timer.unwrap_or(0);
        bare as f64 >= ALIKE_SHARE_MIN * sockets.established.max(1) as f64
    })
}

/// What shows the dial, where the objects are known to stay that `place` makes.
fn until_seen(hearing: &Hearing<'_>, paths: &HeapPaths<'_>, place: &Place) -> Vec<String> {
    let heap = paths.heap();
    let Frame { function, file, line } = &place.frame;
    let source = format!("a look at the source: which line dials for {function} ({file}:{line})");
    if heap.is_exact() {
        return vec![source];
    }
    let more = SAMPLES_TO_SEE_ONE * heap.period as f64 / BYTES_ALLOCATED_BY_DIAL;
    let why = "the heap profile shows whose clients stay, but no sample of the dial yet";
    let look = more_and_another_look("connections", more, why);
    [vec![look, source], exact_heap(hearing, false)].concat()
}
