//! An HTTP transport made for each call, so that no connection is ever used again.

use plumb_evidence::catalogue::{Example, Pattern, Prevention, Threshold};
use plumb_evidence::finding::Confidence::{self, Likely, Possible};
use plumb_evidence::finding::{Resource, Role};
use plumb_evidence::suspect::{Match, ObjectCrowd, SocketCrowd, Subject, Suspect};

use crate::judging::{
    has_one_peer, is_one_of, matched, may_be_in_use, mechanism, number, socket_evidence,
};
use crate::record::IDLE;

const USED_ONCE_MIN: Threshold = Threshold {
    name: "connections that carried one exchange",
    value: 0.9,
    unit: "share",
    source: "a pool in use sends many requests over each of its connections; the rest leaves room \
             for other pools",
};

const REUSED_MAX: Threshold = Threshold {
    name: "connections that carried one exchange, below which they are reused",
    value: 0.5,
    unit: "share",
    source: "if most carried several, the pool works",
};

const IDLE_MIN: Threshold = Threshold {
    name: "idle HTTP/1 connections",
    value: 30.0,
    unit: "connections",
    source: "a transport keeps 2 idle connections a host by default \
             (http.DefaultMaxIdleConnsPerHost), 100 in all in http.DefaultTransport",
};

const RESTING_SHARE_MIN: Threshold = Threshold {
    name: "connections at rest, of those whose goroutines look so",
    value: 0.5,
    unit: "share",
    source: "a connection that waits for the response looks the same; with a slow backend and steady \
             traffic 86 to 186 of as many were in use",
};

const SPREAD_MIN: Threshold = Threshold {
    name: "spread of the times since they sent, 10th to 90th percentile",
    value: 3.0,
    unit: "s",
    source: "a burst leaves connections that went idle together; a spread means that new ones \
             were dialled while idle ones lay there",
};

const MULTIPLEXED_MIN: Threshold = Threshold {
    name: "HTTP/2 connections to one peer",
    value: 20.0,
    unit: "connections",
    source: "one carries 100 calls at once or more (RFC 9113 advises against a lower limit), so \
             20 serve 2,000 in flight",
};

const MULTIPLEXED_CROWD_MIN: Threshold = Threshold {
    name: "HTTP/2 connections where the peers are not known",
    value: 100.0,
    unit: "connections",
    source: "a client of many hosts may well have some dozens",
};

/// Connections that a transport of HTTP pools.
const CONNECTIONS: [(&str, &str); 3] = [
    ("std", "http.persistConn"),
    ("std", "http2.ClientConn"),
    ("golang.org/x/net", "http2.ClientConn"),
];

