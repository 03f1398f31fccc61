//! Reads, merges and writes a large profile, beside `go tool pprof` where that does the same (`-raw`, `-proto`), and
//! prints seconds of processor time, peak memory and the ratios.
//!
//! `cargo bench -p plumb-profile --bench profile_vs_pprof`, with `SAMPLES=1000000` for the size of a large service
//! (default 200000).

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use plumb_profile::{BaseOptions, Limits, Profile, combine, subtract_base};
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

#[path = "../../examples/generate_profile.rs"]
mod generate_profile;

/// Turns; the fastest counts, since the machine may be busy with something else.
const TURNS: usize = 3;

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
    Ok(())
}

/// Processor time of this thread, which hardly depends on what else the machine does.
fn processor_seconds() -> Result<f64> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: f64 = stat.split(' ').next().ok_or("no schedstat")?.parse()?;
    Ok(nanoseconds / 1e9)
}

/// Seconds of processor time, and peak memory in MB.
struct Cost {
    seconds: f64,
    megabytes: f64,
    output: String,
}

/// Runs a command and looks at what it took.
fn measure(command: &mut Command) -> Result<Cost> {
    let mut best: Option<Cost> = None;
    for _ in 0..TURNS {
        let mut timed = Command::new("/usr/bin/time");
        timed.args(["-f", "cost %U %S %M"]).arg(command.get_program()).args(command.get_args());
        timed.envs(command.get_envs().filter_map(|(k, v)| Some((k, v?))));
        let output = timed.output()?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = errors.lines().find_map(|line| line.strip_prefix("cost "));
        let numbers: Vec<f64> =
            line.ok_or(errors.clone())?.split(' ').filter_map(|n| n.parse().ok()).collect();
        let [user, system, kilobytes] = numbers[..] else { return Err(errors.into()) };
        let cost = Cost {
            seconds: user + system,
            megabytes: kilobytes / 1000.0,
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
        };
        if best.as_ref().is_none_or(|best| cost.seconds < best.seconds) {
            best = Some(cost);
        }
    }
    best.ok_or_else(|| "no turn".into())
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
    let pprof = pprof(&folder)?;
    for work in ["decode", "raw", "proto", "merge", "base", "diff_base"] {
        let own = std::env::current_exe()?;
        let ours = measure(Command::new(own).args(["run", work]).arg(&files[1]).arg(&files[0]))?;
        let parts = ours.output.trim().replace('\n', ", ");
        println!("{work}: {:.2} s, {:.0} MB ({parts})", ours.seconds, ours.megabytes);
        if work != "raw" && work != "proto" {
            continue;
        }
        let theirs = measure(
            Command::new(&pprof)
                .args([&format!("-{work}"), "-symbolize=none", "-output=/dev/null"])
                .env("HOME", &folder)
                .arg(&files[1]),
        )?;
        println!(
            "  pprof: {:.2} s, {:.0} MB; plumb is {:.1} times as fast and takes {:.1} times less memory",
            theirs.seconds,
            theirs.megabytes,
            theirs.seconds / ours.seconds,
            theirs.megabytes / ours.megabytes
        );
    }
    files.iter().try_for_each(fs::remove_file)?;
    Ok(())
}

fn pprof(folder: &Path) -> Result<PathBuf> {
    let go = install_go(NEWEST_GO, &tools_directory())?;
    let output = Command::new(go)
        .args(["tool", "-n", "pprof"])
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "")
        .env_remove("GOROOT")
        .env("GOCACHE", folder.join("pprof/cache"))
        .output()?;
    Ok(String::from_utf8(output.stdout)?.trim().into())
}
