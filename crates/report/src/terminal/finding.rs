//! One finding: its opening, which the person on call acts on, and its body.

use plumb_evidence::finding::{Candidate, Confidence, PathStep};
use plumb_evidence::{Diagnosis, Finding};
use unicode_width::UnicodeWidthStr;

use crate::layout::{LABEL, Page, Tone, clean, excerpt, first_sentences, wrap};
use crate::units::percent;
use crate::{Options, advice, names, phrases};

/// Where a finding stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// What it is a part of.
    pub(super) diagnosis: &'a Diagnosis,
    /// Its number, from 1.
    pub(super) number: usize,
    /// Index of an earlier finding with the same mechanism and remedy.
    pub(super) twin: Option<usize>,
    /// Whether more is told than the opening.
    pub(super) full: bool,
    /// Lines that it should fit.
    pub(super) lines: usize,
}

/// How much of a finding is told. The fix is told whole.
#[derive(Clone, Copy, Debug)]
struct Detail {
    /// Lines of evidence; at least two sentences are told.
    evidence_lines: usize,
    /// Lines for one sentence of evidence; more only names of unusual length take.
    item_lines: usize,
    /// Steps of the way to the loss.
    way_lines: usize,
    /// Lines for why.
    why_lines: usize,
    /// Candidate lines.
    candidates: usize,
    /// Lines of the alert rule.
    alert_lines: usize,
    /// What the shares of candidates rest on, with full names and paths.
    basis: bool,
    /// Candidates that lost, too.
    losers: bool,
}

/// What a sentence of evidence begins with.
const BULLET: &str = "- ";

/// Sentences of evidence that are told however little room there is.
const EVIDENCE_MIN: usize = 2;

impl Detail {
    const GENEROUS: Self = Self {
        evidence_lines: 12,
        item_lines: 5,
        way_lines: 8,
        why_lines: usize::MAX,
        candidates: 4,
        alert_lines: 3,
        basis: true,
        losers: false,
    };

    const SHORT: Self = Self { evidence_lines: 7, candidates: 3, alert_lines: 0, ..Self::GENEROUS };

    const SHORTER: Self = Self { evidence_lines: 4, way_lines: 5, ..Self::SHORT };

    const TERSE: Self = Self { why_lines: 5, ..Self::SHORTER };

    const TERSER: Self = Self { why_lines: 3, way_lines: 3, ..Self::TERSE };

    const TERSEST: Self = Self { why_lines: 2, basis: false, ..Self::TERSER };

    /// From generous to terse.
    const LEVELS: [Self; 6] =
        [Self::GENEROUS, Self::SHORT, Self::SHORTER, Self::TERSE, Self::TERSER, Self::TERSEST];

    /// All there is.
    const EVERYTHING: Self = Self {
        evidence_lines: usize::MAX,
        item_lines: usize::MAX,
        way_lines: usize::MAX,
        why_lines: usize::MAX,
        candidates: usize::MAX,
        alert_lines: usize::MAX,
        basis: true,
        losers: true,
    };
}

/// Prints a finding with as much as fits a screen, at least its opening.
pub(super) fn print(page: &mut Page, finding: &Finding, context: &Context<'_>, options: &Options) {
    let sheet = |detail: &Detail| {
        let mut sheet = page.sheet();
        opening(&mut sheet, finding, context, options);
        if context.full {
            body(&mut sheet, finding, context.twin, detail);
        }
        // One command for all of them is told once.
        if context.number == 1 || finding.verify != context.diagnosis.findings[0].verify {
            let advice = advice::verify(context.diagnosis, &options.kept);
            sheet.command("verify", advice.lead, &advice.command);
        }
        sheet
    };
    let told = if options.verbose {
        sheet(&Detail::EVERYTHING)
    } else {
        let mut sheets = Detail::LEVELS.iter().map(sheet);
        let fitting = sheets.find(|sheet| sheet.lines() <= context.lines);
        fitting.unwrap_or_else(|| sheet(&Detail::TERSEST))
    };
    page.append(told);
}

/// Title, site, impact, time to the limit, and whether a restart is safe for the evidence.
fn opening(page: &mut Page, finding: &Finding, context: &Context<'_>, options: &Options) {
    let tone = if finding.confidence == Confidence::Possible { Tone::Caution } else { Tone::Alarm };
    let mark = format!("{}. ", context.number);
    let confidence = finding.confidence.to_string().to_uppercase();
    page.hanging(&mark, mark.width(), tone, &format!("{confidence}: {}", finding.title));
    page.facts("site", &site_lines(page, finding));
    page.fact("impact", &phrases::impact(finding));
    if let Some(limit) = phrases::time_to_limit(finding) {
        page.fact("limit", &limit);
    }
    // One restart ends them all.
    if context.number == 1 {
        page.fact("restart", &phrases::restart(&options.kept));
    }
}

/// Candidates, evidence, why, fix and alert. `twin` is the index of an earlier finding with the same mechanism and
/// remedy.
fn body(page: &mut Page, finding: &Finding, twin: Option<usize>, detail: &Detail) {
    candidates(page, finding, detail);
    for site in &finding.related {
        let mut lines = names::site(site, page.fact_width());
        add(&mut lines, &format!("({})", names::role(site.role)), page.fact_width());
        page.facts("related", &lines);
    }
    evidence(page, finding, detail);
    page.facts("way", &way(page, finding, detail.way_lines));
    if let Some(since) = phrases::since(finding) {
        page.fact("since", &since);
    }
    match twin {
        Some(index) => page.fact("why, fix", &format!("as in {}.", index + 1)),
        None => {
            let why = first_sentences(&finding.why, page.fact_width(), detail.why_lines);
            page.facts("why", &why);
            page.told("fix", &finding.fix);
        }
    }
    if let Some(diff) = &finding.diff {
        let lines: Vec<String> = diff.lines().map(clean).collect();
        page.facts("diff", &lines);
    }
    alert(page, finding, detail.alert_lines);
}

