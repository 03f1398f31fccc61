//! How plumb ends. The numbers are part of its interface (DESIGN.md §2).

use std::process::ExitCode;

use plumb_evidence::finding::Verdict;

/// The last lines of the help text.
pub(crate) const HELP: &str = "\
Exit codes:
  0  nothing found
  1  at least one finding
  2  could not run
  3  nothing found, but not enough evidence to say so (it says what to bring;
     for scan: some files could not be read)
Ctrl-C ends a look early: what came is judged or written, and the code tells of it
as above (capture: 0). Before anything came, and at the second Ctrl-C, it is 2.";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was found, or there was nothing to find.
    Fine,
    /// At least one finding.
    Findings,
    /// Bad arguments, or input of which nothing could be read.
    CouldNotRun,
    /// Nothing was found, but the evidence does not suffice to say that nothing leaks, or source could not be read.
    NotEnoughEvidence,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Leak => Self::Findings,
            Verdict::Clean => Self::Fine,
            Verdict::Undecided => Self::NotEnoughEvidence,
        }
    }
}

impl Outcome {
    /// The number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::CouldNotRun => 2,
            Self::NotEnoughEvidence => 3,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.number())
    }
}
