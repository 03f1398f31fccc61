//! What the rules say of a commit that mended a leak: before it and after it.

use anyhow::Result;
use plumb_evidence::source::SourceFinding;

use super::changes::{self, Change, Function};
use super::git::Repository;
use super::scanning::Scanner;
use super::table::{Row, corresponds};

/// What was found of a row.
pub(crate) struct Judged<'r> {
    /// The row.
    pub(crate) row: &'r Row,
    /// What the commit changed.
    pub(crate) changes: Vec<Change>,
    /// Findings before, in the functions that it changed.
    pub(crate) fires: Vec<Fire>,
    /// Findings before, in the changed files but elsewhere, that are gone after.
    pub(crate) near: Vec<SourceFinding>,
    /// All findings in the changed files, before and after.
    pub(crate) all: [Vec<SourceFinding>; 2],
}

/// A finding in a changed function.
pub(crate) struct Fire {
    /// What was found.
    pub(crate) finding: SourceFinding,
    /// The function.
    pub(crate) function: String,
    /// Whether it is no longer found after the commit.
    pub(crate) is_gone: bool,
    /// What is found of the same pattern in the changed functions after the commit.
    pub(crate) still: Vec<SourceFinding>,
}

impl Judged<'_> {
    /// Whether something in a changed function was found that is gone after the commit.
    pub(crate) fn is_hit(&self) -> bool {
        self.hits().next().is_some()
    }

    /// The findings that make it a hit.
    pub(crate) fn hits(&self) -> impl Iterator<Item = &Fire> {
        self.fires.iter().filter(|fire| fire.is_gone)
    }

    /// Whether it is a hit after which nothing of its pattern is left in the changed functions.
    pub(crate) fn is_silent_after(&self) -> bool {
        self.hits().any(|fire| fire.still.is_empty())
    }

    /// Whether it is a hit of a pattern that means what the table says.
    pub(crate) fn corresponds(&self) -> bool {
        self.hits().any(|fire| corresponds(&self.row.label, fire.finding.pattern))
    }
}

/// Scans both trees of a row.
///
/// # Errors
/// If git fails.
pub(crate) fn judge<'r>(
    scanner: &Scanner,
    repository: &Repository,
    row: &'r Row,
) -> Result<Judged<'r>> {
    let trees = [repository.tree(&row.parent)?, repository.tree(&row.fix)?];
    let changes = changes::of_row(repository, row, [&trees[0], &trees[1]])?;
    let all: [Vec<SourceFinding>; 2] = [0, 1].map(|side| {
        let files: Vec<&str> = changes.iter().map(|c| c.paths[side].as_str()).collect();
        let files: Vec<&str> = files.into_iter().filter(|path| !path.is_empty()).collect();
        if files.is_empty() {
            return Vec::new();
        }
        // Rows are looked at in parallel.
        let mut found = scanner.tree(&trees[side], &row.repository, &files, 1).findings;
        found.retain(|finding| files.contains(&finding.file.as_str()));
        found
    });
    Ok(compare(row, changes, all))
}

fn compare(row: &Row, changes: Vec<Change>, all: [Vec<SourceFinding>; 2]) -> Judged<'_> {
    let function = |side: usize, finding: &SourceFinding| {
        let change = changes.iter().find(|change| change.paths[side] == finding.file)?;
        change.functions[side].iter().find(|f| f.holds(finding.place.line))
    };
    let name = |function: &Function| function.name.clone();
    let mut fires = Vec::new();
    let mut near = Vec::new();
    // Of several that are alike, the last ones are gone.
    let mut left: Vec<&SourceFinding> = all[1].iter().collect();
    for finding in &all[0] {
        let same = left.iter().position(|other| is_same(finding, other));
        let is_gone = same.map(|index| left.remove(index)).is_none();
        match function(0, finding).map(name) {
            Some(function_name) => {
                let of_pattern =
                    |f: &&SourceFinding| f.pattern == finding.pattern && function(1, f).is_some();
                let still = all[1].iter().filter(of_pattern).cloned().collect();
                let finding = finding.clone();
                fires.push(Fire { finding, function: function_name, is_gone, still });
            }
            None if is_gone => near.push(finding.clone()),
            None => {}
        }
    }
    Judged { row, fires, near, all, changes }
}

/// Whether two findings of different trees are one: lines do not count.
fn is_same(a: &SourceFinding, b: &SourceFinding) -> bool {
    (a.pattern, &a.function, &a.snippet) == (b.pattern, &b.function, &b.snippet)
}
