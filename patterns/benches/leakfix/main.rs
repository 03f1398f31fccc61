//! Measures the source rules on real commits: for each row of a table of commits that mended a leak, scans the tree
//! before and the tree after, and tells whether a rule fires in a function that the commit changed and is silent
//! once it is mended.
//!
//! ```text
//! cargo bench -p plumb-patterns --bench leakfix -- --table FILE --mirrors DIR [--misses] [FILTER…]
//! cargo bench -p plumb-patterns --bench leakfix -- --table FILE --mirrors DIR --row N
//! cargo bench -p plumb-patterns --bench leakfix -- --table FILE --mirrors DIR --sample 100 --seed 1 [PATTERN…]
//! cargo bench -p plumb-patterns --bench leakfix -- --table FILE --mirrors DIR --speed
//! ```
//!
//! The mirrors are bare repositories, `OWNER+NAME/repo` or `OWNER+NAME`; nothing is fetched or checked out.
//! `LEAKFIX_TABLE` and `LEAKFIX_MIRRORS` stand in for the options. The standard library is that of `GOROOT`, else of
//! the toolchain that the tests install.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use clap::Parser;
use mimalloc::MiMalloc;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

mod changes;
mod git;
mod heads;
mod judge;
mod report;
mod scanning;
mod table;

use git::Repository;
use judge::Judged;
use scanning::Scanner;
use table::Row;

/// That of the executable: what a scan costs is measured with it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measures the source rules on commits that mended leaks.
#[derive(Parser)]
struct Cli {
    /// The table of commits, with tabs between columns.
    #[arg(long, env = "LEAKFIX_TABLE")]
    table: Option<PathBuf>,
    /// The folder with the mirrors.
    #[arg(long, env = "LEAKFIX_MIRRORS")]
    mirrors: Option<PathBuf>,
    /// Print the changed functions of the misses as they stand before the fix.
    #[arg(long)]
    misses: bool,
    /// Print all findings in the changed files of a row, and its changed functions before and after.
    #[arg(long)]
    row: Option<usize>,
    /// Draw so many findings from the newest trees for a review; the filters are ids of patterns.
    #[arg(long)]
    sample: Option<usize>,
    /// What the drawing begins with.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Measure what a scan of the newest trees costs.
    #[arg(long)]
    speed: bool,
    /// Only this repository of the table, for samples and speed; may be given several times.
    #[arg(long)]
    repository: Vec<String>,
    /// Rows that are looked at at the same time.
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    jobs: usize,
    /// Scans a folder and prints the cells of its line in the table of speeds.
    #[arg(long, hide = true)]
    speed_of: Option<PathBuf>,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
    /// Rows by number, commit, label, reach or part of the repository's name; all of them if none is named.
    filters: Vec<String>,
}

fn main() -> Result<()> {
    // `cargo bench` says so; `cargo test --all-targets` has no table.
    if std::env::args().all(|argument| argument != "--bench") {
        return Ok(());
    }
    let cli = Cli::parse();
    let scanner = Scanner::new(goroot()?);
    if let Some(folder) = &cli.speed_of {
        return heads::speed_of(&scanner, folder);
    }
    let rows = table::read(cli.table.as_deref().context("--table FILE is needed")?)?;
    let repositories = open(&cli, &rows)?;
    if cli.speed {
        heads::speed(&repositories)
    } else if let Some(number) = cli.sample {
        heads::sample(&scanner, &repositories, number, cli.seed, &cli.filters)
    } else {
        measure(&cli, &scanner, &repositories, &rows)
    }
}

/// The root of a Go toolchain.
fn goroot() -> Result<PathBuf> {
    if let Some(root) = std::env::var_os("GOROOT").filter(|root| !root.is_empty()) {
        return Ok(PathBuf::from(root));
    }
    let go = install_go(NEWEST_GO, &tools_directory())?;
    Ok(go.ancestors().nth(2).context("no root of the toolchain")?.to_path_buf())
}

fn open<'r>(cli: &Cli, rows: &'r [Row]) -> Result<Vec<(&'r str, Repository)>> {
    let mirrors = cli.mirrors.as_deref().context("--mirrors DIR is needed")?;
    let is_asked = |name: &&str| {
        cli.repository.is_empty() || cli.repository.iter().any(|asked| name.contains(asked))
    };
    let names = table::repositories(rows).into_iter().filter(is_asked);
    names.map(|name| Ok((name, Repository::open(mirrors, name)?))).collect()
}

fn measure(
    cli: &Cli,
    scanner: &Scanner,
    repositories: &[(&str, Repository)],
    rows: &[Row],
) -> Result<()> {
    let is_asked = |row: &&Row| match cli.row {
        Some(number) => row.number == number,
        None => row.is_chosen(&cli.filters),
    };
    let repository = |row: &Row| repositories.iter().find(|(name, _)| *name == row.repository);
    let rows: Vec<(&Row, &Repository)> =
        rows.iter().filter(is_asked).filter_map(|row| Some((row, &repository(row)?.1))).collect();
    let judged = judge_all(cli.jobs, scanner, &rows)?;
    let show = |judged: &Judged<'_>| cli.row.is_some() || (cli.misses && !judged.is_hit());
    for (judged, (row, repository)) in judged.iter().zip(&rows) {
        if !show(judged) {
            continue;
        }
        report::print_findings(judged);
        report::print_sources(judged, &repository.tree(&row.parent)?, 0);
        if cli.row.is_some() {
            println!("=== after");
            report::print_sources(judged, &repository.tree(&row.fix)?, 1);
        }
    }
    if cli.row.is_none() {
        report::print(&judged);
    }
    Ok(())
}

/// Judges rows with several threads; the results are in the order of the rows.
fn judge_all<'r>(
    jobs: usize,
    scanner: &Scanner,
    rows: &[(&'r Row, &Repository)],
) -> Result<Vec<Judged<'r>>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, rows.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((row, repository)) = rows.get(index) else { break };
                    let judged = judge::judge(scanner, repository, row);
                    let judged = judged.with_context(|| format!("row {}", row.number));
                    if let Ok(mut results) = results.lock() {
                        results.push((index, judged));
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, judged)| judged).collect()
}
