//! Files that belong to an instance whose other evidence was read otherwise: the `ss` output somebody pasted or the
//! execution trace that the service wrote, beside the URL it is about.

use plumb_evidence::goroutine::GoroutineSource;
use plumb_evidence::{Instance, Service, Snapshot};

/// Gives instances that are nothing but listings of sockets and files, or execution traces, to the one instance that is
/// more. With several of those it cannot be told which one they belong to, and they stay by themselves.
pub(crate) fn join_lone_files(service: &mut Service) {
    let (lone, mut others): (Vec<_>, Vec<_>) = service
        .instances
        .drain(..)
        .partition(|instance| is_listing(instance) || is_trace(instance));
    match others.as_mut_slice() {
        [one] => lone.into_iter().for_each(|instance| join(one, instance)),
        _ => others.extend(lone),
    }
    service.instances = others;
}

fn is_listing(instance: &Instance) -> bool {
    instance.snapshots.iter().all(|snapshot| {
        let Snapshot { goroutines, dump, leaked, heap, metrics, .. } = snapshot;
        goroutines.is_none()
            && dump.is_none()
            && leaked.is_none()
            && heap.is_none()
            && metrics.is_none()
    })
}

/// Whether all that is known of an instance are execution traces, and the goroutines that they show.
fn is_trace(instance: &Instance) -> bool {
    instance.snapshots.iter().all(|snapshot| {
        let Snapshot { goroutines, dump, leaked, heap, metrics, trace, .. } = snapshot;
        let of_trace = goroutines.as_ref().is_none_or(|list| list.source == GoroutineSource::Trace);
        trace.is_some()
            && of_trace
            && dump.is_none()
            && leaked.is_none()
            && heap.is_none()
            && metrics.is_none()
    })
}

/// The latest snapshot takes over what it lacks: a listing was made about when the user asked. So was a trace, or it is of
/// the same goroutines.
fn join(instance: &mut Instance, lone: Instance) {
    let Some(latest) = instance.snapshots.last_mut() else { return };
    for snapshot in lone.snapshots.into_iter().rev() {
        latest.trace = latest.trace.take().or(snapshot.trace);
        latest.sockets = latest.sockets.take().or(snapshot.sockets);
        latest.process = latest.process.take().or(snapshot.process);
    }
}

#[cfg(test)]
mod tests {
    use plumb_evidence::goroutine::Goroutines;
    use plumb_evidence::metrics::Metrics;
    use plumb_evidence::process::Process;
    use plumb_evidence::trace::Trace;

    use super::*;

    fn profiled(id: &str) -> Instance {
        let snapshot = Snapshot { metrics: Some(Metrics::default()), ..Snapshot::default() };
        Instance { id: id.into(), snapshots: vec![snapshot], ..Instance::default() }
    }

    fn listing() -> Instance {
        let snapshot = Snapshot { process: Some(Process::default()), ..Snapshot::default() };
        Instance { id: "ss.txt".into(), snapshots: vec![snapshot], ..Instance::default() }
    }

    fn joined(instances: Vec<Instance>) -> Vec<Instance> {
        let mut service = Service { instances, ..Service::default() };
        join_lone_files(&mut service);
        service.instances
    }

    #[test]
    fn a_listing_joins_the_only_instance() {
        let instances = joined(vec![profiled("a"), listing()]);
        assert_eq!(instances.len(), 1);
        assert!(instances[0].snapshots[0].process.is_some());
    }

    /// A trace that was read by itself.
    fn trace() -> Instance {
        let goroutines = Goroutines {
            taken: None,
            source: GoroutineSource::Trace,
            total: 0,
            groups: Vec::new(),
            truncated: false,
        };
        let snapshot = Snapshot {
            goroutines: Some(goroutines),
            trace: Some(Trace::default()),
            ..Snapshot::default()
        };
        Instance { id: "x.trace".into(), snapshots: vec![snapshot], ..Instance::default() }
    }

    #[test]
    fn a_trace_joins_the_only_instance_and_brings_nothing_else() {
        let instances = joined(vec![profiled("a"), trace()]);
        assert_eq!(instances.len(), 1);
        let [snapshot] = &instances[0].snapshots[..] else { panic!("several snapshots") };
        assert!(snapshot.trace.is_some() && snapshot.goroutines.is_none());
        let mut profile = trace();
        profile.snapshots[0].trace = None;
        assert_eq!(joined(vec![profiled("a"), profile]).len(), 2);
    }

    #[test]
    fn beside_several_instances_or_none_it_stays_by_itself() {
        assert_eq!(joined(vec![profiled("a"), profiled("b"), listing()]).len(), 3);
        assert_eq!(joined(vec![profiled("a"), profiled("b"), trace()]).len(), 3);
        assert_eq!(joined(vec![listing()]).len(), 1);
        assert_eq!(joined(vec![trace()]).len(), 1);
    }
}
