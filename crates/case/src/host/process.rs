//! The process record of a case.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
