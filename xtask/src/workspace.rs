//! Where things are in the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// The root of the repository.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Where builds go: `CARGO_TARGET_DIR` (relative to the root), else `target`.
pub fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The folder of the catalogue.
pub fn patterns() -> PathBuf {
    root().join("patterns")
}

/// All patterns, in alphabetical order.
///
/// # Errors
/// If the catalogue's folder cannot be read.
pub fn pattern_ids() -> Result<Vec<String>> {
    folders_with("pattern.rs")
}

/// The patterns that have twins, in alphabetical order. What stands in a go.mod alone has none.
///
/// # Errors
/// If the catalogue's folder cannot be read.
pub fn twins() -> Result<Vec<String>> {
    folders_with("before")
}

/// The patterns whose twins are programs, in alphabetical order: those of the others, which only the source tells of,
/// are packages that nobody runs.
///
/// # Errors
/// If the catalogue's folder cannot be read.
pub fn running_twins() -> Result<Vec<String>> {
    folders_with("before/main.go")
}

/// Folders of the catalogue that hold a file or folder.
fn folders_with(file: &str) -> Result<Vec<String>> {
    let mut ids = BTreeSet::new();
    for entry in fs::read_dir(patterns()).context("cannot read patterns/")? {
        let entry = entry?;
        if entry.path().join(file).exists() {
            ids.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(ids.into_iter().collect())
}

/// Files of the repository as git sees them, relative to the root: tracked ones, and new ones that are not ignored.
///
/// # Errors
/// If `git` fails.
pub fn files() -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
    let listed = command::output(&mut git)?;
    let names: BTreeSet<&str> = listed.split('\0').filter(|name| !name.is_empty()).collect();
    // A tracked file that was just deleted is still listed.
    Ok(names.into_iter().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect())
}

/// The executable of plumb: the one that is named, else the release build, which is built first.
///
/// # Errors
/// If it is not there or cannot be built.
pub fn plumb(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(named) = named {
        return named.canonicalize().with_context(|| format!("no {}", named.display()));
    }
    let mut cargo = command::cargo();
    command::run(cargo.args(["build", "--release", "--quiet", "--package", "plumb"]))?;
    Ok(target().join("release/plumb"))
}
