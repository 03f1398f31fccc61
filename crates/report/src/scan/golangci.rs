//! The JSON of `golangci-lint`, for the tools that read it. Names of keys are those of its `pkg/result` and of
//! `golang.org/x/tools/go/analysis`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plumb_evidence::source::{SourceEdit, SourceFinding, SourceFix};
use serde_json::{Value, json};

use super::{Level, SourceReport, whole_message};
use crate::Options;

/// Lines of source told with an issue.
const LINES_MAX: u32 = 10;

/// Prints a report as golangci-lint prints its own.
pub(super) fn render(report: &SourceReport<'_>, _: &Options) -> String {
    let linter = |rule: &super::RuleNames| json!({"Name": rule.pattern, "Enabled": true});
    let warning =
        |file: &str, text: &str| json!({"Tag": "plumb", "Text": format!("{file}: {text}")});
    let failed = report.failed.iter().map(|failed| warning(&failed.file, &failed.why));
    let notes = report.notes.iter().map(|note| {
        warning(&format!("{}:{}", report.roots.here(&note.file), note.line), &note.text)
    });
    let document = json!({
        "Issues": report.findings.iter().map(|finding| issue(report, finding)).collect::<Vec<_>>(),
        "Report": {
            "Linters": report.rules.iter().map(linter).collect::<Vec<_>>(),
            "Warnings": failed.chain(notes).collect::<Vec<_>>(),
        },
    });
    format!("{document}\n")
}

fn issue(report: &SourceReport<'_>, finding: &SourceFinding) -> Value {
    let source = report.sources.of(finding);
    let place = finding.place;
    let last = place.end_line.min(place.line.saturating_add(LINES_MAX - 1));
    let lines: Vec<&str> = source
        .map_or_else(Vec::new, |source| (place.line..=last).map(|n| source.line(n)).collect());
    let mut issue = json!({
        "FromLinter": finding.pattern,
        "Text": whole_message(finding),
        "Severity": match Level::of(finding) {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "info",
        },
        "SourceLines": lines,
        "Pos": {
            "Filename": report.roots.here(&finding.file),
            "Offset": source.map_or(0, |source| source.offset(place)),
            "Line": place.line,
            "Column": place.column,
        },
        "ExpectNoLint": false,
        "ExpectedNoLintLinter": "",
    });
    if place.end_line > place.line {
        issue["LineRange"] = json!({"From": place.line, "To": place.end_line});
    }
    if let Some(fix) = &finding.fix {
        issue["SuggestedFixes"] = json!([suggestion(fix)]);
    }
    issue
}

fn suggestion(fix: &SourceFix) -> Value {
    // A `token.Pos`, as in a file set that holds this file alone: its first byte is 1. Go writes bytes in base64.
    let edit = |edit: &SourceEdit| json!({"Pos": edit.start + 1, "End": edit.end + 1, "NewText": STANDARD.encode(&edit.text)});
    json!({"Message": fix.text, "TextEdits": fix.edits.iter().map(edit).collect::<Vec<_>>()})
}
