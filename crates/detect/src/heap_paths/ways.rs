//! Counts of another source than the heap, judged as paths through it: a trace counts each creation and each waking.

use plumb_evidence::code::{Frame, Stack};
use plumb_evidence::heap::{Amount, HeapSample};

use super::places::{Knowledge, Place, UserPath, places};

/// A way of the user's code to what leaks.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// The user's frames, innermost first.
    pub(crate) frames: Vec<Frame>,
    /// How many that were made in this way are left.
    pub(crate) left: u64,
    /// How many were made.
    pub(crate) made: u64,
}

/// The answerable lines of ways to an object. Whoever gets it from one of `entry_points` is to release it.
pub(crate) fn places_of_ways(ways: &[Way], entry_points: &[&str]) -> Vec<Place> {
    let amount = |count: u64| {
        let count = count as f64;
        Amount { objects: count, bytes: count, samples: count }
    };
    let sample = |way: &Way| HeapSample {
        stack: Stack([].into()),
        live: amount(way.left),
        allocated: amount(way.made),
    };
    let samples: Vec<HeapSample> = ways.iter().map(sample).collect();
    let paths: Vec<UserPath<'_>> = ways
        .iter()
        .zip(&samples)
        .map(|(way, sample)| UserPath { frames: way.frames.iter().collect(), sample })
        .collect();
    let known = Knowledge { entry_points, has_owner: true, ..Knowledge::default() };
    places(&paths, &known)
}
