//! What the operating system says about a process.

use std::sync::Arc;

use crate::Timestamp;

/// One process at one moment, from `/proc` and its cgroup. Sizes in bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Process {
    /// When it was read.
    pub taken: Option<Timestamp>,
    /// Process id as seen by plumb.
    pub pid: u32,
    /// Seconds since the process started.
    pub uptime_seconds: Option<f64>,
    /// Virtual size (`VIRT` of top).
    pub virtual_bytes: Option<u64>,
    /// How resident memory is made up.
    pub resident: Option<Resident>,
    /// Threads.
    pub threads: Option<u64>,
    /// CPU time used so far, user and system, in seconds.
    pub cpu_seconds: Option<f64>,
    /// Open file descriptors; `None` if they could not be listed.
    pub descriptors: Option<Descriptors>,
    /// `ulimit -n`.
    pub descriptor_limit: Option<u64>,
    /// inotify instances that each user may have (`fs.inotify.max_user_instances`).
    pub inotify_limit: Option<u64>,
    /// The memory cgroup.
    pub cgroup: Option<Cgroup>,
    /// Children that ended and were never waited for.
    pub zombies: Vec<Zombie>,
}

/// The parts of the resident set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resident {
    /// All of it (`RES` of top).
    pub total: u64,
    /// Anonymous memory: Go heap, stacks, C heap.
    pub anonymous: u64,
    /// Mapped files, the executable included.
    pub file: u64,
    /// Shared memory and tmpfs.
    pub shared: u64,
    /// Part of the anonymous memory that is in transparent huge pages.
    pub huge_pages: Option<u64>,
    /// Part that the process gave back with `MADV_FREE` and the kernel has not taken yet.
    pub lazily_freed: Option<u64>,
    /// Swapped out, not part of the total.
    pub swapped: u64,
}

/// Limits and use of a memory cgroup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cgroup {
    /// 1 or 2.
    pub version: u8,
    /// Memory limit; `None` = unlimited.
    pub limit: Option<u64>,
    /// Use, page cache included.
    pub usage: Option<u64>,
    /// Processes killed for lack of memory since the cgroup was made.
    pub oom_kills: Option<u64>,
}

/// What a descriptor refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DescriptorKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A socket of any family.
    Socket,
    /// A pipe or FIFO.
    Pipe,
    /// An inotify instance.
    Inotify,
    /// An epoll instance; Go has one.
    Epoll,
    /// A character or block device.
    Device,
    /// eventfd, timerfd, signalfd, pidfd and other anonymous inodes.
    Other,
}

/// One open descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The number.
    pub fd: u64,
    /// What it is.
    pub kind: DescriptorKind,
    /// The link's target: a path (with ` (deleted)` removed), `socket:[inode]`, `pipe:[inode]`, ….
    pub target: Arc<str>,
    /// The file was unlinked while open.
    pub deleted: bool,
}

/// Open descriptors of a process. `complete` is false where a text listing was cut or filtered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptors {
    /// All that were listed.
    pub open: Vec<Descriptor>,
    /// Whether these are all.
    pub complete: bool,
}

/// A child process that ended and was never waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zombie {
    /// Its process id.
    pub pid: u32,
    /// Its command name.
    pub command: Arc<str>,
}
