//! A ticker or timer that goes on after the function that made it (before Go 1.23).

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "ticker-not-stopped",
    title: "ticker or timer not stopped (before Go 1.23)",
    shows: "Heap in use at time.NewTicker or NewTimer that grows with calls, some 200 bytes \
            each, and CPU that grows with the number of tickers (runtime.runtimer, \
            siftdownTimer) though the load does not. No goroutine, unless one still ranges over \
            the channel: a range over a ticker's channel never ends in any version, since Stop \
            does not close it.",
    why: "Until Go 1.22 the runtime's heap of timers refers to every timer that is to fire, so \
          one that nobody else has stays; a ticker is to fire for ever. Since Go 1.23 timers and \
          tickers that nothing refers to are collected, stopped or not. Up to Go 1.26 the go \
          line of the main module decides: a program whose go.mod says 1.22 behaves as before, \
          whatever toolchain builds it. Go 1.27 has the new behaviour for all.",
    fix: "`defer ticker.Stop()` right after it is made; for a timer `defer timer.Stop()`. Or \
          raise the go line of the program's go.mod to 1.23 or later, or build it with Go 1.27, \
          and read what else that changes. If a goroutine ranges over ticker.C, replace it by a \
          select that also ends with ctx.Done(): Stop alone would leave the goroutine waiting.",
    example: Example {
        before: r#"ticker := time.NewTicker(time.Second)
for {
	select {
	case <-ctx.Done():
		return ctx.Err() // the ticker ticks on
	case <-ticker.C:
		report()
	}
}
"#,
        after: r#"ticker := time.NewTicker(time.Second)
defer ticker.Stop()
for {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-ticker.C:
		report()
	}
}
"#,
    },
    prevention: Prevention {
        test: "Run the function a thousand times and compare runtime.MemStats.HeapObjects after \
               runtime.GC: it must not have grown by a thousand.",
        gate: "`plumb scan .` in CI, which knows the go line: exit code 1 fails the build. \
               staticcheck's SA1015 sees time.Tick only.",
        alert: "deriv(go_memstats_heap_inuse_bytes[6h]) > 0 and \
                min_over_time(go_memstats_heap_inuse_bytes[1h]) > 1.5 * \
                min_over_time(go_memstats_heap_inuse_bytes[1h] offset 1d)",
        doc_comment: "The caller must stop the returned ticker.",
    },
    sources: &[
        "https://go.dev/doc/go1.23#timer-changes",
        "https://go.dev/doc/godebug#go-123",
        "https://pkg.go.dev/time#NewTicker",
        "https://github.com/golang/go/issues/8898",
        "https://github.com/golang/go/issues/61542",
    ],
    thresholds: &[],
    check: only_source_tells,
};
