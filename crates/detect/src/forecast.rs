//! Time to the limit: memory of the cgroup, or descriptors.

use plumb_evidence::finding::Forecast;
use plumb_evidence::measure::{Interval, Unit};
use plumb_evidence::service::Instance;
use plumb_evidence::suspect::{Subject, Suspect};

/// The limit that is reached first at the present rate. `bytes_each` is what one more costs in memory.
pub(crate) fn forecast(
    suspect: &Suspect,
    instance: &Instance,
    bytes_each: Option<f64>,
) -> Option<Forecast> {
    let goes_on = suspect.measured.limit_reached.is_none();
    let growth = suspect.measured.growth.filter(|growth| goes_on && growth.is_significant())?;
    let per_hour = growth.per_hour?;
    let candidates =
        [descriptors(suspect, instance, per_hour), memory(suspect, instance, per_hour, bytes_each)];
    candidates.into_iter().flatten().min_by(|a, b| a.hours.estimate.total_cmp(&b.hours.estimate))
}

fn descriptors(suspect: &Suspect, instance: &Instance, per_hour: Interval) -> Option<Forecast> {
    let holds_descriptor = match &suspect.subject {
        Subject::Descriptors(_) | Subject::Connections(_) => true,
        _ => suspect.sockets.is_some(),
    };
    if !holds_descriptor {
        return None;
    }
    let (limit, open) = instance.latest(|s| {
        let process = s.process.as_ref()?;
        Some((process.descriptor_limit? as f64, process.descriptors.as_ref()?.open.len() as f64))
    })?;
    Some(Forecast {
        what: "limit of open files".to_owned(),
        limit,
        unit: Unit::Pieces,
        hours: hours(limit - open, per_hour),
    })
}

fn memory(
    suspect: &Suspect,
    instance: &Instance,
    per_hour: Interval,
    bytes_each: Option<f64>,
) -> Option<Forecast> {
    let (limit, used) = instance.latest(|s| {
        let process = s.process.as_ref()?;
        Some((process.cgroup?.limit? as f64, process.resident?.total as f64))
    })?;
    let rate = match &suspect.subject {
        Subject::Memory(_) => per_hour,
        _ => per_hour.scaled(bytes_each?),
    };
    Some(Forecast {
        what: "memory limit of the cgroup".to_owned(),
        limit,
        unit: Unit::Bytes,
        hours: hours(limit - used, rate),
    })
}

fn hours(left: f64, per_hour: Interval) -> Interval {
    let time = |rate: f64| if rate > 0.0 { (left / rate).max(0.0) } else { f64::INFINITY };
    Interval {
        low: time(per_hour.high),
        estimate: time(per_hour.estimate),
        high: time(per_hour.low),
    }
}
