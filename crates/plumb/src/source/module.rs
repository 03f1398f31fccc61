//! Finds the root of the main module in or around a folder that the user named.

use std::fs;
use std::path::{Path, PathBuf};

use plumb_evidence::Service;

use super::UnfitSource;
use crate::user_error::UserError;

/// How deep below the named folder modules are sought: deeper ones of a repository are examples and test data.
const DEPTH_MAX: usize = 6;

/// Folders in which no module of the program itself is, as the go tool sees it.
const PASSED_OVER: [&str; 3] = ["vendor", "testdata", "node_modules"];

/// A module on this machine.
pub(super) struct Module {
    /// Its path; empty if its `go.mod` does not tell, or there is none.
    pub(super) path: String,
    pub(super) root: PathBuf,
    /// Nothing tells that it is the program's.
    pub(super) is_guess: bool,
}

impl Module {
    /// The module of the program: that of the folder, or one below it.
    ///
    /// # Errors
    /// If there is none, or only others.
    pub(super) fn find(folder: &Path, service: &Service) -> Result<Self, UserError> {
        let whole = folder
            .canonicalize()
            .map_err(|error| UserError::Unreadable(folder.to_owned(), error))?;
        let above = whole.ancestors().find_map(module_of);
        let mut found: Vec<Self> = above.into_iter().collect();
        below(&whole, DEPTH_MAX, &mut found);
        let builds = service.instances.iter().map(|instance| &instance.build);
        let wanted = builds.filter_map(|build| build.main_module.as_ref()).map(|m| &*m.path).next();
        match wanted {
            Some(wanted) => {
                if let Some(at) = found.iter().position(|module| module.path == wanted) {
                    return Ok(found.swap_remove(at));
                }
                if found.is_empty() {
                    return Err(UnfitSource::NoModule(folder.to_owned()).into());
                }
                let found = found.into_iter().map(|module| module.path).collect();
                let (folder, wanted) = (folder.to_owned(), wanted.to_owned());
                Err(UnfitSource::OtherModule { folder, found, wanted }.into())
            }
            // A binary without build information, or bare profiles.
            None => Ok(match found.into_iter().next() {
                Some(module) => Self { is_guess: true, ..module },
                None => Self { path: String::new(), root: whole, is_guess: true },
            }),
        }
    }
}

fn module_of(folder: &Path) -> Option<Module> {
    let text = fs::read_to_string(folder.join("go.mod")).ok()?;
    let path = text.lines().find_map(|line| {
        let path = line.trim().strip_prefix("module")?;
        let path = path.strip_prefix([' ', '\t'])?.split("//").next()?;
        Some(path.trim().trim_matches(['"', '`']).to_owned())
    });
    Some(Module { path: path?, root: folder.to_owned(), is_guess: false })
}

/// Adds the modules below a folder.
fn below(folder: &Path, depth: usize, found: &mut Vec<Module>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| !is_passed_over(path))
        .collect();
    folders.sort();
    for folder in folders {
        found.extend(module_of(&folder));
        if depth > 1 {
            below(&folder, depth - 1, found);
        }
    }
}

fn is_passed_over(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(['.', '_']) || PASSED_OVER.contains(&&*name)
}
