//! A map whose entries stay: never deleted, or deleted under another key.

use plumb_evidence::catalogue::{Example, Pattern, Prevention, Threshold};
use plumb_evidence::finding::Confidence::{self, Likely, Possible};
use plumb_evidence::finding::{EvidenceItem, Resource, Role};
use plumb_evidence::suspect::{Match, MemorySite, PerWork, Subject, Suspect};

use crate::judging::{matched, mechanism, number};

const SAMPLES_MIN: Threshold = Threshold {
    name: "live samples",
    value: 6.0,
    unit: "samples",
    source: "a sampled amount of 6 is known to ±41 % (1/√n); below, growth cannot be told from \
             noise",
};

const DEAD_SAMPLES_MIN: Threshold = Threshold {
    name: "live samples, where they outlive the connections they were made for",
    value: 2.0,
    unit: "samples",
    source: "work in progress is no explanation there, and after two collections two samples are no accident",
};

const KEPT_SHARE_MIN: Threshold = Threshold {
    name: "live ÷ allocated samples",
    value: 0.9,
    unit: "share",
    source: "measured on leaks: 16/16, 36/36, 123/123; on look-alikes 0/18, 1/37, 6/66",
};

const RATIO_LOW: Threshold = Threshold {
    name: "entries kept for each unit of work, at least",
    value: PerWork::ONE_EACH.0,
    unit: "entries",
    source: "one entry a connection or request, with the sampling error and work that stores \
             nothing",
};

const RATIO_HIGH: Threshold = Threshold {
    name: "entries kept for each unit of work, at most",
    value: PerWork::ONE_EACH.1,
    unit: "entries",
    source: "an entry may consist of two objects of a kind, rarely of more",
};

const RATIO_BOUND: Threshold = Threshold {
    name: "lower end of the 95 % interval of that ratio",
    value: PerWork::ONE_EACH_LOW,
    unit: "entries",
    source: "a cache that fills keeps an entry for few of its requests once it is warm",
};

const WORK_MIN: Threshold = Threshold {
    name: "work done before its ratio to what is kept means anything",
    value: PerWork::ONE_EACH_WORK,
    unit: "requests or connections",
    source: "warm caches of services hold thousands of entries and meet most of their keys early; beyond, an entry \
             for each request is no cache that anybody wants",
};

const CACHE_SECONDS: Threshold = Threshold {
    name: "time after the start in which a cache may fill and nothing in it has expired",
    value: MemorySite::CACHE_SECONDS,
    unit: "s",
    source: "the documentation of go-cache and bigcache lets entries live for 5 and 10 minutes",
};

pub(crate) static PATTERN: Pattern = Pattern {
    id: "map-entry-never-deleted",
    title: "entries never deleted (map, list or cache)",
    shows: "Memory that steps up with each round of load and stays when the load ends, while \
            goroutines return to normal. In the heap one line of your own keeps all it ever \
            allocated (inuse_objects = alloc_objects), with map growth (mapassign) beside it. The \
            service's own count of the entries may well say that they are gone.",
    why: "An entry of a map lives until it is deleted, and a map in a global or a long-lived \
          object keeps all of its entries reachable. Deleting under another key than the one that \
          was stored (a different format, a copy of a pointer, an id without its address) does \
          nothing and reports nothing, so counters beside the delete go down while the map grows.",
    fix: "Delete with the very key that was stored, on every path on which the entry ends, errors \
          and panics included: make the key once, in one function, and keep it with the entry. \
          Count with len of the map, not beside it. Where nothing says when an entry ends, bound \
          it: a TTL or an LRU. A map does not give back its buckets when entries go; after a \
          large leak build a new one.",
    example: Example {
        before: r#"sessions[user+"@"+addr] = s
defer delete(sessions, user) // another key: nothing is deleted
"#,
        after: r#"key := user + "@" + addr
sessions[key] = s
defer delete(sessions, key)
"#,
    },
    prevention: Prevention {
        test: "Open and close a thousand connections, then check that len of the map itself is \
               what it was before.",
        gate: "Run the service under its load test in CI, then `plumb diagnose URL` at rest: exit code 1 fails the build.",
        alert: "min_over_time(go_memstats_heap_inuse_bytes[1h]) > 1.5 * \
                min_over_time(go_memstats_heap_inuse_bytes[1h] offset 1d)\n  and \
                max_over_time(go_goroutines[1h]) < 1.2 * max_over_time(go_goroutines[1h] offset \
                1d)",
        doc_comment: "An entry stays until Remove is called with the same key.",
    },
    sources: &[
        "https://github.com/writefreely/writefreely/issues/251",
        "https://github.com/gobuffalo/buffalo/issues/619",
        "https://github.com/kubernetes/kubernetes/issues/102718",
        "https://github.com/golang/go/issues/20135",
    ],
    thresholds: &[
        SAMPLES_MIN,
        DEAD_SAMPLES_MIN,
        KEPT_SHARE_MIN,
        RATIO_LOW,
        RATIO_HIGH,
        RATIO_BOUND,
        WORK_MIN,
        CACHE_SECONDS,
    ],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let Subject::Memory(site) = &suspect.subject else { return None };
    let kept = site.allocated.samples > 0.0
        && site.live.samples / site.allocated.samples >= KEPT_SHARE_MIN.value;
    let needed = if site.holds_dead.is_some() { DEAD_SAMPLES_MIN } else { SAMPLES_MIN };
    // Numbers of samples come from estimates that were cut to whole objects: two read as 1.99999.
    if !kept || site.live.samples < needed.value - 0.5 {
        return None;
    }
    matched(confidence(suspect, site), Resource::Memory, Role::Stores, evidence(suspect, site))
}

