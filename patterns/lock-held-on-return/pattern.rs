//! A lock that is released on some ways out of a function and not on others.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "lock-held-on-return",
    title: "lock still held when the function returns",
    shows: "A crowd in [sync.Mutex.Lock], [sync.RWMutex.Lock] or [sync.RWMutex.RLock] at the \
            lines that take one lock, with ages that only rise, and no goroutine inside the \
            section that it guards. It begins with one bad request and then grows with every one \
            that needs the lock; requests time out, CPU falls. Before Go 1.20 the state is \
            [semacquire].",
    why: "A way out of the function, mostly an early return on an error, skips Unlock. A Go \
          mutex has no owner: it does not end with the goroutine that locked it, and no runtime \
          check sees that nobody will unlock it. All who come later wait for ever, each with a \
          stack, a request and often a connection, and the garbage collector sees them all in \
          use.",
    fix: "`defer mu.Unlock()` right after Lock; if the lock must not be held to the end of the \
          function, move the guarded part into a function of its own, or unlock before each \
          return. A function that is meant to return with the lock says so in its name and \
          comment. Do not defer where the function unlocks by hand further down: a second Unlock \
          is a fatal error.",
    example: Example {
        before: r#"s.mu.Lock()
item, ok := s.items[id]
if !ok {
	return errUnknown // still locked
}
item.seen = now
s.mu.Unlock()
return nil
"#,
        after: r#"s.mu.Lock()
defer s.mu.Unlock()
item, ok := s.items[id]
if !ok {
	return errUnknown
}
item.seen = now
return nil
"#,
    },
    prevention: Prevention {
        test: "Call the function on the way that fails and then mu.TryLock() in the test: it \
               must succeed.",
        gate: "`plumb scan .` in CI: exit code 1 fails the build.",
        alert: "rate(go_sync_mutex_wait_total_seconds_total[5m]) > 1 or \
                (min_over_time(go_goroutines[10m]) > 2 * min_over_time(go_goroutines[10m] offset \
                1h))",
        doc_comment: "Lock returns with the store locked; the caller must call Unlock.",
    },
    sources: &[
        "https://pkg.go.dev/sync#Mutex",
        "https://github.com/docker/for-linux/issues/543",
        "https://github.com/moby/moby/issues/13885",
        "https://github.com/containerd/containerd/issues/9217",
        "https://doi.org/10.1145/3297858.3304069",
    ],
    thresholds: &[],
    check: only_source_tells,
};
