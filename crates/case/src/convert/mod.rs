//! From what the readers return to evidence's nouns.

mod build;
mod dump;
mod goroutines;
mod heap;
pub mod metrics;
mod symbols;
mod trace;

pub(crate) use build::build_of_profile;
pub(crate) use dump::from_dump;
pub(crate) use goroutines::from_profile as goroutines_from_profile;
pub(crate) use heap::{from_profile as heap_from_profile, memstats};
pub(crate) use symbols::Symbols;
pub(crate) use trace::{from_reader as trace_from, goroutines_from_trace};
