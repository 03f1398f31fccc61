//! `cargo xtask accuracy`: the standards of the catalogue, each run many times. One lucky run proves nothing about a
//! sampled profile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::twins::{
    LineVerdict, Outcome, Run, Scenario, Selection, Source, Which, in_parallel, observe, standard,
    subjects,
};
use crate::{machine, workspace};

/// Share of the runs with 3,000 leaks that must name the exact line: 19 of 20.
const EXACT_SHARE_AT_MANY: f64 = 0.95;

/// Runs of one program in one scenario.
#[derive(Default)]
struct Row {
    runs: usize,
    passed: usize,
    exact: usize,
    open: usize,
    wrong: usize,
    /// Each different failure, with how often it happened.
    failures: BTreeMap<String, usize>,
}

type Table = BTreeMap<(String, Scenario), Row>;

/// Repeats every run, or those of some scenarios, or judges again what the last repetitions kept; prints the table, and
/// writes it to docs/accuracy.md if `write` is set.
///
/// # Errors
/// If a program fails to start, or a standard is missed: the table is printed and written all the same.
pub fn run(
    selection: &Selection,
    scenarios: &[Scenario],
    repeats: usize,
    source: Source,
    write: bool,
) -> Result<()> {
    let started = Instant::now();
    let plumb = selection.executable()?;
    let mut runs = planned(selection)?;
    let is_wanted = |scenario: &Scenario| scenarios.is_empty() || scenarios.contains(scenario);
    runs.retain(|run| run.scenarios.iter().any(is_wanted));
    let all: Vec<(usize, &Run)> =
        (0..repeats).flat_map(|repeat| runs.iter().map(move |run| (repeat, run))).collect();
    eprintln!("{} runs, {} at a time", all.len(), selection.jobs);
    let table = Mutex::new(Table::new());
    in_parallel(selection.jobs, &all, |index, (repeat, run)| {
        let result = observe(&plumb, run, &format!("-{repeat}"), source);
        let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
        enter_all(&mut table, run, result);
        eprintln!("{}/{} {}", index + 1, all.len(), run.subject.name());
        // At once, so that a run of hours that is ended early leaves what it saw.
        if write && let Err(error) = keep(&table, &conditions(selection, source, started)) {
            eprintln!("warning: {error:#}");
        }
    });
    let table = table.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{}", page(&table, &conditions(selection, source, started)));
    let missed: Vec<String> = table
        .iter()
        .filter(|((_, scenario), row)| !row.meets(*scenario))
        .map(|((subject, scenario), _)| format!("{subject}, {}", scenario.name()))
        .collect();
    ensure!(missed.is_empty(), "standards missed:\n{}", missed.join("\n"));
    Ok(())
}

/// The runs of one repetition.
fn planned(selection: &Selection) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for subject in subjects(selection, &[Which::Before, Which::After])? {
        let run = |scenarios: &[Scenario]| Run {
            subject: subject.clone(),
            scenarios: scenarios.to_vec(),
        };
        runs.extend(Run::live_and_late(&subject));
        runs.extend(Run::alone(&subject, Scenario::Trace));
        if subject.which == Which::Before && subject.flags.is_empty() {
            runs.push(run(&[Scenario::Exact]));
            if standard(&subject.id, Scenario::Many).exact {
                runs.push(run(&[Scenario::Many]));
            }
        }
    }
    Ok(runs)
}

fn conditions(selection: &Selection, source: Source, started: Instant) -> String {
    let how = match source {
        Source::Running => {
            let minutes = started.elapsed().as_secs_f64() / 60.0;
            format!("{minutes:.0} minutes, {} at a time", selection.jobs)
        }
        Source::Kept => "cases kept from real runs, judged again by the code as it is".to_owned(),
    };
    format!("{}; {how}", machine::describe())
}

fn keep(table: &Table, conditions: &str) -> Result<()> {
    let file = workspace::root().join("docs/accuracy.md");
    fs::write(&file, page(table, conditions))
        .with_context(|| format!("cannot write {}", file.display()))
}

