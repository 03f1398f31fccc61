//! What grows and matches no pattern, and what is healthy although it is a crowd.

use plumb_evidence::client_use::ClientUse;
use plumb_evidence::finding::{Confidence, EvidenceItem, Resource, Role};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::heap::DEFAULT_PERIOD;
use plumb_evidence::measure::Measured;
use plumb_evidence::suspect::{GoroutineCrowd, Match, MemorySite, Remedy, Subject, Suspect};

use crate::body_readers::is_crowd_of_readers;
use crate::closed_by_peer::{FIX, WHY, closed_by_peer, is_closed_by_peer};
use crate::standing::{is_left_behind, left_behind};
use crate::thresholds::{
    CONNECTION_RISES_MIN, LOOK_SECONDS_MIN, SINCE_START_SAMPLES_MIN, STANDING_CROWD_MIN,
    STUCK_CROWD_MIN, SURVIVORS_SHARE_MIN, UNNAMED_GAIN_LIKELY, ZOMBIES_MIN,
};
use crate::wording::thousands;

/// Calls that start a child and leave it to the caller to wait for it. `Run`, `Output` and `CombinedOutput` are on the
/// way to `Start` too, and wait, but a user's function that calls them frees what it took.
const STARTS_A_CHILD: [&str; 2] = ["os/exec.(*Cmd).Start", "os.StartProcess"];

/// Why goroutines that read response bodies grow in number.
const READERS_WHY: &str = "Each goroutine reads the body of a response whose end does not come: a stream, a long poll,                            or a peer that stopped in the middle. It stays as long, and with it the connection and its                            buffers. New ones are started and none ends.";

/// What to do about it.
const READERS_FIX: &str = "Give each read an end: make the request with a context (http.NewRequestWithContext) and cancel                            it when whoever started the goroutine no longer needs it, or when nothing came for too                            long. Where one stream serves all, start it once and not on every call. Closing the body                            from another goroutine ends the read too.";

/// Why a suspect is held to be healthy although it is a crowd or grows; `None` if nothing excuses it.
pub(crate) fn excuse(suspect: &Suspect, work_gain: f64) -> Option<String> {
    let measured = &suspect.measured;
    match &suspect.subject {
        Subject::Goroutines(crowd) if follows_connections(suspect, crowd, work_gain) => {
            Some("as many as the work in progress explains".to_owned())
        }
        Subject::Object(object)
            if measured.grows() && object.phase.is_some_and(|phase| phase.ordinary) =>
        {
            Some(format!(
                "grows, but in the phase \"{}\", which a pool at rest or a call in progress explains",
                object.phase?.name
            ))
        }
        Subject::Connections(_) if closed_by_peer(suspect).is_some() => None,
        Subject::Connections(crowd) if crowd.is_explained => {
            Some("the client objects and goroutines that hold them are judged instead".to_owned())
        }
        Subject::Goroutines(crowd)
            if is_stuck(suspect, crowd) || is_left_behind(suspect).is_some() =>
        {
            None
        }
        Subject::Memory(site) if site.holds_dead.is_none() && is_young(suspect) => Some(
            "grows, but the process has only just started and may be filling its caches".to_owned(),
        ),
        Subject::Zombies if measured.count >= ZOMBIES_MIN => None,
        _ if measured.grows() => None,
        _ if measured.limit_reached.is_some() => {
            Some(format!("rose to {} and stands there", measured.limit_reached?))
        }
        _ if measured.growth.is_some_and(|growth| growth.bends) => {
            Some("grew at first and levels off: a warm-up".to_owned())
        }
        _ => in_use(suspect).or_else(|| Some("does not grow".to_owned())),
    }
}

/// What says that objects that stand still are kept on purpose.
fn in_use(suspect: &Suspect) -> Option<String> {
    let Subject::Object(_) = suspect.subject else { return None };
    if ClientUse::of(suspect) == ClientUse::MadeAtStart {
        return Some("made when the process started, and none since".to_owned());
    }
    let busy = suspect.own_sockets()?.carried?.busy;
    (busy >= STANDING_CROWD_MIN).then(|| {
        let busy = thousands(busy as f64);
        format!("does not grow, and {busy} of its connections were in use during the look")
    })
}

/// Whether the process may still be warming up.
fn is_young(suspect: &Suspect) -> bool {
    suspect.surroundings.uptime_seconds.is_some_and(|seconds| seconds < MemorySite::CACHE_SECONDS)
}

