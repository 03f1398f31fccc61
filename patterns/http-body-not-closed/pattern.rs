//! An HTTP response whose body is neither closed nor read to its end.

use plumb_evidence::catalogue::{Example, Pattern, Prevention, Threshold};
use plumb_evidence::finding::Confidence::{self, Likely, Possible};
use plumb_evidence::finding::{Resource, Role};
use plumb_evidence::suspect::{Match, ObjectCrowd, Subject, Suspect};

use crate::judging::{
    has_waited, matched, may_be_in_use, mechanism, number, own_sockets, socket_evidence,
};
use crate::record::RESPONSE_HELD;

const LOOK_MIN: Threshold = Threshold {
    name: "shortest look that may say nothing moves",
    value: 8.0,
    unit: "s",
    source: "a body that is being read moves within a second or two; 8 s leaves room for a slow \
             peer",
};

const STANDING_MIN: Threshold = Threshold {
    name: "held responses that stand still",
    value: 50.0,
    unit: "responses",
    source: "long polls and event streams of one client are rarely more; incident \
             vmware/go-vcloud-director#803 had 12,651",
};

const ONE_LOOK_MIN: Threshold = Threshold {
    name: "held responses in a single look",
    value: 1000.0,
    unit: "responses",
    source: "a batch that collects responses before it reads them has tens to hundreds: each holds \
             a descriptor, of which a process has 1,024 by the usual soft limit",
};

const USERS_SHARE_MAX: Threshold = Threshold {
    name: "goroutines that could be reading, for each held response",
    value: 0.5,
    unit: "share",
    source: "one goroutine reads one body at a time, so more than twice as many responses as \
             goroutines have no reader",
};

const OLD_MINUTES: Threshold = Threshold {
    name: "median wait of the connections in a dump",
    value: 5.0,
    unit: "min",
    source: "http.Client timeouts are seconds to a minute; a stream is read and so wakes its \
             readLoop",
};

const OLD_MIN: Threshold = Threshold {
    name: "held responses that are old",
    value: 20.0,
    unit: "responses",
    source: "half of them in hands that also show on the list is still ten without",
};

const LONG_IDLE: Threshold = Threshold {
    name: "median idle time of connections with a held response",
    value: 60.0,
    unit: "s",
    source: "longer than the usual 30 s timeout of a client; event streams send a heartbeat every \
             15 to 30 s",
};

