//! A process that restarted between two snapshots is another one: nothing is compared across that.

use std::borrow::Cow;

use plumb_evidence::goroutine::Goroutines;
use plumb_evidence::{Instance, Problem, Service, Snapshot};
use rustc_hash::FxHashMap;

use crate::thresholds::{ALLOCATED_FALL, REUSED_IDS_MIN, START_MOVES_SECONDS};

/// The service with the snapshots of the last life of each process.
pub(crate) struct Lives<'a> {
    pub(crate) service: Cow<'a, Service>,
    /// Whether any process restarted between its snapshots.
    pub(crate) restarted: bool,
}

/// Leaves out what was taken before a restart, and says so in the problems.
pub(crate) fn latest(service: &Service) -> Lives<'_> {
    let starts: Vec<Option<(usize, String)>> = service
        .instances
        .iter()
        .map(|instance| last_restart(instance, service.incomplete))
        .collect();
    if starts.iter().all(Option::is_none) {
        return Lives { service: Cow::Borrowed(service), restarted: false };
    }
    let mut latest = service.clone();
    for (instance, start) in latest.instances.iter_mut().zip(starts) {
        let Some((at, sign)) = start else { continue };
        let all = instance.snapshots.len();
        let ordered = instance.snapshots.iter().all(|snapshot| snapshot.taken.is_some());
        instance.snapshots.drain(..at);
        let doubt = if ordered { "" } else { ", or the files are not named in order of time" };
        let what = format!(
            "the process restarted between snapshots {at} and {} of {all} ({sign}){doubt}: only what is after that is \
             compared",
            at + 1,
        );
        latest.problems.push(Problem { what, input: instance.id.as_str().into() });
    }
    Lives { service: Cow::Owned(latest), restarted: true }
}

/// What shows that a process restarted.
struct Sign {
    /// Index of the latest snapshot that is surely of the life before.
    after: usize,
    text: String,
}

/// The first snapshot of the last life, if there was one before, and what shows it.
///
/// Where the case is `incomplete`, a process that is missing may have been there.
fn last_restart(instance: &Instance, incomplete: bool) -> Option<(usize, String)> {
    let snapshots = &instance.snapshots;
    (1..snapshots.len()).rev().find_map(|at| {
        let gone = || vanished(snapshots, at).filter(|_| !incomplete);
        let sign = sign(snapshots, at).or_else(gone)?;
        // A sign that only some snapshots carry leaves open where in between it was. The latest place is taken.
        let may_be = |&at: &usize| !is_one_life(&snapshots[at - 1], &snapshots[at]);
        Some(((sign.after + 1..=at).rev().find(may_be).unwrap_or(at), sign.text))
    })
}

/// Whether two snapshots are of one process beyond doubt.
fn is_one_life(one: &Snapshot, next: &Snapshot) -> bool {
    let pid = |snapshot: &Snapshot| Some(snapshot.process.as_ref()?.pid);
    let starts = started(one).zip(started(next));
    pid(one).is_some() && pid(one) == pid(next) && starts.is_some_and(|(a, b)| !moved(a, b))
}

/// What shows that the snapshot `at` is of another process than one before.
fn sign(snapshots: &[Snapshot], at: usize) -> Option<Sign> {
    by_start(snapshots, at).or_else(|| by_counters(snapshots, at)).or_else(|| {
        let (after, old, new) = pair(snapshots, at, |s| s.dump.as_ref())?;
        let text = "goroutine ids stand for others".to_owned();
        ids_are_used_again(old, new).then_some(Sign { after, text })
    })
}

fn by_start(snapshots: &[Snapshot], at: usize) -> Option<Sign> {
    let pids = pair(snapshots, at, |s| Some(s.process.as_ref()?.pid));
    if let Some((after, old, new)) = pids.filter(|(_, old, new)| old != new) {
        return Some(Sign { after, text: format!("pid {old}, then {new}") });
    }
    let metric = |s: &Snapshot| s.metrics.as_ref()?.sum("process_start_time_seconds");
    [pair(snapshots, at, started), pair(snapshots, at, metric)].into_iter().flatten().find_map(
        |(after, old, new)| {
            let text = format!("it started {:.0} s later", new - old);
            moved(old, new).then_some(Sign { after, text })
        },
    )
}

