//! Programs that show a report: browsers and viewers of pictures.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::Builder;

use super::{Failure, browser};

/// How long a file stays at least: a program may only tell a running one to open it.
const LEAST_STAY: Duration = Duration::from_secs(1);

/// Shows a report with the first of the programs that can be started (none: browsers), and waits until it ends.
pub(super) fn show(report: &[u8], ending: &str, programs: &[&str]) -> Result<(), Failure> {
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
        match started(program, file.path()) {
            Ok(()) => return Ok(()),
            Err(Start::Failed(error)) => last = Some((program, error)),
            Err(Start::Ended(why)) => return Err(why.into()),
        }
    }
    Err(match last {
        Some((program, error)) if programs.len() == 1 => format!("{program}: {error}").into(),
        _ => format!("no program to show the report was found; tried: {}", programs.join(", "))
            .into(),
    })
}

/// Why nothing is shown.
enum Start {
    /// The program cannot be started.
    Failed(std::io::Error),
    /// It was started, and says that it failed.
    Ended(String),
}

/// Starts a program with its arguments and the file, and waits for it.
fn started(program: &str, file: &Path) -> Result<(), Start> {
    let mut words = program.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    let mut child = command.args(words).arg(file).spawn().map_err(Start::Failed)?;
    let start = Instant::now();
    let status = child.wait().map_err(Start::Failed)?;
    thread::sleep(LEAST_STAY.saturating_sub(start.elapsed()));
    match status.success() {
        true => Ok(()),
        // In Go's words: `exit status 1`, `signal: killed`.
        false => Err(Start::Ended(match status.code() {
            Some(code) => format!("exit status {code}"),
            None => status.to_string(),
        })),
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
        show(b"<svg/>", "svg", &["no-such-viewer", &copy]).unwrap();
        let shown: Vec<_> = std::fs::read_dir(&seen).unwrap().map(|f| f.unwrap().path()).collect();
        let [shown] = shown.as_slice() else { panic!("{shown:?}") };
        assert!(shown.to_string_lossy().ends_with(".svg"));
        assert_eq!(std::fs::read(shown).unwrap(), b"<svg/>");
    }

    #[test]
    fn failures_name_what_was_tried() {
        let why = |programs: &[&str]| show(b"", "svg", programs).unwrap_err().to_string();
        assert!(why(&["no-such-viewer"]).starts_with("no-such-viewer: "));
        assert!(why(&["no-such-a", "no-such-b"]).ends_with("tried: no-such-a, no-such-b"));
        assert_eq!(why(&["false"]), "exit status 1");
    }
}
