//! What an engineer reads: each finding with the source on the way from where it is acquired to where it is lost.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{SourceFinding, SourcePlace};
use unicode_width::UnicodeWidthStr;

use super::patch::hunks;
use super::text::SourceText;
use super::{Level, SourceReport};
use crate::layout::{Page, Tone, clean, with_command, wrap};
use crate::units::{bytes, count, plural};
use crate::{Options, names};

/// Columns of the number of a line, and of the bar behind it.
const NUMBER: usize = 6;
const BAR: &str = " | ";

/// Columns that a tab takes in an excerpt: with the eight of a terminal, nested code would not fit.
const TAB: &str = "    ";

/// Files that could not be read, and notes, told without being asked.
const ASIDES_SHOWN: usize = 10;

/// Prints a report for reading, the worst first.
pub(super) fn render(report: &SourceReport<'_>, options: &Options) -> String {
    let mut page = Page::new(options);
    for index in report.worst_first() {
        finding(&mut page, report, &report.findings[index]);
        page.blank();
    }
    failed(&mut page, report, options);
    notes(&mut page, report, options);
    summary(&mut page, report);
    page.finish()
}

fn finding(page: &mut Page, report: &SourceReport<'_>, finding: &SourceFinding) {
    let tone = match Level::of(finding) {
        Level::Error => Tone::Alarm,
        Level::Warning | Level::Note => Tone::Caution,
    };
    let place = finding.place;
    let file = clean(&report.roots.here(&finding.file));
    // A place is told whole, so that it can be followed: its line may be wider.
    page.marked("", 0, Tone::Strong, &format!("{file}:{}:{}", place.line, place.column));
    page.paragraph(tone, &format!("{}: {}", confidence(finding), finding.message));
    let width = page.width.saturating_sub(finding.pattern.width() + 4);
    let function = names::function(&finding.function, width);
    page.paragraph(Tone::Quiet, &format!("{}, in {function}", finding.pattern));
    let Some(source) = report.sources.of(finding) else { return };
    way(page, finding, source);
    fix(page, finding, source);
}

fn confidence(finding: &SourceFinding) -> String {
    let word = match finding.confidence {
        Confidence::Proven => "PROVEN",
        Confidence::Likely => "LIKELY",
        Confidence::Possible => "POSSIBLE",
    };
    if finding.in_test { format!("{word}, in a test") } else { word.to_owned() }
}

/// The acquisition and each step after it, with its line of source.
fn way(page: &mut Page, finding: &SourceFinding, source: &SourceText) {
    let starts_there =
        finding.path.first().is_some_and(|step| step.place.line == finding.place.line);
    let acquired = (finding.place, "acquired here");
    let steps = finding.path.iter().map(|step| (step.place, step.text.as_str()));
    let steps: Vec<(SourcePlace, &str)> =
        (!starts_there).then_some(acquired).into_iter().chain(steps).collect();
    let indent =
        steps.iter().map(|(place, _)| indentation(source.line(place.line))).min().unwrap_or(0);
    let mut last = None;
    for (place, text) in steps {
        if last != Some(place.line) {
            excerpt(page, place.line, &shown(source.line(place.line), indent), Tone::Plain);
        }
        last = Some(place.line);
        mark(page, source, place, indent, text);
    }
}

/// Carets under a place, and what happens there: beside them if it fits, else below.
fn mark(page: &mut Page, source: &SourceText, place: SourcePlace, indent: usize, text: &str) {
    let line = source.line(place.line);
    let upto = |column: u32| line.get(..(column as usize).saturating_sub(1)).unwrap_or(line);
    let end = if place.end_line == place.line { upto(place.end_column) } else { line };
    let from = columns(upto(place.column)).saturating_sub(indent);
    let room = page.width - NUMBER - BAR.len();
    let carets = columns(end).saturating_sub(indent).min(room).saturating_sub(from).max(1);
    let from = from.min(room / 2);
    let lead = format!("{}{}", " ".repeat(from), "^".repeat(carets.min(room - from)));
    if lead.width() + 1 + text.width() <= room {
        return gutter(page, &format!("{lead} {text}"));
    }
    gutter(page, &lead);
    let hang = from.min(room / 4);
    for words in wrap(text, room - hang) {
        gutter(page, &format!("{}{words}", " ".repeat(hang)));
    }
}

fn gutter(page: &mut Page, text: &str) {
    page.marked(&format!("{:NUMBER$}{BAR}", ""), NUMBER + BAR.len(), Tone::Caution, &clean(text));
}

fn excerpt(page: &mut Page, number: u32, line: &str, tone: Tone) {
    let room = page.width - NUMBER - BAR.len();
    let line = cut(line, room);
    page.marked(&format!("{number:>NUMBER$}{BAR}"), NUMBER + BAR.len(), tone, &line);
}

