//! One file a command.

mod capture;
mod diagnose;
mod explain;
mod pprof;
mod scan;
mod trace;

use clap::Subcommand;

pub(crate) use scan::SourceError;

use crate::exit_code::Outcome;
use crate::user_error::UserError;

/// What plumb can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Diagnose(diagnose::Diagnose),
    Capture(capture::Capture),
    Scan(Box<scan::Scan>),
    Trace(trace::Trace),
    Pprof(pprof::Pprof),
    Explain(explain::Explain),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self) -> Result<Outcome, UserError> {
        match self {
            Self::Diagnose(command) => command.run(),
            Self::Capture(command) => command.run(),
            Self::Scan(command) => command.run(),
            Self::Trace(command) => command.run(),
            Self::Pprof(command) => command.run(),
            Self::Explain(command) => command.run(),
        }
    }
}
