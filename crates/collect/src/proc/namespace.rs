//! Network namespaces.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use super::path;

/// A handle to the process's network namespace if it is not our own.
///
/// # Errors
/// If the kernel does not let us look (another user's process).
pub(crate) fn foreign_network_namespace(pid: u32) -> io::Result<Option<OwnedFd>> {
    let theirs = path(pid, "ns/net");
    if fs::read_link(&theirs)? == fs::read_link(Path::new("/proc/self/ns/net"))? {
        return Ok(None);
    }
    Ok(Some(File::open(theirs)?.into()))
}
