//! Takes evidence from running targets: profiles and metrics over HTTP, `/proc`, sockets.
//!
//! [`Target::parse`] reads what a user typed; [`capture`] takes the evidence of one or more targets into a
//! [`plumb_case::Recorder`], in rounds over time. This is the only crate that talks to targets. It never writes to
//! one, never sends credentials over plain HTTP off loopback unless told, and bounds every answer.
//!
//! | module | holds |
//! |---|---|
//! | `target` | URLs and process ids as users write them |
//! | `http` | the client: TLS, credentials, proxies, names, redirects |
//! | `pprof` | the index page, which profiles there are, whether an answer is one |
//! | `proc` | `/proc`, cgroups, sockets, build information |
//! | `finder` | the pprof port among a process's listening sockets |
//! | `source` | what there is to read of a target |
//! | `schedule` | when to ask for what, and what is too much to ask |
//! | `rounds` | one instance's rounds |
//! | `capture` | all instances |
//! | `download` | one answer of one URL |

mod capture;
mod download;
mod error;
mod finder;
mod http;
mod options;
mod pprof;
mod proc;
mod progress;
mod rounds;
mod schedule;
mod source;
mod target;

pub use capture::{CaptureSummary, InstanceSummary, capture, capture_trace};
pub use download::{Download, download};
pub use error::{CollectError, ProxyFault, Through, Unread};
pub use http::{Bearer, HttpOptions, Secret};
pub use options::{CaptureOptions, Stop};
pub use progress::{Event, Progress, Silent};
pub use target::{PprofUrl, Target};
