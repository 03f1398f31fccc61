//! A goroutine of the program's own that nothing can end, started for each object or request.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "goroutine-without-stop",
    title: "goroutine started with no way to stop it",
    shows: "Goroutines of your own in [select], [sleep] or [chan receive] in a loop, one for \
            each object made or request served, growing with them and never falling; if they \
            wait for a ticker or sleep, a little CPU that grows too. Whatever they refer to (the \
            object, its buffers and caches) grows in the heap at the same rate.",
    why: "The loop has no case that leaves it: no context, no channel that is closed, or a case \
          for the end that goes on with the loop. A goroutine ends only when its function \
          returns; that nobody needs it any more is nothing the runtime could know. It refers to \
          its object, so the object is never collected either. Timers and other live things can \
          wake it, so the runtime's own leak profile does not list it.",
    fix: "Give the loop an end and the owner a way to bring it: select on ctx.Done() beside the \
          ticker and return there, or a Close method that closes a channel. Then call it \
          wherever the object is dropped. If one goroutine serves the whole process, start it \
          once where the process starts. In a select, `break` leaves only the select: return, or \
          break to a label.",
    example: Example {
        before: r#"func NewCache() *Cache {
	c := &Cache{entries: map[string]entry{}}
	go func() {
		for {
			time.Sleep(time.Minute)
			c.evict() // for ever, for each cache
		}
	}()
	return c
}
"#,
        after: r#"func NewCache(ctx context.Context) *Cache {
	c := &Cache{entries: map[string]entry{}}
	go func() {
		ticker := time.NewTicker(time.Minute)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				c.evict()
			}
		}
	}()
	return c
}
"#,
    },
    prevention: Prevention {
        test: "Make and drop a hundred of the objects in a test and let go.uber.org/goleak look \
               at the end (goleak.VerifyNone(t)).",
        gate: "`plumb scan .` in CI, and `plumb diagnose URL` at rest after a load test: exit \
               code 1 fails the build.",
        alert: "deriv(go_goroutines[1h]) > 0 and min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d)",
        doc_comment: "New starts a goroutine that runs until ctx ends.",
    },
    sources: &[
        "https://arxiv.org/abs/2312.12002",
        "https://github.com/afex/hystrix-go/issues/95",
        "https://github.com/allegro/bigcache/issues/82",
        "https://github.com/golang/go/issues/74609",
        "https://go.dev/wiki/CodeReviewComments#goroutine-lifetimes",
    ],
    thresholds: &[],
    check: only_source_tells,
};
