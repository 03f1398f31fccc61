//! Readers of what the host says: sockets, descriptors, memory. All are pure and never panic.
//!
//! | module | reads |
//! |---|---|
//! | [`process`] | the `/proc` files of a process, as a case holds them |
//! | [`sockets`] | the socket record of a case |
//! | [`proc_net`] | `/proc/PID/net/tcp` and `tcp6` |
//! | [`ss`], [`netstat`], [`lsof`] | the outputs of these tools, as people paste them |

mod listing;
pub mod lsof;
pub mod netstat;
mod proc_files;
pub mod proc_net;
pub mod process;
pub mod sockets;
pub mod ss;
pub(crate) mod summary;

/// What a reader could read, and what was wrong with the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<T> {
    /// What could be read.
    pub value: T,
    /// Lowercase sentence fragments.
    pub problems: Vec<String>,
}
