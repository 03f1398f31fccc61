//! The case file: recorder, reader, and raw bytes to evidence.
//!
//! A *case* is what was fetched plus a manifest. `collect` records raw pieces into a [`Recorder`];
//! [`open`] turns a case into a [`plumb_evidence::Service`]; [`read_inputs`] does the same for whatever files a
//! person has at hand. Everything downstream works from that `Service`, so every verdict can be replayed.

mod archive;
mod assemble;
pub mod convert;
mod decode;
mod error;
pub mod format;
pub mod host;
mod inputs;
mod labels;
mod program;
mod reader;
pub mod recorder;
pub mod redact;
mod reopen;
mod scrub;

pub use archive::CaseLimits;
pub use error::{CaseError, InputError};
pub use format::PieceKind;
pub use inputs::{InputOptions, read_inputs, read_noting};
pub use reader::{open, open_with};
pub use recorder::{CaseFile, CaseMeta, InstanceIndex, PieceMeta, PieceWriter, Recorder};
pub use reopen::reopen;
pub use scrub::scrub;
