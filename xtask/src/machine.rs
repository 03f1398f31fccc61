//! The machine and the day of a measurement, as its page states them.

use std::fs;
use std::thread;

/// Date, processors, memory and kernel in one line. No name of the host.
pub fn describe() -> String {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field("/proc/meminfo", "MemTotal").and_then(|text| {
        let kilobytes: f64 = text.split_whitespace().next()?.parse().ok()?;
        Some(format!("{:.0} GiB", kilobytes / 1024.0 / 1024.0))
    });
    let model = field("/proc/cpuinfo", "model name");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    let unknown = || "unknown".to_owned();
    format!(
        "{}; {cores} cores ({}), {} of memory, Linux {}",
        today(),
        model.unwrap_or_else(unknown),
        memory.unwrap_or_else(unknown),
        kernel.as_deref().map_or("unknown", str::trim),
    )
}

/// The date in UTC, as `2026-05-01`.
pub fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// The value of the first line `name : value` of a file of `/proc`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
