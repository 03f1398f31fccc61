//! Which line an execution trace names, and when it leaves it open.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::code::Stack;
use plumb_evidence::finding::{Confidence, Role, SiteKind, WitnessKind};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::source_evidence::{Fate, Mistake, Revision, SourceEvidence, SourceSite};
use plumb_evidence::trace::{Creation, Trace, TracedGoroutine, Waking, WakingCount};
use plumb_evidence::{Diagnosis, Finding, Service, Snapshot, Timestamp};
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
        created_in: None,
        woken_in: None,
        handed_in: None,
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

/// A source in which one place keeps responses in a map, and another loses them by a rule.
fn kept_and_lost() -> SourceEvidence {
    let site = |function: &str, line, fate, mistakes| SourceSite {
        file: "main.go".into(),
        function: function.into(),
        here: (line, line),
        recorded: Some((line, line)),
        called: "http.Post".to_owned(),
        object: "http.Response".to_owned(),
        module: "std",
        kind: ResourceKind::Body,
        fate,
        mistakes,
    };
    let mistake = Mistake {
        pattern: "http-body-not-closed",
        message: "it is lost".to_owned(),
        confidence: Confidence::Likely,
        steps: Vec::new(),
        fix: None,
    };
    SourceEvidence {
        revision: Revision::Same("0123456789abcdef".into()),
        recorded_root: "/src/shop/".into(),
        sites: vec![
            site("main.audit", 40, Fate::Gathered, Vec::new()),
            site("main.price", 70, Fate::Lost, vec![mistake]),
        ],
        ..SourceEvidence::default()
    }
}

