//! A ticket: a list of what is to be done, with the code.

use std::fmt::Write as _;

use plumb_evidence::source::SourceFinding;

use super::patch::{Hunk, hunks};
use super::{SourceReport, text::SourceText};
use crate::Options;
use crate::layout::clean;
use crate::markdown::{code, prose};
use crate::units::plural;

/// Prints a report for a ticket.
pub(super) fn render(report: &SourceReport<'_>, _: &Options) -> String {
    let mut text = format!("## plumb scan: {}\n", prose(&report.tally()));
    if report.findings.len() > 1 {
        text.push_str("\n| Pattern | Findings |\n|---|--:|\n");
        for (pattern, count) in report.by_pattern() {
            let title = prose(report.title(pattern)).replace('|', "\\|");
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(text, "| {title} ({}) | {count} |", code(pattern));
        }
    }
    text.push('\n');
    report.findings.iter().for_each(|found| finding(&mut text, report, found));
    if !report.failed.is_empty() {
        let _ = writeln!(text, "\n**Not read**: {}\n", plural(report.failed.len(), "file"));
        for failed in &report.failed {
            let _ = writeln!(text, "- {}: {}", code(&failed.file), prose(&failed.why));
        }
    }
    if let Some(hidden) = report.hidden() {
        let _ = writeln!(text, "\n{}.", prose(&hidden));
    }
    text
}

fn finding(text: &mut String, report: &SourceReport<'_>, finding: &SourceFinding) {
    let place = format!("{}:{}", report.roots.repository(&finding.file), finding.place.line);
    let _ = writeln!(
        text,
        "- [ ] {} {} ({}, {}), in {}",
        code(&place),
        prose(&finding.message),
        code(finding.pattern),
        finding.confidence,
        code(&finding.function)
    );
    for step in &finding.path {
        let _ = writeln!(text, "  - line {}: {}", step.place.line, prose(&step.text));
    }
    if let Some((fix, source)) = finding.fix.as_ref().zip(report.sources.of(finding)) {
        let _ = writeln!(text, "\n  {}:\n\n  ```diff", prose(&fix.text));
        hunks(source, fix).iter().for_each(|hunk| diff(text, source, hunk));
        text.push_str("  ```\n\n");
    }
}

/// The lines of a change, with the one before it.
fn diff(text: &mut String, source: &SourceText, hunk: &Hunk) {
    let before = hunk.line.checked_sub(1).map(|line| source.line(line)).into_iter();
    let lines = before.map(|line| (' ', line));
    let lines = lines.chain(hunk.removed.iter().map(|line| ('-', line.as_str())));
    let lines = lines.chain(hunk.added.iter().map(|line| ('+', line.as_str())));
    for (sign, line) in lines {
        let line = line.replace('\t', "    ");
        let _ = writeln!(text, "  {sign}{}", clean(&line).trim_end());
    }
}
