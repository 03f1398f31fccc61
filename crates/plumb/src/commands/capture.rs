//! `plumb capture`: the evidence only, as one file.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::arguments::{Connection, Evidence, Output, Overwrite};
use crate::exit_code::Outcome;
use crate::progress::Meter;
use crate::targets::Targets;
use crate::user_error::UserError;
use crate::{live, screen};

/// Take the evidence only, as one file to attach to a ticket
///
/// `plumb diagnose CASE` gives the same verdict from it anywhere. Command line, environment, URLs and headers are
/// redacted; --scrub removes goroutine labels and trace logs, too, also from a case that is there already.
#[derive(Args)]
#[command(after_help = "\
Examples:
  plumb capture http://localhost:6060 -o orders.case
  plumb capture http://10.0.0.5:6060 http://10.0.0.6:6060 --for 10m -o orders.case
  plumb capture orders.case --scrub -o for-the-ticket.case")]
pub(crate) struct Capture {
    /// URLs and process ids: instances of one service
    #[arg(required = true, value_name = "TARGET", value_hint = ValueHint::Url)]
    targets: Vec<String>,

    /// The case to write
    #[arg(short, long, required = true, value_name = "CASE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    output: PathBuf,

    #[command(flatten)]
    overwrite: Overwrite,

    /// Leave goroutine labels and trace logs out
    #[arg(long)]
    scrub: bool,

    #[command(flatten)]
    evidence: Evidence,

    #[command(flatten)]
    connection: Connection,

    #[command(flatten)]
    out: Output,
}

impl Capture {
    pub(super) fn run(self) -> Result<Outcome, UserError> {
        let targets = Targets::resolve(&self.targets)?;
        screen::complain(&live::told_of_repeated(&targets.repeated));
        self.overwrite.check(&self.output)?;
        let case = match (targets.files.as_slice(), targets.live.as_slice()) {
            ([case], []) if self.scrub => plumb_case::scrub(case, &self.output)?,
            ([file, ..], _) => return Err(UserError::NothingLive(file.clone())),
            ([], live) => {
                let capture = live::Capture {
                    targets: live,
                    named: &targets.named,
                    options: &self.evidence.capture_options(&self.connection)?,
                    peer_sockets: &self.evidence.peer_sockets,
                    out: Some(&self.output),
                    scrub: self.scrub,
                };
                capture.run(&Meter::new(self.out.verbose, true))?
            }
        };
        screen::print(&written(case.path()))?;
        Ok(Outcome::Fine)
    }
}

/// What was written, and what to do with it.
fn written(path: &Path) -> String {
    let path = path.display();
    let size = std::fs::metadata(path.to_string()).map_or(0, |metadata| metadata.len());
    let size = plumb_report::units::bytes(size as f64);
    format!("{path} written, {size}\nnext: plumb diagnose {path}\n")
}