#[test]
fn a_line_that_the_source_faults_and_no_evidence_shows_makes_the_trace_no_less_sure() {
    let crowds = [READ_LOOP, WRITE_LOOP].map(|function| Crowd("select", function, rising(300, 10)));
    let service = Service { source: Some(kept_and_lost()), ..service(&crowds) };
    leaves_open(&judge(&service));
    let trace = held(&[("main.audit:40", 22, 22), ("main.price:70", 0, 400)], 3);
    let diagnosis = judge(&with_trace(service, trace));
    names(&diagnosis, 40);
    let found = finding(&diagnosis);
    assert_eq!(found.confidence, Confidence::Likely);
    assert!(found.evidence[1].text.contains("main.price"), "{}", found.evidence[1].text);
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

#[test]
fn a_leak_too_slow_for_a_trace_over_the_network_says_what_to_do_instead() {
    let crowds = [READ_LOOP, WRITE_LOOP].map(|function| Crowd("select", function, rising(300, 2)));
    // A hundred times as long between looks: 36 leaks an hour.
    let mut service = service(&crowds);
    for (at, snapshot) in (0..).zip(&mut service.instances[0].snapshots) {
        snapshot.taken = Timestamp::from_second(1_700_000_000 + 200 * at).ok();
        snapshot.goroutines.as_mut().expect("goroutines").taken = snapshot.taken;
    }
    let trace = Trace { seconds: 5.0, ..held(&[("main.audit:40", 1, 1)], 0) };
    let mut service = with_trace(service, trace);
    let diagnosis = judge(&service);
    leaves_open(&diagnosis);
    let ways = &finding(&diagnosis).would_decide;
    let way = ways.iter().find(|way| way.contains("runtime/trace.Start")).expect("the advice");
    assert!(way.contains("it shows 1 of them so far, and at this rate 3 take 8 min."), "{way}");
    assert!(!way.contains("--trace="), "{way}");
    // One that shows none of them says so too.
    let last = service.instances[0].snapshots.len() - 1;
    service.instances[0].snapshots[last].trace = Some(Trace { seconds: 5.0, ..Trace::default() });
    let diagnosis = judge(&service);
    let ways = &finding(&diagnosis).would_decide;
    assert!(ways.iter().any(|way| way.contains("it shows 0 of them so far")), "{ways:?}");
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

#[test]
fn a_client_that_makes_another_for_itself_is_made_and_one_that_does_so_when_it_is_used_is_not() {
    let made = format!("{NEW_CLIENT} < cloud.google.com/go/secretmanager/apiv1.NewClient");
    let paths = [("main.open:20 < main.rotate:30", 75, 0), ("main.open:20 < main.check:40", 0, 75)];
    let diagnosis = clients(&made, &paths);
    names(&diagnosis, 30);
    assert_eq!(finding(&diagnosis).site.role, Role::Creates);
    assert_eq!(
        shown(&diagnosis),
        [
            "main.rotate (main.go:30): 25 of 25 grpc.ClientConn created through it in 5.0 s of execution trace are left"
        ]
    );
    let used = format!("{NEW_CLIENT} < cloud.google.com/go/firestore.(*Client).Collection");
    let diagnosis = clients(&used, &paths);
    leaves_open(&diagnosis);
    let related = &finding(&diagnosis).related;
    assert!(related.iter().any(|site| (site.line, site.role) == (30, Role::Uses)), "{related:?}");
}

/// What the trace shows, where it is not told with a candidate.
fn shown(diagnosis: &Diagnosis) -> Vec<&str> {
    let evidence = finding(diagnosis).evidence.iter();
    evidence.filter(|item| item.kind == "trace").map(|item| &*item.text).collect()
}

#[test]
fn the_regions_of_who_has_a_connection_in_hand_are_told_and_not_those_of_who_dialled() {
    let mut trace = held(&[("main.audit:40", 22, 22)], 0);
    for one in &mut trace.goroutines {
        one.created_in = Some("innocent".into());
        one.woken_in = Some("audit of task order".into());
    }
    let diagnosis = responses(trace);
    names(&diagnosis, 40);
    assert_eq!(
        shown(&diagnosis),
        [
            "main.audit (main.go:40): in 5.0 s of execution trace it sent 22 requests and has 22 of the connections in hand; region audit of task order"
        ]
    );
}

/// HTTP/2 connections, 10 more each two seconds, and calls by these paths: how many of them dialled, and how many there were.
fn transports(paths: &[(&str, u64, u64)]) -> Diagnosis {
    let reader = "golang.org/x/net/http2.(*ClientConn).readLoop";
    let send = "golang.org/x/net/http2.(*Transport).RoundTripOpt < golang.org/x/net/http2.(*Transport).RoundTrip < net/http.send < net/http.(*Client).Do";
    let dials = "golang.org/x/net/http2.(*Transport).newClientConn < golang.org/x/net/http2.(*dialCall).dial";
    let mut trace = Trace { seconds: 5.0, ..Trace::default() };
    for (index, &(path, dialled, calls)) in paths.iter().enumerate() {
        let calling = |by: &str| stack(&format!("{by} < {send} < {path}"));
        let pool = calling("golang.org/x/net/http2.(*clientConnPool).getStartDialLocked");
        let creation = |function, chain: Vec<Stack>, alive, ended| Creation {
            start: Some(frame(function)),
            chain,
            alive,
            ended,
        };
        trace.creations.push(creation(reader, vec![stack(dials), pool.clone()], dialled, 0));
        let dial = "golang.org/x/net/http2.(*dialCall).dial";
        trace.creations.push(creation(dial, vec![pool], 0, dialled));
        let request = "golang.org/x/net/http2.(*clientStream).doRequest";
        let sends = vec![calling("golang.org/x/net/http2.(*ClientConn).roundTrip")];
        trace.creations.push(creation(request, sends, 0, calls));
        for at in 0..dialled {
            let id = 1000 * (index as u64 + 1) + at;
            let waits = waiting(id, reader, 3 * index, 9000 + id);
            trace.goroutines.push(TracedGoroutine { state: WaitState::IoWait, ..waits });
        }
    }
    judge(&with_trace(service(&[Crowd("IO wait", reader, rising(300, 10))]), trace))
}

#[test]
fn whoever_sent_the_requests_that_are_open_on_a_shared_connection_is_named() {
    let stream = "net/http/internal/http2.(*clientStream).doRequest";
    let send = "net/http/internal/http2.(*ClientConn).roundTrip < net/http.(*Transport).roundTrip < net/http.send < net/http.(*Client).Do < net/http.(*Client).Get";
    let creation = |path: &str, alive, ended| Creation {
        start: Some(frame(stream)),
        chain: vec![stack(&format!("{send} < {path}"))],
        alive,
        ended,
    };
    let mut trace = Trace { seconds: 5.0, ..Trace::default() };
    trace.creations = vec![creation("main.price:70", 0, 25), creation("main.audit:40", 25, 0)];
    trace.goroutines = (0..25).map(|id| waiting(1000 + id, stream, 1, 7000 + id)).collect();
    let crowds = [Crowd("select", stream, rising(300, 10))];
    let diagnosis = judge(&with_trace(service(&crowds), trace.clone()));
    names(&diagnosis, 40);
    assert_eq!(finding(&diagnosis).site.role, Role::Uses);
    assert_eq!(
        shown(&diagnosis),
        [
            "main.audit (main.go:40): 25 of 25 requests that it sent in 5.0 s of execution trace are not done with"
        ]
    );
    // Requests in progress are not what grows.
    trace.goroutines.truncate(6);
    (trace.creations[1].alive, trace.creations[1].ended) = (6, 19);
    leaves_open(&judge(&with_trace(service(&crowds), trace)));
}

#[test]
fn of_transports_made_for_each_call_the_trace_shows_who_uses_them() {
    let diagnosis = transports(&[
        ("main.getJSON:50 < main.fare:36 < main.serveFare:42", 25, 25),
        ("main.getJSON:50 < main.timetable:61 < main.serveTimetable:71", 0, 25),
    ]);
    // Where they are made no trace shows.
    leaves_open(&diagnosis);
    let related: Vec<_> = finding(&diagnosis).related.iter().map(|s| (s.line, s.role)).collect();
    assert_eq!(related, [(36, Role::Uses)]);
    assert_eq!(
        shown(&diagnosis),
        [
            "main.fare (main.go:36): 25 of 25 http2.ClientConn created through it in 5.0 s of execution trace are left"
        ]
    );
}

/// Goroutines that wait to send, 10 more each two seconds, started by one helper on these paths: how many are left, how
/// many ended.
fn senders(paths: &[(&str, u64, u64)]) -> Diagnosis {
    let sends = "main.spawn.func1:13";
    let mut trace = Trace { seconds: 5.0, ..Trace::default() };
    for (index, &(path, alive, ended)) in paths.iter().enumerate() {
        let chain = vec![stack(&format!("main.spawn:11 < {path}"))];
        trace.creations.push(Creation { start: Some(frame(sends)), chain, alive, ended });
        for _ in 0..alive {
            let id = 1000 + trace.goroutines.len() as u64;
            trace.goroutines.push(waiting(id, sends, index, 7));
        }
    }
    let crowds = [Crowd("chan send", sends, rising(300, 10))];
    judge(&with_trace(service(&crowds), trace))
}

#[test]
fn of_those_who_start_goroutines_in_one_helper_the_one_whose_are_left_is_told() {
    let diagnosis = senders(&[("main.first:22", 25, 25), ("main.all:29", 1, 200)]);
    let finding = finding(&diagnosis);
    assert_eq!((finding.site.line, finding.site.role), (13, Role::Blocks));
    let lines: Vec<_> = finding.related.iter().map(|site| (site.line, site.role)).collect();
    assert_eq!(lines, [(22, Role::Creates)]);
    assert_eq!(
        shown(&diagnosis),
        [
            "main.first (main.go:22): 25 of 50 goroutines created through it in 5.0 s of execution trace are left"
        ]
    );
}

#[test]
fn who_starts_goroutines_that_may_be_at_work_is_not_told() {
    // Too few of what grows; too many that end; none that leads.
    for paths in [
        &[("main.first:22", 2, 2)][..],
        &[("main.first:22", 7, 0)],
        &[("main.first:22", 25, 400)],
        &[("main.first:22", 15, 0), ("main.all:29", 10, 200)],
    ] {
        let diagnosis = senders(paths);
        assert!(finding(&diagnosis).related.is_empty(), "{:?}", finding(&diagnosis).related);
        assert_eq!(shown(&diagnosis), Vec::<&str>::new());
    }
}
