//! What each format prints of a scan.

#[allow(dead_code)] // shared by several tests
mod sources;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceEdit;
use plumb_report::Options;
use plumb_report::scan::{FORMATS, Roots, ScanFormat, Sources, WorkingFolder};
use serde_json::Value;
use sources::*;
use unicode_width::UnicodeWidthStr;

fn json(format: &str, report: &plumb_report::scan::SourceReport<'_>) -> Value {
    serde_json::from_str(&printed(format, report)).unwrap()
}

#[test]
fn a_finding_with_its_way_and_fix() {
    insta::assert_snapshot!(printed("terminal", &report(vec![lost_response()])));
}

#[test]
fn everything_there_is_to_tell() {
    insta::assert_snapshot!(printed("terminal", &full()));
}

#[test]
fn nothing_found() {
    let text = printed("terminal", &report(Vec::new()));
    assert_eq!(text, "no finding; 412 files read (3.0 MB).\n");
}

#[test]
fn a_ticket() {
    insta::assert_snapshot!(printed("markdown", &full()));
}

#[test]
fn the_worst_comes_first() {
    let text = printed("terminal", &full());
    let at = |what: &str| text.find(what).unwrap();
    assert!(at("send.go:10") < at("main_test.go:7"), "{text}");
}

/// A source that is hard to show: tabs, wide letters, what moves a cursor, very long lines.
#[test]
fn no_line_of_an_excerpt_is_wider_than_the_page() {
    let source = format!(
        "package p\n\nfunc f() {{\n\t\t漢字 := \"{}\u{1b}[2J\"\r\n\tx\n",
        "長い".repeat(80)
    );
    let mut finding = lost_response();
    finding.file = "a.go".into();
    finding.place = place(&source, 4, "漢字");
    finding.path = vec![
        step(&source, 4, "漢字", &"many words ".repeat(20)),
        step(&source, 4, "\u{1b}[2J", "far to the right"),
        step(&source, 5, "x", ""),
    ];
    finding.message = "a\u{1b}[31m message\nof two lines".into();
    let at = offset(&source, place(&source, 5, "x"));
    finding.fix.as_mut().unwrap().edits =
        vec![SourceEdit { start: at, end: at + 1, text: "long ".repeat(60) }];
    let mut report = report(vec![finding]);
    report.sources = Sources::default();
    report.sources.insert("a.go".into(), source);
    for width in [40, 57, 80, 100] {
        let options = Options { width, ..Options::default() };
        let text = (ScanFormat::named("terminal").unwrap().render)(&report, &options);
        assert!(!text.contains('\u{1b}'), "{text}");
        for line in text.lines() {
            assert!(line.width() <= width, "{} in {width}: {line}", line.width());
        }
    }
}

#[test]
fn a_place_that_is_not_in_the_file_is_no_trouble() {
    let mut finding = lost_response();
    finding.place.line = 900;
    finding.place.column = 4_000_000;
    finding.path[1].place.end_column = u32::MAX;
    finding.path[2].place.line = 0;
    finding.fix.as_mut().unwrap().edits[0].start = 100_000;
    let report = report(vec![finding]);
    for format in &FORMATS {
        assert!((format.render)(&report, &Options::default()).ends_with('\n'), "{}", format.name);
    }
}

#[test]
fn annotations_are_escaped() {
    let mut finding = lost_response();
    finding.file = "a,b:c%.go".into();
    finding.message = "100 %\nlost".into();
    finding.path.clear();
    let text = printed("github", &report(vec![finding, possible_file()]));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "::error file=a%2Cb%3Ac%25.go,line=10,endLine=10,col=15,endColumn=71,\
         title=plumb%3A http-body-not-closed::100 %25%0Alost"
    );
    // Columns only where the place is on one line.
    assert_eq!(
        lines[1],
        "::notice file=cmd/shop/main_test.go,line=7,endLine=9,\
         title=plumb%3A file-not-closed::the file of os.Open is not closed"
    );
    assert_eq!(lines[2], "::notice title=plumb::2 findings in 2 files");
}

#[test]
fn of_many_the_worst_are_annotations_and_the_rest_is_in_the_log() {
    let mut findings = vec![possible_file(); 12];
    findings.push(lost_response());
    let text = printed("github", &report(findings));
    let annotations = text.lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(annotations, 11, "ten and the summary: {text}");
    assert!(text.starts_with("::error file=internal/hook/send.go,line=10,"), "{text}");
    assert!(text.contains("; line 15: it returns without closing resp.Body\n"), "{text}");
    assert!(text.ends_with(
        "::notice title=plumb::13 findings in 2 files; 3 of them only in the log of this step\n"
    ));
    assert_eq!(printed("github", &report(Vec::new())), "no finding\n");
}

