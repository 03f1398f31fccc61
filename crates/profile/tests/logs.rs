//! Dumps inside logs. The dumps are recorded (fixtures/RECIPE.md); the wrapping follows the documented
//! formats of the collectors, with a dump of the same content as expectation.

use std::fs;
use std::path::PathBuf;

use plumb_profile::{Contents, FoundDump, Limits, ReadError, read, read_from};

fn text(version: &str, name: &str) -> String {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests/fixtures", &format!("go{version}"), name]
            .iter()
            .collect();
    fs::read_to_string(path).unwrap()
}

fn find(log: &str) -> Vec<FoundDump> {
    let whole = read(log.as_bytes(), &Limits::default()).unwrap();
    // Small reads must not change anything.
    let trickle = read_from(Trickle(log.as_bytes()), &Limits::default()).unwrap();
    assert_eq!(whole, trickle);
    assert_eq!(whole.problems, []);
    match whole.contents {
        Contents::Log(found) => found,
        other => panic!("no log: {other:?}"),
    }
}

/// Reads at most 1000 bytes at a time.
struct Trickle<'a>(&'a [u8]);

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = buf.len().min(1000);
        self.0.read(&mut buf[..n])
    }
}

/// The log as an array of entries of a cloud's logging service, with the newest first if `reversed`.
fn array(log: &str, reversed: bool, times: bool) -> String {
    let entry = |(at, line): (usize, &str)| {
        let text = line.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t");
        let time = if times {
            format!(",\n    \"timestamp\": \"2026-11-22T06:42:07.{at:09}Z\"")
        } else {
            String::new()
        };
        format!("  {{\n    \"insertId\": \"x{at}\",\n    \"textPayload\": \"{text}\"{time}\n  }}")
    };
    let mut entries: Vec<String> = log.lines().enumerate().map(entry).collect();
    if reversed {
        entries.reverse();
    }
    format!("[\n{}\n]\n", entries.join(",\n"))
}

#[test]
fn an_array_of_entries_is_a_log_whichever_way_round() {
    let log = "SIGQUIT: quit\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:9 +0x1d\n\n\
               goroutine 18 [chan send, 15 minutes]:\nmain.first.func1()\n\t/src/main.go:14 +0x2c\n\
               created by main.first in goroutine 1\n\t/src/main.go:13 +0x5a\n";
    for (reversed, times) in [(false, true), (true, true), (false, false), (true, false)] {
        let found = find(&array(log, reversed, times));
        let [found] = found.as_slice() else { panic!("{reversed}, {times}: {found:?}") };
        assert_eq!(found.dump.total, 2, "{reversed}, {times}");
        assert_eq!(found.cause.as_deref(), Some("SIGQUIT: quit"), "{reversed}, {times}");
        assert!(found.is_last_word());
    }
}

/// The log as it is, between two lines of something else, each line changed by `wrap`.
fn wrapped(log: &str, wrap: impl Fn(usize, &str) -> String) -> String {
    let before = "listening on :8080 (tcp)";
    let after = "exit status 2";
    let lines = [before].into_iter().chain(log.lines()).chain([after]);
    lines.enumerate().map(|(i, line)| wrap(i, line) + "\n").collect()
}

fn json(line: &str) -> String {
    let mut out = String::new();
    for c in line.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\x1b' => out.push_str("\\u001b"),
            c => out.push(c),
        }
    }
    out
}

type Wrap = fn(usize, &str) -> String;

/// RFC 3339 time with the fraction as Go's RFC3339Nano writes it, without zeros at its end.
fn nano(i: usize) -> String {
    let fraction = format!("{:09}", i * 7919 % 1_000_000_000 * 10);
    format!("2026-05-01T10:00:00.{}Z", fraction.trim_end_matches('0').get(..9).unwrap_or("1"))
}

