//! Writing fixes: edits into texts, and the proof that what comes out has lost what they mend and gained nothing.
//!
//! Nothing is written here. The changed files are looked at as if they stood on the disk ([`Overlay`]); who calls this
//! writes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use plumb_evidence::source::{Scan, SourceEdit, SourceFinding};
use plumb_gosource::edit::unified_diff;
use plumb_gosource::{Entry, Folders};

/// How often what is left is looked at again: fixes that touch the same lines are applied one after the other.
const ROUNDS_MAX: usize = 10;

/// Folders with some files changed.
pub struct Overlay<'a> {
    below: &'a dyn Folders,
    changed: HashMap<PathBuf, Vec<u8>>,
}

impl Folders for Overlay<'_> {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.changed.get(file).map_or_else(|| self.below.read(file), |bytes| Ok(bytes.clone()))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.below.list(folder)
    }
}

/// A file with fixes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its path, as in [`SourceFinding::file`].
    pub file: String,
    /// What it held.
    pub old: String,
    /// What it is to hold.
    pub new: String,
    /// How many fixes are in it.
    pub fixes: usize,
}

impl Changed {
    /// The change as a unified diff, the file named by `path`.
    pub fn diff(&self, path: &str) -> String {
        unified_diff(path, &self.old, &self.new)
    }
}

/// What applying fixes came to.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// The changed files, in order.
    pub files: Vec<Changed>,
    /// What is found with the changes; the scan given if there are none.
    pub left: Scan,
    /// Findings whose fix was tried and did not do what it should, with the reason.
    pub refused: Vec<(SourceFinding, String)>,
}

/// Applies fixes, as many as go together, until none is left that can be applied.
///
/// `scan` is what was found, `wanted` says of which findings the fix is to be applied, and `look` finds again, in
/// folders with changed files, what `scan` holds.
pub fn apply(
    scan: Scan,
    folders: &dyn Folders,
    root: &Path,
    wanted: &dyn Fn(&SourceFinding) -> bool,
    look: &dyn Fn(&dyn Folders) -> Scan,
) -> Applied {
    let mut work = Work { folders, root, files: BTreeMap::new(), left: scan, refused: Vec::new() };
    // Files in which several fixes at once came to nothing: there they are tried one by one.
    let mut alone = BTreeSet::new();
    for _ in 0..ROUNDS_MAX {
        if !work.round(wanted, look, &mut alone) {
            break;
        }
    }
    let files = work.files.into_iter();
    let files =
        files.map(|(file, text)| Changed { file, old: text.old, new: text.new, fixes: text.fixes });
    Applied {
        files: files.filter(|file| file.fixes > 0).collect(),
        left: work.left,
        refused: work.refused,
    }
}

/// A file that is being changed.
#[derive(Clone)]
struct Text {
    old: String,
    new: String,
    fixes: usize,
}

struct Work<'a> {
    folders: &'a dyn Folders,
    root: &'a Path,
    files: BTreeMap<String, Text>,
    left: Scan,
    refused: Vec<(SourceFinding, String)>,
}

