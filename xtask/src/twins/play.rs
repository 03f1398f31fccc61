//! One run: a service under load, looked at with plumb at one or two moments.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::judge::Answer;
use super::process::tool;
use super::stage::{Load, Stage, Subject};

/// How long one look may take before it counts as hung.
const LOOK_MAX: Duration = Duration::from_secs(120);

/// When plumb looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// While the load runs.
    Live,
    /// After its end.
    Late,
}

impl Moment {
    /// The beginning of the names of what a run keeps of this moment.
    fn kept(self, run: &Path) -> PathBuf {
        let name = if self == Self::Live { "live" } else { "late" };
        PathBuf::from(format!("{}-{name}", run.display()))
    }
}

/// What happens in a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    /// The load.
    pub load: Load,
    /// Look while it runs, this long after its start.
    pub live: Option<Duration>,
    /// Look after its end, this long after it.
    pub late: Option<Duration>,
    /// Start the service with exact heap figures (`GODEBUG=memprofilerate=1`).
    pub exact_heap: bool,
    /// Options that plumb is given beside the usual ones.
    pub options: &'static [&'static str],
}

impl Plan {
    fn environment(&self) -> &'static [(&'static str, &'static str)] {
        if self.exact_heap { &[("GODEBUG", "memprofilerate=1")] } else { &[] }
    }

    /// The longest that the load can take: its operations, and as long again for slow ones.
    fn load_max(&self) -> Duration {
        Duration::from_secs(60 + 2 * u64::from(self.load.leaks / self.load.rate.max(1)))
    }
}

/// What plumb said at one moment.
#[derive(Debug)]
pub struct Look {
    /// When.
    pub moment: Moment,
    /// What it printed.
    pub answer: Answer,
    /// Its exit code; `None` if a signal ended it.
    pub exit_code: Option<i32>,
}

/// Plays a run and returns the looks. What plumb printed is kept as `<kept>-<moment>.json` and `.err`, and what it saw
/// as `.case`: a look that failed can be judged again.
///
/// # Errors
/// If a program cannot be built or ends too soon, the load fails, or plumb prints no answer.
pub fn play(plumb: &Path, subject: &Subject, plan: &Plan, kept: &Path) -> Result<Vec<Look>> {
    let mut looks = Vec::new();
    on_stage(subject, plan, |stage, moment| {
        let kept = moment.kept(kept);
        let case = kept.with_extension("case").display().to_string();
        let mut arguments = vec![stage.url(), "--force".to_owned(), "-o".to_owned(), case];
        arguments.extend(plan.options.iter().map(|&option| option.to_owned()));
        let (answer, exit_code) = diagnose(plumb, &arguments, &kept)?;
        looks.push(Look { moment, answer, exit_code });
        Ok(())
    })?;
    Ok(looks)
}

/// Judges the cases again that a run of this plan kept under this name. What plumb prints now is kept beside what it
/// printed then.
///
/// # Errors
/// If a case is not there, or plumb prints no answer.
pub fn look_again(plumb: &Path, plan: &Plan, kept: &Path) -> Result<Vec<Look>> {
    let moments = [(Moment::Live, plan.live), (Moment::Late, plan.late)]
        .into_iter()
        .filter(|m| m.1.is_some());
    moments
        .map(|(moment, _)| {
            let kept = moment.kept(kept);
            let case = kept.with_extension("case").display().to_string();
            let again = PathBuf::from(format!("{}-again", kept.display()));
            let (answer, exit_code) = diagnose(plumb, &[case], &again)?;
            Ok(Look { moment, answer, exit_code })
        })
        .collect()
}

/// Starts a service, puts it under load and calls `look` at the moments of the plan.
///
/// # Errors
/// If a program cannot be built or ends too soon, the load fails, or `look` does.
pub fn on_stage(
    subject: &Subject,
    plan: &Plan,
    mut look: impl FnMut(&Stage, Moment) -> Result<()>,
) -> Result<()> {
    let mut stage = Stage::start(subject, plan.environment())?;
    let mut drive = stage.drive(plan.load)?;
    if let Some(after) = plan.live {
        thread::sleep(after);
        drive.check_alive()?;
        look(&stage, Moment::Live)?;
    }
    if let Some(rest) = plan.late {
        drive.wait_for("{", plan.load_max())?;
        thread::sleep(rest);
        look(&stage, Moment::Late)?;
    }
    drive.check_alive()?;
    stage.check_alive()
}

/// Runs `plumb diagnose --format json` with these arguments and returns what it said and its exit code.
///
/// # Errors
/// If it cannot be started, hangs, or prints no answer; the message holds what it wrote to standard error.
pub fn diagnose(plumb: &Path, arguments: &[String], kept: &Path) -> Result<(Answer, Option<i32>)> {
    if let Some(folder) = kept.parent() {
        fs::create_dir_all(folder)?;
    }
    let (printed, errors) = (kept.with_extension("json"), kept.with_extension("err"));
    let mut command = Command::new(plumb);
    // The twins' source is on this machine: what is measured is the evidence alone.
    command.arg("diagnose").args(arguments).args(["--no-source", "--format", "json"]);
    command.stdout(File::create(&printed)?).stderr(File::create(&errors)?);
    let mut child =
        tool(&mut command).spawn().with_context(|| format!("cannot run {}", plumb.display()))?;
    let deadline = Instant::now() + LOOK_MAX;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill()?;
            child.wait()?;
            bail!("plumb still ran after {} s", LOOK_MAX.as_secs());
        }
        thread::sleep(Duration::from_millis(20));
    };
    let answer = Answer::parse(&fs::read_to_string(&printed)?).with_context(|| {
        let errors = fs::read_to_string(&errors).unwrap_or_default();
        format!("plumb diagnose {} ended with {status}: {}", arguments.join(" "), errors.trim_end())
    })?;
    Ok((answer, status.code()))
}
