//! Why an input could not be read at all.

use thiserror::Error;

/// Why an input is no evidence. What could be read only in part is no error but a
/// [`Problem`](crate::Problem).
#[derive(Debug, Error)]
pub enum ReadError {
    /// Nothing to read.
    #[error("the input is empty")]
    Empty,
    /// The input is something else that people take for a profile; the text says what.
    #[error("not a profile: {0}")]
    Foreign(String),
    /// No reader knows the format.
    #[error(
        "unknown format: neither a pprof profile, nor a goroutine dump, nor a log that holds one"
    )]
    Unknown,
    /// The format is known but the content cannot be read.
    #[error("broken {format}: {why}")]
    Broken {
        /// Name of the format, for example `pprof protobuf`.
        format: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The underlying reader failed.
    #[error("cannot read the input")]
    Io(#[from] std::io::Error),
}
