//! A connection whose peer is gone, kept for ever because nothing ever asks.

use plumb_evidence::catalogue::{Example, Pattern, Prevention, Side, Threshold};
use plumb_evidence::finding::Confidence::{self, Likely, Possible, Proven};
use plumb_evidence::finding::{Resource, Role};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::socket::Direction;
use plumb_evidence::suspect::{Match, ObjectCrowd, SocketCrowd, Subject, Suspect};

use crate::judging::{matched, may_be_in_use, mechanism, number, own_sockets, socket_evidence};

const BARE_SHARE_MIN: Threshold = Threshold {
    name: "connections on which no timer runs",
    value: 0.5,
    unit: "share",
    source: "a dialer sets keepalive on all or none of its connections; the other half may belong \
             to another dialer, or hide behind a pending retransmission",
};

const IDLE_SHARE_MIN: Threshold = Threshold {
    name: "connections that are idle for the whole look, of those there when it began",
    value: 0.5,
    unit: "share",
    source: "connections in use to the same peers share the list with the dead ones",
};

const IN_USE_SHARE_MIN: Threshold = Threshold {
    name: "user goroutines for each connection",
    value: 0.5,
    unit: "share",
    source: "somebody waits on a connection that is in use; clients that nobody uses are \
             client-not-closed",
};

const STANDING_MIN: Threshold = Threshold {
    name: "connections that stand still",
    value: 10.0,
    unit: "connections",
    source: "fewer may be the control connections of one library",
};

const IDLE_MIN: Threshold = Threshold {
    name: "median idle time",
    value: 60.0,
    unit: "s",
    source: "most protocols with heartbeats send one at least every 30 s",
};

const LONG_IDLE: Threshold = Threshold {
    name: "median idle time that few live connections reach",
    value: 600.0,
    unit: "s",
    source: "NAT gateways and load balancers drop a flow that is silent for 350 s to an hour",
};

const CROWD_MIN: Threshold = Threshold {
    name: "connections that are idle for the look, however short",
    value: 100.0,
    unit: "connections",
    source: "a hundred connections in use are not all silent at once; the incident had 2,110",
};

const UNKNOWN_SHARE_MIN: Threshold = Threshold {
    name: "connections that the peer does not know",
    value: 0.1,
    unit: "share",
    source: "the two lists are not taken at the same moment, so a few may have ended in between",
};

const UNKNOWN_MIN: Threshold = Threshold {
    name: "connections that the peer does not know, in number",
    value: 3.0,
    unit: "connections",
    source: "the two lists are not taken at the same moment; one or two may have ended in between",
};

/// Functions that open a connection. The caller chooses whether keepalive is on.
const DIALERS: [&str; 8] = [
    "net.Dial",
    "net.DialTimeout",
    "net.DialTCP",
    "net.(*Dialer).Dial",
    "net.(*Dialer).DialContext",
    "crypto/tls.Dial",
    "crypto/tls.DialWithDialer",
    "golang.org/x/crypto/ssh.Dial",
];

