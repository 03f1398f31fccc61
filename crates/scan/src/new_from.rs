//! Which lines have changed since a revision: asked of the `git` executable, which knows how a repository is laid out.
//!
//! A leak is often on an unchanged line, above or below the changed one that makes it one. So what counts is whether
//! the function around a finding has changed, not its line.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output};

use plumb_evidence::source::SourceFinding;

/// From what on changes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since<'a> {
    /// From a commit, branch or tag on.
    Revision(&'a str),
    /// From where the current branch left another one.
    MergeBase(&'a str),
}

/// Lines that have changed in the working tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// By path from the folder that was asked for, with `/`: first and last lines.
    files: HashMap<String, Vec<(u32, u32)>>,
}

/// Why git could not tell what has changed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no executable.
    #[error("there is no git executable on the path")]
    Missing,
    /// It could not be run.
    #[error("git cannot be run")]
    Run(#[source] io::Error),
    /// The folder is in no repository, or in one that git does not read.
    #[error("{}", .0.trim())]
    NoRepository(String),
    /// There is no such revision.
    #[error("git knows no revision `{0}`")]
    NoRevision(String),
    /// Two branches have nothing in common, as far as the history is there.
    #[error("HEAD and `{0}` have no common commit here")]
    NoMergeBase(String),
    /// Anything else that it complains of.
    #[error("git {command}: {}", .message.trim())]
    Failed {
        /// What was asked.
        command: String,
        /// What it said.
        message: String,
    },
}

impl Changes {
    /// Asks git what has changed below a folder, committed or not; new files count as changed.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn since(folder: &Path, since: Since<'_>) -> Result<Self, GitError> {
        let git = Git { folder };
        git.said(&["rev-parse", "--show-prefix"]).map_err(|error| match error {
            GitError::Failed { message, .. } => GitError::NoRepository(message),
            other => other,
        })?;
        let base = match since {
            Since::Revision(name) => git.commit(name)?,
            Since::MergeBase(name) => {
                let commit = git.commit(name)?;
                let found = git.said(&["merge-base", "HEAD", &commit]);
                found.map_err(|_| GitError::NoMergeBase(name.to_owned()))?.trim().to_owned()
            }
        };
        let diff = git.said(&[
            "diff",
            "--relative",
            "--unified=0",
            "--find-renames",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            &base,
            "--",
            "*.go",
        ])?;
        let mut changes = Self::of_diff(&diff);
        let new = git.said(&["ls-files", "-z", "--others", "--exclude-standard", "--", "*.go"])?;
        for name in new.split('\0').filter(|name| !name.is_empty()) {
            changes.files.insert(name.to_owned(), vec![(1, u32::MAX)]);
        }
        Ok(changes)
    }

    /// Whether the function around a finding has changed. `prefix` is what stands before the finding's path if it is
    /// told from the folder that was asked for.
    pub fn touch(&self, finding: &SourceFinding, prefix: &str) -> bool {
        let (first, last) = finding.function_lines;
        let changed = self.files.get(&format!("{prefix}{}", finding.file));
        changed.is_some_and(|ranges| ranges.iter().any(|(from, to)| first <= *to && *from <= last))
    }

    /// Reads a unified diff without context.
    fn of_diff(diff: &str) -> Self {
        let mut changes = Self::default();
        let mut file = None;
        // Lines of the current hunk still to come: they may look like headers.
        let mut left = 0;
        for line in diff.split('\n') {
            if left > 0 && line.starts_with(['+', '-']) {
                left -= 1;
            } else if let Some(name) = line.strip_prefix("+++ ") {
                file = path_of(name);
            } else if let Some((lines, range)) = hunk(line) {
                left = lines;
                if let Some(file) = &file {
                    changes.files.entry(String::clone(file)).or_default().push(range);
                }
            }
        }
        changes
    }
}

/// The executable, in a folder.
#[derive(Clone, Copy, Debug)]
pub struct Git<'a> {
    /// The folder.
    pub folder: &'a Path,
}

