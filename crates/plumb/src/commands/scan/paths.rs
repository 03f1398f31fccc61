//! What the paths on the command line mean, and from where paths are told.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use plumb_evidence::source::SourceFinding;
use plumb_report::scan::{Roots, WorkingFolder};
use plumb_scan::Installation;
use plumb_scan::baseline::Key;
use plumb_scan::disk::Disk;
use plumb_scan::installation::installed;
use plumb_scan::places::{Places, with_slashes};

use super::SourceError;
use crate::team::repository;
use crate::user_error::UserError;

/// What a folder with all below it may end in: as the go tool writes it, and as it is often printed.
const ALL_BELOW: [&str; 2] = ["...", "…"];

/// What is to be looked at.
pub(super) struct Asked {
    pub(super) places: Places,
    pub(super) roots: Roots,
    pub(super) installation: Installation,
    /// The first path as it was given, for messages.
    pub(super) named: PathBuf,
}

impl Asked {
    /// Finds what paths mean; the working folder if there are none.
    pub(super) fn resolve(paths: &[PathBuf]) -> Result<Self, UserError> {
        let here = [PathBuf::from(".")];
        let paths = if paths.is_empty() { &here } else { paths };
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        for path in paths {
            let path = without_dots(path);
            let whole = path.canonicalize().map_err(|error| unusable(&path, error))?;
            if whole.is_dir() {
                folders.push(whole);
            } else if whole.extension().is_some_and(|extension| extension == "go") {
                files.push(whole);
            } else {
                return Err(SourceError::NoGoFiles(path).into());
            }
        }
        let installation = installed();
        let places = Places::find(&Disk, folders, files, &installation);
        let base = places.base.clone();
        let top = repository(&base);
        let roots =
            Roots { in_repository: lead(&base, top), working_folder: working_folder(&base) };
        Ok(Self { places, roots, installation, named: paths[0].clone() })
    }

    /// What a baseline knows a finding by: told from the repository, it does not depend on what else was looked at.
    pub(super) fn key(&self, finding: &SourceFinding) -> Key {
        Key::of(finding, self.roots.repository(&finding.file))
    }

    /// A path of the repository, told from the base; `None` if it is elsewhere.
    pub(super) fn in_base(&self, file: &str) -> Option<String> {
        file.strip_prefix(&self.roots.in_repository).map(str::to_owned)
    }

    /// A file that the user named, told from the base if it is there.
    pub(super) fn told_from_base(&self, path: &Path) -> String {
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        with_slashes(whole.strip_prefix(&self.places.base).unwrap_or(path))
    }
}

fn unusable(path: &Path, error: io::Error) -> UserError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            SourceError::NoSuchPath(path.to_owned()).into()
        }
        _ => UserError::Unreadable(path.to_owned(), error),
    }
}

/// `./pkg/...` as `./pkg`: a folder stands for all below it.
fn without_dots(path: &Path) -> PathBuf {
    if !path.file_name().is_some_and(|name| ALL_BELOW.iter().any(|dots| name == *dots)) {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// How one gets from a folder to one below it: empty or `a/b/`.
fn lead(below: &Path, folder: &Path) -> String {
    match below.strip_prefix(folder) {
        Ok(rest) if !rest.as_os_str().is_empty() => format!("{}/", with_slashes(rest)),
        _ => String::new(),
    }
}

fn working_folder(base: &Path) -> WorkingFolder {
    let elsewhere = |path: &Path| WorkingFolder::Elsewhere(format!("{}/", with_slashes(path)));
    match env::current_dir().and_then(|folder| folder.canonicalize()) {
        Ok(here) if here.starts_with(base) => WorkingFolder::Below(lead(&here, base)),
        Ok(here) if base.starts_with(&here) => WorkingFolder::Elsewhere(lead(base, &here)),
        _ => elsewhere(base),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_for_the_folder_before_them() {
        for (path, expect) in [
            ("./...", "."),
            ("...", "."),
            ("./…", "."),
            ("a/b/...", "a/b"),
            ("a/b", "a/b"),
            ("/...", "/"),
        ] {
            assert_eq!(without_dots(Path::new(path)), Path::new(expect), "{path}");
        }
    }
}
