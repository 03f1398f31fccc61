//! Compares this crate with `go/parser` over folders of Go files, and prints a line for each.
//!
//! `cargo run --release -p plumb-gosource --example compare -- FOLDER…`; `GO` names the `go` to use, else the one
//! of the tests is taken. Both sides have the files in memory before the clock starts. Speeds are megabytes for each
//! second of processor time, which hardly depends on what else the machine does.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../tests/reference/mod.rs"]
#[allow(dead_code)] // Each user needs some of it.
mod reference;

use reference::{Reference, Timing, go_files};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Disagreements that are shown for each folder.
const SHOWN: usize = 20;

/// Turns of each side; the fastest counts, since the machine may be busy with something else.
const TURNS: usize = 3;

fn main() -> Result<()> {
    let reference = match env::var_os("GO") {
        Some(go) => Reference::build(Path::new(&go), &env::temp_dir())?,
        None => Reference::of_tests("compare")?.0,
    };
    println!("| folder | files | MB | rejected | disagreements | MB/s | go/parser MB/s | ratio |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut disagreements = 0;
    for folder in env::args_os().skip(1) {
        disagreements += compare(&reference, Path::new(&folder))?;
    }
    if disagreements > 0 {
        return Err(format!("{disagreements} disagreements").into());
    }
    Ok(())
}

fn compare(reference: &Reference, folder: &Path) -> Result<usize> {
    let paths = go_files(folder)?;
    let found = reference.compare(&paths)?;
    let [ours, theirs] = fastest(reference, &paths)?;
    println!(
        "| {} | {} | {:.1} | {} | {} | {:.0} | {:.0} | {:.1} |",
        folder.file_name().unwrap_or_default().to_string_lossy(),
        found.files,
        found.bytes as f64 / 1e6,
        found.rejected,
        found.disagreements.len(),
        ours.speed(),
        theirs.speed(),
        ours.speed() / theirs.speed()
    );
    for disagreement in found.disagreements.iter().take(SHOWN) {
        println!("{disagreement}");
    }
    Ok(found.disagreements.len())
}

/// What each side takes for all files.
fn fastest(reference: &Reference, paths: &[PathBuf]) -> Result<[Timing; 2]> {
    let sources = paths.iter().map(fs::read).collect::<std::io::Result<Vec<_>>>()?;
    let (mut ours, mut theirs) = (None, None);
    for _ in 0..TURNS {
        ours = Some(Timing::of(&sources).best(ours));
        theirs = Some(Timing::read(&reference.run("time", paths)?)?.best(theirs));
    }
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return Err("no turn".into()) };
    Ok([ours, theirs])
}