impl Git<'_> {
    /// The commit that a name means.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn commit(&self, name: &str) -> Result<String, GitError> {
        let unknown = || GitError::NoRevision(name.to_owned());
        // What begins with a dash would be an option.
        if name.starts_with('-') || name.is_empty() {
            return Err(unknown());
        }
        let said = self.said(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
        match said {
            Ok(commit) => Ok(commit.trim().to_owned()),
            Err(GitError::Failed { .. }) => Err(unknown()),
            Err(other) => Err(other),
        }
    }

    /// What a command prints.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn said(&self, arguments: &[&str]) -> Result<String, GitError> {
        let Output { status, stdout, stderr } = self.run(arguments)?;
        if !status.success() {
            let message = String::from_utf8_lossy(&stderr).into_owned();
            let command = arguments.first().copied().unwrap_or_default().to_owned();
            return Err(GitError::Failed { command, message });
        }
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, GitError> {
        let mut command = Command::new("git");
        // A repository's own settings may name programs to run, and change how a diff looks.
        let settings = ["core.fsmonitor=false", "core.quotePath=false", "diff.relative=false"];
        command.args(settings.iter().flat_map(|setting| ["-c", setting]));
        command.arg("--no-optional-locks").arg("-C").arg::<&OsStr>(self.folder.as_os_str());
        command.args(arguments).env("LC_ALL", "C");
        command.output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => GitError::Missing,
            _ => GitError::Run(error),
        })
    }
}

/// `b/pkg/a.go`, in quotes if it has odd characters; none of a file that is gone.
fn path_of(name: &str) -> Option<String> {
    let name = name.trim_end_matches(['\t', '\r']);
    let path = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => unquoted(quoted),
        None => name.to_owned(),
    };
    path.strip_prefix("b/").map(str::to_owned)
}

/// Undoes git's quotes: `\t`, `\"`, `\\`, `\303`.
fn unquoted(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let digits = rest.iter().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        if digits == 3 {
            let value =
                rest[..3].iter().fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            bytes.push(value as u8);
            rest = &rest[3..];
        } else if let Some((&letter, after)) = rest.split_first() {
            let named = [
                (b't', b'\t'),
                (b'n', b'\n'),
                (b'r', b'\r'),
                (b'a', 7),
                (b'b', 8),
                (b'v', 11),
                (b'f', 12),
            ];
            let named = named.iter().find(|(name, _)| *name == letter);
            bytes.push(named.map_or(letter, |(_, byte)| *byte));
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `@@ -3,2 +4,5 @@ …`: how many lines follow, and which lines are new. Where lines are only gone it is those beside
/// the gap.
fn hunk(line: &str) -> Option<(usize, (u32, u32))> {
    let mut words = line.strip_prefix("@@ -")?.split(' ');
    let (_, old) = range(words.next()?)?;
    let (start, new) = range(words.next()?.strip_prefix('+')?)?;
    let last = match new {
        0 => start.saturating_add(1),
        lines => start.saturating_add(lines - 1),
    };
    Some((old as usize + new as usize, (start, last)))
}

/// `4,5` or `4`, which means one line.
fn range(text: &str) -> Option<(u32, u32)> {
    let (start, lines) = text.split_once(',').unwrap_or((text, "1"));
    Some((start.parse().ok()?, lines.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_is_read() {
        let diff = "diff --git a/a.go b/a.go\n--- a/a.go\n+++ b/a.go\n@@ -3,2 +4,3 @@ func f() {\n-x\n--- y\n\
                    +x\n+++ b/trap.go\n+z\n@@ -9 +10,0 @@\n-gone\ndiff --git a/gone.go b/gone.go\n--- a/gone.go\n\
                    +++ /dev/null\n@@ -1 +0,0 @@\n-x\ndiff --git \"a/\\303\\244 \\\"b\\\".go\" x\n\
                    +++ \"b/\\303\\244 \\\"b\\\".go\"\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n";
        let changes = Changes::of_diff(diff);
        let expect = [("a.go", vec![(4, 6), (10, 11)]), ("ä \"b\".go", vec![(1, 1)])];
        let expect = expect.map(|(name, ranges)| (name.to_owned(), ranges));
        assert_eq!(changes.files, HashMap::from(expect));
    }
}