/// One worker for each live connection: healthy as long as they wait for that connection or for their turn. Those
/// stuck in a send or a lock are not waiting for the peer.
fn follows_connections(suspect: &Suspect, crowd: &GoroutineCrowd, work_gain: f64) -> bool {
    let waits = matches!(
        crowd.state,
        WaitState::Select
            | WaitState::ChanReceive
            | WaitState::IoWait
            | WaitState::Sleep
            | WaitState::Running
    );
    let gain = suspect.measured.growth.map_or(0.0, |growth| growth.gain.estimate);
    // A handler of each open connection, however many arrive at once.
    let handles = crowd.serves_connection
        && suspect.measured.count <= suspect.surroundings.incoming_connections;
    if waits && handles {
        return true;
    }
    // Two goroutines a connection (a reader and a writer) are common; the snapshot is not atomic.
    waits && work_gain > 0.0 && gain <= 2.0 * work_gain * 1.2
}

/// A crowd at one lock that nobody lets go, or in a wait that nothing can end, while nothing else happens.
fn is_stuck(suspect: &Suspect, crowd: &GoroutineCrowd) -> bool {
    let at_lock =
        matches!(crowd.state, WaitState::MutexLock | WaitState::RwMutexLock | WaitState::Forever);
    at_lock
        && suspect.measured.count >= STUCK_CROWD_MIN
        && suspect.measured.stands_still_for(LOOK_SECONDS_MIN)
        && suspect.surroundings.quiet == Some(true)
}

/// Growth that no pattern names.
pub(crate) fn unnamed(suspect: &Suspect) -> Option<Match> {
    if matches!(suspect.subject, Subject::Zombies) && suspect.measured.count >= ZOMBIES_MIN {
        return Some(zombies());
    }
    if let Subject::Goroutines(crowd) = &suspect.subject
        && is_stuck(suspect, crowd)
    {
        return Some(stuck());
    }
    if let Some(closed) = closed_by_peer(suspect) {
        return Some(closed);
    }
    if let Some(left) = left_behind(suspect).filter(|_| !suspect.measured.grows()) {
        return Some(left);
    }
    let growth = suspect.measured.growth.filter(|growth| growth.is_significant())?;
    // A client that turns to a new peer opens its connections to it at once; a leak goes on.
    if matches!(suspect.subject, Subject::Connections(_))
        && rises(&suspect.measured) < CONNECTION_RISES_MIN
    {
        return None;
    }
    let (resource, role) = match &suspect.subject {
        Subject::Goroutines(crowd) if crowd.state.is_blocked() => {
            (Resource::Goroutines, Role::Blocks)
        }
        Subject::Goroutines(_) => return None,
        Subject::Object(object) if object.goroutines.is_empty() => {
            (Resource::Memory, Role::Creates)
        }
        Subject::Object(_) => (Resource::Goroutines, Role::Creates),
        Subject::Memory(_) => (Resource::Memory, Role::Creates),
        Subject::Descriptors(_) => (Resource::Descriptors, Role::Creates),
        Subject::Connections(_) => (Resource::Sockets, Role::Creates),
        Subject::Zombies | Subject::Threads => (Resource::Threads, Role::Creates),
    };
    let stayed =
        suspect.measured.survival.is_some_and(|survival| survival.share() >= SURVIVORS_SHARE_MIN);
    // Memory that grows during load is never more than Possible by growth alone: caches and unfinished work have
    // lifetimes of their own (DESIGN.md §5.6). The same holds for threads, which the runtime keeps for reuse.
    let may_be_likely = !matches!(resource, Resource::Memory | Resource::Threads);
    let likely = may_be_likely && stayed && growth.gain.estimate >= UNNAMED_GAIN_LIKELY;
    let confidence = if likely { Confidence::Likely } else { Confidence::Possible };
    let reads =
        matches!(&suspect.subject, Subject::Goroutines(crowd) if is_crowd_of_readers(crowd));
    let text = match reads {
        true => {
            "each reads the body of a response whose end does not come; more and more of them do, and nothing known to be healthy explains it"
        }
        false => "it grows steadily, and nothing known to be healthy explains it",
    };
    let evidence = vec![EvidenceItem::new("mechanism", text)];
    let remedy = Remedy::default();
    Some(Match { confidence, resource, role, through: &[], evidence, remedy })
}

