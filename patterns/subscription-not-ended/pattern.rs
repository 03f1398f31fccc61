//! A subscription that nobody ends on some way: somebody goes on sending.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "subscription-not-ended",
    title: "subscription never ended",
    shows: "What the publisher keeps for each subscriber grows: entries of its map or list at \
            the line that subscribes, one channel and mostly one goroutine each, in [chan \
            receive] or [select] where the events are read or passed on. If nobody reads any \
            more, the publisher blocks in [chan send] or drops (NATS: slow consumer). os/signal: \
            one more entry in its map of handlers for each Notify. Informers and watches: one \
            stream to the API server each.",
    why: "Whoever publishes refers to every subscriber, so that it can reach it. Dropping the \
          subscription on this side tells nobody: the publisher goes on sending into its channel \
          and keeps all of it reachable. With os/signal the registration is global, and a \
          channel that is not stopped is never collected.",
    fix: "End it on every way of the function that subscribed: `defer sub.Unsubscribe()`, `defer \
          signal.Stop(ch)`, `defer watcher.Stop()`, after the check of the error; then let the \
          goroutine that reads end too. Where the subscription lives as long as the process, \
          make it once where the process starts. After the end do not close a channel that the \
          publisher may still send on.",
    example: Example {
        before: r#"updates := feed.Subscribe(topic)
for update := range updates.C() {
	if err := send(update); err != nil {
		return err // the feed goes on sending
	}
}
"#,
        after: r#"updates := feed.Subscribe(topic)
defer updates.Unsubscribe()
for update := range updates.C() {
	if err := send(update); err != nil {
		return err
	}
}
"#,
    },
    prevention: Prevention {
        test: "Subscribe, let the client go away, and ask the publisher how many subscribers it \
               has: none may be left.",
        gate: "`plumb scan .` in CI: exit code 1 fails the build. Under a load test also `plumb \
               diagnose URL` at rest.",
        alert: "deriv(go_goroutines[1h]) > 0 and min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d)",
        doc_comment: "The caller must call Unsubscribe when it no longer reads the events.",
    },
    sources: &[
        "https://pkg.go.dev/os/signal#Stop",
        "https://github.com/golang/go/issues/72803",
        "https://github.com/progrium/go-basher/issues/55",
        "https://github.com/kubernetes/kubernetes/issues/102874",
        "https://github.com/etcd-io/etcd/issues/9103",
    ],
    thresholds: &[],
    check: only_source_tells,
};