impl Work<'_> {
    /// Applies what goes together and looks at the result; says whether there may be more to do.
    fn round(
        &mut self,
        wanted: &dyn Fn(&SourceFinding) -> bool,
        look: &dyn Fn(&dyn Folders) -> Scan,
        alone: &mut BTreeSet<String>,
    ) -> bool {
        let chosen = self.chosen(wanted, alone);
        if chosen.is_empty() {
            return false;
        }
        let before = self.files.clone();
        for (file, findings) in &chosen {
            self.change(file, findings);
        }
        let mut found = look(&self.overlay());
        let bad: Vec<(String, String)> = chosen
            .iter()
            .filter_map(|(file, findings)| {
                Some((file.clone(), self.complaint(&found, file, findings)?))
            })
            .collect();
        for (file, why) in &bad {
            match before.get(file) {
                Some(text) => self.files.insert(file.clone(), text.clone()),
                None => self.files.remove(file),
            };
            let findings = &chosen[file];
            if let [finding] = findings.as_slice() {
                self.refused.push((finding.clone(), why.clone()));
            } else {
                alone.insert(file.clone());
            }
        }
        if !bad.is_empty() {
            found = look(&self.overlay());
        }
        self.left = found;
        true
    }

    /// The fixes of this round, by file: as many as do not touch each other.
    fn chosen(
        &self,
        wanted: &dyn Fn(&SourceFinding) -> bool,
        alone: &BTreeSet<String>,
    ) -> BTreeMap<String, Vec<SourceFinding>> {
        let mut chosen: BTreeMap<String, Vec<SourceFinding>> = BTreeMap::new();
        let is_refused =
            |finding: &SourceFinding| self.refused.iter().any(|(other, _)| same(other, finding));
        for finding in self.left.findings.iter().filter(|finding| wanted(finding)) {
            let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else {
                continue;
            };
            if is_refused(finding) {
                continue;
            }
            let others = chosen.entry(finding.file.clone()).or_default();
            let taken = others.iter().filter_map(|other| other.fix.as_ref());
            let clash =
                taken.flat_map(|fix| &fix.edits).any(|a| fix.edits.iter().any(|b| clash(a, b)));
            if !clash && (others.is_empty() || !alone.contains(&finding.file)) {
                others.push(finding.clone());
            }
        }
        chosen
    }

    fn change(&mut self, file: &str, findings: &[SourceFinding]) {
        let text = match self.files.get(file) {
            Some(text) => text.clone(),
            None => {
                let read = self.folders.read(&self.root.join(file));
                let Some(old) = read.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
                    return;
                };
                Text { new: old.clone(), old, fixes: 0 }
            }
        };
        let edits =
            findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits);
        let Some(new) = edited(&text.new, edits) else { return };
        let fixes = text.fixes + findings.len();
        self.files.insert(file.to_owned(), Text { new, fixes, ..text });
    }

    fn overlay(&self) -> Overlay<'_> {
        let changed = self.files.iter();
        let changed =
            changed.map(|(file, text)| (self.root.join(file), text.new.clone().into_bytes()));
        Overlay { below: self.folders, changed: changed.collect() }
    }

    /// Why the changes of a file are not what they should be: every finding must be gone and none new.
    fn complaint(&self, found: &Scan, file: &str, fixed: &[SourceFinding]) -> Option<String> {
        if self.files.get(file).is_none_or(|text| text.fixes == 0) {
            return Some("the edits do not fit the file".to_owned());
        }
        let failed = |scan: &Scan| scan.failed.iter().filter(|failed| failed.file == file).count();
        if failed(found) > failed(&self.left) {
            return Some("the changed file cannot be read as Go".to_owned());
        }
        let (before, after) = (counts(&self.left), counts(found));
        let mut gone: HashMap<Where<'_>, usize> = HashMap::new();
        for finding in fixed {
            *gone.entry(Where::of(finding)).or_default() += 1;
        }
        for (place, gone) in &gone {
            let was = before.get(place).copied().unwrap_or(0);
            if after.get(place).copied().unwrap_or(0) + gone > was {
                return Some("what it mends is still found".to_owned());
            }
        }
        // Other files too: what a function does may matter to its callers.
        let is_new = |(place, count): &(&Where<'_>, &usize)| {
            before.get(*place).copied().unwrap_or(0) < **count
                && !(place.file == file && has_moved(place, &before, &after, &gone))
        };
        let new = after.iter().find(is_new);
        new.map(|(place, _)| format!("it would make {} in {}", place.pattern, place.function))
    }
}

/// Whether a finding that is new in its function was in another one of the same file: a call that a fix puts into a
/// function of its own takes along what else is said of it. What the fixes mend cannot have moved.
fn has_moved(
    place: &Where<'_>,
    before: &HashMap<Where<'_>, usize>,
    after: &HashMap<Where<'_>, usize>,
    gone: &HashMap<Where<'_>, usize>,
) -> bool {
    let all = |counts: &HashMap<Where<'_>, usize>| -> usize {
        let alike = |other: &Where<'_>| other.pattern == place.pattern && other.file == place.file;
        counts.iter().filter(|(other, _)| alike(other)).map(|(_, count)| count).sum()
    };
    all(after) + all(gone) <= all(before)
}

/// Where a finding is, without its lines.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Where<'a> {
    pattern: &'a str,
    file: &'a str,
    function: &'a str,
}

impl<'a> Where<'a> {
    fn of(finding: &'a SourceFinding) -> Self {
        Self { pattern: finding.pattern, file: &finding.file, function: &finding.function }
    }
}

fn counts(scan: &Scan) -> HashMap<Where<'_>, usize> {
    let mut counts = HashMap::new();
    for finding in &scan.findings {
        *counts.entry(Where::of(finding)).or_default() += 1;
    }
    counts
}

/// Whether a finding is one of before the last change, whatever its line is now.
fn same(a: &SourceFinding, b: &SourceFinding) -> bool {
    Where::of(a) == Where::of(b) && a.snippet == b.snippet
}

/// Whether two edits cannot both be made. The same one, such as an import that both need, is made once.
fn clash(a: &SourceEdit, b: &SourceEdit) -> bool {
    let touch = a.start <= b.end && b.start <= a.end;
    touch && a != b
}

/// A text with edits in any order; `None` if one does not fit. Equal edits count once.
pub fn edited<'a>(text: &str, edits: impl IntoIterator<Item = &'a SourceEdit>) -> Option<String> {
    let mut edits: Vec<&SourceEdit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| (edit.start, edit.end));
    edits.dedup();
    let mut new = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        if start < at {
            return None;
        }
        new.push_str(text.get(at..start)?);
        text.get(start..end)?;
        new.push_str(&edit.text);
        at = end;
    }
    new.push_str(text.get(at..)?);
    Some(new)
}

#[cfg(test)]
mod tests;