/// How the advice ends where nothing else is known.
pub(crate) const NO_PATTERN: &str = "No pattern of the catalogue fits.";

/// What a finding says that no pattern explains.
pub(crate) struct Advice {
    pub(crate) why: &'static str,
    pub(crate) fix: &'static str,
}

/// Why it leaks and what to do about it, as far as the kind of thing tells.
pub(crate) fn advice(suspect: &Suspect) -> Advice {
    const LOOK: &str = "Find what should end or release them, starting at the site or the candidates, and see that every path does.";
    match &suspect.subject {
        Subject::Zombies => Advice {
            why: "A process that has ended stays in the kernel's table until its parent asks how it ended. \
                  exec.Cmd.Start only starts the child; Run, Output and CombinedOutput also wait. Each that is not \
                  waited for keeps a process id (`ps` shows it as <defunct>, state Z), and at the pid limit of the \
                  cgroup or the system nothing can be started any more. Pipes and the goroutines that copy from \
                  them stay open as well.",
            fix: "Call cmd.Wait() after every cmd.Start() that succeeded, on every path; where nobody needs the \
                  result: go cmd.Wait(). Or use cmd.Run(). For children that the program did not start itself (it \
                  is pid 1 of a container), start it under an init such as tini.",
        },
        Subject::Goroutines(_)
            if !suspect.measured.grows() && is_left_behind(suspect).is_some() =>
        {
            Advice {
                why: "Each call started goroutines and returned, and they are still there: nothing ends them. Typical \
                  are a loop over a ticker or channel that nobody stops or closes, and a wait for a context that \
                  nobody cancels. If each serves a tenant, a room or a session that lives on, their number has a \
                  bound and they are healthy.",
                fix: "Give each a way to end, and use it on every path of the function that starts them: close the \
                  channel, cancel the context (defer cancel()), or select on ctx.Done() beside the ticker.",
            }
        }
        Subject::Goroutines(crowd) if is_crowd_of_readers(crowd) && suspect.measured.grows() => {
            Advice { why: READERS_WHY, fix: READERS_FIX }
        }
        _ if is_closed_by_peer(suspect) => Advice { why: WHY, fix: FIX },
        _ if suspect.measured.grows() => Advice {
            why: "Their number grows and nothing that plumb knows to be healthy explains it. No pattern of the \
                  catalogue fits.",
            fix: LOOK,
        },
        _ => Advice {
            why: "They stand still and nothing that plumb knows to be healthy explains it. No pattern of the \
                  catalogue fits.",
            fix: LOOK,
        },
    }
}

/// Steps between snapshots in which the count rose.
fn rises(measured: &Measured) -> usize {
    measured.series.windows(2).filter(|pair| pair[1].1 > pair[0].1).count()
}

fn stuck() -> Match {
    let text = "none of them moved during the whole look, in a process that does nothing else: nobody lets them go";
    Match {
        confidence: Confidence::Likely,
        resource: Resource::Goroutines,
        role: Role::Blocks,
        through: &[],
        evidence: vec![EvidenceItem::new("mechanism", text)],
        remedy: Remedy::default(),
    }
}

fn zombies() -> Match {
    let text = "each is a child process that has ended and whose exit nobody collects: exec.Cmd without Wait \
                (`ps` shows it as <defunct>)";
    Match {
        confidence: Confidence::Likely,
        resource: Resource::Threads,
        role: Role::Creates,
        through: &STARTS_A_CHILD,
        evidence: vec![EvidenceItem::new("mechanism", text)],
        remedy: Remedy::default(),
    }
}

/// Whether a healthy suspect is worth a line in the report. One look acquits nobody.
pub(crate) fn is_notable(suspect: &Suspect) -> bool {
    let measured = &suspect.measured;
    match &suspect.subject {
        Subject::Object(_) | Subject::Goroutines(_) | Subject::Descriptors(_) => {
            measured.count >= STANDING_CROWD_MIN && measured.series.len() > 1
        }
        // What gains memory is told of, whatever excuses it.
        Subject::Memory(site) => {
            let least = SINCE_START_SAMPLES_MIN - 0.5;
            let is_much = site.live.bytes >= least * DEFAULT_PERIOD as f64;
            measured.grows() && site.live.samples >= least && is_much
        }
        _ => false,
    }
}
