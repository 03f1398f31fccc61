//! `plumb trace`: what people see of a real trace, of a broken one, and of what is none.

#[allow(dead_code)] // shared by several tests
mod support;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use plumb_case::{InputOptions, read_inputs};
use plumb_evidence::goroutine::{GoroutineSource, Goroutines, Group, WaitState};
use plumb_evidence::{Frame, Snapshot, Stack, Timestamp};
use plumb_report::Format;
use serde_json::{Value, json};
use support::plumb;
use tempfile::TempDir;

/// A recorded trace, and the folder that it is in for the time of a test.
fn recorded(version: &str) -> (TempDir, PathBuf) {
    unpacked(&format!("go-{version}.trace.gz"))
}

fn unpacked(name: &str) -> (TempDir, PathBuf) {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../exectrace/tests/recorded");
    let packed = fs::File::open(recorded.join(name)).unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.trace");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[test]
fn creations_that_outlive_the_trace_come_first() {
    let (_folder, path) = recorded("1.26.2");
    let said = plumb(&["trace", path.to_str().unwrap()]);
    assert_eq!((said.code, &said.err[..]), (Some(0), ""));
    for text in [
        "(go 1.26)",
        "9,378 events",
        "7 alive, 0 ended: main.leak.func1\ncreated   main.leak small.go:20",
        "longest   chan send for 1.24 s",
        "12 alive, 48 ended: net/http.(*persistConn).readLoop",
        "region    round of task work \"quoted\"\n",
        "woken     12 of 12 last by another goroutine\nfrom      sync.(*Cond).Broadcast",
        "main.work.func1 small.go:29",
        "goroutine 25 and 6 more at the same place: chan send for 1.24 s\n  main.leak.func1 small.go:20",
        "goroutine 21 and 2 more at the same place: waiting for the whole trace",
    ] {
        assert!(said.out.contains(text), "no {text:?} in {}", said.out);
    }
    assert!(!said.out.contains("gcBgMarkWorker"), "{}", said.out);
    let wide: Vec<_> = said.out.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.iter().all(|line| line.contains("x.trace")), "{wide:?}");
    let all = plumb(&["trace", path.to_str().unwrap(), "--verbose"]);
    assert!(all.out.contains("gcBgMarkWorker"), "{}", all.out);
}

