//! Why a case could not be written or read at all.

use std::path::{Path, PathBuf};

use plumb_evidence::Problem;
use thiserror::Error;

use crate::format::FormatVersion;

/// Why a case could not be written or read.
#[derive(Debug, Error)]
pub enum CaseError {
    /// The operating system refused.
    #[error("{action} {}", path.display())]
    Io {
        /// What was tried, e.g. `cannot read`.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{} is not a case: {why}", path.display())]
    NotACase {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A future major version wrote it.
    #[error(
        "made by a newer plumb (format {found}, this plumb reads {}.x): update plumb",
        FormatVersion::CURRENT.major
    )]
    Newer {
        /// The version it has.
        found: FormatVersion,
    },
    /// The manifest is there but cannot be understood.
    #[error("the manifest of {} cannot be read: {why}", path.display())]
    Manifest {
        /// Which case.
        path: PathBuf,
        /// Where and why.
        why: String,
    },
    /// A piece could not be recorded.
    #[error("cannot record evidence into the case")]
    Record(#[source] std::io::Error),
}

impl CaseError {
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}

/// Why a set of input files is no evidence.
#[derive(Debug, Error)]
pub enum InputError {
    /// No file was named.
    #[error("no input given")]
    NoInput,
    /// None of the files could be read as evidence.
    #[error("nothing could be read: {}", summary(.0))]
    Nothing(Vec<Problem>),
}

impl InputError {
    /// What was wrong with each file.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::NoInput => &[],
            Self::Nothing(problems) => problems,
        }
    }
}

fn summary(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.input, p.what)).collect();
    if lines.is_empty() { "the input holds no evidence".to_owned() } else { lines.join("; ") }
}
