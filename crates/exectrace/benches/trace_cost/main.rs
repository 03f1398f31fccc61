//! What an execution trace costs a busy HTTP server: requests a second with and without it, in turns, processor time of a
//! request, and the bytes of the trace.
//!
//! `cargo bench -p plumb-exectrace --bench trace_cost`. Server, clients and whoever reads the trace share the machine, as is
//! told; the processor time is that of the server alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use xtask::machine;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};
use xtask::twins::{Process, tool};

/// Turns of each server, each with a span without and one with the trace, in changing order.
const TURNS: usize = 6;

/// Length of a span in seconds: that of the trace which a diagnosis takes.
const SECONDS: u32 = 5;

/// How long the server gets to open its port.
const START: Duration = Duration::from_secs(20);

fn main() -> Result<()> {
    // `cargo bench` says so; `cargo test --all-targets` must not spend minutes here.
    if std::env::args().any(|argument| argument == "--bench") { compare() } else { Ok(()) }
}

fn compare() -> Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let program = build(folder.path())?;
    println!("{}; {TURNS} turns of {SECONDS} s each", machine::describe());
    for path in ["/small", "/fan-out"] {
        let mut server = Process::start("server", Command::new(&program).arg("serve"))?;
        let address = server.wait_for("listening ", START)?;
        let bench = Bench { program: &program, address: &address, path, pid: server.id() };
        // Connections are made and the heap has its size before anything counts.
        bench.span(false)?;
        let mut turns = Vec::new();
        for turn in 0..TURNS {
            let first = bench.span(turn % 2 == 1)?;
            let second = bench.span(turn % 2 == 0)?;
            turns.push(if turn % 2 == 0 { (first, second) } else { (second, first) });
        }
        print(path, &turns);
        server.check_alive()?;
    }
    Ok(())
}

struct Bench<'a> {
    program: &'a Path,
    address: &'a str,
    path: &'a str,
    pid: u32,
}

/// What was seen in one span of time.
#[derive(Clone, Copy)]
struct Span {
    requests: f64,
    /// Of the server, user and system.
    processor_seconds: f64,
    trace_bytes: f64,
}

impl Bench<'_> {
    /// Loads the server for a span of time, while a trace is taken or not.
    fn span(&self, is_traced: bool) -> Result<Span> {
        let seconds = SECONDS.to_string();
        let before = processor_seconds(self.pid)?;
        let trace = match is_traced {
            true => Some(self.start(&["trace", self.address, &seconds])?),
            false => None,
        };
        let load = self.start(&["load", self.address, self.path, &seconds])?;
        let requests = number(load)?;
        let trace_bytes = trace.map_or(Ok(0.0), number)?;
        let processor_seconds = processor_seconds(self.pid)? - before;
        Ok(Span { requests, processor_seconds, trace_bytes })
    }

    fn start(&self, arguments: &[&str]) -> Result<Child> {
        let mut command = Command::new(self.program);
        Ok(tool(command.args(arguments).stdout(Stdio::piped())).spawn()?)
    }
}

fn print(path: &str, turns: &[(Span, Span)]) {
    let per_second = |requests: f64| requests / f64::from(SECONDS);
    let without = median(turns.iter().map(|(without, _)| per_second(without.requests)));
    let with = median(turns.iter().map(|(_, with)| per_second(with.requests)));
    let ratios: Vec<f64> =
        turns.iter().map(|(without, with)| with.requests / without.requests).collect();
    let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ratios.iter().copied().fold(0.0, f64::max);
    println!(
        "{path}: {without:.0} requests/s without, {with:.0} with the trace: ratio {:.3} ({low:.3} to {high:.3})",
        median(ratios.iter().copied())
    );
    let each = |span: &Span| 1e6 * span.processor_seconds / span.requests;
    let (plain, traced) = (
        median(turns.iter().map(|turn| each(&turn.0))),
        median(turns.iter().map(|turn| each(&turn.1))),
    );
    let bytes = median(turns.iter().map(|(_, with)| with.trace_bytes));
    let per_request = median(turns.iter().map(|(_, with)| with.trace_bytes / with.requests));
    println!(
        "{path}: {plain:.1} µs of processor a request without, {traced:.1} with: ratio {:.3}; trace {:.2} MB/s, {per_request:.0} bytes a request",
        traced / plain,
        per_second(bytes) / 1e6
    );
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

/// Waits for a program and reads the number that it prints.
fn number(program: Child) -> Result<f64> {
    let output = program.wait_with_output()?;
    ensure!(output.status.success(), "a client failed: {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    text.trim().parse().with_context(|| format!("{text:?} is no number"))
}

/// User and system time of a process: fields 14 and 15 of its `stat`, in hundredths of a second (`USER_HZ`).
fn processor_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").context("no process name in stat")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<std::result::Result<u64, _>>()? as f64 / 100.0)
}

fn build(folder: &Path) -> Result<PathBuf> {
    let go = install_go(NEWEST_GO, &tools_directory())?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/trace_cost/cost.go");
    let program = folder.join("cost");
    let mut build = Command::new(go);
    build.current_dir(folder).env("GOENV", "off").env("GOTOOLCHAIN", "local").env("GOFLAGS", "");
    build.args(["build", "-o"]).arg(&program).arg(source);
    ensure!(build.status()?.success(), "cannot build cost.go");
    Ok(program)
}