const WRAPS: [(&str, Wrap, Option<&str>); 12] = [
    ("plain", |_, l| l.to_owned(), None),
    ("tab", |_, l| format!("\t{l}"), None),
    (
        "journald short",
        |i, l| format!("May  1 10:{:02}:00 web-1 svc[412]: {l}", i / 60 % 60),
        Some("May  1 10:00:00"),
    ),
    (
        "rsyslog",
        |i, l| {
            format!("May  1 10:{:02}:00 web-1 svc[412]: {}", i / 60 % 60, l.replace('\t', "#011"))
        },
        Some("May  1 10:00:00"),
    ),
    (
        "journald json",
        |i, l| {
            format!(
                r#"{{"PRIORITY":"6","__REALTIME_TIMESTAMP":"17776{i:06}","MESSAGE":"{}","_PID":"412"}}"#,
                json(l)
            )
        },
        Some("17776"),
    ),
    ("kubectl --timestamps", |i, l| format!("{} {l}", nano(i)), Some("2026-05-01T10:00:00")),
    ("kubectl --prefix", |_, l| format!("[pod/web-5d9c/app] {l}"), None),
    ("cri", |i, l| format!("{} stderr F {l}", nano(i)), Some("2026-05-01T10:00:00")),
    (
        "cri without blanks at the end",
        |i, l| format!("{} stderr F {l}", nano(i)).trim_end().to_owned(),
        Some("2026-05-01T10:00:00"),
    ),
    (
        "docker",
        |i, l| format!(r#"{{"log":"{}\n","stream":"stderr","time":"{}"}}"#, json(l), nano(i)),
        Some("2026-05-01T10:00:00"),
    ),
    ("compose", |_, l| format!("web-1  | {l}"), None),
    ("windows", |_, l| format!("{l}\r"), None),
];

#[test]
fn any_collector_gives_the_same_dump() {
    for version in ["1.9.7", "1.19.13", "1.27.3"] {
        for name in ["sigquit.log", "deadlock.log", "panic.log"] {
            let original = text(version, name);
            let expected = find(&wrapped(&original, |_, l| l.to_owned()));
            assert_eq!(expected.len(), 1);
            for (how, wrap, time) in WRAPS {
                let found = find(&wrapped(&original, wrap));
                assert_eq!(found.len(), 1, "{version} {name} {how}");
                assert_eq!(found[0].dump, expected[0].dump, "{version} {name} {how}");
                assert_eq!(found[0].cause, expected[0].cause, "{version} {name} {how}");
                let got = found[0].time.as_deref();
                assert_eq!(got.is_some(), time.is_some(), "{version} {name} {how}: {got:?}");
                assert!(got.unwrap_or("").starts_with(time.unwrap_or("")), "{how}: {got:?}");
            }
        }
    }
}

#[test]
fn journald_drops_blank_lines() {
    let original = text("1.27.3", "sigquit.log");
    let expected = find(&original);
    let log: String = original
        .lines()
        .filter(|l| !l.is_empty())
        .map(|l| format!("May 01 10:00:00 web-1 svc[412]: {l}\n"))
        .collect();
    assert_eq!(find(&log)[0].dump, expected[0].dump);
}

#[test]
fn a_dump_inside_one_json_string() {
    let dump = text("1.27.3", "goroutine.debug2.txt");
    let Contents::Goroutines(expected) =
        read(dump.as_bytes(), &Limits::default()).unwrap().contents
    else {
        panic!("no dump");
    };
    let record = format!(
        r#"{{"level":"error","ts":"10:00","msg":"too many goroutines","stacktrace":"{}","n":1}}"#,
        json(&dump)
    );
    let log = format!("{{\"level\":\"info\",\"msg\":\"started\"}}\n{record}\n{record}\n");
    let found = find(&log);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].dump, expected);
    assert_eq!((found[0].time.as_deref(), found[0].line), (Some("10:00"), 2));

    // The same inside what docker and CRI make of long lines: parts of 16 KiB.
    let parts: Vec<_> = record.as_bytes().chunks(16 << 10).map(String::from_utf8_lossy).collect();
    let docker: String = parts
        .iter()
        .enumerate()
        .map(|(i, part)| {
            let end = if i + 1 == parts.len() { "\\n" } else { "" };
            format!("{{\"log\":\"{}{end}\",\"stream\":\"stderr\"}}\n", json(part))
        })
        .collect();
    let cri: String = parts
        .iter()
        .enumerate()
        .map(|(i, part)| {
            let tag = if i + 1 == parts.len() { "F" } else { "P" };
            format!("2026-05-01T10:00:00.1Z stderr {tag} {part}\n")
        })
        .collect();
    for log in [docker, cri] {
        let found = find(&log);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].dump, expected);
    }
}

