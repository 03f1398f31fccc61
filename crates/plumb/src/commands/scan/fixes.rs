//! `--fix` and `--diff`.

use std::collections::HashSet;

use plumb_evidence::source::{Scan as Found, SourceFinding};
use plumb_report::units::plural;
use plumb_scan::apply::{self, Applied};
use plumb_scan::disk::Disk;

use super::paths::Asked;
use super::{Scanner, SourceError, outcome, write};
use crate::exit_code::Outcome;
use crate::screen;
use crate::user_error::UserError;

/// What a finding is known by when lines have moved.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    pattern: &'static str,
    file: String,
    function: String,
    snippet: String,
}

impl Identity {
    fn of(finding: &SourceFinding) -> Self {
        Self {
            pattern: finding.pattern,
            file: finding.file.clone(),
            function: finding.function.clone(),
            snippet: finding.snippet.clone(),
        }
    }
}

/// Applies the fixes of what is told, in memory; what is left holds no more than that.
pub(super) fn apply(scanner: &Scanner<'_>, all: Found, told: &Found, also_unsafe: bool) -> Applied {
    let told: HashSet<Identity> = told.findings.iter().map(Identity::of).collect();
    let is_told = |finding: &SourceFinding| told.contains(&Identity::of(finding));
    let wanted = |finding: &SourceFinding| {
        finding.fix.as_ref().is_some_and(|fix| fix.safe || also_unsafe) && is_told(finding)
    };
    let look = |disk: &dyn plumb_scan::Folders| scanner.look(disk).found;
    let mut applied = apply::apply(all, &Disk, &scanner.asked.places.base, &wanted, &look);
    applied.left.findings.retain(is_told);
    applied
}

/// Prints what would change; what is left is told on standard error.
pub(super) fn print(asked: &Asked, applied: &Applied) -> Result<Outcome, UserError> {
    complain(asked, applied);
    let diffs = applied.files.iter().map(|file| file.diff(&asked.roots.here(&file.file)));
    screen::print(&diffs.collect::<String>())?;
    let (fixes, left) = (fixes(applied), applied.left.findings.len());
    screen::complain(&format!(
        "plumb: {} in {} would be mended, {} would be left\n",
        plural(fixes, "finding"),
        plural(applied.files.len(), "file"),
        plural(left, "finding"),
    ));
    match fixes {
        0 => Ok(outcome(&applied.left.findings, !applied.left.failed.is_empty())),
        _ => Ok(Outcome::Findings),
    }
}

/// Writes the changed files; says how many findings that has mended.
pub(super) fn write(asked: &Asked, applied: &Applied) -> Result<usize, UserError> {
    complain(asked, applied);
    for (written, file) in applied.files.iter().enumerate() {
        let path = asked.places.base.join(&file.file);
        let result = write::replace(&path, Some(file.old.as_bytes()), file.new.as_bytes());
        result.map_err(|error| {
            if written > 0 {
                let files = plural(written, "file");
                screen::complain(&format!("plumb: {files} written before this one\n"));
            }
            SourceError::Unwritable(path, error)
        })?;
    }
    Ok(fixes(applied))
}

fn fixes(applied: &Applied) -> usize {
    applied.files.iter().map(|file| file.fixes).sum()
}

fn complain(asked: &Asked, applied: &Applied) {
    for (finding, why) in &applied.refused {
        let (file, line) = (asked.roots.here(&finding.file), finding.place.line);
        screen::complain(&format!(
            "plumb: warning: {file}:{line}: the fix of {} is not applied: {why}\n",
            finding.pattern
        ));
    }
}
