//! Which line the calls in the executable name, and where they must leave it open.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::Service;
use plumb_evidence::calls::{Call, Calls};
use plumb_evidence::finding::{Finding, SiteKind, WitnessKind};
use plumb_evidence::heap::HeapSample;
use plumb_evidence::socket::Timer;
use plumb_patterns::CATALOGUE;
use support::{Crowd, frame, rising, sample, service, silent, with_heap, with_sockets};

const NEW: &str = "golang.org/x/crypto/ssh.NewClientConn";
const CLIENT: &str = "golang.org/x/crypto/ssh.NewClient";
const SSH_DIAL: &str = "golang.org/x/crypto/ssh.Dial";
const DIAL: &str = "net.(*Dialer).Dial";

/// What leads to a client: the dial in `connect`, and the handshake in a helper of it.
const CONNECT: [(&str, &str); 6] = [
    ("main.connect:12", DIAL),
    ("main.connect:16", "main.handshake"),
    ("main.connect:18", "?"),
    ("main.handshake:27", "?"),
    ("main.handshake:30", NEW),
    ("main.handshake:37", CLIENT),
];

/// Calls as `("main.connect:12", "net.Dial")`; a question mark for a callee that is not known.
fn calls(list: &[(&str, &str)]) -> Calls {
    let call = |(at, callee): &(&str, &str)| Call {
        at: frame(at),
        callee: (*callee != "?").then(|| (*callee).into()),
    };
    Calls { calls: list.iter().map(call).collect(), ..Calls::default() }
}

/// Clients on whose silent connections somebody waits, 20 more with each look.
fn watched(calls: Calls, heap: Vec<HeapSample>) -> Service {
    let crowd = |state, function| Crowd(state, function, rising(300, 20));
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
    let mut service = with_sockets(service, |at| 300 + 20 * at, |n| silent(n, Timer::Off));
    service.instances[0].calls = Some(calls);
    service
}

/// A buffer of 4 kB of a client.
fn made(path: &str, live: f64) -> HeapSample {
    let made = format!("golang.org/x/crypto/ssh.newTransport < {NEW} < {path}");
    sample(&made, live, 20.0, 4096.0)
}

fn half_open(calls: Calls, heap: Vec<HeapSample>) -> Finding {
    let diagnosis = detect(&watched(calls, heap), &CATALOGUE);
    let finding = diagnosis.findings.into_iter().next().expect("a finding");
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("half-open-connection"));
    finding
}

/// The line that is named, if one is.
fn line_of(finding: &Finding) -> Option<u32> {
    (finding.site.kind == SiteKind::Line).then_some(finding.site.line)
}

fn line(list: &[(&str, &str)]) -> Option<u32> {
    line_of(&half_open(calls(list), Vec::new()))
}

#[test]
fn the_only_line_that_dials_for_a_client_is_named_without_a_sample_of_it() {
    let few = vec![made("main.handshake:30 < main.connect:16 < main.start:43", 1.0)];
    for heap in [Vec::new(), few] {
        let finding = half_open(calls(&CONNECT), heap);
        assert_eq!(line_of(&finding), Some(12));
        assert_eq!(finding.site.found_by, [WitnessKind::Executable]);
    }
    assert_eq!(line(&[("main.admin:80", SSH_DIAL)]), Some(80), "the library dials by itself");
}

#[test]
fn what_may_be_called_without_its_name_has_callers_that_nobody_knows() {
    for name in [NEW, CLIENT, "main.handshake"] {
        let mut calls = calls(&CONNECT);
        calls.referenced.insert(name.into());
        assert_eq!(line_of(&half_open(calls, Vec::new())), None, "{name}");
    }
    let mut calls = calls(&CONNECT);
    calls.unfinished.insert(NEW.into());
    assert_eq!(line_of(&half_open(calls, Vec::new())), None);
}

#[test]
fn another_way_to_a_connection_leaves_it_open() {
    let with = |other: (&str, &str)| line(&[&CONNECT[..], &[other]].concat());
    assert_eq!(with(("main.connect:14", "net.Dial")), None, "two dials");
    assert_eq!(with(("main.connect:13", "?")), None, "a dialer that is an interface");
    assert_eq!(with(("main.connect:13", "main.dialProxy")), None, "by its name it dials");
    assert_eq!(with(("main.connect:13", "main.validate")), Some(12));
    assert_eq!(with(("main.connect:19", "net.Dial")), Some(12), "later");
    assert_eq!(with(("main.report:70", "net.Dial")), Some(12), "elsewhere");
    assert_eq!(with(("main.admin:80", SSH_DIAL)), None, "another function makes clients, too");
    assert_eq!(with(("main.check:90", "main.handshake")), None, "the helper has two callers");
}

