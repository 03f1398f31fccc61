//! pprof's `profile.proto`, both ways. The field numbers are those of
//! `proto/profile.proto` in github.com/google/pprof.

mod as_pprof;
mod decode;
mod encode;
mod faults;
mod ids;
mod samples;
mod strict;
mod wire;

pub(crate) use decode::decode;
pub(crate) use strict::{StrictError, decode_strictly};
pub(crate) use wire::looks_like_profile;

/// Field numbers of message `Profile`.
mod field {
    pub(super) const SAMPLE_TYPE: u32 = 1;
    pub(super) const SAMPLE: u32 = 2;
    pub(super) const MAPPING: u32 = 3;
    pub(super) const LOCATION: u32 = 4;
    pub(super) const FUNCTION: u32 = 5;
    pub(super) const STRING_TABLE: u32 = 6;
    pub(super) const DROP_FRAMES: u32 = 7;
    pub(super) const KEEP_FRAMES: u32 = 8;
    pub(super) const TIME_NANOS: u32 = 9;
    pub(super) const DURATION_NANOS: u32 = 10;
    pub(super) const PERIOD_TYPE: u32 = 11;
    pub(super) const PERIOD: u32 = 12;
    pub(super) const COMMENT: u32 = 13;
    pub(super) const DEFAULT_SAMPLE_TYPE: u32 = 14;
    pub(super) const DOC_URL: u32 = 15;
}
