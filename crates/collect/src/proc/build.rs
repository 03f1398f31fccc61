//! The build information of a running executable.

use std::fs::File;
use std::sync::Arc;

use plumb_binary::{BuildInfo, read_build_info};
use plumb_evidence::code::{Build, Module};

use super::path;

/// What `/proc/PID/exe` says about its build. It is the running file, also when the path was overwritten since.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn read_build(pid: u32) -> Result<Build, NoBuild> {
    let file = File::open(path(pid, "exe")).map_err(|error| NoBuild::Other(error.to_string()))?;
    read_build_info(file).map(convert).map_err(|error| match error {
        plumb_binary::Error::NotGo | plumb_binary::Error::NotElf => NoBuild::NotGo,
        other => NoBuild::Other(other.to_string()),
    })
}

/// Why there is no build information.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoBuild {
    /// The program was not made by Go.
    NotGo,
    /// Anything else, as a lowercase fragment.
    Other(String),
}

fn convert(info: BuildInfo) -> Build {
    let text = |text: &str| Arc::<str>::from(text);
    Build {
        go_version: info.go_version.as_deref().map(text),
        main_package: info.path.as_deref().map(text),
        main_module: info.main.as_ref().map(module),
        dependencies: info.deps.iter().map(module).collect(),
        revision: info.vcs_revision().map(text),
        modified: info.vcs_modified().unwrap_or(false),
    }
}

fn module(module: &plumb_binary::Module) -> Module {
    Module {
        path: module.path.as_str().into(),
        version: module.effective().version.as_str().into(),
        replaced_by: module.replace.as_ref().map(|other| other.path.as_str().into()),
    }
}
