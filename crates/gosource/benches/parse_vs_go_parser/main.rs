//! Parses the standard library of Go with plumb and with `go/parser`, in turns, and prints speed, peak memory and
//! the ratios of wall and of processor time (the latter hardly depends on what else the machine does).
//!
//! `cargo bench -p plumb-gosource --bench parse_vs_go_parser`, with `FOLDER=…` for other files. Each side has all
//! files in memory before its clock starts, and parses them one after the other; the garbage collector of Go
//! works beside it on other cores, which the processor time shows.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use plumb_gosource::parse;

#[path = "../../tests/reference/mod.rs"]
#[allow(dead_code)] // Each user needs some of it.
mod reference;

use reference::{Reference, go_files};

/// Turns; the fastest of each side counts, since the machine may be busy with something else.
const TURNS: usize = 5;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [role] if role == "read" => read(),
        // `cargo bench` says so; `cargo test --all-targets` must not spend minutes here.
        all if all.iter().any(|a| a == "--bench") => compare(),
        _ => Ok(()),
    }
}

/// Our side, a process of its own: parses the files that standard input names.
fn read() -> Result<()> {
    let sources =
        io::read_to_string(io::stdin())?.lines().map(fs::read).collect::<io::Result<Vec<_>>>()?;
    let bytes: usize = sources.iter().map(Vec::len).sum();
    let start = Instant::now();
    let problems: usize = sources.iter().map(|source| parse(source).problems().len()).sum();
    std::hint::black_box(problems);
    println!("{bytes} {} {:.6}", sources.len(), start.elapsed().as_secs_f64());
    Ok(())
}

/// What the fastest turns of one side took.
struct Best {
    bytes: f64,
    files: usize,
    seconds: f64,
    processor_seconds: f64,
}

fn compare() -> Result<()> {
    let (reference, root) = Reference::of_tests("bench")?;
    let folder = std::env::var_os("FOLDER").map_or(root.join("src"), PathBuf::from);
    let names: String =
        go_files(&folder)?.iter().map(|path| format!("{}\n", path.display())).collect();
    let this = std::env::current_exe()?;
    let sides: [(&str, &Path, &str); 2] =
        [("plumb", &this, "read"), ("go/parser", reference.program(), "time")];
    let mut best = sides.map(|_| None);
    for _ in 0..TURNS {
        for ((_, program, role), best) in sides.iter().zip(&mut best) {
            turn(program, role, &names, best)?;
        }
    }
    let [Some(ours), Some(theirs)] = best else { return Err("no turn".into()) };
    println!("{} files, {:.1} MB, one core", ours.files, ours.bytes / 1e6);
    for ((name, ..), best) in sides.iter().zip([&ours, &theirs]) {
        let speed = best.bytes / 1e6 / best.seconds;
        let processor = best.processor_seconds;
        println!(
            "{name:>9}: {:6.3} s, {speed:4.0} MB/s, processor {processor:5.2} s",
            best.seconds
        );
    }
    println!(
        "ratio {:.1}, of processor time (with reading the files) {:.1}",
        theirs.seconds / ours.seconds,
        theirs.processor_seconds / ours.processor_seconds
    );
    Ok(())
}

fn turn(program: &Path, role: &str, names: &str, best: &mut Option<Best>) -> Result<()> {
    let before = processor_seconds_of_children()?;
    let mut child =
        Command::new(program).arg(role).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no input")?.write_all(names.as_bytes())?;
    let output = String::from_utf8(child.wait_with_output()?.stdout)?;
    let processor_seconds = processor_seconds_of_children()? - before;
    let fields: Vec<&str> = output.split_whitespace().collect();
    let [bytes, files, seconds] = fields[..] else { return Err("a side failed".into()) };
    let (bytes, files, seconds) = (bytes.parse()?, files.parse()?, seconds.parse()?);
    let best = best.get_or_insert(Best { bytes, files, seconds, processor_seconds });
    best.seconds = best.seconds.min(seconds);
    best.processor_seconds = best.processor_seconds.min(processor_seconds);
    Ok(())
}

/// User and system time of ended children, all threads: fields 16 and 17 of `/proc/self/stat`, in
/// hundredths of a second (`USER_HZ`).
fn processor_seconds_of_children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").ok_or("no process name in stat")?;
    let ticks = fields.split(' ').skip(13).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<std::result::Result<u64, _>>()? as f64 / 100.0)
}
