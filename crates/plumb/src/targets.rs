//! What the targets on a command line are.

use std::fs::File;
use std::path::{Path, PathBuf};

use plumb_collect::Target;

use crate::user_error::UserError;

/// Targets, sorted by what they are.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// Evidence that is there already.
    pub(crate) files: Vec<PathBuf>,
    /// Running services.
    pub(crate) live: Vec<Target>,
    /// How the user named the running services.
    pub(crate) named: Vec<String>,
    /// Texts that name a service that was named before.
    pub(crate) repeated: Vec<String>,
}

impl Targets {
    /// Reads targets as users type them: what exists as a file or folder is one; else a number is a process; else it
    /// is a URL, with a scheme or at least a port.
    ///
    /// # Errors
    /// If a target is none of these, or a file that may not be read.
    pub(crate) fn resolve(texts: &[String]) -> Result<Self, UserError> {
        let mut targets = Self::default();
        for text in texts {
            if PathBuf::from(text).exists() {
                check_readable(Path::new(text))?;
                targets.files.push(text.into());
            } else if looks_live(text) {
                targets.add_live(text)?;
            } else {
                return Err(UserError::NoSuchFile(text.into()));
            }
        }
        Ok(targets)
    }

    /// Two looks at one process at once would be taken for two processes, or for one that was restarted.
    fn add_live(&mut self, text: &str) -> Result<(), UserError> {
        let target = Target::parse(text)?;
        if self.live.contains(&target) {
            self.repeated.push(text.to_owned());
        } else {
            self.live.push(target);
            self.named.push(text.to_owned());
        }
        Ok(())
    }
}

/// Whether a file or folder that the user named can be opened. A pipe cannot be opened twice.
///
/// # Errors
/// [`UserError::Unreadable`] if not.
pub(crate) fn check_readable(path: &Path) -> Result<(), UserError> {
    let tried = std::fs::metadata(path).and_then(|kind| match kind {
        kind if kind.is_dir() => std::fs::read_dir(path).map(drop),
        kind if kind.is_file() => File::open(path).map(drop),
        _ => Ok(()),
    });
    tried.map_err(|error| UserError::Unreadable(path.to_owned(), error))
}

/// Whether a text that names no file can be meant as a process or a host. A bare name without a port is a mistyped
/// file far more often than a host.
fn looks_live(text: &str) -> bool {
    let host = text.split(['/', '?']).next().unwrap_or(text);
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| is_number(port));
    is_number(text)
        || text.starts_with("pid:")
        || text.contains("://")
        || has_port
        || host == "localhost"
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_names_are_files_and_ports_make_hosts() {
        for live in
            ["1234", "pid:1", "http://h", "host:6060", ":6060", "localhost", "[::1]:6060/admin"]
        {
            assert!(looks_live(live), "{live}");
        }
        for file in ["heap.pprof", "orders", "./x:y", "a/b.case", "C:/x"] {
            assert!(!looks_live(file), "{file}");
        }
    }

    #[test]
    fn a_service_that_is_named_twice_is_one() {
        let texts =
            [":6060", "localhost:6060", "http://localhost:6060/debug/pprof/heap", "7", "pid:7"];
        let targets = Targets::resolve(&texts.map(str::to_owned)).unwrap();
        assert_eq!(targets.named, [":6060", "7"]);
        assert_eq!(targets.live.len(), 2);
        assert_eq!(targets.repeated, [texts[1], texts[2], texts[4]]);
    }

    #[test]
    fn what_exists_is_a_file_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1234");
        std::fs::write(&path, "").unwrap();
        let text = path.display().to_string();
        assert_eq!(Targets::resolve(&[text]).unwrap().files, [path]);
        let mistyped = Targets::resolve(&["nowhere.pprof".to_owned()]);
        assert!(
            matches!(mistyped, Err(UserError::NoSuchFile(path)) if path.ends_with("nowhere.pprof"))
        );
    }
}
