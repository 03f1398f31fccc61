//! Clients that stand still: a pool in use, a set made at the start, what was left behind, and what cannot be told.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::{Confidence, Verdict};
use plumb_evidence::process::Process;
use plumb_evidence::socket::{Direction, Socket, SocketSource, Timer};
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, service, silent, steady, with_heap, with_sockets};

const SERIALIZER: &str = "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run";
const READER: &str = "google.golang.org/grpc/internal/transport.(*http2Client).reader";

/// So many connections of the gRPC client in each round, with the requests that come in at the same time.
struct Look {
    counts: Vec<u64>,
    /// Data segments each way that connection `n` has carried in round `at`, and milliseconds since the last.
    carried: fn(n: u64, at: u64) -> (u64, u64),
    /// Data segments that the one client of the service sends between two rounds.
    asked: u64,
}

impl Look {
    fn service(&self) -> Service {
        let times = |n: u64| self.counts.iter().map(|count| count * n).collect();
        let crowds = [Crowd("select", SERIALIZER, times(3)), Crowd("IO wait", READER, times(1))];
        let counts = self.counts.clone();
        let made = with_sockets(
            service(&crowds),
            |at| counts[at as usize],
            |n| silent(n, Timer::Keepalive),
        );
        let mut made = with_heap(made, self.counts.len() - 1, Vec::new());
        for (at, snapshot) in (0..).zip(&mut made.instances[0].snapshots) {
            let table = snapshot.sockets.as_mut().expect("sockets");
            for (n, socket) in (0..).zip(&mut table.sockets) {
                let (segments, silent_ms) = (self.carried)(n, at);
                socket.data_segments_in = Some(segments);
                socket.data_segments_out = Some(segments);
                socket.last_received_ms = Some(silent_ms);
                socket.last_sent_ms = Some(silent_ms);
            }
            table.sockets.push(client(at * self.asked));
        }
        made
    }

    fn judged(&self) -> Diagnosis {
        detect(&self.service(), &CATALOGUE)
    }
}

/// The connection on which requests come in.
fn client(segments: u64) -> Socket {
    Socket {
        inode: 7,
        direction: Direction::Incoming,
        data_segments_in: Some(segments),
        data_segments_out: Some(segments),
        ..silent(40_000, Timer::Keepalive)
    }
}

/// Two calls every two seconds on each.
fn used(n: u64, at: u64) -> (u64, u64) {
    (4 + 4 * at, 10 * (n % 100))
}

/// Nothing since the one call they were made for, one every 100 ms.
fn left(n: u64, at: u64) -> (u64, u64) {
    (4, 20_000 + 100 * n + 2000 * at)
}

/// A ping every 10 s beside.
fn pinging(n: u64, at: u64) -> (u64, u64) {
    let since = (n * 83) % 10_000 + 2000 * at;
    (4 + since / 10_000, since % 10_000)
}

fn confidence(diagnosis: &Diagnosis) -> Option<Confidence> {
    diagnosis.findings.first().map(|finding| finding.confidence)
}

fn question(diagnosis: &Diagnosis) -> &str {
    assert!(diagnosis.findings.is_empty(), "{:?}", diagnosis.findings);
    diagnosis.undecided.first().map_or("", |question| &question.what)
}

#[test]
fn a_pool_in_use_is_healthy_whatever_its_size() {
    for (count, asked) in [(20, 100), (120, 100), (900, 4000), (120, 0)] {
        let pool = Look { counts: steady(count), carried: used, asked }.judged();
        assert_eq!(pool.verdict, Verdict::Clean, "{count}: {:?}", pool.findings);
        assert!(pool.healthy[0].contains("in use during the look"), "{:?}", pool.healthy);
    }
}

#[test]
fn what_was_left_behind_is_found_whether_requests_come_or_not() {
    for asked in [0, 100] {
        let late = Look { counts: steady(500), carried: left, asked }.judged();
        assert_eq!(confidence(&late), Some(Confidence::Likely), "{asked}");
    }
}

