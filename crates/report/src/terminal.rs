//! What an engineer reads: the worst finding first, and one finding on one screen.

mod finding;
mod memory;

use plumb_evidence::Diagnosis;
use plumb_evidence::finding::Verdict;

use crate::layout::{Page, Tone, pack, with_command, without_middle};
use crate::units::plural;
use crate::{Options, advice, advisories, phrases, sockets};

/// Lines that a single finding should fit with all the rest: a terminal that nobody has resized has 24, one in use mostly
/// 40 and more.
const SCREEN_LINES: usize = 40;

/// Lines of each of several findings: with its neighbours' beginning or end on one screen.
const LINES_EACH: usize = 30;

/// Findings told in full; further ones get their opening only.
const FULL_FINDINGS: usize = 3;

/// Problems told without being asked.
const PROBLEMS_SHOWN: usize = 4;

/// Lines for what was looked at, and for what was held healthy.
const ASIDE_LINES: usize = 2;

/// Columns of the target in which it can still be told from others.
const TARGET_MIN: usize = 24;

/// Prints a diagnosis for reading.
pub(crate) fn render(diagnosis: &Diagnosis, options: &Options) -> String {
    let mut page = Page::new(options);
    for line in header(diagnosis, page.width) {
        page.paragraph(Tone::Quiet, &line);
    }
    page.blank();
    if diagnosis.findings.is_empty() {
        nothing_found(&mut page, diagnosis);
    }
    let rest = rest(page.sheet(), diagnosis, options);
    let lines = match diagnosis.findings.len() {
        1 => SCREEN_LINES.saturating_sub(page.lines() + rest.lines() + 1),
        _ => LINES_EACH,
    };
    for (index, found) in diagnosis.findings.iter().enumerate() {
        let twin = diagnosis.findings[..index.min(FULL_FINDINGS)]
            .iter()
            .position(|other| other.why == found.why && other.fix == found.fix);
        let full = index < FULL_FINDINGS || options.verbose;
        let context = finding::Context { diagnosis, number: index + 1, twin, full, lines };
        finding::print(&mut page, found, &context, options);
        page.blank();
    }
    page.append(rest);
    page.finish()
}

/// What is told once, after the findings.
fn rest(mut page: Page, diagnosis: &Diagnosis, options: &Options) -> Page {
    sockets::print(&mut page, diagnosis, options);
    questions(&mut page, diagnosis);
    memory::print(&mut page, &diagnosis.memory, options);
    healthy(&mut page, diagnosis, options);
    advisories::print(&mut page, diagnosis, options);
    problems(&mut page, diagnosis, options);
    page.paragraph(Tone::Strong, &format!("{}.", phrases::tally(diagnosis)));
    let next = advice::next(diagnosis, options);
    let lead = format!("next: {}", next.lead);
    for line in with_command(lead.trim_end(), &next.command, page.width) {
        page.line(&line);
    }
    page
}

/// What was looked at. Where the target is long its middle gives way: it is told whole with the commands.
fn header(diagnosis: &Diagnosis, width: usize) -> Vec<String> {
    let mut parts = phrases::subject(diagnosis);
    let target = parts[0].clone();
    // A comma follows it.
    for room in (TARGET_MIN..width).rev() {
        if pack(&parts, width).len() <= ASIDE_LINES {
            break;
        }
        parts[0] = without_middle(&target, room);
    }
    pack(&parts, width)
}

fn nothing_found(page: &mut Page, diagnosis: &Diagnosis) {
    let tone = if diagnosis.verdict == Verdict::Clean { Tone::Good } else { Tone::Caution };
    page.paragraph(tone, phrases::nothing_found(diagnosis));
    page.blank();
}

fn questions(page: &mut Page, diagnosis: &Diagnosis) {
    for question in phrases::further_questions(diagnosis) {
        page.told("open", &question.what);
        page.told("  bring", &question.bring);
    }
    page.blank();
}

/// A line or two in all, or one for each if asked.
fn healthy(page: &mut Page, diagnosis: &Diagnosis, options: &Options) {
    const LEAD: &str = "looked at and held healthy:";
    let crowds = &diagnosis.healthy;
    if crowds.is_empty() {
        return;
    }
    if options.verbose {
        page.paragraph(Tone::Plain, LEAD);
        crowds.iter().for_each(|crowd| page.hanging("  - ", 4, Tone::Plain, crowd));
        return;
    }
    let lines = (0..=crowds.len()).rev().map(|told| {
        let names = crowds[..told].iter().map(|crowd| crowd.split(": ").next().unwrap_or(crowd));
        let mut items: Vec<String> = names.map(str::to_owned).collect();
        match crowds.len() - told {
            0 => {}
            left if told == 0 => items.push(format!("{} (--verbose)", plural(left, "crowd"))),
            left => items.push(format!("and {left} more with --verbose")),
        }
        items[0] = format!("{LEAD} {}", items[0]);
        pack(&items, page.width)
    });
    let shown = lines.into_iter().find(|lines| lines.len() <= ASIDE_LINES).unwrap_or_default();
    shown.iter().for_each(|line| page.paragraph(Tone::Plain, line));
}

fn problems(page: &mut Page, diagnosis: &Diagnosis, options: &Options) {
    let groups = phrases::grouped_problems(&diagnosis.problems);
    let shown = if options.verbose { groups.len() } else { PROBLEMS_SHOWN };
    for (inputs, what) in groups.iter().take(shown) {
        page.told("problem", &format!("{inputs}: {what}"));
    }
    if groups.len() > shown {
        let more = plural(groups.len() - shown, "further problem");
        page.fact("", &format!("{more} with --verbose"));
    }
}
