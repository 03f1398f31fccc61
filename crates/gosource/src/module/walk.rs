//! The folders of a module that hold packages, as `./...` names them.

use std::path::{Path, PathBuf};

use super::folders::{Entry, EntryKind, Folders};
use super::layout::{Layout, Module};

/// A folder with Go files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageFolder {
    /// The import path of its package.
    pub path: String,
    /// The folder.
    pub folder: PathBuf,
    /// Names of all its Go files, in order, also of those that a build does not take.
    pub files: Vec<String>,
}

impl Layout {
    /// The folders with Go files of a module, in order of their paths: without `vendor/`, `testdata/`, folders that
    /// begin with `_` or `.`, what `go.mod` ignores, and nested modules.
    pub fn packages(&self, folders: &dyn Folders, module: &Module) -> Vec<PackageFolder> {
        let mut packages = Vec::new();
        let ignored: Vec<PathBuf> = module
            .go_mod
            .ignore
            .iter()
            .map(|i| module.root.join(i.trim_start_matches("./")))
            .collect();
        folders_below(folders, &module.root, |folder, entries| {
            let is_nested = folder != module.root
                && entries.iter().any(|e| e.kind == EntryKind::File && e.name == "go.mod");
            if is_nested || ignored.iter().any(|ignored| ignored == folder) {
                return false;
            }
            let is_go =
                |entry: &&Entry| entry.kind == EntryKind::File && entry.name.ends_with(".go");
            let mut files: Vec<String> =
                entries.iter().filter(is_go).map(|entry| entry.name.clone()).collect();
            if !files.is_empty() {
                files.sort();
                let below = folder.strip_prefix(&module.root).unwrap_or(folder);
                let path = module.import_path(below);
                packages.push(PackageFolder { path, folder: folder.to_path_buf(), files });
            }
            true
        });
        packages.sort();
        packages
    }
}

/// Whether the go tool looks at a file or folder with a name.
pub(super) fn is_walked(name: &str) -> bool {
    !name.starts_with(['_', '.'])
}

/// Calls `f` with a folder and each below it that the go tool walks; `f` says whether to go on below.
pub(super) fn folders_below(
    folders: &dyn Folders,
    root: &Path,
    mut f: impl FnMut(&Path, &[Entry]) -> bool,
) {
    let mut todo = vec![root.to_path_buf()];
    while let Some(folder) = todo.pop() {
        // What cannot be listed holds nothing for us; the caller's reader knows why.
        let Ok(entries) = folders.list(&folder) else { continue };
        if f(&folder, &entries) {
            let below = entries.iter().filter(|entry| {
                entry.kind == EntryKind::Folder
                    && is_walked(&entry.name)
                    && !matches!(entry.name.as_str(), "vendor" | "testdata")
            });
            todo.extend(below.map(|entry| folder.join(&entry.name)));
        }
    }
}
