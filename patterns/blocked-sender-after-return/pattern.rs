//! A goroutine that sends a result to a caller who has gone.

use plumb_evidence::catalogue::{Example, Pattern, Prevention, Threshold};
use plumb_evidence::finding::Confidence::{self, Likely, Possible, Proven};
use plumb_evidence::finding::{Resource, Role};
use plumb_evidence::goroutine::{WaitState, dump_pause};
use plumb_evidence::suspect::{GoroutineCrowd, Match, Subject, Suspect};

use crate::judging::{has_waited, matched, mechanism, number, survives};

const STANDING_MIN: Threshold = Threshold {
    name: "senders that stand still in a quiet service, made by nobody knows whom",
    value: 400.0,
    unit: "goroutines",
    source: "fixed producers before a slow consumer look the same where no dump says who made \
             them: 300 were seen in a healthy program; LeakProf reports from 10,000 at one line, \
             because it has neither growth nor quiet to go by",
};

const LOOK_MIN: Threshold = Threshold {
    name: "shortest look that may say nothing moves",
    value: 8.0,
    unit: "s",
    source: "a consumer that lives takes something within it, if there is no work but the backlog",
};

const OLD_MINUTES: Threshold = Threshold {
    name: "median wait in a dump",
    value: 5.0,
    unit: "min",
    source: "callers rarely wait longer for a result",
};

const OLD_MIN: Threshold = Threshold {
    name: "senders that are old",
    value: 20.0,
    unit: "goroutines",
    source: "fewer may belong to one slow consumer",
};

const STUCK_MINUTES: Threshold = Threshold {
    name: "median wait in a dump, where one goroutine made all senders",
    value: 30.0,
    unit: "min",
    source: "they may be producers whose consumer waits out an outage of its own; those are rarely \
             longer",
};

const SAME_AGE: Threshold = Threshold {
    name: "longest wait for each minute of the median, where nobody is served",
    value: 1.2,
    unit: "share",
    source: "a consumer that takes from each in turn leaves waits from none to twice the median",
};

const RECEIVERS_SHARE: Threshold = Threshold {
    name: "other user goroutines for each sender, where the starter is on some stack",
    value: 0.5,
    unit: "share",
    source: "a caller waits for its own sender, so with fewer than half as many callers most \
             senders have none",
};

