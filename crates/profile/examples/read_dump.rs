//! Reads one input and prints what it holds: `read_dump FILE`.

use std::fs::File;
use std::process::ExitCode;

use plumb_profile::{Contents, Limits, Reading, read_from};

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: read_dump FILE");
        return ExitCode::from(2);
    };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(e) => {
            eprintln!("{path}: {e}");
            return ExitCode::from(2);
        }
    };
    match read_from(file, &Limits::default()) {
        Ok(reading) => {
            print(&reading);
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("{path}: {e}");
            ExitCode::from(2)
        }
    }
}

fn print(reading: &Reading) {
    match &reading.contents {
        Contents::Profile(profile, _) => {
            println!("{} profile, {} samples", profile.kind().name(), profile.samples.len());
        }
        Contents::Goroutines(dump) => {
            println!("{} goroutines, {} groups", dump.total, dump.groups.len());
        }
        Contents::Log(found) => {
            for dump in found {
                let cause = dump.cause.as_deref().unwrap_or("no cause");
                println!("line {}: {} goroutines, {cause}", dump.line, dump.dump.total);
            }
        }
    }
    for problem in &reading.problems {
        println!("problem: {problem}");
    }
}