#[test]
fn a_pool_in_use_beside_does_not_hide_it() {
    let carried = |n, at| if n < 60 { used(n, at) } else { left(n, at) };
    let both = Look { counts: steady(400), carried, asked: 100 }.judged();
    assert_eq!(confidence(&both), Some(Confidence::Likely));
    let few = |n, at| if n < 115 { used(n, at) } else { left(n, at) };
    let pool = Look { counts: steady(120), carried: few, asked: 100 }.judged();
    assert_eq!(pool.verdict, Verdict::Clean, "{:?}", pool.findings);
}

#[test]
fn signs_of_life_are_no_use_in_the_quiet_and_cannot_be_told_from_it_under_load() {
    let quiet = Look { counts: steady(500), carried: pinging, asked: 0 }.judged();
    assert_eq!(confidence(&quiet), Some(Confidence::Likely));
    let asked = Look { counts: steady(500), carried: pinging, asked: 100 }.judged();
    assert!(question(&asked).contains("little goes over their connections"), "{asked:?}");
}

#[test]
fn clients_that_end_their_connections_have_asked_too() {
    let mut asked = Look { counts: steady(500), carried: pinging, asked: 0 }.service();
    let tables = asked.instances[0].snapshots.iter_mut().filter_map(|s| s.sockets.as_mut());
    for (at, table) in (0..).zip(tables) {
        let client = table.sockets.last_mut().expect("the client's");
        (client.inode, client.data_segments_in) = (7 + at, Some(1));
    }
    let asked = detect(&asked, &CATALOGUE);
    assert!(question(&asked).contains("little goes over their connections"), "{asked:?}");
}

#[test]
fn without_times_their_use_is_a_question() {
    let mut listed = Look { counts: steady(120), carried: used, asked: 100 }.service();
    for table in listed.instances[0].snapshots.iter_mut().filter_map(|s| s.sockets.as_mut()) {
        table.source = SocketSource::ProcNet;
        for socket in &mut table.sockets {
            socket.data_segments_in = None;
            socket.data_segments_out = None;
            socket.last_received_ms = None;
            socket.last_sent_ms = None;
        }
    }
    let diagnosis = detect(&listed, &CATALOGUE);
    assert!(question(&diagnosis).contains("nothing tells whether"), "{diagnosis:?}");
    assert!(diagnosis.undecided[0].bring.starts_with("ss -tie"), "{diagnosis:?}");
}

#[test]
fn what_levels_off_under_load_is_a_question_and_what_goes_on_is_not() {
    let counts = vec![40, 90, 120, 135, 140, 142, 143];
    let lazy = Look { counts, carried: left, asked: 100 }.judged();
    assert!(question(&lazy).contains("fewer and fewer"), "{lazy:?}");
    let counts = (0..7).map(|at| 100 + 40 * at).collect();
    let leak = Look { counts, carried: left, asked: 100 }.judged();
    assert_eq!(confidence(&leak), Some(Confidence::Likely));
}

#[test]
fn a_set_as_old_as_the_process_is_healthy_if_it_was_made_in_one_go() {
    let started = |carried, uptime: f64| {
        let mut made = Look { counts: steady(120), carried, asked: 0 }.service();
        for (at, snapshot) in (0..).zip(&mut made.instances[0].snapshots) {
            let uptime_seconds = Some(uptime + 2.0 * f64::from(at));
            snapshot.process = Some(Process {
                taken: snapshot.taken,
                pid: 7,
                uptime_seconds,
                ..Process::default()
            });
        }
        detect(&made, &CATALOGUE)
    };
    let at_once = |n, at| (0, 20_000 + n / 10 + 2000 * at);
    assert_eq!(started(at_once, 20.5).verdict, Verdict::Clean);
    assert_eq!(confidence(&started(at_once, 90.0)), Some(Confidence::Likely), "a burst of later");
    assert_eq!(confidence(&started(left, 31.0)), Some(Confidence::Likely), "one by one");
}
