//! A module in a version with a leak of its own.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "leaking-dependency-version",
    title: "dependency in a version that leaks",
    shows: "Goroutines, connections or memory of a library grow although every object is released \
            as its documentation asks: the frames are the library's own, and no line of the program \
            explains them. `plumb diagnose` compares the versions in the build information with the \
            table of the catalogue.",
    why: "Libraries have leaks of their own: a goroutine that Close does not end, an entry that stays \
          in a map when a request fails, a body that a retry forgets. The program cannot release what \
          it never sees; only another version of the module does. What is known stands in a table: the \
          first version that leaks, the first that does not, when it happens, and where that is told.",
    fix: "Raise the requirement in go.mod to the version that the finding names, or later, and build \
          again: not safe without the tests that a change of a dependency needs. Where no version mends \
          it, the finding says what to do instead.",
    example: Example {
        before: r#"require github.com/lib/pq v1.10.9 // Listener.Close can leave its goroutines
"#,
        after: r#"require github.com/lib/pq v1.11.0
"#,
    },
    prevention: Prevention {
        test: "Make and release the library's object 100 times in a test: the goroutines afterwards must \
               be as many as before (go.uber.org/goleak).",
        gate: "`plumb scan .` in CI: exit code 1 fails the build.",
        alert: "go_goroutines > 1.5 * go_goroutines offset 1d",
        doc_comment: "A change log names the leaks that a version mends: \"fixed\" alone hides them from \
                      those who look for theirs.",
    },
    sources: &[
        "https://go.dev/ref/mod#minimal-version-selection",
        "https://go.dev/ref/mod#graph-pruning",
        "https://pkg.go.dev/runtime/debug#BuildInfo",
        "https://github.com/lib/pq/pull/1192",
    ],
    thresholds: &[],
    check: only_source_tells,
};
