//! The process record of a case.

use std::collections::BTreeMap;

use plumb_evidence::Timestamp;
use plumb_evidence::process::{Descriptor, DescriptorKind, Descriptors, Process, Zombie};
use serde::{Deserialize, Serialize};

use super::proc_files;

/// What `/proc` says about a process at one moment, raw: the piece `process` of a case, as JSON.
///
/// Texts are kept as the kernel wrote them. Command line and environment are never among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRecord {
    /// Process id as the recorder sees it.
    pub pid: u32,
    /// `sysconf(_SC_CLK_TCK)`: unit of the times in `stat`.
    pub clock_ticks: u64,
    /// Contents by name. From `/proc/PID`: `status`, `stat`, `smaps_rollup`, `limits`, `cgroup`. From `/proc`: `uptime`.
    /// From `/proc/sys/fs/inotify`: `max_user_instances`.
    /// From the memory cgroup, version 2: `memory.max`, `memory.current`, `memory.events`; version 1:
    /// `memory.limit_in_bytes`, `memory.usage_in_bytes`, `memory.oom_control`.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Open descriptors; none if they could not be listed.
    #[serde(default)]
    pub fds: Option<Vec<FdRecord>>,
    /// The list of descriptors was cut at a limit.
    #[serde(default)]
    pub fds_cut: bool,
    /// Children that ended and were never waited for.
    #[serde(default)]
    pub zombies: Vec<ZombieRecord>,
}

/// One open descriptor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FdRecord {
    /// The number.
    pub fd: u64,
    /// What `/proc/PID/fd/N` links to: a path, `socket:[1234]`, `anon_inode:[eventpoll]`, ….
    pub target: String,
    /// Type of the file behind it, where it is a path that `stat` could tell: `file`, `directory`, `pipe`, `socket`, `device`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A child that ended and was never waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZombieRecord {
    /// Its process id.
    pub pid: u32,
    /// Its command name (`comm`, at most 15 bytes).
    pub command: String,
}

/// Reads the piece `process`.
///
/// # Errors
/// What `serde_json` says if the text is not such a record.
pub fn read(text: &[u8], taken: Option<Timestamp>) -> Result<Process, serde_json::Error> {
    Ok(convert(&serde_json::from_slice(text)?, taken))
}

/// What the record says, in evidence's terms. What a file does not tell is `None`.
pub fn convert(record: &ProcessRecord, taken: Option<Timestamp>) -> Process {
    let times = proc_files::times(record);
    let uptime = proc_files::host_uptime(record);
    let started = times.as_ref().map(|times| times.started_seconds);
    Process {
        taken,
        pid: record.pid,
        uptime_seconds: uptime.zip(started).map(|(now, then)| (now - then).max(0.0)),
        virtual_bytes: proc_files::virtual_bytes(record),
        resident: proc_files::resident(record),
        threads: proc_files::threads(record),
        cpu_seconds: times.map(|times| times.cpu_seconds),
        descriptors: record.fds.as_ref().map(|fds| Descriptors {
            open: fds.iter().map(open_descriptor).collect(),
            complete: !record.fds_cut,
        }),
        descriptor_limit: proc_files::descriptor_limit(record),
        inotify_limit: proc_files::inotify_limit(record),
        cgroup: proc_files::cgroup(record),
        zombies: record.zombies.iter().map(zombie).collect(),
    }
}

fn zombie(record: &ZombieRecord) -> Zombie {
    Zombie { pid: record.pid, command: record.command.as_str().into() }
}

fn open_descriptor(record: &FdRecord) -> Descriptor {
    let kind = kind_of_target(&record.target).unwrap_or(match record.kind.as_deref() {
        Some("directory") => DescriptorKind::Directory,
        Some("pipe") => DescriptorKind::Pipe,
        Some("socket") => DescriptorKind::Socket,
        Some("device") => DescriptorKind::Device,
        Some("file") => DescriptorKind::File,
        _ if record.target.starts_with("/dev/") => DescriptorKind::Device,
        _ if record.target.starts_with('/') => DescriptorKind::File,
        _ => DescriptorKind::Other,
    });
    descriptor(record.fd, kind, &record.target)
}

/// What the kernel's name of an object that has no path says (`proc_pid_fd(5)`).
fn kind_of_target(target: &str) -> Option<DescriptorKind> {
    Some(match target {
        _ if target.starts_with("socket:") => DescriptorKind::Socket,
        _ if target.starts_with("pipe:") => DescriptorKind::Pipe,
        "anon_inode:[eventpoll]" => DescriptorKind::Epoll,
        "anon_inode:inotify" | "anon_inode:[inotify]" => DescriptorKind::Inotify,
        _ if target.starts_with("anon_inode:") => DescriptorKind::Other,
        _ => return None,
    })
}

/// A descriptor, with the kernel's mark of a file that was unlinked while open taken off its path.
pub(super) fn descriptor(fd: u64, kind: DescriptorKind, target: &str) -> Descriptor {
    let kept = target.strip_suffix(" (deleted)");
    Descriptor { fd, kind, target: kept.unwrap_or(target).into(), deleted: kept.is_some() }
}
