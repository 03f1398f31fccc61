//! Reads one large goroutine dump with plumb and with the Go library gostackparse, in turns, and
//! prints speed, peak memory and the ratio. Needs Go and, once, its module proxy.
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

fn compare() -> Result<()> {
    let goroutines = std::env::var("GOROUTINES").map_or(Ok(200_000), |n| n.parse())?;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let dump = folder.join("goroutines.txt");
    generate_dump::generate(goroutines, &mut BufWriter::new(File::create(&dump)?))?;
    let megabytes = fs::metadata(&dump)?.len() as f64 / 1e6;
    println!("{goroutines} goroutines, {megabytes:.0} MB");

    let gostackparse = build_gostackparse(&folder)?;
    let this = std::env::current_exe()?;
    let mut best = [f64::INFINITY; 2];
    let mut peak = [0; 2];
    for _ in 0..TURNS {
        let mut sides = [Command::new(&this), Command::new(&gostackparse)];
        sides[0].arg("read");
        for (side, command) in sides.iter_mut().enumerate() {
            let (seconds, count, kilobytes) = run(command.arg(&dump))?;
            assert_eq!(count, goroutines, "goroutines read");
            best[side] = best[side].min(seconds);
            peak[side] = peak[side].max(kilobytes);
        }
    }
    for (side, name) in ["plumb", "gostackparse"].iter().enumerate() {
        let speed = megabytes / best[side];
        let memory = peak[side] as f64 / 1024.0;
        println!("{name:>13}: {:7.3} s, {speed:6.0} MB/s, peak {memory:.0} MB", best[side]);
    }
    println!("ratio {:.1}", best[1] / best[0]);
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

/// Seconds, goroutines and peak memory in kB of one run.
fn run(command: &mut Command) -> Result<(f64, u64, u64)> {
    let start = Instant::now();
    let output = command.output()?;
    let seconds = start.elapsed().as_secs_f64();
    let text = String::from_utf8(output.stdout)?;
    let (count, peak) = text.trim().split_once(' ').ok_or("the reader failed")?;
    Ok((seconds, count.parse()?, peak.parse()?))
}
