//! What a scan of source code found, as text: for people, and for the programs that show findings beside the code.
//!
//! Every output is a file of its own and a line of [`FORMATS`]:
//!
//! | module | prints |
//! |---|---|
//! | `terminal` | what an engineer reads: the source with the way on which it is lost |
//! | `json` | the contract `plumb.scan/1`, see `schema/plumb.scan-1.json` |
//! | `sarif` | SARIF 2.1.0, for GitHub code scanning and editors |
//! | `github` | annotations of a GitHub Actions job |
//! | `golangci` | what `golangci-lint` prints as JSON |
//! | `rdjson` | what reviewdog reads, with suggestions |
//! | `markdown` | a ticket |
//!
//! What they share: `text` (lines and columns of source), `patch` (a fix as lines that go and come).

mod github;
mod golangci;
mod json;
mod markdown;
mod patch;
mod rdjson;
mod sarif;
mod terminal;
mod text;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use plumb_evidence::catalogue::{Catalogue, Pattern};
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{FailedFile, SourceFinding, SourceNote};
use sha2::{Digest, Sha256};

use crate::Options;
use crate::layout::{Page, Tone};
use crate::units::plural;
use text::SourceText;

/// The JSON Schema (2020-12) of what the `json` format prints.
pub const SCAN_SCHEMA: &str = include_str!("../schema/plumb.scan-1.json");

/// A way to print a report.
#[derive(Clone, Copy, Debug)]
pub struct ScanFormat {
    /// What `--format` calls it.
    pub name: &'static str,
    /// Who it is for, for help texts.
    pub about: &'static str,
    /// Prints a report; ends with a newline.
    pub render: fn(&SourceReport<'_>, &Options) -> String,
}

/// All formats; the first is the default.
pub const FORMATS: [ScanFormat; 7] = [
    ScanFormat { name: "terminal", about: "for reading in a terminal", render: terminal::render },
    ScanFormat { name: "json", about: "for programs: plumb.scan/1", render: json::render },
    ScanFormat {
        name: "sarif",
        about: "SARIF 2.1.0: GitHub code scanning, editors",
        render: sarif::render,
    },
    ScanFormat {
        name: "github",
        about: "annotations in a job of GitHub Actions",
        render: github::render,
    },
    ScanFormat {
        name: "golangci",
        about: "as golangci-lint prints JSON",
        render: golangci::render,
    },
    ScanFormat { name: "rdjson", about: "for reviewdog, with suggestions", render: rdjson::render },
    ScanFormat { name: "markdown", about: "for a ticket", render: markdown::render },
];

impl ScanFormat {
    /// The format of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// What a scan found, with all that outputs tell of it.
#[derive(Debug)]
pub struct SourceReport<'a> {
    /// The findings, in the order of files and lines.
    pub findings: Vec<SourceFinding>,
    /// By path, as in [`SourceFinding::file`], the files with findings.
    pub sources: Sources,
    /// What is known of the patterns.
    pub catalogue: &'a Catalogue,
    /// The rules that ran.
    pub rules: Vec<RuleNames>,
    /// How many files were looked at.
    pub files_read: usize,
    /// Their bytes.
    pub bytes_read: u64,
    /// Files that could not be read, or not wholly.
    pub failed: Vec<FailedFile>,
    /// What the authors of files, or of the baseline, should know.
    pub notes: Vec<SourceNote>,
    /// Findings that are not told.
    pub hidden: Hidden,
    /// How many findings were mended by this run.
    pub fixed: usize,
    /// From where paths are told.
    pub roots: Roots,
    /// The version of plumb.
    pub version: &'static str,
}

/// A rule that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleNames {
    /// The pattern's id.
    pub pattern: &'static str,
    /// The linters that know the mistake.
    pub linters: &'static [&'static str],
}

/// How many findings are not told, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Silenced by comments.
    pub silenced: usize,
    /// In the baseline.
    pub baseline: usize,
    /// In functions that have not changed.
    pub unchanged: usize,
}

impl Hidden {
    /// All of them.
    pub fn count(&self) -> usize {
        self.silenced + self.baseline + self.unchanged
    }
}

/// From where paths are told. Paths of findings are from the root of the scan, with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roots {
    /// What stands before a path that is told from the root of the repository: empty or `services/shop/`.
    pub in_repository: String,
    /// Where the user is.
    pub working_folder: WorkingFolder,
}

/// Where the user is, seen from the root of the scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkingFolder {
    /// In the root or below it: empty or `internal/store/`.
    Below(String),
    /// Elsewhere; this leads from there to the root: `services/shop/`, `/src/shop/`.
    Elsewhere(String),
}

impl Default for Roots {
    fn default() -> Self {
        let (in_repository, below) = (String::new(), String::new());
        Self { in_repository, working_folder: WorkingFolder::Below(below) }
    }
}

impl Roots {
    /// A path as the user can type it.
    pub fn here(&self, file: &str) -> String {
        let below = match &self.working_folder {
            WorkingFolder::Elsewhere(lead) => return format!("{lead}{file}"),
            WorkingFolder::Below(below) => below,
        };
        let (mut here, mut file) = (below.as_str(), file);
        while let Some((folder, rest)) = here.split_once('/') {
            let Some(inside) = file.strip_prefix(folder).and_then(|file| file.strip_prefix('/'))
            else {
                break;
            };
            (here, file) = (rest, inside);
        }
        format!("{}{file}", "../".repeat(here.matches('/').count()))
    }

