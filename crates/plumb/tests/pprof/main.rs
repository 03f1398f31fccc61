//! `plumb pprof` beside the real `go tool pprof`: what both print, to the standard output, the standard error and as exit
//! code, must be equal.

mod binary;
mod generated;
mod oracle;
mod terminal;

use std::path::PathBuf;
use std::process::Command;

use oracle::{Both, compare, compare_input};

/// A recorded profile.
fn recorded(name: &str) -> String {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../profile/tests/fixtures");
    fixtures.join(name).to_string_lossy().into_owned()
}

const INPUTS: [&str; 10] = [
    "go1.22.12/heap.pb.gz",
    "go1.22.12/cpu.pb.gz",
    "go1.22.12/goroutine.pb.gz",
    "go1.22.12/mutex.pb.gz",
    "go1.22.12/block.pb.gz",
    "go1.22.12/allocs.pb.gz",
    "go1.22.12/threadcreate.pb.gz",
    "go1.22.12/empty.pb.gz",
    "go1.9.7/heap.pb.gz",
    "go1.9.7/cpu.pb.gz",
];

const REPORTS: [&str; 13] = [
    "-top",
    "-text -cum",
    "-tree",
    "-peek=main",
    "-peek=.",
    "-traces",
    "-tags",
    "-comments",
    "-dot",
    "-callgrind",
    "-topproto",
    "-raw",
    "-proto",
];

const OPTIONS: [&str; 44] = [
    "",
    "-nodecount=5",
    "-nodecount=3 -cum",
    "-nodecount=12",
    "-lines",
    "-files",
    "-addresses",
    "-filefunctions",
    "-functions -noinlines",
    "-lines -showcolumns",
    "-focus=main",
    "-focus=main -relative_percentages",
    "-ignore=runtime",
    "-hide=runtime",
    "-show=main",
    "-show_from=main",
    "-prune_from=main",
    "-focus=zzz -ignore=zzz -hide=zzz",
    "-show=zzz",
    "-show_from=zzz",
    "-focus=(",
    "-unit=ms",
    "-unit=auto",
    "-unit=B",
    "-sample_index=0",
    "-sample_index=9",
    "-sample_index=nope",
    "-alloc_space -inuse_space",
    "-mean",
    "-mean_delay",
    "-divide_by=3",
    "-divide_by=0",
    "-trim=false",
    "-call_tree",
    "-call_tree -nodecount=9",
    "-drop_negative",
    "-compact_labels",
    "-nodefraction=0.1",
    "-edgefraction=0.2",
    "-tagfocus=a",
    "-tagfocus=1kb: -tagignore=bytes=:2kb",
    "-tagshow=x -taghide=bytes",
    "-tagroot=request -tagleaf=bytes",
    "-add_comment=noted",
];

