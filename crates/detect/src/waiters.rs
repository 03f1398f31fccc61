//! Goroutines that only wait for other goroutines to end: `errgroup.Group.Wait`, a pool's `StopAndWait`, a closure
//! that closes a channel after `wg.Wait()`. What those others are stuck in is the leak.

use plumb_evidence::code::Frame;
use plumb_evidence::suspect::{Subject, Suspect};

use crate::suspects::{are_siblings, moved};
use crate::thresholds::SIBLING_TOLERANCE;

/// What every helper that runs functions waits in, the standard library's and others'.
const WAIT: &str = "sync.(*WaitGroup).Wait";

/// Whether these goroutines wait for others to end.
pub(crate) fn waits_for_goroutines(suspect: &Suspect) -> bool {
    match &suspect.subject {
        Subject::Goroutines(crowd) => crowd.stack.passes(WAIT),
        Subject::Object(object) => object.stack.as_ref().is_some_and(|stack| stack.passes(WAIT)),
        _ => false,
    }
}

/// Whether `waiter` waits for goroutines that are stuck in `cause`: equally many, or started by the same function and
/// at least one for each.
pub(crate) fn is_waited_for(cause: &Suspect, waiter: &Suspect) -> bool {
    let is_stuck = matches!(cause.subject, Subject::Goroutines(_) | Subject::Object(_))
        && !waits_for_goroutines(cause);
    if !is_stuck || !waits_for_goroutines(waiter) {
        return false;
    }
    let (of_cause, of_waiter) = (&cause.measured, &waiter.measured);
    let enough = of_cause.grows() == of_waiter.grows()
        && moved(of_cause) >= moved(of_waiter) * (1.0 - SIBLING_TOLERANCE);
    let started = starters(&waiter.subject);
    let together = starters(&cause.subject).any(|function| started.clone().any(|f| f == function));
    are_siblings(of_cause, of_waiter) || enough && together
}

/// The functions that started goroutines, as far as they tell calls apart: everything is created by a server's loop.
fn starters(subject: &Subject) -> impl Iterator<Item = &str> + Clone {
    let (started, created_by) = match subject {
        Subject::Goroutines(crowd) => (crowd.started.as_ref(), crowd.created_by.as_ref()),
        Subject::Object(object) => (None, object.created_by.as_ref()),
        _ => (None, None),
    };
    let package = |frame: &Frame| frame.name().package().to_owned();
    let created_by =
        created_by.filter(|by| started.is_none_or(|started| package(started) == package(by)));
    started.into_iter().chain(created_by).map(|frame| frame.name().declared().0)
}