pub(crate) static PATTERN: Pattern = Pattern {
    id: "blocked-sender-after-return",
    title: "sender blocked after its receiver returned",
    shows: "Goroutines in chan send, all at one line, mostly in a closure f.func1 whose function \
            f is on no stack any more. Their number follows timeouts and errors rather than \
            requests, and never falls.",
    why: "The goroutine sends its result on an unbuffered channel. Its caller has taken another \
          way: a timeout, a cancelled context, the first of several answers, an early return on \
          an error. Nobody will ever receive, so the send waits for ever, and with it all that \
          the goroutine's stack refers to. The collector takes a blocked goroutine for a live \
          one.",
    fix: "Give the channel room for every send that may come: make(chan T, 1) for one sender, \
          make(chan T, n) for n. The late result is then dropped and collected. Or send in a \
          select with ctx.Done(). A buffer is not enough where the number of sends has no bound; \
          there the select is needed.",
    example: Example {
        before: r#"answers := make(chan answer)
go func() { answers <- ask() }()
select {
case a := <-answers:
	return a, nil
case <-ctx.Done():
	return answer{}, ctx.Err() // ask's goroutine stays in its send
}
"#,
        after: r#"answers := make(chan answer, 1) // room for a result that comes too late
go func() { answers <- ask() }()
select {
case a := <-answers:
	return a, nil
case <-ctx.Done():
	return answer{}, ctx.Err()
}
"#,
    },
    prevention: Prevention {
        test: "Call it with a context that is already cancelled, let the work end, and let \
               go.uber.org/goleak look. In testing/synctest a bubble that ends with a blocked \
               goroutine fails by itself.",
        gate: "From Go 1.27 read the goroutineleak profile at the end of tests: it convicts such a sender as soon as \
               nothing live can reach its channel. Or run `plumb diagnose URL` after the service's load test: exit \
               code 1 fails the build.",
        alert: "deriv(go_goroutines[1h]) > 0 and min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d)",
        doc_comment: "The result is sent on a channel with room for it, so the caller need not \
                      receive.",
    },
    sources: &[
        "https://arxiv.org/abs/2312.12002",
        "https://github.com/kubernetes/kubernetes/pull/5316",
        "https://github.com/moby/moby/pull/33781",
        "https://go.dev/doc/go1.27",
    ],
    thresholds: &[
        STANDING_MIN,
        LOOK_MIN,
        OLD_MINUTES,
        OLD_MIN,
        STUCK_MINUTES,
        SAME_AGE,
        RECEIVERS_SHARE,
    ],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let Subject::Goroutines(crowd) = &suspect.subject else { return None };
    if crowd.state != WaitState::ChanSend || crowd.user_frame.is_none() || crowd.serves_connection {
        return None;
    }
    let count = number(suspect.measured.count);
    let mut evidence = Vec::new();
    if crowd.convicted > 0 {
        evidence.push(mechanism(format!(
            "the runtime itself says that {} of the {count} can never go on (goroutineleak)",
            number(crowd.convicted)
        )));
    }
    if let Some(starter) = starter(crowd).filter(|_| !crowd.starter_alive) {
        evidence.push(mechanism(format!(
            "{count} goroutines wait to send, and {starter}, which started them, is on no stack \
             any more"
        )));
        if crowd.one_each {
            evidence.push(mechanism(format!(
                "the exact heap profile holds one object for each that a call of {starter} made, \
                 and those of its other calls are freed: each is what one call left"
            )));
        } else if crowd.makers.is_none() && !suspect.measured.grows() {
            let pause = dump_pause(suspect.surroundings.goroutines).as_millis();
            evidence.push(mechanism(format!(
                "a fixed set of producers, made by one call and kept waiting by one consumer, \
                 would look the same; a full dump tells them apart (it stops the service for about \
                 {pause} ms: --pause-limit must be above that)"
            )));
        }
    }
    if let Some(makers) = crowd.makers.filter(|makers| makers.separate_calls) {
        evidence.push(mechanism(format!(
            "goroutines that made them: {}; their calls are over: {}",
            number(makers.number),
            number(makers.gone)
        )));
    }
    if crowd.makers.is_some_and(|makers| !makers.separate_calls) && nobody_is_served(suspect, crowd)
    {
        evidence.push(mechanism(
            "all have waited about equally long, so nobody has received from any of them since: \
             abandoned by calls of one loop, or producers whose consumer hangs",
        ));
    }
    if evidence.is_empty() {
        evidence.push(mechanism(too_few_receivers(suspect, &count)));
    }
    matched(confidence(suspect, crowd), Resource::Goroutines, Role::Blocks, evidence)
}

/// Who could receive, where nothing is known of those that started the senders.
fn too_few_receivers(suspect: &Suspect, count: &str) -> String {
    let others = suspect.surroundings.user_goroutines.saturating_sub(suspect.measured.count);
    let few = (others as f64) < RECEIVERS_SHARE.value * suspect.measured.count as f64;
    if few {
        let others = number(others);
        format!(
            "{count} goroutines wait to send; goroutines that run other code of yours: {others}, too few to receive from each"
        )
    } else {
        format!("{count} goroutines wait to send, and more and more do")
    }
}

fn confidence(suspect: &Suspect, crowd: &GoroutineCrowd) -> Option<Confidence> {
    let measured = &suspect.measured;
    if crowd.convicted > 0 {
        return Some(Proven);
    }
    if measured.grows() && !may_be_received(suspect, crowd) {
        return Some(Likely);
    }
    // Who gave up dropped the channel as a rule: what something still refers to may have a consumer.
    if crowd.reachable {
        return None;
    }
    let count = measured.count as f64;
    let unmoved = measured.stands_still_for(LOOK_MIN.value) && measured.steadiness() >= 1.0;
    let old = has_waited(measured, OLD_MINUTES.value as u64) && count >= OLD_MIN.value;
    if let Some(makers) = crowd.makers {
        // Producers that one goroutine made are a pool, whoever keeps them waiting.
        let stay = unmoved && survives(measured, LOOK_MIN.value) && count >= OLD_MIN.value;
        if makers.separate_calls {
            return (stay || old).then_some(Likely);
        }
        return nobody_is_served(suspect, crowd).then_some(Possible);
    }
    if crowd.starter_alive {
        return None;
    }
    // Who started them must be known, before its absence can say anything about those that do not grow.
    starter(crowd)?;
    let quiet = suspect.surroundings.quiet == Some(true);
    let least = if crowd.one_each { OLD_MIN.value } else { STANDING_MIN.value };
    let stands = quiet && unmoved && count >= least;
    (stands || old).then_some(Likely)
}

