//! What the rules say of whole trees: findings to be reviewed by hand, and what a scan costs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use plumb_evidence::source::SourceFinding;
use plumb_scan::Options;

use super::git::{Repository, Tree};
use super::report::{excerpt, one_line};
use super::scanning::Scanner;

/// Lines around a finding that a reviewer sees.
const CONTEXT: u32 = 12;

/// Files beside those of Go that a scan may read.
const READ: [&str; 4] = ["go.mod", "go.work", "vendor.mod", "modules.txt"];

/// The newest tree of a mirror.
const HEAD: &str = "HEAD";

/// Prints findings of the newest trees drawn at random, and how many there are of each pattern.
///
/// # Errors
/// If git fails.
pub(crate) fn sample(
    scanner: &Scanner,
    repositories: &[(&str, Repository)],
    number: usize,
    seed: u64,
    patterns: &[String],
) -> Result<()> {
    let mut all: Vec<(usize, SourceFinding)> = Vec::new();
    let trees: Vec<Tree<'_>> =
        repositories.iter().map(|(_, repository)| repository.tree(HEAD)).collect::<Result<_>>()?;
    for (index, (name, _)) in repositories.iter().enumerate() {
        let threads = Options::default().threads;
        let scan = scanner.tree(&trees[index], name, &[], threads);
        eprintln!("{name}: {} files, {} findings", scan.files_read, scan.findings.len());
        let is_asked =
            |f: &SourceFinding| patterns.is_empty() || patterns.iter().any(|p| p == f.pattern);
        let findings = scan.findings.into_iter().filter(|f| !f.in_test && is_asked(f));
        all.extend(findings.map(|finding| (index, finding)));
    }
    count_patterns(repositories, &all);
    for (number, (index, finding)) in drawn(&all, number, seed).into_iter().enumerate() {
        println!("\n=== {} {}", number + 1, repositories[*index].0);
        println!("{} [{:?}]", one_line(finding), finding.confidence);
        for step in &finding.path {
            println!("    line {}: {}", step.place.line, step.text);
        }
        let source = trees[*index].read(&finding.file)?;
        let line = finding.place.line;
        excerpt(&source, line.saturating_sub(CONTEXT), line + CONTEXT);
    }
    Ok(())
}

fn count_patterns(repositories: &[(&str, Repository)], all: &[(usize, SourceFinding)]) {
    let mut counts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, finding) in all {
        counts.entry(finding.pattern).or_insert_with(|| vec![0; repositories.len()])[*index] += 1;
    }
    println!("| pattern | findings | repositories |\n|---|---:|---:|");
    for (pattern, counts) in &counts {
        let repositories = counts.iter().filter(|count| **count > 0).count();
        println!("| {pattern} | {} | {repositories} |", counts.iter().sum::<usize>());
    }
    println!("| all | {} | {} |", all.len(), repositories.len());
}

/// `number` of the items, in an order that follows from the seed.
fn drawn<T>(items: &[T], number: usize, seed: u64) -> Vec<&T> {
    let mut state = seed;
    let mut keyed: Vec<(u64, &T)> = items.iter().map(|item| (random(&mut state), item)).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().take(number).map(|(_, item)| item).collect()
}

/// SplitMix64 (Steele, Lea, Flood 2014).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Prints what a scan of each newest tree costs: of a checkout, in a process of its own. `MB` and `MB/s a core` count
/// only files that rules look at; `MB beside` is what is read of the standard library to know types.
///
/// # Errors
/// If git fails, or a scan.
pub(crate) fn speed(repositories: &[(&str, Repository)]) -> Result<()> {
    println!(
        "| tree | files | MB | MB beside | CPU seconds | MB/s a core | seconds | peak MB | findings |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (name, repository) in repositories {
        let folder = tempfile::tempdir()?;
        check_out(&repository.tree(HEAD)?, folder.path())?;
        let own = std::env::current_exe()?;
        let mut scan = Command::new(own);
        scan.args(["--bench", "--speed-of"]).arg(folder.path());
        let output = scan.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "the scan of {name} failed");
        println!("| {name} | {} |", String::from_utf8_lossy(&output.stdout).trim());
    }
    Ok(())
}

/// Writes what a scan reads of a tree. Mirrors may lack large files: those are left out.
fn check_out(tree: &Tree<'_>, folder: &Path) -> Result<()> {
    let is_read = |path: &&str| {
        path.ends_with(".go") || READ.contains(&path.rsplit('/').next().unwrap_or(path))
    };
    for path in tree.paths().filter(is_read) {
        let Ok(bytes) = tree.read(path) else { continue };
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(&file, &bytes)?;
    }
    Ok(())
}

/// Scans a folder and prints the cells of its line.
///
/// # Errors
/// If the system does not tell what was used.
pub(crate) fn speed_of(scanner: &Scanner, folder: &Path) -> Result<()> {
    let start = std::time::Instant::now();
    let (scan, beside) = scanner.checkout(folder, &Options::default());
    let wall = start.elapsed().as_secs_f64();
    let seconds = processor_seconds();
    let megabytes = scan.bytes_read as f64 / 1e6;
    println!(
        "{} | {megabytes:.1} | {:.1} | {seconds:.2} | {:.1} | {wall:.2} | {} | {}",
        scan.files_read,
        beside as f64 / 1e6,
        megabytes / seconds,
        peak_megabytes()?,
        scan.findings.len()
    );
    Ok(())
}

/// What this process has used of processors, its ended threads too.
fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn peak_megabytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).context("no VmHWM")?;
    let kilobytes: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kilobytes / 1000)
}
