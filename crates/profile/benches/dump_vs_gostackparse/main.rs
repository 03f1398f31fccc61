//! Reads one large goroutine dump with plumb and with the Go library gostackparse, in turns, and
//! prints speed, peak memory and the ratios of wall and of processor time (the latter hardly depends on
//! what else the machine does). Needs Go and, once, its module proxy.
//!
//! `cargo bench -p plumb-profile --bench dump_vs_gostackparse`, with `GOROUTINES=1000000` for the size
//! of a crash log (default 200000).

use std::error::Error;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use plumb_profile::{Contents, Limits, read_from};
use xtask::measure::processor_seconds_of_children;

#[path = "../../examples/generate_dump.rs"]
mod generate_dump;

/// Turns; the fastest of each side counts, since the machine may be busy with something else.
const TURNS: usize = 3;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [role, file] if role == "read" => read(Path::new(file)),
        // `cargo bench` says so; `cargo test --all-targets` must not spend minutes here.
        all if all.iter().any(|a| a == "--bench") => compare(),
        _ => Ok(()),
    }
}

/// One side: a process of its own, so that its peak memory is its own.
fn read(file: &Path) -> Result<()> {
    let reading = read_from(File::open(file)?, &Limits::default())?;
    let Contents::Goroutines(dump) = reading.contents else {
        return Err("no goroutine dump".into());
    };
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    println!("{} {}", dump.total, peak.trim().trim_end_matches(" kB"));
    Ok(())
}

/// What one run of one side took.
struct Run {
    goroutines: u64,
    seconds: f64,
    processor_seconds: f64,
    peak_kilobytes: u64,
}

fn compare() -> Result<()> {
    let goroutines = std::env::var("GOROUTINES").map_or(Ok(200_000), |n| n.parse())?;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let dump = folder.join("goroutines.txt");
    generate_dump::generate(goroutines, &mut BufWriter::new(File::create(&dump)?))?;
    let megabytes = fs::metadata(&dump)?.len() as f64 / 1e6;
    println!("{goroutines} goroutines, {megabytes:.0} MB");

    let gostackparse = build_gostackparse(&folder)?;
    let this = std::env::current_exe()?;
    let mut runs: [Vec<Run>; 2] = Default::default();
    for _ in 0..TURNS {
        let mut sides = [Command::new(&this), Command::new(&gostackparse)];
        sides[0].arg("read");
        for (command, runs) in sides.iter_mut().zip(&mut runs) {
            let result = run(command.arg(&dump))?;
            assert_eq!(result.goroutines, goroutines, "goroutines read");
            runs.push(result);
        }
    }
    let best = runs.map(|runs| Run {
        goroutines,
        seconds: runs.iter().map(|r| r.seconds).fold(f64::INFINITY, f64::min),
        processor_seconds: runs.iter().map(|r| r.processor_seconds).fold(f64::INFINITY, f64::min),
        peak_kilobytes: runs.iter().map(|r| r.peak_kilobytes).max().unwrap_or(0),
    });
    for (name, run) in ["plumb", "gostackparse"].iter().zip(&best) {
        println!(
            "{name:>13}: {:6.3} s, {:5.0} MB/s, processor {:6.2} s, peak {} MB",
            run.seconds,
            megabytes / run.seconds,
            run.processor_seconds,
            run.peak_kilobytes / 1024
        );
    }
    println!(
        "ratio {:.1}, of processor time {:.1}",
        best[1].seconds / best[0].seconds,
        best[1].processor_seconds / best[0].processor_seconds
    );
    fs::remove_file(dump)?;
    Ok(())
}

fn build_gostackparse(folder: &Path) -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/dump_vs_gostackparse");
    let program = folder.join("gostackparse");
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&program).arg(".").current_dir(source);
    if !build.status()?.success() {
        return Err("go build failed".into());
    }
    Ok(program)
}

fn run(command: &mut Command) -> Result<Run> {
    let before = processor_seconds_of_children()?;
    let start = Instant::now();
    let output = command.output()?;
    let seconds = start.elapsed().as_secs_f64();
    let text = String::from_utf8(output.stdout)?;
    let (goroutines, peak) = text.trim().split_once(' ').ok_or("the reader failed")?;
    Ok(Run {
        goroutines: goroutines.parse()?,
        seconds,
        processor_seconds: processor_seconds_of_children()? - before,
        peak_kilobytes: peak.parse()?,
    })
}
