//! The texts of single `/proc` and cgroup files. The parsers of `procfs-core` panic on a cut `stat` or `limits`, so these
//! are read here.

use plumb_evidence::process::{Cgroup, Resident};

use super::process::ProcessRecord;

/// `Rss:      4588 kB` → bytes.
fn kilobytes(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    number.checked_mul(1024)
}

/// `Threads:  5` and the like in `status`.
pub(super) fn threads(record: &ProcessRecord) -> Option<u64> {
    let status = record.files.get("status")?;
    status.lines().find_map(|line| line.strip_prefix("Threads:"))?.trim().parse().ok()
}

pub(super) fn virtual_bytes(record: &ProcessRecord) -> Option<u64> {
    kilobytes(record.files.get("status")?, "VmSize")
}

/// Totals by type are in `status` (Linux 4.5); huge pages, lazily freed and swapped ones in `smaps_rollup` (4.14).
pub(super) fn resident(record: &ProcessRecord) -> Option<Resident> {
    let empty = String::new();
    let status = record.files.get("status").unwrap_or(&empty);
    let rollup = record.files.get("smaps_rollup").unwrap_or(&empty);
    let total = kilobytes(status, "VmRSS").or_else(|| kilobytes(rollup, "Rss"))?;
    let shared =
        kilobytes(status, "RssShmem").or_else(|| kilobytes(rollup, "Pss_Shmem")).unwrap_or(0);
    let anonymous = kilobytes(status, "RssAnon").or_else(|| kilobytes(rollup, "Anonymous"))?;
    let rest = total.saturating_sub(anonymous).saturating_sub(shared);
    Some(Resident {
        total,
        anonymous,
        file: kilobytes(status, "RssFile").unwrap_or(rest),
        shared,
        huge_pages: kilobytes(rollup, "AnonHugePages"),
        lazily_freed: kilobytes(rollup, "LazyFree"),
        swapped: kilobytes(status, "VmSwap").or_else(|| kilobytes(rollup, "Swap")).unwrap_or(0),
    })
}

/// Times in seconds from `stat` (`proc_pid_stat(5)`).
pub(super) struct Times {
    pub(super) cpu_seconds: f64,
    /// After boot.
    pub(super) started_seconds: f64,
}

pub(super) fn times(record: &ProcessRecord) -> Option<Times> {
    let stat = record.files.get("stat")?;
    // The command name may hold blanks and parentheses; field 3 follows the last one.
    let (_, fields) = stat.rsplit_once(')')?;
    let field = |number: usize| fields.split_whitespace().nth(number - 3)?.parse::<f64>().ok();
    let ticks = if record.clock_ticks == 0 { 100.0 } else { record.clock_ticks as f64 };
    Some(Times {
        cpu_seconds: (field(14)? + field(15)?) / ticks,
        started_seconds: field(22)? / ticks,
    })
}

/// Seconds since boot, the first figure of `/proc/uptime`.
pub(super) fn host_uptime(record: &ProcessRecord) -> Option<f64> {
    record.files.get("uptime")?.split_whitespace().next()?.parse().ok()
}

/// The soft limit in `Max open files   1024   524288   files`.
pub(super) fn descriptor_limit(record: &ProcessRecord) -> Option<u64> {
    let limits = record.files.get("limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What `/proc/sys/fs/inotify/max_user_instances` says.
pub(super) fn inotify_limit(record: &ProcessRecord) -> Option<u64> {
    record.files.get("max_user_instances")?.trim().parse().ok()
}

/// From which value on version 1 means "no limit": the kernel prints the largest multiple of the page size.
const V1_UNLIMITED: u64 = 1 << 62;

pub(super) fn cgroup(record: &ProcessRecord) -> Option<Cgroup> {
    let number = |name: &str| record.files.get(name)?.trim().parse::<u64>().ok();
    let counter = |name: &str, key: &str| {
        let mut words = record.files.get(name)?.lines().filter_map(|line| line.split_once(' '));
        words.find(|(name, _)| *name == key)?.1.trim().parse().ok()
    };
    if record.files.contains_key("memory.max") || record.files.contains_key("memory.current") {
        return Some(Cgroup {
            version: 2,
            limit: number("memory.max"),
            usage: number("memory.current"),
            oom_kills: counter("memory.events", "oom_kill"),
        });
    }
    let usage = number("memory.usage_in_bytes");
    let limit = number("memory.limit_in_bytes");
    (usage.is_some() || limit.is_some()).then(|| Cgroup {
        version: 1,
        limit: limit.filter(|&bytes| bytes < V1_UNLIMITED),
        usage,
        oom_kills: counter("memory.oom_control", "oom_kill"),
    })
}
