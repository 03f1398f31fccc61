//! Building the twins and the programs that tests run beside them.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use super::fixed;
use crate::tools::{self, NEWEST_GO};
use crate::{command, workspace};

/// One of a pattern's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that leaks.
    Before,
    /// The repaired one.
    After,
    /// The one that leaks, with all fixes of `plumb scan`.
    Fixed,
}

impl Which {
    /// How tables and files call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Fixed => "fixed",
        }
    }

    /// Name of its folder.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Before | Self::Fixed => "before",
            Self::After => "after",
        }
    }

    /// The module in which its folder is.
    fn module(self, id: &str) -> PathBuf {
        match self {
            Self::Before | Self::After => workspace::patterns().join(id),
            Self::Fixed => fixed::folder(id),
        }
    }
}

/// Twins whose go.mod has this line are run with this old version too.
const OLD_LINE: (&str, &str) = ("go 1.19", "1.19.13");

/// Twins with this script are run with Go 1.9 too, which knows no modules: the script builds both into a folder.
const GO_1_9: (&str, &str) = ("go1.9/build.sh", "1.9.7");

/// The Go versions a pattern's twins are run with: the newest, and old ones that they are written for.
///
/// # Errors
/// If its go.mod cannot be read.
pub fn toolchains_of(id: &str) -> Result<Vec<String>> {
    let folder = workspace::patterns().join(id);
    let file = folder.join("go.mod");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut versions = vec![NEWEST_GO.to_owned()];
    if text.lines().any(|line| line.trim() == OLD_LINE.0) {
        versions.push(OLD_LINE.1.to_owned());
    }
    if folder.join(GO_1_9.0).exists() {
        versions.push(GO_1_9.1.to_owned());
    }
    Ok(versions)
}

/// What an executable says about the files it was built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourcePaths {
    /// Where they are on this machine: what most programs in the field have.
    Absolute,
    /// Their modules (`-trimpath`): what may be published. Go 1.9 does not know it.
    Trimmed,
}

/// Builds a twin with a Go version and returns the executable. The copy of a fixed one must have been written.
///
/// # Errors
/// If the toolchain cannot be installed or the build fails.
pub fn build(id: &str, which: Which, go_version: &str, paths: SourcePaths) -> Result<PathBuf> {
    let folder = which.module(id);
    let package = format!("./{}", which.folder());
    let (flags, suffix): (&[&str], _) = match paths {
        SourcePaths::Absolute => (&[], ""),
        SourcePaths::Trimmed => (&["-trimpath"], "-trimmed"),
    };
    once(go_version, &format!("{id}-{}{suffix}", which.name()), |executable| {
        if go_version == GO_1_9.1 {
            return build_with_script(&folder, which, executable);
        }
        build_package(&folder, &package, flags, executable, go_version)
    })
}

/// Builds a program of the repository that is no twin, from the folder that holds its go.mod, with the newest Go.
///
/// # Errors
/// If the toolchain cannot be installed or the build fails.
pub fn go_program(folder: &Path) -> Result<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    once(NEWEST_GO, &name, |executable| build_package(folder, ".", &[], executable, NEWEST_GO))
}

/// Builds what this process has not built yet, one at a time: runs that start together share the executables.
fn once(go_version: &str, name: &str, build: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    static BUILT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let folder = workspace::target().join("twins").join(format!("go-{go_version}"));
    let executable = folder.join(name);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !built.contains(&executable) {
        fs::create_dir_all(&folder)?;
        build(&executable).with_context(|| format!("cannot build {name} with Go {go_version}"))?;
        built.insert(executable.clone());
    }
    Ok(executable)
}

fn build_package(
    folder: &Path,
    package: &str,
    flags: &[&str],
    executable: &Path,
    go_version: &str,
) -> Result<()> {
    let go = tools::install_go(go_version, &tools::tools_directory())?;
    let mut build = Command::new(go);
    build.current_dir(folder).env("GOCACHE", workspace::target().join("go-cache"));
    // Neither the environment nor another toolchain decides what is built.
    build.env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "").env_remove("GOROOT");
    // One kind of executable on every machine, with a C compiler or without.
    build.env("CGO_ENABLED", "0");
    build.args(["build", "-buildvcs=false"]).args(flags);
    build.arg("-o").arg(executable).arg(package);
    command::output(&mut build)?;
    Ok(())
}

/// Runs the script of a pattern, which fetches old sources with a recent Go, and takes one of the two programs.
fn build_with_script(folder: &Path, which: Which, executable: &Path) -> Result<()> {
    let go = tools::install_go(NEWEST_GO, &tools::tools_directory())?;
    let out = executable.with_extension(format!("new-{}", std::process::id()));
    let mut path = OsString::from(go.parent().context("the toolchain has no folder")?);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut script = Command::new(folder.join(GO_1_9.0));
    script.arg(&out).env("PATH", path).env("GOTOOLCHAIN", "local").env("GOFLAGS", "");
    // Where a distribution of that time was installed, so that the executable does not name this machine's cache.
    script.env("GOROOT_FINAL", "/usr/local/go");
    let old = tools::install_go(GO_1_9.1, &tools::tools_directory())?;
    script.env("GOROOT_1_9", old.ancestors().nth(2).context("the toolchain has no folder")?);
    script.env("GOCACHE", workspace::target().join("go-cache")).env_remove("GOROOT");
    let built = command::output(&mut script);
    let placed = built.and_then(|_| Ok(fs::rename(out.join(which.folder()), executable)?));
    // What is left over is only disk space.
    let _ = fs::remove_dir_all(&out);
    placed
}
