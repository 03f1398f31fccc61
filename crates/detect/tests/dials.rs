//! Which line dialled for clients that wait for a peer that is gone, where the dial itself left too little in the heap.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::Service;
use plumb_evidence::finding::{Finding, SiteKind};
use plumb_evidence::heap::HeapSample;
use plumb_evidence::socket::Timer;
use plumb_patterns::CATALOGUE;
use support::{Crowd, group, rising, sample, service, silent, with_heap, with_sockets};

const NEW: &str = "golang.org/x/crypto/ssh.NewClientConn";
const SSH_DIAL: &str = "golang.org/x/crypto/ssh.Dial";
const DIAL: &str = "net.(*Dialer).Dial";

/// Clients when the look begins, and how many more with each snapshot.
const FIRST: u64 = 300;
const STEP: u64 = 20;

/// Clients of which each has a goroutine that waits, on connections of which so many in a hundred have no timer.
fn watched(heap: Vec<HeapSample>, bare: usize) -> Service {
    let crowd = |state, function| Crowd(state, function, rising(FIRST, STEP));
    let crowds = [
        crowd("IO wait", "golang.org/x/crypto/ssh.(*handshakeTransport).readLoop"),
        crowd("chan receive", "golang.org/x/crypto/ssh.(*mux).loop"),
        crowd("chan receive", "golang.org/x/crypto/ssh.(*Client).handleGlobalRequests"),
        crowd("chan receive", "golang.org/x/crypto/ssh.(*Client).handleChannelOpens"),
        crowd(
            "sync.Cond.Wait",
            "golang.org/x/crypto/ssh.(*buffer).Read < main.(*stream).follow:85",
        ),
    ];
    let service = with_heap(service(&crowds), 6, heap);
    with_sockets(
        service,
        |at| FIRST + STEP * at,
        |n| silent(n, if n as usize % 100 < bare { Timer::Off } else { Timer::Keepalive }),
    )
}

/// A buffer of 4 kB of a client that was made over a connection of the caller's.
fn made(path: &str, live: f64, allocated: f64) -> HeapSample {
    let made = format!("golang.org/x/crypto/ssh.newTransport < {NEW} < {path}");
    sample(&made, live, allocated, 4096.0)
}

/// What a dial frees as soon as the connection stands.
fn dialled(path: &str) -> HeapSample {
    let dial = format!("net.newFD < net.(*Dialer).DialContext < {DIAL} < {path}");
    sample(&dial, 0.0, 1.0, 128.0)
}

fn finding(service: &Service) -> Finding {
    let diagnosis = detect(service, &CATALOGUE);
    let finding = diagnosis.findings.into_iter().next().expect("a finding");
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("half-open-connection"));
    finding
}

/// The line that is named, if one is.
fn line(heap: Vec<HeapSample>) -> Option<u32> {
    let site = finding(&watched(heap, 100)).site;
    (site.kind == SiteKind::Line).then_some(site.line)
}

const MADE: &str = "main.handshake:30 < main.connect:16 < main.start:43";
const DIALLED: &str = "main.connect:12 < main.start:43";

#[test]
fn clients_that_stay_name_the_dial_in_the_function_that_hands_them_the_connection() {
    assert_eq!(line(vec![made(MADE, 9.0, 20.0), dialled(DIALLED)]), Some(12));
    let through_helper = dialled("main.open:52 < main.connect:12 < main.start:43");
    let direct = "main.connect:16 < main.start:43";
    assert_eq!(line(vec![made(direct, 9.0, 20.0), through_helper]), Some(52));
    assert_eq!(line(vec![made(MADE, 2.0, 20.0), dialled(DIALLED)]), None, "too few samples");
}

#[test]
fn a_goroutine_seen_in_a_dial_shows_it_as_well() {
    let mut service = watched(vec![made(MADE, 9.0, 20.0)], 100);
    let dialling =
        format!("internal/poll.runtime_pollWait < net.(*Dialer).DialContext < {DIAL} < {DIALLED}");
    let goroutines = service.instances[0].snapshots[2].goroutines.as_mut().expect("a profile");
    goroutines.groups.push(group("IO wait", &dialling, 1));
    assert_eq!(finding(&service).site.line, 12);
}

