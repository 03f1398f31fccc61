//! `heap profile: 138: 212592 [190: 4795952] @ heap/8192`, with the memory statistics at the end.

use super::TextProfile;
use super::builder::Builder;
use super::memstats::MemStats;
use super::record::{self, Line};
use crate::heap::unsample;
use crate::problem::Problems;

/// The first line.
pub(super) struct Header {
    /// Sampling period in bytes; 1 if the values need no scaling.
    period: i64,
}

/// Go writes twice its rate behind `heap/`, as early C++ profilers did, and pprof halves it.
pub(super) fn header(line: &str) -> Option<Header> {
    let (values, sampling) = line.strip_prefix("heap profile:")?.split_once('@')?;
    four_values(values)?;
    let (name, period) = match sampling.trim().split_once('/') {
        Some((name, period)) => (name, period.parse().ok()?),
        None => (sampling.trim(), 1i64),
    };
    let period = match name {
        "heap" => period / 2,
        "heap_v2" => period,
        "heapprofile" => 1,
        _ => return None,
    };
    Some(Header { period: period.max(1) })
}

/// `objects: bytes [objects: bytes]`, in use first, then allocated.
fn four_values(text: &str) -> Option<[i64; 4]> {
    let mut numbers = text
        .split([':', '[', ']', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.trim().parse().ok());
    let values = [numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(values)
}

pub(super) fn read<'a>(
    header: &Header,
    lines: impl Iterator<Item = &'a str>,
    problems: &mut Problems,
) -> TextProfile {
    let mut builder = Builder::new(&[
        ("alloc_objects", "count"),
        ("alloc_space", "bytes"),
        ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
    ]);
    builder.period("space", "bytes", header.period);
    let mut stats: Option<MemStats> = None;
    let mut unknown = 0;
    for line in lines {
        let line = record::parse(line);
        match &line {
            Line::Record { values, addresses } => match four_values(values) {
                Some(values) => add(&mut builder, values, addresses, header.period),
                None => unknown += 1,
            },
            Line::Setting { name, value } => {
                stats.get_or_insert_default().set(name, value);
            }
            line => unknown += u64::from(!builder.comment(line)),
        }
    }
    if stats.is_none() {
        problems.add("the heap profile has no memory statistics at its end; it may be cut");
    }
    (builder.finish(unknown, problems), stats)
}

fn add(builder: &mut Builder, values: [i64; 4], addresses: &str, period: i64) {
    let [inuse_objects, inuse_bytes, alloc_objects, alloc_bytes] = values;
    let size = match (alloc_objects, inuse_objects) {
        (0, 0) => None,
        (0, n) => Some(inuse_bytes / n),
        (n, _) => Some(alloc_bytes / n),
    };
    let (alloc_objects, alloc_bytes) = unsample(alloc_objects, alloc_bytes, period);
    let (inuse_objects, inuse_bytes) = unsample(inuse_objects, inuse_bytes, period);
    let values = vec![alloc_objects, alloc_bytes, inuse_objects, inuse_bytes];
    builder.record(values, addresses, size);
}
