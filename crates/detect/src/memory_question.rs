//! Memory that only grows, in a process too young to tell a leak from a cache.

use plumb_evidence::finding::Undecided;
use plumb_evidence::measure::Growth;
use plumb_evidence::number::{bytes, seconds};
use plumb_evidence::suspect::{MemorySite, PerWork, Subject, Suspect};
use plumb_evidence::{Instance, target};

use crate::code::Code;
use crate::expiry::is_timed;
use crate::heaps::Heaps;
use crate::thresholds::{
    BEND_RATIO, DEAD_EACH_MAX, MEMORY_KEEPING_SHARE_MIN, SINCE_START_SAMPLES_MIN, WARM_UP_SECONDS,
    YOUNG_GAIN_MIN, YOUNG_GAIN_SHARE_MIN,
};
use crate::wording::memory_growth;

/// The question that a site leaves open that has kept all it ever took, where a cache may have done the same: later
/// it is a finding. In the first minutes every cache keeps all, so that only what is large then is asked about.
/// `work_gain` is how many more connections are in progress at the end of the look than at its start.
pub(crate) fn memory_question(
    suspect: &Suspect,
    (instance, code): (&Instance, &Code<'_>),
    work_gain: f64,
    target: &str,
) -> Option<Undecided> {
    let Subject::Memory(site) = &suspect.subject else { return None };
    let uptime = suspect.surroundings.uptime_seconds?;
    let keeps = site.allocated.samples > 0.0
        && site.live.samples / site.allocated.samples >= MEMORY_KEEPING_SHARE_MIN
        && site.live.samples >= SINCE_START_SAMPLES_MIN - 0.5;
    if uptime >= MemorySite::CACHE_SECONDS || !keeps {
        return None;
    }
    let heaps = Heaps::of(instance)?;
    let one_each = site.per_work.as_ref().is_some_and(PerWork::is_one_each);
    let grows = suspect.measured.growth.filter(Growth::is_significant);
    let asks = match grows {
        Some(growth) if uptime < WARM_UP_SECONDS => is_large(&growth, &heaps, instance),
        Some(_) => true,
        None => one_each && uptime >= WARM_UP_SECONDS,
    };
    let objects = suspect.measured.count as f64;
    let has_end = of_connections(suspect, site, work_gain)
        || is_timed(&site.stack, objects, heaps.latest, code);
    if !asks || has_end {
        return None;
    }
    let what = format!(
        "{} allocated at {} in {} since the start: {:.0} of {:.0} sampled objects are live{}. A leak, or a cache in which nothing has expired yet?",
        bytes(site.live.bytes),
        place(site),
        seconds(uptime),
        site.live.samples,
        site.allocated.samples,
        memory_growth(suspect).map_or_else(String::new, |rate| format!(", and it is {rate}")),
    );
    Some(Undecided { what, bring: bring(target) })
}

/// What decides it: growth that levels off is a cache's.
fn bring(target: &str) -> String {
    let later = "another look an hour after the start: a cache has levelled off by then, a leak is a finding";
    if target::are_all_live(target) {
        return format!(
            "{later}. Or a longer one now: plumb diagnose {} --for 15m",
            target::quoted(target)
        );
    }
    later.to_owned()
}

/// Whether so much was gained that it is worth a question although the process has only just started, and not all of it
/// before the look: a table that is loaded at the start is gained between two profiles as well, because the first shows
/// the last collection but one.
fn is_large(growth: &Growth, heaps: &Heaps<'_>, instance: &Instance) -> bool {
    let gained = growth.gain.estimate;
    let share = gained / heaps.latest.live().bytes.max(1.0);
    let speed = gained / growth.window_seconds.max(1.0);
    let goes_on = allocating(instance).is_none_or(|now| now >= BEND_RATIO * speed);
    gained >= YOUNG_GAIN_MIN && share >= YOUNG_GAIN_SHARE_MIN && goes_on
}

/// Bytes a second that the whole process allocated during the look.
fn allocating(instance: &Instance) -> Option<f64> {
    let counted =
        |s: &plumb_evidence::Snapshot| Some((s.taken?, s.heap.as_ref()?.memstats?.total_alloc));
    let ((start, first), (end, last)) = (instance.earliest(counted)?, instance.latest(counted)?);
    let window = end.duration_since(start).as_secs_f64();
    (window > 0.0).then(|| last.saturating_sub(first) as f64 / window)
}

/// Whether no more objects were gained than connections that are open or in work now explain.
fn of_connections(suspect: &Suspect, site: &MemorySite, work_gain: f64) -> bool {
    let share = site.gained.map_or(1.0, |gained| gained.estimate / site.live.bytes.max(1.0));
    let gained = share * suspect.measured.count as f64;
    work_gain >= 1.0 && gained <= DEAD_EACH_MAX * work_gain
}

/// `tracker.go:25 (main.(*tracker).begin)`
fn place(site: &MemorySite) -> String {
    let frame = &site.frame;
    let file = frame.file.rsplit('/').next().unwrap_or_default();
    format!("{file}:{} ({})", frame.line, frame.function)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::code::{Build, Frame, Stack};
    use plumb_evidence::heap::{Amount, Heap, HeapSample, MemStats};
    use plumb_evidence::measure::{Interval, Measured, Unit};
    use plumb_evidence::suspect::Surroundings;
    use plumb_evidence::{Snapshot, Timestamp};

    const TARGET: &str = "http://127.0.0.1:6060";

    /// A line of a process that has run for so long, with its samples.
    struct Line {
        uptime: f64,
        live: f64,
        allocated: f64,
        requests: f64,
        /// Samples gained in a look of 15 s.
        gained: f64,
        /// Samples of the live heap that are of other lines.
        others: f64,
        /// Bytes that the process allocated during the look.
        allocates: u64,
        /// Connections gained.
        connections: f64,
    }

    impl Line {
        fn standing(uptime: f64, live: f64, allocated: f64, requests: f64) -> Self {
            let (gained, others) = (0.0, 0.0);
            Self {
                uptime,
                live,
                allocated,
                requests,
                gained,
                others,
                allocates: 0,
                connections: 0.0,
            }
        }

        /// 30 MB of 50 MB, gained under load by a process that has just started.
        fn filling() -> Self {
            let line = Self::standing(70.0, 90.0, 90.0, 3_000.0);
            Self { gained: 60.0, others: 10.0, allocates: 90_000_000, ..line }
        }

        fn question(&self) -> Option<Undecided> {
            let suspect = Suspect {
                subject: Subject::Memory(self.site()),
                measured: Measured {
                    count: amount(self.live).objects as u64,
                    growth: self.growth(),
                    ..Measured::default()
                },
                sockets: None,
                heap: None,
                surroundings: Surroundings {
                    uptime_seconds: Some(self.uptime),
                    ..Surroundings::default()
                },
            };
            let snapshots = vec![self.snapshot(0), self.snapshot(15)];
            let instance = Instance { snapshots, ..Instance::default() };
            let build = Build::default();
            memory_question(&suspect, (&instance, &Code::new(&build)), self.connections, TARGET)
        }

        fn site(&self) -> MemorySite {
            let frame = Frame { function: "main.begin".into(), file: "a/b.go".into(), line: 25 };
            let ratio = Interval { low: 0.7, estimate: 1.0, high: 1.3 };
            let gained = 5e5 * self.gained;
            MemorySite {
                stack: Stack(vec![frame.clone()].into()),
                frame,
                live: amount(self.live),
                allocated: amount(self.allocated),
                gained: Some(Interval { low: gained, estimate: gained, high: gained }),
                allocated_since: self.gained,
                stored_at: None,
                holds_dead: None,
                per_work: Some(PerWork { unit: "request", done: self.requests, ratio }),
            }
        }

        fn growth(&self) -> Option<Growth> {
            let gain = self.site().gained.filter(|gain| gain.low > 0.0)?;
            Some(Growth {
                unit: Unit::Bytes,
                gain,
                per_hour: Some(gain.scaled(240.0)),
                per_request: None,
                driver: None,
                bends: false,
                window_seconds: 15.0,
            })
        }

        fn snapshot(&self, at: i64) -> Snapshot {
            let samples = [self.live, self.others].map(|samples| HeapSample {
                stack: Stack(Vec::new().into()),
                live: amount(samples),
                allocated: amount(samples),
            });
            let total_alloc = if at > 0 { self.allocates } else { 0 };
            let memstats = MemStats { total_alloc, num_gc: 9, ..MemStats::default() };
            let heap = Heap {
                period: 524_288,
                samples: samples.to_vec(),
                memstats: Some(memstats),
                ..Heap::default()
            };
            let taken = Timestamp::from_second(1_700_000_000 + at).ok();
            Snapshot { taken, heap: Some(heap), ..Snapshot::default() }
        }
    }

    fn amount(samples: f64) -> Amount {
        Amount { objects: 250.0 * samples, bytes: 5e5 * samples, samples }
    }

    #[test]
    fn what_keeps_an_entry_for_each_request_is_asked_about() {
        let asked = Line::standing(400.0, 80.0, 80.0, 30_000.0).question().expect("a question");
        assert!(asked.what.contains("b.go:25 (main.begin)"), "{asked:?}");
    }

    #[test]
    fn the_first_minutes_and_few_samples_and_what_is_freed_leave_no_question() {
        assert_eq!(Line::standing(100.0, 80.0, 80.0, 30_000.0).question(), None);
        assert_eq!(Line::standing(400.0, 8.0, 8.0, 30_000.0).question(), None);
        assert_eq!(Line::standing(400.0, 80.0, 160.0, 30_000.0).question(), None);
        assert_eq!(Line::standing(400.0, 80.0, 80.0, 3_000.0).question(), None);
    }

    #[test]
    fn much_that_is_gained_and_never_freed_is_asked_about_from_the_start() {
        let asked = Line::filling().question().expect("a question");
        assert!(asked.what.contains("is growing 6.7 GB/h (28.6 MB in 15 s)"), "{asked:?}");
        assert!(asked.bring.contains("--for 15m"), "{asked:?}");
    }

    #[test]
    fn a_start_that_is_over_and_what_connections_hold_and_little_leave_no_question() {
        let healthy = [
            ("loaded before the look", Line { allocates: 9_000_000, ..Line::filling() }),
            ("one each of new connections", Line { connections: 9_000.0, ..Line::filling() }),
            ("few bytes", Line { gained: 28.0, ..Line::filling() }),
            ("a small part of the heap", Line { others: 900.0, ..Line::filling() }),
            ("freed", Line { allocated: 180.0, ..Line::filling() }),
        ];
        for (what, line) in healthy {
            assert_eq!(line.question(), None, "{what}");
        }
    }
}
