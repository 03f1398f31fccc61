//! The Reviewdog Diagnostic Format (`rdjson`), with suggestions that a reviewer can accept.

use plumb_evidence::source::{SourceEdit, SourceFinding, SourceFix};
use serde_json::{Value, json};

use super::text::SourceText;
use super::{Level, SourceReport, whole_message};
use crate::Options;

/// Lines that a suggestion may replace: more would not be read in a review, and an import at the top of the file is far
/// from the rest of its fix.
const SUGGESTED_LINES_MAX: u32 = 20;

/// Prints a report for reviewdog.
pub(super) fn render(report: &SourceReport<'_>, _: &Options) -> String {
    let diagnostics = report.findings.iter().map(|finding| diagnostic(report, finding));
    let document = json!({
        "source": {"name": "plumb"},
        "diagnostics": diagnostics.collect::<Vec<_>>(),
    });
    format!("{document}\n")
}

fn diagnostic(report: &SourceReport<'_>, finding: &SourceFinding) -> Value {
    let place = finding.place;
    let severity = match Level::of(finding) {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Note => "INFO",
    };
    let mut diagnostic = json!({
        "message": whole_message(finding),
        "location": {
            "path": report.roots.repository(&finding.file),
            "range": range((place.line, place.column), (place.end_line, place.end_column)),
        },
        "severity": severity,
        "code": {"value": finding.pattern},
    });
    let suggested = finding.fix.as_ref().zip(report.sources.of(finding));
    if let Some(suggestion) = suggested.and_then(|(fix, source)| suggestion(source, fix)) {
        diagnostic["suggestions"] = json!([suggestion]);
    }
    diagnostic
}

/// Columns are in bytes, and the end is the byte after the last, as in [`plumb_evidence::source::SourcePlace`].
fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    let position = |(line, column): (u32, u32)| json!({"line": line, "column": column});
    json!({"start": position(start), "end": position(end)})
}

/// The whole fix as one replacement: several suggestions would be alternatives.
fn suggestion(source: &SourceText, fix: &SourceFix) -> Option<Value> {
    let mut edits: Vec<&SourceEdit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let start = edits.first()?.start as usize;
    let end = edits.iter().map(|edit| edit.end).max()? as usize;
    let (from, to) = (source.position(start), source.position(end));
    if to.0.saturating_sub(from.0) >= SUGGESTED_LINES_MAX {
        return None;
    }
    let mut text = String::new();
    let mut at = start;
    for edit in edits {
        text.push_str(source.text().get(at..edit.start as usize)?);
        text.push_str(&edit.text);
        at = edit.end as usize;
    }
    Some(json!({"range": range(from, to), "text": text}))
}
