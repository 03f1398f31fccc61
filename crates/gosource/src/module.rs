//! Modules on disk: `go.mod`, which files a build takes, which folders are packages, where imports are found.
//!
//! Nothing here touches the disk: the caller hands over what reads files and lists folders ([`Folders`]).

mod constraint;
mod folders;
mod go_mod;
mod layout;
mod platform;
mod walk;

pub use constraint::satisfied;
pub use folders::{Entry, EntryKind, Folders};
pub use go_mod::{GoMod, GoModProblem, GoWork, Replace, Requirement};
pub use layout::{Installation, Layout, Location, Module};
pub(crate) use platform::Constraint;
pub use platform::{Excluded, Platform};
pub use walk::PackageFolder;
