//! A handshake that no timeout covers.

use plumb_evidence::catalogue::{Example, Pattern, Prevention, Threshold};
use plumb_evidence::finding::Confidence::{self, Likely, Possible};
use plumb_evidence::finding::{Resource, Role};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::suspect::{GoroutineCrowd, Match, Remedy, Subject, Suspect};

use crate::judging::{
    has_waited, matched, mechanism, number, own_sockets, socket_evidence, survives,
};

const STUCK: Threshold = Threshold {
    name: "time after which a handshake in progress is stuck",
    value: 10.0,
    unit: "s",
    source: "net/http's own TLSHandshakeTimeout; a handshake takes a few round trips",
};

const OLD_MINUTES: Threshold = Threshold {
    name: "median wait in a dump",
    value: 1.0,
    unit: "min",
    source: "the smallest figure a dump can show, and six times the time above",
};

const STANDING_MIN: Threshold = Threshold {
    name: "handshakes that stand still without anybody being followed",
    value: 20.0,
    unit: "goroutines",
    source: "calls at a fixed rate that all run into a timeout keep their number exactly, so it takes \
             silent sockets or a quiet service beside it; fewer are one slow host",
};

const FEW: Threshold = Threshold {
    name: "stuck handshakes that may be one peer's bad day",
    value: 3.0,
    unit: "goroutines",
    source: "fewer than three are mended by the next deploy; kubernetes/kubernetes#23835 hung \
             with one, for 178 minutes",
};

/// Functions that wait for the peer's part of a handshake, by protocol. Their connect timeout ends before them.
const HANDSHAKES: [(&str, &[&str]); 12] = [
    ("SSH", &["golang.org/x/crypto/ssh.NewClientConn", "golang.org/x/crypto/ssh.NewServerConn"]),
    (
        "TLS",
        &[
            "crypto/tls.(*Conn).handshakeContext",
            "crypto/tls.(*Conn).HandshakeContext",
            "crypto/tls.(*Conn).Handshake",
            "crypto/tls.(*Conn).clientHandshake",
            "crypto/tls.(*Conn).serverHandshake",
        ],
    ),
    ("SMTP", &["net/smtp.NewClient", "net/smtp.(*Client).StartTLS", "net/smtp.(*Client).hello"]),
    ("RPC", &["net/rpc.DialHTTPPath"]),
    ("SOCKS", &["golang.org/x/net/internal/socks.(*Dialer).connect"]),
    (
        "websocket",
        &[
            "github.com/gorilla/websocket.(*Dialer).DialContext",
            "golang.org/x/net/websocket.NewClient",
        ],
    ),
    ("AMQP", &["github.com/rabbitmq/amqp091-go.Open", "github.com/streadway/amqp.Open"]),
    ("LDAP", &["github.com/go-ldap/ldap/v3.(*Conn).StartTLS"]),
    ("FTP", &["github.com/jlaffaye/ftp.Dial"]),
    ("IMAP", &["github.com/emersion/go-imap/client.New"]),
    ("MySQL", &["github.com/go-sql-driver/mysql.(*connector).Connect"]),
    (
        "PostgreSQL",
        &["github.com/lib/pq.(*conn).startup", "github.com/jackc/pgx/v5/pgconn.connectOne"],
    ),
];

/// What follows the connect.
const SILENT: &str = "What follows reads from the connection without a deadline, so a peer that accepts and says nothing \
    (overloaded, hung, behind a load balancer with no backend) holds the goroutine and the socket as long as it likes. \
    The goroutine's stack keeps everything alive.";

