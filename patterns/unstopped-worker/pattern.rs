//! A library object without connections whose goroutine nobody ends.

use plumb_evidence::catalogue::{Example, LibraryObject, Pattern, Prevention, Side, Threshold};
use plumb_evidence::finding::Confidence::{self, Likely, Possible};
use plumb_evidence::finding::{Resource, Role};
use plumb_evidence::suspect::{Match, Remedy, Subject, Suspect};

use crate::judging::{
    gained, has_waited, matched, may_be_in_use, mechanism, number, own_sockets, survives,
};
use crate::remedy::{self, Ending};

const STANDING_MIN: Threshold = Threshold {
    name: "objects that stand still, where one serves the whole process",
    value: 50.0,
    unit: "objects",
    source: "one per process is normal, one per tenant or file makes some dozens",
};

const LOOK_MIN: Threshold = Threshold {
    name: "shortest look that may say nothing moves",
    value: 8.0,
    unit: "s",
    source: "objects of calls in progress come and go within it",
};

const IN_USE_SHARE: Threshold = Threshold {
    name: "user goroutines for each object",
    value: 1.0,
    unit: "share",
    source: "an object that belongs to one call has a goroutine of the user's that makes the call",
};

const GAIN_MIN: Threshold = Threshold {
    name: "growth of objects without a record",
    value: 10.0,
    unit: "objects",
    source: "what the object is for is not known, so a few more need not be a leak",
};

const SERVING_SHARE: Threshold = Threshold {
    name: "incoming connections for each object without a record",
    value: 0.8,
    unit: "share",
    source: "what serves is one for each incoming connection; the lists are not taken at one moment",
};

const OLD_MINUTES: Threshold = Threshold {
    name: "median wait in a dump",
    value: 5.0,
    unit: "min",
    source: "workers that still have something to do wake more often",
};

pub(crate) static PATTERN: Pattern = Pattern {
    id: "unstopped-worker",
    title: "worker made for each call and never stopped",
    shows: "Goroutines of a library in a select, a sleep or a range over a channel, one or a few \
            for each object, growing with calls or with the clock; no sockets, no frame of your \
            own. Caches (ristretto processItems), log rotation (lumberjack millRun), schedulers, \
            tickers in a loop, watchers, telemetry processors, informers.",
    why: "The constructor starts a goroutine that serves the object until it is told to stop: \
          Close, Stop, Shutdown, or the end of a context. Dropping the object tells nobody. The \
          goroutine waits on, refers to the object and keeps it reachable, so neither is ever \
          collected. In the Go runtime's own leak profile it does not show, as a timer or another \
          live thing could still wake it.",
    fix: "Make the object once, where the process starts, and share it; or release it on every \
          path of the function that made it, deferred right after the check of err. For objects \
          driven by a context, cancel it. Some have no release at all: those must be made \
          once. Closing an object that others still use is not safe, so give it one owner.",
    example: Example {
        before: r#"func report(tenant string) error {
	cache, err := ristretto.NewCache(config)
	if err != nil {
		return err
	}
	return write(tenant, cache) // its two goroutines stay
}
"#,
        after: r#"func report(tenant string) error {
	cache, err := ristretto.NewCache(config)
	if err != nil {
		return err
	}
	defer cache.Close()
	return write(tenant, cache)
}
"#,
    },
    prevention: Prevention {
        test: "Let go.uber.org/goleak look at the end of the test (goleak.VerifyNone(t)): no \
               goroutine of the library may be left.",
        gate: "Run the service under its load test in CI, then `plumb diagnose URL` at rest: exit code 1 fails the build.",
        alert: "deriv(go_goroutines[1h]) > 0 and min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d)",
        doc_comment: "New starts a goroutine; it runs until Close is called.",
    },
    sources: &[
        "https://github.com/natefinch/lumberjack/issues/56",
        "https://github.com/natefinch/lumberjack/issues/205",
        "https://github.com/redis/go-redis/issues/2157",
        "https://github.com/afex/hystrix-go/issues/95",
        "https://github.com/linkerd/linkerd2/issues/10833",
        "https://github.com/projectcalico/calico/issues/13727",
        "https://github.com/etcd-io/etcd/issues/11487",
    ],
    thresholds: &[STANDING_MIN, LOOK_MIN, IN_USE_SHARE, GAIN_MIN, SERVING_SHARE, OLD_MINUTES],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let Subject::Object(object) = &suspect.subject else { return None };
    if object.goroutines.is_empty() {
        return None;
    }
    let confidence = match object.record {
        Some(record) if record.side == Side::Neither => recorded(suspect, record),
        Some(_) => None,
        None => unrecorded(suspect),
    };
    let count = number(suspect.measured.count);
    let made =
        object.constructor.as_ref().map_or_else(String::new, |name| format!(", made by {name}"));
    let until = match object.record.and_then(remedy::ending) {
        Some(Ending::Dropped(_)) => "each runs as long as anything refers to it",
        Some(Ending::Never(_)) => "nothing ends one",
        _ => "each runs until it is told to stop",
    };
    let mut evidence = vec![mechanism(format!("{count} of them run at once{made}, and {until}"))];
    if let Some(record) = object.record {
        evidence.push(mechanism(record.notes));
    }
    let remedy = object.record.map_or_else(Remedy::default, remedy::of_worker);
    matched(confidence, Resource::Goroutines, Role::Creates, evidence)
        .map(|found| Match { remedy, ..found })
}

