//! The manifest: what the case holds, and about what.

use std::fmt;

use jiff::Timestamp;
use plumb_evidence::Problem;
use plumb_evidence::code::{Build, Module};
use serde::{Deserialize, Serialize};

use super::PieceKind;
use crate::CaseError;

/// Version of the case format. A higher minor adds fields and kinds that old readers may ignore;
/// a higher major changes what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FormatVersion {
    /// Incremented by changes that an old reader would misread.
    pub major: u32,
    /// Incremented by additions.
    pub minor: u32,
}

impl FormatVersion {
    /// What this plumb writes.
    pub const CURRENT: Self = Self { major: 1, minor: 0 };

    /// Whether this plumb can read a case of this version.
    ///
    /// # Errors
    /// [`CaseError::Newer`] if a later major version wrote it.
    pub fn check_readable(self) -> Result<(), CaseError> {
        if self.major > Self::CURRENT.major {
            return Err(CaseError::Newer { found: self });
        }
        Ok(())
    }
}

impl fmt::Display for FormatVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What the case holds, and about what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the format.
    pub format: FormatVersion,
    /// Version of the plumb that wrote it.
    pub plumb: String,
    /// When the capture began.
    pub captured_at: Timestamp,
    /// What was captured, as the user named it, without credentials.
    pub target: String,
    /// Processes of the service.
    #[serde(default)]
    pub instances: Vec<InstanceRecord>,
    /// The other members of the archive, in its order.
    #[serde(default)]
    pub pieces: Vec<PieceRecord>,
    /// Keys of the profiler labels that goroutines carry; `--scrub` removes them.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Labels and trace logs have been removed.
    #[serde(default)]
    pub scrubbed: bool,
    /// What could not be fetched.
    #[serde(default)]
    pub problems: Vec<ProblemRecord>,
}

/// One process of the service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InstanceRecord {
    /// How reports call it.
    pub id: String,
    /// What the executable says about its build.
    #[serde(default)]
    pub build: BuildRecord,
    /// Endpoints and sources that were asked for and not there.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// What an executable says about its build.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BuildRecord {
    /// `go1.27.3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go_version: Option<String>,
    /// Import path of the main package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_package: Option<String>,
    /// Its module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_module: Option<ModuleRecord>,
    /// Modules it depends on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<ModuleRecord>,
    /// `vcs.revision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// `vcs.modified`.
    #[serde(default)]
    pub modified: bool,
}

/// A module of the build.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModuleRecord {
    /// Module path.
    pub path: String,
    /// Version.
    pub version: String,
    /// Path of the module whose code was compiled instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

/// One member of the archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PieceRecord {
    /// Path inside the case.
    pub name: String,
    /// Index of the instance it was taken from; none for what belongs to none (peer sockets).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<usize>,
    /// What it is.
    pub kind: PieceKind,
    /// Pieces of the same instance and round make one snapshot.
    pub round: u32,
    /// When it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Timestamp>,
    /// A garbage collection was forced right before it.
    #[serde(default)]
    pub after_gc: bool,
    /// Size, uncompressed.
    pub bytes: u64,
    /// It ends early: a limit of plumb's or a broken connection.
    #[serde(default)]
    pub truncated: bool,
    /// Anything worth knowing about how it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Something that could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemRecord {
    /// What happened and what to do next.
    pub what: String,
    /// On which input.
    pub input: String,
}

impl From<&Problem> for ProblemRecord {
    fn from(problem: &Problem) -> Self {
        Self { what: problem.what.clone(), input: problem.input.to_string() }
    }
}

impl From<ProblemRecord> for Problem {
    fn from(record: ProblemRecord) -> Self {
        Self { what: record.what, input: record.input.into() }
    }
}

impl From<&Module> for ModuleRecord {
    fn from(module: &Module) -> Self {
        Self {
            path: module.path.to_string(),
            version: module.version.to_string(),
            replaced_by: module.replaced_by.as_deref().map(str::to_owned),
        }
    }
}

impl From<ModuleRecord> for Module {
    fn from(record: ModuleRecord) -> Self {
        Self {
            path: record.path.into(),
            version: record.version.into(),
            replaced_by: record.replaced_by.map(Into::into),
        }
    }
}

impl From<&Build> for BuildRecord {
    fn from(build: &Build) -> Self {
        let text = |value: &Option<std::sync::Arc<str>>| value.as_deref().map(str::to_owned);
        Self {
            go_version: text(&build.go_version),
            main_package: text(&build.main_package),
            main_module: build.main_module.as_ref().map(Into::into),
            dependencies: build.dependencies.iter().map(Into::into).collect(),
            revision: text(&build.revision),
            modified: build.modified,
        }
    }
}

impl From<BuildRecord> for Build {
    fn from(record: BuildRecord) -> Self {
        Self {
            go_version: record.go_version.map(Into::into),
            main_package: record.main_package.map(Into::into),
            main_module: record.main_module.map(Into::into),
            dependencies: record.dependencies.into_iter().map(Into::into).collect(),
            revision: record.revision.map(Into::into),
            modified: record.modified,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_major_says_to_update_and_a_newer_minor_is_read() {
        let newer = FormatVersion { major: 2, minor: 0 }.check_readable().unwrap_err();
        assert_eq!(
            newer.to_string(),
            "made by a newer plumb (format 2.0, this plumb reads 1.x): update plumb"
        );
        assert!(FormatVersion { major: 1, minor: 9 }.check_readable().is_ok());
    }

    #[test]
    fn unknown_fields_of_a_newer_minor_are_ignored() {
        let text = r#"{"format": {"major": 1, "minor": 9}, "plumb": "9", "mood": "good",
            "captured_at": "2026-11-21T10:00:00Z", "target": "http://127.0.0.1:6060",
            "pieces": [{"name": "0/0000-aura.bin", "kind": "aura", "round": 0, "bytes": 1}]}"#;
        let manifest: Manifest = serde_json::from_str(text).unwrap();
        assert_eq!(manifest.pieces[0].kind, PieceKind::Unknown);
    }
}
