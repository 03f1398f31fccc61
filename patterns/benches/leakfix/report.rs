//! The tables and lists that are printed about all rows.

use std::collections::BTreeMap;

use plumb_evidence::source::SourceFinding;

use super::changes::Function;
use super::git::Tree;
use super::judge::{Fire, Judged};

/// Prints hits by reach and by label, the misses, and what is still found after the fix.
pub(crate) fn print(rows: &[Judged<'_>]) {
    counts("reach", rows, |judged| &judged.row.reach);
    counts("label", rows, |judged| &judged.row.label);
    hits(rows);
    misses(rows);
    persisting(rows);
}

/// What is counted of some rows.
#[derive(Clone, Copy, Default)]
struct Count {
    rows: usize,
    fires: usize,
    hits: usize,
    silent: usize,
    corresponding: usize,
}

impl Count {
    fn add(&mut self, judged: &Judged<'_>) {
        self.rows += 1;
        self.fires += usize::from(!judged.fires.is_empty());
        self.hits += usize::from(judged.is_hit());
        self.silent += usize::from(judged.is_silent_after());
        self.corresponding += usize::from(judged.corresponds());
    }

    fn line(&self, name: &str) -> String {
        let Self { rows, fires, hits, silent, corresponding } = self;
        let percent = |n: &usize| 100.0 * *n as f64 / (*rows).max(1) as f64;
        format!(
            "| {name} | {rows} | {fires} | {hits} | {:.0} % | {silent} | {:.0} % | {corresponding} |",
            percent(hits),
            percent(silent)
        )
    }
}

fn counts<'j>(title: &str, rows: &'j [Judged<'_>], key: impl Fn(&'j Judged<'_>) -> &'j str) {
    let mut all = Count::default();
    let mut by_key: BTreeMap<&str, Count> = BTreeMap::new();
    for judged in rows {
        all.add(judged);
        by_key.entry(key(judged)).or_default().add(judged);
    }
    println!(
        "\n| {title} | rows | fires | hits | | hits, silent after | | of the labelled pattern |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for (name, count) in by_key {
        println!("{}", count.line(name));
    }
    println!("{}", all.line("all"));
}

fn hits(rows: &[Judged<'_>]) {
    println!("\nHits:");
    for judged in rows.iter().filter(|judged| judged.is_hit()) {
        for Fire { finding, function, still, .. } in judged.hits() {
            let still = if still.is_empty() { "" } else { " (its pattern still fires)" };
            println!(
                "  {} {}:{} {function}: {}{still}",
                head(judged),
                finding.file,
                finding.place.line,
                finding.pattern
            );
        }
    }
}

fn misses(rows: &[Judged<'_>]) {
    println!("\nMisses:");
    for judged in rows.iter().filter(|judged| !judged.is_hit()) {
        println!("  {} {}", head(judged), judged.row.subject);
        for change in &judged.changes {
            let names: Vec<&str> =
                change.functions[0].iter().map(|function| function.name.as_str()).collect();
            let file = change.paths.iter().find(|path| !path.is_empty());
            println!("      {}: {}", file.map_or("", String::as_str), names.join(", "));
        }
        for finding in &judged.near {
            println!("      gone, but in no changed function: {}", one_line(finding));
        }
    }
}

fn persisting(rows: &[Judged<'_>]) {
    println!("\nFires before that stay after the fix:");
    for judged in rows {
        for fire in judged.fires.iter().filter(|fire| !fire.is_gone) {
            println!("  {} {}", head(judged), one_line(&fire.finding));
        }
    }
}

/// `#12 owner/name 1234abcd label (reach)`.
pub(crate) fn head(judged: &Judged<'_>) -> String {
    let row = judged.row;
    format!("#{} {} {} {} ({})", row.number, row.repository, row.short(), row.label, row.reach)
}

/// A finding on one line.
pub(crate) fn one_line(finding: &SourceFinding) -> String {
    let SourceFinding { pattern, message, file, place, function, .. } = finding;
    format!("{file}:{}:{} {function}: {pattern}: {message}", place.line, place.column)
}

/// Prints all that is found in the changed files of a row.
pub(crate) fn print_findings(judged: &Judged<'_>) {
    println!("\n{} {}", head(judged), judged.row.subject);
    for change in &judged.changes {
        for (side, when) in ["before", "after"].into_iter().enumerate() {
            let functions = change.functions[side].iter();
            let names: Vec<String> =
                functions.map(|f| format!("{} {}-{}", f.name, f.lines.0, f.lines.1)).collect();
            println!("  {when}: {}: {}", change.paths[side], names.join(", "));
        }
    }
    for (side, when) in ["before", "after"].into_iter().enumerate() {
        println!("  findings {when}: {}", judged.all[side].len());
        for finding in &judged.all[side] {
            println!("    {} [{:?}]", one_line(finding), finding.confidence);
            for step in &finding.path {
                println!("        line {}: {}", step.place.line, step.text);
            }
        }
    }
}

/// Prints the changed functions of a row as they stand in a tree; `side` is 0 before, 1 after.
pub(crate) fn print_sources(judged: &Judged<'_>, tree: &Tree<'_>, side: usize) {
    for change in &judged.changes {
        let path = &change.paths[side];
        let Ok(source) = tree.read(path) else { continue };
        for Function { name, lines: (first, last) } in &change.functions[side] {
            println!("--- {path}:{first} {name}");
            excerpt(&source, *first, *last);
        }
    }
}

/// Prints some lines of a file with their numbers.
pub(crate) fn excerpt(source: &[u8], first: u32, last: u32) {
    let text = String::from_utf8_lossy(source);
    let skipped = first.saturating_sub(1) as usize;
    for (number, line) in (first.max(1)..=last).zip(text.lines().skip(skipped)) {
        println!("{number:6}  {line}");
    }
}
