//! Which line makes the pools that an execution trace shows in use, by the executable, and when that is left open.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::calls::{Call, Calls, Made};
use plumb_evidence::code::Stack;
use plumb_evidence::finding::{Role, SiteKind, WitnessKind};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::socket::{Socket, Timer};
use plumb_evidence::trace::{Creation, Trace, TracedGoroutine, Waking, WakingCount};
use plumb_evidence::{Finding, Service, Snapshot};
use plumb_patterns::CATALOGUE;
use support::{Crowd, frame, rising, service, silent, stack, with_sockets};

const TRANSPORT: &str = "golang.org/x/net/http2.Transport";
const READER: &str = "golang.org/x/net/http2.(*ClientConn).readLoop";
const SEND: &str = "golang.org/x/net/http2.(*Transport).RoundTripOpt < golang.org/x/net/http2.(*Transport).RoundTrip < net/http.send < net/http.(*Client).Do";

/// Handlers of a server: one that leaks, one that does not.
const FARE: &str =
    "main.getJSON:50 < main.(*client).fare:36 < main.serveFare:42 < net/http.HandlerFunc.ServeHTTP";
const TABLE: &str = "main.getJSON:50 < main.(*tables).lookUp:61 < main.serveTable:71 < net/http.HandlerFunc.ServeHTTP";

/// What makes clients of fares for each call, and a shared one for timetables.
const CALLS: [(&str, &str); 4] = [
    ("main.serveFare:41", "main.newClient"),
    ("main.serveFare:42", "main.(*client).fare"),
    ("main.main:12", "main.newTables"),
    ("runtime.main:283", "main.main"),
];
const MADE: [&str; 2] = ["main.newClient:20", "main.newTables:30"];

/// A trace of calls by these paths: how many of them dialled, and how many there were.
fn trace(send: &str, paths: &[(&str, u64, u64)]) -> Trace {
    let dials = "golang.org/x/net/http2.(*Transport).newClientConn < golang.org/x/net/http2.(*dialCall).dial";
    let mut trace = Trace { seconds: 5.0, ..Trace::default() };
    for (index, &(path, dialled, calls)) in paths.iter().enumerate() {
        let calling = |by: &str| stack(&format!("{by} < {send} < {path}"));
        let creation = |function, chain: Vec<Stack>, alive, ended| {
            let start = Some(frame(function));
            Creation { start, chain, alive, ended }
        };
        let pool = calling("golang.org/x/net/http2.(*clientConnPool).getStartDialLocked");
        trace.creations.push(creation(READER, vec![stack(dials), pool], dialled, 0));
        let sends = vec![calling("golang.org/x/net/http2.(*ClientConn).roundTrip")];
        let request = "golang.org/x/net/http2.(*clientStream).doRequest";
        trace.creations.push(creation(request, sends, 0, calls));
        let id = |at| 1000 * (index as u64 + 1) + at;
        trace.goroutines.extend((0..dialled).map(|at| traced(id(at), READER, 2 * index)));
    }
    trace
}

/// A goroutine that was created while the trace ran, by one that created no other.
fn traced(id: u64, frames: &str, creation: usize) -> TracedGoroutine {
    TracedGoroutine {
        id,
        state: WaitState::IoWait,
        seconds: 1.0,
        whole_trace: false,
        stack: stack(frames),
        creation: Some(creation),
        creator: Some(90_000 + id),
        waking: None,
        handed: None,
        regions: Vec::new(),
        created_in: None,
        woken_in: None,
        handed_in: None,
    }
}

/// What the executable tells: who calls what, and which lines make transports.
fn executable(calls: &[(&str, &str)], made: &[&str]) -> Calls {
    let call = |(at, callee): &(&str, &str)| Call { at: frame(at), callee: Some((*callee).into()) };
    let maker = |at: &&str| Made { at: frame(at), of: TRANSPORT.into() };
    let (calls, made) = (calls.iter().map(call).collect(), made.iter().map(maker).collect());
    // The runtime calls it as a value.
    Calls { calls, made, referenced: ["main.main".into()].into(), ..Calls::default() }
}

/// The finding on HTTP/2 connections, 10 more each two seconds.
fn finding(trace: Trace, calls: Option<Calls>) -> Finding {
    let mut service: Service = service(&[Crowd("IO wait", READER, rising(300, 10))]);
    service.instances[0].calls = calls;
    service.instances[0].snapshots.push(Snapshot { trace: Some(trace), ..Snapshot::default() });
    let diagnosis = detect(&service, &CATALOGUE);
    let finding = diagnosis.findings.into_iter().next().expect("a finding");
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("transport-per-request"));
    finding
}

