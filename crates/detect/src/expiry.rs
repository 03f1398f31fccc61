//! Whether what a line keeps is set to be dropped by a timer that has not run out yet.

use plumb_evidence::code::{Frame, Stack};
use plumb_evidence::heap::{Amount, Heap};
use plumb_evidence::measure::Interval;

use crate::code::Code;
use crate::thresholds::{TIMED_SHARE_MIN, TIMER_BYTES};

/// Runs a function once, later: what entries with a lifetime are dropped by.
const SETS_TIMER: &str = "time.AfterFunc";

/// Whether the function that makes these objects, or its caller, sets a timer for each of them that is still to run.
/// Timers are small and seldom sampled, so the question is whether the samples allow for one each: those of a call that
/// is over are gone, and with many entries that shows.
pub(crate) fn is_timed(stack: &Stack, objects: f64, heap: &Heap, code: &Code<'_>) -> bool {
    let makers: Vec<&str> = makers(stack, code);
    let sets_timer = |frames: &[Frame]| {
        let [callee, caller] = frames else { return false };
        &*callee.function == SETS_TIMER && makers.contains(&caller.name().declared().0)
    };
    let timers = heap.samples.iter().filter(|s| s.stack.frames().windows(2).any(sets_timer));
    let (mut live, mut allocated, mut any) = (Amount::default(), Amount::default(), false);
    for sample in timers {
        any = true;
        live += sample.live;
        allocated += sample.allocated;
    }
    let ended = allocated.samples - live.samples;
    let for_each_sample = (heap.period as f64 / TIMER_BYTES).max(1.0);
    let at_most = Interval::of_poisson(live.samples).high * for_each_sample;
    any && ended <= live.samples + 1.0 && at_most >= TIMED_SHARE_MIN * objects
}

/// The function that allocates and the one that called it, without their closures.
fn makers<'a>(stack: &'a Stack, code: &Code<'_>) -> Vec<&'a str> {
    let user = stack.frames().iter().filter(|frame| code.is_user(frame));
    user.take(2).map(|frame| frame.name().declared().0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::code::Build;
    use plumb_evidence::heap::HeapSample;

    fn stack(functions: &[&str]) -> Stack {
        let frame = |f: &&str| Frame { function: (*f).into(), file: "".into(), line: 1 };
        Stack(functions.iter().map(frame).collect::<Vec<_>>().into())
    }

    fn is_timed_by(setter: &str, live: f64, allocated: f64, objects: f64) -> bool {
        let amount = |samples| Amount { objects: 4681.0 * samples, bytes: 5e5 * samples, samples };
        let timers = HeapSample {
            stack: stack(&["time.newTimer", "time.AfterFunc", setter, "main.handle"]),
            live: amount(live),
            allocated: amount(allocated),
        };
        let heap = Heap { period: 524_288, samples: vec![timers], ..Heap::default() };
        let build = Build::default();
        is_timed(&stack(&["main.open", "main.handle"]), objects, &heap, &Code::new(&build))
    }

    #[test]
    fn a_session_with_a_timer_each_will_expire() {
        assert!(is_timed_by("main.open", 5.0, 5.0, 10_000.0));
        assert!(is_timed_by("main.handle.func1", 1.0, 1.0, 4_000.0));
        assert!(is_timed_by("main.open", 0.0, 1.0, 4_000.0), "one more would be seen by chance");
    }

    #[test]
    fn timers_that_ran_out_or_were_stopped_leave_what_they_were_for() {
        assert!(!is_timed_by("main.open", 2.0, 9.0, 40_000.0));
        assert!(!is_timed_by("main.open", 2.0, 2.0, 1e6));
        assert!(!is_timed_by("main.poll", 5.0, 5.0, 10_000.0), "for something else");
    }
}
