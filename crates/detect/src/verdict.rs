//! Whether the evidence is enough to say that nothing leaks, and what to bring if not.

use plumb_evidence::finding::{Finding, SiteKind, Undecided, Verdict};
use plumb_evidence::goroutine::{GoroutineSource, WaitState};
use plumb_evidence::number::hours;
use plumb_evidence::target;
use plumb_evidence::{Instance, Service};

use crate::code::Code;
use crate::crowd::{Crowd, CrowdKey, comparable};
use crate::one_look::Shown;
use crate::surroundings::window_seconds;
use crate::thresholds::{LOOK_SECONDS_MIN, OLD_CROWD_MIN, OLD_CROWD_MINUTES};
use crate::wording::thousands;

/// What is asked where no Go program was looked at, and what answers it.
const NO_GO: &str = "whether a Go service leaks: this is no Go program";
/// See [`NO_GO`].
const THE_GO_PROGRAM: &str = "the URL or the process id of the service itself (pgrep -P PID lists the children of a \
    wrapper)";

/// What tells a crowd of one dump from workers that wait.
const LATER_DUMP: &str = "a second dump some minutes later: if there are more then, they leak";

/// What can still be brought of a process that has ended.
const OF_THE_NEXT: &str = "a dump of the process that runs in its place, some hours into its work \
    (/debug/pprof/goroutine?debug=2; SIGQUIT would end that one too): if they are there again, and more with time, \
    they leak";

