//! The contract `plumb.scan/1` (DESIGN.md §2): every key is always there, `null` where nothing is known. The schema in
//! `schema/plumb.scan-1.json` describes each.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{FailedFile, SourceFinding, SourceFix, SourceNote, SourcePlace};
use serde::Serialize;

use super::{Hidden, SourceReport};
use crate::Options;

/// Name and version of the contract. Keys may be added within a version; none changes its meaning or goes away.
const SCHEMA: &str = "plumb.scan/1";

/// Prints a report for programs.
pub(super) fn render(report: &SourceReport<'_>, _: &Options) -> String {
    // Serialising plain data into memory fails only for maps with keys that are no strings; there are none.
    let mut text = serde_json::to_string_pretty(&Document::from(report)).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    root: String,
    findings: Vec<FindingJson<'a>>,
    files: FilesJson<'a>,
    hidden: HiddenJson,
    fixed: usize,
    notes: Vec<NoteJson<'a>>,
}

impl<'a> From<&'a SourceReport<'_>> for Document<'a> {
    fn from(report: &'a SourceReport<'_>) -> Self {
        let findings = report.findings.iter().zip(report.fingerprints());
        Self {
            schema: SCHEMA,
            root: match report.roots.here("") {
                here if here.is_empty() => ".".to_owned(),
                here => here,
            },
            findings: findings
                .map(|(finding, fingerprint)| FindingJson::new(report, finding, fingerprint))
                .collect(),
            files: FilesJson {
                read: report.files_read,
                bytes: report.bytes_read,
                failed: report.failed.iter().map(Into::into).collect(),
            },
            hidden: report.hidden.into(),
            fixed: report.fixed,
            notes: report.notes.iter().map(Into::into).collect(),
        }
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    pattern: &'static str,
    title: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: FilePlaceJson<'a>,
    function: &'a str,
    confidence: &'static str,
    object: Option<&'static str>,
    test: bool,
    path: Vec<StepJson<'a>>,
    fix: Option<FixJson<'a>>,
    fingerprint: String,
}

impl<'a> FindingJson<'a> {
    fn new(report: &'a SourceReport<'_>, finding: &'a SourceFinding, fingerprint: String) -> Self {
        let step = |step: &'a plumb_evidence::source::SourceStep| StepJson {
            place: step.place.into(),
            text: &step.text,
        };
        Self {
            pattern: finding.pattern,
            title: report.title(finding.pattern),
            message: &finding.message,
            place: FilePlaceJson { file: &finding.file, place: finding.place.into() },
            function: &finding.function,
            confidence: match finding.confidence {
                Confidence::Proven => "proven",
                Confidence::Likely => "likely",
                Confidence::Possible => "possible",
            },
            object: Some(finding.object).filter(|object| !object.is_empty()),
            test: finding.in_test,
            path: finding.path.iter().map(step).collect(),
            fix: finding.fix.as_ref().map(Into::into),
            fingerprint,
        }
    }
}

#[derive(Serialize)]
struct FilePlaceJson<'a> {
    file: &'a str,
    #[serde(flatten)]
    place: PlaceJson,
}

#[derive(Serialize)]
struct PlaceJson {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl From<SourcePlace> for PlaceJson {
    fn from(place: SourcePlace) -> Self {
        let SourcePlace { line, column, end_line, end_column } = place;
        Self { line, column, end_line, end_column }
    }
}

#[derive(Serialize)]
struct StepJson<'a> {
    #[serde(flatten)]
    place: PlaceJson,
    text: &'a str,
}

#[derive(Serialize)]
struct FixJson<'a> {
    text: &'a str,
    safe: bool,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

impl<'a> From<&'a SourceFix> for FixJson<'a> {
    fn from(fix: &'a SourceFix) -> Self {
        let edits = fix.edits.iter();
        Self {
            text: &fix.text,
            safe: fix.safe,
            edits: edits
                .map(|edit| EditJson { start: edit.start, end: edit.end, text: &edit.text })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct FilesJson<'a> {
    read: usize,
    bytes: u64,
    failed: Vec<FailedJson<'a>>,
}

#[derive(Serialize)]
struct FailedJson<'a> {
    file: &'a str,
    why: &'a str,
}

impl<'a> From<&'a FailedFile> for FailedJson<'a> {
    fn from(failed: &'a FailedFile) -> Self {
        Self { file: &failed.file, why: &failed.why }
    }
}

#[derive(Serialize)]
struct HiddenJson {
    silenced: usize,
    baseline: usize,
    unchanged: usize,
}

impl From<Hidden> for HiddenJson {
    fn from(hidden: Hidden) -> Self {
        let Hidden { silenced, baseline, unchanged } = hidden;
        Self { silenced, baseline, unchanged }
    }
}

/// Without a line it is about the whole file.
#[derive(Serialize)]
struct NoteJson<'a> {
    file: &'a str,
    line: Option<u32>,
    text: &'a str,
}

impl<'a> From<&'a SourceNote> for NoteJson<'a> {
    fn from(note: &'a SourceNote) -> Self {
        Self { file: &note.file, line: Some(note.line).filter(|line| *line > 0), text: &note.text }
    }
}