/// The fix as lines that go and come.
fn fix(page: &mut Page, finding: &SourceFinding, source: &SourceText) {
    let Some(fix) = &finding.fix else { return };
    let kind = if fix.safe { "fix" } else { "fix (look at it first)" };
    page.hanging("  ", 2, Tone::Good, &format!("{kind}: {}", fix.text));
    for hunk in hunks(source, fix) {
        let lines = hunk.removed.iter().chain(&hunk.added).filter(|line| !line.trim().is_empty());
        let indent = lines.map(|line| indentation(line)).min().unwrap_or(0);
        let removed = (hunk.line..).zip(&hunk.removed).map(|(number, line)| (number, '-', line));
        let added = (hunk.line..).zip(&hunk.added).map(|(number, line)| (number, '+', line));
        for (number, sign, line) in removed.chain(added) {
            let tone = if sign == '+' { Tone::Good } else { Tone::Caution };
            excerpt(page, number, format!("{sign} {}", shown(line, indent)).trim_end(), tone);
        }
    }
}

/// Columns of the blanks at the beginning of a line.
fn indentation(line: &str) -> usize {
    columns(&line[..line.len() - line.trim_start().len()])
}

fn columns(text: &str) -> usize {
    text.replace('\t', TAB).width()
}

/// A line without so many columns of its indentation.
fn shown(line: &str, indent: usize) -> String {
    let line = clean(&line.replace('\t', TAB));
    line.get(indent..).unwrap_or_default().trim_end().to_owned()
}

/// A line in so many columns, with `…` where something is missing.
fn cut(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut kept: String = line.to_owned();
    while kept.width() + 1 > width && kept.pop().is_some() {}
    format!("{kept}…")
}

fn failed(page: &mut Page, report: &SourceReport<'_>, options: &Options) {
    if report.failed.is_empty() {
        return;
    }
    page.paragraph(
        Tone::Caution,
        &format!("not read, or not wholly: {}", plural(report.failed.len(), "file")),
    );
    let shown = if options.verbose { report.failed.len() } else { ASIDES_SHOWN };
    for failed in report.failed.iter().take(shown) {
        page.hanging(
            "  ",
            4,
            Tone::Plain,
            &format!("{}: {}", report.roots.here(&failed.file), failed.why),
        );
    }
    more(page, report.failed.len(), shown);
}

fn notes(page: &mut Page, report: &SourceReport<'_>, options: &Options) {
    if report.notes.is_empty() {
        return;
    }
    page.paragraph(Tone::Caution, &plural(report.notes.len(), "note"));
    let shown = if options.verbose { report.notes.len() } else { ASIDES_SHOWN };
    for note in report.notes.iter().take(shown) {
        let file = report.roots.here(&note.file);
        let place = if note.line > 0 { format!("{file}:{}", note.line) } else { file };
        page.hanging("  ", 4, Tone::Plain, &format!("{place}: {}", note.text));
    }
    more(page, report.notes.len(), shown);
}

fn more(page: &mut Page, all: usize, shown: usize) {
    if all > shown {
        page.hanging("  ", 4, Tone::Plain, &format!("and {} more with --verbose", all - shown));
    }
    page.blank();
}

fn summary(page: &mut Page, report: &SourceReport<'_>) {
    let patterns = report.by_pattern();
    if report.findings.len() > 1 {
        let wide = patterns.iter().map(|(pattern, _)| pattern.len()).max().unwrap_or(0) + 2;
        for (pattern, findings) in &patterns {
            let mark = format!("{:>NUMBER$}  {pattern}", count(*findings as f64));
            page.hanging(&mark, NUMBER + 2 + wide, Tone::Plain, report.title(pattern));
        }
    }
    let read =
        format!("{} read ({})", plural(report.files_read, "file"), bytes(report.bytes_read as f64));
    let tone = match (report.findings.is_empty(), report.failed.is_empty()) {
        (true, true) => Tone::Good,
        _ => Tone::Strong,
    };
    let fixed = (report.fixed > 0).then(|| format!("{} mended", plural(report.fixed, "finding")));
    let parts: Vec<String> =
        fixed.into_iter().chain([report.tally()]).chain([read]).chain(report.hidden()).collect();
    page.paragraph(tone, &format!("{}.", parts.join("; ")));
    if let Some((lead, command)) = next(report) {
        for line in with_command(&format!("next: {lead}"), &command, page.width) {
            page.line(&line);
        }
    }
}

/// What to do with the findings.
fn next(report: &SourceReport<'_>) -> Option<(String, String)> {
    let fixes = |safe| {
        let fixes = report.findings.iter().filter_map(|finding| finding.fix.as_ref());
        fixes.filter(|fix| fix.safe == safe).count()
    };
    match (fixes(true), fixes(false)) {
        (0, 0) => {
            let (pattern, _) = *report.by_pattern().first()?;
            Some(("what it is, and what to do:".into(), format!("plumb explain {pattern}")))
        }
        (0, n) => Some((
            format!("{} to look at:", plural(n, "fix").replace("fixs", "fixes")),
            "plumb scan --diff --unsafe-fixes".into(),
        )),
        (n, _) => Some((
            format!("{} can be written:", plural(n, "fix").replace("fixs", "fixes")),
            "plumb scan --fix".into(),
        )),
    }
}
