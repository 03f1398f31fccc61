//! `cargo xtask ready`: everything CI runs, in one command.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::twins::{self, Scenario, Selection};
use crate::{command, docs, system, tools, workspace};

/// Tests that passed and failed, with the lines that say so.
#[derive(Default)]
struct Summary {
    lines: Vec<String>,
    passed: usize,
    failed: usize,
}

/// Runs all steps in order, stops at the first that fails, and ends with the tests' own summary lines and their sum.
///
/// # Errors
/// What the failing step says.
pub fn run() -> Result<()> {
    let started = Instant::now();
    let mut summary = Summary::default();
    let result = steps(&mut summary);
    println!();
    for line in &summary.lines {
        println!("{line}");
    }
    println!("{} passed, {} failed", summary.passed, summary.failed);
    result?;
    eprintln!("ready in {:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}

fn steps(summary: &mut Summary) -> Result<()> {
    step("tools", || install_tools().map(|_| ()))?;
    step("fmt", || command::run(command::cargo().args(["fmt", "--all", "--check"])))?;
    step("clippy", clippy)?;
    let plumb = step("release build", || workspace::plumb(None))?;
    step("tests", || tests(summary))?;
    step("twins", || live_twins(summary, plumb))?;
    step("docs", || docs::run(true))
}

/// Runs one step with a line before and a line, with its seconds, after it.
fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("── {name}");
    let started = Instant::now();
    let result = work().with_context(|| format!("step {name:?}"));
    let outcome = if result.is_ok() { "done" } else { "failed" };
    eprintln!("── {name}: {outcome} in {:.1} s", started.elapsed().as_secs_f64());
    result
}

/// Installs system tools and all pinned Go toolchains; returns the `go` of each.
///
/// # Errors
/// If one is missing and cannot be installed.
pub fn install_tools() -> Result<Vec<PathBuf>> {
    system::install_missing()?;
    let into = tools::tools_directory();
    tools::GO_VERSIONS.iter().map(|version| tools::install_go(version, &into)).collect()
}

fn clippy() -> Result<()> {
    let mut cargo = command::cargo();
    cargo.args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]);
    command::run(&mut cargo)
}

fn tests(summary: &mut Summary) -> Result<()> {
    let mut cargo = command::cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    let (lines, succeeded) = command::tee(&mut cargo, |line| line.starts_with("test result: "))?;
    for line in lines {
        summary.passed += number_before(&line, " passed");
        summary.failed += number_before(&line, " failed");
        summary.lines.push(line);
    }
    ensure!(succeeded, "cargo test --workspace failed");
    Ok(())
}

fn live_twins(summary: &mut Summary, plumb: PathBuf) -> Result<()> {
    let selection = Selection::new(Vec::new(), None, 2, Some(plumb))?;
    let fixed = selection.soon_mended();
    let looks: [(_, &[Scenario]); 2] =
        [(selection, &[Scenario::Live, Scenario::Trace]), (fixed, &[Scenario::Fixed])];
    for (selection, scenarios) in looks {
        let tally = twins::run(&selection, scenarios)?;
        summary.passed += tally.passed;
        summary.failed += tally.failed.len();
        summary.lines.push(tally.summary());
        tally.into_result()?;
    }
    Ok(())
}

/// The number that stands before a word: 12 in `ok. 12 passed; 0 failed`.
fn number_before(line: &str, word: &str) -> usize {
    let Some(end) = line.find(word) else { return 0 };
    let digits = line[..end].rsplit(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::number_before;

    #[test]
    fn counts_are_read_from_summary_lines() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(number_before(line, " passed"), 12);
        assert_eq!(number_before(line, " failed"), 3);
        assert_eq!(number_before("no numbers here", " passed"), 0);
    }
}
