//! Workflow commands of GitHub Actions, which annotate the changed files of a pull request.

use plumb_evidence::source::SourceFinding;

use super::{Level, SourceReport, whole_message};
use crate::Options;
use crate::units::plural;

/// Annotations of one level that GitHub shows for a step; what comes after them is dropped without a word
/// (docs.github.com, "About status checks", limits of annotations).
const SHOWN_MAX: usize = 10;

/// Prints the worst findings as annotations, the others as lines of the log.
pub(super) fn render(report: &SourceReport<'_>, _: &Options) -> String {
    let mut text = String::new();
    for (index, at) in report.worst_first().into_iter().enumerate() {
        let finding = &report.findings[at];
        let line = match index < SHOWN_MAX {
            true => annotation(report, finding),
            false => log_line(report, finding),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str(&summary(report));
    text
}

fn annotation(report: &SourceReport<'_>, finding: &SourceFinding) -> String {
    let command = match Level::of(finding) {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let place = finding.place;
    let file = property(&report.roots.repository(&finding.file));
    let mut at = format!("file={file},line={},endLine={}", place.line, place.end_line);
    // GitHub takes columns only of a single line.
    if place.line == place.end_line {
        at.push_str(&format!(",col={},endColumn={}", place.column, place.end_column));
    }
    let title = property(&format!("plumb: {}", finding.pattern));
    format!("::{command} {at},title={title}::{}", data(&whole_message(finding)))
}

/// A line that cannot be taken for a command: those begin with colons.
fn log_line(report: &SourceReport<'_>, finding: &SourceFinding) -> String {
    let message = whole_message(finding).replace(['\n', '\r'], " ");
    let file = report.roots.repository(&finding.file).replace(['\n', '\r'], " ");
    let line = format!("{file}:{}: {message} ({})", finding.place.line, finding.pattern);
    line.trim_start_matches([':', ' ', '#']).to_owned()
}

fn summary(report: &SourceReport<'_>) -> String {
    let mut parts = vec![report.tally()];
    let left = report.findings.len().saturating_sub(SHOWN_MAX);
    if left > 0 {
        parts.push(format!("{left} of them only in the log of this step"));
    }
    parts.extend(report.hidden());
    if !report.failed.is_empty() {
        let names: Vec<&str> = report.failed.iter().map(|failed| &*failed.file).collect();
        parts.push(format!(
            "{} could not be read: {}",
            plural(names.len(), "file"),
            names.join(" ")
        ));
    }
    let is_calm = report.findings.is_empty() && report.failed.is_empty();
    let lead = if is_calm { "" } else { "::notice title=plumb::" };
    format!("{lead}{}\n", data(&parts.join("; ")))
}

/// Text behind the second pair of colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value between commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
