//! Whether the evidence is enough to say that nothing leaks, and what to bring if not.

use plumb_evidence::Service;
use plumb_evidence::finding::{Finding, SiteKind, Undecided, Verdict};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::target;

use crate::code::Code;
use crate::crowd::{Crowd, CrowdKey, comparable};
use crate::one_look::Shown;
use crate::surroundings::window_seconds;
use crate::thresholds::{LOOK_SECONDS_MIN, OLD_CROWD_MIN, OLD_CROWD_MINUTES};
use crate::wording::thousands;

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
    let missing = missing_evidence(service, restarted, shown);
    let old = old_crowds(codes, crowds);
    let enough = missing.is_empty() && old.is_empty() && open.is_empty();
    questions.extend(missing);
    questions.extend(old);
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

/// What is needed to say that nothing leaks, and is not there.
fn missing_evidence(service: &Service, restarted: bool, shown: &Shown) -> Vec<Undecided> {
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
fn old_crowds(codes: &[Code<'_>], crowds: &[Crowd]) -> Vec<Undecided> {
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
                    "{count} goroutines that have waited {minutes} minutes in {function} [{}]",
                    crowd.exemplar.state
                ),
                bring: "a second dump some minutes later: if there are more then, they leak"
                    .to_owned(),
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
