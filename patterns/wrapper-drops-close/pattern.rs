//! Something that must be closed, returned only within a reader through which nobody can close it.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "wrapper-drops-close",
    title: "wrapper returned through which nothing can be closed",
    shows: "As for what is wrapped: descriptors of regular files or sockets that rise with \
            calls, readLoop and writeLoop in equal numbers for a response. The callers look \
            right: they close what they got, or got something that has no Close. Files fall \
            again when a garbage collection finds them (os.File has a finalizer), so the curve \
            is a saw; responses and connections with a goroutine never do.",
    why: "bufio, io.LimitReader, encoding/json and the like read from what they are given and do \
          not own it: they have no Close. compress/gzip and zlib have one that does not close \
          what is below, and the one of io.NopCloser does nothing at all. Whoever returns only \
          the wrapper gives away the one reference through which it could be closed.",
    fix: "Return something whose Close reaches all layers, outermost first: a struct with the \
          reader and the closer (`struct { io.Reader; io.Closer }`), or a type of your own whose \
          Close closes the decoder and then the file. Or close here: read what is needed, close, \
          and return the bytes. If a signature must change from io.Reader to io.ReadCloser, \
          every caller must close.",
    example: Example {
        before: r#"func open(name string) (io.Reader, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return bufio.NewReader(file), nil // nobody can close the file
}
"#,
        after: r#"func open(name string) (io.ReadCloser, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{bufio.NewReader(file), file}, nil
}
"#,
    },
    prevention: Prevention {
        test: "Open, close what was returned, and count the entries of /proc/self/fd: as many as \
               before.",
        gate: "`plumb scan .` in CI: exit code 1 fails the build.",
        alert: "min_over_time(process_open_fds[30m]) > 1.5 * min_over_time(process_open_fds[30m] \
                offset 1d) or process_open_fds > 0.8 * process_max_fds",
        doc_comment: "Close closes the decoder and the file below it.",
    },
    sources: &[
        "https://pkg.go.dev/compress/gzip#Reader.Close",
        "https://pkg.go.dev/io#NopCloser",
        "https://github.com/coreos/mantle/pull/777",
        "https://github.com/pinpt/go-common/pull/16",
        "https://github.com/paultag/go-debian/pull/140",
    ],
    thresholds: &[],
    check: only_source_tells,
};
