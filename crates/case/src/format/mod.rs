//! The layout of a case: a zstd-compressed tar whose first member is the manifest.
//!
//! ```text
//! manifest.json              Manifest
//! 0/0000-goroutine.pb.gz     pieces: <instance>/<round>-<kind>[.<n>].<ending>
//! 0/0000-sockets.jsonl
//! peer/0000-ss.txt           pieces that belong to no instance
//! ```
//!
//! A *case folder* is the same layout unpacked (`tar --zstd -xf x.case`). Profile bytes are kept as the
//! target sent them. The compressed stream consists of many zstd frames one after another, which
//! every zstd reader accepts; it lets the recorder append pieces without compressing them twice.

mod calls;
mod kind;
mod manifest;

pub use calls::CallsRecord;
pub use kind::PieceKind;
pub use manifest::{
    BuildRecord, FormatVersion, InstanceRecord, Manifest, ModuleRecord, PieceRecord, ProblemRecord,
};

/// Name of the first member.
pub const MANIFEST_NAME: &str = "manifest.json";
