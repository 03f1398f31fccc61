//! Timers that a loop makes and leaves behind (before Go 1.23).

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "timer-in-loop",
    title: "timer made in each round of a loop (before Go 1.23)",
    shows: "Heap in use at time.After, NewTimer or time.Tick of rate times duration times some \
            200 bytes: 10,000 events a second beside an After of 5 min keep 3,000,000 timers, \
            600 MB. It rises for the length of one duration after the load and falls as long \
            after it. CPU in runtime.siftdownTimer and adjusttimers. With time.Tick it never \
            falls. No goroutines.",
    why: "In a select in a loop each round makes a new timer; when another case is chosen nobody \
          waits for it any more. Until Go 1.22 the runtime's heap of timers refers to it until \
          it fires, so the collector must keep it, channel and all. The tickers of time.Tick \
          fire for ever and nobody can stop them. Since Go 1.23 both are collected, up to Go \
          1.26 only if the go line of the main module says so.",
    fix: "Make one timer before the loop and Reset it in each round (before Go 1.23: Stop first, \
          and drain its channel if that returned false), or stop the round's timer as soon as \
          another case is chosen. For a limit of the whole loop make the timer or a context with \
          a timeout once. Replace time.Tick by NewTicker and `defer ticker.Stop()`. Or raise the \
          go line of go.mod to 1.23 or later, or build with Go 1.27.",
    example: Example {
        before: r#"for {
	select {
	case event := <-events:
		handle(event)
	case <-time.After(5 * time.Minute): // one more for each event
		return errIdle
	}
}
"#,
        after: r#"idle := time.NewTimer(5 * time.Minute)
defer idle.Stop()
for {
	select {
	case event := <-events:
		handle(event)
		if !idle.Stop() {
			<-idle.C
		}
		idle.Reset(5 * time.Minute)
	case <-idle.C:
		return errIdle
	}
}
"#,
    },
    prevention: Prevention {
        test: "Send a million events through the loop and compare runtime.MemStats.HeapObjects \
               after runtime.GC with before: it must not have grown by a million.",
        gate: "`plumb scan .` in CI, which knows the go line: exit code 1 fails the build.",
        alert: "deriv(go_memstats_heap_inuse_bytes[6h]) > 0 and \
                min_over_time(go_memstats_heap_inuse_bytes[1h]) > 1.5 * \
                min_over_time(go_memstats_heap_inuse_bytes[1h] offset 1d)",
        doc_comment: "Wait makes no timer of its own: the caller gives one that it stops.",
    },
    sources: &[
        "https://go.dev/doc/go1.23#timer-changes",
        "https://go.dev/doc/godebug#go-123",
        "https://pkg.go.dev/time#After",
        "https://github.com/golang/go/issues/15781",
        "https://github.com/hashicorp/vault/issues/14814",
        "https://github.com/hashicorp/nomad/issues/11982",
    ],
    thresholds: &[],
    check: only_source_tells,
};
