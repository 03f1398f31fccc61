//! How lines of the source at hand become lines of the binary's source: a shifted line is a wrong line.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use plumb_evidence::Service;
use plumb_evidence::source_evidence::Revision;
use plumb_scan::acquisitions::SourceFunction;
use plumb_scan::new_from::{Git, GitError};

use super::fit::{Fit, fit};
use super::frames::UserFrames;

/// The lines of the source at hand, and those of the binary.
#[derive(Debug, Default)]
pub(super) struct Lines {
    revision: Revision,
    /// By file, what differs; files that do not differ are not in it.
    differences: HashMap<String, Vec<Hunk>>,
    /// Files that the binary's commit does not have.
    new_files: HashSet<String>,
    /// What the profiles show of lines, where git does not tell all.
    shown: Fit,
}

/// Lines that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hunk {
    /// First line and number of lines in the binary's source; without lines, the one before.
    old: (u32, u32),
    /// The same in the source at hand.
    new: (u32, u32),
}

impl Lines {
    /// Compares the source with the revision that the binary records, else with the lines that the profiles show.
    pub(super) fn find(
        root: &Path,
        service: &Service,
        frames: &UserFrames,
        functions: &[SourceFunction],
    ) -> Self {
        let mut builds = service.instances.iter().map(|instance| &instance.build);
        let first = builds.next();
        let same = first.is_some_and(|first| {
            builds
                .all(|build| (&build.revision, build.modified) == (&first.revision, first.modified))
        });
        let through_git = first.filter(|_| same).and_then(|build| {
            let revision = build.revision.as_ref()?;
            Some((Self::through_git(root, revision, build.modified).ok()?, build.modified))
        });
        match through_git {
            Some((lines, false)) => lines,
            Some((lines, true)) => {
                let here = |file: &str, line| lines.here(file, line);
                let shown = fit(frames, functions, root, &here);
                Self { shown, ..lines }
            }
            None => {
                let shown = fit(frames, functions, root, &|_, line| Some(line));
                let shifted: Vec<String> = shown.shifted.iter().cloned().collect();
                let revision = match shown.frames {
                    0 => Revision::Unknown,
                    frames => Revision::Fits { frames, shifted },
                };
                Self { revision, shown, ..Self::default() }
            }
        }
    }

    fn through_git(root: &Path, revision: &Arc<str>, modified: bool) -> Result<Self, GitError> {
        let git = Git { folder: root };
        let commit = git.commit(revision)?;
        let diff = git.said(&[
            "diff",
            "--relative",
            "--unified=0",
            "--no-renames",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            &commit,
            "--",
            "*.go",
        ])?;
        let untracked = git.said(&["ls-files", "-z", "--others", "--", "*.go"])?;
        let mut lines = Self::of_diff(&diff);
        lines.new_files.extend(untracked.split('\0').filter(|f| !f.is_empty()).map(str::to_owned));
        let is_same = lines.differences.is_empty() && lines.new_files.is_empty() && !modified;
        lines.revision = match is_same {
            true => Revision::Same(revision.clone()),
            false => Revision::Mapped { revision: revision.clone(), modified },
        };
        Ok(lines)
    }

    /// Reads a unified diff without context.
    fn of_diff(diff: &str) -> Self {
        let mut lines = Self::default();
        let (mut file, mut is_new) = (None, false);
        // Lines of the current hunk still to come: they may look like headers.
        let mut left = 0;
        for line in diff.split('\n') {
            if left > 0 && line.starts_with(['+', '-']) {
                left -= 1;
            } else if let Some(name) = line.strip_prefix("--- ") {
                is_new = name == "/dev/null";
            } else if let Some(name) = line.strip_prefix("+++ ") {
                file = name.trim_end_matches(['\t', '\r']).strip_prefix("b/").map(str::to_owned);
                if let Some(file) = file.as_ref().filter(|_| is_new) {
                    lines.new_files.insert(file.clone());
                }
            } else if let Some(hunk) = Hunk::parse(line) {
                left = hunk.old.1 + hunk.new.1;
                if let Some(file) = &file {
                    lines.differences.entry(String::clone(file)).or_default().push(hunk);
                }
            }
        }
        lines
    }

    pub(super) fn revision(&self) -> &Revision {
        &self.revision
    }

    /// The line of the binary's source for one of the source at hand; `None` if it is not in it, or cannot be told.
    pub(super) fn recorded(&self, file: &str, line: u32) -> Option<u32> {
        if !self.counts(file) || self.new_files.contains(file) {
            return None;
        }
        self.moved(file, line, |hunk| (hunk.new, hunk.old))
    }

    /// The other way round.
    pub(super) fn here(&self, file: &str, line: u32) -> Option<u32> {
        if !self.counts(file) {
            return None;
        }
        self.moved(file, line, |hunk| (hunk.old, hunk.new))
    }

    /// Whether lines of a file can be compared. Where some files are not those of the binary, only those count that are
    /// seen to be.
    pub(super) fn counts(&self, file: &str) -> bool {
        let Fit { shifted, right, .. } = &self.shown;
        self.revision.lines_count() && (shifted.is_empty() || right.contains(file))
    }

