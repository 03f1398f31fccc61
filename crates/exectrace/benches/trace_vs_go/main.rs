//! Reads one large execution trace with plumb and with the reader of the Go distribution, in turns, and prints speed, peak
//! memory and the ratios of wall and of processor time (the latter hardly depends on what else the machine does).
//!
//! `cargo bench -p plumb-exectrace --bench trace_vs_go`, with `MEGABYTES=100` for less than 500. The trace is written by
//! `generate.go`, built as the Go reader is with the toolchain of the tests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use plumb_exectrace::{History, Reader};
use xtask::measure::processor_seconds_of_children;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

/// Turns; the fastest of each side counts, since the machine may be busy with something else.
const TURNS: usize = 3;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [role, file] if role == "events" => read(Path::new(file), false),
        [role, file] if role == "history" => read(Path::new(file), true),
        // `cargo bench` says so; `cargo test --all-targets` must not spend minutes here.
        all if all.iter().any(|argument| argument == "--bench") => compare(),
        _ => Ok(()),
    }
}

/// One side: a process of its own, so that its peak memory is its own.
fn read(file: &Path, with_history: bool) -> Result<()> {
    let mut reader = Reader::new(File::open(file)?)?;
    let mut history = History::default();
    let mut events = 0_u64;
    while let Some((some, symbols)) = reader.next_events() {
        if with_history {
            some.iter().for_each(|event| history.add(event, symbols));
        }
        events += some.len() as u64;
    }
    ensure!(reader.problems().is_empty(), "{:?}", reader.problems());
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    println!("{events} {}", peak.trim().trim_end_matches(" kB"));
    Ok(())
}

/// What one run of one side took.
#[derive(Clone, Copy)]
struct Run {
    events: u64,
    seconds: f64,
    processor_seconds: f64,
    peak_kilobytes: u64,
}

fn compare() -> Result<()> {
    let megabytes: u64 = std::env::var("MEGABYTES").map_or(Ok(500), |number| number.parse())?;
    let go = install_go(NEWEST_GO, &tools_directory())?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let trace = folder.path().join("large.trace");
    let generate = build(&go, folder.path(), "generate")?;
    ensure!(Command::new(generate).arg(&trace).arg(megabytes.to_string()).status()?.success());
    let megabytes = fs::metadata(&trace)?.len() as f64 / 1e6;

    let this = std::env::current_exe()?;
    let reference = build(&go, folder.path(), "read")?;
    let sides = [
        ("plumb, events", this.clone(), Some("events")),
        ("plumb, history of goroutines", this, Some("history")),
        ("Go's reader, events", reference, None),
    ];
    let mut best: [Option<Run>; 3] = [None; 3];
    for _ in 0..TURNS {
        for ((_, program, role), best) in sides.iter().zip(&mut best) {
            let taken = run(Command::new(program).args(role).arg(&trace))?;
            let known = best.get_or_insert(taken);
            ensure!(known.events == taken.events, "not the same number of events");
            known.seconds = known.seconds.min(taken.seconds);
            known.processor_seconds = known.processor_seconds.min(taken.processor_seconds);
            known.peak_kilobytes = known.peak_kilobytes.max(taken.peak_kilobytes);
        }
    }
    let runs = best.map(|run| run.expect("each side has had its turns"));
    ensure!(runs.iter().all(|run| run.events == runs[0].events), "events differ");
    println!("{megabytes:.0} MB, {} events", runs[0].events);
    for ((name, ..), run) in sides.iter().zip(&runs) {
        println!(
            "{name:>29}: {:6.2} s, {:4.0} MB/s, processor {:6.2} s, peak {} MB",
            run.seconds,
            megabytes / run.seconds,
            run.processor_seconds,
            run.peak_kilobytes / 1024
        );
    }
    println!(
        "ratio {:.1}, of processor time {:.1}, of memory {:.1}",
        runs[2].seconds / runs[0].seconds,
        runs[2].processor_seconds / runs[0].processor_seconds,
        runs[2].peak_kilobytes as f64 / runs[0].peak_kilobytes as f64
    );
    Ok(())
}

/// Builds a Go program beside this file, as a package of the Go distribution: others may not use its reader.
fn build(go: &Path, folder: &Path, name: &str) -> Result<PathBuf> {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("benches/trace_vs_go/{name}.go"));
    let root = go.ancestors().nth(2).context("go is in no GOROOT")?;
    let place = root.join(format!("src/internal/trace/{name}/main.go"));
    let overlay = serde_json::json!({ "Replace": { place.to_string_lossy(): source } });
    let overlay_file = folder.join(format!("{name}.json"));
    fs::write(&overlay_file, overlay.to_string())?;
    let program = folder.join(name);
    let mut build = Command::new(go);
    build.current_dir(root.join("src")).env("GOENV", "off").env("GOTOOLCHAIN", "local");
    build.env("GOROOT", root).args(["build", "-overlay"]).arg(overlay_file);
    build.arg("-o").arg(&program).arg(format!("internal/trace/{name}"));
    ensure!(build.status()?.success(), "cannot build {name}.go");
    Ok(program)
}

fn run(command: &mut Command) -> Result<Run> {
    let before = processor_seconds_of_children()?;
    let start = Instant::now();
    let output = command.output()?;
    let seconds = start.elapsed().as_secs_f64();
    let text = String::from_utf8(output.stdout)?;
    let (events, peak) = text.trim().split_once(' ').context("the reader failed")?;
    let processor_seconds = processor_seconds_of_children()? - before;
    Ok(Run { events: events.parse()?, seconds, processor_seconds, peak_kilobytes: peak.parse()? })
}