#[test]
fn golangci_lint() {
    let document = json("golangci", &full());
    let issue = &document["Issues"][1];
    assert_eq!(issue["FromLinter"], "http-body-not-closed");
    assert_eq!(issue["Pos"]["Filename"], "internal/hook/send.go");
    assert_eq!(issue["Pos"]["Line"], 10);
    let at = issue["Pos"]["Offset"].as_u64().unwrap() as usize;
    assert!(HOOK[at..].starts_with("s.client.Post("));
    assert_eq!(issue["SourceLines"][0], HOOK.lines().nth(9).unwrap());
    let edit = &issue["SuggestedFixes"][0]["TextEdits"][0];
    let text = STANDARD.decode(edit["NewText"].as_str().unwrap()).unwrap();
    assert_eq!(text, b"\n\tdefer resp.Body.Close()");
    let pos = edit["Pos"].as_u64().unwrap() as usize - 1;
    assert!(HOOK[pos..].starts_with("\n\tif resp.StatusCode"));
    assert_eq!(document["Issues"][0]["LineRange"], serde_json::json!({"From": 7, "To": 9}));
    assert_eq!(document["Report"]["Linters"][0]["Name"], "http-body-not-closed");
    assert_eq!(document["Report"]["Warnings"][0]["Text"], "gen/x.go: 3:1: expected declaration");
}

#[test]
fn a_suggestion_replaces_the_whole_fix() {
    let mut finding = lost_response();
    // Two edits become one replacement with what stands between them.
    let second = offset(HOOK, place(HOOK, 17, "return"));
    finding.fix.as_mut().unwrap().edits.push(SourceEdit {
        start: second,
        end: second + 6,
        text: "panic".into(),
    });
    let document = json("rdjson", &report(vec![finding.clone()]));
    let diagnostic = &document["diagnostics"][0];
    assert_eq!(diagnostic["severity"], "ERROR");
    assert_eq!(diagnostic["code"]["value"], "http-body-not-closed");
    assert_eq!(diagnostic["location"]["range"]["start"]["column"], 15);
    let suggestion = &diagnostic["suggestions"][0];
    assert_eq!(suggestion["range"]["start"], serde_json::json!({"line": 13, "column": 3}));
    assert_eq!(suggestion["range"]["end"], serde_json::json!({"line": 17, "column": 8}));
    let text = suggestion["text"].as_str().unwrap();
    assert!(
        text.starts_with("\n\tdefer resp.Body.Close()\n\tif resp") && text.ends_with("}\n\tpanic"),
        "{text}"
    );
    // Far apart they would be a suggestion that nobody reads.
    finding.fix.as_mut().unwrap().edits[0].start = 0;
    finding.fix.as_mut().unwrap().edits[0].end = 0;
    let mut long = report(vec![finding]);
    let text = HOOK.replacen("// send", &format!("{}// send", "\n".repeat(30)), 1);
    long.sources.insert("internal/hook/send.go".into(), text);
    long.findings[0].fix.as_mut().unwrap().edits[1].start += 30;
    long.findings[0].fix.as_mut().unwrap().edits[1].end += 30;
    assert_eq!(json("rdjson", &long)["diagnostics"][0].get("suggestions"), None);
}

#[test]
fn paths_are_told_from_where_their_reader_is() {
    let mut report = report(vec![lost_response()]);
    report.roots = Roots {
        in_repository: "services/shop/".into(),
        working_folder: WorkingFolder::Below("internal/".into()),
    };
    assert!(printed("terminal", &report).starts_with("hook/send.go:10:15\n"));
    assert_eq!(json("golangci", &report)["Issues"][0]["Pos"]["Filename"], "hook/send.go");
    assert_eq!(json("json", &report)["findings"][0]["file"], "internal/hook/send.go");
    assert_eq!(json("json", &report)["root"], "../");
    let whole = "services/shop/internal/hook/send.go";
    assert_eq!(json("rdjson", &report)["diagnostics"][0]["location"]["path"], whole);
    let location = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
    assert_eq!(json("sarif", &report).pointer(location).unwrap(), whole);
    assert!(printed("github", &report).contains(&format!("file={whole},")));
}

#[test]
fn fingerprints_outlive_shifted_lines_and_tell_equal_findings_apart() {
    let prints = |findings| {
        let document = json("json", &report(findings));
        let findings = document["findings"].as_array().unwrap().clone();
        findings.iter().map(|f| f["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut shifted = lost_response();
    shifted.place.line += 30;
    shifted.snippet = shifted.snippet.replace("err :=", "err  :=");
    shifted.confidence = Confidence::Possible;
    let two = prints(vec![lost_response(), lost_response()]);
    assert_eq!(two[0], prints(vec![shifted])[0]);
    assert_ne!(two[0], two[1]);
    let mut other = lost_response();
    other.function.push('2');
    assert_ne!(prints(vec![other])[0], two[0]);
    // Whoever has stored one must find it again.
    assert_eq!(two[0], "b7938f8e5e6aa3107f7d1dfd13f74197");
}
