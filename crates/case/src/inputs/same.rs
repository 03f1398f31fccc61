//! Cases of one process: their snapshots belong together, and what is there twice counts once.

use std::net::{IpAddr, SocketAddr};

use plumb_evidence::{Instance, Snapshot};

use crate::assemble::finish;

/// Seconds by which two records of one process may disagree on its start: `/proc` counts in ticks, and clocks are set.
const START_TOLERANCE_SECONDS: f64 = 2.0;

/// What became of an instance beside those that are known.
pub(super) enum Join {
    /// It is one more, and is given back.
    Other(Box<Instance>),
    /// Its snapshots were added to those of the same process.
    Added,
    /// It held nothing new; the id of the instance that has the same evidence.
    Identical(String),
}

/// Adds the snapshots of an instance to those of the same process.
pub(super) fn join(known: &mut [Instance], instance: Instance) -> Join {
    let Some(same) = known.iter_mut().find(|other| is_same(other, &instance)) else {
        return Join::Other(Box::new(instance));
    };
    let before = same.snapshots.len();
    for snapshot in instance.snapshots {
        if !same.snapshots.contains(&snapshot) {
            same.snapshots.push(snapshot);
        }
    }
    if same.snapshots.len() == before {
        return Join::Identical(same.id.clone());
    }
    finish(same);
    Join::Added
}

fn is_same(one: &Instance, other: &Instance) -> bool {
    if one.snapshots.iter().any(|snapshot| other.snapshots.contains(snapshot)) {
        return true;
    }
    let is_one = |(a, b): ((u32, f64), (u32, f64))| {
        a.0 == b.0 && (a.1 - b.1).abs() <= START_TOLERANCE_SECONDS
    };
    if process(one).zip(process(other)).is_some_and(is_one) {
        return true;
    }
    // Another process at an address of the network came in the place of the first. But every machine has a localhost of
    // its own, and a forwarder there leads to one service today and to another tomorrow.
    is_next(one, other) && !is_local(&one.id)
}

/// Whether both were asked at the same address, one after the other. Two at once are two: a forwarder spreads them.
fn is_next(one: &Instance, other: &Instance) -> bool {
    let Some(((first, last), (other_first, other_last))) = span(one).zip(span(other)) else {
        return false;
    };
    one.id == other.id && (last < other_first || other_last < first)
}

/// Whether an id is an address of the machine itself, or a process id, which other machines have too.
fn is_local(id: &str) -> bool {
    let is_loopback = |ip: IpAddr| ip.is_loopback();
    let host = id.rsplit_once(':').map_or(id, |(host, _)| host);
    id.starts_with("pid ")
        || host == "localhost"
        || host.parse().is_ok_and(is_loopback)
        || id.parse::<SocketAddr>().is_ok_and(|address| is_loopback(address.ip()))
}

/// Process id and start, in seconds since 1970.
fn process(instance: &Instance) -> Option<(u32, f64)> {
    instance.latest(|snapshot| {
        let process = snapshot.process.as_ref()?;
        let taken = process.taken.or(snapshot.taken)?;
        Some((process.pid, taken.as_millisecond() as f64 / 1000.0 - process.uptime_seconds?))
    })
}

/// When the first and the last snapshot were taken.
fn span(instance: &Instance) -> Option<(plumb_evidence::Timestamp, plumb_evidence::Timestamp)> {
    let taken = |snapshot: &Snapshot| snapshot.taken;
    let times = || instance.snapshots.iter().filter_map(taken);
    Some((times().min()?, times().max()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::Timestamp;
    use plumb_evidence::process::Process;

    /// Two rounds from `second` on, of a process that started at second 0.
    fn instance(id: &str, second: i64, pid: Option<u32>) -> Instance {
        let snapshot = |at: i64| {
            let taken = Timestamp::from_second(1_700_000_000 + at).ok();
            let process = pid.map(|pid| Process {
                taken,
                pid,
                uptime_seconds: Some(at as f64),
                ..Process::default()
            });
            Snapshot { taken, process, ..Snapshot::default() }
        };
        let snapshots = vec![snapshot(second), snapshot(second + 2)];
        Instance { id: id.into(), snapshots, ..Instance::default() }
    }

    fn joined(one: Instance, other: Instance) -> (Join, usize) {
        let mut known = [one];
        (join(&mut known, other), known[0].snapshots.len())
    }

    #[test]
    fn the_same_evidence_counts_once() {
        let (join, snapshots) = joined(instance("a:1", 0, None), instance("a:1", 0, None));
        assert!(matches!(join, Join::Identical(id) if id == "a:1"));
        assert_eq!(snapshots, 2);
    }

    #[test]
    fn one_process_is_one_instance_however_it_was_asked() {
        let (join, snapshots) =
            joined(instance("127.0.0.1:80", 0, Some(7)), instance("pid 7", 600, Some(7)));
        assert!(matches!(join, Join::Added));
        assert_eq!(snapshots, 4);
    }

    #[test]
    fn what_was_asked_later_at_the_same_address_is_the_same() {
        let (join, _) =
            joined(instance("10.0.0.5:80", 600, None), instance("10.0.0.5:80", 0, None));
        assert!(matches!(join, Join::Added));
        let (join, _) = joined(instance("10.0.0.5:80", 0, None), instance("10.0.0.5:80", 1, None));
        assert!(matches!(join, Join::Other(_)), "two at once");
    }

    #[test]
    fn each_machine_has_its_own_localhost() {
        let (join, _) =
            joined(instance("127.0.0.1:80", 0, Some(7)), instance("127.0.0.1:80", 600, Some(9)));
        assert!(matches!(join, Join::Other(_)));
        let (join, _) =
            joined(instance("10.0.0.5:80", 0, Some(7)), instance("10.0.0.5:80", 600, Some(9)));
        assert!(matches!(join, Join::Added), "it was restarted");
    }
}