fn recorded(suspect: &Suspect, record: &LibraryObject) -> Option<Confidence> {
    let measured = &suspect.measured;
    let in_use = may_be_in_use(suspect, IN_USE_SHARE.value) != Some(false);
    if measured.grows() {
        // What serves the whole process has no business to grow; what belongs to one call may be in use.
        let explained = in_use && !record.multiplexed && !survives(measured, LOOK_MIN.value);
        return Some(if explained { Possible } else { Likely });
    }
    let stands =
        measured.stands_still_for(LOOK_MIN.value) || has_waited(measured, OLD_MINUTES.value as u64);
    if !stands || (measured.count as f64) < STANDING_MIN.value {
        return None;
    }
    if record.multiplexed {
        return Some(Likely);
    }
    let idle =
        suspect.surroundings.quiet == Some(true) || has_waited(measured, OLD_MINUTES.value as u64);
    (idle && !in_use).then_some(Possible)
}

/// A library without a record: only growth speaks, and not if it may be serving connections.
fn unrecorded(suspect: &Suspect) -> Option<Confidence> {
    let measured = &suspect.measured;
    let incoming = suspect.surroundings.incoming_connections as f64;
    let serves = incoming >= SERVING_SHARE.value * measured.count as f64;
    if !measured.grows() || serves || own_sockets(suspect).is_some() {
        return None;
    }
    Some(if gained(measured) >= GAIN_MIN.value { Likely } else { Possible })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        churning, confidence, growing, idle_connections, object, standing, surviving,
        unrecorded_object, waiting, warming_up,
    };
    use plumb_evidence::measure::Measured;

    fn cache(measured: Measured) -> Suspect {
        object("github.com/dgraph-io/ristretto/v2", "ristretto.Cache", None, measured)
    }

    fn stream(measured: Measured) -> Suspect {
        object("google.golang.org/grpc", "grpc.ClientStream", None, measured)
    }

    #[test]
    fn workers_that_grow_are_likely() {
        assert_eq!(confidence(&PATTERN, &cache(growing(45))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &stream(growing(45))), Some(Likely));
        let logger =
            object("gopkg.in/natefinch/lumberjack.v2", "lumberjack.Logger", None, growing(30));
        assert_eq!(confidence(&PATTERN, &logger), Some(Likely));
    }

    #[test]
    fn many_of_what_serves_a_whole_process_are_likely_at_rest() {
        assert_eq!(confidence(&PATTERN, &cache(standing(500))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &cache(waiting(500, 60))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &cache(standing(12))), None);
    }

    #[test]
    fn what_belongs_to_a_call_may_be_in_use() {
        let mut streams = stream(growing(45));
        streams.surroundings.user_goroutines = 200;
        assert_eq!(confidence(&PATTERN, &streams), Some(Possible));
        streams.measured = surviving(growing(45));
        assert_eq!(confidence(&PATTERN, &streams), Some(Likely), "those seen first never ended");
        streams.measured = standing(100);
        assert_eq!(confidence(&PATTERN, &streams), None);
    }

    #[test]
    fn streams_that_stay_in_the_quiet_are_possible() {
        let mut streams = stream(standing(500));
        assert_eq!(confidence(&PATTERN, &streams), None);
        streams.surroundings.quiet = Some(true);
        assert_eq!(confidence(&PATTERN, &streams), Some(Possible));
    }

    #[test]
    fn an_unknown_library_is_accused_by_growth_only() {
        assert_eq!(confidence(&PATTERN, &unrecorded_object(growing(90))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &unrecorded_object(growing(12))), Some(Possible));
        assert_eq!(confidence(&PATTERN, &unrecorded_object(standing(500))), None, "a worker pool");
        assert_eq!(confidence(&PATTERN, &unrecorded_object(warming_up(90))), None);
    }

    #[test]
    fn libraries_that_serve_connections_are_not_accused() {
        let mut serving = unrecorded_object(growing(90));
        serving.surroundings.incoming_connections = 90;
        assert_eq!(confidence(&PATTERN, &serving), None);
        let mut client = unrecorded_object(growing(90));
        client.sockets = Some(idle_connections(90, 10.0));
        assert_eq!(confidence(&PATTERN, &client), None, "a client");
    }

    #[test]
    fn calls_in_progress_are_healthy() {
        assert_eq!(confidence(&PATTERN, &stream(churning(90))), None);
        let grpc = object("google.golang.org/grpc", "grpc.ClientConn", None, growing(90));
        assert_eq!(confidence(&PATTERN, &grpc), None, "a client");
    }
}
