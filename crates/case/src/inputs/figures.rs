//! Whether two documents count the same, so that they can be of one moment.

use plumb_evidence::Snapshot;
use plumb_evidence::goroutine::Goroutines;
use plumb_evidence::heap::{Amount, Heap};

use crate::decode::Part;

/// Goroutines by which a text and a protobuf of one look differ: the handlers that write them, and requests in flight.
const FEW: u64 = 2;

/// Part of all goroutines, as its reciprocal, by which two documents of one look differ. Growth below it is no finding.
const SMALL_PART: u64 = 100;

/// Part of all goroutines, as its reciprocal, by which a dump and a profile of one look differ: the dump holds those of
/// the runtime, and is taken seconds later.
const PART_OF_DUMP: u64 = 4;

/// Heap samples by which the two formats of one profile differ, which is what rounding makes of an estimate.
const ROUNDING: f64 = 0.5;

/// Relative share of it.
const ROUNDING_SHARE: f64 = 1e-3;

/// Seconds within which the same figures are the same profile under two names, `heap` and `allocs`: looks are further
/// apart.
const ONE_MOMENT_SECONDS: f64 = 1.0;

/// Whether a part without a date counts the same as what a snapshot has of its kind.
pub(super) fn same_size(snapshot: &Snapshot, part: &Part) -> bool {
    match part {
        Part::Goroutines(list) => {
            let known = snapshot.goroutines.as_ref();
            known.is_some_and(|known| alike(known, list, SMALL_PART))
        }
        Part::Dump(list) if snapshot.dump.is_none() => {
            let known = snapshot.goroutines.as_ref();
            known.is_some_and(|known| alike(known, list, PART_OF_DUMP))
        }
        Part::Heap(heap) => snapshot.heap.as_ref().is_some_and(|known| same_heap(known, heap)),
        _ => false,
    }
}

/// Whether a dated part is what the snapshot has already, fetched under another name.
pub(super) fn same_moment(snapshot: &Snapshot, part: &Part) -> bool {
    let (Some(known), Part::Heap(heap)) = (&snapshot.heap, part) else { return false };
    let apart = known.taken.zip(heap.taken).map(|(one, other)| other.duration_since(one));
    apart.is_some_and(|apart| apart.as_secs_f64().abs() < ONE_MOMENT_SECONDS)
        && same_heap(known, heap)
}

/// Whether two heap profiles are of the same state: nothing was published in between.
pub(super) fn same_heap(one: &Heap, other: &Heap) -> bool {
    let allocated = |heap: &Heap| heap.samples.iter().map(|s| s.allocated).sum::<Amount>().samples;
    let close = |a: f64, b: f64| (a - b).abs() <= ROUNDING + ROUNDING_SHARE * a.max(b);
    close(one.live().samples, other.live().samples) && close(allocated(one), allocated(other))
}

fn alike(one: &Goroutines, other: &Goroutines, part: u64) -> bool {
    let most = one.total.max(other.total);
    one.total.abs_diff(other.total) <= FEW.max(most / part)
}