pub(crate) static PATTERN: Pattern = Pattern {
    id: "http-body-not-closed",
    title: "HTTP response body not closed",
    shows: "Pairs of goroutines net/http.(*persistConn).readLoop [select] and writeLoop [select] \
            in equal, growing numbers, with no frame of your own on them; with HTTP/2 one \
            clientStream.doRequest [select] a response on few connections. The client's sockets \
            stay ESTABLISHED, then go to CLOSE_WAIT with unread bytes once the peer gives up. It \
            may grow slowly for days without any traffic, if a background job makes the calls.",
    why: "A response owns its connection until its body is read to the end or closed. Until then \
          readLoop waits for one of the two, so both goroutines, the socket and its buffers stay, \
          and the next request dials anew. Dropping the response frees nothing: the goroutines \
          refer to all of it, so the garbage collector sees it in use.",
    fix: "Close the body on every path once err is nil: `defer resp.Body.Close()` right after the \
          check of err, also when the status is an error, when only the header matters and when \
          the result is thrown away. Reading the rest first (io.Copy(io.Discard, resp.Body), \
          bounded by io.LimitReader if the peer is not yours) lets the connection be reused. Do \
          not close a body that you hand on to a caller: then the caller must.",
    example: Example {
        before: r#"http.Post(url, "application/json", event) // the response is dropped
"#,
        after: r#"resp, err := http.Post(url, "application/json", event)
if err != nil {
	return err
}
defer resp.Body.Close()
"#,
    },
    prevention: Prevention {
        test: "Give the code a client whose transport wraps every body and counts Close; the \
               count must equal the number of responses. Or run it against httptest.NewServer, \
               call CloseIdleConnections and let go.uber.org/goleak see that no persistConn \
               goroutine is left.",
        gate: "The linter bodyclose; and run the service under its load test in CI, then `plumb diagnose URL` at rest: exit code 1 fails the build.",
        alert: "min_over_time(go_goroutines[30m]) > 1.5 * min_over_time(go_goroutines[30m] offset \
                1d)\n  and min_over_time(process_open_fds[30m]) > 1.5 * \
                min_over_time(process_open_fds[30m] offset 1d)",
        doc_comment: "The caller must close the returned response's body, also when the status is \
                      an error.",
    },
    sources: &[
        "https://github.com/vmware/govmomi/issues/1335",
        "https://github.com/vmware/go-vcloud-director/issues/803",
        "https://github.com/golang/go/issues/16953",
        "https://pkg.go.dev/net/http#Response",
    ],
    thresholds: &[
        LOOK_MIN,
        STANDING_MIN,
        ONE_LOOK_MIN,
        USERS_SHARE_MAX,
        OLD_MINUTES,
        OLD_MIN,
        LONG_IDLE,
    ],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let Subject::Object(object) = &suspect.subject else { return None };
    let phase = object.phase.filter(|phase| phase.name == RESPONSE_HELD)?;
    let here = &suspect.surroundings;
    let mut evidence =
        vec![mechanism(format!("{} times {}", number(suspect.measured.count), phase.meaning))];
    if here.goroutines > 0 {
        evidence.push(mechanism(format!(
            "goroutines that read a response body now: {}; that run any code of yours: {}; no more \
             could have a response in hand",
            number(here.body_readers),
            number(here.user_goroutines)
        )));
    }
    evidence.extend(suspect.sockets.iter().flat_map(socket_evidence));
    matched(confidence(suspect, object), Resource::Goroutines, Role::Uses, evidence)
}

fn confidence(suspect: &Suspect, object: &ObjectCrowd) -> Option<Confidence> {
    let measured = &suspect.measured;
    let (count, here) = (measured.count as f64, &suspect.surroundings);
    // Streams that somebody follows: as many readers as responses, however many there are.
    if here.body_readers as f64 >= USERS_SHARE_MAX.value * count {
        return None;
    }
    if measured.grows() {
        // A stream is also open while its answer is awaited, and then a goroutine of the user's waits for it.
        let awaited = is_stream(object) && may_be_in_use(suspect, 1.0) == Some(true);
        return Some(if awaited { Possible } else { Likely });
    }
    let old = has_waited(measured, OLD_MINUTES.value as u64) && count >= OLD_MIN.value;
    let stands = measured.stands_still_for(LOOK_MIN.value) && count >= STANDING_MIN.value;
    if old {
        return Some(Likely);
    }
    let sockets = own_sockets(suspect);
    let given_up = sockets.is_some_and(|sockets| 2.0 * sockets.close_wait as f64 >= count);
    let long_idle =
        sockets.is_some_and(|s| s.idle_seconds_median.is_some_and(|idle| idle >= LONG_IDLE.value));
    // Sockets tell how long, so that one look is enough.
    if count >= STANDING_MIN.value && (given_up || long_idle) {
        return Some(Likely);
    }
    if measured.series.len() < 2 {
        let many = count >= ONE_LOOK_MIN.value;
        return (many && nobody_holds(suspect, object)).then_some(Possible);
    }
    if !stands {
        return None;
    }
    match may_be_in_use(suspect, USERS_SHARE_MAX.value) {
        Some(false) => Some(Likely),
        Some(true) => None,
        None => Some(Possible),
    }
}

/// Whether there are too few goroutines of any kind to have the responses in hand, whosever code they run. The object's
/// own are not counted, nor those that serve a connection on which no request has come.
fn nobody_holds(suspect: &Suspect, object: &ObjectCrowd) -> bool {
    let here = &suspect.surroundings;
    let own: u64 = object.goroutines.iter().map(|(_, _, count)| count).sum();
    let others = here.goroutines.saturating_sub(own + here.between_requests);
    here.goroutines > 0 && (others as f64) < USERS_SHARE_MAX.value * suspect.measured.count as f64
}