/// The finding where each call for a fare dials and none for a timetable.
fn of(calls: Calls) -> Finding {
    finding(trace(SEND, &[(FARE, 25, 25), (TABLE, 0, 25)]), Some(calls))
}

#[track_caller]
fn names(finding: &Finding, line: u32) {
    names_at(finding, line);
    let used = |site: &plumb_evidence::finding::Site| (site.line, site.role) == (36, Role::Uses);
    assert!(finding.related.iter().any(used), "{:?}", finding.related);
}

#[track_caller]
fn names_at(finding: &Finding, line: u32) {
    let site = &finding.site;
    assert_eq!(
        (site.kind, site.line, site.role),
        (SiteKind::Line, line, Role::Creates),
        "{site:?}"
    );
    assert_eq!(site.found_by, [WitnessKind::Trace]);
}

/// Leaves the line open, with these candidates.
#[track_caller]
fn leaves_open(finding: &Finding, candidates: &[u32]) {
    assert_ne!(finding.site.kind, SiteKind::Line, "{:?}", finding.site);
    let lines: Vec<u32> = finding.candidates.iter().map(|one| one.site.line).collect();
    assert_eq!(lines, candidates);
    assert!(!finding.would_decide.is_empty());
}

fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&CALLS, more].concat()
}

#[test]
fn the_maker_that_the_way_of_the_calls_leads_to_is_named_and_the_shared_one_is_not() {
    let finding = of(executable(&CALLS, &MADE));
    names(&finding, 20);
    let shown: Vec<&str> = finding
        .evidence
        .iter()
        .filter(|item| item.kind == "trace")
        .map(|item| &*item.text)
        .collect();
    assert_eq!(
        shown,
        [
            "main.newClient (main.go:20): no other line makes what its calls use, by the executable; used at main.go:36 (main.(*client).fare): 25 of 25 http2.ClientConn created through it in 5.0 s of execution trace are left"
        ]
    );
}

#[test]
fn a_maker_on_the_way_itself_and_one_of_another_package_are_named() {
    names(&of(executable(&CALLS[1..], &["main.serveFare:40", "main.newTables:30"])), 40);
    let through = [
        ("main.serveFare:41", "example.com/shop/clients.New"),
        ("example.com/shop/clients.New:9", "example.com/shop/clients.transport"),
        ("main.main:12", "main.newTables"),
    ];
    let made = ["example.com/shop/clients.transport:17", "main.newTables:30"];
    names(&of(executable(&through, &made)), 17);
}

#[test]
fn of_a_library_that_makes_it_the_call_is_named() {
    let library = "github.com/hashicorp/go-cleanhttp.DefaultPooledTransport";
    let made = [format!("{library}:30"), "main.newTables:30".to_owned()];
    let made = made.each_ref().map(|line| &**line);
    names(&of(executable(&with(&[("main.newClient:21", library)]), &made)), 21);
}

#[test]
fn a_constructor_that_others_use_rightly_passes_the_blame_to_the_call_on_the_way() {
    let calls = with(&[("main.newTables:30", "main.newClient")]);
    names(&of(executable(&calls, &MADE[..1])), 41);
    // A copy of what is shared is made where it is copied.
    let copies = "net/http.(*Transport).Clone";
    let made = [format!("{copies}:400"), "main.newTables:30".to_owned()];
    let made = made.each_ref().map(|line| &**line);
    names(&of(executable(&with(&[("main.newClient:22", copies)]), &made)), 22);
}

#[test]
fn several_makers_on_the_way_leave_the_line_open() {
    let calls = with(&[("main.serveFare:43", "main.newTables")]);
    leaves_open(&of(executable(&calls, &MADE)), &[20, 30]);
}

