//! Heap profiles to samples with the number of real samples behind them.

use plumb_evidence::heap::{Amount, DEFAULT_PERIOD, Heap, HeapSample, MemStats};
use plumb_evidence::{Stack, Timestamp};
use plumb_profile::{Profile, SampleRef, heap_raw_samples};
use rustc_hash::FxHashMap;

use super::goroutines::frames;
use super::symbols::{Symbols, without_runtime};

/// Where the four columns are.
struct Columns {
    live: (usize, usize),
    allocated: Option<(usize, usize)>,
}

impl Columns {
    fn of(profile: &Profile) -> Option<Self> {
        let pair =
            |objects, bytes| Some((profile.value_index(objects)?, profile.value_index(bytes)?));
        let live = pair("inuse_objects", "inuse_space")?;
        Some(Self { live, allocated: pair("alloc_objects", "alloc_space") })
    }
}

/// The samples of a heap or allocs profile, one a call path; `None` if it has no `inuse_*` columns.
pub(crate) fn from_profile(
    profile: &Profile,
    taken: Option<Timestamp>,
    after_gc: bool,
    symbols: &mut Symbols,
) -> Option<Heap> {
    let columns = Columns::of(profile)?;
    // A profile without a period is not Go's; the default keeps its errors honest.
    let period = u64::try_from(profile.period).ok().filter(|&p| p > 0).unwrap_or(DEFAULT_PERIOD);
    let mut paths: FxHashMap<(Stack, u64), (Amount, Amount)> = FxHashMap::default();
    for sample in profile.samples() {
        let frames = frames(&sample, symbols);
        let stack = symbols.stack(without_runtime(&frames).to_vec());
        let sums = paths.entry((stack, block_size(&sample, &columns))).or_default();
        sums.0 += amount(&sample, columns.live, period);
        if let Some(allocated) = columns.allocated {
            sums.1 += amount(&sample, allocated, period);
        }
    }
    // The runtime lists what was allocated since the last collection with zeros, in one format and not the other.
    let samples = paths.into_iter();
    let samples = samples.filter(|(_, (live, allocated))| live.samples + allocated.samples > 0.0);
    let samples =
        samples.map(|((stack, _), (live, allocated))| HeapSample { stack, live, allocated });
    let mut samples: Vec<HeapSample> = samples.collect();
    samples
        .sort_by(|a, b| b.live.bytes.total_cmp(&a.live.bytes).then_with(|| a.stack.cmp(&b.stack)));
    Some(Heap { taken, period, after_gc, samples, memstats: None })
}

/// Size of one object, which the runtime keeps apart: a line that grows a map allocates in many.
fn block_size(sample: &SampleRef<'_>, columns: &Columns) -> u64 {
    if let Some(size) = sample.number("bytes") {
        return u64::try_from(size).unwrap_or(0);
    }
    let (objects, bytes) = columns.allocated.unwrap_or(columns.live);
    let (objects, bytes) = (sample.value(objects).max(0), sample.value(bytes).max(0));
    u64::try_from(bytes / objects.max(1)).unwrap_or(0)
}

fn amount(sample: &SampleRef<'_>, (objects, bytes): (usize, usize), period: u64) -> Amount {
    let (objects, bytes) = (sample.value(objects).max(0), sample.value(bytes).max(0));
    let samples = match sample.number("bytes") {
        Some(size) if size > 0 && period > 1 => {
            // Estimates are cut to whole numbers; of 72.9 objects 72 are left, but the bytes lose only one.
            let (size, period) = (size as f64, period as f64);
            bytes as f64 / size * -(-size / period).exp_m1()
        }
        _ => heap_raw_samples(objects, bytes, i64::try_from(period).unwrap_or(i64::MAX)),
    };
    Amount { objects: objects as f64, bytes: bytes as f64, samples }
}

/// The statistics at the end of a heap text, in evidence's terms.
pub(crate) fn memstats(stats: &plumb_profile::MemStats) -> MemStats {
    let runtime =
        [stats.mspan_sys, stats.mcache_sys, stats.buck_hash_sys, stats.gc_sys, stats.other_sys];
    MemStats {
        heap_alloc: stats.heap_alloc,
        heap_sys: stats.heap_sys,
        heap_idle: stats.heap_idle,
        heap_inuse: stats.heap_inuse,
        heap_released: stats.heap_released,
        heap_objects: stats.heap_objects,
        stack_inuse: stats.stack_inuse,
        stack_sys: stats.stack_sys,
        sys: stats.sys,
        total_alloc: stats.total_alloc,
        mallocs: stats.mallocs,
        frees: stats.frees,
        next_gc: stats.next_gc,
        num_gc: stats.num_gc,
        previous_gc: stats.recent_pause_ends().nth(1).unwrap_or(0),
        runtime_sys: runtime.into_iter().fold(0, u64::saturating_add),
        max_rss: stats.max_rss.unwrap_or(0),
    }
}
