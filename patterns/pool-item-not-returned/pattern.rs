//! Something borrowed from a pool and not given back on some way.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "pool-item-not-returned",
    title: "item taken from a pool and not given back",
    shows: "With a pool that has a bound (of connections, workers, tokens): borrowers in \
            [select] or [sync.Cond.Wait] below its Get or Acquire while the number of items in \
            use stands at the limit. With sync.Pool and pools like it (fasthttp): nothing is \
            held, but the pool's New allocates again, so alloc_space grows at that line, and \
            with it the time spent on garbage collection.",
    why: "A pool lends what it expects back. On some way, mostly an early return on an error, \
          nobody returns the item. A pool with a bound counts it as in use for ever, and when \
          the last one is gone everybody waits. A sync.Pool does not count: the garbage \
          collector takes what was lost, and what was to be saved by the pool is allocated anew \
          each time, buffers and all that they had grown to.",
    fix: "Give the item back on every way: `defer pool.Put(item)` right after it was taken. Do \
          not do so where the item, or a slice of its buffer, leaves the function: who gets it \
          must return it, or take a copy first (bytes.Clone); an item that is used after Put is \
          shared with whoever takes it next. Drop items that have grown very large instead of \
          returning them (golang/go#23199).",
    example: Example {
        before: r#"buffer := pool.Get().(*bytes.Buffer)
buffer.Reset()
if err := encode(buffer, event); err != nil {
	return err // the buffer is not given back
}
_, err := w.Write(buffer.Bytes())
pool.Put(buffer)
return err
"#,
        after: r#"buffer := pool.Get().(*bytes.Buffer)
defer pool.Put(buffer)
buffer.Reset()
if err := encode(buffer, event); err != nil {
	return err
}
_, err := w.Write(buffer.Bytes())
return err
"#,
    },
    prevention: Prevention {
        test: "Give the code a pool that counts Get and Put: after the call, also a failed one, \
               the counts must be equal.",
        gate: "`plumb scan .` in CI: exit code 1 fails the build.",
        alert: "rate(go_memstats_alloc_bytes_total[30m]) > 2 * \
                rate(go_memstats_alloc_bytes_total[30m] offset 1d)",
        doc_comment: "The caller must give the buffer back with Put and must not use it \
                      afterwards.",
    },
    sources: &[
        "https://pkg.go.dev/sync#Pool",
        "https://github.com/golang/go/issues/23199",
        "https://pkg.go.dev/github.com/valyala/fasthttp#AcquireRequest",
        "https://github.com/multigres/multigres/pull/597",
        "https://github.com/valyala/fasthttp/issues/559",
    ],
    thresholds: &[],
    check: only_source_tells,
};
