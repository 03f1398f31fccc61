//! The pattern that the source names: what a check cannot see in a running program, a rule sees at the line where the
//! evidence has it.

use plumb_evidence::catalogue::{Catalogue, Pattern};
use plumb_evidence::finding::{Confidence, EvidenceItem, Resource, Role, SiteKind, WitnessKind};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::number::hours;
use plumb_evidence::suspect::{Match, Remedy, Subject, Suspect};

use crate::site::{Decision, decide};
use crate::thresholds::{OLD_CROWD_MIN, OLD_CROWD_MINUTES};
use crate::witness::Hearing;
use crate::wording::thousands;

/// Mistakes after which nobody unlocks.
const LOCKED: [&str; 1] = ["lock-held-on-return"];
/// Mistakes after which nobody receives.
const NO_RECEIVER: [&str; 1] = ["blocked-sender-after-return"];
/// Mistakes after which nothing comes and nobody closes or cancels.
const NO_SENDER: [&str; 6] = [
    "blocked-receiver-no-sender",
    "context-not-cancelled",
    "goroutine-without-stop",
    "range-over-open-channel",
    "subscription-not-ended",
    "ticker-not-stopped",
];
/// Mistakes after which the other end of a connection may stay silent.
const NO_ANSWER: [&str; 2] = ["half-open-connection", "handshake-without-deadline"];

/// Mistakes after which a wait never ends, however long its owner lives.
const NOBODY_COMES: [&str; 3] =
    ["blocked-receiver-no-sender", "blocked-sender-after-return", "lock-held-on-return"];

/// What the source says of a site about which no check of the catalogue speaks.
#[derive(Clone, Copy)]
pub(crate) enum Named {
    /// The mistake there is the mechanism.
    Mechanism(&'static Pattern),
    /// There is a mistake, of which it is not shown that it is the mechanism.
    Beside(&'static Pattern),
}

/// What the source makes of the site that was decided on, if it is one of those who named it.
///
/// A mistake is the mechanism if its rule is sure and, where goroutines stand at the line, if what it leaves undone is
/// what they wait for: a body that is not closed and a request that waits for its answer may share a line.
pub(crate) fn named(
    suspect: &Suspect,
    decision: &Decision,
    catalogue: &Catalogue,
) -> Option<Named> {
    let site = &decision.site;
    if site.kind != SiteKind::Line || !site.found_by.contains(&WitnessKind::Source) {
        return None;
    }
    let says = decision.says.as_ref()?;
    let pattern = catalogue.pattern(says.pattern?)?;
    let waits = match &suspect.subject {
        Subject::Goroutines(crowd) => explains_wait(pattern.id, &crowd.state),
        _ => true,
    };
    Some(match waits && says.confidence >= Confidence::Likely {
        true => Named::Mechanism(pattern),
        false => Named::Beside(pattern),
    })
}

/// Goroutines that stand at the line of a mistake after which nobody ever comes, and have for longer than any work takes.
/// Growth is not needed to tell them from goroutines in use. Other mistakes leave workers that live as long as what they
/// serve, so for those age says nothing.
pub(crate) fn stands_at_mistake(hearing: &Hearing<'_>, catalogue: &Catalogue) -> Option<Match> {
    let Subject::Goroutines(_) = &hearing.suspect.subject else { return None };
    let measured = &hearing.suspect.measured;
    let (median, _) = measured.wait_minutes?;
    if measured.count < OLD_CROWD_MIN || median < OLD_CROWD_MINUTES {
        return None;
    }
    let Named::Mechanism(pattern) = named(hearing.suspect, &decide(hearing), catalogue)? else {
        return None;
    };
    let text = format!(
        "{} goroutines have waited there for {} in the median, and the source shows that nobody comes",
        thousands(measured.count as f64),
        hours(median as f64 / 60.0)
    );
    NOBODY_COMES.contains(&pattern.id).then(|| Match {
        confidence: Confidence::Possible,
        resource: Resource::Goroutines,
        role: Role::Blocks,
        through: &[],
        evidence: vec![EvidenceItem::new("mechanism", text)],
        remedy: Remedy::default(),
    })
}

/// Whether goroutines at the line of a mistake are in this state because of it.
pub(crate) fn explains_wait(pattern: &str, state: &WaitState) -> bool {
    let is_one_of = |patterns: &[&str]| patterns.contains(&pattern);
    match state {
        WaitState::MutexLock | WaitState::RwMutexLock | WaitState::Semacquire => is_one_of(&LOCKED),
        WaitState::ChanSend => is_one_of(&NO_RECEIVER),
        WaitState::ChanReceive => is_one_of(&NO_SENDER),
        WaitState::Select => is_one_of(&NO_SENDER) || is_one_of(&NO_RECEIVER),
        WaitState::Sleep => pattern == "goroutine-without-stop",
        WaitState::IoWait => is_one_of(&NO_ANSWER),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_explains_only_what_it_leaves_undone() {
        assert!(explains_wait("lock-held-on-return", &WaitState::RwMutexLock));
        assert!(explains_wait("lock-held-on-return", &WaitState::Semacquire));
        assert!(!explains_wait("lock-held-on-return", &WaitState::ChanReceive));
        assert!(explains_wait("context-not-cancelled", &WaitState::Select));
        assert!(!explains_wait("context-not-cancelled", &WaitState::ChanSend));
        assert!(!explains_wait("http-body-not-closed", &WaitState::Select));
        assert!(!explains_wait("goroutine-without-stop", &WaitState::Running));
    }
}
