//! Execution traces recorded from real programs (`crates/exectrace/tests/recorded`) as evidence.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use jiff::Timestamp;
use plumb_case::{
    CaseMeta, InputOptions, PieceKind, PieceMeta, Recorder, open, read_inputs, scrub,
};
use plumb_evidence::goroutine::{GoroutineSource, WaitState};
use plumb_evidence::trace::{Trace, TracedGoroutine, Waking};
use plumb_evidence::{Service, Stack};

const RELEASES: [&str; 4] = ["1.22.12", "1.23.12", "1.25.5", "1.26.2"];

/// Bytes cut off the end, within the last generation: most of a trace of a second is its first one.
const CUT: usize = 200;

fn recorded(release: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../exectrace/tests/recorded");
    let packed = std::fs::read(folder.join(format!("go-{release}.trace.gz"))).unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read(bytes: &[u8]) -> Service {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "x.trace", bytes);
    read_inputs(&[path], &InputOptions::default()).unwrap()
}

fn trace(service: &Service) -> &Trace {
    service.instances[0].snapshots[0].trace.as_ref().unwrap()
}

/// Goroutines that wait to send in `main.leak`'s closure.
fn leaked(trace: &Trace) -> Vec<&TracedGoroutine> {
    let waits = |one: &&TracedGoroutine| one.stack.passes("main.leak.func1");
    trace.goroutines.iter().filter(waits).collect()
}

fn innermost(stack: &Stack) -> &str {
    stack.leaf().map_or("", |frame| &frame.function)
}

#[test]
fn a_trace_tells_who_created_what_still_waits() {
    for release in RELEASES {
        let service = read(&recorded(release));
        let trace = trace(&service);
        assert!(trace.seconds > 1.0 && trace.seconds < 60.0, "{release}: {}", trace.seconds);
        let leaked = leaked(trace);
        assert_eq!(leaked.len(), 7, "{release}");
        for goroutine in leaked {
            assert_eq!(goroutine.state, WaitState::ChanSend, "{release}");
            let creation = trace.creation(goroutine.creation).unwrap();
            assert_eq!((creation.alive, creation.ended), (7, 0), "{release}");
            assert_eq!(innermost(&creation.chain[0]), "main.leak", "{release}");
            assert_eq!(&*creation.start.as_ref().unwrap().function, "main.leak.func1");
        }
    }
}

#[test]
fn whoever_hands_a_request_to_a_connection_woke_its_write_loop() {
    let service = read(&recorded("1.26.2"));
    let trace = trace(&service);
    let by_program = |waking: &Waking| {
        waking.stack.passes("net/http.(*persistConn).roundTrip") && waking.stack.passes("main.work")
    };
    let is_writer = |stack: &Stack| stack.passes("net/http.(*persistConn).writeLoop");
    let held = trace.goroutines.iter().filter(|one| is_writer(&one.stack));
    let held = held.filter_map(|one| one.waking.as_ref()).filter(|waking| by_program(waking));
    assert_eq!(held.count(), 1, "mostly the request is there before the loop waits");
    let ways =
        trace.wakings.iter().filter(|way| is_writer(&way.waiting) && by_program(&way.waking));
    assert!(ways.map(|way| way.count).sum::<u64>() >= 1);
}

#[test]
fn a_new_connection_is_handed_to_whoever_waits_for_it() {
    for release in RELEASES {
        let service = read(&recorded(release));
        let of_client = |one: &&TracedGoroutine| {
            one.stack.passes("net/http.(*persistConn).writeLoop") && one.waking.is_none()
        };
        let writers = trace(&service).goroutines.iter().filter(of_client);
        let handed: Vec<bool> = writers
            .map(|one| {
                let waiting = one.handed.as_ref();
                waiting.is_some_and(|stack| {
                    stack.passes("net/http.(*Transport).getConn") && stack.passes("main.work")
                })
            })
            .collect();
        assert!(handed.len() >= 11, "{release}: {handed:?}");
        assert!(handed.iter().all(|handed| *handed), "{release}: {handed:?}");
    }
}

