//! Findings that a team knows and lives with for now: a text file that is kept with the code.
//!
//! A line is a finding by what does not change when lines are added above it: pattern, path, function, and the
//! statement as it is written; with how many of them there are. Lines are sorted, so that two branches that change the
//! file merge.

use std::collections::BTreeMap;

use plumb_evidence::source::SourceFinding;

/// The first line of each file.
const HEADER: &str =
    "# plumb baseline 1: known findings, as pattern, file, function, how many, statement.";

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The pattern's id.
    pub pattern: String,
    /// The file, as the caller names it.
    pub file: String,
    /// The function.
    pub function: String,
    /// The statement in one line, with one blank where several or a newline stand.
    pub snippet: String,
}

impl Key {
    /// The key of a finding in a file that the caller names by `file`.
    pub fn of(finding: &SourceFinding, file: String) -> Self {
        Self {
            pattern: finding.pattern.to_owned(),
            file,
            function: finding.function.clone(),
            snippet: normalised(&finding.snippet),
        }
    }
}

/// Text in one line, with one blank where several or a newline stand.
pub fn normalised(snippet: &str) -> String {
    snippet.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Known findings, with how many there are of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<Key, usize>,
}

/// Why a baseline cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// The first line is not that of a baseline.
    #[error("this is no baseline of plumb")]
    Header,
    /// A line has another form.
    #[error("line {0}: not pattern, file, function, how many and statement with tabs between them")]
    Line(usize),
    /// Git wrote both sides of a conflict into it.
    #[error("line {0}: an unresolved merge conflict")]
    Conflict(usize),
}

impl Baseline {
    /// The baseline of findings.
    pub fn of(keys: impl IntoIterator<Item = Key>) -> Self {
        let mut baseline = Self::default();
        for key in keys {
            *baseline.entries.entry(key).or_default() += 1;
        }
        baseline
    }

    /// Reads the text of a file. Equal lines count together, in any order: a merge may have left them so.
    ///
    /// # Errors
    /// [`BaselineError`], with the first line that cannot be read.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let mut lines = (1..).zip(text.lines().map(|line| line.trim_end_matches('\r')));
        let is_header = |line: &str| line.starts_with("# plumb baseline 1");
        if !lines.next().is_some_and(|(_, first)| is_header(first)) {
            return Err(BaselineError::Header);
        }
        let mut baseline = Self::default();
        for (number, line) in lines {
            if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
                return Err(BaselineError::Conflict(number));
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, count) = entry(line).ok_or(BaselineError::Line(number))?;
            *baseline.entries.entry(key).or_default() += count;
        }
        Ok(baseline)
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for (key, count) in &self.entries {
            let Key { pattern, file, function, snippet } = key;
            let cells = [pattern, file, function, &count.to_string(), snippet];
            text.push_str(&cells.map(|cell| escaped(cell)).join("\t"));
            text.push('\n');
        }
        text
    }

    /// How many findings it knows.
    pub fn count(&self) -> usize {
        self.entries.values().sum()
    }

    /// Takes a finding from those that are known; `false` if it is a new one.
    pub fn take(&mut self, key: &Key) -> bool {
        match self.entries.get_mut(key).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                true
            }
            None => false,
        }
    }

    /// What no finding has taken, with how many.
    pub fn left(&self) -> impl Iterator<Item = (&Key, usize)> {
        self.entries.iter().map(|(key, count)| (key, *count)).filter(|(_, count)| *count > 0)
    }
}

fn entry(line: &str) -> Option<(Key, usize)> {
    let mut cells = line.splitn(5, '\t').map(unescaped);
    let (pattern, file, function) = (cells.next()?, cells.next()?, cells.next()?);
    let count = cells.next()?.parse().ok()?;
    let snippet = cells.next()?;
    Some((Key { pattern, file, function, snippet }, count))
}

fn escaped(cell: &str) -> String {
    cell.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut letters = cell.chars();
    while let Some(c) = letters.next() {
        match (c, c == '\\') {
            (_, true) => text.extend(match letters.next() {
                Some('t') => Some('\t'),
                Some('n') => Some('\n'),
                Some('r') => Some('\r'),
                other => other,
            }),
            (c, false) => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(file: &str, snippet: &str) -> Key {
        let (pattern, function) = ("body".to_owned(), "p.f".to_owned());
        Key { pattern, file: file.into(), function, snippet: normalised(snippet) }
    }

    #[test]
    fn what_is_written_is_read() {
        let odd = Key { snippet: "g(\"\\t\\n\", `a\\`)".into(), ..key("tab\tin\nname.go", "") };
        let baseline =
            Baseline::of([key("b.go", "x"), key("a.go", "x  :=\n\ty()"), odd, key("b.go", "x")]);
        assert_eq!(Baseline::parse(&baseline.to_text()), Ok(baseline.clone()));
        assert_eq!(baseline.count(), 4);
        let text = baseline.to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "body\ta.go\tp.f\t1\tx := y()");
        assert_eq!(lines[2], "body\tb.go\tp.f\t2\tx");
    }

    #[test]
    fn known_findings_are_taken_once_each() {
        let mut baseline = Baseline::of([key("a.go", "x"), key("a.go", "x"), key("a.go", "y")]);
        assert!(baseline.take(&key("a.go", "x")));
        assert!(baseline.take(&key("a.go", "x")));
        assert!(!baseline.take(&key("a.go", "x")), "a third one is new");
        assert!(!baseline.take(&key("b.go", "x")));
        assert_eq!(baseline.left().collect::<Vec<_>>(), [(&key("a.go", "y"), 1)]);
    }

    #[test]
    fn merged_files_are_read_and_conflicts_are_not() {
        let line = "body\ta.go\tp.f\t1\tx";
        let merged = format!("{HEADER}\n{line}\n\n# a remark\n{line}\r\n");
        assert_eq!(Baseline::parse(&merged).unwrap().count(), 2);
        let conflict = format!("{HEADER}\n<<<<<<< ours\n{line}\n");
        assert_eq!(Baseline::parse(&conflict), Err(BaselineError::Conflict(2)));
        assert_eq!(Baseline::parse(&format!("{HEADER}\nx\ty\n")), Err(BaselineError::Line(2)));
        assert_eq!(Baseline::parse("{}"), Err(BaselineError::Header));
        assert_eq!(Baseline::parse(""), Err(BaselineError::Header));
    }
}
