//! Readers of what the host says: sockets, descriptors, memory. All are pure and never panic.

pub mod process;
pub mod sockets;
