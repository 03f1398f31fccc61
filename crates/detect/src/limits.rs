//! Growth that ended because a limit was reached: a leak that has taken all there was, not a pool that is full.

use plumb_evidence::catalogue::Side;
use plumb_evidence::measure::{LimitReached, Measured};
use plumb_evidence::process::{DescriptorKind, Process};
use plumb_evidence::service::{Instance, Service};
use plumb_evidence::suspect::{Subject, Suspect};

use crate::growth::growth;
use crate::suspects::Accused;
use crate::thresholds::{
    INOTIFY_INSTANCES_DEFAULT, LIMIT_SHARE_MIN, LIMITED_GAIN_SHARE_MIN, STEADY_SHARE_MIN,
    USER_LIMIT_SHARE_MIN,
};

/// Notes which suspects stopped growing at a limit, and judges those by their growth until then.
pub(crate) fn note(accused: &mut [Accused], service: &Service) {
    for Accused { suspect, instance } in accused {
        if suspect.measured.grows() {
            continue;
        }
        suspect.measured.limit_reached = reached(suspect, &service.instances[*instance]);
        let is_object = matches!(suspect.subject, Subject::Object(_));
        if let Some(limit) = suspect.measured.limit_reached
            && (is_object || matches!(limit, LimitReached::OpenFiles(_)))
            && let Some(until) = until_the_end(&suspect.measured)
        {
            suspect.measured.growth = Some(until);
        }
    }
}

/// The growth before the count stayed as it is.
fn until_the_end(measured: &Measured) -> Option<plumb_evidence::measure::Growth> {
    let &(_, last) = measured.series.last()?;
    let end = measured.series.iter().position(|(_, count)| *count >= STEADY_SHARE_MIN * last)?;
    growth(&measured.series[..=end]).filter(|growth| growth.is_significant())
}

/// The limit at which a count stands that rose during the look.
fn reached(suspect: &Suspect, instance: &Instance) -> Option<LimitReached> {
    let of_process = match &suspect.subject {
        Subject::Object(object) => object.record.is_none_or(|record| record.side != Side::Server),
        Subject::Descriptors(_) => true,
        _ => false,
    };
    let series = &suspect.measured.series;
    let (&(_, first), &(_, last)) = (series.first()?, series.last()?);
    let rose = first < STEADY_SHARE_MIN * last;
    if !of_process || !rose {
        return None;
    }
    let regular = instance.snapshots.iter().filter(|snapshot| !snapshot.after_gc);
    let processes: Vec<&Process> = regular.filter_map(|s| s.process.as_ref()).collect();
    let is_at = |counts: &[f64], limit: f64, share: f64| {
        let (Some(before), Some(now)) = (counts.first(), counts.last()) else { return false };
        let gained = last - first >= LIMITED_GAIN_SHARE_MIN * (now - before);
        gained && *now >= share * limit && last <= *now && now > before
    };
    inotify(&processes, last, is_at).or_else(|| open_files(&processes, is_at))
}

/// All inotify instances that a user may have, most of them among what is counted.
fn inotify(
    processes: &[&Process],
    count: f64,
    is_at: impl Fn(&[f64], f64, f64) -> bool,
) -> Option<LimitReached> {
    let instances = |process: &&Process| {
        let open = &process.descriptors.as_ref()?.open;
        Some(open.iter().filter(|d| d.kind == DescriptorKind::Inotify).count() as f64)
    };
    let counts: Vec<f64> = processes.iter().filter_map(instances).collect();
    let limit = processes.last()?.inotify_limit.unwrap_or(INOTIFY_INSTANCES_DEFAULT);
    let each_has_one = count >= USER_LIMIT_SHARE_MIN * counts.last()?;
    let holds = each_has_one && is_at(&counts, limit as f64, USER_LIMIT_SHARE_MIN);
    holds.then_some(LimitReached::InotifyInstances(limit))
}

/// All descriptors that a process may have.
fn open_files(
    processes: &[&Process],
    is_at: impl Fn(&[f64], f64, f64) -> bool,
) -> Option<LimitReached> {
    let open = |process: &&Process| Some(process.descriptors.as_ref()?.open.len() as f64);
    let counts: Vec<f64> = processes.iter().filter_map(open).collect();
    let limit = processes.last()?.descriptor_limit?;
    is_at(&counts, limit as f64, LIMIT_SHARE_MIN).then_some(LimitReached::OpenFiles(limit))
}