/// The steps to the loss, each in one line: `fetch.go:31  err != nil is true`.
fn way(page: &Page, finding: &Finding, lines_max: usize) -> Vec<String> {
    let width = page.fact_width();
    let step = |step: &PathStep| {
        let file = names::file(&step.file, step.line, width / 3);
        excerpt(&format!("{file}: {}", step.text), width, 1)
    };
    let mut lines: Vec<String> = finding.path.iter().flat_map(step).collect();
    if lines.len() > lines_max {
        // Where it begins and where it ends are told before what lies between.
        let last = lines.len() - 1;
        lines.drain(lines_max.saturating_sub(2).max(1)..last);
        lines.insert(lines.len() - 1, "… (all steps with --verbose)".to_owned());
    }
    lines
}

fn site_lines(page: &Page, finding: &Finding) -> Vec<String> {
    let width = page.fact_width();
    let site = names::site(&finding.site, width);
    if phrases::is_open(finding) {
        let mut lines = wrap(phrases::open_site(finding), width);
        match site.as_slice() {
            [whole] => add(&mut lines, whole, width),
            _ => lines.extend(site),
        }
        return lines;
    }
    let mut lines = site;
    add(&mut lines, &format!("({})", phrases::standing(&finding.site)), width);
    lines
}

/// Adds words to the last line if they fit there, else on lines of their own.
fn add(lines: &mut Vec<String>, words: &str, width: usize) {
    match lines.last_mut() {
        Some(last) if last.width() + 1 + words.width() <= width => {
            last.push(' ');
            last.push_str(words);
        }
        _ => lines.extend(wrap(words, width)),
    }
}

fn candidates(page: &mut Page, finding: &Finding, detail: &Detail) {
    let open = phrases::is_open(finding);
    if open || detail.losers {
        for (index, candidate) in finding.candidates.iter().take(detail.candidates).enumerate() {
            let label = match (index, open) {
                (0, true) => "maybe",
                (0, false) => "not",
                _ => "",
            };
            let lines = candidate_lines(candidate, page.fact_width(), detail.basis);
            page.facts(label, &lines);
        }
        let left = finding.candidates.len().saturating_sub(detail.candidates);
        if left > 0 {
            page.fact("", &format!("and {left} more with --verbose"));
        }
        if let Some(caution) = phrases::caution(finding) {
            page.fact("", &caution);
        }
    }
    if open && !finding.would_decide.is_empty() {
        page.fact("to decide", &finding.would_decide.join("; or "));
    }
}

/// `71 % main.fetch fetch.go:41 (uses it; share by the heap profile: 3 of 3 sampled objects live)`.
fn candidate_lines(candidate: &Candidate, width: usize, basis: bool) -> Vec<String> {
    let share = format!("{:>5} ", percent(candidate.share));
    let width = width - share.width();
    if !basis {
        let role = names::role(candidate.site.role);
        let room = width.saturating_sub(role.width() + " ()".len());
        let line = format!("{} ({role})", names::short_site(&candidate.site, room));
        return marked(&share, vec![line]).collect();
    }
    let mut lines = names::site(&candidate.site, width);
    add(&mut lines, &format!("({})", phrases::weight(candidate)), width);
    marked(&share, lines).collect()
}

fn evidence(page: &mut Page, finding: &Finding, detail: &Detail) {
    let texts = phrases::evidence(finding);
    let width = page.fact_width() - BULLET.len();
    let mut told: Vec<Vec<String>> = Vec::new();
    let mut lines = 0;
    for text in &texts {
        let item = excerpt(text, width, detail.item_lines);
        if told.len() >= EVIDENCE_MIN && lines + item.len() > detail.evidence_lines {
            break;
        }
        lines += item.len();
        told.push(item);
    }
    let left = texts.len() - told.len();
    let mut bullets: Vec<String> = told.into_iter().flat_map(|item| marked(BULLET, item)).collect();
    if left > 0 {
        bullets.push(format!("{BULLET}{left} more with --verbose"));
    }
    page.facts("evidence", &bullets);
}

/// The lines with a mark before the first and as much space before the others.
fn marked(mark: &str, lines: Vec<String>) -> impl Iterator<Item = String> {
    let indent = " ".repeat(mark.width());
    let mark = mark.to_owned();
    lines
        .into_iter()
        .enumerate()
        .map(move |(index, line)| format!("{}{line}", if index == 0 { &mark } else { &indent }))
}

/// The rule that would have fired early, if it fits: a rule cut in half is of no use, and `plumb explain` has it.
fn alert(page: &mut Page, finding: &Finding, lines_max: usize) {
    let Some(pattern) = finding.pattern.filter(|pattern| !pattern.prevention.alert.is_empty())
    else {
        return;
    };
    let lines = wrap(pattern.prevention.alert, page.width - LABEL);
    if lines.len() <= lines_max {
        page.facts("alert", &lines);
    }
}
