//! A release that is deferred before it is known that there is something to release.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "defer-before-error-check",
    title: "release deferred before the error check",
    shows: "A panic \"invalid memory address or nil pointer dereference\" in a deferred call, on \
            the first error and not before: in a handler one http: panic serving line in the \
            log, elsewhere the end of the process. Where the server recovers, locks and counts \
            that the panic skipped stay as they were, so that goroutines in [sync.Mutex.Lock] or \
            in a receive may pile up behind it.",
    why: "When a call returns an error its other result is usually nil or useless. The deferred \
          release runs all the same: a field of a nil pointer (`resp.Body`) or a method of a nil \
          interface panics, and a method that tolerates nil (os.File) returns an error that \
          nobody sees. The panic unwinds the callers as well: what they deferred still runs, \
          what they would have released by hand does not.",
    fix: "Check the error first and defer the release right after it. Only where the \
          documentation says that the value may be set together with an error is it released on \
          both ways, and then behind a nil check of its own. Moving the defer down is safe as \
          long as nothing between the two can leave the function.",
    example: Example {
        before: r#"resp, err := client.Do(req)
defer resp.Body.Close() // resp is nil if err is not
if err != nil {
	return err
}
"#,
        after: r#"resp, err := client.Do(req)
if err != nil {
	return err
}
defer resp.Body.Close()
"#,
    },
    prevention: Prevention {
        test: "Call the function with a peer that refuses the connection or a path that does not \
               exist: it must return the error and not panic.",
        gate: "`go vet -httpresponse ./...` and staticcheck SA5001, or `plumb scan .` for both \
               and for all other types: exit code 1 fails the build.",
        alert: "changes(process_start_time_seconds[30m]) > 1 or \
                increase(kube_pod_container_status_restarts_total[30m]) > 1",
        doc_comment: "If the error is not nil, the other result is nil and must not be closed.",
    },
    sources: &[
        "https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/httpresponse",
        "https://staticcheck.dev/docs/checks/#SA5001",
        "https://github.com/golang/go/issues/17780",
        "https://github.com/open-feature/flagd/issues/79",
    ],
    thresholds: &[],
    check: only_source_tells,
};