#[test]
fn regions_are_those_of_who_created_woke_and_waited() {
    for release in RELEASES {
        let service = read(&recorded(release));
        let goroutines = &trace(&service).goroutines;
        let writers =
            goroutines.iter().filter(|one| one.stack.passes("net/http.(*persistConn).writeLoop"));
        let used_in = writers.map(|one| match &one.waking {
            Some(_) => one.woken_in.as_deref(),
            None => one.handed_in.as_deref(),
        });
        let used_in: Vec<_> = used_in.collect();
        assert!(used_in.len() >= 12, "{release}: {used_in:?}");
        let expected = Some("round of task work \"quoted\"");
        assert!(used_in.iter().all(|region| *region == expected), "{release}: {used_in:?}");
        // The program leaks before its first region.
        assert!(leaked(trace(&service)).iter().all(|one| one.created_in.is_none()), "{release}");
    }
}

#[test]
fn a_trace_alone_is_a_list_of_goroutines() {
    let service = read(&recorded("1.26.2"));
    let list = service.instances[0].snapshots[0].goroutines.as_ref().unwrap();
    assert_eq!(list.source, GoroutineSource::Trace);
    let forever = |function: &str| {
        let of = list.groups.iter().filter(|group| group.stack.passes(function));
        of.map(|group| group.count).sum::<u64>()
    };
    assert_eq!(forever("main.older"), 3);
    assert_eq!(forever("main.leak.func1"), 7);
    assert!(service.problems.is_empty(), "{:?}", service.problems);
}

#[test]
fn go_1_22_does_not_tell_where_older_goroutines_wait() {
    let told = |release| {
        let service = read(&recorded(release));
        service.problems.iter().map(|problem| problem.what.clone()).collect::<Vec<_>>()
    };
    assert!(
        told("1.22.12")[0].starts_with("a trace of Go 1.22 has no stacks"),
        "{:?}",
        told("1.22.12")
    );
    assert_eq!(told("1.23.12"), Vec::<String>::new());
}

#[test]
fn what_cannot_be_read_of_a_trace_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let old = written(folder.path(), "old.trace", b"go 1.21 trace\0\0\0and more");
    let error = read_inputs(&[old], &InputOptions::default()).unwrap_err();
    assert!(error.to_string().contains("Go 1.22 and later"), "{error}");
    let whole = recorded("1.26.2");
    let service = read(&whole[..whole.len() - CUT]);
    assert!(service.problems[0].what.contains("cut off"), "{:?}", service.problems);
}

#[test]
fn a_case_keeps_the_bytes_and_scrubbing_leaves_them_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let meta = CaseMeta {
        plumb: "0".to_owned(),
        captured_at: Timestamp::UNIX_EPOCH,
        target: "http://127.0.0.1:1".to_owned(),
    };
    let recorder = Recorder::create(Some(&path), meta).unwrap();
    let instance = recorder.instance("127.0.0.1:1");
    let bytes = recorded("1.25.5");
    let meta = PieceMeta::new(instance, PieceKind::Trace, 0, Timestamp::UNIX_EPOCH);
    let mut piece = recorder.piece(meta).unwrap();
    std::io::Write::write_all(&mut piece, &bytes[..bytes.len() - CUT]).unwrap();
    piece.mark_truncated();
    piece.finish().unwrap();
    recorder.finish().unwrap();
    let service = open(&path).unwrap();
    assert_eq!(leaked(trace(&service)).len(), 7);
    // That it is cut off is no news.
    assert!(service.problems.is_empty(), "{:?}", service.problems);
    let scrubbed = folder.path().join("scrubbed.case");
    scrub(&path, &scrubbed).unwrap();
    assert!(open(&scrubbed).unwrap().instances[0].snapshots.is_empty());
}