/// Figures that only rise while a process lives.
fn by_counters(snapshots: &[Snapshot], at: usize) -> Option<Sign> {
    let uptime = |s: &Snapshot| s.process.as_ref()?.uptime_seconds;
    let collections = |s: &Snapshot| Some(s.heap.as_ref()?.memstats?.num_gc as f64);
    let objects = |s: &Snapshot| Some(s.heap.as_ref()?.memstats?.mallocs as f64);
    let counters = [
        ("its uptime", pair(snapshots, at, uptime), 1.0),
        ("the number of its collections", pair(snapshots, at, collections), 1.0),
        ("the number of objects it ever allocated", pair(snapshots, at, objects), 1.0),
        ("what it ever allocated", pair(snapshots, at, allocated), ALLOCATED_FALL),
    ];
    counters.into_iter().find_map(|(what, values, least)| {
        let (after, old, new) = values?;
        (new < least * old).then(|| Sign { after, text: format!("{what} fell") })
    })
}

/// The value of snapshot `at`, and before it that of the last snapshot that has one, with its index.
fn pair<'a, T>(
    snapshots: &'a [Snapshot],
    at: usize,
    value: impl Fn(&'a Snapshot) -> Option<T>,
) -> Option<(usize, T, T)> {
    let new = value(&snapshots[at])?;
    (0..at)
        .rev()
        .find_map(|before| Some((before, value(&snapshots[before])?)))
        .map(|(i, old)| (i, old, new))
}

/// When the process started, in seconds since 1970.
fn started(snapshot: &Snapshot) -> Option<f64> {
    let process = snapshot.process.as_ref()?;
    let taken = process.taken.or(snapshot.taken)?;
    Some(taken.as_millisecond() as f64 / 1000.0 - process.uptime_seconds?)
}

fn moved(old: f64, new: f64) -> bool {
    new - old > START_MOVES_SECONDS
}

/// Bytes that the heap profile counts as ever allocated.
fn allocated(snapshot: &Snapshot) -> Option<f64> {
    let heap = snapshot.heap.as_ref()?;
    Some(heap.samples.iter().map(|sample| sample.allocated.bytes).sum())
}

/// Whether ids of one dump stand for goroutines of other functions in a later one. The runtime never uses an id again.
fn ids_are_used_again(old: &Goroutines, new: &Goroutines) -> bool {
    let makers: FxHashMap<u64, &str> = origins(old).collect();
    let differs = |(id, maker): &(u64, &str)| makers.get(id).is_some_and(|known| known != maker);
    origins(new).filter(differs).count() >= REUSED_IDS_MIN
}

/// Ids with the function that holds the `go` statement.
fn origins(dump: &Goroutines) -> impl Iterator<Item = (u64, &str)> {
    dump.groups
        .iter()
        .filter_map(|group| Some((group, &*group.created_by.as_ref()?.function)))
        .flat_map(|(group, maker)| group.ids.ids.iter().map(move |id| (*id, maker)))
}

