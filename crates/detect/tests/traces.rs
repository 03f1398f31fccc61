//! Which line an execution trace names, and when it leaves it open.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::{Role, SiteKind, WitnessKind};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::trace::{Creation, Trace, TracedGoroutine, Waking, WakingCount};
use plumb_evidence::{Diagnosis, Finding, Service, Snapshot};
use plumb_patterns::CATALOGUE;
use support::{Crowd, frame, rising, service, stack};

const READ_LOOP: &str = "net/http.(*persistConn).readLoop";
const WRITE_LOOP: &str = "net/http.(*persistConn).writeLoop";
const SEND: &str = "net/http.(*persistConn).roundTrip < net/http.(*Transport).roundTrip < net/http.(*Client).do < net/http.(*Client).Post < net/http.Post";

/// Adds the trace after the last snapshot.
fn with_trace(mut service: Service, trace: Trace) -> Service {
    service.instances[0].snapshots.push(Snapshot { trace: Some(trace), ..Snapshot::default() });
    service
}

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

fn waiting(id: u64, frames: &str, creation: usize, creator: u64) -> TracedGoroutine {
    TracedGoroutine {
        id,
        state: WaitState::Select,
        seconds: 1.0,
        whole_trace: false,
        stack: stack(frames),
        creation: Some(creation),
        creator: Some(creator),
        waking: None,
        handed: None,
        regions: Vec::new(),
    }
}

/// Connections that were made while a trace ran and whose responses are held: for each path, how many of them its requests
/// were the last on, and how many requests it sent.
fn held(paths: &[(&str, u64, u64)], unknown: u64) -> Trace {
    let dialler = "net/http.(*Transport).dialConn < net/http.(*Transport).dialConnFor";
    // The innocent caller redials.
    let redials = format!("{dialler} < net/http.(*Transport).startDialConnForLocked.func1");
    let creation = |function| Creation {
        start: Some(frame(function)),
        chain: vec![stack(&redials), stack(&format!("{SEND} < main.innocent:99"))],
        alive: paths.iter().map(|path| path.1).sum::<u64>() + unknown,
        ended: 0,
    };
    let mut trace = Trace { seconds: 5.0, ..Trace::default() };
    trace.creations = vec![creation(READ_LOOP), creation(WRITE_LOOP)];
    let wakings = paths.iter().map(|(path, ..)| {
        Some(Waking { stack: stack(&format!("{SEND} < {path}")), creation: None })
    });
    for (waking, &(_, held, sent)) in wakings.clone().zip(paths) {
        let waking = waking.unwrap();
        trace.wakings.push(WakingCount { waiting: stack(WRITE_LOOP), waking, count: sent });
        assert!(held <= sent);
    }
    let each =
        wakings.zip(paths).flat_map(|(waking, path)| (0..path.1).map(move |_| waking.clone()));
    for (at, waking) in (0..).zip(each.chain((0..unknown).map(|_| None))) {
        trace.goroutines.push(waiting(1000 + 2 * at, READ_LOOP, 0, 5000 + at));
        trace
            .goroutines
            .push(TracedGoroutine { waking, ..waiting(1001 + 2 * at, WRITE_LOOP, 1, 5000 + at) });
    }
    trace
}

/// Held responses, 10 more each two seconds, and a trace.
fn responses(trace: Trace) -> Diagnosis {
    let crowds = [READ_LOOP, WRITE_LOOP].map(|function| Crowd("select", function, rising(300, 10)));
    judge(&with_trace(service(&crowds), trace))
}

fn finding(diagnosis: &Diagnosis) -> &Finding {
    &diagnosis.findings[0]
}

#[track_caller]
fn names(diagnosis: &Diagnosis, line: u32) {
    let site = &finding(diagnosis).site;
    assert_eq!((site.kind, site.line), (SiteKind::Line, line), "{site:?}");
    assert_eq!(site.found_by, [WitnessKind::Trace]);
}

#[track_caller]
fn leaves_open(diagnosis: &Diagnosis) {
    assert_ne!(finding(diagnosis).site.kind, SiteKind::Line, "{:?}", finding(diagnosis).site);
}

#[test]
fn whoever_sent_the_last_request_of_a_held_response_is_named_and_not_who_dialled() {
    let diagnosis = responses(held(&[("main.audit:40", 22, 22), ("main.price:70", 0, 400)], 3));
    names(&diagnosis, 40);
    assert_eq!(finding(&diagnosis).site.role, Role::Uses);
}

