//! Compares what `plumb scan` costs with what golangci-lint costs for the same tree, in seconds of processors.
//!
//! ```text
//! cargo build --release -p plumb
//! cargo bench -p plumb-patterns --bench scan_vs_golangci -- FOLDER…
//! ```
//!
//! The linters are those that look for the same mistakes: bodyclose, sqlclosecheck, spancheck and govet (of which
//! lostcancel is one). They need types, so they need a module that compiles, with all modules that it uses at hand:
//! vendored, or in `GOMODCACHE`. plumb keeps nothing between runs; golangci-lint is measured with nothing kept, with
//! the go tool's cache of builds, and with its own cache of results too.
//!
//! golangci-lint is built in the folder of tools by the Go toolchain of the tests, if it is not there. One that cannot
//! load the types of a tree reports that as an issue and looks at nothing, so such a run is an error here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

/// The version that is compared with; older ones do not read the packages that Go 1.27 compiles.
const GOLANGCI: &str = "2.15.0";

/// How golangci-lint ends the line of an issue that says that a package has no types.
const NOT_LOADED: &str = "(typecheck)";

const LINTERS: &str = "bodyclose,sqlclosecheck,spancheck,govet";

/// How often plumb is run: the fewest seconds count, since others may use the machine.
const RUNS: usize = 3;

/// Compares `plumb scan` with golangci-lint.
#[derive(Parser)]
struct Cli {
    /// Folders of modules that compile.
    folders: Vec<PathBuf>,
    /// The binary; that of `cargo build --release` if none is named.
    #[arg(long)]
    plumb: Option<PathBuf>,
    /// golangci-lint; it is installed if none is named.
    #[arg(long)]
    golangci: Option<PathBuf>,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The programs that are compared, and what they need.
struct Programs {
    plumb: PathBuf,
    golangci: PathBuf,
    go: PathBuf,
}

fn main() -> Result<()> {
    // `cargo bench` says so; `cargo test --all-targets` has no trees.
    if std::env::args().all(|argument| argument != "--bench") {
        return Ok(());
    }
    let cli = Cli::parse();
    if cli.folders.is_empty() {
        println!("name folders of modules that compile");
        return Ok(());
    }
    let programs = Programs::find(&cli)?;
    println!("| tree | run | plumb, s | golangci-lint, s | ratio |\n|---|---|---:|---:|---:|");
    for folder in &cli.folders {
        compare(&programs, folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}

impl Programs {
    fn find(cli: &Cli) -> Result<Self> {
        let tools = tools_directory();
        let go = install_go(NEWEST_GO, &tools)?;
        let plumb = match &cli.plumb {
            Some(plumb) => plumb.clone(),
            None => tools.with_file_name("release").join("plumb"),
        };
        ensure!(plumb.is_file(), "no {}: run `cargo build --release -p plumb`", plumb.display());
        let golangci = match &cli.golangci {
            Some(golangci) => golangci.clone(),
            None => install_golangci(&go, &tools)?,
        };
        Ok(Self { plumb: plumb.canonicalize()?, golangci: golangci.canonicalize()?, go })
    }
}

fn install_golangci(go: &Path, tools: &Path) -> Result<PathBuf> {
    let folder = tools.join(format!("golangci-lint-{GOLANGCI}"));
    let binary = folder.join("golangci-lint");
    if !binary.is_file() {
        let package = format!("github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v{GOLANGCI}");
        let mut install = Command::new(go);
        install.args(["install", &package]).env("GOBIN", &folder).env("GOTOOLCHAIN", "local");
        ensure!(install.status()?.success(), "cannot install golangci-lint {GOLANGCI}");
    }
    Ok(binary)
}

fn compare(programs: &Programs, folder: &Path) -> Result<()> {
    let goroot = programs.go.ancestors().nth(2).context("go is in no GOROOT")?;
    let scan = || {
        let mut plumb = Command::new(&programs.plumb);
        plumb.args(["scan", "--format", "json", "."]).env("GOROOT", goroot);
        // 0 and 1 tell whether something was found; 3, that files could not be read.
        Ok(seconds_of(plumb.current_dir(folder), &[0, 1, 3])?.0)
    };
    let runs: Vec<f64> = (0..RUNS).map(|_| scan()).collect::<Result<_>>()?;
    let plumb = runs.into_iter().fold(f64::INFINITY, f64::min);
    let caches = tempfile::tempdir()?;
    let lint = |results: &str| {
        let mut lint = Command::new(&programs.golangci);
        lint.args([
            "run",
            "--no-config",
            "--default=none",
            "--issues-exit-code=0",
            "--timeout=60m",
        ])
        .args(["--enable", LINTERS, "./..."])
        .env("PATH", path_with(programs.go.parent())?)
        .env("GOTOOLCHAIN", "local")
        .env("GOCACHE", caches.path().join("build"))
        .env("GOLANGCI_LINT_CACHE", caches.path().join(results));
        let (seconds, found) = seconds_of(lint.current_dir(folder), &[0])?;
        let unloaded = found.lines().find(|line| line.ends_with(NOT_LOADED));
        ensure!(unloaded.is_none(), "not loaded: {}", unloaded.unwrap_or_default());
        Ok(seconds)
    };
    let name = folder.file_name().map_or_else(Default::default, |name| name.to_string_lossy());
    let runs = [("cold", "first"), ("warm build cache", "second"), ("fully warm", "second")];
    for (run, results) in runs {
        let golangci = lint(results)?;
        let ratio = golangci / plumb;
        println!("| {name} | {run} | {plumb:.2} | {golangci:.2} | {ratio:.1} |");
    }
    Ok(())
}

fn path_with(first: Option<&Path>) -> Result<std::ffi::OsString> {
    let others = std::env::var_os("PATH").unwrap_or_default();
    let first = first.map(Path::to_path_buf);
    Ok(std::env::join_paths(first.into_iter().chain(std::env::split_paths(&others)))?)
}

/// What a program and all that it starts have worked, in seconds of processors, and what it printed.
fn seconds_of(command: &mut Command, fine: &[i32]) -> Result<(f64, String)> {
    let before = seconds_of_children()?;
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot run {command:?}"))?;
    let is_fine = output.status.code().is_some_and(|code| fine.contains(&code));
    ensure!(is_fine, "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok((seconds_of_children()? - before, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// What ended children have worked: `cutime` and `cstime` of `proc(5)`, the 16th and 17th field, in ticks of 1/100 s.
fn seconds_of_children() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("needs Linux")?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    Ok(fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0)
}