pub(crate) static PATTERN: Pattern = Pattern {
    id: "transport-per-request",
    title: "HTTP transport made for each call",
    shows: "Pairs net/http.(*persistConn).readLoop [IO wait] and writeLoop [select], or \
            http2.(*ClientConn).readLoop [IO wait], one a call; many ESTABLISHED connections to \
            the same peer, each used once and idle since. The peer or the load balancer between \
            runs into its own limit and answers 5xx. A restart helps for minutes.",
    why: "A Transport is a connection pool. One made for each call starts with an empty pool, \
          dials, and leaves its connection there with nobody to use it again. The connection's \
          goroutines refer to the pool, so dropping the Transport frees nothing. IdleConnTimeout \
          would end it, but is 0 (never) in a Transport literal, and HTTP/2 has none unless it is \
          set.",
    fix: "Make the Transport once, in a package variable or a field of what lives as long as the \
          process, and share it: it is safe for concurrent use. Where it must differ per call \
          (certificates, proxies), keep one for each variant in a map, or call \
          CloseIdleConnections when done. Set IdleConnTimeout (for golang.org/x/net/http2 also \
          ReadIdleTimeout) in any case.",
    example: Example {
        before: r#"func fetch(url string) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{}}
	return client.Get(url)
}
"#,
        after: r#"var client = &http.Client{Transport: &http.Transport{IdleConnTimeout: 90 * time.Second}}

func fetch(url string) (*http.Response, error) {
	return client.Get(url)
}
"#,
    },
    prevention: Prevention {
        test: "Call it a hundred times one after the other against httptest.NewServer and count \
               new connections with its ConnState hook: there must be one.",
        gate: "Run the service under its load test in CI, then `plumb diagnose URL` at rest: exit code 1 fails the build.",
        alert: "min_over_time(process_open_fds[15m]) > 2 * min_over_time(process_open_fds[15m] \
                offset 1d)\n  # at the peer: new connections per request near 1",
        doc_comment: "Make one and share it: it keeps connections to reuse, which dropping it \
                      does not close.",
    },
    sources: &[
        "https://github.com/golang/go/issues/24719",
        "https://github.com/choria-io/go-choria/issues/198",
        "https://github.com/parnurzeal/gorequest/issues/75",
        "https://github.com/elazarl/goproxy/issues/273",
        "https://github.com/golang/go/issues/16808",
        "https://github.com/sideshow/apns2/issues/238",
    ],
    thresholds: &[
        USED_ONCE_MIN,
        REUSED_MAX,
        IDLE_MIN,
        RESTING_SHARE_MIN,
        SPREAD_MIN,
        MULTIPLEXED_MIN,
        MULTIPLEXED_CROWD_MIN,
    ],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let Subject::Object(object) = &suspect.subject else { return None };
    let record = object.record.filter(|record| is_one_of(record, &CONNECTIONS))?;
    let sockets = suspect.sockets.as_ref().filter(|sockets| sockets.count > 0);
    // Many peers explain many connections.
    if has_one_peer(sockets) == Some(false) {
        return None;
    }
    let confidence = if record.multiplexed {
        multiplexed(suspect, sockets)
    } else {
        one_at_a_time(suspect, object, sockets)
    };
    let text = if record.multiplexed {
        format!(
            "{} HTTP/2 connections, where one carries all calls to a peer: each has a transport \
             of its own",
            number(suspect.measured.count)
        )
    } else {
        format!("{} connections rest in pools that nobody asks", number(suspect.measured.count))
    };
    let mut evidence = vec![mechanism(text)];
    if let Some((sockets, once)) = sockets.and_then(|sockets| Some((sockets, sockets.used_once?))) {
        let all = number(sockets.count);
        evidence.push(mechanism(format!(
            "{} of {all} connections carried one exchange only",
            number(once)
        )));
    }
    evidence.extend(sockets.into_iter().flat_map(socket_evidence));
    matched(confidence, Resource::Goroutines, Role::Creates, evidence)
}

/// HTTP/2: a second connection to a peer is unusual by itself.
fn multiplexed(suspect: &Suspect, sockets: Option<&SocketCrowd>) -> Option<Confidence> {
    let measured = &suspect.measured;
    if measured.grows() {
        return Some(Likely);
    }
    let count = measured.count as f64;
    match has_one_peer(sockets) {
        Some(true) if count >= MULTIPLEXED_MIN.value => Some(Likely),
        None if count >= MULTIPLEXED_CROWD_MIN.value => Some(Possible),
        _ => None,
    }
}

