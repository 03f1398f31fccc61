//! Compares what records say of libraries with their source, as far as it is there: in the vendor folders of Go
//! modules, or in the module cache of which `GOMODCACHE` tells.
//!
//! `cargo run -p plumb-patterns --example check_records -- FOLDER...` prints what differs, and with `--missing` what
//! was not found. A `go.mod` that requires the libraries is enough of a module.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use plumb_gosource::{Layout, Platform, Program};
use plumb_patterns::CATALOGUE;
use plumb_scan::disk::Disk;
use plumb_scan::installation::installed;

#[path = "../tests/declared/mod.rs"]
mod declared;

use declared::Outcome;

fn main() -> ExitCode {
    let (options, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let mut missing: Option<BTreeSet<String>> = None;
    let (mut confirmed, mut wrong) = (0, 0);
    for folder in folders {
        let layout = Layout::find(&Disk, &PathBuf::from(&folder), installed());
        let program = Program::new(&Disk, layout, Platform { cgo: true, ..Platform::default() });
        let mut outcome = Outcome::default();
        for object in CATALOGUE.objects.iter().filter(|object| object.module != "std") {
            outcome.add(&program, object);
        }
        println!("{folder}: {} confirmed", outcome.confirmed);
        outcome.wrong.iter().for_each(|line| println!("  {line}"));
        confirmed += outcome.confirmed;
        wrong += outcome.wrong.len();
        let here: BTreeSet<String> = outcome.missing.into_iter().collect();
        missing =
            Some(missing.map_or(here.clone(), |all| all.intersection(&here).cloned().collect()));
    }
    if options.iter().any(|option| option == "--missing") {
        missing.iter().flatten().for_each(|name| println!("not found: {name}"));
    }
    println!("{confirmed} confirmed, {wrong} wrong");
    ExitCode::from(u8::from(wrong > 0))
}
