//! The case file: recorder, reader, and raw bytes to evidence.
//!
//! A *case* is what was fetched plus a manifest. `collect` records raw pieces into a [`Recorder`];
//! [`open`] turns a case into a [`plumb_evidence::Service`]; [`read_inputs`] does the same for whatever files a
//! person has at hand. Everything downstream works from that `Service`, so every verdict can be replayed.

mod error;
pub mod format;
pub mod host;
pub mod recorder;
pub mod redact;

pub use error::{CaseError, InputError};
pub use format::PieceKind;
pub use recorder::{CaseFile, CaseMeta, InstanceIndex, PieceMeta, PieceWriter, Recorder};
