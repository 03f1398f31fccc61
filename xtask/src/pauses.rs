//! `cargo xtask pauses`: how long a diagnosis stops its target, by the target's own account.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::twins::{Process, diagnose, go_program};
use crate::{machine, workspace};

/// Goroutines of the target.
const SWEEP: [u32; 6] = [500, 1_000, 5_000, 10_000, 50_000, 100_000];

/// No stop may be longer, in seconds.
const STOP_MAX: f64 = 0.010;

/// The control period: as long as a diagnosis in the default mode, and no shorter than this.
const CONTROL: Duration = Duration::from_secs(18);

/// The histograms of one moment: pauses for the garbage collector and for everything else.
#[derive(Deserialize)]
struct Pauses {
    gc: Vec<Bucket>,
    other: Vec<Bucket>,
}

/// Pauses so far with a length in `low..high` seconds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
struct Bucket {
    low: f64,
    high: f64,
    count: u64,
}

/// The longest pauses of one period.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Longest {
    gc: Option<Bucket>,
    other: Option<Bucket>,
}

/// Sweeps, prints the table and writes docs/pauses.md.
///
/// # Errors
/// If a program fails, or a diagnosis stopped a target for longer than 10 ms; the page is written all the same.
pub fn run(plumb: Option<&Path>) -> Result<()> {
    let plumb = workspace::plumb(plumb)?;
    let target = go_program(&workspace::root().join("xtask/go/pauses"))?;
    let mut page = format!(
        "# Pauses\n\nWritten by `cargo xtask pauses`. {}.\n\n\
         The longest stop of a target during a control period and during `plumb diagnose` in its default mode, from \
         the target's own histograms `/sched/pauses/total/gc:seconds` and `/sched/pauses/total/other:seconds`: the \
         bounds of the highest bucket that gained a count. At most 10 ms is allowed.\n\n\
         | goroutines | control, gc | control, other | diagnose, gc | diagnose, other | diagnose took |\n\
         |---|---|---|---|---|---|\n",
        machine::describe()
    );
    let mut over = Vec::new();
    for goroutines in SWEEP {
        let (control, diagnosed, took) = measure(&plumb, &target, goroutines)?;
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| {goroutines} | {} | {} | {} | {} | {:.1} s |",
            shown(control.gc),
            shown(control.other),
            shown(diagnosed.gc),
            shown(diagnosed.other),
            took.as_secs_f64()
        );
        if [diagnosed.gc, diagnosed.other].iter().flatten().any(|bucket| bucket.low >= STOP_MAX) {
            over.push(goroutines.to_string());
        }
    }
    println!("{page}");
    fs::write(workspace::root().join("docs/pauses.md"), page).context("cannot write the page")?;
    ensure!(over.is_empty(), "stopped for more than 10 ms at {} goroutines", over.join(", "));
    Ok(())
}

/// The longest pauses of a control period and of a diagnosis, and how long that took.
fn measure(plumb: &Path, target: &Path, goroutines: u32) -> Result<(Longest, Longest, Duration)> {
    let mut command = Command::new(target);
    command.args(["-listen", "127.0.0.1:0", "-goroutines", &goroutines.to_string()]);
    let mut process = Process::start("target", &mut command)?;
    let address = process.wait_for("listening ", Duration::from_secs(60))?;
    let start = read(&address)?;
    thread::sleep(CONTROL);
    let middle = read(&address)?;
    let started = Instant::now();
    let kept = workspace::target().join(format!("twins/out/pauses-{goroutines}"));
    diagnose(plumb, &[format!("http://{address}")], &kept)?;
    let took = started.elapsed();
    let end = read(&address)?;
    process.check_alive()?;
    Ok((longest(&start, &middle), longest(&middle, &end), took))
}

/// Asks the target for its histograms.
fn read(address: &str) -> Result<Pauses> {
    let body = http_get(address, "/pauses")?;
    serde_json::from_str(&body).context("the target printed no histograms")
}

/// One GET without any library: the target answers with HTTP/1.0 and closes.
fn http_get(address: &str, path: &str) -> Result<String> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.contains(" 200 ") => Ok(body.to_owned()),
        _ => bail!("{path} of the target answered {answer:?}"),
    }
}

fn longest(before: &Pauses, after: &Pauses) -> Longest {
    Longest {
        gc: highest_gain(&before.gc, &after.gc),
        other: highest_gain(&before.other, &after.other),
    }
}

/// The highest bucket whose count rose.
fn highest_gain(before: &[Bucket], after: &[Bucket]) -> Option<Bucket> {
    let earlier = |bucket: &Bucket| {
        before.iter().find(|other| other.low == bucket.low).map_or(0, |other| other.count)
    };
    after.iter().filter(|bucket| bucket.count > earlier(bucket)).copied().last()
}

fn shown(bucket: Option<Bucket>) -> String {
    let milliseconds = |seconds: f64| format!("{:.3}", seconds * 1000.0);
    match bucket {
        Some(bucket) => format!("{}–{} ms", milliseconds(bucket.low), milliseconds(bucket.high)),
        None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bucket_that_gained_counts() {
        let bucket = |low: f64, count| Bucket { low, high: 2.0 * low, count };
        let before = [bucket(0.001, 5), bucket(0.004, 1), bucket(0.008, 1)];
        let after = [bucket(0.001, 9), bucket(0.002, 1), bucket(0.004, 2), bucket(0.008, 1)];
        assert_eq!(highest_gain(&before, &after), Some(bucket(0.004, 2)));
        assert_eq!(highest_gain(&after, &after), None);
        assert_eq!(shown(Some(bucket(0.004, 2))), "4.000–8.000 ms");
    }
}