#[test]
fn a_dial_that_was_not_sampled_is_left_open() {
    let finding = finding(&watched(vec![made(MADE, 9.0, 20.0)], 100));
    assert_ne!(finding.site.kind, SiteKind::Line);
    let bring = &finding.would_decide[0];
    assert!(bring.starts_with("about 900 more connections"), "{bring}");
    let source = &finding.would_decide[1];
    assert!(
        source.ends_with("which line dials for main.handshake (/src/shop/main.go:30)"),
        "{source}"
    );
}

#[test]
fn either_of_two_dials_before_the_handshake_may_be_it() {
    let other = dialled("main.connect:14 < main.start:43");
    assert_eq!(line(vec![made(MADE, 9.0, 20.0), dialled(DIALLED), other]), None);
}

#[test]
fn call_sites_with_equal_traffic_are_told_apart_by_what_stays() {
    let site = |name: &str, live| made(&format!("main.{name}:16 < main.handle:50"), live, 20.0);
    let dial = |name: &str, at: u32| dialled(&format!("main.{name}:{at} < main.handle:50"));
    let both = || vec![site("audit", 0.0), site("follow", 9.0)];
    let with = |dials: Vec<HeapSample>| line([both(), dials].concat());
    assert_eq!(with(vec![dial("audit", 12), dial("follow", 14)]), Some(14));
    assert_eq!(with(vec![dial("audit", 12)]), None, "the leaking one's was not sampled");
    let both_stay = vec![site("audit", 6.0), site("follow", 9.0)];
    assert_eq!(line([both_stay, vec![dial("audit", 12), dial("follow", 14)]].concat()), None);
}

#[test]
fn call_sites_in_one_function_have_a_dial_each() {
    let healthy = [made("main.run:12", 0.0, 20.0), dialled("main.run:10")];
    let leaking = made("main.run:22", 9.0, 20.0);
    assert_eq!(line([&healthy[..], std::slice::from_ref(&leaking)].concat()), None);
    assert_eq!(line([&healthy[..], &[leaking, dialled("main.run:20")]].concat()), Some(20));
}

#[test]
fn a_dial_for_another_purpose_beside_the_client_is_not_accused() {
    let client = || made("main.connect:16 < main.start:43", 9.0, 20.0);
    let probe = dialled("main.start:40");
    assert_eq!(line(vec![client(), probe]), None, "connect dials by itself");
    let report = dialled("main.report:70 < main.start:41");
    assert_eq!(line(vec![client(), report]), None, "two functions of their own");
    let far = made("main.login:9 < main.fetch:8 < main.sync:7 < main.start:43", 9.0, 20.0);
    assert_eq!(line(vec![far, dialled("main.start:40")]), None, "far away");
    let later = dialled("main.connect:19 < main.start:43");
    assert_eq!(line(vec![client(), later]), None, "after the client is made");
}

#[test]
fn a_client_that_dials_by_itself_does_not_outweigh_the_dial_of_another() {
    let by_itself = |live| {
        let path =
            format!("golang.org/x/crypto/ssh.newTransport < {NEW} < {SSH_DIAL} < main.admin:80");
        sample(&path, live, 20.0, 4096.0)
    };
    let leaking = || [made(MADE, 12.0, 20.0), dialled(DIALLED)];
    assert_eq!(line([&leaking()[..], &[by_itself(3.0)]].concat()), Some(12));
    assert_eq!(line([&leaking()[..], &[by_itself(9.0)]].concat()), None);
    assert_eq!(line(vec![made(MADE, 0.0, 20.0), by_itself(9.0)]), Some(80));
}

#[test]
fn connections_that_are_not_alike_may_come_from_a_dial_that_was_not_sampled() {
    let service = watched(vec![made(MADE, 9.0, 20.0), dialled(DIALLED)], 80);
    let finding = finding(&service);
    assert_ne!(finding.site.kind, SiteKind::Line);
    assert_eq!(finding.candidates.iter().map(|c| c.site.line).collect::<Vec<_>>(), [12]);
}
