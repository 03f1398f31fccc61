//! Reads, merges and writes a large profile, and prints seconds of processor time and peak memory of each part. Beside
//! `go tool pprof` whole commands are measured: `cargo bench -p plumb --bench pprof_vs_go`.
//!
//! `cargo bench -p plumb-profile --bench profile`, with `SAMPLES=1000000` for the size of a large service
//! (default 200000).

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use plumb_profile::{BaseOptions, Limits, Profile, combine, subtract_base};

#[path = "../../examples/generate_profile.rs"]
mod generate_profile;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [role, work, newer, older] if role == "run" => run(work, newer.as_ref(), older.as_ref()),
        // `cargo bench` says so; `cargo test --all-targets` must not spend minutes here.
        all if all.iter().any(|a| a == "--bench") => compare(),
        _ => Ok(()),
    }
}

/// One piece of work, in a process of its own, so that its peak memory is its own.
fn run(work: &str, newer: &Path, older: &Path) -> Result<()> {
    let bytes = fs::read(newer)?;
    let start = processor_seconds()?;
    let profile = Profile::parse_as_pprof(&bytes, &Limits::default())?;
    let decoded = processor_seconds()?;
    println!("decode {:.0} MB/s", bytes.len() as f64 / 1e6 / (decoded - start));
    drop(bytes);
    match work {
        "decode" => {}
        "raw" => profile.write_raw(&mut io::sink(), &|nanos| nanos.to_string())?,
        "proto" => profile.write_as_pprof(&mut io::sink())?,
        _ => {
            let older = Profile::parse_as_pprof(&fs::read(older)?, &Limits::default())?;
            let options = BaseOptions { keep_apart: work == "diff_base", normalize: false };
            let merged = match work {
                "merge" => combine(vec![profile, older])?,
                _ => subtract_base(profile, older, options)?,
            };
            println!("samples {}", merged.samples.len());
        }
    }
    println!("{work} {:.3} s", processor_seconds()? - decoded);
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    println!("peak {}", peak.trim());
    Ok(())
}

/// Processor time of this thread, which hardly depends on what else the machine does.
fn processor_seconds() -> Result<f64> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = stat.split(' ').next().ok_or("no schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}

fn compare() -> Result<()> {
    let samples = std::env::var("SAMPLES").map_or(Ok(200_000), |n| n.parse())?;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let files = [folder.join("older.pb"), folder.join("newer.pb")];
    for (snapshot, path) in files.iter().enumerate() {
        let mut file = BufWriter::new(File::create(path)?);
        generate_profile::generate("heap", samples, snapshot as u64, &mut file)?;
        file.flush()?;
    }
    let megabytes = fs::metadata(&files[1])?.len() as f64 / 1e6;
    println!("{samples} samples, {megabytes:.1} MB");
    for work in ["decode", "raw", "proto", "merge", "base", "diff_base"] {
        let mut own = Command::new(std::env::current_exe()?);
        let output = own.args(["run", work]).arg(&files[1]).arg(&files[0]).output()?;
        let parts = String::from_utf8(output.stdout)?;
        println!("{work}: {}", parts.trim().replace('\n', ", "));
    }
    files.iter().try_for_each(fs::remove_file)?;
    Ok(())
}
