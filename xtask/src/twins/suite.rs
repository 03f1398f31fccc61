//! Many runs: which programs, in which scenarios, by which standard.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::ValueEnum;

use super::go::{self, Which};
use super::judge::{Judgement, Standard, judge};
use super::play::{Look, Moment, Plan, look_again, play};
use super::stage::{Load, Subject};
use super::traced;
use crate::workspace;

/// A situation in which a service is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Scenario {
    /// Under load, a few seconds after the start.
    Live,
    /// After 500 leaks, when the load has stopped and nothing grows.
    Late,
    /// After 3,000 leaks at the default heap rate.
    Many,
    /// After 100 leaks with exact heap figures.
    Exact,
    /// A slow leak, under load, with an execution trace.
    Trace,
    /// The recorded cases.
    Offline,
    /// The leaking twins with the fixes of `plumb scan`, as the repaired ones are looked at under load.
    Fixed,
}

impl Scenario {
    /// How tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Late => "late",
            Self::Many => "3,000 leaks",
            Self::Exact => "100 leaks, memprofilerate=1",
            Self::Trace => "100 leaks, 5 s of trace",
            Self::Offline => "offline",
            Self::Fixed => "under load",
        }
    }

    /// Whether the repaired twins are looked at too.
    fn has_after(self) -> bool {
        matches!(self, Self::Live | Self::Late | Self::Trace | Self::Offline)
    }

    fn moment(self) -> Moment {
        match self {
            Self::Live | Self::Trace | Self::Fixed => Moment::Live,
            Self::Late | Self::Many | Self::Exact | Self::Offline => Moment::Late,
        }
    }

    /// The run in which this situation comes about.
    fn plan(self) -> Plan {
        let late = |leaks, rate, rest| Plan {
            load: Load { leaks, rate },
            live: None,
            late: Some(Duration::from_secs(rest)),
            ..Plan::default()
        };
        match self {
            Self::Live | Self::Fixed => {
                let load = Load { leaks: 900, rate: 20 };
                Plan { load, live: Some(Duration::from_secs(6)), ..Plan::default() }
            }
            Self::Trace => traced::plan(),
            Self::Late | Self::Offline => late(500, 20, 15),
            Self::Many => late(3000, 60, 5),
            Self::Exact => Plan { exact_heap: true, ..late(100, 20, 5) },
        }
    }
}

/// Memory that grows under load is never more than possible by growth alone.
const POSSIBLE_WHILE_LIVE: [&str; 1] = ["map-entry-never-deleted"];

/// The stack of the blocked goroutine holds the line, so it is always named.
const ALWAYS_EXACT: [&str; 1] = ["handshake-without-deadline"];

/// Memory alone shows it, and a sampled heap shows 5 kB a leak within one look only if there are rounds of hundreds.
const IN_LARGE_ROUNDS: [&str; 1] = ["map-entry-never-deleted"];

/// Whose fix lets the kernel end what leaks, after this many seconds at most: package net has a silent peer asked nine
/// times, each 15 s, after 15 s (documentation of `net.KeepAliveConfig`). They are looked at when that time is over.
const MENDED_BY_THE_KERNEL: [(&str, u64); 1] = [("half-open-connection", 150)];

/// How many of those leak before, in 10 s.
const LEAKS_OF_THE_KERNEL: u32 = 200;

/// How much faster those leak while they are looked at under load.
const LARGE_ROUND: u32 = 6;

/// Whose line 3,000 leaks must name at the default heap rate. An open file keeps 0.2 kB, about one sample in 3,000: its
/// line may stay open.
const EXACT_AT_MANY: [&str; 2] = ["http-body-not-closed", "client-not-closed"];