    fn moved(
        &self,
        file: &str,
        line: u32,
        ends: impl Fn(&Hunk) -> ((u32, u32), (u32, u32)),
    ) -> Option<u32> {
        let mut shift = 0i64;
        for hunk in self.differences.get(file).into_iter().flatten() {
            let ((from, from_lines), (_, to_lines)) = ends(hunk);
            // Without lines a hunk stands after the line that it names.
            let first = if from_lines == 0 { from.saturating_add(1) } else { from };
            if line < first {
                break;
            }
            if line < first.saturating_add(from_lines) {
                return None;
            }
            shift += i64::from(to_lines) - i64::from(from_lines);
        }
        u32::try_from(i64::from(line) + shift).ok()
    }
}

impl Hunk {
    /// `@@ -3,2 +4,5 @@ …`.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("@@ -")?.split(' ');
        let old = range(words.next()?)?;
        let new = range(words.next()?.strip_prefix('+')?)?;
        Some(Self { old, new })
    }
}

/// `4,5` or `4`, which means one line.
fn range(text: &str) -> Option<(u32, u32)> {
    let (start, lines) = text.split_once(',').unwrap_or((text, "1"));
    Some((start.parse().ok()?, lines.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    fn lines(diff: &str) -> Lines {
        let revision = Revision::Mapped { revision: "abc".into(), modified: false };
        Lines { revision, ..Lines::of_diff(diff) }
    }

    #[test]
    fn lines_move_with_what_is_put_in_and_taken_out_before_them() {
        let diff = "--- a/a.go\n+++ b/a.go\n@@ -2,0 +3,2 @@\n+x\n+y\n@@ -5,1 +7,1 @@\n-p\n+q\n@@ -9,2 +10,0 @@\n-r\n-s\n";
        let lines = lines(diff);
        let pairs = [(1, 1), (2, 2), (3, 5), (4, 6), (6, 8), (8, 10), (11, 11), (20, 20)];
        for (old, new) in pairs {
            assert_eq!(lines.here("a.go", old), Some(new), "{old}");
            assert_eq!(lines.recorded("a.go", new), Some(old), "{new}");
        }
        assert_eq!([3, 4, 7].map(|line| lines.recorded("a.go", line)), [None; 3]);
        assert_eq!([5, 9, 10].map(|line| lines.here("a.go", line)), [None; 3]);
        assert_eq!(lines.recorded("b.go", 7), Some(7));
    }

    fn git(folder: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-C"]);
        let output = command.arg(folder).args(arguments).output().expect("git runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    #[test]
    fn lines_are_mapped_to_the_commit_of_the_binary() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, module) = (folder.path(), folder.path().join("app"));
        fs::create_dir(&module).expect("a folder");
        let write = |name: &str, text: &str| fs::write(module.join(name), text).expect("a file");
        write("a.go", "package p\n\nfunc f() {\n\tg()\n}\n");
        write("b.go", "package p\n");
        git(root, &["init", "--quiet"]);
        git(root, &["add", "."]);
        git(root, &["commit", "--quiet", "--message", "first"]);
        let revision: Arc<str> = git(root, &["rev-parse", "HEAD"]).into();
        let lines = |revision: &Arc<str>, modified| Lines::through_git(&module, revision, modified);
        let same = lines(&revision, false).expect("a commit");
        assert_eq!(same.revision(), &Revision::Same(revision.clone()));
        assert_eq!(same.recorded("a.go", 4), Some(4));
        // A commit later, and changes that are not committed.
        write("a.go", "// Copyright\n\npackage p\n\nfunc f() {\n\tg()\n}\n");
        git(root, &["commit", "--quiet", "--all", "--message", "second"]);
        write("b.go", "package p\n\nvar x = 1\n");
        write("new.go", "package p\n");
        let mapped = lines(&revision, false).expect("a commit");
        assert_eq!(mapped.recorded("a.go", 6), Some(4));
        assert_eq!(mapped.here("a.go", 4), Some(6));
        assert_eq!(mapped.recorded("a.go", 1), None);
        assert_eq!(mapped.recorded("b.go", 1), Some(1));
        assert_eq!(mapped.recorded("b.go", 3), None);
        assert_eq!(mapped.recorded("new.go", 1), None);
        assert!(lines(&"0123456789abcdef0123456789abcdef01234567".into(), false).is_err());
    }

    #[test]
    fn lines_of_new_files_are_not_in_the_binary() {
        let lines = lines("--- /dev/null\n+++ b/new.go\n@@ -0,0 +1,2 @@\n+x\n+y\n");
        assert_eq!(lines.recorded("new.go", 1), None);
    }

    #[test]
    fn nothing_is_told_of_lines_that_cannot_be_compared() {
        assert_eq!(Lines::default().recorded("a.go", 1), None);
        assert_eq!(Lines::default().here("a.go", 1), None);
    }
}
