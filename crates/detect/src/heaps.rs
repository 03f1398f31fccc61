//! The first and the latest heap profile of an instance, and what one place holds in both.

use plumb_evidence::heap::{Amount, Heap, HeapSample, MemStats};
use plumb_evidence::measure::Interval;
use plumb_evidence::{Instance, Timestamp};

use crate::surroundings::uptime_seconds;
use crate::thresholds::Z95;

/// The first and the latest heap profile of an instance, comparable with each other.
pub(crate) struct Heaps<'a> {
    pub(crate) first: Option<&'a Heap>,
    pub(crate) latest: &'a Heap,
    /// Seconds between the moments that the two show, if known.
    pub(crate) window_seconds: Option<f64>,
    /// Whether it is not known which moment the first one shows, only when it was fetched.
    is_dated_by_fetch: bool,
    /// The first and the last `runtime.MemStats`.
    statistics: Option<(MemStats, MemStats)>,
}

impl<'a> Heaps<'a> {
    /// The latest profile is preferably one after a forced collection: what it holds is held.
    pub(crate) fn of(instance: &'a Instance) -> Option<Self> {
        let heaps = || instance.snapshots.iter().filter_map(|s| Some((s.taken, s.heap.as_ref()?)));
        let (taken, latest) =
            heaps().rfind(|(_, heap)| heap.after_gc).or_else(|| heaps().next_back())?;
        let uptime = uptime_seconds(instance);
        let first = heaps()
            .next()
            .filter(|(_, first)| !std::ptr::eq(*first, latest) && first.period == latest.period)
            // Before the second collection nothing is published, and everything looks gained after it.
            .filter(|(_, first)| uptime.is_some() || !is_unpublished(first));
        let end = first.and_then(|_| shown(latest, taken));
        let window_seconds = first.and_then(|(taken, first)| {
            if is_unpublished(first) {
                return uptime;
            }
            Some(end?.duration_since(shown(first, taken)?).as_secs_f64())
        });
        Some(Self {
            first: first.map(|(_, heap)| heap),
            latest,
            window_seconds: window_seconds.filter(|&s| s > 0.0),
            is_dated_by_fetch: first
                .is_some_and(|(_, heap)| !is_unpublished(heap) && published(heap).is_none()),
            statistics: Self::statistics(instance),
        })
    }

    fn statistics(instance: &Instance) -> Option<(MemStats, MemStats)> {
        let memstats = |snapshot: &plumb_evidence::Snapshot| snapshot.heap.as_ref()?.memstats;
        Some((instance.earliest(memstats)?, instance.latest(memstats)?))
    }

    /// Whether so many bytes cannot have been gained between the two fetches, because the whole process allocated
    /// less: the first profile then shows an older moment, and nobody knows which.
    pub(crate) fn is_older_than_it_says(&self, gained_bytes: f64) -> bool {
        let allocated = self.statistics.filter(|(first, last)| last.num_gc > first.num_gc);
        self.is_dated_by_fetch
            && allocated.is_some_and(|(first, last)| {
                gained_bytes > last.total_alloc.saturating_sub(first.total_alloc) as f64
            })
    }
}

/// Whether a profile was taken so soon after the start that the runtime had published nothing.
fn is_unpublished(heap: &Heap) -> bool {
    !heap.after_gc && heap.memstats.is_some_and(|memstats| memstats.num_gc < 2)
}

/// The moment that a profile shows, as far as the statistics beside it tell.
fn published(heap: &Heap) -> Option<Timestamp> {
    if heap.after_gc {
        return heap.taken;
    }
    let nanoseconds = heap.memstats?.previous_gc;
    Timestamp::from_nanosecond(nanoseconds.into()).ok().filter(|_| nanoseconds > 0)
}

/// The moment that a profile shows, else when it was fetched.
fn shown(heap: &Heap, taken: Option<Timestamp>) -> Option<Timestamp> {
    published(heap).or(heap.taken).or(taken)
}

/// What one key holds in the first and the latest profile.
#[derive(Clone, Copy, Default)]
pub(crate) struct Held {
    pub(crate) live: Amount,
    pub(crate) allocated: Amount,
    pub(crate) first_live: Amount,
    pub(crate) first_allocated: Amount,
}