fn is_stream(object: &ObjectCrowd) -> bool {
    object.record.is_some_and(|record| record.name == "http2.clientStream")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        churning, confidence, growing, idle_connections, object, standing, waiting,
    };
    use plumb_evidence::measure::Measured;

    fn held(measured: Measured) -> Suspect {
        object("std", "http.persistConn", Some(RESPONSE_HELD), measured)
    }

    fn held_stream(measured: Measured) -> Suspect {
        object("golang.org/x/net", "http2.clientStream", Some(RESPONSE_HELD), measured)
    }

    #[test]
    fn held_responses_that_grow_are_likely() {
        assert_eq!(confidence(&PATTERN, &held(growing(30))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &held_stream(growing(300))), Some(Likely));
    }

    #[test]
    fn held_responses_that_stand_still_with_nobody_to_read_them_are_likely() {
        assert_eq!(confidence(&PATTERN, &held(standing(500))), Some(Likely));
    }

    #[test]
    fn many_user_goroutines_are_no_excuse_once_the_peer_has_closed() {
        let mut suspect = held(standing(500));
        suspect.surroundings.user_goroutines = 600;
        assert_eq!(confidence(&PATTERN, &suspect), None);
        let mut sockets = idle_connections(500, 20.0);
        sockets.close_wait = 400;
        suspect.sockets = Some(sockets);
        assert_eq!(confidence(&PATTERN, &suspect), Some(Likely));
        suspect.sockets = Some(idle_connections(500, 3600.0));
        assert_eq!(confidence(&PATTERN, &suspect), Some(Likely));
    }

    #[test]
    fn an_old_dump_is_enough() {
        assert_eq!(confidence(&PATTERN, &held(waiting(1300, 2880))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &held(waiting(3, 2880))), None);
    }

    #[test]
    fn thousands_in_one_look_are_possible_if_nobody_is_there_to_hold_them() {
        let one_look =
            |count| Measured { count, series: vec![(0.0, count as f64)], ..Measured::default() };
        let mut suspect = held(one_look(4_000));
        suspect.surroundings.goroutines = 12_060;
        suspect.surroundings.user_goroutines = 5;
        let own = |suspect: &Suspect| match &suspect.subject {
            Subject::Object(object) => object.goroutines.iter().map(|(_, _, n)| n).sum(),
            _ => 0u64,
        };
        assert_eq!(own(&suspect), 8_000);
        assert_eq!(confidence(&PATTERN, &suspect), None, "4,060 goroutines may hold them");
        suspect.surroundings.between_requests = 4_000;
        assert_eq!(confidence(&PATTERN, &suspect), Some(Possible));
        suspect.measured = one_look(400);
        assert_eq!(confidence(&PATTERN, &suspect), None, "a batch");
    }

    #[test]
    fn without_a_word_on_who_runs_it_is_possible() {
        let mut suspect = held(standing(500));
        suspect.surroundings.goroutines = 0;
        suspect.surroundings.user_goroutines = 0;
        assert_eq!(confidence(&PATTERN, &suspect), Some(Possible));
    }

    #[test]
    fn streams_with_a_reader_each_are_healthy() {
        let mut suspect = held(growing(200));
        suspect.surroundings.body_readers = 190;
        suspect.surroundings.user_goroutines = 230;
        assert_eq!(confidence(&PATTERN, &suspect), None);
        suspect.measured = standing(200);
        assert_eq!(confidence(&PATTERN, &suspect), None);
    }

    #[test]
    fn answers_that_are_awaited_are_no_more_than_possible() {
        let mut suspect = held_stream(growing(200));
        suspect.surroundings.user_goroutines = 400;
        assert_eq!(confidence(&PATTERN, &suspect), Some(Possible));
    }

    #[test]
    fn calls_in_progress_and_idle_connections_are_healthy() {
        assert_eq!(confidence(&PATTERN, &held(churning(80))), None);
        assert_eq!(confidence(&PATTERN, &held(standing(12))), None);
        let idle = object("std", "http.persistConn", Some(crate::record::IDLE), growing(300));
        assert_eq!(confidence(&PATTERN, &idle), None);
    }
}