#[test]
fn every_option_of_every_report() {
    let mut differences = Vec::new();
    for (number, (report, option)) in
        REPORTS.iter().flat_map(|r| OPTIONS.iter().map(move |o| (r, o))).enumerate()
    {
        // Each pair on two of the profiles, other ones for the next pair.
        for input in [number, number * 7 + 3] {
            let line = format!("-symbolize=none {report} {option}");
            differences.extend(compare_input(&line, &recorded(INPUTS[input % INPUTS.len()])));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn profiles_are_merged_and_compared() {
    let (old, new) = (recorded("go1.23.12/heap.pb.gz"), recorded("go1.22.12/heap.pb.gz"));
    let cpu = recorded("go1.22.12/cpu.pb.gz");
    let mut differences = Vec::new();
    for report in REPORTS {
        for option in [
            "-base",
            "-diff_base",
            "-normalize -base",
            "-normalize -diff_base",
            "-drop_negative -diff_base",
            "-nodecount=5 -diff_base",
            "-sample_index=1 -base",
        ] {
            let line = format!("-symbolize=none {report} {option} {old}");
            differences.extend(compare_input(&line, &new));
        }
        differences.extend(compare_input(&format!("-symbolize=none {report} {old}"), &new));
        differences.extend(compare_input(&format!("-symbolize=none {report} {old}"), &cpu));
        differences
            .extend(compare_input(&format!("-symbolize=none {report} {old}"), "nothing-here"));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn wrong_command_lines_are_told_in_the_same_words() {
    let heap = recorded("go1.22.12/heap.pb.gz");
    let mut differences = Vec::new();
    for line in [
        "-top -tree HEAP",
        "-top -http=:0 HEAP",
        "-no_browser -top HEAP",
        "-normalize -top HEAP",
        "-base HEAP -diff_base HEAP -top HEAP",
        "-top nothing-here",
        "-top -base nothing-here HEAP",
        "-nope HEAP",
        "-nodecount=x HEAP",
        "-trim=maybe HEAP",
        "-focus",
        "-top",
        "-help",
        "",
    ] {
        let line: Vec<String> = line.split_whitespace().map(|a| a.replace("HEAP", &heap)).collect();
        differences.extend(compare(&line, ""));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn the_shell_obeys_the_same_lines() {
    const LINES: &str = "o\ntop5\ntop 3 main\npeek main\nnodecount=5\ncum=true\ntree\ntags\nhelp\nhelp top\n\
        help focus\nhelp sample_index\nhelp nothing\nalloc_space\ntop3\nmean_alloc_space\ntop3\nsample_index=7\n\
        sample_index=inuse_space\ngranularity=lines\nlines=true\ntop5 -cum runtime\nnodecount 4\nhello\nfocus=main\n:\n\
        unit=MB //: megabytes\ntrim=x\nsort=bad\ntraces\npeek\ntop >\nunit\n\nraw\ncomments\ndot\nquit\n";
    let mut differences = Vec::new();
    for input in INPUTS {
        let line = ["-symbolize=none".to_owned(), recorded(input)];
        differences.extend(compare(&line, LINES));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn inputs_that_are_no_profiles_are_refused_in_the_same_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut differences = Vec::new();
    let heap = std::fs::read(recorded("go1.22.12/heap.pb.gz")).unwrap();
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("text", b"hello\n".to_vec()),
        ("cut", heap[..heap.len() / 2].to_vec()),
        ("twice", [heap.clone(), heap.clone()].concat()),
        ("page", b"<html></html>".to_vec()),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        differences.extend(compare_input("-symbolize=none -top", &path.to_string_lossy()));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// What only plumb prints of a recorded profile.
fn plumb(flags: &str, input: &str) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    let output = command.arg("pprof").args(flags.split_whitespace()).arg(input).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn growth_is_told_in_plain_words() {
    let (old, new) = (recorded("go1.23.12/heap.pb.gz"), recorded("go1.22.12/heap.pb.gz"));
    let (text, _) =
        plumb(&format!("-growth -cum -nodefraction=0 -alloc_space -diff_base={old}"), &new);
    // The totals are those that `-top` prints of each profile.
    let total = |input: &str| {
        let (top, _) = plumb("-top -unit=kb -alloc_space", input);
        let line = top.lines().find(|line| line.starts_with("Showing nodes")).unwrap().to_owned();
        line.split_whitespace().nth_back(1).unwrap().to_owned()
    };
    let (kilobytes, _) = plumb(&format!("-growth -unit=kb -alloc_space -diff_base={old}"), &new);
    let summary = kilobytes.lines().find(|line| line.starts_with("alloc_space ")).unwrap();
    let expected = format!(" from {} to {}: ", total(&old), total(&new));
    assert!(summary.contains(&expected), "{summary} has not {expected}");
    assert!(summary.contains(" ± "), "{summary}");
    // What stands in one of the profiles only is new or gone.
    assert!(text.contains("  (new)") || text.contains("  (gone)"), "{text}");
    let (_, error) = plumb("-growth", &new);
    assert_eq!(error, "growth needs an older profile to compare with: -diff_base=OLD\n");
}

#[test]
fn errors_stand_beside_sampled_values() {
    let (heap, _) = plumb("-top -error", &recorded("go1.22.12/heap.pb.gz"));
    assert!(heap.contains("      flat       ±95%  flat%"), "{heap}");
    let (cpu, _) = plumb("-top -error", &recorded("go1.22.12/cpu.pb.gz"));
    assert!(cpu.contains("±95%"), "{cpu}");
    let (block, _) = plumb("-top -error", &recorded("go1.22.12/block.pb.gz"));
    assert!(block.contains("the error is not known"), "{block}");
    let (goroutines, _) = plumb("-top -error", &recorded("go1.22.12/goroutine.pb.gz"));
    let first = goroutines.lines().skip_while(|line| !line.contains("±95%")).nth(1).unwrap();
    assert_eq!(first.split_whitespace().nth(1), Some("0"), "counts are exact: {first}");
}

/// The comparison finds differences where there are some.
#[test]
fn the_comparison_sees_what_differs() {
    let both = Both::run(&["-top".to_owned(), recorded(INPUTS[0])], "");
    assert!(both.difference("-top").is_none());
    let mut other = both.clone();
    other.plumb.out.extend_from_slice(b"x");
    assert!(other.difference("-top").is_some());
    let mut other = both;
    other.plumb.code = Some(7);
    assert!(other.difference("-top").is_some());
}
