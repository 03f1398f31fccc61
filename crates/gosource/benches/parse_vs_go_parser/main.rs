//! Parses the standard library of Go with plumb and with `go/parser`, in turns, and prints speed and the
//! ratios of wall and of processor time (the latter hardly depends on what else the machine does).
//!
//! `cargo bench -p plumb-gosource --bench parse_vs_go_parser`, with `FOLDER=…` for other files. Each side has all
//! files in memory before its clock starts, and parses them one after the other; the garbage collector of Go
//! works beside it on other cores, which the processor time shows.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[path = "../../tests/reference/mod.rs"]
#[allow(dead_code)] // Each user needs some of it.
mod reference;

use reference::{Reference, Timing, go_files};

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
    let timing = Timing::of(&sources);
    let Timing { bytes, files, seconds, processor_seconds } = timing;
    println!("{bytes} {files} {seconds:.6} {processor_seconds:.6}");
    Ok(())
}

fn compare() -> Result<()> {
    let (reference, root) = Reference::of_tests("bench")?;
    let folder = std::env::var_os("FOLDER").map_or(root.join("src"), PathBuf::from);
    let names: String =
        go_files(&folder)?.iter().map(|path| format!("{}\n", path.display())).collect();
    let this = std::env::current_exe()?;
    let sides: [(&str, &Path, &str); 2] =
        [("plumb", &this, "read"), ("go/parser", reference.program(), "time")];
    let mut best = [None; 2];
    for _ in 0..TURNS {
        for ((_, program, role), best) in sides.iter().zip(&mut best) {
            *best = Some(turn(program, role, &names)?.best(*best));
        }
    }
    let [Some(ours), Some(theirs)] = best else { return Err("no turn".into()) };
    println!("{} files, {:.1} MB, one core", ours.files, ours.bytes / 1e6);
    for ((name, ..), best) in sides.iter().zip([&ours, &theirs]) {
        let (seconds, processor, speed) = (best.seconds, best.processor_seconds, best.speed());
        println!("{name:>9}: {seconds:6.3} s, processor {processor:6.3} s, {speed:4.0} MB/s of it");
    }
    println!(
        "ratio {:.1}, of processor time {:.1}",
        theirs.seconds / ours.seconds,
        theirs.processor_seconds / ours.processor_seconds
    );
    Ok(())
}

fn turn(program: &Path, role: &str, names: &str) -> Result<Timing> {
    let mut child =
        Command::new(program).arg(role).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no input")?.write_all(names.as_bytes())?;
    Timing::read(&String::from_utf8(child.wait_with_output()?.stdout)?)
}
