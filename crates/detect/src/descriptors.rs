//! Open descriptors by kind and shape of path, over time.

use std::sync::Arc;

use plumb_evidence::measure::Measured;
use plumb_evidence::process::{Descriptor, DescriptorKind, Process};
use plumb_evidence::socket::TcpState;
use plumb_evidence::suspect::DescriptorCrowd;
use plumb_evidence::{Service, Snapshot};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::crowd::measured;
use crate::together;

/// Kinds that are told elsewhere (sockets) or whose number says nothing.
fn is_counted(kind: DescriptorKind) -> bool {
    !matches!(kind, DescriptorKind::Socket | DescriptorKind::Epoll | DescriptorKind::Device)
}

/// Crowds of descriptors, with their measure and the instance that has most of them.
pub(crate) fn descriptor_crowds(service: &Service) -> Vec<(usize, DescriptorCrowd, Measured)> {
    let mut all: Vec<(usize, DescriptorCrowd, Measured)> = Vec::new();
    for (index, instance) in service.instances.iter().enumerate() {
        let seen = |after_gc: bool| {
            let rounds = instance.snapshots.iter().filter(move |s| s.after_gc == after_gc);
            rounds.filter_map(|s| Some((s.taken, s.process.as_ref()?))).collect::<Vec<_>>()
        };
        let after_gc = seen(true).last().map(|(_, process)| *process);
        let listener = instance.latest(first_listener);
        for (crowd, measured) in crowds_of(&seen(false), after_gc, listener) {
            let same =
                |known: &DescriptorCrowd| known.kind == crowd.kind && known.shape == crowd.shape;
            match all.iter_mut().find(|(_, known, _)| same(known)) {
                Some(known) => add_instance(known, index, crowd, measured),
                None => all.push((index, crowd, measured)),
            }
        }
    }
    all.iter_mut().for_each(|(_, _, measured)| measured.instances.1 = service.instances.len());
    all.sort_by(|a, b| b.2.count.cmp(&a.2.count).then_with(|| a.1.shape.cmp(&b.1.shape)));
    all
}

fn add_instance(
    known: &mut (usize, DescriptorCrowd, Measured),
    index: usize,
    crowd: DescriptorCrowd,
    measured: Measured,
) {
    if measured.count > known.2.count {
        known.0 = index;
    }
    known.1.repeated += crowd.repeated;
    known.1.deleted += crowd.deleted;
    known.1.before_listening += crowd.before_listening;
    known.1.closed_by_gc += crowd.closed_by_gc;
    together::add(&mut known.2, measured);
}

/// The lowest descriptor of a socket that listens.
fn first_listener(snapshot: &Snapshot) -> Option<u64> {
    let sockets = snapshot.sockets.as_ref()?.sockets.iter();
    let listening: FxHashSet<String> = sockets
        .filter(|socket| socket.state == TcpState::Listen && socket.inode != 0)
        .map(|socket| format!("socket:[{}]", socket.inode))
        .collect();
    let open = &snapshot.process.as_ref()?.descriptors.as_ref()?.open;
    open.iter().filter(|d| listening.contains(&*d.target)).map(|d| d.fd).min()
}

type Shape = (DescriptorKind, Arc<str>);

fn crowds_of(
    rounds: &[(Option<plumb_evidence::Timestamp>, &Process)],
    after_gc: Option<&Process>,
    listener: Option<u64>,
) -> Vec<(DescriptorCrowd, Measured)> {
    let rounds: Vec<_> =
        rounds.iter().filter(|(_, process)| process.descriptors.is_some()).collect();
    let Some((_, latest)) = rounds.last() else { return Vec::new() };
    let counted: Vec<_> = rounds.iter().map(|(_, process)| by_shape(process)).collect();
    let first_taken = rounds[0].0;
    let times: Option<Vec<f64>> = rounds
        .iter()
        .map(|(taken, _)| Some((*taken)?.duration_since(first_taken?).as_secs_f64()))
        .collect();
    let left = after_gc.map(by_shape);
    let crowds = counted[counted.len() - 1].iter().map(|(shape, open)| {
        let counts: Vec<f64> =
            counted.iter().map(|round| round.get(shape).map_or(0, Vec::len) as f64).collect();
        let distinct: FxHashSet<_> = open.iter().map(|d| &d.target).collect();
        let remaining = left.as_ref().map(|left| left.get(shape).map_or(0, Vec::len));
        let crowd = DescriptorCrowd {
            kind: shape.0,
            shape: shape.1.clone(),
            examples: open.iter().take(3).map(|d| d.target.clone()).collect(),
            repeated: (open.len() - distinct.len()) as u64,
            deleted: open.iter().filter(|d| d.deleted).count() as u64,
            before_listening: open.iter().filter(|d| listener.is_some_and(|fd| d.fd < fd)).count()
                as u64,
            closed_by_gc: remaining.map_or(0, |left| open.len().saturating_sub(left) as u64),
            limit: latest.descriptor_limit,
        };
        (crowd, measured(times.as_deref(), &counts))
    });
    crowds.collect()
}

fn by_shape(process: &Process) -> FxHashMap<Shape, Vec<&Descriptor>> {
    let mut shapes: FxHashMap<Shape, Vec<&Descriptor>> = FxHashMap::default();
    for descriptor in
        process.descriptors.iter().flat_map(|d| &d.open).filter(|d| is_counted(d.kind))
    {
        shapes.entry((descriptor.kind, shape(descriptor))).or_default().push(descriptor);
    }
    shapes
}

/// `/var/lib/app/2026/export-17.csv` → `/var/lib/app/*/*.csv`: files of one purpose share directory and ending.
/// Things without a path are one shape a kind.
fn shape(descriptor: &Descriptor) -> Arc<str> {
    if !descriptor.target.starts_with('/') {
        return descriptor.target.split(['[', ':']).next().unwrap_or_default().into();
    }
    let (directory, name) = descriptor.target.rsplit_once('/').unwrap_or(("", &descriptor.target));
    let elements =
        directory.split('/').map(|e| if e.bytes().any(|b| b.is_ascii_digit()) { "*" } else { e });
    let directory = elements.collect::<Vec<_>>().join("/");
    // A number at the end is a sequence or a date, not a kind of file.
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .filter(|e| e.bytes().all(|b| b.is_ascii_alphabetic()));
    match ending {
        Some(ending) => format!("{directory}/*.{ending}").into(),
        None => format!("{directory}/*").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_ignore_what_differs() {
        let check = |target: &str, expect: &str| {
            let descriptor = Descriptor {
                fd: 3,
                kind: DescriptorKind::File,
                target: target.into(),
                deleted: false,
            };
            assert_eq!(&*shape(&descriptor), expect);
        };
        check("/var/lib/app/2026/export-17.csv", "/var/lib/app/*/*.csv");
        check("/data/seg.00012", "/data/*");
        check("anon_inode:inotify", "anon_inode");
    }
}
