//! What must be found: read from comments in the twin's own source, so that program and expectation cannot part.
//!
//! | comment | meaning |
//! |---|---|
//! | `// leak: ID` at the end of a line | this line is the site of pattern ID; if the fix edits several lines, each of them is |
//! | `// leak: ID (OBJECT)` | … and OBJECT is the library object that leaks |
//! | `// leak-related: ROLE` at the end of a line | this line matters too, but is not the site |
//! | `// variant: FLAGS leaves ID…` | started with FLAGS, the program leaks only the patterns named |

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// A line that must be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Pattern.
    pub pattern: String,
    /// Library object, where the mark names one.
    pub object: Option<String>,
    /// Folder of the program and file name: `before/audit.go`.
    pub file: String,
    /// 1-based.
    pub line: u32,
}

/// A way to start a program in which only some of its leaks show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Flags of the program.
    pub flags: Vec<String>,
    /// What still leaks.
    pub leaves: Vec<String>,
}

/// What one program must be found to leak, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// The sites.
    pub leaks: Vec<Mark>,
    /// Lines that matter and are not sites.
    pub related: Vec<Mark>,
    /// Ways to start it with some of the leaks mended.
    pub variants: Vec<Variant>,
}

impl Expectation {
    /// Reads the marks of all Go files of a folder, which must be named `before` or `after`.
    ///
    /// # Errors
    /// If a file cannot be read, a `before` has no mark, or an `after` has one.
    pub fn read(folder: &Path) -> Result<Self> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut expectation = Self::default();
        let entries =
            fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "go") {
                let text = fs::read_to_string(&path)?;
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                expectation.take_marks(&format!("{name}/{file}"), &text);
            }
        }
        let marked = !expectation.leaks.is_empty();
        ensure!(marked == (name != "after"), "{}: marks do not suit the folder", folder.display());
        expectation.leaks.sort_by(|a, b| (&a.pattern, a.line).cmp(&(&b.pattern, b.line)));
        Ok(expectation)
    }

    /// What is left of it when only these patterns leak.
    pub fn only(&self, patterns: &[String]) -> Self {
        let leaks =
            self.leaks.iter().filter(|mark| patterns.contains(&mark.pattern)).cloned().collect();
        Self { leaks, related: self.related.clone(), variants: Vec::new() }
    }

    /// The patterns that leak, each once.
    pub fn patterns(&self) -> Vec<&str> {
        let mut patterns: Vec<&str> = self.leaks.iter().map(|mark| mark.pattern.as_str()).collect();
        patterns.dedup();
        patterns
    }

    fn take_marks(&mut self, file: &str, text: &str) {
        for (number, line) in (1..).zip(text.lines()) {
            let mark = |text: &str| Mark::parse(text, file, number);
            if let Some((_, rest)) = line.split_once("// leak: ") {
                self.leaks.push(mark(rest));
            } else if let Some((_, rest)) = line.split_once("// leak-related: ") {
                self.related.push(mark(rest));
            } else if let Some((_, rest)) = line.split_once("// variant: ") {
                self.variants.extend(Variant::parse(rest));
            }
        }
    }
}

impl Mark {
    /// Reads `ID` or `ID (OBJECT)`.
    fn parse(text: &str, file: &str, line: u32) -> Self {
        let (pattern, object) = match text.split_once(" (") {
            Some((pattern, object)) => (pattern, Some(object.trim_end().trim_end_matches(')'))),
            None => (text, None),
        };
        let pattern = pattern.trim().to_owned();
        Self { pattern, object: object.map(str::to_owned), file: file.to_owned(), line }
    }
}

impl Variant {
    /// Reads `-flag=value … leaves ID, ID`.
    fn parse(text: &str) -> Option<Self> {
        let (flags, leaves) = text.split_once(" leaves ")?;
        let words = |text: &str, separator: char| {
            text.split(separator).map(|word| word.trim().to_owned()).collect()
        };
        Some(Self { flags: words(flags.trim(), ' '), leaves: words(leaves, ',') })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_with_their_lines() {
        let text = "package main\n\n// variant: -body=false leaves file-not-closed\nfunc f() {\n\
            \topen() // leak: file-not-closed\n\tget() // leak: client-not-closed (grpc.ClientConn)\n\
            \tkeep() // leak-related: stores\n}\n";
        let mut expectation = Expectation::default();
        expectation.take_marks("before/main.go", text);
        let found: Vec<_> = expectation
            .leaks
            .iter()
            .map(|mark| (mark.pattern.as_str(), mark.object.as_deref(), mark.line))
            .collect();
        let expected =
            [("file-not-closed", None, 5), ("client-not-closed", Some("grpc.ClientConn"), 6)];
        assert_eq!(found, expected);
        assert_eq!(expectation.related[0].line, 7);
        let variant = Variant {
            flags: vec!["-body=false".to_owned()],
            leaves: vec!["file-not-closed".to_owned()],
        };
        assert_eq!(expectation.variants, [variant]);
    }

    #[test]
    fn every_twin_is_marked() {
        for id in crate::workspace::twins().expect("the catalogue") {
            let folder = crate::workspace::patterns().join(&id);
            let before = Expectation::read(&folder.join("before")).expect("marks");
            assert!(before.patterns().contains(&id.as_str()), "{id}: not marked in before/");
            Expectation::read(&folder.join("after")).expect("no marks");
        }
    }
}