pub(crate) static PATTERN: Pattern = Pattern {
    id: "half-open-connection",
    title: "half-open connection",
    shows: "Goroutines in IO wait (or waiting for a library that is) for hours or days; sockets \
            ESTABLISHED with no timer in `ss -o`, nothing sent or received; the machine at the \
            other end does not list them. The number steps up when peers reboot, lose power or a \
            firewall forgets the flow, not with traffic.",
    why: "Without keepalive, a read waits for ever for a peer that vanished without closing \
          (power, cable, NAT or firewall timeout): the peer sends nothing, the reading side sends \
          nothing either, so TCP never learns of it and no timer runs. Go's Dialer turned \
          keepalive on by default in 1.13; before that, and with KeepAlive: -1, it is off.",
    fix: "Turn keepalive on where the connection is dialed: remove KeepAlive: -1, or set \
          net.Dialer.KeepAliveConfig (Idle + Interval × Count is the time until a dead peer \
          shows). Add what the protocol has, because a proxy may answer keepalives for a dead \
          peer: read deadlines renewed by each message, websocket ping and pong, SSH \
          keepalive@openssh.com requests. A read deadline is not safe where silence is normal and \
          there is no ping.",
    example: Example {
        before: r#"dialer := net.Dialer{Timeout: 5 * time.Second, KeepAlive: -1}
conn, err := dialer.Dial("tcp", addr)
"#,
        after: r#"dialer := net.Dialer{
	Timeout: 5 * time.Second,
	KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3},
}
conn, err := dialer.Dial("tcp", addr)
"#,
    },
    prevention: Prevention {
        test: "Connect to a peer in a network namespace, set its link down, and see that the \
               connection ends within the keepalive time. Stopping the peer's process does not \
               do: its kernel still answers.",
        gate: "Forbid `KeepAlive: -1` by a linter rule (forbidigo); run the service under its load test in CI, then `plumb diagnose URL` at rest: exit code 1 fails the build.",
        alert: "min_over_time(connections_open[1h]) > 1.5 * min_over_time(connections_open[1h] \
                offset 1d)\n  # for a gauge of your own; on the host: node_netstat_Tcp_CurrEstab \
                in its place",
        doc_comment: "The connection has no timeout: set a keepalive or a read deadline to notice \
                      a peer that vanished.",
    },
    sources: &[
        "https://github.com/gorilla/websocket/issues/462",
        "https://github.com/zishang520/socket.io/issues/156",
        "https://github.com/m-lab/ndt-server/issues/293",
        "https://go.dev/doc/go1.13#net",
    ],
    thresholds: &[
        BARE_SHARE_MIN,
        IDLE_SHARE_MIN,
        IN_USE_SHARE_MIN,
        STANDING_MIN,
        IDLE_MIN,
        LONG_IDLE,
        CROWD_MIN,
        UNKNOWN_SHARE_MIN,
        UNKNOWN_MIN,
    ],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let sockets = suspect.sockets.as_ref().filter(|sockets| sockets.count > 0)?;
    let bare = sockets.without_timer.map(|bare| bare as f64 / sockets.count as f64);
    // With keepalive the kernel ends them by itself.
    if bare.is_some_and(|bare| bare < BARE_SHARE_MIN.value) {
        return None;
    }
    // With the peer's word that it still has them, silence is rest.
    let known = sockets.known_to_peer.unwrap_or(0) as f64;
    if known >= (1.0 - UNKNOWN_SHARE_MIN.value) * sockets.count as f64 {
        return None;
    }
    let unknown = sockets.unknown_to_peer.unwrap_or(0) as f64;
    let is_gone =
        unknown >= UNKNOWN_MIN.value && unknown >= UNKNOWN_SHARE_MIN.value * sockets.count as f64;
    let role = role(suspect, is_gone)?;
    let confidence = if is_gone { Some(Proven) } else { silence(suspect, sockets, bare?) };
    let mut evidence = socket_evidence(sockets);
    let whose = if sockets.owner_unknown { "" } else { " that this process opened" };
    // The peer's word is on those alone that it does not have; they are among the established ones.
    let waiting =
        if is_gone { sockets.established.min(unknown as u64) } else { sockets.established };
    // A listing without timers (lsof, `ss` without -o) does not tell of keepalive.
    let then = match bare {
        Some(_) => "a peer, and nothing of theirs would ever tell that it is gone",
        None => {
            "a peer that no longer knows them; whether keepalive would end them, the listing does not tell"
        }
    };
    let text = format!("{} established connections{whose} wait for {then}", number(waiting));
    evidence.push(mechanism(text));
    let found = matched(confidence, Resource::Sockets, role, evidence)?;
    Some(Match { through: &DIALERS, ..found })
}

/// Whether the suspect is a connection that somebody waits on, and the part its site plays.
fn role(suspect: &Suspect, is_gone: bool) -> Option<Role> {
    match &suspect.subject {
        Subject::Goroutines(crowd) => {
            let reads = crowd.state == WaitState::IoWait && crowd.user_frame.is_some();
            (reads && !crowd.serves_connection).then_some(Role::Blocks)
        }
        Subject::Object(object) if is_gone => is_client(object).then_some(Role::Creates),
        Subject::Object(object) => {
            let in_use = may_be_in_use(suspect, IN_USE_SHARE_MIN.value) == Some(true);
            let own = object.record.is_some_and(|record| !record.pooled);
            // Fewer objects than connections to their peer: the others are not theirs, a handshake is under way on them.
            let holds_them = own_sockets(suspect).is_some();
            (own && in_use && holds_them && is_client(object)).then_some(Role::Creates)
        }
        Subject::Connections(crowd) => {
            let is_held = crowd.direction == Direction::Outgoing && !crowd.closed_by_peer;
            is_held.then_some(Role::Creates)
        }
        _ => None,
    }
}

