//! `cargo xtask`: what developers and CI run.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use xtask::twins::{Selection, Source};
use xtask::{accuracy, docs, pauses, ready, record, release, scaffold, twins};

/// Automation of the plumb repository.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything CI runs: tools, fmt, clippy, release build, tests, twins, docs.
    Ready,
    /// Installs what tests need: Go toolchains below the target directory, and system tools.
    Tools,
    /// Runs each twin once against the release build of plumb.
    Twins(TwinsArgs),
    /// Repeats the runs of the accuracy standards and writes docs/accuracy.md.
    Accuracy(AccuracyArgs),
    /// Measures how long a diagnosis stops programs of 500 to 100,000 goroutines, and writes docs/pauses.md.
    Pauses {
        /// Use this plumb instead of the release build.
        #[arg(long)]
        plumb: Option<PathBuf>,
    },
    /// Records the cases of the catalogue from running twins.
    Record(SelectionArgs),
    /// Writes the skeleton of a pattern and enters it in the catalogue.
    NewPattern {
        /// Its id: the mistake in words, as in `http-body-not-closed`.
        id: String,
    },
    /// Writes the generated pages of docs/.
    Docs {
        /// Fail if a page is stale, change nothing.
        #[arg(long)]
        check: bool,
    },
    /// Builds the static Linux release and tries it in an empty root (needs root for chroot).
    Release,
}

#[derive(Args)]
struct SelectionArgs {
    /// Patterns; all of them if none is named.
    ids: Vec<String>,
    /// Build the twins with this Go version only, e.g. 1.19.13.
    #[arg(long)]
    go: Option<String>,
    /// Twins that run at the same time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Use this plumb instead of the release build.
    #[arg(long)]
    plumb: Option<PathBuf>,
}

#[derive(Args)]
struct TwinsArgs {
    #[command(flatten)]
    selection: SelectionArgs,
    /// What to look at; `live` and `trace` if none is named.
    #[arg(long, value_enum)]
    scenario: Vec<twins::Scenario>,
}

#[derive(Args)]
struct AccuracyArgs {
    #[command(flatten)]
    selection: SelectionArgs,
    /// How often each run is repeated.
    #[arg(long, default_value_t = 20)]
    runs: usize,
    /// Only runs that are looked at in one of these ways; the page is then not written.
    #[arg(long, value_enum)]
    scenario: Vec<twins::Scenario>,
    /// Judge the cases again that the last runs kept, after a change to what judges them.
    #[arg(long)]
    again: bool,
    /// Print the table, do not write the page.
    #[arg(long)]
    print: bool,
}

impl SelectionArgs {
    fn selection(self) -> Result<Selection> {
        Selection::new(self.ids, self.go, self.jobs, self.plumb)
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Ready => ready::run(),
        Task::Tools => ready::install_tools().map(|_| ()),
        Task::Twins(args) => twins::run(&args.selection.selection()?, &args.scenario)
            .and_then(|tally| tally.into_result()),
        Task::Accuracy(args) => {
            let source = if args.again { Source::Kept } else { Source::Running };
            let write = !args.print && args.scenario.is_empty();
            let selection = args.selection.selection()?;
            accuracy::run(&selection, &args.scenario, args.runs, source, write)
        }
        Task::Pauses { plumb } => pauses::run(plumb.as_deref()),
        Task::Record(args) => record::run(&args.selection()?),
        Task::NewPattern { id } => scaffold::new_pattern(&xtask::workspace::root(), &id),
        Task::Docs { check } => docs::run(check),
        Task::Release => release::run(),
    }
}
