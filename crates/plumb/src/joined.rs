//! Listings that belong to an instance whose other evidence was read otherwise: the `ss` output somebody pasted, beside
//! the URL it is about.

use plumb_evidence::{Instance, Service, Snapshot};

/// Gives instances that are nothing but listings of sockets and files to the one instance that is more. With several
/// of those it cannot be told which one they belong to, and they stay by themselves.
pub(crate) fn join_listings(service: &mut Service) {
    let (listings, mut others): (Vec<_>, Vec<_>) =
        service.instances.drain(..).partition(is_listing);
    match others.as_mut_slice() {
        [one] => listings.into_iter().for_each(|listing| join(one, listing)),
        _ => others.extend(listings),
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

/// The latest snapshot takes over what it lacks: a listing was made about when the user asked.
fn join(instance: &mut Instance, listing: Instance) {
    let Some(latest) = instance.snapshots.last_mut() else { return };
    for snapshot in listing.snapshots.into_iter().rev() {
        latest.sockets = latest.sockets.take().or(snapshot.sockets);
        latest.process = latest.process.take().or(snapshot.process);
    }
}

#[cfg(test)]
mod tests {
    use plumb_evidence::metrics::Metrics;
    use plumb_evidence::process::Process;

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
        join_listings(&mut service);
        service.instances
    }

    #[test]
    fn a_listing_joins_the_only_instance() {
        let instances = joined(vec![profiled("a"), listing()]);
        assert_eq!(instances.len(), 1);
        assert!(instances[0].snapshots[0].process.is_some());
    }

    #[test]
    fn beside_several_instances_or_none_it_stays_by_itself() {
        assert_eq!(joined(vec![profiled("a"), profiled("b"), listing()]).len(), 3);
        assert_eq!(joined(vec![listing()]).len(), 1);
    }
}
