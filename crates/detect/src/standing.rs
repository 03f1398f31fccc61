//! Crowds that stand still: the user's own goroutines, left behind by calls that are over or an open question, and
//! objects in nobody's hands.

use std::time::Duration;

use plumb_evidence::catalogue::Side;
use plumb_evidence::client_use::ClientUse;
use plumb_evidence::finding::{Confidence, EvidenceItem, Resource, Role, Undecided};
use plumb_evidence::goroutine::{WaitState, dump_pause};
use plumb_evidence::measure::Measured;
use plumb_evidence::service::Service;
use plumb_evidence::suspect::{
    GoroutineCrowd, Makers, Match, ObjectCrowd, Remedy, Subject, Suspect,
};
use plumb_evidence::target;

use crate::surroundings::unasked_since;
use crate::thresholds::{
    ATTENDED_FACTOR, ENDED_BETWEEN_SHARE_MIN, LEFT_BEHIND_MIN, LOOK_SECONDS_MIN, OLD_CROWD_MINUTES,
    STANDING_CLIENTS_MIN, STANDING_POOL_MAX, STANDING_SENDERS_MIN, STEADY_SHARE_MIN,
    STUCK_CROWD_MIN, SURVIVORS_SHARE_MIN, WAITING_USERS_SHARE_MIN,
};
use crate::waiters::waits_for_goroutines;
use crate::wording::{place, subject, thousands};

/// What decides where nobody else can tell.
const LATER: &str = "a second look after some hours of use: if there are more then, they leak";
/// What tells whether connections are used.
const USE_OF_CONNECTIONS: &str = "ss -tie of the machine, twice, a minute apart (tells what each connection carries), or plumb diagnose beside \
     the process; or a second look after some hours of use: if there are more then, they leak";
/// Go release from which on every program has the goroutineleak profile (https://go.dev/doc/go1.27).
const LEAK_PROFILE_SINCE: (u32, u32) = (1, 27);
/// How a crowd stands that was smaller when the look began.
const RISEN: &str = "stay while no request comes, after their number rose";

/// Goroutines that many calls left behind and that do not end. Possible at most: a worker for each tenant, started by
/// the first request that needs it, is made in the same way.
pub(crate) fn left_behind(suspect: &Suspect) -> Option<Match> {
    let (crowd, makers) = is_left_behind(suspect)?;
    let mut evidence = vec![EvidenceItem::new("mechanism", made_by(makers))];
    evidence.extend(crowd.created_by.as_ref().map(|frame| {
        let text = format!("created by {} ({}:{})", frame.function, frame.file, frame.line);
        EvidenceItem::new("creator", text)
    }));
    Some(Match {
        confidence: Confidence::Possible,
        resource: Resource::Goroutines,
        role: Role::Blocks,
        through: &[],
        evidence,
        remedy: Remedy::default(),
    })
}

/// Who made them, in words.
fn made_by(makers: Makers) -> String {
    let Makers { number, gone, ended_between, .. } = makers;
    let number = thousands(number as f64);
    match gone {
        1 => format!(
            "one goroutine made them, in calls that are over; {} others that were started in between have ended",
            thousands(ended_between as f64)
        ),
        gone => format!(
            "{number} goroutines made them, and the calls of {} of these are over: what they started runs on",
            thousands(gone as f64)
        ),
    }
}

/// The crowd and its makers, if calls that are over left it behind and nothing explains it.
pub(crate) fn is_left_behind(suspect: &Suspect) -> Option<(&GoroutineCrowd, Makers)> {
    let Subject::Goroutines(crowd) = &suspect.subject else { return None };
    let makers = crowd.makers.filter(|makers| makers.separate_calls)?;
    let measured = &suspect.measured;
    let old = measured.wait_minutes.is_some_and(|(median, _)| median >= OLD_CROWD_MINUTES);
    let stayed = measured.survival.is_some_and(|survival| {
        survival.share() >= SURVIVORS_SHARE_MIN && survival.window_seconds >= LOOK_SECONDS_MIN
    });
    // Under load, jobs that take some minutes are made in the same way, and most of them outlast a look.
    let stands = stayed && !has_requests(suspect);
    let holds = measured.count >= LEFT_BEHIND_MIN
        && crowd.state.is_blocked()
        && (old || stands)
        && !crowd.serves_connection
        && !is_attended(suspect);
    holds.then_some((crowd, makers))
}

/// What is not known of a crowd that has the size of a pool and stands still: who made it.
pub(crate) fn unknown_makers(suspect: &Suspect) -> Option<&'static str> {
    let Subject::Goroutines(crowd) = &suspect.subject else { return None };
    let measured = &suspect.measured;
    let stands = measured.count >= LEFT_BEHIND_MIN && measured.stands_still_for(LOOK_SECONDS_MIN);
    let open = crowd.makers.is_none() && !crowd.serves_connection && !is_attended(suspect);
    (stands && open).then_some(", as a pool does; a full dump (--pause-limit) tells who made them")
}

