//! Execution traces of real Go services.

use std::time::{Duration, Instant};

use plumb_case::{CaseMeta, Recorder, reopen};
use plumb_collect::{CaptureOptions, Silent, Target, capture, capture_trace};

use crate::support::{Brought, Server, once, take};

/// One quick round and a trace of half a second.
fn with_trace() -> CaptureOptions {
    CaptureOptions { trace: true, trace_length: Duration::from_millis(500), ..once() }
}

fn trace(brought: &Brought) -> Option<&plumb_evidence::trace::Trace> {
    brought.instance().latest(|snapshot| snapshot.trace.as_ref())
}

#[test]
fn a_trace_is_taken_where_it_is_asked_for() {
    let server = Server::start("full", &["-goroutines", "20"]);
    let brought = take(&[&server.url("")], &with_trace()).unwrap();
    assert_eq!(brought.problems(), "");
    let trace = trace(&brought).unwrap();
    assert!((0.4..10.0).contains(&trace.seconds), "{}", trace.seconds);
    let waiting = trace.goroutines.iter().filter(|one| one.stack.passes("main.prepare.func1"));
    assert_eq!(waiting.count(), 20);
    let without = take(&[&server.url("")], &once()).unwrap();
    assert!(without.instance().snapshots.iter().all(|snapshot| snapshot.trace.is_none()));
}

#[test]
fn a_trace_ends_early_when_it_is_too_large_and_is_used() {
    // Each goroutine is told of with its stack.
    let server = Server::start("full", &["-goroutines", "20000"]);
    let options = CaptureOptions {
        trace_bytes: 300_000,
        trace_length: Duration::from_secs(20),
        ..with_trace()
    };
    let begin = Instant::now();
    let brought = take(&[&server.url("")], &options).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert!(brought.told.notes().iter().any(|note| note.contains("ended early")));
    // Whoever hung up ended it in the target, too: another one can be taken at once.
    let again = take(&[&server.url("")], &with_trace()).unwrap();
    assert!(trace(&again).is_some(), "{}", again.problems());
}

#[test]
fn what_keeps_a_trace_from_being_taken_keeps_nothing_else() {
    let server = Server::start("full", &["-tracing"]);
    let brought = take(&[&server.url("")], &with_trace()).unwrap();
    assert!(brought.problems().contains("another execution trace"), "{}", brought.problems());
    assert!(brought.instance().snapshots[0].goroutines.is_some());

    let server = Server::start("hand-mounted", &[]);
    let brought = take(&[&server.url("")], &with_trace()).unwrap();
    assert!(brought.instance().missing.iter().any(|name| name == "trace"));
    assert!(trace(&brought).is_none());
}

#[test]
fn a_trace_is_added_to_a_case_that_is_there() {
    let server = Server::start("full", &[]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let url = server.url("");
    let targets = [Target::parse(&url).unwrap()];
    let meta =
        CaseMeta { plumb: "test".into(), captured_at: jiff::Timestamp::now(), target: url.clone() };
    let recorder = Recorder::create(Some(&path), meta).unwrap();
    capture(&targets, &once(), &recorder, &Silent).unwrap();
    let case = recorder.finish().unwrap();
    let before = plumb_case::open(case.path()).unwrap();

    let options = CaptureOptions { trace: false, ..with_trace() };
    let recorder = reopen(&case).unwrap();
    capture_trace(&targets, &options, &recorder, &Silent).unwrap();
    recorder.finish().unwrap();
    let after = plumb_case::open(&path).unwrap();
    assert_eq!(after.problems, []);
    let [.., last] = &after.instances[0].snapshots[..] else { panic!("no snapshot") };
    assert!(last.trace.is_some());
    let rest = after.instances[0].snapshots.len() - 1;
    assert_eq!(after.instances[0].snapshots[..rest], before.instances[0].snapshots);
}
