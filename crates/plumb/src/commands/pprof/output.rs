//! Where a report goes.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumb_profile::Profile;
use plumb_view::{Config, Report, Target};

use super::Failure;
use super::disk::Disk;
use super::request::Wanted;
use super::viewer;

/// Most files of one name that are tried.
const MOST_NAMES: usize = 10_000;

/// Who asked for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// A command line: what is binary may be piped on.
    CommandLine,
    /// The shell: what is binary goes to a file.
    Shell,
}

/// Writes a report to the file of the configuration or to the standard output; what a terminal cannot show goes to a new
/// file.
pub(super) fn write(
    profile: Profile,
    wanted: &Wanted,
    config: &Config,
    destination: Destination,
) -> Result<(), Failure> {
    let mut messages = Vec::new();
    let argument = wanted.argument.as_deref();
    let report = Report::new(profile, wanted.command, argument, config, &mut messages);
    messages.iter().for_each(|message| eprintln!("{message}"));
    let mut out = Vec::new();
    let to_terminal = config.output.is_empty() && io::stdout().is_terminal();
    let has_colour = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut report = report?.styled(to_terminal && has_colour);
    report.set_files(Arc::new(Disk));
    report.write(&mut out)?;
    if !config.output.is_empty() {
        eprintln!("Generating report in {}", config.output);
        fs::write(&config.output, out)
            .map_err(|error| format!("open {}: {error}", config.output))?;
        return Ok(());
    }
    let to_file = destination == Destination::Shell || io::stdout().is_terminal();
    match wanted.command.target {
        Target::Viewer { file, programs } => {
            return viewer::show(&out, file, programs, destination);
        }
        Target::File(ending) if to_file => {
            let (path, mut file) = new_file("profile", ending)?;
            eprintln!("Generating report in {}", path.display());
            file.write_all(&out)?;
            return Ok(());
        }
        Target::File(_) | Target::Terminal => {}
    }
    match io::stdout().write_all(&out) {
        // Whoever reads has seen enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// A file of a name that nobody has yet, in the folder of the process: `profile001.pb.gz`.
fn new_file(prefix: &str, ending: &str) -> Result<(PathBuf, fs::File), Failure> {
    new_file_in(Path::new(""), prefix, &format!(".{ending}"))
}

/// A file of a name that nobody has yet.
pub(super) fn new_file_in(
    folder: &Path,
    prefix: &str,
    ending: &str,
) -> Result<(PathBuf, fs::File), Failure> {
    for number in 1..MOST_NAMES {
        let path = folder.join(format!("{prefix}{number:03}{ending}"));
        match fs::File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return Ok((path, created?)),
        }
    }
    Err(format!("could not create file of the form {prefix}001{ending}").into())
}