#[test]
fn what_whoever_runs_a_server_makes_for_its_handlers_is_shared() {
    let served = |by: &str| {
        format!(
            "main.getJSON:50 < main.(*client).fare:36 < main.serveFare:42 < {by} < net/http.HandlerFunc.ServeHTTP < net/http.(*conn).serve"
        )
    };
    let of = |fare: &str, creator: Option<&str>| {
        let mut trace = trace(SEND, &[(fare, 25, 25), (TABLE, 0, 25)]);
        for creation in &mut trace.creations {
            creation.chain.extend(creator.map(stack));
        }
        let calls = with(&[("main.main:13", "main.run"), ("main.run:15", "main.newTables")]);
        finding(trace, Some(executable(&calls, &MADE)))
    };
    // A handler that is a closure of `main`, by a connection older than the trace.
    names(&of(&served("main.main.func1:14"), None), 20);
    // And by one that began in it, of a server that a helper of `main` runs.
    let runs = "net/http.(*Server).Serve < net/http.ListenAndServe < main.run:18 < main.main:13";
    names(&of(&served("main.run.func1:16"), Some(runs)), 20);
    names(&of(FARE, Some(runs)), 20);
    // What the handler makes itself is made for each call, by a closure of its own too.
    let serves = "main.getJSON:50 < main.main.func1:14 < net/http.HandlerFunc.ServeHTTP < net/http.(*conn).serve";
    for maker in ["main.main.func1:12", "main.main.func1.1:13", "main.main.func1.2.deferwrap1:13"] {
        let trace = trace(SEND, &[(serves, 25, 25), (TABLE, 0, 25)]);
        let calls = executable(&with(&[("main.main:11", "main.newTables")]), &[maker, MADE[1]]);
        names_at(&finding(trace, Some(calls)), frame(maker).line);
    }
    // Who makes a handler and does not wait for a server may do so for each call.
    leaves_open(&of(&served("main.run.func1:16"), None), &[20, 30]);
}

#[test]
fn of_several_makers_on_the_way_the_nearest_is_told_first() {
    // A closure of `main` works, so that what `main` made may be what it uses.
    let fare = "main.getJSON:50 < main.(*client).fare:36 < main.serveFare:42 < main.main.func1:14 < example.com/jobs.(*Pool).work";
    let made = ["main.newAudit:5", MADE[0]];
    let executable = executable(&with(&[("main.main:11", "main.newAudit")]), &made);
    let trace = trace(SEND, &[(fare, 25, 25), (TABLE, 0, 25)]);
    leaves_open(&finding(trace, Some(executable)), &[20, 5]);
}

#[test]
fn a_maker_that_may_be_called_without_its_name_leaves_the_line_open_beside_another() {
    let mut calls = executable(&CALLS, &["main.newClient:20", "main.(*factory).Make:66"]);
    names(&of(calls.clone()), 20);
    calls.referenced.insert("main.(*factory).Make".into());
    leaves_open(&of(calls.clone()), &[20, 66]);
    calls.referenced.clear();
    calls.unfinished.insert("main.(*factory).Make".into());
    leaves_open(&of(calls.clone()), &[20, 66]);
    // The only one there is has made them, however it is called.
    calls.made.remove(0);
    names(&of(calls), 66);
}

#[test]
fn what_a_handler_makes_goes_to_no_other_handler() {
    let mut calls = executable(&CALLS, &["main.newClient:20", "main.serveTable:70"]);
    calls.referenced.insert("main.serveTable".into());
    names(&of(calls), 20);
}

#[test]
fn what_packages_make_when_they_are_initialised_is_shared() {
    let mut calls = executable(&CALLS, &["main.newClient:20", "main.init:5", "main.init.0:8"]);
    calls.referenced.extend(["main.init".into(), "main.init.0".into()]);
    names(&of(calls.clone()), 20);
    calls.made.remove(0);
    leaves_open(&of(calls), &[]);
}

#[test]
fn a_maker_that_is_called_from_elsewhere_only_is_not_accused() {
    leaves_open(&of(executable(&CALLS, &["main.newTables:30"])), &[]);
}

#[test]
fn a_maker_in_a_helper_that_healthy_calls_pass_too_is_not_named_beside_another() {
    let calls = with(&[("main.getJSON:48", "main.fallback")]);
    leaves_open(&of(executable(&calls, &["main.newClient:20", "main.fallback:80"])), &[20, 80]);
}

#[test]
fn pools_of_libraries_count_where_calls_go_through_libraries() {
    let library = "github.com/x/api.newTransport";
    let made = ["main.newClient:20".to_owned(), format!("{library}:30")];
    let made = made.each_ref().map(|line| &**line);
    let mut calls = executable(&CALLS, &made);
    calls.referenced.insert(library.into());
    names(&of(calls.clone()), 20);
    let through = format!("{SEND} < github.com/x/api.(*Client).Fetch");
    let finding = finding(trace(&through, &[(FARE, 25, 25), (TABLE, 0, 25)]), Some(calls));
    leaves_open(&finding, &[20, 30]);
}

