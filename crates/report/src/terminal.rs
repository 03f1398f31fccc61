//! What an engineer reads: the worst finding first, and one finding on one screen.

mod finding;
mod memory;

use plumb_evidence::Diagnosis;
use plumb_evidence::finding::Verdict;

use self::finding::Detail;
use crate::layout::{LABEL, Page, Tone, excerpt};
use crate::units::plural;
use crate::{Options, phrases};

/// Lines of a screen that a single finding should fit: a terminal that nobody has resized has 24, most have more than 30.
const SCREEN_LINES: usize = 31;

/// Findings told in full; further ones get their opening only.
const FULL_FINDINGS: usize = 3;

/// Problems told without being asked.
const PROBLEMS_SHOWN: usize = 4;

/// Prints a diagnosis for reading.
pub(crate) fn render(diagnosis: &Diagnosis, options: &Options) -> String {
    if options.verbose {
        return page(diagnosis, options, &Detail::EVERYTHING).finish();
    }
    let last = Detail::LEVELS.len() - 1;
    let mut pages = Detail::LEVELS.iter().map(|detail| page(diagnosis, options, detail));
    match diagnosis.findings.len() {
        // The first level at which it fits a screen, else the tersest.
        1 => pages.enumerate().find(|(n, page)| *n == last || page.lines() <= SCREEN_LINES),
        0 => pages.next().map(|page| (0, page)),
        _ => pages.nth(1).map(|page| (1, page)),
    }
    .map(|(_, page)| page.finish())
    .unwrap_or_default()
}

fn page(diagnosis: &Diagnosis, options: &Options, detail: &Detail) -> Page {
    let mut page = Page::new(options);
    let subject = excerpt(&phrases::subject(diagnosis), page.width, detail.aside_lines);
    page.paragraph(Tone::Quiet, &subject.join(" "));
    page.blank();
    if diagnosis.findings.is_empty() {
        nothing_found(&mut page, diagnosis);
    }
    for (index, found) in diagnosis.findings.iter().enumerate() {
        let twin = diagnosis.findings[..index.min(FULL_FINDINGS)]
            .iter()
            .position(|other| other.why == found.why && other.fix == found.fix);
        let full = index < FULL_FINDINGS || options.verbose;
        finding::opening(&mut page, found, index + 1, options);
        if full {
            finding::body(&mut page, found, twin.map(|at| at + 1), detail);
        }
        // One command for all of them is told once.
        if index == 0 || found.verify != diagnosis.findings[0].verify {
            page.fact("verify", &found.verify);
        }
        page.blank();
    }
    crate::sockets::print(&mut page, diagnosis, options);
    questions(&mut page, diagnosis);
    memory::print(&mut page, &diagnosis.memory, options);
    healthy(&mut page, diagnosis, detail.aside_lines, options);
    problems(&mut page, diagnosis, options);
    page.paragraph(Tone::Strong, &format!("{}.", phrases::tally(diagnosis)));
    let next = format!("next: {}", phrases::next_command(diagnosis, &options.kept));
    page.paragraph(Tone::Plain, &next);
    page
}

fn nothing_found(page: &mut Page, diagnosis: &Diagnosis) {
    let tone = if diagnosis.verdict == Verdict::Clean { Tone::Good } else { Tone::Caution };
    page.paragraph(tone, phrases::nothing_found(diagnosis));
    page.blank();
}

fn questions(page: &mut Page, diagnosis: &Diagnosis) {
    for question in phrases::further_questions(diagnosis) {
        page.fact("open", &question.what);
        page.fact("  bring", &question.bring);
    }
    page.blank();
}

/// A line or two in all, or one for each if asked.
fn healthy(page: &mut Page, diagnosis: &Diagnosis, lines_max: usize, options: &Options) {
    let crowds = &diagnosis.healthy;
    if crowds.is_empty() {
        return;
    }
    if options.verbose {
        page.paragraph(Tone::Plain, "looked at and held healthy:");
        crowds.iter().for_each(|crowd| page.hanging("  - ", 4, Tone::Plain, crowd));
        return;
    }
    let names: Vec<&str> =
        crowds.iter().map(|crowd| crowd.split(": ").next().unwrap_or(crowd)).collect();
    let text = format!("looked at and held healthy: {}", names.join(", "));
    let lines = excerpt(&text, page.width, lines_max);
    page.paragraph(Tone::Plain, &lines.join(" "));
}

fn problems(page: &mut Page, diagnosis: &Diagnosis, options: &Options) {
    let groups = phrases::grouped_problems(&diagnosis.problems);
    let shown = if options.verbose { groups.len() } else { PROBLEMS_SHOWN };
    for (inputs, what) in groups.iter().take(shown) {
        page.hanging("problem", LABEL, Tone::Plain, &format!("{inputs}: {what}"));
    }
    if groups.len() > shown {
        let more = plural(groups.len() - shown, "further problem");
        page.fact("", &format!("{more} with --verbose"));
    }
}
