//! What a scan of Go source finds, as plain data.

use crate::finding::Confidence;

/// What was found in a source tree.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// In the order of files and lines.
    pub findings: Vec<SourceFinding>,
    /// Paths of the files that were looked at, as in [`SourceFinding::file`], in order.
    pub files: Vec<String>,
    /// Those of them with comments that silence findings, in order.
    pub silencing: Vec<SilencingFile>,
    /// How many files were looked at.
    pub files_read: usize,
    /// Their bytes.
    pub bytes_read: u64,
    /// Files that could not be read, or not wholly.
    pub failed: Vec<FailedFile>,
}

/// A file with comments that silence findings, of whatever pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SilencingFile {
    /// Its path, as in [`SourceFinding::file`].
    pub file: String,
    /// Whether one of them has to be told of if it silences nothing.
    pub may_complain: bool,
}

/// A file of which at least a part was not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedFile {
    /// Its path, as in [`SourceFinding::file`].
    pub file: String,
    /// What happened, and where.
    pub why: String,
}

/// Something about a line that is no mistake of its own, but that its author should know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceNote {
    /// The file, as in [`SourceFinding::file`].
    pub file: String,
    /// The line, from 1; 0 if it is about the whole file.
    pub line: u32,
    /// One sentence.
    pub text: String,
}

/// One mistake in the source.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFinding {
    /// The pattern's id.
    pub pattern: &'static str,
    /// One sentence: what is acquired, and where it is lost.
    pub message: String,
    /// Path from the root of the scan, with `/`.
    pub file: String,
    /// Where it is acquired.
    pub place: SourcePlace,
    /// The function, as the Go runtime names it: `example.com/app/store.(*Store).load`; a mistake in a closure has that
    /// of the function around it.
    pub function: String,
    /// First and last line of that function: what `--new-from` compares.
    pub function_lines: (u32, u32),
    /// Likely if what is acquired and who must release it are known, else possible.
    pub confidence: Confidence,
    /// From the acquisition to where it is lost.
    pub path: Vec<SourceStep>,
    /// The library object, as reports call it; empty if the rule is about none.
    pub object: &'static str,
    /// The lines from the statement that acquires on, as they stand in the file, without indentation and blanks at the
    /// ends: what fingerprints are made of, so that they outlive shifted lines.
    pub snippet: String,
    /// Whether the file is a test.
    pub in_test: bool,
    /// What would mend it, where there is one right answer.
    pub fix: Option<SourceFix>,
}

/// How the text of a step begins that is not on the way before it: another place where the same thing is lost.
pub const ALSO_LOST: &str = "also lost here: ";

impl SourceFinding {
    /// Where it is lost: the end of the way that [`SourceFinding::path`] tells, then the other places of its end.
    pub fn lost_at(&self) -> impl Iterator<Item = &SourceStep> {
        let is_other = |step: &&SourceStep| step.text.starts_with(ALSO_LOST);
        let end = self.path.iter().rfind(|step| !is_other(step));
        end.into_iter().chain(self.path.iter().filter(is_other))
    }
}

/// A range of a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePlace {
    /// Line of the first byte, from 1.
    pub line: u32,
    /// Its column in bytes, from 1.
    pub column: u32,
    /// Line of the byte after the last.
    pub end_line: u32,
    /// Its column.
    pub end_column: u32,
}

/// One step on the way of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStep {
    /// Where.
    pub place: SourcePlace,
    /// What happens there, as a clause.
    pub text: String,
}

/// A change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFix {
    /// What it does, as an imperative: `close the body when the function ends`.
    pub text: String,
    /// Whether it can be applied without a look at the code around.
    pub safe: bool,
    /// The changes, in order, without overlaps.
    pub edits: Vec<SourceEdit>,
}

/// One change of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceEdit {
    /// Offset of the first byte that is replaced.
    pub start: u32,
    /// Offset after the last.
    pub end: u32,
    /// What replaces it.
    pub text: String,
}