/// Whether all have waited equally long, so that nobody has received from any of them since. Those that one call made
/// are producers then whose consumer hangs, else what many calls of one loop left.
fn nobody_is_served(suspect: &Suspect, crowd: &GoroutineCrowd) -> bool {
    let count = suspect.measured.count as f64;
    let same_age = suspect.measured.wait_minutes.is_some_and(|(median, longest)| {
        median as f64 >= STUCK_MINUTES.value && longest as f64 <= SAME_AGE.value * median as f64
    });
    same_age && count >= OLD_MIN.value && !crowd.starter_alive && starter(crowd).is_some()
}

/// Whether so many other goroutines run the user's code that one may be about to receive from each
/// sender. Under load the function that started them is on some stacks: those of later calls.
fn may_be_received(suspect: &Suspect, crowd: &GoroutineCrowd) -> bool {
    let count = suspect.measured.count;
    let others = suspect.surroundings.user_goroutines.saturating_sub(count);
    crowd.starter_alive && others as f64 >= RECEIVERS_SHARE.value * count as f64
}

/// The function that started the goroutines: the one in `created by`, or the one around a closure.
fn starter(crowd: &GoroutineCrowd) -> Option<&str> {
    if let Some(creator) = &crowd.created_by {
        return Some(&creator.function);
    }
    let started = crowd.started.as_ref()?.name();
    started.is_closure().then(|| started.declared().0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{churning, confidence, goroutines, growing, standing, surviving, waiting};
    use plumb_evidence::measure::Measured;
    use plumb_evidence::suspect::Makers;

    fn senders(measured: Measured) -> Suspect {
        goroutines(WaitState::ChanSend, &["main.(*desk).offerInTime.func1"], measured)
    }

    fn with(mut suspect: Suspect, change: impl FnOnce(&mut GoroutineCrowd)) -> Suspect {
        if let Subject::Goroutines(crowd) = &mut suspect.subject {
            change(crowd);
        }
        suspect
    }

    #[test]
    fn senders_that_grow_are_likely() {
        assert_eq!(confidence(&PATTERN, &senders(growing(30))), Some(Likely));
    }

    #[test]
    fn later_calls_of_the_starter_do_not_receive_from_senders_left_behind() {
        let mut busy = with(senders(growing(400)), |crowd| crowd.starter_alive = true);
        busy.surroundings.user_goroutines = 440;
        assert_eq!(confidence(&PATTERN, &busy), Some(Likely));
    }

    #[test]
    fn the_runtimes_word_is_proof() {
        let convicted = with(senders(standing(3)), |crowd| crowd.convicted = 3);
        assert_eq!(confidence(&PATTERN, &convicted), Some(Proven));
    }

    #[test]
    fn many_that_do_not_move_in_the_quiet_are_likely() {
        let mut quiet = senders(standing(500));
        assert_eq!(confidence(&PATTERN, &quiet), None, "it may be a slow consumer");
        quiet.surroundings.quiet = Some(true);
        assert_eq!(confidence(&PATTERN, &quiet), Some(Likely));
    }

    #[test]
    fn a_hundred_are_likely_if_each_is_what_one_call_left() {
        let mut few = senders(standing(100));
        few.surroundings.quiet = Some(true);
        assert_eq!(confidence(&PATTERN, &few), None);
        assert_eq!(confidence(&PATTERN, &with(few, |crowd| crowd.one_each = true)), Some(Likely));
    }

    #[test]
    fn old_ones_are_likely() {
        assert_eq!(confidence(&PATTERN, &senders(waiting(40, 90))), Some(Likely));
        assert_eq!(confidence(&PATTERN, &senders(waiting(4, 90))), None);
    }

    #[test]
    fn channels_that_something_refers_to_may_have_a_consumer() {
        let mut asked = with(senders(standing(500)), |crowd| crowd.reachable = true);
        asked.surroundings.quiet = Some(true);
        assert_eq!(confidence(&PATTERN, &asked), None);
        asked.measured = growing(500);
        assert_eq!(confidence(&PATTERN, &asked), Some(Likely));
    }

    fn made_by(suspect: Suspect, number: u64, separate_calls: bool) -> Suspect {
        with(suspect, |crowd| {
            crowd.makers = Some(Makers { number, gone: number, ended_between: 0, separate_calls });
        })
    }

    #[test]
    fn producers_that_one_goroutine_made_are_a_pool() {
        let mut pool = made_by(senders(surviving(standing(2000))), 1, false);
        pool.surroundings.quiet = Some(true);
        assert_eq!(confidence(&PATTERN, &pool), None, "back-pressure");
        pool.measured = waiting(2000, 90);
        assert_eq!(confidence(&PATTERN, &pool), None, "a consumer that takes one after the other");
    }

    #[test]
    fn senders_of_one_loop_from_which_nobody_has_received_for_long_are_possible() {
        let mut all = made_by(senders(waiting(500, 45)), 1, false);
        all.measured.wait_minutes = Some((45, 46));
        assert_eq!(confidence(&PATTERN, &all), Some(Possible));
        all.measured.wait_minutes = Some((10, 10));
        assert_eq!(confidence(&PATTERN, &all), None, "the consumer may wait out an outage");
        all.measured.wait_minutes = Some((45, 46));
        let alive = with(all, |crowd| crowd.starter_alive = true);
        assert_eq!(confidence(&PATTERN, &alive), None, "the starter may receive");
    }

    #[test]
    fn senders_that_many_calls_left_are_likely_at_rest_whoever_started_them() {
        let mut left = senders(surviving(standing(200)));
        left = with(left, |crowd| crowd.starter_alive = true);
        assert_eq!(confidence(&PATTERN, &made_by(left.clone(), 40, true)), Some(Likely));
        left.measured = standing(200);
        assert_eq!(confidence(&PATTERN, &made_by(left, 40, true)), None, "others take their place");
    }

    #[test]
    fn no_sentence_says_more_than_the_evidence() {
        let mut many = with(senders(growing(60)), |crowd| crowd.started = None);
        many.surroundings.user_goroutines = 500;
        let text = |suspect: &Suspect| check(suspect).unwrap().evidence[0].text.clone();
        assert!(!text(&many).contains("too few"), "{}", text(&many));
        many.surroundings.user_goroutines = 70;
        assert!(text(&many).contains("too few"), "{}", text(&many));
    }

    #[test]
    fn the_dump_that_would_tell_more_has_its_price_in_milliseconds() {
        let mut quiet = senders(standing(900));
        quiet.surroundings.quiet = Some(true);
        quiet.surroundings.goroutines = 1_000;
        let matched = check(&quiet).unwrap();
        let caveat = matched.evidence.iter().find(|item| item.text.contains("a full dump"));
        let text = &caveat.expect("a caveat").text;
        assert!(text.contains("for about 33 ms: --pause-limit must be above that"), "{text}");
    }

    #[test]
    fn callers_that_are_still_there_may_receive() {
        let mut alive = with(senders(growing(60)), |crowd| crowd.starter_alive = true);
        alive.surroundings.user_goroutines = 130;
        assert_eq!(confidence(&PATTERN, &alive), None);
        alive.measured = standing(500);
        alive.surroundings.quiet = Some(true);
        assert_eq!(confidence(&PATTERN, &alive), None);
    }

    #[test]
    fn handlers_that_wait_for_a_queue_are_not_senders_left_behind() {
        let handler = with(senders(growing(60)), |crowd| crowd.serves_connection = true);
        assert_eq!(confidence(&PATTERN, &handler), None);
    }

    #[test]
    fn a_pool_before_a_slow_consumer_is_healthy() {
        assert_eq!(confidence(&PATTERN, &senders(churning(200))), None);
        let mut named = goroutines(WaitState::ChanSend, &["main.(*pool).work"], standing(500));
        named.surroundings.quiet = Some(true);
        assert_eq!(confidence(&PATTERN, &named), None, "nobody knows who started them");
        let receivers = goroutines(WaitState::ChanReceive, &["main.f.func1"], growing(60));
        assert_eq!(confidence(&PATTERN, &receivers), None);
    }
}
