//! Reading with pprof's rules and words.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use thiserror::Error;

use crate::inflate::is_gzip;
use crate::legacy::{self, LegacyError};
use crate::limits::Limits;
use crate::model::Profile;
use crate::proto::{StrictError, decode_strictly};

/// Why pprof refuses an input, in its words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PprofError {
    /// The gzip stream is damaged.
    #[error("decompressing profile: {0}")]
    Compression(String),
    /// It is of no known format, or its format is broken.
    #[error("parsing profile: {0}")]
    Format(String),
    /// It contradicts itself.
    #[error("malformed profile: {0}")]
    Malformed(String),
    /// It is larger than the limit. pprof has none.
    #[error("the profile is larger than {0} bytes")]
    TooLarge(u64),
}

impl Profile {
    /// Reads a profile as pprof does: protobuf or one of the older formats, compressed with gzip or not. Unlike
    /// [`Profile::parse`] it takes all of it or nothing.
    ///
    /// # Errors
    /// If pprof would refuse the input, or it is larger than the limit.
    pub fn parse_as_pprof(bytes: &[u8], limits: &Limits) -> Result<Profile, PprofError> {
        if is_gzip(bytes) {
            return parse_uncompressed(&decompress(bytes, limits)?, limits);
        }
        parse_uncompressed(bytes, limits)
    }
}

fn parse_uncompressed(bytes: &[u8], limits: &Limits) -> Result<Profile, PprofError> {
    if bytes.len() as u64 > limits.profile_bytes {
        return Err(PprofError::TooLarge(limits.profile_bytes));
    }
    let format = |what: &str| PprofError::Format(what.to_owned());
    decode_strictly(bytes).or_else(|error| match error {
        StrictError::Empty => Err(format("empty input file")),
        StrictError::Concatenated => Err(format("concatenated profiles detected")),
        StrictError::Invalid(what) => Err(PprofError::Malformed(what)),
        StrictError::NotProtobuf => legacy::read(bytes).map_err(|error| match error {
            LegacyError::Unrecognized => format("unrecognized profile format"),
            LegacyError::Broken(what) => PprofError::Format(what),
        }),
    })
}

fn decompress(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, PprofError> {
    let mut decoder = MultiGzDecoder::new(bytes);
    let mut out = Vec::new();
    let read = (&mut decoder).take(limits.profile_bytes + 1).read_to_end(&mut out);
    if let Err(error) = read {
        let offset = bytes.len() - decoder.get_ref().len();
        return Err(PprofError::Compression(go_text(&error, offset)));
    }
    Ok(out)
}

/// The error of Go's `compress/gzip` that is nearest. `offset` is how much of the input was taken.
fn go_text(error: &std::io::Error, offset: usize) -> String {
    let text = error.to_string();
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        "unexpected EOF".to_owned()
    } else if text.contains("header") {
        "gzip: invalid header".to_owned()
    } else if text.contains("checksum") || text.contains("corrupt gzip stream") {
        "gzip: invalid checksum".to_owned()
    } else {
        format!("flate: corrupt input before offset {offset}")
    }
}