pub(crate) static PATTERN: Pattern = Pattern {
    id: "handshake-without-deadline",
    title: "handshake without a deadline",
    shows: "Goroutines in IO wait below ssh.NewClientConn, crypto/tls.(*Conn).HandshakeContext, \
            smtp.NewClient or the like, with your dialling function above, for hours. A gauge of \
            calls in flight that only rises. The sockets are ESTABLISHED and silent. TCP \
            keepalive does not help: the peer's kernel answers it although its program does not.",
    why: "The dial timeout (ssh.ClientConfig.Timeout, net.Dialer.Timeout) ends with the TCP \
          connect. What follows reads from the connection without a deadline, so a peer that \
          accepts and says nothing (overloaded, hung, behind a load balancer with no backend) \
          holds the goroutine and the socket as long as it likes. The goroutine's stack keeps \
          everything alive.",
    fix: "Set a deadline on the connection before the handshake and clear it after: dial with \
          net.DialTimeout, conn.SetDeadline(time.Now().Add(timeout)), ssh.NewClientConn, \
          conn.SetDeadline(time.Time{}), and close the connection on error. Where a context is \
          taken (tls.Conn.HandshakeContext, tls.Dialer.DialContext) pass one with a timeout. \
          Clearing it matters: else the deadline cuts sessions in use.",
    example: Example {
        before: r#"client, err := ssh.Dial("tcp", host, &ssh.ClientConfig{Timeout: 5 * time.Second}) // covers connect only
"#,
        after: r#"conn, err := net.DialTimeout("tcp", host, 5*time.Second)
if err != nil {
	return err
}
conn.SetDeadline(time.Now().Add(5 * time.Second))
c, chans, reqs, err := ssh.NewClientConn(conn, host, config)
if err != nil {
	conn.Close()
	return err
}
conn.SetDeadline(time.Time{})
client := ssh.NewClient(c, chans, reqs)
"#,
    },
    prevention: Prevention {
        test: "Dial a listener that accepts and stays silent; the call must return an error \
               within its timeout, and its goroutine and descriptor must be gone.",
        gate: "Forbid ssh.Dial by a linter rule (forbidigo) in favour of a helper that sets a deadline; run the service under its load test in CI, then `plumb diagnose URL` at rest: exit code 1 fails the build.",
        alert: "min_over_time(dials_in_flight[15m]) > 0 and deriv(dials_in_flight[1h]) > 0\n  # \
                for a gauge of your own; without one: min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d)",
        doc_comment: "The timeout covers connecting only; set a deadline on the connection to \
                      bound the handshake.",
    },
    sources: &[
        "https://github.com/golang/go/issues/15113",
        "https://github.com/golang/go/issues/51926",
        "https://github.com/golang/go/issues/21941",
        "https://github.com/kubernetes/kubernetes/issues/23835",
    ],
    thresholds: &[STUCK, OLD_MINUTES, STANDING_MIN, FEW],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let Subject::Goroutines(crowd) = &suspect.subject else { return None };
    let (protocol, function) = handshake(crowd)?;
    let text = format!(
        "{} goroutines wait for the peer's part of the {protocol} handshake in {function}, which \
         has no deadline of its own",
        number(suspect.measured.count)
    );
    let mut evidence = vec![mechanism(text)];
    evidence.extend(suspect.sockets.iter().flat_map(socket_evidence));
    matched(confidence(suspect), Resource::Goroutines, Role::Blocks, evidence)
        .map(|found| Match { remedy: remedy(protocol, crowd), ..found })
}