fn enter_all(table: &mut Table, run: &Run, result: Result<Vec<Outcome>>) {
    match result {
        Ok(outcomes) => outcomes.iter().for_each(|outcome| enter(table, outcome)),
        Err(error) => run.scenarios.iter().for_each(|&scenario| {
            let row = table.entry((run.subject.name(), scenario)).or_default();
            row.runs += 1;
            *row.failures.entry(format!("{error:#}")).or_default() += 1;
        }),
    }
}

fn enter(table: &mut Table, outcome: &Outcome) {
    let row = table.entry((outcome.subject.clone(), outcome.scenario)).or_default();
    row.runs += 1;
    row.passed += usize::from(outcome.judgement.passed());
    for (_, line) in &outcome.judgement.lines {
        match line {
            LineVerdict::Exact => row.exact += 1,
            LineVerdict::Candidate | LineVerdict::Open => row.open += 1,
            LineVerdict::Wrong => row.wrong += 1,
        }
    }
    for failure in &outcome.judgement.failures {
        *row.failures.entry(failure.clone()).or_default() += 1;
    }
}

impl Row {
    /// Whether the standard of the scenario is met: always, but for the share of runs in which sampling leaves the
    /// line open. A wrong line is never allowed.
    fn meets(&self, scenario: Scenario) -> bool {
        let share = if scenario == Scenario::Many { EXACT_SHARE_AT_MANY } else { 1.0 };
        self.wrong == 0 && self.passed as f64 >= share * self.runs as f64
    }
}

fn page(table: &Table, conditions: &str) -> String {
    let mut page = format!(
        "# Accuracy\n\nWritten by `cargo xtask accuracy`. {conditions}.\n\n\
         A run passes if the patterns are exactly those marked in the twin's source, at least likely (possible for \
         memory under load), with the right line or none. `exact`, `open` and `wrong` count the lines of the \
         findings. 3,000 leaks must name the exact line in 19 of 20 runs; 100 leaks with exact heap figures always. With \
         a trace, 100 leaks at the default heap rate must name it always, and the trace must have shown it; of a \
         transport, which dials when it is used and not when it is made, it must have shown the use.\n\n\
         | program | scenario | runs | passed | exact | open | wrong | standard |\n\
         |---|---|---|---|---|---|---|---|\n"
    );
    for ((subject, scenario), row) in table {
        let met = if row.meets(*scenario) { "met" } else { "missed" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| {subject} | {} | {} | {} | {} | {} | {} | {met} |",
            scenario.name(),
            row.runs,
            row.passed,
            row.exact,
            row.open,
            row.wrong
        );
    }
    let failures: Vec<String> = table
        .iter()
        .flat_map(|((subject, scenario), row)| {
            row.failures.iter().map(move |(what, times)| {
                let what = what.lines().next().unwrap_or_default();
                format!("- {subject}, {}: {what} ({times} of {})\n", scenario.name(), row.runs)
            })
        })
        .collect();
    if !failures.is_empty() {
        page.push_str("\n## What failed\n\n");
        page.push_str(&failures.concat());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(runs: usize, passed: usize, wrong: usize) -> Row {
        Row { runs, passed, wrong, ..Row::default() }
    }

    #[test]
    fn one_of_twenty_may_stay_open_only_where_heap_is_sampled() {
        assert!(row(20, 19, 0).meets(Scenario::Many));
        assert!(!row(20, 18, 0).meets(Scenario::Many));
        assert!(!row(20, 19, 0).meets(Scenario::Late));
        assert!(!row(20, 20, 1).meets(Scenario::Many));
    }

    #[test]
    fn failures_are_listed_with_their_number() {
        let mut table = Table::new();
        let mut failing = row(20, 18, 0);
        failing.failures.insert("x not found".to_owned(), 2);
        table.insert(("x/before go1.27.3".to_owned(), Scenario::Live), failing);
        let page = page(&table, "2026-05-01");
        assert!(
            page.contains("| x/before go1.27.3 | live | 20 | 18 | 0 | 0 | 0 | missed |"),
            "{page}"
        );
        assert!(page.contains("- x/before go1.27.3, live: x not found (2 of 20)"), "{page}");
    }
}