/// The question that a standing crowd leaves open, if it does.
pub(crate) fn question(suspect: &Suspect, service: &Service) -> Option<Undecided> {
    let crowd = match &suspect.subject {
        Subject::Goroutines(crowd) => crowd,
        Subject::Object(object) => return object_question(suspect, object, service),
        _ => return None,
    };
    if let Some(question) = lock_question(suspect, crowd) {
        return Some(question);
    }
    let limit = match crowd.state {
        WaitState::ChanSend => STANDING_SENDERS_MIN,
        WaitState::Running | WaitState::Unknown | WaitState::Syscall => return None,
        _ => STANDING_POOL_MAX + 1,
    };
    let enough = suspect.measured.count >= limit;
    if !enough || crowd.serves_connection || is_pool_of_the_living(crowd) || is_attended(suspect) {
        return None;
    }
    let how = stands_in_quiet(suspect, service)?;
    let frame = crowd.user_frame.and_then(|index| crowd.stack.frames().get(index));
    let at = frame.map_or_else(String::new, |frame| format!(" at {}", place(frame)));
    let count = thousands(suspect.measured.count as f64);
    let made = crowd.makers.map_or_else(String::new, |makers| made_between(makers, suspect));
    let what = format!("{count} {}{at} {how}{made}: a pool, or left behind?", subject(suspect));
    Some(Undecided { what, bring: what_answers(suspect, crowd, &service.target) })
}

/// Whether those that made a crowd are still in the call that did, so that it is a pool. The main goroutine is taken to
/// be, because it starts the pools of a program; but not for senders, once nobody is in the function that started them:
/// calls that gave up look the same as producers before a consumer that is slow.
fn is_pool_of_the_living(crowd: &GoroutineCrowd) -> bool {
    let sends_to_nobody = crowd.state == WaitState::ChanSend && !crowd.starter_alive;
    crowd.makers.is_some_and(|makers| makers.gone == 0) && !sends_to_nobody
}

/// What the ids of a crowd say of how it was made, if that speaks for calls.
fn made_between(makers: Makers, suspect: &Suspect) -> String {
    let ended = makers.ended_between as f64;
    if ended < ENDED_BETWEEN_SHARE_MIN * suspect.measured.count as f64 {
        return String::new();
    }
    format!(" ({} goroutines that were started in between have ended)", thousands(ended))
}

/// Objects whose number rose far and then stayed while nobody asked for anything, or that stand still in nobody's hands.
fn object_question(
    suspect: &Suspect,
    object: &ObjectCrowd,
    service: &Service,
) -> Option<Undecided> {
    if let Some(question) = client_question(suspect, object) {
        return Some(question);
    }
    let count = suspect.measured.count;
    let risen = count > STANDING_POOL_MAX && stays_at_rest_after_rise(&suspect.measured, service);
    let how = match risen {
        true => format!("{RISEN}: a pool, or left behind?"),
        false if is_in_nobodys_hands(suspect, object) => {
            "stand still, and too few goroutines of yours run to use them: kept on purpose, or left behind?"
                .to_owned()
        }
        false => return None,
    };
    let what = format!("{} {} {how}", thousands(count as f64), subject(suspect));
    Some(Undecided { what, bring: LATER.to_owned() })
}

/// What clients leave open of which one serves all calls to a peer, and there are many of one peer: whether they are used
/// cannot be told.
fn client_question(suspect: &Suspect, object: &ObjectCrowd) -> Option<Undecided> {
    let record = object.record.filter(|record| record.side == Side::Client)?;
    let one_serves_all = record.multiplexed && !record.pooled && !object.goroutines.is_empty();
    let many_peers =
        suspect.own_sockets().and_then(|sockets| sockets.has_one_peer()) == Some(false);
    if !one_serves_all || many_peers || suspect.measured.grows() {
        return None;
    }
    let (count, how, bring) = match ClientUse::of(suspect) {
        ClientUse::Seldom(count) => {
            let how = "stand still while requests come, and little goes over their connections: seldom used, or left \
                       behind by a library that shows signs of life?";
            (count, how, LATER)
        }
        ClientUse::Unknown => {
            let how = "exist at once, and nothing tells whether their connections are used: one for each tenant, or \
                       left behind?";
            (suspect.measured.count, how, USE_OF_CONNECTIONS)
        }
        ClientUse::LevelsOff => {
            let how = "were made, fewer and fewer while requests came: one for each tenant, or left behind?";
            (suspect.measured.count, how, LATER)
        }
        ClientUse::MadeAtStart | ClientUse::Unused(_) => return None,
    };
    let what = format!("{} {} {how}", thousands(count as f64), subject(suspect));
    (count >= STANDING_CLIENTS_MIN).then(|| Undecided { what, bring: bring.to_owned() })
}

