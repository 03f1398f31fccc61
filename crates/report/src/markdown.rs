//! A ticket: what GitHub, GitLab and Jira show well. Headings, tables and lists, evidence folded away.

use std::fmt::Write as _;

use plumb_evidence::finding::{Candidate, MemorySplit};
use plumb_evidence::{Diagnosis, Finding, Site};

use crate::advice::Advice;
use crate::blocks::{Block, blocks};
use crate::layout::clean;
use crate::units::{bytes, percent};
use crate::{Options, advice, advisories, names, phrases, sockets};

/// Prints a diagnosis for a ticket.
pub(crate) fn render(diagnosis: &Diagnosis, options: &Options) -> String {
    let mut text = format!("## plumb: {}\n\n", prose(&phrases::tally(diagnosis)));
    push(&mut text, &format!("{}\n\n", prose(&phrases::subject(diagnosis).join(", "))));
    if diagnosis.findings.is_empty() {
        push(&mut text, &format!("**{}**\n\n", phrases::nothing_found(diagnosis)));
    }
    for (index, found) in diagnosis.findings.iter().enumerate() {
        finding(&mut text, found, diagnosis, index + 1, options);
    }
    push(&mut text, &sockets::markdown(diagnosis));
    questions(&mut text, diagnosis);
    diagnosis.memory.iter().for_each(|split| memory(&mut text, split));
    folded(&mut text, "Looked at and held healthy", diagnosis.healthy.iter().map(|h| prose(h)));
    list(&mut text, advisories::HEADING_MARKDOWN, &advisories::items(diagnosis));
    let problems = phrases::grouped_problems(&diagnosis.problems);
    let problems: Vec<String> = problems
        .iter()
        .map(|(inputs, what)| format!("{}: {}", code(inputs), item(what, 2)))
        .collect();
    list(&mut text, "### Problems", &problems);
    push(&mut text, &format!("Next: {}\n", advised(&advice::next(diagnosis, options))));
    text
}

fn push(text: &mut String, part: &str) {
    text.push_str(part);
}

fn finding(
    text: &mut String,
    finding: &Finding,
    diagnosis: &Diagnosis,
    number: usize,
    options: &Options,
) {
    let mut rows = vec![
        ("Confidence", finding.confidence.to_string()),
        ("Pattern", finding.pattern.map_or("unnamed".to_owned(), |pattern| code(pattern.id))),
        ("Site", site_cell(finding)),
        ("Impact", prose(&phrases::impact(finding))),
    ];
    rows.extend(phrases::time_to_limit(finding).map(|limit| ("Limit", prose(&limit))));
    rows.extend(phrases::since(finding).map(|since| ("Since", prose(&since))));
    rows.push(("Restart", prose(&phrases::restart(&options.kept))));
    rows.push(("Verify", advised(&advice::verify(diagnosis, &options.kept))));
    push(text, &format!("### {number}. {}\n\n| | |\n|---|---|\n", prose(&finding.title)));
    for (name, value) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {name} | {} |", value.replace('|', "\\|"));
    }
    text.push('\n');
    lines(text, finding);
    folded(text, "Evidence", phrases::evidence(finding).into_iter().map(prose));
    push(text, &format!("{}\n\n", told("**Why:**", &finding.why)));
    push(text, &format!("{}\n\n", told("**Fix:**", &finding.fix)));
    if let Some(diff) = &finding.diff {
        push(text, &fenced("diff", diff));
    }
    if let Some(pattern) = finding.pattern.filter(|pattern| !pattern.prevention.alert.is_empty()) {
        push(text, &format!("**Alert:** {}\n\n", code(pattern.prevention.alert)));
    }
}

/// Candidates, what would decide between them, and other lines that matter.
fn lines(text: &mut String, finding: &Finding) {
    let open = phrases::is_open(finding);
    let candidates: Vec<String> =
        finding.candidates.iter().map(weighed).chain(phrases::caution(finding)).collect();
    let heading = match (open, finding.candidates.len()) {
        (true, 1) => "**Line undecided, maybe**",
        (true, _) => "**Line undecided between**",
        (false, _) => "**Lines weighed**",
    };
    list(text, heading, &candidates);
    if open && !finding.would_decide.is_empty() {
        push(text, &format!("**To decide:** {}\n\n", prose(&finding.would_decide.join("; or "))));
    }
    let related: Vec<String> = finding
        .related
        .iter()
        .map(|site| format!("{} ({})", place(site), names::role(site.role)))
        .collect();
    list(text, "**Related**", &related);
    let steps = finding.path.iter().map(|step| {
        let place = code(&names::file(&step.file, step.line, usize::MAX));
        format!("{place}: {}", prose(&step.text))
    });
    list(text, "**The way to the loss**", &steps.collect::<Vec<_>>());
}

/// A block of code. Its fence is longer than any in the text.
fn fenced(language: &str, text: &str) -> String {
    let ticks = |line: &str| line.trim_start().chars().take_while(|c| *c == '`').count();
    let longest = text.lines().map(ticks).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: Vec<String> = text.lines().map(clean).collect();
    format!("{fence}{language}\n{}\n{fence}\n\n", lines.join("\n"))
}

fn advised(advice: &Advice) -> String {
    match (advice.lead, advice.command.as_str()) {
        ("", command) => code(command),
        (lead, "") => prose(lead),
        (lead, command) => format!("{} {}", prose(lead), code(command)),
    }
}