    /// A path from the root of the repository.
    pub fn repository(&self, file: &str) -> String {
        format!("{}{file}", self.in_repository)
    }
}

/// Texts of files.
#[derive(Debug, Default)]
pub struct Sources {
    files: HashMap<String, SourceText>,
}

impl Sources {
    /// Adds a file.
    pub fn insert(&mut self, file: String, text: String) {
        self.files.insert(file, SourceText::new(text));
    }

    fn of(&self, finding: &SourceFinding) -> Option<&SourceText> {
        self.files.get(&finding.file)
    }
}

/// How urgent a finding is; what outputs with levels tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Somebody should look at it.
    Error,
    /// It may be right as it is.
    Warning,
    /// It is in a test.
    Note,
}

impl Level {
    fn of(finding: &SourceFinding) -> Self {
        match finding.confidence {
            _ if finding.in_test => Self::Note,
            Confidence::Possible => Self::Warning,
            Confidence::Likely | Confidence::Proven => Self::Error,
        }
    }
}

impl SourceReport<'_> {
    /// Indices of the findings, the worst first.
    fn worst_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.findings.len()).collect();
        // Stable: what is as bad stays in the order of files.
        order.sort_by_key(|&index| {
            let finding = &self.findings[index];
            (Level::of(finding), Reverse(finding.confidence))
        });
        order
    }

    fn pattern(&self, id: &str) -> Option<&'static Pattern> {
        self.catalogue.pattern(id)
    }

    /// The pattern's title, its id if it is unknown.
    fn title<'s>(&self, id: &'s str) -> &'s str {
        self.pattern(id).map_or(id, |pattern| pattern.title)
    }

    /// For each finding, what identifies it when lines have shifted: a hash of pattern, file in the repository,
    /// function, statement, and which of several alike it is.
    fn fingerprints(&self) -> Vec<String> {
        let mut seen: HashMap<Vec<u8>, usize> = HashMap::new();
        let fingerprint = |finding: &SourceFinding| {
            let snippet = finding.snippet.split_whitespace().collect::<Vec<_>>().join(" ");
            let file = self.roots.repository(&finding.file);
            let parts = [finding.pattern, &file, &finding.function, &snippet];
            let mut identity = parts.map(|part| part.as_bytes().to_vec()).join(&0);
            let ordinal = seen.entry(identity.clone()).or_default();
            identity.extend(format!("\0{ordinal}").bytes());
            *ordinal += 1;
            let hash = Sha256::digest(&identity);
            // Half of it: 128 bits have no collisions by chance.
            hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
        };
        self.findings.iter().map(fingerprint).collect()
    }

    /// How many findings there are of each pattern: the most frequent first.
    fn by_pattern(&self) -> Vec<(&'static str, usize)> {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.pattern).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        counts
    }

    /// `3 findings in 2 files`, or that there is none.
    fn tally(&self) -> String {
        if self.findings.is_empty() {
            return "no finding".to_owned();
        }
        let mut files: Vec<&str> = self.findings.iter().map(|finding| &*finding.file).collect();
        files.dedup();
        format!("{} in {}", plural(self.findings.len(), "finding"), plural(files.len(), "file"))
    }

    /// `4 silenced by comments, 2 in the baseline`; nothing if all are told.
    fn hidden(&self) -> Option<String> {
        let Hidden { silenced, baseline, unchanged } = self.hidden;
        let parts = [
            (silenced, "silenced by comments"),
            (baseline, "in the baseline"),
            (unchanged, "in unchanged functions"),
        ];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, what)| format!("{} {what}", plural(*count, "more finding")))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// All rules, a line each with the linters that know the mistake, for a terminal.
pub fn rules(catalogue: &Catalogue, rules: &[RuleNames], options: &Options) -> String {
    let mut page = Page::new(options);
    for rule in rules {
        page.paragraph(Tone::Strong, rule.pattern);
        let title = catalogue.pattern(rule.pattern).map_or(rule.pattern, |pattern| pattern.title);
        page.hanging("  ", 2, Tone::Plain, title);
        if !rule.linters.is_empty() {
            page.hanging("  ", 2, Tone::Quiet, &format!("also: {}", rule.linters.join(", ")));
        }
    }
    page.finish()
}

/// The message and, where it is lost on another line, that line: for outputs without a place for the way.
fn whole_message(finding: &SourceFinding) -> String {
    let is_told = |line: u32| {
        let mut numbers = finding.message.split(|c: char| !c.is_ascii_digit());
        finding.message.contains(" line") && numbers.any(|number| number == line.to_string())
    };
    let last = finding.lost_at().next();
    let last =
        last.filter(|step| step.place.line != finding.place.line && !is_told(step.place.line));
    match last {
        Some(step) => format!("{}; line {}: {}", finding.message, step.place.line, step.text),
        None => finding.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_where_the_user_is() {
        let roots = |working_folder| Roots { working_folder, ..Roots::default() };
        let below = |here: &str| roots(WorkingFolder::Below(here.into()));
        assert_eq!(below("").here("a/b.go"), "a/b.go");
        assert_eq!(below("a/").here("a/b.go"), "b.go");
        assert_eq!(below("a/c/").here("a/b.go"), "../b.go");
        assert_eq!(below("a/c/").here("x.go"), "../../x.go");
        assert_eq!(below("a/").here("ab/x.go"), "../ab/x.go");
        assert_eq!(roots(WorkingFolder::Elsewhere("m/".into())).here("x.go"), "m/x.go");
    }
}
