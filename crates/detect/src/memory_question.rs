//! Memory that only grows, in a process too young to tell a leak from a cache.

use plumb_evidence::finding::Undecided;
use plumb_evidence::measure::Unit;
use plumb_evidence::number::{bytes, seconds};
use plumb_evidence::suspect::{MemorySite, PerWork, Subject, Suspect};

use crate::thresholds::{MEMORY_KEEPING_SHARE_MIN, SINCE_START_SAMPLES_MIN, WARM_UP_SECONDS};

/// The question that a site leaves open which has kept all it ever took. In the first minutes every cache does, and
/// later it is a finding.
pub(crate) fn memory_question(suspect: &Suspect) -> Option<Undecided> {
    let Subject::Memory(site) = &suspect.subject else { return None };
    let uptime = suspect.surroundings.uptime_seconds?;
    let may_be_cache = (WARM_UP_SECONDS..MemorySite::CACHE_SECONDS).contains(&uptime);
    let keeps = site.allocated.samples > 0.0
        && site.live.samples / site.allocated.samples >= MEMORY_KEEPING_SHARE_MIN
        && site.live.samples >= SINCE_START_SAMPLES_MIN - 0.5;
    let one_each = site.per_work.as_ref().is_some_and(PerWork::is_one_each);
    if !may_be_cache || !keeps || !(suspect.measured.grows() || one_each) {
        return None;
    }
    let what = format!(
        "{} allocated at {} in {} since the start: {:.0} of {:.0} sampled objects are live{}. A leak, or a cache in which nothing has expired yet?",
        bytes(site.live.bytes),
        place(site),
        seconds(uptime),
        site.live.samples,
        site.allocated.samples,
        growth(suspect),
    );
    let bring = "another look an hour after the start: a cache has levelled off by then, a leak is a finding";
    Some(Undecided { what, bring: bring.to_owned() })
}

/// `tracker.go:25 (main.(*tracker).begin)`
fn place(site: &MemorySite) -> String {
    let frame = &site.frame;
    let file = frame.file.rsplit('/').next().unwrap_or_default();
    format!("{file}:{} ({})", frame.line, frame.function)
}

fn growth(suspect: &Suspect) -> String {
    let growth = suspect.measured.growth.filter(|growth| growth.is_significant());
    let per_hour = growth.filter(|growth| growth.unit == Unit::Bytes).and_then(|g| g.per_hour);
    per_hour.map_or_else(String::new, |rate| format!(", and it grows {}/h", bytes(rate.estimate)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::code::{Frame, Stack};
    use plumb_evidence::heap::Amount;
    use plumb_evidence::measure::{Interval, Measured};
    use plumb_evidence::suspect::Surroundings;

    fn question(uptime: f64, live: f64, allocated: f64, done: f64) -> Option<Undecided> {
        let frame = Frame { function: "main.begin".into(), file: "a/b.go".into(), line: 25 };
        let amount =
            |samples: f64| Amount { objects: 250.0 * samples, bytes: 5e5 * samples, samples };
        let ratio = Interval { low: 0.7, estimate: 1.0, high: 1.3 };
        let site = MemorySite {
            stack: Stack(vec![frame.clone()].into()),
            frame,
            live: amount(live),
            allocated: amount(allocated),
            gained: None,
            allocated_since: 0.0,
            stored_at: None,
            holds_dead: None,
            per_work: Some(PerWork { unit: "request", done, ratio }),
        };
        let surroundings = Surroundings { uptime_seconds: Some(uptime), ..Surroundings::default() };
        memory_question(&Suspect {
            subject: Subject::Memory(site),
            measured: Measured::default(),
            sockets: None,
            heap: None,
            surroundings,
        })
    }

    #[test]
    fn what_keeps_an_entry_for_each_request_is_asked_about() {
        let asked = question(400.0, 80.0, 80.0, 30_000.0).expect("a question").what;
        assert!(asked.contains("b.go:25 (main.begin)"), "{asked}");
    }

    #[test]
    fn the_first_minutes_and_few_samples_and_what_is_freed_leave_no_question() {
        assert_eq!(question(100.0, 80.0, 80.0, 30_000.0), None);
        assert_eq!(question(400.0, 8.0, 8.0, 30_000.0), None);
        assert_eq!(question(400.0, 80.0, 160.0, 30_000.0), None);
        assert_eq!(question(400.0, 80.0, 80.0, 3_000.0), None);
    }
}