fn site_cell(finding: &Finding) -> String {
    let place = place(&finding.site);
    if phrases::is_open(finding) {
        format!("{} {place}", phrases::open_site(finding))
    } else {
        format!("{place} ({})", phrases::standing(&finding.site))
    }
}

/// Function, and file with line or version.
fn place(site: &Site) -> String {
    let function = code(&site.function);
    match &site.version {
        _ if !site.file.is_empty() => {
            format!("{function} {}", code(&names::file(&site.file, site.line, usize::MAX)))
        }
        Some(version) => format!("{function} {}", code(version)),
        None => function,
    }
}

fn weighed(candidate: &Candidate) -> String {
    let weight = prose(&phrases::weight(candidate));
    format!("{} {} ({weight})", percent(candidate.share), place(&candidate.site))
}

fn questions(text: &mut String, diagnosis: &Diagnosis) {
    let questions: Vec<String> = phrases::further_questions(diagnosis)
        .map(|question| {
            format!("{}\n  - bring: {}", prose(&question.what), item(&question.bring, 4))
        })
        .collect();
    list(text, "### Open", &questions);
}

fn memory(text: &mut String, split: &MemorySplit) {
    push(
        text,
        &format!("### Memory of {}\n\n{}\n\n", prose(&split.instance), prose(&split.sentence)),
    );
    push(text, "| Part | Size | |\n|---|--:|---|\n");
    for part in &split.parts {
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "| {} | {} | {} |", part.name, bytes(part.bytes as f64), part.meaning);
    }
    text.push('\n');
}

fn list(text: &mut String, heading: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    push(text, &format!("{heading}\n\n"));
    items.iter().for_each(|item| push(text, &format!("- {item}\n")));
    text.push('\n');
}

/// A list behind a triangle; where `<details>` is not known, a list under its heading.
fn folded(text: &mut String, summary: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    push(text, &format!("<details><summary>{summary} ({})</summary>\n\n", items.len()));
    items.iter().for_each(|item| push(text, &format!("- {item}\n")));
    push(text, "\n</details>\n\n");
}

/// Paragraphs after a label, with code in fences.
fn told(label: &str, text: &str) -> String {
    format!("{label} {}", parts(text).join("\n\n"))
}

/// The same in an item of a list, whose further paragraphs are indented by so many columns.
fn item(text: &str, indent: usize) -> String {
    let text = parts(text).join("\n\n");
    let lines = text.lines().enumerate().map(|(index, line)| match (index, line) {
        (0, _) | (_, "") => line.to_owned(),
        _ => format!("{}{line}", " ".repeat(indent)),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Paragraphs and blocks of code.
pub(crate) fn parts(text: &str) -> Vec<String> {
    blocks(text).iter().map(part).collect()
}

fn part(block: &Block) -> String {
    match block {
        Block::Prose(text) => prose(text),
        Block::Code(lines) => {
            let code: Vec<String> = lines.iter().map(|line| clean(line)).collect();
            // No line of code begins with a fence: `blocks` takes it for one.
            format!("```go\n{}\n```", code.join("\n"))
        }
    }
}

/// Text in one line, with what Markdown would read as markup escaped. Pairs of backticks stay code.
pub(crate) fn prose(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // A backtick without a partner.
        return escaped(&text);
    }
    let part = |(index, part): (usize, &&str)| match index % 2 {
        1 if !part.is_empty() => code(part),
        _ => escaped(part),
    };
    parts.iter().enumerate().map(part).collect()
}

fn escaped(text: &str) -> String {
    let text: Vec<char> = clean(text).chars().collect();
    let mut escaped = String::with_capacity(text.len());
    for (at, &c) in text.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| text[at]);
        let after = text.get(at + 1).copied();
        let inside_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_markup = match c {
            '\\' | '`' | '*' | '<' | '>' | '~' => true,
            '_' => !(inside_word(before) && inside_word(after)),
            // Only with an address behind it does a bracket make a link.
            ']' => matches!(after, Some('(' | '[' | ':')),
            '#' => before.is_none(),
            _ => false,
        };
        if is_markup {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A code span, with as many backticks as the text needs.
pub(crate) fn code(text: &str) -> String {
    let text = clean(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.contains('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_a_target_stays_text() {
        assert_eq!(prose("a*b_c _d <img> [x](y) [z]"), "a\\*b_c \\_d \\<img\\> [x\\](y) [z]");
        assert_eq!(prose("call `a_b()` or ` it"), "call \\`a_b()\\` or \\` it");
        assert_eq!(prose("call `_b()`"), "call `_b()`");
        assert_eq!(code("map[string]*T"), "`map[string]*T`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }

    #[test]
    fn code_in_a_text_keeps_its_lines() {
        let text = "add *this*:\n    a()\n\n        b()\nthen build";
        let fenced = "```go\na()\n\n    b()\n```";
        let shown = format!("**Fix:** add \\*this\\*:\n\n{fenced}\n\nthen build");
        assert_eq!(told("**Fix:**", text), shown);
        let shown = "add \\*this\\*:\n\n  ```go\n  a()\n\n      b()\n  ```\n\n  then build";
        assert_eq!(item(text, 2), shown);
    }
}
