//! What each format prints, for every shape of diagnosis.

#[allow(dead_code)] // shared by several tests
mod diagnoses;

use diagnoses::*;
use plumb_evidence::Diagnosis;
use plumb_report::{FORMATS, Format, Kept, Options, Style, explain};
use unicode_width::UnicodeWidthStr;

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
    assert!(text.lines().count() <= 31, "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn an_open_line_shows_its_candidates() {
    let text = terminal(&open_diagnosis());
    // Three candidates and what would decide cost some lines more than a decided line.
    assert!(text.lines().count() <= 35, "{text}");
    insta::assert_snapshot!(text);
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
        let wide: Vec<&str> = text.lines().filter(|line| line.width() > 80).collect();
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
fn every_format_ends_with_a_newline_and_has_its_own_name() {
    for (index, format) in FORMATS.iter().enumerate() {
        let text = (format.render)(&diagnosis(vec![decided()]), &Options::default());
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", format.name);
        assert!(FORMATS[..index].iter().all(|other| other.name != format.name));
    }
}