/// Whether objects stand still for which no pool, request, client or goroutine of the user's accounts. Workers of a
/// library that is not known may be a pool of any usual size; a client that is known to be no pool may not.
fn is_in_nobodys_hands(suspect: &Suspect, object: &ObjectCrowd) -> bool {
    let (count, here) = (suspect.measured.count, &suspect.surroundings);
    let is_client = object.record.is_some_and(|record| record.side == Side::Client);
    let least = if is_client { STANDING_CLIENTS_MIN } else { STANDING_POOL_MAX + 1 };
    let is_pool = object.record.is_some_and(|record| record.pooled)
        || object.phase.is_some_and(|phase| phase.ordinary);
    let served = ATTENDED_FACTOR * here.incoming_connections as f64;
    let users = here.user_goroutines as f64;
    let unused = !matches!(ClientUse::of(suspect), ClientUse::MadeAtStart | ClientUse::Unused(0));
    unused
        && count >= least
        && !is_pool
        && !object.goroutines.is_empty()
        && suspect.measured.stands_still_for(LOOK_SECONDS_MIN)
        && !has_requests(suspect)
        && !waits_for_goroutines(suspect)
        && count as f64 > served
        && users < WAITING_USERS_SHARE_MIN * count as f64
}

/// How a crowd stands still while no request comes, in words; `None` if it moves, or may be at work.
fn stands_in_quiet(suspect: &Suspect, service: &Service) -> Option<&'static str> {
    if suspect.measured.stands_still_for(LOOK_SECONDS_MIN) {
        return (!has_requests(suspect)).then_some("stand still");
    }
    stays_at_rest_after_rise(&suspect.measured, service).then_some(RISEN)
}

/// Whether a count rose and then stayed for long enough, and no request is known to have come while it stayed. Pools
/// fill under load as well, but they do not keep thousands at rest.
fn stays_at_rest_after_rise(measured: &Measured, service: &Service) -> bool {
    let (Some(&(_, first)), Some(&(end, last))) = (measured.series.first(), measured.series.last())
    else {
        return false;
    };
    let holds = |count: f64| count.min(last) >= STEADY_SHARE_MIN * count.max(last);
    let tail = measured.series.iter().rev().take_while(|(_, count)| holds(*count));
    let since = tail.last().map_or(end, |(at, _)| *at);
    let risen = first < last && !holds(first);
    risen && end - since >= LOOK_SECONDS_MIN && unasked_since(service, since) == Some(true)
}

/// Whether requests are known to have come during the look. CPU time does not count: a thousand tickers left behind
/// use more of it than a quiet service.
fn has_requests(suspect: &Suspect) -> bool {
    let here = &suspect.surroundings;
    here.unasked.or(here.quiet) == Some(false)
}

/// The question that a crowd at a lock leaves open after its number rose and then stayed: under load that waits for its
/// turn, or it waits for a holder that never unlocks.
fn lock_question(suspect: &Suspect, crowd: &GoroutineCrowd) -> Option<Undecided> {
    let at_lock = matches!(crowd.state, WaitState::MutexLock | WaitState::RwMutexLock);
    let levels_off = suspect.measured.growth.is_some_and(|growth| growth.bends);
    let holds = at_lock && levels_off && suspect.measured.count >= STUCK_CROWD_MIN;
    holds.then(|| Undecided {
        what: format!(
            "{} {} wait for one lock: their number rose, then stayed",
            thousands(suspect.measured.count as f64),
            subject(suspect)
        ),
        bring:
            "another look: if the same number waits then, whoever holds the lock never unlocks it"
                .to_owned(),
    })
}

/// What to bring for a standing crowd.
fn what_answers(suspect: &Suspect, crowd: &GoroutineCrowd, target: &str) -> String {
    let live = target::are_all_live(target).then(|| target::quoted(target));
    if crowd.makers.is_some() {
        let has_profile = suspect.surroundings.go_release >= Some(LEAK_PROFILE_SINCE);
        return match live.filter(|_| has_profile && !crowd.reachable) {
            Some(target) => format!(
                "plumb diagnose {target} --goroutineleak (the runtime tells which can never go on); or {LATER}"
            ),
            None => LATER.to_owned(),
        };
    }
    let pause = dump_pause(suspect.surroundings.goroutines);
    let ms = pause.as_millis();
    let dump = if let Some(target) = live {
        format!("plumb diagnose {target} --pause-limit {}ms", rounded_up(pause))
    } else {
        "a full dump (/debug/pprof/goroutine?debug=2)".to_owned()
    };
    format!("{dump} (tells who made them; stops the service for about {ms} ms); or {LATER}")
}

/// A limit in milliseconds that the pause stays below, though a few more goroutines may run by then.
fn rounded_up(pause: Duration) -> u128 {
    (pause.as_millis() * 12 / 10 + 10) / 10 * 10
}

/// Whether each of the goroutines may be there for a connection.
fn is_attended(suspect: &Suspect) -> bool {
    let connections = suspect.surroundings.attended_connections as f64;
    suspect.measured.count as f64 <= ATTENDED_FACTOR * connections
}