/// Growth alone may be a cache or unfinished work, and so may an entry for each request. In the quiet, what was made
/// for connections that are gone and is still there has no such excuse.
fn confidence(suspect: &Suspect, site: &MemorySite) -> Option<Confidence> {
    let dead = site.holds_dead.is_some();
    if suspect.surroundings.quiet == Some(true) && dead {
        return Some(Likely);
    }
    let uptime = suspect.surroundings.uptime_seconds;
    let grows = suspect.measured.grows()
        && (dead || uptime.is_none_or(|seconds| seconds >= CACHE_SECONDS.value));
    // Where the start is not known, only growth says that it goes on.
    let one_each = site.per_work.as_ref().is_some_and(PerWork::is_one_each)
        && uptime.is_some_and(|seconds| seconds >= CACHE_SECONDS.value);
    (grows || one_each).then_some(Possible)
}

fn evidence(suspect: &Suspect, site: &MemorySite) -> Vec<EvidenceItem> {
    let mut evidence = vec![mechanism(format!(
        "{:.0} of the {:.0} objects sampled there are still live: what is made there is not freed",
        site.live.samples, site.allocated.samples
    ))];
    if site.holds_dead.is_none() {
        evidence.push(mechanism(
            "a cache that still fills, and entries that live for hours, look the same: they level off, a leak does not",
        ));
    }
    if let Some(dead) = &site.holds_dead {
        evidence.push(mechanism(format!(
            "memory holds about {} {}, and {} connections are open",
            number(dead.in_memory.round() as u64),
            dead.name,
            number(dead.existing)
        )));
    }
    if let Some(work) = site.per_work.as_ref().filter(|work| work.is_one_each()) {
        evidence.push(mechanism(format!(
            "{:.1} (95 %: {:.1} to {:.1}) objects are kept for each {} since the start",
            work.ratio.estimate, work.ratio.low, work.ratio.high, work.unit
        )));
    }
    if let Some(line) = &site.stored_at {
        evidence.push(mechanism(format!("a map grows in {} beside it", line.function)));
    }
    if suspect.surroundings.quiet == Some(true) {
        evidence.push(mechanism("the service is quiet, and it stays"));
    }
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{confidence, growing, standing, suspect, warming_up};
    use plumb_evidence::code::{Frame, Stack};
    use plumb_evidence::heap::Amount;
    use plumb_evidence::measure::{Interval, Measured};
    use plumb_evidence::suspect::DeadObjects;

    fn frame(function: &str) -> Frame {
        Frame { function: function.into(), file: "sessions.go".into(), line: 7 }
    }

    fn kept(live: f64, allocated: f64, measured: Measured) -> Suspect {
        let amount =
            |samples: f64| Amount { objects: 100.0 * samples, bytes: 5e5 * samples, samples };
        let site = MemorySite {
            frame: frame("main.newSession"),
            stack: Stack(vec![frame("main.newSession"), frame("main.joinSession")].into()),
            live: amount(live),
            allocated: amount(allocated),
            gained: None,
            allocated_since: 3.0,
            stored_at: Some(frame("main.joinSession")),
            holds_dead: None,
            per_work: None,
        };
        suspect(Subject::Memory(site), measured)
    }

    fn with(mut suspect: Suspect, change: impl FnOnce(&mut MemorySite)) -> Suspect {
        if let Subject::Memory(site) = &mut suspect.subject {
            change(site);
        }
        suspect
    }

    fn one_each(done: f64) -> impl FnOnce(&mut MemorySite) {
        let ratio = Interval { low: 0.6, estimate: 1.0, high: 1.4 };
        move |site| site.per_work = Some(PerWork { unit: "request", done, ratio })
    }

    fn quiet(mut suspect: Suspect) -> Suspect {
        suspect.surroundings.quiet = Some(true);
        suspect
    }

    #[test]
    fn growth_alone_is_possible_and_no_more() {
        assert_eq!(confidence(&PATTERN, &kept(30.0, 30.0, growing(3000))), Some(Possible));
        let mut young = kept(30.0, 30.0, growing(3000));
        young.surroundings.uptime_seconds = Some(40.0);
        assert_eq!(confidence(&PATTERN, &young), None, "it may be filling a cache");
    }

    #[test]
    fn one_entry_for_each_of_many_requests_is_possible() {
        let after = |seconds: f64, done: f64| {
            let mut suspect = with(kept(90.0, 90.0, standing(30_000)), one_each(done));
            suspect.surroundings.uptime_seconds = Some(seconds);
            confidence(&PATTERN, &quiet(suspect))
        };
        assert_eq!(after(3600.0, 30_000.0), Some(Possible));
        assert_eq!(after(3600.0, 3_000.0), None, "all keys may be new to a cache");
        assert_eq!(after(600.0, 30_000.0), None, "nothing may have expired yet");
    }

    #[test]
    fn what_outlives_its_connections_in_the_quiet_is_likely() {
        let dead = with(kept(9.0, 9.0, standing(900)), |site| {
            site.holds_dead =
                Some(DeadObjects { name: "websocket.Conn".into(), in_memory: 900.0, existing: 4 });
        });
        assert_eq!(confidence(&PATTERN, &quiet(dead)), Some(Likely));
    }

    #[test]
    fn two_samples_are_two_however_they_are_estimated() {
        let outlives = |samples: f64| {
            quiet(with(kept(samples, samples, standing(200)), |site| {
                site.holds_dead =
                    Some(DeadObjects { name: "sessions".into(), in_memory: 200.0, existing: 0 });
            }))
        };
        assert_eq!(confidence(&PATTERN, &outlives(1.999_99)), Some(Likely));
        assert_eq!(confidence(&PATTERN, &outlives(1.0)), None);
    }

    #[test]
    fn a_warm_cache_is_healthy() {
        assert_eq!(confidence(&PATTERN, &quiet(kept(30.0, 31.0, standing(3000)))), None);
        assert_eq!(confidence(&PATTERN, &kept(30.0, 31.0, warming_up(3000))), None);
        let few = with(kept(30.0, 31.0, standing(3000)), |site| {
            let ratio = Interval { low: 0.01, estimate: 0.02, high: 0.03 };
            site.per_work = Some(PerWork { unit: "request", done: 150_000.0, ratio });
        });
        assert_eq!(confidence(&PATTERN, &quiet(few)), None);
    }

    #[test]
    fn what_is_freed_is_healthy() {
        assert_eq!(confidence(&PATTERN, &kept(30.0, 60.0, growing(3000))), None);
        assert_eq!(confidence(&PATTERN, &kept(6.0, 66.0, growing(3000))), None);
    }

    #[test]
    fn few_samples_say_nothing() {
        let few = with(kept(4.0, 4.0, growing(400)), one_each(90_000.0));
        assert_eq!(confidence(&PATTERN, &quiet(few)), None);
        assert_eq!(
            confidence(&PATTERN, &kept(9.0, 0.0, growing(900))),
            None,
            "no allocation columns"
        );
    }
}
