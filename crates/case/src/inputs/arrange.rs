//! Bare files to snapshots: those taken together belong together.

use std::mem::{Discriminant, discriminant};

use plumb_evidence::socket::SocketSource;
use plumb_evidence::{Snapshot, Timestamp};

use crate::assemble::place;
use crate::decode::Part;

/// Parts taken within so many seconds of a snapshot's first are of the same look. Fetching all profiles by hand or
/// from a script takes a few seconds; looks are at least several seconds apart.
const TOGETHER_SECONDS: i64 = 10;

/// Parts of one process, in the order of the arguments.
#[derive(Default)]
pub(super) struct Arrangement {
    timed: Vec<(Timestamp, Part)>,
    untimed: Vec<Part>,
}

impl Arrangement {
    pub(super) fn add(&mut self, taken: Option<Timestamp>, part: Part) {
        match taken {
            Some(taken) => self.timed.push((taken, part)),
            None => self.untimed.push(part),
        }
    }

    /// Snapshots in order of time; those without a time in the order of the arguments, before the others.
    pub(super) fn into_snapshots(mut self) -> Vec<Snapshot> {
        self.timed.sort_by_key(|(taken, _)| *taken);
        let mut snapshots: Vec<Snapshot> = Vec::new();
        for (taken, part) in self.timed {
            add_timed(&mut snapshots, taken, part);
        }
        add_untimed(&mut snapshots, self.untimed);
        snapshots
    }
}

fn add_timed(snapshots: &mut Vec<Snapshot>, taken: Timestamp, part: Part) {
    let together = |snapshot: &&mut Snapshot| {
        let start = snapshot.taken.unwrap_or(taken);
        taken.duration_since(start).as_secs() < TOGETHER_SECONDS
    };
    let rest = match snapshots.last_mut().filter(together) {
        Some(snapshot) => place(snapshot, part),
        None => Some(part),
    };
    if let Some(part) = rest {
        snapshots.push(with(Some(taken), part));
    }
}

/// The last untimed file of each kind goes to the last snapshot, the one before to the one before, and so on.
fn add_untimed(snapshots: &mut Vec<Snapshot>, parts: Vec<Part>) {
    let kinds: Vec<_> = parts.iter().map(kind).collect();
    let of_kind = |kind| kinds.iter().filter(|other| *other == kind).count();
    let most = kinds.iter().map(of_kind).max().unwrap_or(0);
    let missing = most.saturating_sub(snapshots.len());
    snapshots.splice(0..0, (0..missing).map(|_| Snapshot::default()));
    let last = snapshots.len();
    for (index, part) in parts.into_iter().enumerate() {
        let from_here = kinds[index..].iter().filter(|kind| **kind == kinds[index]).count();
        if let Some(part) = place(&mut snapshots[last - from_here], part) {
            snapshots.push(with(None, part));
        }
    }
}

/// What two snapshots are needed for: listings of two tools are two views of one.
fn kind(part: &Part) -> (Discriminant<Part>, Option<SocketSource>) {
    let source = match part {
        Part::Sockets(table) => Some(table.source),
        _ => None,
    };
    (discriminant(part), source)
}

fn with(taken: Option<Timestamp>, part: Part) -> Snapshot {
    let mut snapshot = Snapshot { taken, ..Snapshot::default() };
    // An empty snapshot takes anything.
    let rest = place(&mut snapshot, part);
    debug_assert!(rest.is_none());
    snapshot
}
