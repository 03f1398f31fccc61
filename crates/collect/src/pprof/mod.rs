//! The profiles a Go service serves: which there are, and fetching them.

mod check;
mod count;
mod endpoint;
mod index;
mod metrics;

pub(crate) use count::goroutine_count;
pub(crate) use endpoint::{Endpoint, Page, TRACE};
