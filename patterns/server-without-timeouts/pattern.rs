//! An HTTP server that waits for its clients without a limit.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "server-without-timeouts",
    title: "HTTP server without timeouts",
    shows: "Goroutines in net/http.(*conn).serve below (*conn).readRequest or \
            bufio.(*Reader).Peek in [IO wait], with ages of minutes to days; as many ESTABLISHED \
            sockets on the port that is listened on, with no traffic; process_open_fds near its \
            limit and \"accept: too many open files\" in the log. They grow with clients that \
            went away, not with requests.",
    why: "A connection that is accepted is served by a goroutine until the request's header has \
          come, the client closes, or a timeout ends it. http.ListenAndServe and a Server \
          without ReadHeaderTimeout and ReadTimeout have none. A client behind a network that \
          drops flows, a slow one, or one that does it on purpose (Slowloris) never sends the \
          rest and never closes: goroutine, two buffers and descriptor stay.",
    fix: "Use an http.Server of your own with ReadHeaderTimeout (5 to 10 s suit most) and \
          IdleTimeout. ReadTimeout and WriteTimeout bound whole requests and answers: not safe \
          for uploads, downloads, event streams and websockets, which then need limits of their \
          own (http.ResponseController sets deadlines for one request).",
    example: Example {
        before: r#"return http.ListenAndServe(addr, handler)
"#,
        after: r#"server := &http.Server{
	Addr:			  addr,
	Handler:		   handler,
	ReadHeaderTimeout: 10 * time.Second,
	IdleTimeout:	   2 * time.Minute,
}
return server.ListenAndServe()
"#,
    },
    prevention: Prevention {
        test: "Dial the server in a test and send half a request line: the connection must be \
               closed within ReadHeaderTimeout.",
        gate: "gosec G112 and G114, or `plumb scan .` in CI: exit code 1 fails the build.",
        alert: "process_open_fds > 0.8 * process_max_fds or min_over_time(process_open_fds[30m]) \
                > 1.5 * min_over_time(process_open_fds[30m] offset 1d)",
        doc_comment: "Serve sets no timeouts: the caller gives the server that it wants.",
    },
    sources: &[
        "https://pkg.go.dev/net/http#Server",
        "https://blog.cloudflare.com/exposing-go-on-the-internet/",
        "https://github.com/minio/minio/issues/3607",
        "https://github.com/golang/go/issues/51614",
        "https://github.com/securego/gosec/issues/823",
    ],
    thresholds: &[],
    check: only_source_tells,
};