/// A process that could be read in several rounds and in no later one has ended, although something still answers.
fn vanished(snapshots: &[Snapshot], at: usize) -> Option<Sign> {
    let (before, later) = snapshots.split_at(at);
    let has_process = |snapshot: &&Snapshot| snapshot.process.is_some();
    let here = before.last().is_some_and(|last| has_process(&last));
    let several = before.iter().filter(has_process).count() > 1;
    let gone = !later.iter().any(|snapshot| has_process(&snapshot));
    let answers = later.iter().any(|snapshot| snapshot.any_goroutines().is_some());
    let text = "the first one ended".to_owned();
    (here && several && gone && answers).then_some(Sign { after: at - 1, text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::goroutine::{Creators, GoroutineSource, Group, IdSample, WaitState};
    use plumb_evidence::heap::{Heap, MemStats};
    use plumb_evidence::process::Process;
    use plumb_evidence::{Frame, Stack, Timestamp};

    fn snapshot(second: i64, process: Option<(u32, f64)>) -> Snapshot {
        let taken = Timestamp::from_second(1_700_000_000 + second).ok();
        let process = process.map(|(pid, uptime)| Process {
            taken,
            pid,
            uptime_seconds: Some(uptime),
            ..Process::default()
        });
        Snapshot { taken, process, ..Snapshot::default() }
    }

    fn kept(snapshots: Vec<Snapshot>) -> (usize, Vec<Problem>) {
        let instance = Instance { id: "a:80".into(), snapshots, ..Instance::default() };
        let service = Service { instances: vec![instance], ..Service::default() };
        let lives = latest(&service);
        assert_eq!(lives.restarted, !lives.service.problems.is_empty());
        (lives.service.instances[0].snapshots.len(), lives.service.problems.clone())
    }

    #[test]
    fn one_life_is_kept_whole() {
        let same = |at: i64| snapshot(at, Some((7, 100.0 + at as f64)));
        assert_eq!(kept(vec![same(0), same(2), same(4)]), (3, Vec::new()));
        assert_eq!(kept(vec![snapshot(0, None), snapshot(2, None)]).0, 2);
    }

    #[test]
    fn another_pid_or_a_later_start_is_another_life() {
        let (left, problems) = kept(vec![
            snapshot(0, Some((7, 50.0))),
            snapshot(2, Some((9, 1.0))),
            snapshot(4, Some((9, 3.0))),
        ]);
        assert_eq!(left, 2);
        assert!(problems[0].what.contains("pid 7, then 9"), "{problems:?}");
        // In a container every life has the same pid, and after some hours the uptime is longer than before.
        let (left, _) = kept(vec![snapshot(0, Some((1, 50.0))), snapshot(7200, Some((1, 3600.0)))]);
        assert_eq!(left, 1);
    }

    #[test]
    fn what_two_dumps_show_happened_where_the_process_may_have_changed() {
        let mut all: Vec<_> = [(7, 50.0), (7, 52.0), (9, 1.0), (9, 3.0), (9, 5.0)]
            .iter()
            .enumerate()
            .map(|(at, process)| snapshot(2 * at as i64, Some(*process)))
            .collect();
        all[0].dump = Some(dump("main.serve"));
        all[4].dump = Some(dump("main.main"));
        assert_eq!(kept(all).0, 3);
    }

    #[test]
    fn a_process_that_is_missing_in_a_cut_case_has_not_ended() {
        let mut all: Vec<_> =
            (0..4).map(|at| snapshot(2 * at, Some((7, 50.0 + 2.0 * at as f64)))).collect();
        all[3] = snapshot(6, None);
        all[3].goroutines = Some(dump("main.serve"));
        let instance = Instance { id: "a:80".into(), snapshots: all, ..Instance::default() };
        let whole = Service { instances: vec![instance], ..Service::default() };
        assert!(latest(&whole).restarted);
        assert!(!latest(&Service { incomplete: true, ..whole }).restarted);
    }

    fn dump(maker: &str) -> Goroutines {
        let frame = |name: &str| Frame { function: name.into(), file: "".into(), line: 1 };
        let group = Group {
            state: WaitState::Select,
            stack: Stack([frame("main.work")].into()),
            created_by: Some(frame(maker)),
            labels: [].into(),
            count: 3,
            waiting: None,
            ids: IdSample { ids: vec![18, 19, 20], level: 0 },
            creators: Creators::default(),
            convicted: 0,
        };
        let source = GoroutineSource::Dump;
        Goroutines { taken: None, source, total: 3, groups: vec![group], truncated: false }
    }

    #[test]
    fn a_process_that_is_gone_while_something_answers_was_replaced() {
        let mut all: Vec<_> =
            (0..4).map(|at| snapshot(at, (at < 2).then_some((7, at as f64)))).collect();
        for snapshot in &mut all {
            snapshot.goroutines = Some(dump("main.serve"));
        }
        assert_eq!(kept(all).0, 2);
    }

    #[test]
    fn counters_that_fall_are_of_another_life_or_out_of_order() {
        let with = |collections: u64| {
            let memstats = MemStats { num_gc: collections, mallocs: 10, ..MemStats::default() };
            let heap = Heap {
                taken: None,
                period: 524_288,
                after_gc: false,
                samples: Vec::new(),
                memstats: Some(memstats),
            };
            Snapshot { heap: Some(heap), ..Snapshot::default() }
        };
        assert_eq!(kept(vec![with(3), with(3), with(4)]).0, 3);
        let (left, problems) = kept(vec![with(30), with(4)]);
        assert_eq!(left, 1);
        assert!(problems[0].what.contains("order of time"), "{problems:?}");
    }
}
