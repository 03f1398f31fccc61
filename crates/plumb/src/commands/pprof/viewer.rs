//! Programs that show a report: browsers and viewers of pictures.

use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::Builder;

use super::output::Destination;
use super::{Failure, browser};

/// How long a file stays at least: a program may only tell a running one to open it.
const LEAST_STAY: Duration = Duration::from_secs(1);

/// Shows a report with the first of the programs that can be started (none: browsers). Waits until it ends, unless the
/// shell goes on meanwhile.
pub(super) fn show(
    report: &[u8],
    ending: &str,
    programs: &[&str],
    destination: Destination,
) -> Result<(), Failure> {
    let file = Builder::new()
        .prefix("pprof")
        .suffix(&format!(".{ending}"))
        .tempfile()
        .map_err(|error| format!("could not create temporary file: {error}"))?;
    std::fs::write(file.path(), report)?;
    let programs: Vec<String> = match programs {
        [] => browser::programs(),
        programs => programs.iter().map(|&program| program.to_owned()).collect(),
    };
    let mut last = None;
    for program in &programs {
        match start(program, file.path()) {
            Ok(viewer) if destination == Destination::Shell => {
                thread::spawn(move || {
                    // How it ended is of no use to whoever types something else by now.
                    let _ = wait(viewer);
                    drop(file);
                });
                return Ok(());
            }
            Ok(viewer) => return wait(viewer),
            Err(error) => last = Some((program, error)),
        }
    }
    Err(match last {
        Some((program, error)) if programs.len() == 1 => format!("{program}: {error}").into(),
        _ => format!("no program to show the report was found; tried: {}", programs.join(", "))
            .into(),
    })
}

/// Starts a program with its arguments and the file.
fn start(program: &str, file: &Path) -> io::Result<Child> {
    let mut words = program.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).arg(file).spawn()
}

/// Waits until a program has ended, and no less than it may need to hand the file on.
fn wait(mut viewer: Child) -> Result<(), Failure> {
    let start = Instant::now();
    let status = viewer.wait()?;
    thread::sleep(LEAST_STAY.saturating_sub(start.elapsed()));
    match (status.success(), status.code()) {
        (true, _) => Ok(()),
        // In Go's words: `exit status 1`, `signal: killed`.
        (false, Some(code)) => Err(format!("exit status {code}").into()),
        (false, None) => Err(status.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_program_that_there_is_gets_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let copy = format!("cp -t {}", seen.display());
        std::fs::create_dir(&seen).unwrap();
        show(b"<svg/>", "svg", &["no-such-viewer", &copy], Destination::CommandLine).unwrap();
        let shown: Vec<_> = std::fs::read_dir(&seen).unwrap().map(|f| f.unwrap().path()).collect();
        let [shown] = shown.as_slice() else { panic!("{shown:?}") };
        assert!(shown.to_string_lossy().ends_with(".svg"));
        assert_eq!(std::fs::read(shown).unwrap(), b"<svg/>");
    }

    #[test]
    fn the_shell_does_not_wait() {
        let start = Instant::now();
        show(b"", "svg", &["true"], Destination::Shell).unwrap();
        assert!(start.elapsed() < LEAST_STAY, "the command line waits that long at least");
    }

    #[test]
    fn failures_name_what_was_tried() {
        let why = |programs: &[&str]| {
            show(b"", "svg", programs, Destination::CommandLine).unwrap_err().to_string()
        };
        assert!(why(&["no-such-viewer"]).starts_with("no-such-viewer: "));
        assert!(why(&["no-such-a", "no-such-b"]).ends_with("tried: no-such-a, no-such-b"));
        assert_eq!(why(&["false"]), "exit status 1");
    }
}
