//! What each format prints, for every shape of diagnosis.

#[allow(dead_code)] // shared by several tests
mod diagnoses;

use diagnoses::*;
use plumb_evidence::{Diagnosis, Pattern};
use plumb_report::{FORMATS, Format, Kept, Options, Style, explain};
use unicode_width::UnicodeWidthStr;

/// Lines of a terminal in use.
const SCREEN_LINES: usize = 40;

fn print(format: &str, diagnosis: &Diagnosis, options: &Options) -> String {
    (Format::named(format).unwrap().render)(diagnosis, options)
}

fn terminal(diagnosis: &Diagnosis) -> String {
    print("terminal", diagnosis, &Options::default())
}

fn saved() -> Options {
    Options { kept: Kept::Case("shop.case".into()), ..Options::default() }
}

fn verbose() -> Options {
    Options { verbose: true, ..saved() }
}

#[test]
fn a_decided_finding_fits_a_screen() {
    let text = print("terminal", &diagnosis(vec![decided()]), &saved());
    assert!(text.lines().count() <= SCREEN_LINES, "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn an_open_line_shows_its_candidates() {
    let text = terminal(&open_diagnosis());
    // Three candidates and what would decide cost some lines more than a decided line.
    assert!(text.lines().count() <= SCREEN_LINES + 2, "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_way_the_change_and_the_commit_are_told_where_the_source_is_at_hand() {
    let diagnosis = diagnosis(vec![with_source()]);
    let text = print("terminal", &diagnosis, &verbose());
    for line in [
        "way       …/billing/report.go:41: client.Post acquires it",
        "          …/billing/report.go:46: returns without releasing it",
        "since     commit 3f2a9c1d7e8b of 2026-11-03",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "no {line:?} in {text}");
    }
    assert!(text.contains("defer resp.Body.Close()"), "{text}");
    let ticket = print("markdown", &diagnosis, &verbose());
    assert!(ticket.contains("```diff\n--- internal/billing/report.go\n"), "{ticket}");
    assert!(ticket.contains("| Since | commit 3f2a9c1d7e8b of 2026-11-03 |"), "{ticket}");
    assert!(ticket.contains("report.go:45`: resp.StatusCode"), "{ticket}");
}

#[test]
fn two_findings() {
    insta::assert_snapshot!(terminal(&diagnosis(vec![decided(), memory_leak()])));
}

#[test]
fn the_same_mechanism_is_told_once() {
    let mut second = decided();
    second.site = site("main.audit", "main.go", 99);
    let text = terminal(&diagnosis(vec![decided(), second]));
    assert!(text.contains("why, fix  as in 1."), "{text}");
}

#[test]
fn clean() {
    insta::assert_snapshot!(terminal(&diagnosis(Vec::new())));
}

#[test]
fn an_undecided_verdict_says_what_to_bring() {
    insta::assert_snapshot!(terminal(&undecided()));
}

#[test]
fn problems_alone() {
    insta::assert_snapshot!(terminal(&problems_only()));
}

#[test]
fn everything_if_asked() {
    let mut open = open_diagnosis();
    open.findings.push(memory_leak());
    open.findings[1].candidates = vec![open.findings[0].candidates[1].clone()];
    insta::assert_snapshot!(print("terminal", &open, &verbose()));
}

#[test]
fn names_of_forty_and_two_hundred_characters() {
    for length in [40, 200] {
        let text = terminal(&huge(length));
        let is_wide = |line: &&str| line.width() > 80 && !is_to_be_copied(line);
        let wide: Vec<&str> = text.lines().filter(is_wide).collect();
        assert!(wide.is_empty(), "{wide:#?}");
    }
    insta::assert_snapshot!(terminal(&huge(40)));
}

#[test]
fn ascii_bars_and_narrow_terminals() {
    let options = Options { unicode: false, width: 50, ..saved() };
    let text = print("terminal", &diagnosis(Vec::new()), &options);
    assert!(text.lines().all(|line| line.width() <= 50), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn colour_only_if_asked_and_it_changes_nothing_else() {
    let shown = diagnosis(vec![decided(), memory_leak()]);
    let coloured = print("terminal", &shown, &Options { style: Style::Ansi, ..saved() });
    let plain = print("terminal", &shown, &saved());
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}["));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        stripped.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    assert_eq!(stripped + rest, plain);
}

#[test]
fn a_restart_is_safe_only_with_a_saved_case() {
    let shown = diagnosis(vec![decided()]);
    let told = |kept: Kept| print("terminal", &shown, &Options { kept, ..Options::default() });
    assert!(told(Kept::Nowhere).contains("no case saved yet"), "{}", told(Kept::Nowhere));
    assert!(told(Kept::Nowhere).contains("next: plumb capture http://127.0.0.1:6060 -o leak.case"));
    assert!(told(Kept::Case("x.case".into())).contains("case saved in x.case; keep one instance"));
    assert!(told(Kept::Files).contains("the evidence is in the files given"));
}

#[test]
fn a_case_to_capture_has_a_name_that_is_free() {
    let options = Options { new_case: "leak-2.case".into(), ..Options::default() };
    let shown = diagnosis(vec![decided()]);
    let told = print("terminal", &shown, &options);
    let command = "plumb capture http://127.0.0.1:6060 -o leak-2.case";
    assert!(told.contains(command), "{told}");
    assert!(print("markdown", &shown, &options).contains(command));
}

#[test]
fn files_cannot_be_looked_at_again() {
    let files = Options { kept: Kept::Files, ..Options::default() };
    let mut clean = diagnosis(Vec::new());
    let text = print("terminal", &clean, &files);
    let live = "plumb diagnose http://127.0.0.1:6060 --for 10m";
    let lead = "next: to see slower leaks, on the live service:";
    assert!(text.ends_with(&format!("{lead}\n{live}\n")), "{text}");
    let verbose = Options { verbose: true, ..files.clone() };
    assert!(print("terminal", &clean, &verbose).ends_with(&format!("{live}\n")));
    clean.target = "heap.0.pprof heap.6.pprof".into();
    let text = print("terminal", &clean, &files);
    assert!(text.ends_with("plumb diagnose http://HOST:PORT --for 10m\n"), "{text}");

    let mut leak = diagnosis(vec![memory_leak()]);
    assert!(print("terminal", &leak, &files).contains("next: the same with --verbose"));
    assert!(print("terminal", &leak, &verbose).contains(&format!("on the live service: {live}")));
    leak.target = clean.target.clone();
    let once = "once the fix runs: plumb diagnose http://HOST:PORT\n";
    assert!(print("terminal", &leak, &files).contains(once));
}

#[test]
fn a_long_target_leaves_room_for_the_version() {
    let mut shown = diagnosis(Vec::new());
    shown.target =
        format!("https://gateway.internal/{}/debug/pprof", "cluster/".repeat(20).trim_matches('/'));
    let text = terminal(&shown);
    let header: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    assert!(header.len() <= 2, "{text}");
    let header = header.join(" ");
    for part in ["https://gateway", "…", "debug/pprof", "go1.27.3", "example.com/shop"] {
        assert!(header.contains(part), "{part}: {header}");
    }
    assert!(text.ends_with(&format!("plumb diagnose {} --for 10m\n", shown.target)), "{text}");
}

#[test]
fn code_in_a_text_keeps_its_lines() {
    let code = "    mux.HandleFunc(\"/debug/pprof/\", pprof.Index) // and whatever else is wide enough to be wrapped";
    let mut shown = diagnosis(vec![decided()]);
    shown.findings[0].fix = format!("Mount it:\n{code}\n\n        nested()\nthen restart.");
    shown.problems = problems_only().problems;
    shown.problems[0].what = format!("no endpoint: add\n{code}");
    let text = terminal(&shown);
    assert_eq!(text.matches(&format!("          {code}\n")).count(), 2, "{text}");
    let nested = "              mux.HandleFunc";
    assert!(text.contains(nested) && text.contains("\n                  nested()\n"), "{text}");
    let ticket = print("markdown", &shown, &Options::default());
    let fenced = format!("```go\n{}\n\n    nested()\n```\n", &code[4..]);
    assert!(ticket.contains(&fenced), "{ticket}");
    assert!(ticket.contains(&format!("  ```go\n  {}\n  ```\n", &code[4..])), "{ticket}");
}

#[test]
fn why_ends_with_a_sentence_and_the_fix_is_whole() {
    let mut shown = diagnosis(vec![decided()]);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&terminal(&shown)).contains(&words(BODY.why)));
    shown.findings[0].fix = "Close the body on every path. ".repeat(40);
    let text = words(&terminal(&shown));
    assert_eq!(text.matches("Close the body on every path.").count(), 40, "{text}");
    assert!(text.contains("a socket and 4 kB of buffers. … fix"), "{text}");
}

#[test]
fn a_ticket() {
    let mut open = open_diagnosis();
    open.findings.push(memory_leak());
    open.problems = problems_only().problems;
    insta::assert_snapshot!(print("markdown", &open, &saved()));
}

#[test]
fn a_ticket_for_an_undecided_verdict() {
    insta::assert_snapshot!(print("markdown", &undecided(), &Options::default()));
}

#[test]
fn a_pattern_explained() {
    insta::assert_snapshot!("pattern_terminal", explain::terminal(&BODY, &Options::default()));
    insta::assert_snapshot!("pattern_page", explain::markdown(&BODY));
    insta::assert_snapshot!("pattern_list", explain::list(&CATALOGUE, &Options::default()));
}

#[test]
fn code_in_a_pattern_keeps_its_lines() {
    let pattern = Pattern { fix: "Close it:\n    defer f.Close()\nalways.", ..RECORD };
    let page = explain::terminal(&pattern, &Options::default());
    assert!(page.contains("  Close it:\n      defer f.Close()\n  always.\n"), "{page}");
    let page = explain::markdown(&pattern);
    assert!(page.contains("Close it:\n\n```go\ndefer f.Close()\n```\n\nalways.\n"), "{page}");
}

#[test]
fn every_format_ends_with_a_newline_and_has_its_own_name() {
    for (index, format) in FORMATS.iter().enumerate() {
        let text = (format.render)(&diagnosis(vec![decided()]), &Options::default());
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", format.name);
        assert!(FORMATS[..index].iter().all(|other| other.name != format.name));
    }
}

/// The commands of a diagnosis of this target, as a look at it prints them.
fn told_of(target: &str, change: impl Fn(&mut plumb_evidence::Diagnosis)) -> String {
    let mut diagnosis = diagnosis(vec![decided()]);
    diagnosis.target = target.to_owned();
    change(&mut diagnosis);
    let options = Options { width: 200, kept: Kept::Nowhere, ..Options::default() };
    print("terminal", &diagnosis, &options)
}

#[test]
fn a_restart_gives_a_process_another_number() {
    let text = told_of("4711", |_| {});
    assert!(text.contains("with the PID that it has then: plumb diagnose PID\n"), "{text}");
    assert!(text.contains("plumb capture 4711 -o"), "{text}");
}

#[test]
fn commands_can_be_pasted_into_a_shell() {
    let text = told_of("http://h:1/debug/pprof/?a=1&b", |_| {});
    assert!(text.contains("plumb diagnose 'http://h:1/debug/pprof/?a=1&b'\n"), "{text}");
    assert!(text.contains("plumb capture 'http://h:1/debug/pprof/?a=1&b' -o"), "{text}");
}

#[test]
fn where_no_profile_came_a_longer_look_does_not_help() {
    let text = told_of(":6060", |diagnosis| {
        diagnosis.findings.clear();
        diagnosis.verdict = plumb_evidence::finding::Verdict::Undecided;
        diagnosis.problems = vec![plumb_evidence::Problem {
            what: "the answer is cut short".into(),
            input: ":6060".into(),
        }];
        let snapshots = diagnosis.instances.iter_mut().flat_map(|all| &mut all.snapshots);
        snapshots.for_each(|snapshot| snapshot.goroutines = None);
    });
    let next = "next: once the problem above is solved: plumb diagnose :6060\n";
    assert!(text.ends_with(next), "{text}");
}

#[test]
fn a_collection_after_a_single_look_is_no_second_look() {
    let text = told_of(":6060", |diagnosis| {
        let snapshots = &mut diagnosis.instances[0].snapshots;
        snapshots.truncate(2);
        snapshots[1].after_gc = true;
    });
    assert!(text.starts_with(":6060, 5,234 goroutines, 1 look, go1.27.3"), "{text}");
}

#[test]
fn known_leaks_of_versions_are_told_at_the_end() {
    let known = with_known_leaks();
    let text = terminal(&known);
    let first = "  - example.com/memdb v1.3.3 (3 goroutines): more than 32 channels: when one";
    assert!(text.contains(first), "{text}");
    assert!(text.contains("\n1 known leak more with --verbose\n"), "{text}");
    assert!(!text.contains("example.com/last"), "{text}");
    let all = print("terminal", &known, &verbose());
    assert!(all.contains("example.com/last v1.3.3 (2 goroutines)"), "{all}");
    let ticket = print("markdown", &known, &Options::default());
    let heading = "### Known leaks in the versions used\n\n- example.com/memdb v1.3.3";
    assert!(ticket.contains(heading), "{ticket}");
    assert!(ticket.contains("mended in v2.0.0 (example/repo#12)"), "{ticket}");
    assert!(!terminal(&diagnosis(Vec::new())).contains("known leak"));
}
