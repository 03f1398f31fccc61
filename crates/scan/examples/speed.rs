//! How fast a tree is scanned, without rules: `cargo run --release --example speed -- FOLDER [THREADS] [BELOW]`, generated files too.

use std::env;
use std::path::PathBuf;
use std::time::Instant;

use plumb_scan::disk::Disk;
use plumb_scan::installation::installed;
use plumb_scan::{Knowledge, Options, scan};

fn main() {
    let mut args = env::args().skip(1);
    let root = PathBuf::from(args.next().expect("a folder"));
    let threads = args.next().and_then(|threads| threads.parse().ok()).unwrap_or(1);
    let folders = args.next().map(|below| root.join(below)).into_iter().collect();
    let options = Options { threads, folders, generated: true, ..Options::default() };
    let start = Instant::now();
    let found = scan(&Disk, &root, installed(), &[], &Knowledge::default(), &options);
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = found.bytes_read as f64 / 1e6;
    println!(
        "{} files, {megabytes:.1} MB in {seconds:.2} s: {:.1} MB for each second of a processor, peak {} MB",
        found.files_read,
        megabytes / processor_seconds(),
        peak_memory() >> 10,
    );
}

/// What all threads have worked; other programs do not count. From `proc(5)`: the 14th and 15th field, in ticks of
/// 1/100 s.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// In KB; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
