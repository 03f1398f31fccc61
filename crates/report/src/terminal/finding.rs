//! One finding: its opening, which the person on call acts on, and its body.

use plumb_evidence::Finding;
use plumb_evidence::finding::{Candidate, Confidence};
use unicode_width::UnicodeWidthStr;

use crate::layout::{LABEL, Page, Tone, excerpt, wrap};
use crate::units::percent;
use crate::{Options, names, phrases};

/// How much of a finding is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detail {
    /// Lines of evidence; at least two sentences are told.
    evidence_lines: usize,
    /// Lines for one sentence of evidence.
    item_lines: usize,
    /// Lines for each of why and fix.
    prose_lines: usize,
    /// Candidate lines.
    candidates: usize,
    /// Lines of the alert rule.
    alert_lines: usize,
    /// What the shares of candidates rest on, with full names and paths.
    basis: bool,
    /// Candidates that lost, too.
    losers: bool,
    /// Lines for what was looked at.
    pub(super) aside_lines: usize,
}

/// What a sentence of evidence begins with.
const BULLET: &str = "- ";

/// Fewer columns hold no part of a sentence.
const ROOM_MIN: usize = 8;

/// Sentences of evidence that are told however little room there is.
const EVIDENCE_MIN: usize = 2;

impl Detail {
    const GENEROUS: Self = Self {
        evidence_lines: 9,
        item_lines: 4,
        prose_lines: 5,
        candidates: 4,
        alert_lines: 2,
        basis: true,
        losers: false,
        aside_lines: 2,
    };

    const SHORT: Self =
        Self { evidence_lines: 6, item_lines: 3, prose_lines: 3, candidates: 3, ..Self::GENEROUS };

    const TERSE: Self = Self {
        evidence_lines: 4,
        item_lines: 2,
        prose_lines: 2,
        alert_lines: 1,
        basis: false,
        aside_lines: 1,
        ..Self::SHORT
    };

    /// From generous to terse.
    pub(super) const LEVELS: [Self; 3] = [Self::GENEROUS, Self::SHORT, Self::TERSE];

    /// All there is.
    pub(super) const EVERYTHING: Self = Self {
        evidence_lines: usize::MAX,
        item_lines: usize::MAX,
        prose_lines: usize::MAX,
        candidates: usize::MAX,
        alert_lines: usize::MAX,
        basis: true,
        losers: true,
        aside_lines: usize::MAX,
    };
}

/// Title, site, impact, time to the limit, and whether a restart is safe for the evidence.
pub(super) fn opening(page: &mut Page, finding: &Finding, number: usize, options: &Options) {
    let tone = if finding.confidence == Confidence::Possible { Tone::Caution } else { Tone::Alarm };
    let mark = format!("{number}. ");
    let confidence = finding.confidence.to_string().to_uppercase();
    page.hanging(&mark, mark.width(), tone, &format!("{confidence}: {}", finding.title));
    page.facts("site", &site_lines(page, finding));
    page.fact("impact", &phrases::impact(finding));
    if let Some(limit) = phrases::time_to_limit(finding) {
        page.fact("limit", &limit);
    }
    // One restart ends them all.
    if number == 1 {
        page.fact("restart", &phrases::restart(&options.kept));
    }
}

/// Evidence, why, fix and alert. `twin` is the number of an earlier finding with
/// the same mechanism and remedy.
pub(super) fn body(page: &mut Page, finding: &Finding, twin: Option<usize>, detail: &Detail) {
    candidates(page, finding, detail);
    for site in &finding.related {
        let mut lines = names::site(site, page.fact_width());
        add(&mut lines, &format!("({})", names::role(site.role)), page.fact_width());
        page.facts("related", &lines);
    }
    evidence(page, finding, detail);
    match twin {
        Some(number) => page.fact("why, fix", &format!("as in {number}.")),
        None => {
            page.short_fact("why", &finding.why, detail.prose_lines);
            page.short_fact("fix", &finding.fix, detail.prose_lines);
        }
    }
    alert(page, finding, detail.alert_lines);
}

fn site_lines(page: &Page, finding: &Finding) -> Vec<String> {
    let width = page.fact_width();
    let site = names::site(&finding.site, width);
    if phrases::is_open(finding) {
        let mut lines = wrap(phrases::open_site(finding), width);
        lines.extend(site);
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
    }
    if open && !finding.would_decide.is_empty() {
        page.fact("to decide", &finding.would_decide.join("; or "));
    }
}

/// `71 % main.fetch fetch.go:41 (3 of 3 sampled objects live)`.
fn candidate_lines(candidate: &Candidate, width: usize, basis: bool) -> Vec<String> {
    let share = format!("{:>5} ", percent(candidate.share));
    let width = width - share.width();
    if !basis {
        return marked(&share, vec![names::short_site(&candidate.site, width)]).collect();
    }
    let mut lines = names::site(&candidate.site, width);
    if !candidate.basis.is_empty() {
        add(&mut lines, &format!("({})", candidate.basis), width);
    }
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
    if let Some(last) = told.last_mut().filter(|_| left > 0) {
        close(last, &format!("(and {left} more with --verbose)"), width, detail.item_lines);
    }
    let bullets: Vec<String> = told.into_iter().flat_map(|item| marked(BULLET, item)).collect();
    page.facts("evidence", &bullets);
}

/// Adds words to the last line; if that takes more than `max` lines, at the cost of what stands there.
fn close(lines: &mut Vec<String>, words: &str, width: usize, max: usize) {
    add(lines, words, width);
    if lines.len() <= max || max == 0 {
        return;
    }
    lines.truncate(max);
    let room = width.saturating_sub(words.width() + 1);
    if let Some(last) = lines.last_mut() {
        let start = last.trim_end_matches(" …");
        *last = match room {
            0..ROOM_MIN => words.to_owned(),
            _ => format!("{} {words}", excerpt(&format!("{start} …"), room, 1).concat()),
        };
    }
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

/// The rule that would have fired early, if it fits; a rule cut in half is of no use.
fn alert(page: &mut Page, finding: &Finding, lines_max: usize) {
    let Some(pattern) = finding.pattern.filter(|pattern| !pattern.prevention.alert.is_empty())
    else {
        return;
    };
    let lines = wrap(pattern.prevention.alert, page.width - LABEL);
    if lines.len() <= lines_max {
        page.facts("alert", &lines);
    } else {
        page.fact("alert", &format!("the rule is in: plumb explain {}", pattern.id));
    }
}