/// What to do about a handshake of a protocol, where it can be said better than for all of them.
fn remedy(protocol: &str, crowd: &GoroutineCrowd) -> Remedy {
    const CLEARED: &str = "Clearing it matters: else the deadline cuts sessions in use.";
    let serves = ["crypto/tls.(*Conn).serverHandshake", "golang.org/x/crypto/ssh.NewServerConn"];
    let is_server = serves.iter().any(|function| crowd.stack.passes(function));
    let before = "conn.SetDeadline(time.Now().Add(timeout))";
    match protocol {
        "TLS" | "SSH" if is_server => Remedy::fix(format!(
            "Set a deadline on each connection right after Accept, before the {protocol} handshake, and clear it \
             after: {before}, the handshake, conn.SetDeadline(time.Time{{}}), and close the connection on error. \
             Shake hands in a goroutine of the connection, not in the loop that accepts. {CLEARED}"
        )),
        "TLS" => Remedy {
            why: Some(format!(
                "A timeout that covers only the connect ends before the handshake, and tls.Dial has none at all. {SILENT}"
            )),
            fix: Some(format!(
                "Give the handshake a time limit: tls.DialWithDialer with a net.Dialer that has a Timeout (it covers \
                 both), tls.Dialer.DialContext or tls.Conn.HandshakeContext with a context that has one. Around \
                 tls.Conn.Handshake set a deadline and clear it after: {before}, the handshake, \
                 conn.SetDeadline(time.Time{{}}). Close the connection on error. {CLEARED}"
            )),
        },
        "SSH" => Remedy::default(),
        _ => Remedy {
            why: Some(format!(
                "A timeout that covers only the connect (net.Dialer.Timeout) ends before the handshake. {SILENT}"
            )),
            fix: Some(format!(
                "Where the library takes a context or a timeout for the whole of connecting, pass one. Else dial with \
                 net.DialTimeout, set a deadline before the {protocol} handshake and clear it after: {before}, the \
                 handshake, conn.SetDeadline(time.Time{{}}), and close the connection on error. {CLEARED}"
            )),
        },
    }
}

/// The handshake that a crowd of the user's goroutines waits in.
fn handshake(crowd: &GoroutineCrowd) -> Option<(&'static str, &'static str)> {
    // Above the transport, the key exchange is waited for on a channel or a condition.
    let waits = matches!(
        crowd.state,
        WaitState::IoWait | WaitState::ChanReceive | WaitState::Select | WaitState::CondWait
    );
    let user = crowd.user_frame.filter(|_| waits)?;
    let frames = crowd.stack.frames();
    let below = &frames[..user.min(frames.len())];
    let calls = HANDSHAKES.iter().flat_map(|(protocol, functions)| {
        functions.iter().map(move |function| (*protocol, *function))
    });
    let mut found = calls.filter(|(_, function)| below.iter().any(|frame| frame.is_in(function)));
    found.next()
}