impl Held {
    pub(crate) fn add_latest(&mut self, sample: &HeapSample) {
        self.live += sample.live;
        self.allocated += sample.allocated;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.live += other.live;
        self.allocated += other.allocated;
        self.first_live += other.first_live;
        self.first_allocated += other.first_allocated;
    }

    pub(crate) fn add_first(&mut self, sample: &HeapSample) {
        self.first_live += sample.live;
        self.first_allocated += sample.allocated;
    }

    /// Live samples gained, with the error of a count of arrivals and departures. Samples that stay live are the
    /// same in both profiles, so only those that came or went are uncertain; without allocation columns it is not
    /// known which did, and both totals count.
    pub(crate) fn gained_samples(&self) -> Interval {
        let gained = self.live.samples - self.first_live.samples;
        let moved = if self.allocated.samples > 0.0 {
            let came = (self.allocated.samples - self.first_allocated.samples).max(0.0);
            came + (came - gained).max(0.0)
        } else {
            self.live.samples + self.first_live.samples
        };
        let error = Z95 * moved.max(1.0).sqrt();
        Interval { low: gained - error, estimate: gained, high: gained + error }
    }

    pub(crate) fn live_share(&self) -> f64 {
        if self.allocated.samples > 0.0 { self.live.samples / self.allocated.samples } else { 0.0 }
    }

    pub(crate) fn bytes_per_sample(&self) -> f64 {
        if self.live.samples > 0.0 { self.live.bytes / self.live.samples } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::Snapshot;
    use plumb_evidence::metrics::{Metric, MetricKind, Metrics};

    const START: i64 = 1_000_000;

    /// A profile fetched so many seconds after the start, of which the last collection but one ended at `published`.
    fn snapshot(at: i64, num_gc: u64, published: Option<i64>, after_gc: bool) -> Snapshot {
        let second = |at: i64| Timestamp::from_second(START + at).expect("in range");
        let memstats = MemStats {
            num_gc,
            previous_gc: published.map_or(0, |at| second(at).as_nanosecond() as u64),
            total_alloc: 1_000 * at as u64,
            ..MemStats::default()
        };
        let heap = Heap { after_gc, memstats: Some(memstats), ..Heap::default() };
        Snapshot { taken: Some(second(at)), heap: Some(heap), after_gc, ..Snapshot::default() }
    }

    fn window(snapshots: Vec<Snapshot>) -> Option<f64> {
        let instance = Instance { snapshots, ..Instance::default() };
        let heaps = Heaps::of(&instance).expect("heaps");
        heaps.first.and(heaps.window_seconds)
    }

    #[test]
    fn a_profile_shows_the_last_collection_but_one() {
        let last = || snapshot(413, 12, None, true);
        assert_eq!(window(vec![snapshot(400, 10, Some(250), false), last()]), Some(163.0));
        assert_eq!(window(vec![snapshot(400, 10, None, false), last()]), Some(13.0));
    }

    #[test]
    fn before_the_second_collection_a_profile_shows_the_start() {
        let mut snapshots = vec![snapshot(5, 1, None, false), snapshot(18, 3, None, true)];
        assert_eq!(window(snapshots.clone()), None, "the start is not known");
        let start = Metric {
            name: "process_start_time_seconds".into(),
            labels: Vec::new(),
            value: START as f64,
            kind: MetricKind::Gauge,
        };
        snapshots[1].metrics = Some(Metrics { samples: vec![start], ..Metrics::default() });
        assert_eq!(window(snapshots), Some(18.0));
    }

    #[test]
    fn what_the_process_did_not_allocate_was_not_gained() {
        let heaps = |published| {
            let snapshots =
                vec![snapshot(400, 10, published, false), snapshot(413, 12, None, true)];
            let instance = Instance { snapshots, ..Instance::default() };
            Heaps::of(&instance).expect("heaps").is_older_than_it_says(20_000.0)
        };
        assert!(heaps(None));
        assert!(!heaps(Some(250)), "it says how old it is");
    }
}