fn is_client(object: &ObjectCrowd) -> bool {
    object.record.is_none_or(|record| record.side == Side::Client)
}

/// Without the peer's list: idle connections without any timer, too many or for too long to be at rest.
fn silence(suspect: &Suspect, sockets: &SocketCrowd, bare: f64) -> Option<Confidence> {
    let measured = &suspect.measured;
    if bare < BARE_SHARE_MIN.value {
        return None;
    }
    let Some(idle) = sockets.idle.map(|idle| idle as f64) else {
        // Timers without times, as /proc and netstat tell: a growing number is all that speaks.
        return measured.grows().then_some(Possible);
    };
    // Those made during the look cannot have been idle for all of it.
    let at_first = measured.series.first().map_or(f64::INFINITY, |&(_, count)| count);
    if idle < IDLE_SHARE_MIN.value * at_first.min(sockets.count as f64) || idle == 0.0 {
        return None;
    }
    // What only sockets show may be a pool at rest, however large: then time alone tells.
    if matches!(suspect.subject, Subject::Connections(_)) {
        let long = sockets.idle_seconds_median.is_some_and(|idle| idle >= LONG_IDLE.value);
        let many = idle >= STANDING_MIN.value;
        return (measured.grows() || long && many).then_some(Possible);
    }
    if measured.grows() || idle >= CROWD_MIN.value {
        return Some(Likely);
    }
    let rests = sockets.idle_seconds_median.filter(|_| idle >= STANDING_MIN.value)?;
    match rests {
        seconds if seconds >= LONG_IDLE.value => Some(Likely),
        seconds if seconds >= IDLE_MIN.value => Some(Possible),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        confidence, goroutines, growing, idle_connections, object, standing, suspect,
    };
    use plumb_evidence::measure::Measured;
    use plumb_evidence::suspect::ConnectionCrowd;

    fn bare(count: u64, seconds: f64) -> Option<SocketCrowd> {
        Some(SocketCrowd { without_timer: Some(count), ..idle_connections(count, seconds) })
    }

    fn watched(measured: Measured, sockets: Option<SocketCrowd>) -> Suspect {
        let mut suspect = object("golang.org/x/crypto", "ssh.Client", None, measured);
        suspect.surroundings.user_goroutines = suspect.measured.count + 10;
        suspect.sockets = sockets;
        suspect
    }

    fn reading(measured: Measured, sockets: Option<SocketCrowd>) -> Suspect {
        let stack = ["internal/poll.(*FD).Read", "net.(*conn).Read", "main.follow"];
        let mut suspect = goroutines(WaitState::IoWait, &stack, measured);
        suspect.sockets = sockets;
        suspect
    }

    #[test]
    fn silent_connections_without_a_timer_that_grow_are_likely() {
        assert_eq!(confidence(&PATTERN, &watched(growing(60), bare(60, 40.0))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &reading(growing(60), bare(60, 40.0))), Some(Likely));
    }

    #[test]
    fn one_client_does_not_hold_the_connections_of_all_who_shake_hands() {
        assert_eq!(confidence(&PATTERN, &watched(standing(1), bare(364, 20.0))), None);
        assert_eq!(confidence(&PATTERN, &watched(standing(300), bare(364, 20.0))), Some(Likely));
    }

    #[test]
    fn connections_made_during_the_look_need_not_be_idle() {
        let mut sockets = bare(400, 8.0).expect("sockets");
        sockets.idle = Some(250);
        assert_eq!(confidence(&PATTERN, &watched(growing(400), Some(sockets))), Some(Likely));
    }

    #[test]
    fn what_stands_still_is_judged_by_number_and_idle_time() {
        let of =
            |count, seconds| confidence(&PATTERN, &watched(standing(count), bare(count, seconds)));
        assert_eq!(of(500, 20.0), Some(Likely));
        assert_eq!(of(20, 3600.0), Some(Likely));
        assert_eq!(of(20, 90.0), Some(Possible));
        assert_eq!(of(20, 20.0), None);
        assert_eq!(of(4, 3600.0), None);
    }

    fn outgoing(sockets: SocketCrowd) -> Suspect {
        let crowd = Subject::Connections(ConnectionCrowd {
            direction: Direction::Outgoing,
            is_explained: false,
            closed_by_peer: false,
        });
        let mut suspect = suspect(crowd, standing(sockets.count));
        suspect.sockets = Some(sockets);
        suspect
    }

    #[test]
    fn what_only_sockets_show_is_a_pool_unless_it_is_idle_for_long() {
        let of = |count, seconds| {
            confidence(&PATTERN, &outgoing(bare(count, seconds).expect("sockets")))
        };
        assert_eq!(of(500, 17.0), None);
        assert_eq!(of(500, 120.0), None);
        assert_eq!(of(500, 3600.0), Some(Possible));
        assert_eq!(of(4, 3600.0), None);
    }

    #[test]
    fn keepalive_is_off_only_where_the_listing_tells() {
        let told = |without_timer| {
            let mut sockets = bare(40, 20.0).expect("sockets");
            (sockets.unknown_to_peer, sockets.without_timer) = (Some(38), without_timer);
            let found = (PATTERN.check)(&outgoing(sockets)).expect("a match");
            found.evidence.last().expect("evidence").text.clone()
        };
        assert!(told(Some(40)).contains("nothing of theirs would ever tell"));
        let lsof = told(None);
        assert!(lsof.contains("the listing does not tell") && !lsof.contains("nothing"), "{lsof}");
    }

    #[test]
    fn the_peers_list_proves_it() {
        let mut sockets = bare(40, 20.0).expect("sockets");
        sockets.unknown_to_peer = Some(38);
        let mut suspect = outgoing(sockets.clone());
        assert_eq!(confidence(&PATTERN, &suspect), Some(Proven));
        sockets.unknown_to_peer = Some(1);
        suspect.sockets = Some(sockets);
        assert_eq!(confidence(&PATTERN, &suspect), None, "one that ended between the two lists");
    }

    #[test]
    fn what_the_peer_has_open_is_at_rest() {
        let mut sockets = bare(500, 3600.0).expect("sockets");
        (sockets.known_to_peer, sockets.unknown_to_peer) = (Some(500), Some(0));
        assert_eq!(confidence(&PATTERN, &watched(standing(500), Some(sockets))), None);
    }

    #[test]
    fn with_keepalive_it_is_never_this() {
        let keepalive = Some(idle_connections(500, 3600.0));
        assert_eq!(confidence(&PATTERN, &watched(growing(500), keepalive.clone())), None);
        assert_eq!(confidence(&PATTERN, &reading(growing(500), keepalive)), None);
    }

    #[test]
    fn busy_connections_are_healthy() {
        let mut sockets = bare(300, 0.1).expect("sockets");
        sockets.idle = Some(3);
        assert_eq!(confidence(&PATTERN, &watched(growing(300), Some(sockets))), None);
    }

    #[test]
    fn clients_that_nobody_waits_on_are_not_closed_rather_than_half_open() {
        let mut suspect = watched(growing(500), bare(500, 60.0));
        suspect.surroundings.user_goroutines = 20;
        assert_eq!(confidence(&PATTERN, &suspect), None);
    }

    #[test]
    fn pools_and_incoming_connections_are_not_accused() {
        let mut pool = object("std", "http.persistConn", Some(crate::record::IDLE), growing(200));
        pool.surroundings.user_goroutines = 300;
        pool.sockets = bare(200, 60.0);
        assert_eq!(confidence(&PATTERN, &pool), None);
        let mut serving = reading(growing(200), bare(200, 60.0));
        if let Subject::Goroutines(crowd) = &mut serving.subject {
            crowd.serves_connection = true;
        }
        assert_eq!(confidence(&PATTERN, &serving), None);
    }

    #[test]
    fn without_sockets_nothing_can_be_said() {
        assert_eq!(confidence(&PATTERN, &reading(growing(200), None)), None);
    }
}