/// What is asked of a pattern in a scenario. A pattern without a special rule must be at least likely, and its line
/// right or open.
pub fn standard(pattern: &str, scenario: Scenario) -> Standard {
    let possible_suffices = scenario == Scenario::Live && POSSIBLE_WHILE_LIVE.contains(&pattern);
    let shown = if scenario == Scenario::Trace { traced::shows(pattern) } else { None };
    let exact = match scenario {
        Scenario::Exact => true,
        Scenario::Many => EXACT_AT_MANY.contains(&pattern),
        Scenario::Trace => shown.is_some(),
        Scenario::Live | Scenario::Late | Scenario::Offline | Scenario::Fixed => {
            ALWAYS_EXACT.contains(&pattern)
        }
    };
    Standard { possible_suffices, exact, shown }
}

/// Which twins, how built, how many at a time.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Patterns.
    pub ids: Vec<String>,
    /// The only Go version, if one is asked for.
    pub go: Option<String>,
    /// Runs at the same time.
    pub jobs: usize,
    /// The executable, if it is not the release build.
    pub plumb: Option<PathBuf>,
}

impl Selection {
    /// A selection of patterns; all of them if none is named.
    ///
    /// # Errors
    /// If one of them has no twins.
    pub fn new(
        ids: Vec<String>,
        go: Option<String>,
        jobs: usize,
        plumb: Option<PathBuf>,
    ) -> Result<Self> {
        let known = workspace::running_twins()?;
        for id in &ids {
            ensure!(known.contains(id), "no pattern {id:?} with twins that run in patterns/");
        }
        let ids = if ids.is_empty() { known } else { ids };
        Ok(Self { ids, go, jobs: jobs.max(1), plumb })
    }

    /// The selection without patterns whose fixed twins take minutes: the kernel ends what leaks in them.
    pub fn soon_mended(&self) -> Self {
        let mut soon = self.clone();
        soon.ids.retain(|id| MENDED_BY_THE_KERNEL.iter().all(|(late, _)| late != id));
        soon
    }

    /// The executable that is run; builds it if none was named.
    ///
    /// # Errors
    /// If it is not there or cannot be built.
    pub fn executable(&self) -> Result<PathBuf> {
        workspace::plumb(self.plumb.as_deref())
    }
}

/// One program in one run, looked at in some scenarios.
#[derive(Clone, Debug)]
pub struct Run {
    /// The program.
    pub subject: Subject,
    /// Scenarios that one run can hold: `Live` and `Late` together, any other alone.
    pub scenarios: Vec<Scenario>,
}

impl Run {
    /// The runs in which a program is looked at live and late: one, unless its load differs between them.
    pub fn live_and_late(subject: &Subject) -> Vec<Self> {
        let run = |scenarios: &[Scenario]| Self {
            subject: subject.clone(),
            scenarios: scenarios.to_vec(),
        };
        if IN_LARGE_ROUNDS.contains(&subject.id.as_str()) {
            vec![run(&[Scenario::Live]), run(&[Scenario::Late])]
        } else {
            vec![run(&[Scenario::Live, Scenario::Late])]
        }
    }

    /// The run in which a program is looked at in one scenario; `None` if it has no part in that.
    pub fn alone(subject: &Subject, scenario: Scenario) -> Option<Self> {
        let subject = match scenario {
            Scenario::Trace => traced::subject(subject)?,
            _ => subject.clone(),
        };
        Some(Self { subject, scenarios: vec![scenario] })
    }

    /// How long the kernel takes to end what leaks in a fixed twin; `None` if the program does.
    fn seconds_of_the_kernel(&self) -> Option<u64> {
        let mut known = MENDED_BY_THE_KERNEL.iter();
        let known = known.find(|(id, _)| *id == self.subject.id)?;
        (self.scenarios == [Scenario::Fixed]).then_some(known.1)
    }

    /// One plan for all of its scenarios.
    fn plan(&self) -> Plan {
        if let Some(seconds) = self.seconds_of_the_kernel() {
            let rest = Duration::from_secs(seconds + 15);
            let load = Load { leaks: LEAKS_OF_THE_KERNEL, rate: 20 };
            return Plan { load, late: Some(rest), ..Plan::default() };
        }
        let mut plans = self.scenarios.iter().map(|scenario| scenario.plan());
        let mut plan = plans.next().unwrap_or_else(|| Scenario::Live.plan());
        for other in plans {
            plan.live = plan.live.or(other.live);
            plan.late = plan.late.or(other.late);
            plan.load.leaks = plan.load.leaks.min(other.load.leaks);
        }
        if self.scenarios == [Scenario::Live] && IN_LARGE_ROUNDS.contains(&self.subject.id.as_str())
        {
            plan.load.leaks *= LARGE_ROUND;
            plan.load.rate *= LARGE_ROUND;
        }
        plan
    }

