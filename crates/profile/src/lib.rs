//! Readers for pprof protobuf, legacy text profiles and goroutine dumps.

mod error;
mod goroutines;
mod heap;
mod inflate;
mod limits;
mod lines;
mod model;
mod problem;
mod proto;
mod strings;

pub use error::ReadError;
pub use goroutines::*;
pub use heap::{heap_raw_samples, unsample};
pub use limits::Limits;
pub use model::*;
pub use problem::{Problem, Problems};
pub use strings::{Interner, StrId, StringTable};