/// The open questions, and the verdict; `open` are those that the judgement of suspects left.
pub(crate) fn verdict(
    service: &Service,
    codes: &[Code<'_>],
    crowds: &[Crowd],
    findings: &[Finding],
    open: Vec<Undecided>,
    restarted: bool,
    shown: &Shown,
) -> (Verdict, Vec<Undecided>) {
    let mut questions: Vec<Undecided> = findings.iter().filter_map(open_line).collect();
    if !findings.is_empty() {
        return (Verdict::Leak, questions);
    }
    let ended = has_ended(service);
    let later = match ended {
        true => of_the_next(service),
        false => LATER_DUMP.to_owned(),
    };
    let old = old_crowds(codes, crowds, &later);
    let missing = match ended {
        true => of_ended(service, shown, &old),
        false => missing_evidence(service, restarted, shown),
    };
    let enough = missing.is_empty() && old.is_empty() && open.is_empty();
    // Of a process that has ended, what stands out is all there is to say.
    let (first, second) = if ended { (old, missing) } else { (missing, old) };
    questions.extend(first);
    questions.extend(second);
    questions.extend(open);
    (if enough { Verdict::Clean } else { Verdict::Undecided }, questions)
}

fn open_line(finding: &Finding) -> Option<Undecided> {
    if finding.site.kind == SiteKind::Line || finding.would_decide.is_empty() {
        return None;
    }
    Some(Undecided {
        what: format!("the line of \"{}\"", finding.title),
        bring: finding.would_decide.join("; or "),
    })
}

/// Whether nothing more can come of the processes that were looked at: the last of each is the dump with which it ended.
fn has_ended(service: &Service) -> bool {
    let last_word = |instance: &Instance| {
        let last = instance.snapshots.last().and_then(|snapshot| snapshot.any_goroutines());
        last.is_some_and(|goroutines| goroutines.source == GoroutineSource::Crash)
    };
    !service.instances.is_empty() && service.instances.iter().all(last_word)
}

/// The questions that the dump of a process that has ended leaves: each crowd that stands out by itself. Those that are
/// `old` have theirs already.
fn of_ended(service: &Service, shown: &Shown, old: &[Undecided]) -> Vec<Undecided> {
    let looks = service.instances.iter().map(|instance| comparable(instance).len()).max();
    if looks.unwrap_or(0) >= 3 && window_seconds(service) >= LOOK_SECONDS_MIN {
        return Vec::new();
    }
    let bring = of_the_next(service);
    let question = |what: String| Undecided { what, bring: bring.clone() };
    if shown.crowds.is_empty() && old.is_empty() {
        return vec![question("whether goroutines grew before the process ended".to_owned())];
    }
    let crowds = shown.crowds.iter();
    crowds
        .map(|crowd| question(format!("{crowd}: at work when the process ended, or left behind?")))
        .collect()
}

/// The source is asked for where it is not at hand: it tells what the lines at which they stand wait for.
fn of_the_next(service: &Service) -> String {
    match service.source {
        Some(_) => OF_THE_NEXT.to_owned(),
        None => format!("{OF_THE_NEXT}; and the source (--source FOLDER)"),
    }
}

/// What is needed to say that nothing leaks, and is not there.
fn missing_evidence(service: &Service, restarted: bool, shown: &Shown) -> Vec<Undecided> {
    if !service.instances.is_empty() && service.instances.iter().all(Instance::is_foreign) {
        return vec![Undecided { what: NO_GO.to_owned(), bring: THE_GO_PROGRAM.to_owned() }];
    }
    let mut missing = Vec::new();
    let mut ask = |what: &str, bring: &str| {
        missing.push(Undecided { what: what.to_owned(), bring: bring.to_owned() })
    };
    // What it is about, where it can be named.
    let of = |what: &str, which: &str, named: &[String]| match named {
        [] => what.to_owned(),
        named => format!("{what}; {which}: {}", named.join("; ")),
    };
    let looks =
        service.instances.iter().map(|instance| comparable(instance).len()).max().unwrap_or(0);
    if looks == 0 {
        ask(
            "goroutines",
            "a goroutine profile: /debug/pprof/goroutine, or a dump (debug=2, SIGQUIT)",
        );
    }
    let is_short = looks < 3 || window_seconds(service) < LOOK_SECONDS_MIN;
    if looks > 0 && is_short {
        let what =
            of("whether goroutines grow", "the largest crowds, in use or leaked", &shown.crowds);
        let what = of(&what, "made while the execution trace ran, and not ended", &shown.left);
        ask(&what, &longer_look(&service.target));
    }
    if is_short && !shown.holders.is_empty() {
        let what = of("whether memory grows", "most of the live heap is held", &shown.holders);
        ask(&what, "a second heap profile some minutes later, under the same load");
    }
    if is_short && !shown.gainers.is_empty() {
        let what = of("whether memory goes on growing", "most was gained", &shown.gainers);
        ask(&what, "a third heap profile some minutes later, under the same load");
    }
    if restarted {
        ask("whether anything grows: the process restarted during the look", "another look");
    }
    if service.instances.iter().all(|instance| instance.latest(|s| s.heap.as_ref()).is_none()) {
        ask("memory", "a heap profile: /debug/pprof/heap");
    }
    missing
}

/// What shows growth: of a live target a look of a minute, whatever the last one was.
fn longer_look(target: &str) -> String {
    if target::are_all_live(target) {
        return format!("a longer look: plumb diagnose {} --for 1m", target::quoted(target));
    }
    "more snapshots some minutes apart, or the URL, so that plumb can look for 15 s or longer (--for)"
        .to_owned()
}

/// Crowds that waited long in a single look. Parked workers look the same, so this is a question, not a finding.
fn old_crowds(codes: &[Code<'_>], crowds: &[Crowd], bring: &str) -> Vec<Undecided> {
    let grown_old = crowds.iter().filter(|crowd| is_old(crowd));
    grown_old
        .map(|crowd| {
            let code = &codes[crowd.instance];
            let frames = crowd.exemplar.stack.frames();
            let at = code.user_frame(&crowd.exemplar.stack).and_then(|index| frames.get(index));
            let function = at.map_or_else(
                || "?".to_owned(),
                |frame| format!("{} ({}:{})", frame.function, frame.file, frame.line),
            );
            let count = thousands(crowd.measured.count as f64);
            let minutes = crowd.measured.wait_minutes.map_or(0, |(median, _)| median);
            Undecided {
                what: format!(
                    "{count} goroutines that have waited {} in {function} [{}]",
                    hours(minutes as f64 / 60.0),
                    crowd.exemplar.state
                ),
                bring: bring.to_owned(),
            }
        })
        .collect()
}

/// Whether a crowd of a single look has a question of its own for its age.
pub(crate) fn is_old(crowd: &Crowd) -> bool {
    let measured = &crowd.measured;
    let blocked_in_user_code =
        matches!(&crowd.key, CrowdKey::User { state, .. } if suspicious(state));
    blocked_in_user_code
        && measured.series.len() < 2
        && measured.count >= OLD_CROWD_MIN
        && measured.wait_minutes.is_some_and(|(median, _)| median >= OLD_CROWD_MINUTES)
}

/// States in which an idle worker is not usually found.
fn suspicious(state: &WaitState) -> bool {
    matches!(
        state,
        WaitState::ChanSend
            | WaitState::IoWait
            | WaitState::MutexLock
            | WaitState::RwMutexLock
            | WaitState::Semacquire
            | WaitState::WaitGroupWait
            | WaitState::Forever
    )
}
