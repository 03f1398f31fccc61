//! Each twin once, with a line for each check in the form of cargo test.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Error, Result, ensure};

use super::cases::RecordedCase;
use super::fixed::{self, without_fix};
use super::judge::Judgement;
use super::process::Ended;
use super::suite::{Run, Scenario, Selection, Source, in_parallel, observe, subjects, twins_of};
use crate::workspace;

/// Where no scenario is named.
const DEFAULT: [Scenario; 2] = [Scenario::Live, Scenario::Trace];

/// Passed and failed checks.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many met their standard.
    pub passed: usize,
    /// What the others did.
    pub failed: Vec<String>,
    /// How many this machine does not allow to be made, or for which there is no fix.
    pub ignored: usize,
    /// Seconds in all.
    pub seconds: f64,
}

impl Tally {
    /// One line in the form of cargo test.
    pub fn summary(&self) -> String {
        format!(
            "test result: {}. {} passed; {} failed; {} ignored; 0 measured; 0 filtered out; \
             finished in {:.2}s (twins)",
            if self.failed.is_empty() { "ok" } else { "FAILED" },
            self.passed,
            self.failed.len(),
            self.ignored,
            self.seconds
        )
    }

    /// An error if anything failed.
    ///
    /// # Errors
    /// Names everything that failed.
    pub fn into_result(self) -> Result<()> {
        let failed = self.failed;
        ensure!(
            failed.is_empty(),
            "{} of the twins' checks failed:\n{}",
            failed.len(),
            failed.join("\n")
        );
        Ok(())
    }

    fn take(&mut self, name: &str, started: Instant, result: Result<Judgement>) {
        let seconds = started.elapsed().as_secs_f64();
        let failures = match result {
            Ok(judgement) => judgement.failures,
            Err(error) if is_forbidden(&error) => {
                println!("test {name} ... ignored, it needs the right to make network namespaces");
                self.ignored += 1;
                return;
            }
            Err(error) => vec![format!("{error:#}")],
        };
        if failures.is_empty() {
            println!("test {name} ... ok ({seconds:.0} s)");
            self.passed += 1;
        } else {
            let what = failures.join("; ");
            println!("test {name} ... FAILED ({seconds:.0} s): {what}");
            self.failed.push(format!("{name}: {what}"));
        }
    }
}

/// Only what the machine forbids may be left out.
fn is_forbidden(error: &Error) -> bool {
    error.downcast_ref::<Ended>().is_some_and(Ended::is_forbidden)
}

/// Runs the twins of a selection once in each scenario and prints a line for each check and their sum.
///
/// # Errors
/// If the source of a twin cannot be read or plumb cannot be built. Failed checks are in the tally.
pub fn run(selection: &Selection, scenarios: &[Scenario]) -> Result<Tally> {
    let started = Instant::now();
    let plumb = selection.executable()?;
    let scenarios = if scenarios.is_empty() { &DEFAULT[..] } else { scenarios };
    let tally = Mutex::new(Tally::default());
    let live: Vec<Scenario> =
        scenarios.iter().copied().filter(|scenario| *scenario != Scenario::Offline).collect();
    running(&plumb, selection, &live, &tally)?;
    let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    if scenarios.contains(&Scenario::Offline) {
        recorded(&plumb, selection, &mut tally)?;
    }
    tally.seconds = started.elapsed().as_secs_f64();
    println!("{}", tally.summary());
    Ok(tally)
}

fn running(
    plumb: &Path,
    selection: &Selection,
    scenarios: &[Scenario],
    tally: &Mutex<Tally>,
) -> Result<()> {
    let mut runs = Vec::new();
    for &scenario in scenarios {
        let selection = match scenario {
            Scenario::Fixed => &fixed(plumb, selection, tally)?,
            _ => selection,
        };
        let subjects = subjects(selection, twins_of(scenario))?;
        let of_scenario = subjects.iter().filter_map(|subject| Run::alone(subject, scenario));
        runs.extend(of_scenario.map(|run| (scenario, run)));
    }
    in_parallel(selection.jobs, &runs, |_, (scenario, run)| {
        let started = Instant::now();
        let judgement = observe(plumb, run, "", Source::Running).and_then(|outcomes| {
            let outcome = outcomes.into_iter().next().context("plumb did not look")?;
            Ok(outcome.judgement)
        });
        let name = format!("twins::{} {}", run.subject.name(), scenario.name());
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.take(&name.replace(' ', "::"), started, judgement);
    });
    Ok(())
}

/// Writes the fixed twins of a selection; what is left of it are those that have a fix.
fn fixed(plumb: &Path, selection: &Selection, tally: &Mutex<Tally>) -> Result<Selection> {
    let mut left = selection.clone();
    left.ids.clear();
    for id in &selection.ids {
        match without_fix(id) {
            Some(why) => {
                println!("test twins::{id}/fixed ... ignored, it has no fix: {why}");
                tally.lock().unwrap_or_else(PoisonError::into_inner).ignored += 1;
            }
            None => {
                fixed::write(plumb, id)?;
                left.ids.push(id.clone());
            }
        }
    }
    Ok(left)
}

fn recorded(plumb: &Path, selection: &Selection, tally: &mut Tally) -> Result<()> {
    let folder = workspace::target().join("twins/out");
    for id in &selection.ids {
        for case in RecordedCase::all_of(id)? {
            let started = Instant::now();
            let name = format!("twins::{id}/case/{}::offline", case.stem);
            tally.take(&name, started, case.judge(plumb, &folder));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_and_named() {
        let mut tally = Tally::default();
        let failing =
            Judgement { failures: vec!["x not found".to_owned()], ..Judgement::default() };
        tally.take("a", Instant::now(), Ok(Judgement::default()));
        tally.take("b", Instant::now(), Ok(failing));
        tally.take("c", Instant::now(), Err(anyhow::anyhow!("no answer")));
        assert!(tally.summary().starts_with("test result: FAILED. 1 passed; 2 failed; 0 ignored;"));
        let error = tally.into_result().expect_err("failures");
        assert!(error.to_string().ends_with("b: x not found\nc: no answer"), "{error}");
    }
}
