//! A pattern of the catalogue as its reader sees it, made from the record alone.

use std::fmt::Write as _;

use plumb_evidence::catalogue::{Catalogue, Pattern, Threshold};

use crate::blocks::{Block, CODE_INDENT, blocks};
use crate::layout::{Page, Tone};
use crate::markdown::{parts, prose};
use crate::{Options, units};

/// One pattern for a terminal.
pub fn terminal(pattern: &Pattern, options: &Options) -> String {
    let mut page = Page::new(options);
    page.hanging("", 0, Tone::Strong, &format!("{}: {}", pattern.id, pattern.title));
    section(&mut page, "What shows", pattern.shows);
    section(&mut page, "Why it leaks", pattern.why);
    section(&mut page, "Fix", pattern.fix);
    listing(&mut page, "Leaks", pattern.example.before);
    listing(&mut page, "Does not leak", pattern.example.after);
    heading(&mut page, "Prevention");
    for (label, text) in prevention(pattern) {
        page.fact(label, text);
    }
    if !pattern.thresholds.is_empty() {
        heading(&mut page, "Thresholds");
        for threshold in pattern.thresholds {
            page.hanging("- ", 2, Tone::Plain, &sentence(threshold));
        }
    }
    heading(&mut page, "Sources");
    pattern.sources.iter().for_each(|source| page.hanging("- ", 2, Tone::Plain, source));
    page.finish()
}

/// One pattern as a Markdown page.
pub fn markdown(pattern: &Pattern) -> String {
    let mut text = format!("# {}\n\n`{}`\n", prose(pattern.title), pattern.id);
    for (title, body) in
        [("What shows", pattern.shows), ("Why it leaks", pattern.why), ("Fix", pattern.fix)]
    {
        // Writing to a string cannot fail, here and below.
        let _ = write!(text, "\n## {title}\n\n{}\n", parts(body).join("\n\n"));
    }
    text.push_str("\n## Example\n");
    for (title, code) in
        [("Leaks", pattern.example.before), ("Does not leak", pattern.example.after)]
    {
        let _ = write!(text, "\n{title}:\n\n```go\n{}\n```\n", code.trim_matches('\n'));
    }
    text.push_str("\n## Prevention\n\n");
    for (label, body) in prevention(pattern) {
        let body = if label == "alert" { format!("`{body}`") } else { prose(body) };
        let _ = writeln!(text, "- **{label}**: {body}");
    }
    if !pattern.thresholds.is_empty() {
        text.push_str("\n## Thresholds\n\n| Bound | Value | Source |\n|---|--:|---|\n");
        for threshold in pattern.thresholds {
            let value = format!("{} {}", units::count(threshold.value), threshold.unit);
            let cells =
                [threshold.name, &value, threshold.source].map(|c| prose(c).replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    text.push_str("\n## Sources\n\n");
    for source in pattern.sources {
        let _ = writeln!(text, "- {}", linked(source));
    }
    text
}

/// All patterns, a line each, for a terminal.
pub fn list(catalogue: &Catalogue, options: &Options) -> String {
    let mut page = Page::new(options);
    let indent = catalogue.patterns.iter().map(|pattern| pattern.id.len()).max().unwrap_or(0) + 2;
    // Beside a long id too little room would be left.
    let beside = indent + 20 <= page.width;
    for pattern in catalogue.patterns {
        if beside {
            page.hanging(pattern.id, indent, Tone::Plain, pattern.title);
        } else {
            page.paragraph(Tone::Strong, pattern.id);
            page.hanging("", 2, Tone::Plain, pattern.title);
        }
    }
    page.finish()
}

/// All patterns as a Markdown list.
pub fn list_markdown(catalogue: &Catalogue) -> String {
    let line = |pattern: &&Pattern| format!("- `{}`: {}\n", pattern.id, prose(pattern.title));
    catalogue.patterns.iter().map(line).collect()
}

fn prevention(pattern: &Pattern) -> [(&'static str, &'static str); 4] {
    let prevention = &pattern.prevention;
    [
        ("test", prevention.test),
        ("gate", prevention.gate),
        ("alert", prevention.alert),
        ("doc", prevention.doc_comment),
    ]
}

fn heading(page: &mut Page, title: &str) {
    page.blank();
    page.paragraph(Tone::Strong, title);
}

fn section(page: &mut Page, title: &str, text: &str) {
    heading(page, title);
    for block in blocks(text) {
        match block {
            Block::Prose(paragraph) => page.hanging("", 2, Tone::Plain, &paragraph),
            Block::Code(lines) => page.verbatim(2 + CODE_INDENT.len(), &lines.join("\n")),
        }
    }
}

fn listing(page: &mut Page, title: &str, code: &str) {
    heading(page, title);
    let code = code.trim_matches('\n').replace('\t', "    ");
    page.verbatim(2, &code);
}

fn sentence(threshold: &Threshold) -> String {
    let value = units::count(threshold.value);
    format!("{}: {value} {} ({})", threshold.name, threshold.unit, threshold.source)
}

/// A source whose addresses are links.
fn linked(source: &str) -> String {
    let word = |word: &str| {
        let address = word.trim_start_matches('(');
        if !address.starts_with("https://") && !address.starts_with("http://") {
            return prose(word);
        }
        let address = address.trim_end_matches([',', '.', ';', ':', ')']);
        word.replace(address, &format!("<{address}>"))
    };
    source.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_without_the_punctuation_around_them() {
        assert_eq!(
            linked("net/http (https://pkg.go.dev/net/http)."),
            "net/http (<https://pkg.go.dev/net/http>)."
        );
        assert_eq!(linked("go_issue *1*"), "go_issue \\*1\\*");
    }
}
