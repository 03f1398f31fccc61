//! A goroutine that receives from a channel on which nobody sends any more.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "blocked-receiver-no-sender",
    title: "receiver blocked because nobody sends",
    shows: "Goroutines in [chan receive] at one line of your own, as many as calls took the way \
            on which nobody sends or closes; the function that made the channel has returned and \
            is on no stack. If the function itself waits, its callers pile up behind it. Each \
            keeps at least 2 kB of stack and all that it refers to. The goroutineleak profile of \
            Go 1.27 lists those whose channel nobody else has any more.",
    why: "A receive ends when somebody sends or closes. On some way neither happens: an early \
          return before the close, a goroutine that leaves without sending, a channel that was \
          made and never handed to a sender, an error channel with no error to send. The blocked \
          goroutine refers to the channel and to everything on its stack, and the runtime never \
          collects a goroutine, so all of it stays as long as the process.",
    fix: "Let the side that ends the wait do so on every way: `defer close(done)` right after \
          the channel is made, or at the start of the goroutine that sends. Where the other side \
          may give up, receive in a select beside ctx.Done(). Only one side may close a channel, \
          once: do not add a close where another path already has one, or where several \
          goroutines send.",
    example: Example {
        before: r#"done := make(chan struct{})
go func() {
	<-done
	cleanup()
}()
if err := run(); err != nil {
	return err // nobody closes done
}
close(done)
return nil
"#,
        after: r#"done := make(chan struct{})
defer close(done)
go func() {
	<-done
	cleanup()
}()
return run()
"#,
    },
    prevention: Prevention {
        test: "Make the call fail on the way in question, then let go.uber.org/goleak look \
               (goleak.VerifyNone(t)): no goroutine may be left in a receive.",
        gate: "`plumb scan .` in CI: exit code 1 fails the build. Under a load test also `plumb \
               diagnose URL` at rest.",
        alert: "deriv(go_goroutines[1h]) > 0 and min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d)",
        doc_comment: "Start runs until the returned stop function is called; the caller must \
                      call it, also on errors.",
    },
    sources: &[
        "https://github.com/h3poteto/kube-job/pull/280",
        "https://arxiv.org/abs/2312.12002",
        "https://github.com/golang/go/issues/74609",
        "https://go.dev/ref/spec#Receive_operator",
        "https://go.dev/blog/pipelines",
    ],
    thresholds: &[],
    check: only_source_tells,
};
