//! Filters of pprof: which samples, frames and labels of a profile stay. Each changes the profile in place; a
//! regular expression is asked once for each function and mapping, never for each sample.

mod labels;
mod names;
mod prune;
mod pseudo;
mod simplify;

pub use names::{NameFilter, NameMatches};
pub use pseudo::LabelFrames;
