//! Decoding with pprof's rules: a profile that breaks one is none.

use super::decode::decode_with_faults;
use crate::model::Profile;

/// Why pprof refuses an uncompressed profile.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum StrictError {
    Empty,
    /// Two profiles one after the other.
    Concatenated,
    /// This is no protobuf of a profile; it may be of another format.
    NotProtobuf,
    /// It breaks a rule, in pprof's words.
    Invalid(String),
}

/// Decodes an uncompressed profile, or says why pprof would not.
pub(crate) fn decode_strictly(bytes: &[u8]) -> Result<Profile, StrictError> {
    if bytes.is_empty() {
        return Err(StrictError::Empty);
    }
    let (profile, faults) = decode_with_faults(bytes);
    if faults.concatenated {
        return Err(StrictError::Concatenated);
    }
    if faults.malformed {
        return Err(StrictError::NotProtobuf);
    }
    match faults.violation(&profile) {
        Some(violation) => Err(StrictError::Invalid(violation)),
        None => Ok(profile),
    }
}