#[test]
fn one_goroutine_is_told_with_who_woke_it() {
    let (_folder, path) = recorded("1.26.2");
    let json = plumb(&["trace", path.to_str().unwrap(), "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let goroutines = json["goroutines"].as_array().unwrap();
    let writer = goroutines.iter().find(|goroutine| {
        let waker = goroutine["woken"]["stack"].to_string();
        waker.contains("persistConn).roundTrip")
    });
    let writer = writer.unwrap();
    assert_eq!(writer["created_in"], "round of task work \"quoted\"");
    // Whoever woke it is told, and how that one was created.
    assert!(writer["woken"]["chain"].to_string().contains("main.main"), "{writer}");
    let id = writer["id"].to_string();
    let said = plumb(&["trace", path.to_str().unwrap(), "--goroutine", &id]);
    assert_eq!(said.code, Some(0));
    for text in [
        &format!("goroutine {id}: select for"),
        "created   ",
        "woken     ",
        "from      ",
        "main.work.func1",
        "region    round of task work \"quoted\"",
    ] {
        assert!(said.out.contains(text), "no {text:?} in {}", said.out);
    }
    let said = plumb(&["trace", path.to_str().unwrap(), "--goroutine", "999999"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.starts_with("plumb: no goroutine 999999 is alive at the end"), "{}", said.err);
}

#[test]
fn json_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(plumb_report::trace::SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for version in ["1.22.12", "1.26.2"] {
        let (_folder, path) = recorded(version);
        let said = plumb(&["trace", path.to_str().unwrap(), "--format", "json"]);
        let json: Value = serde_json::from_str(&said.out).unwrap();
        let errors: Vec<_> = schema.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let leak = &json["creations"].as_array().unwrap().iter();
        let leak = leak.clone().find(|creation| creation["start"] == "main.leak.func1").unwrap();
        assert_eq!((&leak["alive"], &leak["ended"]), (&7.into(), &0.into()), "{version}");
    }
}

#[test]
fn all_events_are_printed_one_after_the_other() {
    let (_folder, path) = recorded("1.26.2");
    let said = plumb(&["trace", path.to_str().unwrap(), "--events"]);
    assert_eq!(said.code, Some(0));
    assert!(said.out.starts_with("M=-1 P=-1 G=-1 Sync Time="), "{}", &said.out[..100]);
    let events = said.out.lines().filter(|line| line.starts_with("M=")).count();
    assert_eq!(events, 9378);
}

#[test]
fn a_trace_that_is_cut_off_says_so() {
    let (_folder, path) = recorded("1.26.2");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    let said = plumb(&["trace", path.to_str().unwrap()]);
    assert_eq!(said.code, Some(3));
    assert!(said.out.contains("the trace is cut off: "), "{}", said.out);
    assert!(said.out.contains("main.leak.func1"), "{}", said.out);
    let said = plumb(&["trace", path.to_str().unwrap(), "--events"]);
    assert_eq!(said.code, Some(3));
    assert!(said.err.starts_with("plumb: the trace is cut off"), "{}", said.err);
}

#[test]
fn what_is_no_trace_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.trace");
    for (bytes, says) in [
        (&b""[..], "the input is empty"),
        (b"<html><body>404</body></html>", "not a Go execution trace"),
        (b"go 1.21 trace\0\0\0", "only those of Go 1.22 and later can be read"),
        (b"go 1.99 trace\0\0\0", "newer than this plumb"),
    ] {
        fs::write(&path, bytes).unwrap();
        let said = plumb(&["trace", path.to_str().unwrap()]);
        assert_eq!(said.code, Some(2));
        assert!(said.err.contains(says), "no {says:?} in {}", said.err);
        assert!(said.err.contains("/debug/pprof/trace?seconds=5"), "{}", said.err);
    }
    // What may hold one says how to get at it.
    for (bytes, says) in
        [(&b"\x1f\x8b\x08\0"[..], "gunzip it first"), (b"\x28\xb5\x2f\xfd", "tar --zstd -xf CASE")]
    {
        fs::write(&path, bytes).unwrap();
        let said = plumb(&["trace", path.to_str().unwrap()]);
        assert_eq!(said.code, Some(2));
        assert!(said.err.contains(says), "no {says:?} in {}", said.err);
    }
    let said = plumb(&["trace", folder.path().to_str().unwrap()]);
    assert!(said.err.contains("cannot read the trace: "), "{}", said.err);
    let said = plumb(&["trace", folder.path().join("none").to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("no such file"), "{}", said.err);
}

#[test]
fn a_diagnosis_reads_a_trace_as_one_look_at_the_goroutines() {
    let (_folder, path) = recorded("1.26.2");
    let said = plumb(&["diagnose", path.to_str().unwrap(), "--format", "json", "--no-source"]);
    // One look shows no growth, so nothing is acquitted.
    assert_eq!(said.code, Some(3), "{}", said.err);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    let snapshots = json["instances"][0]["snapshots"].as_array().unwrap();
    assert_eq!(snapshots.len(), 1);
    assert!(snapshots[0]["goroutines"].as_u64().unwrap() > 40, "{snapshots:?}");
    assert_eq!(json["problems"].as_array().unwrap().len(), 0, "{}", json["problems"]);
}

/// A look at a process in which each of these goroutines grows by ten each two seconds, with a recorded trace at its end.
fn diagnosed(functions: &[&str], trace: &Path) -> Value {
    let group = |function: &str, count| {
        Group::new(
            WaitState::Select,
            Stack([Frame { function: function.into(), file: "".into(), line: 1 }].into()),
            count,
        )
    };
    let snapshot = |at: u64| {
        let count = 300 + 10 * at;
        let taken = Timestamp::from_second(1_700_000_000 + 2 * at as i64).ok();
        let goroutines = Goroutines {
            taken,
            source: GoroutineSource::Profile,
            total: functions.len() as u64 * count,
            groups: functions.iter().map(|function| group(function, count)).collect(),
            truncated: false,
        };
        Snapshot { taken, goroutines: Some(goroutines), ..Snapshot::default() }
    };
    let mut service = read_inputs(&[trace.to_owned()], &InputOptions::default()).unwrap();
    let snapshots = &mut service.instances[0].snapshots;
    let trace = Snapshot { trace: snapshots.remove(0).trace, ..Snapshot::default() };
    assert!(trace.trace.is_some());
    *snapshots = (0..7).map(snapshot).chain([trace]).collect();
    let diagnosis = plumb_detect::detect(&service, &plumb_patterns::CATALOGUE);
    let json = Format::named("json").unwrap();
    let said = (json.render)(&diagnosis, &plumb_report::Options::default());
    serde_json::from_str::<Value>(&said).unwrap()["findings"][0].clone()
}

#[test]
fn a_diagnosis_tells_the_region_in_which_responses_are_held() {
    let (_folder, path) = recorded("1.26.2");
    let loops = ["net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop"];
    let finding = diagnosed(&loops, &path);
    // One of five responses is held, so it is told as one of the candidates.
    let told = finding["candidates"].to_string();
    assert!(told.contains("small.go"), "{finding:#}");
    let region = r#"of the connections in hand; region round of task work \"quoted\""#;
    assert!(told.contains(region), "{finding:#}");
}

#[test]
fn whoever_holds_responses_on_a_shared_connection_is_named_and_who_closes_them_is_not() {
    let (_folder, path) = unpacked("http2-go-1.27.3.trace.gz");
    let finding = diagnosed(&["net/http/internal/http2.(*clientStream).doRequest"], &path);
    let site = &finding["site"];
    assert_eq!((&site["function"], &site["line"]), (&json!("main.audit"), &json!(15)));
    assert_eq!(site["found_by"], json!(["trace"]));
    assert!(!finding.to_string().contains("main.price"), "{finding:#}");
}