/// What the libraries wrote is in fixtures/loggers: the dump as one value, and a record for each of its lines.
#[test]
fn dumps_in_what_log_libraries_write() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/loggers"].iter().collect();
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let Contents::Goroutines(expected) =
        read(text("dump.txt").as_bytes(), &Limits::default()).unwrap().contents
    else {
        panic!("no dump");
    };
    assert_eq!(expected.total, 5);
    let libraries = [
        ("go-kit", "2026-"),
        ("hclog", "2026-"),
        ("klog", "1121 "),
        ("logrus", "2026-"),
        ("logrus-colours", ""),
        ("logrus-json", "2026-"),
        ("slog-text", "2026-"),
        ("slog-text-group", "2026-"),
        ("zap-console", "2026-"),
        ("zap-json", ""),
        ("zerolog-console", "2026-"),
        ("zerolog-json", "2026-"),
    ];
    for (library, time) in libraries {
        for name in [format!("{library}.log"), format!("{library}-lines.log")] {
            let written = text(&name);
            let docker =
                |_, line: &str| format!(r#"{{"log":"{}\n","stream":"stderr"}}"#, json(line));
            for log in [written.clone(), wrapped(&written, docker)] {
                let found = find(&log);
                assert_eq!(found.len(), 1, "{name}");
                assert_eq!(found[0].dump, expected, "{name}");
                let got = found[0].time.as_deref().unwrap_or_default();
                // klog, hclog: the time is in the line before the dump.
                if !matches!(name.as_str(), "klog.log" | "hclog.log") {
                    assert!(
                        got.starts_with(time) && got.is_empty() == time.is_empty(),
                        "{name}: {got}"
                    );
                }
            }
        }
    }
}

#[test]
fn dumps_in_logfmt_have_their_cause_and_are_kept_apart() {
    let original = text("1.27.3", "sigquit.log");
    let expected = find(&original);
    let logfmt =
        |i: usize, line: &str| format!("time={} level=error msg=\"{}\" n={i}", nano(i), json(line));
    let found = find(&wrapped(&format!("{original}{original}"), logfmt));
    assert_eq!(found.len(), 2);
    for found in &found {
        assert_eq!(found.dump, expected[0].dump);
        assert_eq!(found.cause.as_deref(), Some("SIGQUIT: quit"));
        assert!(found.time.as_deref().unwrap().starts_with("2026-05-01T10:00:00"));
    }
}

#[test]
fn a_logfmt_value_that_is_cut_is_a_cut_dump() {
    let dump = text("1.27.3", "goroutine.debug2.txt");
    let whole = format!("time=10:00:00 level=error stack=\"{}\"\n", json(&dump));
    let expected = find(&whole);
    let at = whole.rfind("\\ncreated by").unwrap();
    let reading = read(&whole.as_bytes()[..at + 10], &Limits::default()).unwrap();
    let Contents::Log(found) = &reading.contents else { panic!("no log") };
    assert_eq!((found[0].dump.truncated, found[0].dump.total), (true, expected[0].dump.total - 1));
    assert!(reading.problems[0].what.starts_with("the dump is cut: it ends in the middle"));
}