#[test]
fn of_several_functions_the_heap_may_single_out_one() {
    let list = [
        ("main.audit:12", DIAL),
        ("main.audit:16", NEW),
        ("main.follow:22", DIAL),
        ("main.follow:26", NEW),
    ];
    let with = |audit, follow| {
        let heap = vec![made("main.audit:16", audit), made("main.follow:26", follow)];
        line_of(&half_open(calls(&list), heap))
    };
    assert_eq!(with(0.0, 9.0), Some(22));
    assert_eq!(with(6.0, 9.0), None);
    assert_eq!(with(0.0, 1.0), None);
}

#[test]
fn two_clients_of_one_function_are_not_told_apart() {
    let run =
        [("main.run:10", DIAL), ("main.run:12", NEW), ("main.run:20", DIAL), ("main.run:22", NEW)];
    assert_eq!(line(&run), None);
}

#[test]
fn the_heap_knows_of_makers_that_the_calls_do_not() {
    let elsewhere = vec![made("main.hidden:99", 2.0)];
    assert_eq!(line_of(&half_open(calls(&CONNECT), elsewhere)), None);
}

#[test]
fn a_library_in_between_is_passed() {
    let through = [
        ("github.com/acme/gizmo.Connect:40", "github.com/acme/gizmo.open"),
        ("github.com/acme/gizmo.open:50", DIAL),
        ("github.com/acme/gizmo.open:54", NEW),
    ];
    let with = |calls: &[(&str, &str)]| line(&[&through[..], calls].concat());
    assert_eq!(with(&[("main.sync:33", "github.com/acme/gizmo.Connect")]), Some(33));
    let other = ("main.list:44", "github.com/acme/gizmo.Connect");
    assert_eq!(with(&[("main.sync:33", "github.com/acme/gizmo.Connect"), other]), None);
}

#[test]
fn a_dial_in_a_helper_of_the_function_is_the_line() {
    let list =
        [("main.connect:12", "main.reach"), ("main.reach:52", DIAL), ("main.connect:16", NEW)];
    assert_eq!(line(&list), Some(52));
}

#[test]
fn what_the_compiler_makes_is_nobodys_line() {
    let dials = ("main.(*pool).Connect:1", SSH_DIAL);
    let mut made = calls(&[dials, ("main.sync:33", "main.(*pool).Connect")]);
    made.calls[0].at.file = "<autogenerated>".into();
    assert_eq!(line_of(&half_open(made, Vec::new())), Some(33));
}

/// Clients of a library without a record, one made per call.
fn gizmos(list: &[(&str, &str)], referenced: &[&str]) -> Finding {
    let crowds = [
        Crowd("select", "github.com/acme/gizmo.(*Client).heartbeat", rising(200, 10)),
        Crowd("chan receive", "github.com/acme/gizmo.(*Client).dispatch", rising(200, 10)),
    ];
    let made = "github.com/acme/gizmo.newClient < github.com/acme/gizmo.New < main.lookup:31";
    let mut service = with_heap(service(&crowds), 6, vec![sample(made, 2.0, 2.0, 1200.0)]);
    let mut calls = calls(list);
    calls.referenced.extend(referenced.iter().map(|name| (*name).into()));
    service.instances[0].calls = Some(calls);
    detect(&service, &CATALOGUE).findings.into_iter().next().expect("a finding")
}

#[test]
fn the_only_line_that_makes_an_object_is_named_where_nobody_gets_it_from_there() {
    const NEW_GIZMO: &str = "github.com/acme/gizmo.New";
    let named = |list: &[(&str, &str)], referenced: &[&str]| line_of(&gizmos(list, referenced));
    let only = ("main.lookup:31", NEW_GIZMO);
    assert_eq!(named(&[only], &["main.lookup"]), Some(31), "a handler");
    assert_eq!(named(&[only, ("main.lookup-fm:1", "main.lookup")], &[]), Some(31));
    assert_eq!(named(&[only, ("main.serve:60", "main.lookup")], &[]), None, "it may return it");
    assert_eq!(named(&[only], &[NEW_GIZMO]), None, "it is a function value as well");
    assert_eq!(named(&[only, ("main.warm:70", NEW_GIZMO)], &[]), None);
    assert_eq!(named(&[("main.other:80", NEW_GIZMO)], &[]), None, "the heap says otherwise");
    let candidates = gizmos(&[only, ("main.warm:70", NEW_GIZMO)], &[]).candidates;
    assert!(candidates.iter().any(|candidate| candidate.site.line == 70), "{candidates:?}");
}
