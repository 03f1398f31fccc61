//! Readers for pprof protobuf, legacy text profiles and goroutine dumps: bytes in, plain data out.
//! No I/O of its own, no clock.
//!
//! [`read`] and [`read_from`] tell the format by content. Readers never panic, never allocate from a
//! length that the input claims, and return what they could read plus a list of [`Problem`]s; an input
//! that is no evidence at all is a [`ReadError`] that says what it is instead.

mod error;
mod filter;
mod formats;
mod go_regex;
mod goroutines;
mod heap;
mod inflate;
mod legacy;
mod limits;
mod lines;
mod log;
mod merge;
mod model;
mod problem;
mod proto;
mod raw;
mod strict;
mod strings;
mod text;

pub use error::ReadError;
pub use filter::{LabelFrames, NameFilter, NameMatches};
pub use formats::{Contents, Reading, read, read_from};
pub use go_regex::{GoRegexError, go_regex};
pub use goroutines::{
    Ancestor, CreatedBy, Creators, GoroutineDump, GoroutineGroup, IdSample, LabelSet, LabelSets,
    StackFrame, Survival, WaitHistogram,
};
pub use heap::{heap_raw_samples, unsample};
pub use limits::Limits;
pub use log::FoundDump;
pub use merge::{BASE_LABEL, BaseOptions, MergeError, combine, merge, subtract_base};
pub use model::{
    Frame, Frames, Function, Label, LabelRef, LabelValue, Line, Location, Mapping, Profile,
    ProfileKind, SampleRef, Samples, UnknownFields, ValueType,
};
pub use problem::{Problem, Problems};
pub use strict::PprofError;
pub use strings::{Interner, StrId, StringTable};
pub use text::MemStats;
