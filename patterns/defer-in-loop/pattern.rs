//! A release that is deferred in a loop and so comes only when the function ends.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "defer-in-loop",
    title: "release deferred in a loop",
    shows: "File descriptors, sockets or rows that rise while one function runs and fall at once \
            when it returns; with many rounds \"too many open files\", or a pool that has no \
            connection left. In a loop that never ends (a worker, an accept loop) they rise for \
            as long as the process lives. Heap in use at runtime.newdefer grows with the rounds. \
            A lock that is unlocked this way stops the second round for ever.",
    why: "A deferred call runs when the function returns, not when the block or the round ends. \
          Each round adds one more to the function's list, and each holds what it will release. \
          A function that returns soon only holds more than it needs at once; one that loops \
          over thousands of entries, or for ever, runs out.",
    fix: "Move the body of the loop into a function of its own, so that the defer ends with the \
          round; or release at the end of the round and before each continue, break and return \
          in it. Take care where what was acquired is stored for later: then the end of the \
          function may be the right time.",
    example: Example {
        before: r#"for _, name := range names {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close() // all stay open until the function ends
	if err := index(file); err != nil {
		return err
	}
}
"#,
        after: r#"for _, name := range names {
	if err := indexFile(name); err != nil { // opens, defers Close, indexes
		return err
	}
}
"#,
    },
    prevention: Prevention {
        test: "Run the function over more entries than the process may have descriptors (lower \
               RLIMIT_NOFILE with syscall.Setrlimit in the test): it must not fail with \"too \
               many open files\".",
        gate: "`plumb scan .`, or gocritic's deferInLoop and revive's defer, in CI: exit code 1 \
               fails the build.",
        alert: "max_over_time(process_open_fds[10m]) > 0.8 * process_max_fds",
        doc_comment: "The caller must close the file before it opens the next one.",
    },
    sources: &[
        "https://go.dev/ref/spec#Defer_statements",
        "https://github.com/kolide/kit/issues/47",
        "https://github.com/google/goblet/pull/27",
        "https://github.com/k3s-io/k3s/issues/6472",
        "https://staticcheck.dev/docs/checks/#SA9001",
    ],
    thresholds: &[],
    check: only_source_tells,
};