    /// The beginning of the names of files that only this run writes.
    fn file_name(&self, tag: &str) -> String {
        let mut name = self.subject.name();
        for scenario in &self.scenarios {
            name.push('-');
            name.push_str(scenario.name());
        }
        name.push_str(tag);
        name.replace(['/', ' ', '=', '.', ','], "-")
    }
}

/// What came of one scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The program, as [`Subject::name`] has it.
    pub subject: String,
    /// The scenario.
    pub scenario: Scenario,
    /// What plumb's answer is worth.
    pub judgement: Judgement,
    /// Seconds that the run took.
    pub seconds: f64,
}

/// The programs of a selection: both twins with each Go version they are meant for, and the variants of `before`.
///
/// # Errors
/// If a twin's source cannot be read.
pub fn subjects(selection: &Selection, which: &[Which]) -> Result<Vec<Subject>> {
    let mut subjects = Vec::new();
    for id in &selection.ids {
        let versions = match &selection.go {
            Some(version) => vec![version.clone()],
            None => go::toolchains_of(id)?,
        };
        for (index, version) in versions.iter().enumerate() {
            // Whether a fix is right does not depend on the version.
            let is_played = |which: &&Which| **which != Which::Fixed || index == 0;
            for &which in which.iter().filter(is_played) {
                let subject = Subject::new(id, which, version)?;
                if index == 0 {
                    subjects.extend(variants(&subject));
                }
                subjects.push(subject);
            }
        }
    }
    Ok(subjects)
}

fn variants(subject: &Subject) -> Vec<Subject> {
    let with = |variant: &super::Variant| Subject {
        flags: variant.flags.clone(),
        expected: subject.expected.only(&variant.leaves),
        ..subject.clone()
    };
    subject.expected.variants.iter().map(with).collect()
}

/// Where the looks of a run come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The programs run.
    Running,
    /// The cases that an earlier run kept are judged again.
    Kept,
}

/// Plays one run, or takes what it kept, and judges each look of it.
///
/// # Errors
/// If a program fails, a case was not kept, or plumb prints no answer.
pub fn observe(plumb: &Path, run: &Run, tag: &str, source: Source) -> Result<Vec<Outcome>> {
    let started = Instant::now();
    let subject = &run.subject;
    let kept = workspace::target().join("twins/out").join(run.file_name(tag));
    let looks = match source {
        Source::Running => play(plumb, subject, &run.plan(), &kept)?,
        Source::Kept => look_again(plumb, &run.plan(), &kept)?,
    };
    let mut outcomes = Vec::new();
    for &scenario in &run.scenarios {
        // A fixed twin has one look, and when it is depends on what mends it.
        let is_its = |look: &&Look| scenario == Scenario::Fixed || look.moment == scenario.moment();
        for look in looks.iter().filter(is_its) {
            let standard = |pattern: &str| standard(pattern, scenario);
            outcomes.push(Outcome {
                subject: subject.name(),
                scenario,
                judgement: judge(&subject.expected, &look.answer, look.exit_code, standard),
                seconds: started.elapsed().as_secs_f64(),
            });
        }
    }
    Ok(outcomes)
}

/// The twins that a scenario looks at.
pub fn twins_of(scenario: Scenario) -> &'static [Which] {
    match scenario {
        Scenario::Fixed => &[Which::Fixed],
        _ if scenario.has_after() => &[Which::Before, Which::After],
        _ => &[Which::Before],
    }
}

