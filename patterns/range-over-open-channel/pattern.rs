//! A range over a channel that nobody closes.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "range-over-open-channel",
    title: "range over a channel that is never closed",
    shows: "Goroutines in [chan receive] at a `for … range` over a channel (runtime.chanrecv2 \
            below the line), as many as there were workers times calls; nobody sends any more. \
            The function that made the channel has returned. Each keeps its stack and what its \
            closure refers to.",
    why: "A range over a channel ends only when the channel is closed: a sender that stops \
          sending, returns or panics ends nothing. Mostly the close is at the end of the \
          producer and an early return passes it, or it was forgotten since the workers \"have \
          nothing more to do\". The workers wait for the next value, which never comes, and a \
          waiting goroutine is never collected.",
    fix: "Close the channel where the last value is sent: `defer close(jobs)` at the start of \
          the function or goroutine that sends. With several senders, close it in the one that \
          waits for all of them (wg.Wait, then close). Never close it on the receiving side: a \
          send on a closed channel panics.",
    example: Example {
        before: r#"jobs := make(chan job)
for range workers {
	go func() {
		for j := range jobs {
			run(j)
		}
	}()
}
for _, j := range all {
	if err := check(j); err != nil {
		return err // the workers wait for more
	}
	jobs <- j
}
close(jobs)
return nil
"#,
        after: r#"jobs := make(chan job)
defer close(jobs)
for range workers {
	go func() {
		for j := range jobs {
			run(j)
		}
	}()
}
for _, j := range all {
	if err := check(j); err != nil {
		return err
	}
	jobs <- j
}
return nil
"#,
    },
    prevention: Prevention {
        test: "Run the function with an input that fails half way and let go.uber.org/goleak \
               look afterwards (goleak.VerifyNone(t)): no worker may be left.",
        gate: "`plumb scan .` in CI: exit code 1 fails the build. Under a load test also `plumb \
               diagnose URL` at rest.",
        alert: "deriv(go_goroutines[1h]) > 0 and min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d)",
        doc_comment: "The channel is closed after the last event; until then the caller must \
                      receive or end ctx.",
    },
    sources: &[
        "https://go.dev/ref/spec#For_range",
        "https://go.dev/blog/pipelines",
        "https://github.com/natefinch/lumberjack/issues/56",
        "https://github.com/progrium/go-basher/issues/55",
        "https://arxiv.org/abs/2312.12002",
    ],
    thresholds: &[],
    check: only_source_tells,
};
