//! What Linux says about a process: `/proc`, its cgroup, its sockets.

mod build;
mod calls;
mod cgroup;
mod namespace;
mod owner;
mod record;
mod sock_diag;
mod sockets;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use build::{NoBuild, read_build};
pub(crate) use calls::read as read_calls;
pub(crate) use namespace::foreign_network_namespace;
pub(crate) use owner::find_owner;
pub(crate) use record::{Detail, read_record};
pub(crate) use sockets::SocketReader;

use crate::CollectError;

/// A file of `/proc/PID`.
pub(crate) fn path(pid: u32, name: &str) -> PathBuf {
    Path::new("/proc").join(pid.to_string()).join(name)
}

/// Checks that the process can be examined.
///
/// # Errors
/// [`CollectError::NoProcess`], [`CollectError::NotAService`] for a zombie or a kernel thread,
/// [`CollectError::ProcUnreadable`] where the kernel does not let us look.
pub(crate) fn check(pid: u32) -> Result<(), CollectError> {
    let status = match fs::read_to_string(path(pid, "status")) {
        Ok(status) => status,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(CollectError::NoProcess { pid });
        }
        Err(error) => return Err(unreadable(pid, "status", &error)),
    };
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
    if field("State:").is_some_and(|state| state.trim_start().starts_with('Z')) {
        return Err(CollectError::NotAService { pid, what: "it has ended and is a zombie" });
    }
    // Only a process that runs in user space has an address space.
    if field("VmSize:").is_none() {
        return Err(CollectError::NotAService { pid, what: "it is a kernel thread" });
    }
    match fs::read_dir(path(pid, "fd")) {
        Ok(_) => Ok(()),
        Err(error) => Err(unreadable(pid, "fd", &error)),
    }
}

pub(crate) fn unreadable(pid: u32, name: &str, error: &io::Error) -> CollectError {
    let path = path(pid, name).display().to_string();
    CollectError::ProcUnreadable { pid, path, why: error.to_string() }
}

/// Numeric entries of a folder of `/proc`.
fn numbers(folder: &Path) -> io::Result<impl Iterator<Item = u64> + use<>> {
    let entries = fs::read_dir(folder)?.flatten();
    Ok(entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()))
}

/// Inodes of the sockets a process holds.
fn socket_inodes(pid: u32) -> io::Result<impl Iterator<Item = u64>> {
    let folder = path(pid, "fd");
    Ok(numbers(&folder)?.filter_map(move |fd| {
        let target = fs::read_link(folder.join(fd.to_string())).ok()?;
        socket_inode(target.to_str()?)
    }))
}

/// `socket:[4711]`.
fn socket_inode(target: &str) -> Option<u64> {
    target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}
