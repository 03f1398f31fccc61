//! What a program takes: for benchmarks that compare plumb with others in the same run.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// How often the memory of a running program is looked at. The kernel keeps the peak, so only what is new in the last
/// such interval is missed.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// What one run of a program took.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// From start to end, in seconds.
    pub seconds: f64,
    /// Time of processors, in seconds: what else the machine does hardly changes it.
    pub processor_seconds: f64,
    /// The most memory that was resident, in kB.
    pub peak_kilobytes: u64,
}

impl Cost {
    /// The least of several runs, in each respect: the machine may be busy with something else.
    pub fn least(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.min(other.seconds),
            processor_seconds: self.processor_seconds.min(other.processor_seconds),
            peak_kilobytes: self.peak_kilobytes.min(other.peak_kilobytes),
        }
    }
}

/// Runs a program to its end, with its output thrown away.
///
/// # Errors
/// If it cannot be started, or fails.
pub fn run(command: &mut Command) -> Result<Cost> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let before = processor_seconds_of_children()?;
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot run {command:?}"))?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kilobytes = 0;
    let status = loop {
        if let Some(peak) = peak(&status_file) {
            peak_kilobytes = peak;
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(LOOK_EVERY);
    };
    let seconds = start.elapsed().as_secs_f64();
    ensure!(status.success(), "{command:?} failed: {status}");
    let processor_seconds = processor_seconds_of_children()? - before;
    Ok(Cost { seconds, processor_seconds, peak_kilobytes })
}

/// The peak of a process's memory, in kB; none once it has ended.
fn peak(status_file: &str) -> Option<u64> {
    let status = fs::read_to_string(status_file).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().trim_end_matches(" kB").parse().ok()
}

/// User and system time of ended children, all threads: fields 16 and 17 of `/proc/self/stat`, in hundredths of a second
/// (`USER_HZ`).
///
/// # Errors
/// Where there is no such file.
pub fn processor_seconds_of_children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").context("no process name in stat")?;
    let ticks = fields.split(' ').skip(13).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<std::result::Result<u64, _>>()? as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_its_costs() {
        let cost =
            run(Command::new("sh")
                .args(["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"]))
            .unwrap();
        assert!(
            cost.seconds >= cost.processor_seconds * 0.5 && cost.processor_seconds > 0.0,
            "{cost:?}"
        );
        assert!(cost.peak_kilobytes > 100, "{cost:?}");
        assert!(run(&mut Command::new("false")).is_err());
    }
}
