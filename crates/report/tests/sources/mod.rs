//! Scans of small sources, made by hand.

use plumb_evidence::Catalogue;
use plumb_evidence::catalogue::{Example, Pattern, Prevention};
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{
    FailedFile, SourceEdit, SourceFinding, SourceFix, SourceNote, SourcePlace, SourceStep,
};
use plumb_report::Options;
use plumb_report::scan::{Hidden, Roots, RuleNames, ScanFormat, SourceReport, Sources};

/// A response that is lost on one way.
pub(crate) const HOOK: &str = "\
package hook

import (
\t\"fmt\"
\t\"net/http\"
)

// send calls the hook.
func (s *Sender) send(event *Event) error {
\tresp, err := s.client.Post(s.url, \"application/json\", event.reader())
\tif err != nil {
\t\treturn err
\t}
\tif resp.StatusCode >= 400 {
\t\treturn fmt.Errorf(\"the hook answered %s\", resp.Status)
\t}
\treturn resp.Body.Close()
}
";

static BODY: Pattern = Pattern {
    id: "http-body-not-closed",
    title: "HTTP response body not closed",
    shows: "Pairs of goroutines.",
    why: "A response owns its connection until its body is closed.",
    fix: "Close the body on every path.",
    example: Example { before: "http.Get(url)\n", after: "resp.Body.Close()\n" },
    prevention: Prevention {
        test: "A test.",
        gate: "A gate.",
        alert: "up == 0",
        doc_comment: "Close it.",
    },
    sources: &["https://pkg.go.dev/net/http#Response"],
    thresholds: &[],
    check: |_| None,
};

static FILE: Pattern = Pattern {
    id: "file-not-closed",
    title: "file not closed",
    shows: "Descriptors.",
    why: "A file owns its descriptor.",
    fix: "Close it.",
    example: Example { before: "os.Open(name)\n", after: "f.Close()\n" },
    prevention: Prevention { test: "A test.", gate: "A gate.", alert: "", doc_comment: "" },
    sources: &[],
    thresholds: &[],
    check: |_| None,
};

static CATALOGUE: Catalogue =
    Catalogue { patterns: &[&BODY, &FILE], objects: &[], advisories: || &[] };

/// Where a text stands in a source, the first time from a line on.
pub(crate) fn place(source: &str, line: u32, text: &str) -> SourcePlace {
    let start: usize = source.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
    let at = start + source[start..].find(text).expect("the text");
    let position = |offset: usize| {
        let before = &source[..offset];
        let line = before.matches('\n').count() as u32 + 1;
        (line, (offset - before.rfind('\n').map_or(0, |at| at + 1)) as u32 + 1)
    };
    let ((line, column), (end_line, end_column)) = (position(at), position(at + text.len()));
    SourcePlace { line, column, end_line, end_column }
}

/// The offset of a place.
pub(crate) fn offset(source: &str, place: SourcePlace) -> u32 {
    let start: usize =
        source.split_inclusive('\n').take(place.line as usize - 1).map(str::len).sum();
    start as u32 + place.column - 1
}

pub(crate) fn step(source: &str, line: u32, code: &str, text: &str) -> SourceStep {
    SourceStep { place: place(source, line, code), text: text.into() }
}

/// The finding of [`HOOK`].
pub(crate) fn lost_response() -> SourceFinding {
    let call = "s.client.Post(s.url, \"application/json\", event.reader())";
    let end_of_check = offset(HOOK, place(HOOK, 13, "}")) + 1;
    SourceFinding {
        pattern: "http-body-not-closed",
        message: "the response of s.client.Post is not closed on every way".into(),
        file: "internal/hook/send.go".into(),
        place: place(HOOK, 10, call),
        function: "example.com/shop/internal/hook.(*Sender).send".into(),
        function_lines: (9, 18),
        confidence: Confidence::Likely,
        path: vec![
            step(HOOK, 10, call, "the response is acquired here"),
            step(HOOK, 14, "resp.StatusCode >= 400", "if this is true"),
            step(
                HOOK,
                15,
                "return fmt.Errorf(\"the hook answered %s\", resp.Status)",
                "it returns without closing resp.Body",
            ),
        ],
        object: "http.Response",
        snippet: "resp, err := s.client.Post(s.url, \"application/json\", event.reader())".into(),
        in_test: false,
        fix: Some(SourceFix {
            text: "close the body when the function ends".into(),
            safe: true,
            edits: vec![SourceEdit {
                start: end_of_check,
                end: end_of_check,
                text: "\n\tdefer resp.Body.Close()".into(),
            }],
        }),
    }
}

/// A report of findings, of which all in `internal/hook/send.go` are of [`HOOK`].
pub(crate) fn report(findings: Vec<SourceFinding>) -> SourceReport<'static> {
    let mut sources = Sources::default();
    sources.insert("internal/hook/send.go".into(), HOOK.into());
    SourceReport {
        findings,
        sources,
        catalogue: &CATALOGUE,
        rules: vec![
            RuleNames { pattern: "http-body-not-closed", linters: &["bodyclose"] },
            RuleNames { pattern: "file-not-closed", linters: &[] },
        ],
        files_read: 412,
        bytes_read: 3_140_000,
        failed: Vec::new(),
        notes: Vec::new(),
        hidden: Hidden::default(),
        fixed: 0,
        roots: Roots::default(),
        version: "0.1.0",
    }
}

/// A possible one in a test, in a file of which no text is there.
pub(crate) fn possible_file() -> SourceFinding {
    SourceFinding {
        pattern: "file-not-closed",
        message: "the file of os.Open is not closed".into(),
        file: "cmd/shop/main_test.go".into(),
        place: SourcePlace { line: 7, column: 2, end_line: 9, end_column: 3 },
        function: "main.TestLoad".into(),
        function_lines: (5, 20),
        confidence: Confidence::Possible,
        path: Vec::new(),
        object: "",
        snippet: "f, _ := os.Open(\n\"x\",\n)".into(),
        in_test: true,
        fix: None,
    }
}

/// All there is to tell.
pub(crate) fn full() -> SourceReport<'static> {
    let mut report = report(vec![possible_file(), lost_response()]);
    report.failed =
        vec![FailedFile { file: "gen/x.go".into(), why: "3:1: expected declaration".into() }];
    report.notes = vec![SourceNote {
        file: "internal/hook/send.go".into(),
        line: 30,
        text: "unused: nothing here to silence for http-body-not-closed".into(),
    }];
    report.hidden = Hidden { silenced: 1, baseline: 12, unchanged: 0 };
    report.fixed = 2;
    report
}

pub(crate) fn printed(format: &str, report: &SourceReport<'_>) -> String {
    (ScanFormat::named(format).expect("a format").render)(report, &Options::default())
}