/// The finding on HTTP/1 connections that rest, 10 more each two seconds, and a trace of calls by these paths: how many
/// dialled, and how many there were.
fn at_rest(paths: &[(&str, u64, u64)], made: &[&str]) -> Finding {
    const READ_LOOP: &str =
        "bufio.(*Reader).fill < bufio.(*Reader).Peek < net/http.(*persistConn).readLoop";
    const WRITE_LOOP: &str = "net/http.(*persistConn).writeLoop";
    let send = "net/http.(*Transport).roundTrip < net/http.(*Client).do < net/http.(*Client).Do";
    let mut trace = Trace { seconds: 5.0, ..Trace::default() };
    for &(path, dialled, calls) in paths {
        let asks = format!("net/http.(*Transport).getConn < {send} < {path}");
        let chain = vec![stack("net/http.(*Transport).dialConn"), stack(&asks)];
        let index = trace.creations.len();
        for function in ["net/http.(*persistConn).readLoop", WRITE_LOOP] {
            let start = Some(frame(function));
            trace.creations.push(Creation {
                start,
                chain: chain.clone(),
                alive: dialled,
                ended: 0,
            });
        }
        let waking = Waking { stack: stack(&format!("{send} < {path}")), creation: None };
        trace.wakings.push(WakingCount { waiting: stack(WRITE_LOOP), waking, count: calls });
        for at in 0..dialled {
            let id = 1000 * (index as u64 + 1) + 2 * at;
            let one = |id, frames, state, creation| TracedGoroutine {
                state,
                ..traced(id, frames, creation)
            };
            trace.goroutines.push(one(id, READ_LOOP, WaitState::IoWait, index));
            trace.goroutines.push(one(id + 1, WRITE_LOOP, WaitState::Select, index + 1));
        }
    }
    let crowds = [("IO wait", READ_LOOP), ("select", WRITE_LOOP)];
    let crowds = crowds.map(|(state, frames)| Crowd(state, frames, rising(300, 10)));
    let used_once = |n| Socket {
        data_segments_in: Some(1),
        data_segments_out: Some(1),
        last_sent_ms: Some(100 * n),
        last_received_ms: Some(100 * n),
        ..silent(n, Timer::Keepalive)
    };
    let mut service = with_sockets(service(&crowds), |at| 300 + 10 * at, used_once);
    let maker = |at: &&str| Made { at: frame(at), of: "net/http.Transport".into() };
    let calls = Calls { made: made.iter().map(maker).collect(), ..executable(&CALLS, &[]) };
    service.instances[0].calls = Some(calls);
    service.instances[0].snapshots.push(Snapshot { trace: Some(trace), ..Snapshot::default() });
    let finding = detect(&service, &CATALOGUE).findings.into_iter().next().expect("a finding");
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("transport-per-request"));
    finding
}

#[test]
fn of_http_1_too_the_maker_of_the_pools_that_nobody_uses_again_is_named() {
    names(&at_rest(&[(FARE, 25, 25), (TABLE, 1, 25)], &MADE), 20);
    // Some calls are served before anybody waits for them.
    names(&at_rest(&[(FARE, 25, 3), (TABLE, 0, 25)], &MADE), 20);
}

#[test]
fn a_pool_of_http_1_that_warms_up_beside_leaves_the_line_open() {
    let finding = at_rest(&[(FARE, 25, 25), (TABLE, 20, 25)], &MADE);
    assert_ne!(finding.site.kind, SiteKind::Line, "{:?}", finding.site);
    let finding = at_rest(&[(FARE, 25, 400), (TABLE, 1, 25)], &MADE);
    assert_ne!(finding.site.kind, SiteKind::Line, "{:?}", finding.site);
}

#[test]
fn without_the_executable_it_is_asked_for() {
    let finding = finding(trace(SEND, &[(FARE, 25, 25), (TABLE, 0, 25)]), None);
    leaves_open(&finding, &[]);
    let ways = &finding.would_decide;
    assert!(ways.iter().any(|way| way.starts_with("the executable, ")), "{ways:?}");
}

#[test]
fn few_and_equal_uses_name_no_maker() {
    let few = trace(SEND, &[(FARE, 2, 2), (TABLE, 0, 25)]);
    leaves_open(&finding(few, Some(executable(&CALLS, &MADE))), &[20]);
    // A pool of which each call takes another connection, as of a crawler.
    let alike = trace(SEND, &[(FARE, 13, 13), (TABLE, 12, 12)]);
    leaves_open(&finding(alike.clone(), Some(executable(&CALLS, &MADE))), &[20]);
    let both = with(&[("main.serveTable:70", "main.newClient")]);
    names_at(&finding(alike, Some(executable(&both, &MADE))), 20);
}
