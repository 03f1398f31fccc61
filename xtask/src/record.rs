//! `cargo xtask record`: the cases of the catalogue, from running twins.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::tools::NEWEST_GO;
use crate::twins::{
    Load, Moment, Plan, Selection, SourcePaths, Subject, Which, in_parallel, on_stage, tool,
    toolchains_of,
};
use crate::{machine, workspace};

/// A case larger than this does not belong in the repository.
const CASE_BYTES_MAX: u64 = 2_000_000;

/// Below a pattern's `case/`: what tests replay beside the one case that shows the leak under load. So that folder can
/// be diagnosed as it is.
const REPLAY: &str = "replay";

/// The pattern that README.md shows.
const SHOWN: &str = "http-body-not-closed";

/// Memory alone shows it, and under load a sampled heap shows 5 kB a leak only if there are rounds of hundreds.
const IN_LARGE_ROUNDS: &str = "map-entry-never-deleted";

/// The load of a recording, with a look while it runs and one after it: 500 leaks, and as many for the pattern that
/// readers see first that the heap profile names the line.
fn plan(id: &str) -> Plan {
    let (leaks, rate, seconds) = match id {
        SHOWN => (3_000, 60, 40),
        IN_LARGE_ROUNDS => (3_600, 120, 15),
        _ => (500, 20, 6),
    };
    Plan {
        load: Load { leaks, rate },
        live: Some(Duration::from_secs(seconds)),
        late: Some(Duration::from_secs(15)),
        ..Plan::default()
    }
}

/// Records the cases of the selected patterns.
///
/// # Errors
/// Names every pattern whose recording failed.
pub fn run(selection: &Selection) -> Result<()> {
    let plumb = selection.executable()?;
    let failed = Mutex::new(Vec::new());
    in_parallel(selection.jobs, &selection.ids, |_, id| {
        match record(&plumb, id, selection.go.as_deref()) {
            Ok(()) => println!("recorded {id}"),
            Err(error) => {
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.push(format!("{id}: {error:#}"));
            }
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    ensure!(failed.is_empty(), "not recorded:\n{}", failed.join("\n"));
    Ok(())
}

/// Records one pattern: all cases with the newest Go, the one after the load with each old Go that the twins are
/// written for. With `only`, just the cases of that version.
fn record(plumb: &Path, id: &str, only: Option<&str>) -> Result<()> {
    let folder = workspace::patterns().join(id).join("case");
    fs::create_dir_all(folder.join(REPLAY))?;
    let versions = toolchains_of(id)?;
    for version in versions.iter().filter(|version| only.is_none_or(|only| only == *version)) {
        if version == NEWEST_GO {
            record_newest(plumb, id, &folder)?;
        } else {
            let name = format!("late-go{version}.case");
            record_late(
                plumb,
                id,
                &subject(id, Which::Before, version)?,
                &folder.join(REPLAY).join(name),
            )?;
        }
    }
    fs::write(folder.join("RECIPE.md"), recipe(id, &versions)).context("cannot write RECIPE.md")
}

/// A twin whose profiles do not name this machine's folders.
fn subject(id: &str, which: Which, go: &str) -> Result<Subject> {
    Ok(Subject { paths: SourcePaths::Trimmed, ..Subject::new(id, which, go)? })
}

fn record_newest(plumb: &Path, id: &str, folder: &Path) -> Result<()> {
    on_stage(&subject(id, Which::Before, NEWEST_GO)?, &plan(id), |stage, moment| {
        let file = if moment == Moment::Live {
            "before.case".into()
        } else {
            format!("{REPLAY}/late.case")
        };
        capture(plumb, &stage.url(), &folder.join(file))
    })?;
    record_late(
        plumb,
        id,
        &subject(id, Which::After, NEWEST_GO)?,
        &folder.join(REPLAY).join("after.case"),
    )
}

fn record_late(plumb: &Path, id: &str, subject: &Subject, file: &Path) -> Result<()> {
    let plan = Plan { live: None, ..plan(id) };
    on_stage(subject, &plan, |stage, _| capture(plumb, &stage.url(), file))
}

/// Runs `plumb capture` and puts its result in place if it is small enough.
fn capture(plumb: &Path, url: &str, file: &Path) -> Result<()> {
    // A recording that fails half-way must not replace the old case.
    let fresh = file.with_extension("case.new");
    let mut command = Command::new(plumb);
    tool(command.args(["capture", url, "--force", "-o"]).arg(&fresh));
    let output = command.output().context("cannot run plumb capture")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "plumb capture: {}\n{}", output.status, said.trim_end());
    let bytes = fs::metadata(&fresh)?.len();
    ensure!(bytes <= CASE_BYTES_MAX, "{} is too large: {bytes} bytes", file.display());
    fs::rename(&fresh, file)?;
    Ok(())
}

fn recipe(id: &str, versions: &[String]) -> String {
    let plan = plan(id);
    let Load { leaks, rate } = plan.load;
    let live = plan.live.unwrap_or_default().as_secs();
    let rest = plan.late.unwrap_or_default().as_secs();
    let mut recipe = format!(
        "# Recorded cases\n\n\
         Recorded on {} by `cargo xtask record {id}` from the twins in this folder's parent, built with \
         `-trimpath` where Go knows it, with `plumb capture URL -o FILE` and without further options.\n\n\
         - `before.case`: `before/` built with Go {NEWEST_GO}, {live} s after the start of a load of {leaks} leaking \
         operations at {rate} a second, with healthy traffic beside it.\n\
         - `{REPLAY}/late.case`: the same process, {rest} s after the end of the load.\n\
         - `{REPLAY}/after.case`: `after/` built with Go {NEWEST_GO}, {rest} s after the end of the same load.\n",
        machine::today()
    );
    for version in versions.iter().filter(|version| *version != NEWEST_GO) {
        recipe.push_str(&format!(
            "- `{REPLAY}/late-go{version}.case`: `before/` built with Go {version}, {rest} s after the end of the same load.\n"
        ));
    }
    recipe
}
