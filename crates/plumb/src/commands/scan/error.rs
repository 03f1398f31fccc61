//! Why source could not be scanned.

use std::io;
use std::path::PathBuf;

use plumb_scan::baseline::BaselineError;
use plumb_scan::config::ConfigError;
use plumb_scan::new_from::GitError;

use crate::user_error::with_causes;

/// Why source could not be scanned.
#[derive(Debug)]
pub(crate) enum SourceError {
    /// A pattern has no rule, or does not exist.
    NoRule {
        /// What was asked for.
        asked: String,
        /// The rule that may be meant.
        closest: Option<&'static str>,
    },
    /// A path names nothing.
    NoSuchPath(PathBuf),
    /// There is no Go source to look at.
    NoGoFiles(PathBuf),
    /// A `plumb.toml` cannot be used.
    Config(PathBuf, ConfigError),
    /// A baseline does not exist.
    NoBaseline(PathBuf),
    /// A baseline cannot be used.
    Baseline(PathBuf, BaselineError),
    /// Git could not tell what has changed.
    Git(GitError),
    /// A file could not be written.
    Unwritable(PathBuf, io::Error),
}

impl From<GitError> for SourceError {
    fn from(error: GitError) -> Self {
        Self::Git(error)
    }
}

impl SourceError {
    /// What happened, with the input it is about; and what to do next.
    pub(crate) fn told(&self) -> (String, String) {
        match self {
            Self::NoRule { asked, closest } => (
                format!("no rule is called `{asked}`"),
                match closest {
                    Some(rule) => format!("did you mean `{rule}`? `plumb scan --list` lists all"),
                    None => "`plumb scan --list` lists all rules".to_owned(),
                },
            ),
            Self::NoSuchPath(path) => (
                format!("no such file or folder: {}", path.display()),
                "name folders and files, not import paths: plumb scan ./internal/store".to_owned(),
            ),
            Self::NoGoFiles(path) => (
                format!("{}: no Go source to look at", path.display()),
                "name a folder with Go files in or below it; generated files, vendor, testdata and \
                 folders that begin with . or _ are passed over, and what plumb.toml excludes"
                    .to_owned(),
            ),
            Self::Config(path, error) => (
                format!("{}: {error}", path.display()),
                "docs/guide/scan.md has all keys of the file".to_owned(),
            ),
            Self::NoBaseline(path) => (
                format!("no such file: {}", path.display()),
                format!("write it: plumb scan --baseline {} --write-baseline", path.display()),
            ),
            Self::Baseline(path, error) => (
                format!("{}: {error}", path.display()),
                "repair the file, or write it anew with --write-baseline".to_owned(),
            ),
            Self::Git(error) => (with_causes(error), git_hint(error).to_owned()),
            Self::Unwritable(path, error) => (
                format!("cannot write {}: {error}", path.display()),
                "check its permissions, and the space on the disk".to_owned(),
            ),
        }
    }
}

fn git_hint(error: &GitError) -> &'static str {
    match error {
        GitError::Missing | GitError::Run(_) => "install git, or leave out --new-from",
        GitError::NoRepository(_) => "--new-from needs a git repository around the source",
        GitError::NoRevision(_) | GitError::NoMergeBase(_) => {
            "in a shallow clone, as CI makes it, fetch more: git fetch --unshallow, or fetch-depth: 0"
        }
        GitError::Failed { .. } => "does the same work with git itself?",
    }
}
