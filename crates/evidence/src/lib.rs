//! The nouns of plumb, as plain data.
//!
//! Readers produce a [`Service`]: instances with [`Snapshot`]s of goroutines, heap, sockets and the
//! process. `detect` turns it into a [`Diagnosis`] with the help of a [`Catalogue`] of patterns and
//! library objects; `report` prints it. This crate holds what they pass to each other, and knows no
//! file format, no socket and no clock.
//!
//! | module | holds |
//! |---|---|
//! | [`advisory`] | versions of modules with a leak of their own |
//! | [`calls`] | who calls what in a program, as its machine code says |
//! | [`client_use`] | whether clients that stand still are in use |
//! | [`code`] | functions, frames and stacks, and whose code they are |
//! | [`goroutine`] | wait states and groups of goroutines |
//! | [`heap`] | heap samples and `runtime.MemStats` |
//! | [`process`] | what the operating system says: memory, descriptors, children |
//! | [`socket`] | TCP sockets of a process, a host or a peer |
//! | [`metrics`] | samples of a `/metrics` page |
//! | [`service`] | snapshots, instances and the service under judgement |
//! | [`measure`] | growth, survival and other figures with their error |
//! | [`number`] | how figures are spelled, the same in every sentence |
//! | [`source`] | what a scan of Go source finds |
//! | [`source_evidence`] | what the source of a service says about its leaks |
//! | [`suspect`] | what may leak, with everything measured about it |
//! | [`trace`] | what an execution trace says of goroutines |
//! | [`target`] | how users name what is to be looked at |
//! | [`catalogue`] | the record types of the catalogue: patterns and library objects |
//! | [`finding`] | sites, witnesses, findings and the diagnosis |

pub mod advisory;
pub mod calls;
pub mod catalogue;
pub mod client_use;
pub mod code;
pub mod finding;
pub mod goroutine;
pub mod heap;
pub mod measure;
pub mod metrics;
pub mod number;
pub mod process;
pub mod service;
pub mod socket;
pub mod source;
pub mod source_evidence;
pub mod suspect;
pub mod target;
pub mod trace;

pub use advisory::Advisory;
pub use catalogue::{Catalogue, LibraryObject, Pattern};
pub use code::{Frame, Stack};
pub use finding::{Diagnosis, Finding, Site};
pub use jiff::Timestamp;
pub use service::{Instance, Problem, Service, Snapshot};
