//! The text formats of `?debug=1`: counts (goroutine, threadcreate, goroutineleak and those that
//! programs define), heap, block and mutex profiles.
//!
//! The heap text holds the *sampled* objects and bytes, the protobuf estimates of all; the reader
//! scales as `runtime/pprof` does for protobuf, so that both give the same values.

mod builder;
mod contention;
mod count;
mod heap;
mod memstats;
mod record;

pub use memstats::MemStats;

use crate::error::ReadError;
use crate::model::Profile;
use crate::problem::Problems;

/// What a text profile holds.
pub(crate) type TextProfile = (Profile, Option<MemStats>);

/// Whether the first line of an input is that of a text profile.
pub(crate) fn looks_like_text_profile(head: &[u8]) -> bool {
    let line = first_line(head);
    count::header(&line).is_some()
        || heap::header(&line).is_some()
        || contention::header(&line).is_some()
}

/// Reads a text profile.
pub(crate) fn read(bytes: &[u8], problems: &mut Problems) -> Result<TextProfile, ReadError> {
    let text = String::from_utf8_lossy(bytes);
    let first = first_line(bytes);
    let lines = text.trim_start().split_inclusive('\n').skip(1);
    if let Some(header) = count::header(&first) {
        return Ok((count::read(&header, lines, problems), None));
    }
    if let Some(header) = heap::header(&first) {
        return Ok(heap::read(&header, lines, problems));
    }
    if let Some(kind) = contention::header(&first) {
        return contention::read(kind, lines, problems).map(|profile| (profile, None));
    }
    Err(ReadError::Unknown)
}

fn first_line(bytes: &[u8]) -> String {
    let bytes = bytes.trim_ascii_start();
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len()).min(1024);
    String::from_utf8_lossy(&bytes[..end]).trim_end().to_owned()
}