#[test]
fn several_dumps_are_kept_apart() {
    let (quit, panic) = (text("1.27.3", "sigquit.log"), text("1.9.7", "panic.log"));
    let log = format!("start\n{quit}restarted\n{panic}exit status 2\nrestarted\n{quit}\n{quit}");
    let found = find(&log);
    let causes: Vec<_> = found.iter().map(|f| f.cause.as_deref().unwrap()).collect();
    assert_eq!(
        causes,
        ["SIGQUIT: quit", "panic: the disk is on fire", "SIGQUIT: quit", "SIGQUIT: quit"]
    );
    assert_eq!(found[0].dump, found[2].dump);
    assert_eq!(found[2].dump, found[3].dump);
    assert_eq!(found[0].line, 5);
}

/// The layout of `tracebackHexdump` in `runtime/traceback.go`; a broken stack cannot be had at will.
#[test]
fn hex_dumps_of_broken_stacks_do_not_end_a_dump() {
    let original = text("1.23.12", "sigquit.log");
    let expected = find(&original);
    let words = (0..40).map(|i| {
        format!("0x000000c0000{i:03x}f0:  0x000000c000012345  0x0000000000484aa5 <main.f+0x1d>\n")
    });
    let hex = format!(
        "runtime: g 7: unexpected return pc for main.f called from 0x1\n\
         stack: frame={{sp:0xc000046f30, fp:0xc000046f90}} stack=[0xc000046000,0xc000047000)\n{}",
        words.collect::<String>()
    );
    let at = original.rfind("created by").unwrap();
    let found = find(&format!("{}{hex}{}", &original[..at], &original[at..]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].dump, expected[0].dump);
}

#[test]
fn text_glued_to_the_header() {
    let dump = text("1.23.12", "goroutine.debug2.txt");
    let found = find(&format!("2026/05/01 10:00:00 dumping now: {dump}done\n"));
    let Contents::Goroutines(expected) =
        read(dump.as_bytes(), &Limits::default()).unwrap().contents
    else {
        panic!("no dump");
    };
    assert_eq!(found[0].dump, expected);
    assert_eq!(found[0].time.as_deref(), Some("2026/05/01 10:00:00"));
}

#[test]
fn other_services_in_the_same_file_do_not_disturb() {
    let original = text("1.27.3", "sigquit.log");
    let expected = find(&original);
    let log: String = original
        .lines()
        .enumerate()
        .map(|(i, l)| {
            let noise = if i % 9 == 4 { "[pod/db-0/pg] checkpoint starting: time\n" } else { "" };
            format!("{noise}[pod/web-5d9c77/app] {l}\n")
        })
        .collect();
    assert_eq!(find(&log)[0].dump, expected[0].dump);
}

