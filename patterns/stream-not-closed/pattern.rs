//! A reader, writer, iterator or stream that is not closed on some way.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "stream-not-closed",
    title: "stream or iterator not closed",
    shows: "It depends on what is below the stream. Decoders with goroutines of their own \
            (klauspost zstd): startStreamDecoder in [select] and [chan receive], three for each, \
            and windows of megabytes. Objects of a store and logs of containers: a response that \
            is held, so readLoop and writeLoop in equal numbers. Iterators of embedded \
            databases: heap and files that compaction cannot delete. They grow with the calls \
            that end early.",
    why: "Who opens a stream borrows something for it: a connection, a snapshot, goroutines, \
          memory outside of the heap. Close gives it back; some streams also give it back when \
          they were read to the end, so that only calls that stop early leak: a limit, a failed \
          decode, a client that went away. What works on the stream refers to it, so the \
          collector never sees it unused.",
    fix: "`defer stream.Close()` right after the check of the error. Close also what wraps it, \
          outermost first: closing the decoder does not close what it reads from, and the other \
          way round. With a writer the error of Close matters, since it flushes: close it by \
          hand where all went well, and defer a second Close only if its documentation allows \
          that.",
    example: Example {
        before: r#"object, err := bucket.Open(ctx, key)
if err != nil {
	return err
}
header, err := readHeader(object)
if err != nil {
	return err // the stream stays open
}
defer object.Close()
return index(header, object)
"#,
        after: r#"object, err := bucket.Open(ctx, key)
if err != nil {
	return err
}
defer object.Close()
header, err := readHeader(object)
if err != nil {
	return err
}
return index(header, object)
"#,
    },
    prevention: Prevention {
        test: "Give the code a stream that counts Close and breaks off after a few bytes: the \
               count must be 1 whatever the function returns.",
        gate: "`plumb scan .` in CI: exit code 1 fails the build. Under a load test also `plumb \
               diagnose URL` at rest.",
        alert: "deriv(go_goroutines[1h]) > 0 and min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d) or \
                min_over_time(process_open_fds[30m]) > 1.5 * min_over_time(process_open_fds[30m] \
                offset 1d) or process_open_fds > 0.8 * process_max_fds",
        doc_comment: "The caller must close the returned reader, also if it did not read to the \
                      end.",
    },
    sources: &[
        "https://pkg.go.dev/io#Closer",
        "https://github.com/klauspost/compress/issues/441",
        "https://github.com/foxglove/mcap/issues/748",
        "https://github.com/grafana/loki/pull/24356",
    ],
    thresholds: &[],
    check: only_source_tells,
};
