//! `cargo xtask record`: the cases of the catalogue, from running twins.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::tools::NEWEST_GO;
use crate::twins::{Load, Moment, Plan, Selection, Subject, Which, in_parallel, on_stage, tool};
use crate::{machine, workspace};

/// A case larger than this does not belong in the repository.
const CASE_BYTES_MAX: u64 = 2_000_000;

/// The load of all recordings: 500 leaks, with a look while it runs and one after it.
const PLAN: Plan = Plan {
    load: Load { leaks: 500, rate: 20 },
    live: Some(Duration::from_secs(6)),
    late: Some(Duration::from_secs(15)),
    exact_heap: false,
};

/// Records the cases of the selected patterns.
///
/// # Errors
/// Names every pattern whose recording failed.
pub fn run(selection: &Selection) -> Result<()> {
    let plumb = workspace::release_plumb()?;
    let go = selection.go.as_deref().unwrap_or(NEWEST_GO);
    let failed = Mutex::new(Vec::new());
    in_parallel(selection.jobs, &selection.ids, |_, id| match record(&plumb, id, go) {
        Ok(()) => println!("recorded {id}"),
        Err(error) => {
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.push(format!("{id}: {error:#}"));
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    ensure!(failed.is_empty(), "not recorded:\n{}", failed.join("\n"));
    Ok(())
}

fn record(plumb: &Path, id: &str, go: &str) -> Result<()> {
    let folder = workspace::patterns().join(id).join("case");
    fs::create_dir_all(&folder)?;
    let before = Subject::new(id, Which::Before, go)?;
    on_stage(&before, &PLAN, |stage, moment| {
        let name = if moment == Moment::Live { "before.case" } else { "late.case" };
        capture(plumb, &stage.url(), &folder.join(name))
    })?;
    let after = Subject::new(id, Which::After, go)?;
    let late_only = Plan { live: None, ..PLAN };
    on_stage(&after, &late_only, |stage, _| {
        capture(plumb, &stage.url(), &folder.join("after.case"))
    })?;
    fs::write(folder.join("RECIPE.md"), recipe(id, go)).context("cannot write RECIPE.md")
}

/// Runs `plumb capture` and puts its result in place if it is small enough.
fn capture(plumb: &Path, url: &str, file: &Path) -> Result<()> {
    // A recording that fails half-way must not replace the old case.
    let fresh = file.with_extension("case.new");
    let mut command = Command::new(plumb);
    tool(command.args(["capture", url, "-o"]).arg(&fresh));
    let output = command.output().context("cannot run plumb capture")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "plumb capture: {}\n{}", output.status, said.trim_end());
    let bytes = fs::metadata(&fresh)?.len();
    ensure!(bytes <= CASE_BYTES_MAX, "{} is too large: {bytes} bytes", file.display());
    fs::rename(&fresh, file)?;
    Ok(())
}

fn recipe(id: &str, go: &str) -> String {
    let Load { leaks, rate } = PLAN.load;
    let live = PLAN.live.unwrap_or_default().as_secs();
    let rest = PLAN.late.unwrap_or_default().as_secs();
    format!(
        "# Recorded cases\n\n\
         Recorded on {} by `cargo xtask record {id}` from the twins in this folder's parent, built with Go {go}, \
         with `plumb capture URL -o FILE` and without further options.\n\n\
         - `before.case`: `before/`, {live} s after the start of a load of {leaks} leaking operations at {rate} a \
         second, with healthy traffic beside it.\n\
         - `late.case`: the same process, {rest} s after the end of the load.\n\
         - `after.case`: `after/`, {rest} s after the end of the same load.\n",
        machine::today()
    )
}
