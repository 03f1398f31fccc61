//! The table of commits that mended a leak.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// One commit that mended a leak.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its place in the table, from 1.
    pub(crate) number: usize,
    /// `OWNER/NAME`.
    pub(crate) repository: String,
    /// The commit that mended the leak.
    pub(crate) fix: String,
    /// The one before.
    pub(crate) parent: String,
    /// What was wrong, as the table labels it.
    pub(crate) label: String,
    /// How much must be known to see it: `local`, `typed`, `ownership`.
    pub(crate) reach: String,
    /// The files that the commit changed, without tests.
    pub(crate) files: Vec<String>,
    /// First line of the commit's message.
    pub(crate) subject: String,
}

impl Row {
    /// The commit, short.
    pub(crate) fn short(&self) -> &str {
        self.fix.get(..8).unwrap_or(&self.fix)
    }

    /// Whether any of the filters names the row: by its number, by the beginning of a commit, by a word that is
    /// its label or reach, or by a part of the repository's name. Without filters, it is chosen.
    pub(crate) fn is_chosen(&self, filters: &[String]) -> bool {
        let names = |filter: &String| {
            let is_commit = filter.len() >= 6
                && (self.fix.starts_with(filter.as_str())
                    || self.parent.starts_with(filter.as_str()));
            filter.parse() == Ok(self.number)
                || is_commit
                || *filter == self.label
                || *filter == self.reach
                || self.repository.contains(filter.as_str())
        };
        filters.is_empty() || filters.iter().any(names)
    }
}

/// Reads a table of tab-separated columns; those that are needed are found by their names in the first line.
///
/// # Errors
/// If the file cannot be read or a column is missing.
pub(crate) fn read(file: &Path) -> Result<Vec<Row>> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read the table {}", file.display()))?;
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        names.iter().position(|n| *n == name).with_context(|| format!("no column {name}"))
    };
    let columns = [
        column("repo")?,
        column("fix_commit")?,
        column("parent_commit")?,
        column("pattern")?,
        column("reach")?,
        column("non_test_files")?,
        column("subject")?,
    ];
    let row = |(index, line): (usize, &str)| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [repository, fix, parent, label, reach, files, subject] =
            columns.map(|column| cells.get(column).copied().unwrap_or_default().to_owned());
        ensure!(!fix.is_empty() && !parent.is_empty(), "line {}: no commits", index + 2);
        let files = files.split(' ').filter(|f| f.ends_with(".go")).map(str::to_owned).collect();
        Ok(Row { number: index + 1, repository, fix, parent, label, reach, files, subject })
    };
    lines.filter(|line| !line.is_empty()).enumerate().map(row).collect()
}

/// The repositories of a table, in its order.
pub(crate) fn repositories(rows: &[Row]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row in rows {
        if !names.contains(&row.repository.as_str()) {
            names.push(&row.repository);
        }
    }
    names
}

/// By what a label begins with, words of the patterns that mean the same.
const MEANINGS: &[(&str, &[&str])] = &[
    ("body_", &["body"]),
    ("chan_", &["channel", "chan", "sender", "receiver", "goroutine", "worker", "blocked"]),
    ("goroutine_", &["goroutine", "worker", "channel", "receiver", "sender", "blocked", "tick"]),
    ("lost_cancel", &["cancel", "context"]),
    ("ctx_", &["cancel", "context"]),
    ("defer_", &["defer", "closed"]),
    ("map_", &["map"]),
    ("pool_", &["pool"]),
    ("rows_", &["rows", "closed", "released"]),
    ("query_", &["rows", "query", "closed"]),
    ("tick", &["tick", "timer"]),
    ("time", &["time", "tick"]),
    ("wrapper_", &["wrapper", "closed"]),
    ("", &["closed", "released", "stopped", "body", "result"]),
];

/// Whether a pattern's id means what a label of the table says.
pub(crate) fn corresponds(label: &str, pattern: &str) -> bool {
    let meaning = MEANINGS.iter().find(|(start, _)| label.starts_with(start));
    meaning.is_some_and(|(_, words)| words.iter().any(|word| pattern.contains(word)))
}
