//! Parts to snapshots.

use std::collections::HashSet;

use plumb_evidence::Timestamp;
use plumb_evidence::goroutine::GoroutineSource;
use plumb_evidence::process::{DescriptorKind, Process};
use plumb_evidence::socket::{Socket, SocketSource, SocketTable};
use plumb_evidence::{Instance, Snapshot};

use crate::convert::goroutines_from_trace;
use crate::decode::Part;

/// Puts a part into a snapshot. Where two parts tell the same, the one that tells more stays. Gives the part back
/// if the snapshot has one of its kind already, so that it belongs to another snapshot.
pub(crate) fn place(snapshot: &mut Snapshot, part: Part) -> Option<Part> {
    match part {
        Part::Goroutines(new) => match &snapshot.goroutines {
            Some(old) if old.source == new.source => return Some(Part::Goroutines(new)),
            Some(old) if old.source == GoroutineSource::Profile => {}
            _ => snapshot.goroutines = Some(new),
        },
        Part::Dump(new) if snapshot.dump.is_none() => snapshot.dump = Some(new),
        Part::Leaked(new) if snapshot.leaked.is_none() => snapshot.leaked = Some(new),
        Part::Metrics(new) if snapshot.metrics.is_none() => snapshot.metrics = Some(new),
        Part::Trace(new) if snapshot.trace.is_none() => snapshot.trace = Some(new),
        Part::Process(new) if snapshot.process.is_none() => snapshot.process = Some(new),
        Part::Heap(new) => match &mut snapshot.heap {
            None => snapshot.heap = Some(new),
            // The same heap as protobuf and as text, which alone has the statistics.
            Some(old) if old.memstats.is_none() && new.memstats.is_some() => {
                old.memstats = new.memstats;
            }
            Some(old) if old.memstats.is_some() && new.memstats.is_none() => {
                let memstats = old.memstats.take();
                *old = new;
                old.memstats = memstats;
            }
            Some(_) => return Some(Part::Heap(new)),
        },
        Part::Sockets(new) => match &snapshot.sockets {
            Some(old) if old.source == new.source => return Some(Part::Sockets(new)),
            Some(old) if tells(old.source) >= tells(new.source) => {}
            _ => snapshot.sockets = Some(new),
        },
        other => return Some(other),
    }
    None
}

/// How much a source of sockets can tell: timers, activity, owners.
fn tells(source: SocketSource) -> u8 {
    match source {
        SocketSource::SockDiag => 4,
        SocketSource::Ss => 3,
        SocketSource::ProcNet => 2,
        SocketSource::Netstat => 1,
        SocketSource::Lsof => 0,
    }
}

/// Brings an instance's snapshots into order and joins what only several parts together tell.
pub(crate) fn finish(instance: &mut Instance) {
    if instance.snapshots.iter().all(|snapshot| snapshot.taken.is_some()) {
        instance.snapshots.sort_by_key(|snapshot| snapshot.taken);
    }
    list_traced(instance);
    for snapshot in &mut instance.snapshots {
        if let (Some(table), Some(process)) = (&mut snapshot.sockets, &snapshot.process) {
            keep_own_sockets(table, process);
        }
    }
}

/// The goroutines that a trace tells of stand for a list where there is no other one.
fn list_traced(instance: &mut Instance) {
    let is_of_trace = |snapshot: &Snapshot| {
        snapshot.goroutines.as_ref().map(|list| list.source) == Some(GoroutineSource::Trace)
    };
    for snapshot in instance.snapshots.iter_mut().filter(|snapshot| is_of_trace(snapshot)) {
        snapshot.goroutines = None;
    }
    if instance.snapshots.iter().any(|snapshot| snapshot.any_goroutines().is_some()) {
        return;
    }
    for snapshot in &mut instance.snapshots {
        snapshot.goroutines = snapshot.trace.as_ref().map(goroutines_from_trace);
    }
}

/// Where a table of the whole namespace does not say which sockets are the process's own, its descriptors do, or its
/// number among the owners. Listeners of others have told direction by then.
fn keep_own_sockets(table: &mut SocketTable, process: &Process) {
    if table.owned_only {
        return;
    }
    let inodes = socket_inodes(process);
    let by_inode = |socket: &Socket| socket.inode > 0 && inodes.contains(&socket.inode);
    let by_pid =
        |socket: &Socket| socket.owner.as_ref().is_some_and(|owner| owner.pid == process.pid);
    if table.sockets.iter().any(by_inode) {
        table.sockets.retain(by_inode);
    } else if table.sockets.iter().any(by_pid) {
        table.sockets.retain(by_pid);
    } else {
        return;
    }
    table.owned_only = true;
}

/// Inodes of the sockets that a process has open; none if its descriptors are not all known.
fn socket_inodes(process: &Process) -> HashSet<u64> {
    let complete = process.descriptors.as_ref().filter(|descriptors| descriptors.complete);
    let open = complete.iter().flat_map(|descriptors| &descriptors.open);
    open.filter(|descriptor| descriptor.kind == DescriptorKind::Socket)
        .filter_map(|d| d.target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok())
        .collect()
}

/// The earlier of two times, where one may be unknown.
pub(crate) fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