/// HTTP/1: a pool at rest looks the same, but its connections were used often or went idle together.
fn one_at_a_time(
    suspect: &Suspect,
    object: &ObjectCrowd,
    sockets: Option<&SocketCrowd>,
) -> Option<Confidence> {
    let measured = &suspect.measured;
    object.phase.filter(|phase| phase.name == IDLE)?;
    let share = |sockets: &SocketCrowd| Some(sockets.used_once? as f64 / sockets.count as f64);
    let used_once = sockets.and_then(share);
    if used_once.is_some_and(|share| share < REUSED_MAX.value) {
        return None;
    }
    let singly = used_once.is_some_and(|share| share >= USED_ONCE_MIN.value);
    // The phase also holds calls that wait for the first byte of a slow answer.
    let resting = measured.count.saturating_sub(suspect.surroundings.round_trips) as f64;
    if resting < RESTING_SHARE_MIN.value * measured.count as f64 {
        return None;
    }
    let many = resting >= IDLE_MIN.value;
    if measured.grows() {
        let awaited = may_be_in_use(suspect, 1.0) != Some(false);
        return Some(if many && (singly || !awaited) { Likely } else { Possible });
    }
    let spread = sockets.and_then(|sockets| sockets.sent_seconds_spread).unwrap_or(0.0);
    (singly && many && spread >= SPREAD_MIN.value).then_some(Likely)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RESPONSE_HELD;
    use crate::testing::{confidence, growing, idle_connections, object, standing};
    use plumb_evidence::measure::Measured;

    fn http1(measured: Measured, used_once: u64) -> Suspect {
        let mut suspect = object("std", "http.persistConn", Some(IDLE), measured);
        let sockets = idle_connections(suspect.measured.count, 30.0);
        suspect.sockets = Some(SocketCrowd { used_once: Some(used_once), ..sockets });
        suspect
    }

    fn http2(measured: Measured) -> Suspect {
        let mut suspect = object("golang.org/x/net", "http2.ClientConn", Some(IDLE), measured);
        suspect.sockets = Some(idle_connections(suspect.measured.count, 30.0));
        suspect
    }

    #[test]
    fn growing_connections_are_likely() {
        assert_eq!(confidence(&PATTERN, &http2(growing(45))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &http1(growing(45), 45)), Some(Likely));
    }

    #[test]
    fn without_sockets_growth_beyond_what_is_in_use_is_likely() {
        let mut suspect = object("std", "http.persistConn", Some(IDLE), growing(200));
        assert_eq!(confidence(&PATTERN, &suspect), Some(Likely));
        suspect.surroundings.user_goroutines = 300;
        assert_eq!(confidence(&PATTERN, &suspect), Some(Possible));
    }

    #[test]
    fn many_multiplexed_connections_to_one_peer_are_likely_at_rest() {
        assert_eq!(confidence(&PATTERN, &http2(standing(500))), Some(Likely));
        let mut unseen = http2(standing(500));
        unseen.sockets = None;
        assert_eq!(confidence(&PATTERN, &unseen), Some(Possible));
    }

    #[test]
    fn connections_used_once_at_different_times_are_likely_at_rest() {
        assert_eq!(confidence(&PATTERN, &http1(standing(500), 495)), Some(Likely));
    }

    #[test]
    fn a_pool_at_rest_is_healthy() {
        assert_eq!(confidence(&PATTERN, &http1(standing(200), 0)), None);
        let mut burst = http1(standing(200), 200);
        burst.sockets.as_mut().expect("sockets").sent_seconds_spread = Some(0.4);
        assert_eq!(confidence(&PATTERN, &burst), None, "dialled in one burst");
        assert_eq!(
            confidence(&PATTERN, &http1(growing(60), 4)),
            None,
            "a pool that fills and is used"
        );
        assert_eq!(confidence(&PATTERN, &http2(standing(4))), None);
    }

    #[test]
    fn connections_that_wait_for_a_slow_answer_do_not_rest() {
        let mut slow = http1(growing(200), 200);
        slow.surroundings.round_trips = 186;
        assert_eq!(confidence(&PATTERN, &slow), None);
        slow.surroundings.round_trips = 20;
        assert_eq!(confidence(&PATTERN, &slow), Some(Likely));
    }

    #[test]
    fn many_peers_explain_many_connections() {
        let mut crawler = http1(growing(400), 400);
        crawler.sockets.as_mut().expect("sockets").peer = Some(("10.0.0.7:443".into(), 12));
        assert_eq!(confidence(&PATTERN, &crawler), None);
    }

    #[test]
    fn held_responses_and_other_clients_are_other_patterns() {
        let held = object("std", "http.persistConn", Some(RESPONSE_HELD), growing(100));
        assert_eq!(confidence(&PATTERN, &held), None);
        let grpc = object("google.golang.org/grpc", "grpc.ClientConn", None, growing(100));
        assert_eq!(confidence(&PATTERN, &grpc), None);
    }
}