fn confidence(suspect: &Suspect) -> Option<Confidence> {
    let measured = &suspect.measured;
    let few = (measured.count as f64) < FEW.value;
    if measured.grows() {
        return Some(Likely);
    }
    if survives(measured, STUCK.value) || has_waited(measured, OLD_MINUTES.value as u64) {
        return Some(if few { Possible } else { Likely });
    }
    let many = measured.count as f64 >= STANDING_MIN.value;
    if !many || !measured.stands_still_for(STUCK.value) {
        return None;
    }
    // Standing alone may be turnover: calls at a fixed rate with the same timeout keep their number.
    match own_sockets(suspect).and_then(|sockets| sockets.idle_seconds_median) {
        Some(idle) => (idle >= STUCK.value).then_some(Likely),
        None => (suspect.surroundings.quiet == Some(true)).then_some(Possible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        churning, confidence, goroutines, growing, idle_connections, standing, surviving, waiting,
    };
    use plumb_evidence::measure::Measured;

    const SSH: [&str; 5] = [
        "internal/poll.(*FD).Read",
        "golang.org/x/crypto/ssh.readVersion",
        "golang.org/x/crypto/ssh.NewClientConn",
        "golang.org/x/crypto/ssh.Dial",
        "main.(*checker).uptime",
    ];

    fn dialling(measured: Measured) -> Suspect {
        goroutines(WaitState::IoWait, &SSH, measured)
    }

    #[test]
    fn handshakes_that_pile_up_are_likely() {
        assert_eq!(confidence(&PATTERN, &dialling(growing(90))), Some(Likely));
    }

    #[test]
    fn survivors_and_old_ones_are_likely_without_growth() {
        assert_eq!(confidence(&PATTERN, &dialling(surviving(standing(500)))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &dialling(waiting(40, 200_000))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &dialling(waiting(1, 178))), Some(Possible));
    }

    #[test]
    fn standing_still_takes_silent_sockets_or_a_quiet_service() {
        let mut stuck = dialling(standing(500));
        assert_eq!(confidence(&PATTERN, &stuck), None, "calls at a fixed rate that time out");
        stuck.surroundings.quiet = Some(true);
        assert_eq!(confidence(&PATTERN, &stuck), Some(Possible));
        stuck.sockets = Some(idle_connections(500, 1.0));
        assert_eq!(confidence(&PATTERN, &stuck), None, "each lasts a second or two");
        stuck.sockets = Some(idle_connections(500, 20.0));
        assert_eq!(confidence(&PATTERN, &stuck), Some(Likely));
    }

    #[test]
    fn the_key_exchange_is_part_of_the_handshake() {
        let stack = [
            "golang.org/x/crypto/ssh.(*handshakeTransport).waitSession",
            "golang.org/x/crypto/ssh.(*connection).clientHandshake",
            "golang.org/x/crypto/ssh.NewClientConn",
            "main.dial",
        ];
        let suspect = goroutines(WaitState::CondWait, &stack, surviving(standing(20)));
        assert_eq!(confidence(&PATTERN, &suspect), Some(Likely));
    }

    #[test]
    fn tls_of_the_program_itself_counts() {
        let stack = [
            "internal/poll.(*FD).Read",
            "crypto/tls.(*Conn).clientHandshake",
            "crypto/tls.(*Conn).handshakeContext",
            "crypto/tls.(*Conn).HandshakeContext",
            "main.secure",
        ];
        let suspect = goroutines(WaitState::IoWait, &stack, waiting(12, 5));
        assert_eq!(confidence(&PATTERN, &suspect), Some(Likely));
    }

    #[test]
    fn the_protocol_at_hand_comes_first() {
        let fix = |function: &str| {
            let stack = ["internal/poll.(*FD).Read", function, "main.secure"];
            let found = (PATTERN.check)(&goroutines(WaitState::IoWait, &stack, growing(90)));
            found.unwrap().remedy.fix
        };
        let tls = fix("crypto/tls.(*Conn).HandshakeContext").unwrap();
        assert!(tls.contains("tls.Dialer") && !tls.contains("ssh"), "{tls}");
        let accepted = fix("crypto/tls.(*Conn).serverHandshake").unwrap();
        assert!(accepted.contains("Accept"), "{accepted}");
        assert_eq!(
            fix("golang.org/x/crypto/ssh.NewClientConn"),
            None,
            "the pattern's own is of SSH"
        );
        let smtp = fix("net/smtp.NewClient").unwrap();
        assert!(smtp.contains("SMTP") && !smtp.contains("ssh"), "{smtp}");
    }

    #[test]
    fn handshakes_in_progress_are_healthy() {
        assert_eq!(confidence(&PATTERN, &dialling(churning(30))), None);
        assert_eq!(confidence(&PATTERN, &dialling(standing(4))), None);
    }

    #[test]
    fn reads_after_the_handshake_are_another_matter() {
        let stack = ["internal/poll.(*FD).Read", "crypto/tls.(*Conn).Read", "main.follow"];
        let suspect = goroutines(WaitState::IoWait, &stack, growing(90));
        assert_eq!(confidence(&PATTERN, &suspect), None);
    }

    #[test]
    fn a_handler_called_from_the_handshake_is_the_callers_own_wait() {
        let stack = ["main.verifyHost", "golang.org/x/crypto/ssh.NewClientConn", "main.dial"];
        let suspect = goroutines(WaitState::ChanReceive, &stack, growing(90));
        assert_eq!(confidence(&PATTERN, &suspect), None);
    }
}
