//! Whole commands of `plumb pprof` and `go tool pprof` on a large profile, in turns: seconds, processor time and peak
//! memory of both, and the ratios.
//!
//! `cargo bench -p plumb --bench pprof_vs_go` makes a heap profile of a million samples (about 90 MB) and an older one of
//! the same program; `SAMPLES=100000` makes smaller ones. pprof takes minutes for the large one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use xtask::measure::{Cost, run};
use xtask::tools::{NEWEST_GO, install_pprof, tools_directory};

#[path = "../../../profile/examples/generate_profile.rs"]
mod generate_profile;

/// Turns of plumb, of which the least counts; pprof, which takes minutes, has one.
const TURNS: usize = 3;

fn main() -> Result<()> {
    // `cargo bench` says so; `cargo test --all-targets` must not spend minutes here.
    if std::env::args().any(|argument| argument == "--bench") {
        compare()?;
    }
    Ok(())
}

fn compare() -> Result<()> {
    let samples = std::env::var("SAMPLES").map_or(Ok(1_000_000), |number| number.parse())?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let older = generated(folder.path(), samples, 0)?;
    let newer = generated(folder.path(), samples, 1)?;
    println!("{samples} samples, {:.1} MB", fs::metadata(&newer)?.len() as f64 / 1e6);
    let pprof = install_pprof(&tools_directory())?;
    let difference = format!("-diff_base={}", older.display());
    for flags in [
        vec!["-top", "-nodecount=20"],
        vec!["-top", "-nodecount=20", &difference],
        vec!["-proto", "-output=/dev/null"],
        vec!["-raw", "-output=/dev/null"],
    ] {
        let mut plumb: Option<Cost> = None;
        for _ in 0..TURNS {
            let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
            command.arg("pprof").arg("-symbolize=none").args(&flags).arg(&newer);
            let cost = run(&mut command)?;
            plumb = Some(plumb.map_or(cost, |least| least.least(cost)));
        }
        let mut command = Command::new(&pprof);
        command.env("GOROOT", tools_directory().join(format!("go-{NEWEST_GO}")));
        let pprof = run(command.arg("-symbolize=none").args(&flags).arg(&newer))?;
        if let Some(plumb) = plumb {
            print(&flags, plumb, pprof);
        }
    }
    Ok(())
}

/// A profile in a file.
fn generated(folder: &Path, samples: u64, snapshot: u64) -> Result<PathBuf> {
    let path = folder.join(format!("{snapshot}.pb"));
    let mut file = BufWriter::new(File::create(&path)?);
    generate_profile::generate("heap", samples, snapshot, &mut file)?;
    file.flush()?;
    Ok(path)
}

fn print(flags: &[&str], plumb: Cost, pprof: Cost) {
    let what = flags.iter().map(|flag| flag.split('=').next().unwrap_or(flag));
    println!("{}", what.collect::<Vec<_>>().join(" "));
    for (name, cost) in [("plumb", plumb), ("pprof", pprof)] {
        println!(
            "  {name}: {:7.2} s, processor {:7.2} s, peak {:5} MB",
            cost.seconds,
            cost.processor_seconds,
            cost.peak_kilobytes / 1024
        );
    }
    println!(
        "  ratio {:.1}, of processor time {:.1}, of memory {:.1}",
        pprof.seconds / plumb.seconds,
        pprof.processor_seconds / plumb.processor_seconds,
        pprof.peak_kilobytes as f64 / plumb.peak_kilobytes as f64
    );
}