/// Calls `work` for each item with its index, at most `jobs` at a time, in order of start.
pub fn in_parallel<T: Sync>(jobs: usize, items: &[T], work: impl Fn(usize, &T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    work(index, item);
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn every_item_is_worked_on_once() {
        let items: Vec<usize> = (0..50).collect();
        let seen = Mutex::new(Vec::new());
        in_parallel(3, &items, |index, item| seen.lock().expect("seen").push((index, *item)));
        let mut seen = seen.into_inner().expect("seen");
        seen.sort_unstable();
        assert_eq!(seen, items.iter().map(|&item| (item, item)).collect::<Vec<_>>());
    }

    #[test]
    fn live_and_late_share_a_run() {
        let [run] = &Run::live_and_late(&subject("http-body-not-closed"))[..] else {
            panic!("more than one run");
        };
        let plan = run.plan();
        assert!(plan.live.is_some() && plan.late.is_some());
        assert_eq!(plan.load.leaks, 500);
        // The load must outlast a look of 15 s that starts while it runs.
        let seconds = u64::from(plan.load.leaks / plan.load.rate);
        assert!(plan.live.expect("live").as_secs() + 15 <= seconds);
    }

    #[test]
    fn memory_needs_a_faster_load_while_it_is_looked_at() {
        let runs = Run::live_and_late(&subject("map-entry-never-deleted"));
        let loads: Vec<u32> = runs.iter().map(|run| run.plan().load.rate).collect();
        assert_eq!(loads, [20 * LARGE_ROUND, 20]);
    }

    #[test]
    fn what_the_kernel_mends_is_looked_at_when_its_time_is_over() {
        let plan = |scenario| {
            Run { subject: subject("half-open-connection"), scenarios: vec![scenario] }.plan()
        };
        assert!(plan(Scenario::Fixed).late.expect("late") > Duration::from_secs(150));
        assert!(plan(Scenario::Live).live.is_some());
    }

    #[test]
    fn a_trace_is_taken_of_few_leaks_and_within_the_load() {
        let billing = subject("client-not-closed");
        let run = Run::alone(&billing, Scenario::Trace).expect("a run");
        assert_eq!(run.subject.flags, ["-trace"]);
        let plan = run.plan();
        // A look of 12 s, the collections at its end, the trace of 5 s, and a look after that.
        let ends = plan.live.expect("live").as_secs() + 12 + 5 + 5;
        let rate = u64::from(plan.load.rate);
        assert!(ends <= u64::from(plan.load.leaks) / rate && ends * rate <= 150);
        assert!(standard("client-not-closed", Scenario::Trace).exact);
        assert!(!standard("file-not-closed", Scenario::Trace).exact);

        assert!(Run::alone(&subject("file-not-closed"), Scenario::Trace).is_none());
        let old = Subject { go: "1.19.13".to_owned(), ..billing.clone() };
        assert!(Run::alone(&old, Scenario::Trace).is_none());
        let mended = Subject { flags: vec!["-leak-file=false".to_owned()], ..billing };
        assert!(Run::alone(&mended, Scenario::Trace).is_none());
    }

    #[test]
    fn runs_of_one_program_write_different_files() {
        let subject = subject("http-body-not-closed");
        let of =
            |scenario| Run { subject: subject.clone(), scenarios: vec![scenario] }.file_name("-1");
        assert_ne!(of(Scenario::Late), of(Scenario::Many));
        assert_ne!(of(Scenario::Late), of(Scenario::Exact));
    }

    fn subject(id: &str) -> Subject {
        Subject::new(id, Which::Before, "1.27.3").expect("a twin")
    }

    #[test]
    fn special_standards_are_those_of_known_patterns() {
        let known = workspace::running_twins().expect("the catalogue");
        let late = MENDED_BY_THE_KERNEL.map(|(id, _)| id);
        let all = POSSIBLE_WHILE_LIVE.iter().chain(&ALWAYS_EXACT).chain(&EXACT_AT_MANY);
        for id in all.chain(&late).copied().chain(traced::ids()) {
            assert!(known.iter().any(|known| *known == id), "{id}");
        }
    }
}