fn error(text: &str) -> String {
    match read(text.as_bytes(), &Limits::default()) {
        Err(e @ (ReadError::Foreign(_) | ReadError::Empty)) => e.to_string(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn look_alikes_are_no_dumps() {
    let race = "==================\nWARNING: DATA RACE\nWrite at 0x00c00001c0b8 by goroutine 7:\n  \
                main.main.func1()\n      /x/main.go:9 +0x3a\n\nGoroutine 7 (running) created at:\n  \
                main.main()\n      /x/main.go:8 +0x84\n";
    let java = "Full thread dump OpenJDK 64-Bit Server VM (17.0.1 mixed mode):\n\n\"main\" #1 prio=5 \
                os_prio=0 tid=0x1 nid=0x2 waiting on condition\n   java.lang.Thread.State: WAITING\n\
                \tat java.lang.Object.wait(Native Method)\n";
    let python =
        "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\nKeyError\n";
    let source = "// Package x quotes a dump.\npackage x\n\nconst dump = `\ngoroutine 1 [running]:\n\
                  main.main()\n\t/x/main.go:9 +0x3a\n`\n";
    let cases = [
        (race, "race detector"),
        (java, "Java thread dump"),
        (python, "Python traceback"),
        (source, "Go source"),
        ("<!DOCTYPE html><html><title>Sign in</title></html>", "HTML page"),
        ("{\"error\": \"not found\"}", "JSON"),
        ("404 page not found\n", "\"404 page not found\""),
        (" \n", "empty"),
        ("", "empty"),
        ("one line\nand another\n", "holds no goroutine dump"),
        ("goroutine 1 [running]: is how it starts\nand so on\n", "holds no goroutine dump"),
    ];
    for (text, expected) in cases {
        let message = error(text);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_cut_dump_is_told_and_its_last_goroutine_left_out() {
    let dump = text("1.27.3", "goroutine.debug2.txt");
    let Contents::Goroutines(whole) = read(dump.as_bytes(), &Limits::default()).unwrap().contents
    else {
        panic!("no dump");
    };
    let creator = dump.rfind("\ncreated by").unwrap();
    let header = dump.rfind("\ngoroutine ").unwrap() + 1;
    let inside = [creator + 5, creator + 12, creator - 1, creator + 1, dump.len() - 9];
    for cut in inside.into_iter().chain([header + 4, header + 10, header + 14]) {
        let cut_dump = &dump[..cut];
        let alone = read(cut_dump.as_bytes(), &Limits::default()).unwrap();
        let Contents::Goroutines(found) = &alone.contents else { panic!("no dump") };
        assert_eq!((found.truncated, found.total), (true, whole.total - 1), "{cut}");
        assert!(alone.problems[0].what.starts_with("the dump is cut: it ends in the middle"));
        let log = format!("10:00:00 starting\nSIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\n{cut_dump}");
        let in_log = read(log.as_bytes(), &Limits::default()).unwrap();
        let Contents::Log(found) = &in_log.contents else { panic!("no log") };
        // A log may go on with other words than those of a header.
        let told = cut != header + 4;
        assert_eq!(found[0].dump.truncated, told, "{cut}: {:?}", cut_dump.lines().last());
        assert_eq!(found[0].dump.total, whole.total - 1, "{cut}");
        assert_eq!(in_log.problems.is_empty(), !told, "{cut}");
    }
    assert!(!whole.truncated);
}

#[test]
fn the_64_mib_cut_of_net_http_pprof_is_told() {
    let stack = format!("main.run()\n\t/{}/main.go:9 +0x3a\n", "x".repeat(20_000));
    let text: String = (1..3500).map(|id| format!("goroutine {id} [select]:\n{stack}\n")).collect();
    assert!(text.len() > 64 << 20);
    let reading = read_from(&text.as_bytes()[..64 << 20], &Limits::default()).unwrap();
    assert!(reading.problems[0].what.contains("cut at 64 MiB"), "{:?}", reading.problems);
    let Contents::Goroutines(dump) = reading.contents else { panic!("no dump") };
    assert!(dump.truncated);
}

#[test]
fn more_dumps_than_the_limit_are_counted() {
    let limits = Limits { dumps: 2, ..Limits::default() };
    let reading = read(text("1.27.3", "stacks.log").as_bytes(), &limits).unwrap();
    let Contents::Log(found) = reading.contents else { panic!("no log") };
    assert_eq!(found.len(), 2);
    assert_eq!(reading.problems[0].what, "dumps in the log beyond those that are kept");
}

#[test]
fn more_stacks_than_the_limit_are_counted() {
    let limits = Limits { stacks: 5, ..Limits::default() };
    let reading = read(text("1.27.3", "goroutine.debug2.txt").as_bytes(), &limits).unwrap();
    let Contents::Goroutines(dump) = reading.contents else { panic!("no dump") };
    let kept: u64 = dump.groups.iter().map(|g| g.count).sum();
    assert_eq!(dump.groups.len(), 5);
    assert_eq!(reading.problems[0].count, dump.total - kept);
    assert!(dump.total > 65);
}