#[test]
fn where_a_request_was_there_before_the_connection_the_one_who_awaited_it_is_named() {
    let get = "net/http.(*Transport).getConn < net/http.(*Transport).roundTrip < net/http.(*Client).do < net/http.Post";
    let awaiting = |path: &str| stack(&format!("{get} < {path}"));
    let mut trace = held(&[("main.price:70", 0, 40)], 24);
    for one in trace.goroutines.iter_mut().filter(|one| one.stack.passes(WRITE_LOOP)) {
        one.handed = Some(awaiting("main.audit:40"));
    }
    let dialler = Waking { stack: stack("net/http.(*wantConn).tryDeliver"), creation: None };
    for (path, count) in [("main.audit:40", 24), ("main.price:70", 9)] {
        let waiting = awaiting(path);
        trace.wakings.push(WakingCount { waiting, waking: dialler.clone(), count });
    }
    names(&responses(trace.clone()), 40);
    // Whoever waits for something else was not handed the connection.
    for one in &mut trace.goroutines {
        one.handed = one.handed.as_ref().map(|_| stack("sync.(*Mutex).Lock < main.audit:40"));
    }
    leaves_open(&responses(trace));
}

#[test]
fn a_helper_that_others_use_rightly_passes_the_blame_to_its_caller() {
    let diagnosis = responses(held(
        &[("main.post:24 < main.audit:40", 22, 22), ("main.post:24 < main.price:70", 0, 30)],
        0,
    ));
    names(&diagnosis, 40);
}

#[test]
fn a_wrapper_of_which_one_caller_is_known_is_not_accused() {
    let diagnosis = responses(held(&[("main.(*client).do:24 < main.audit:40", 22, 22)], 0));
    leaves_open(&diagnosis);
    let lines: Vec<u32> = finding(&diagnosis).candidates.iter().map(|c| c.site.line).collect();
    assert!(lines.contains(&24), "{lines:?}");
}

#[test]
fn few_and_unclear_wakings_leave_the_line_open() {
    for trace in [
        held(&[("main.audit:40", 2, 2)], 0),
        held(&[("main.audit:40", 12, 12), ("main.price:70", 6, 6)], 0),
        held(&[("main.audit:40", 12, 12)], 6),
    ] {
        leaves_open(&responses(trace));
    }
}

#[test]
fn calls_in_progress_are_not_accused() {
    // Of 25 leaks that the growth lets expect, it shows none; what it shows is in hand for a moment.
    leaves_open(&responses(held(&[("main.price:70", 4, 4)], 0)));
    // Most that this line has had in hand it has let go.
    leaves_open(&responses(held(&[("main.price:70", 20, 400)], 0)));
}

#[test]
fn what_stands_still_is_not_named_by_what_is_new() {
    let crowds = [READ_LOOP, WRITE_LOOP].map(|function| Crowd("select", function, rising(2000, 0)));
    let trace = held(&[("main.price:70", 20, 20)], 0);
    let diagnosis = judge(&with_trace(service(&crowds), trace));
    assert!(diagnosis.findings.iter().all(|finding| finding.site.kind != SiteKind::Line));
}

#[test]
fn a_slow_leak_says_how_long_a_trace_it_takes() {
    let crowds = [READ_LOOP, WRITE_LOOP].map(|function| Crowd("select", function, rising(300, 2)));
    let trace = Trace { seconds: 1.0, ..held(&[("main.audit:40", 1, 1)], 0) };
    let diagnosis = judge(&with_trace(service(&crowds), trace));
    leaves_open(&diagnosis);
    let ways = &finding(&diagnosis).would_decide;
    assert!(ways.iter().any(|way| way.contains("--trace=5s")), "{ways:?}");
}

/// Clients of gRPC, 10 more each two seconds, created by these paths: how many are left, how many ended.
fn clients(call: &str, paths: &[(&str, u64, u64)]) -> Diagnosis {
    let reader = "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run";
    let mut trace = Trace { seconds: 5.0, ..Trace::default() };
    let mut id = 1000;
    for (index, &(path, alive, ended)) in paths.iter().enumerate() {
        let chain = vec![stack(&format!("{call} < {path}"))];
        trace.creations.push(Creation { start: Some(frame(reader)), chain, alive, ended });
        for _ in 0..alive {
            id += 1;
            trace.goroutines.push(waiting(id, reader, index, 7));
        }
    }
    let crowds = [Crowd("select", reader, rising(900, 30))];
    judge(&with_trace(service(&crowds), trace))
}

const NEW_CLIENT: &str = "google.golang.org/grpc/internal/grpcsync.NewCallbackSerializer < google.golang.org/grpc.newCCBalancerWrapper < google.golang.org/grpc.NewClient";

#[test]
fn whoever_made_what_is_left_is_named_and_who_closes_is_not() {
    let diagnosis = clients(NEW_CLIENT, &[("main.stock:30", 75, 0), ("main.price:70", 1, 200)]);
    names(&diagnosis, 30);
    assert_eq!(finding(&diagnosis).site.role, Role::Creates);
}

#[test]
fn whoever_only_used_an_object_is_no_site() {
    let diagnosis = clients(
        "google.golang.org/grpc/internal/transport.NewHTTP2Client < google.golang.org/grpc.(*ClientConn).Invoke",
        &[("main.stock:30", 75, 0)],
    );
    leaves_open(&diagnosis);
    let related = &finding(&diagnosis).related;
    assert!(related.iter().any(|site| (site.line, site.role) == (30, Role::Uses)), "{related:?}");
}
