//! `golang.org/x/net`.

use plumb_evidence::catalogue::{
    KnownBad, LibraryObject, Phase, Release, ResourceKind, Side, Source,
};
use plumb_evidence::goroutine::WaitState;

use crate::record::{
    IDLE, RESPONSE_HELD, closed, created_by_holder, first, in_source, one, pooled_in, second,
};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &HTTP2_CLIENT_STREAM,
    &HTTP2_CLIENT_CONN,
    &HTTP2_SERVER_STREAM,
    &HTTP2_SERVER_CONN,
    &WEBSOCKET_CONN,
    &RESPONSE,
    &CONTEXT,
    &TRACE,
];

static HTTP2_CLIENT_STREAM: LibraryObject = LibraryObject {
    module: "golang.org/x/net",
    name: "http2.clientStream",
    checked: "v0.43.0",
    side: Side::Client,
    pooled: true,
    multiplexed: false,
    // RoundTrip starts it for the request of its caller.
    goroutines: &[&[created_by_holder("golang.org/x/net/http2.(*clientStream).doRequest")]],
    phases: &[Phase {
        name: RESPONSE_HELD,
        function: "golang.org/x/net/http2.(*clientStream).doRequest",
        state: WaitState::Select,
        leaf: None,
        meaning: "a request is open on the connection: its answer has not come, or nobody has \
                  read the body to its end or closed it",
        ordinary: false,
    }],
    constructors: &["golang.org/x/net/http2.(*Transport).RoundTrip"],
    entry_points: &[
        "golang.org/x/net/http2.(*Transport).RoundTrip",
        "golang.org/x/net/http2.(*Transport).RoundTripOpt",
        "golang.org/x/net/http2.(*ClientConn).RoundTrip",
    ],
    releases: &["http.Response.Body.Close", "cancel of the request's context"],
    source: Source::NONE,
    heap_marks: &["golang.org/x/net/http2.(*clientConnReadLoop).handleResponse"],
    known_bad: &[],
    notes: "One goroutine a stream on a shared connection, so sockets do not show it. Close of \
            the body ends it; reading to the end does too.",
};

static HTTP2_CLIENT_CONN: LibraryObject = LibraryObject {
    module: "golang.org/x/net",
    name: "http2.ClientConn",
    checked: "v0.43.0",
    side: Side::Client,
    pooled: true,
    multiplexed: true,
    // http2.ConfigureTransport makes the pool of an http.Transport.
    goroutines: &[&[pooled_in(
        &["golang.org/x/net/http2.Transport"],
        "golang.org/x/net/http2.(*ClientConn).readLoop",
    )]],
    phases: &[Phase {
        name: IDLE,
        function: "golang.org/x/net/http2.(*ClientConn).readLoop",
        state: WaitState::IoWait,
        leaf: None,
        meaning: "the connection waits for frames: it is in use or at rest, which its streams tell",
        ordinary: true,
    }],
    constructors: &[
        "golang.org/x/net/http2.(*Transport).RoundTrip",
        "golang.org/x/net/http2.(*Transport).NewClientConn",
    ],
    entry_points: &[
        "golang.org/x/net/http2.(*Transport).RoundTrip",
        "golang.org/x/net/http2.(*Transport).RoundTripOpt",
        "golang.org/x/net/http2.(*Transport).NewClientConn",
    ],
    releases: &[
        "http.Transport.CloseIdleConnections",
        "http.Response.Body.Close for streams still open",
    ],
    source: closed(
        ResourceKind::Connection,
        &["golang.org/x/net/http2.ClientConn"],
        &[first("golang.org/x/net/http2.(*Transport).NewClientConn")],
    ),
    heap_marks: &["golang.org/x/net/http2.(*Transport).newClientConn"],
    known_bad: &[],
    notes: "No idle timeout unless one is set, and a dropped Transport keeps its connections. \
            From v0.54 built with Go 1.27 it wraps net/http and the names become \
            net/http/internal/http2.",
};

static HTTP2_SERVER_STREAM: LibraryObject = LibraryObject {
    module: "golang.org/x/net",
    name: "http2 server stream",
    checked: "v0.43.0",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("golang.org/x/net/http2.(*serverConn).runHandler")]],
    phases: &[],
    constructors: &["golang.org/x/net/http2.(*Server).ServeConn"],
    entry_points: &["golang.org/x/net/http2.(*Server).ServeConn"],
    releases: &["return of the handler"],
    source: Source::NONE,
    heap_marks: &["golang.org/x/net/http2.(*serverConn).newStream"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v0.17.0",
        what: "rapid open and reset of streams starts more handlers than MaxConcurrentStreams",
        source: "golang/net@b225e7ca",
    }],
    notes: "One goroutine an open stream, in the handler.",
};

static HTTP2_SERVER_CONN: LibraryObject = LibraryObject {
    module: "golang.org/x/net",
    name: "http2 server connection",
    checked: "v0.43.0",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("golang.org/x/net/http2.(*serverConn).readFrames"),
        one("golang.org/x/net/http2.(*serverConn).serve"),
    ]],
    phases: &[],
    constructors: &["golang.org/x/net/http2.(*Server).ServeConn"],
    entry_points: &["golang.org/x/net/http2.(*Server).ServeConn"],
    releases: &["http2.Server.IdleTimeout"],
    source: Source::NONE,
    heap_marks: &[
        "golang.org/x/net/http2.(*Server).serveConn",
        "golang.org/x/net/http2.(*Server).ServeConn",
    ],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v0.0.0-20220906165146-f3363e06e74c",
            what: "fatal error after a graceful GOAWAY leaves the connection hanging at shutdown",
            source: "golang/net@f3363e06",
        },
        KnownBad {
            introduced: "",
            fixed: "v0.4.0",
            what: "unbounded bytes of distinct header names per connection",
            source: "golang/net@1e63c2f0",
        },
    ],
    notes: "A reader and a serving goroutine, held by the peer.",
};

static WEBSOCKET_CONN: LibraryObject = LibraryObject {
    module: "golang.org/x/net",
    name: "websocket.Conn",
    checked: "v0.43.0",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["golang.org/x/net/websocket.Dial", "golang.org/x/net/websocket.DialConfig"],
    entry_points: &["golang.org/x/net/websocket.Dial", "golang.org/x/net/websocket.DialConfig"],
    releases: &["websocket.Conn.Close"],
    source: closed(
        ResourceKind::Connection,
        &["golang.org/x/net/websocket.Conn"],
        &[
            first("golang.org/x/net/websocket.Dial"),
            first("golang.org/x/net/websocket.DialConfig"),
            first("golang.org/x/net/websocket.NewClient"),
        ],
    ),
    heap_marks: &["golang.org/x/net/websocket.NewConfig"],
    known_bad: &[],
    notes: "No goroutine of its own; a dropped one is closed by the finalizer of its socket. The \
            serving side makes the same objects.",
};

static RESPONSE: LibraryObject = in_source(
    "golang.org/x/net",
    "http2 response",
    "v0.39.0",
    Source {
        kind: ResourceKind::Body,
        types: &[],
        acquires: &[
            first("golang.org/x/net/http2.(*Transport).RoundTrip"),
            first("golang.org/x/net/http2.(*Transport).RoundTripOpt"),
            first("golang.org/x/net/http2.(*ClientConn).RoundTrip"),
            first("golang.org/x/net/context/ctxhttp.Do"),
            first("golang.org/x/net/context/ctxhttp.Get"),
            first("golang.org/x/net/context/ctxhttp.Post"),
            first("golang.org/x/net/context/ctxhttp.PostForm"),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "As of net/http.",
);

static CONTEXT: LibraryObject = in_source(
    "golang.org/x/net",
    "x/net context",
    "v0.39.0",
    Source {
        kind: ResourceKind::Cancel,
        types: &["golang.org/x/net/context.CancelFunc"],
        acquires: &[
            second("golang.org/x/net/context.WithCancel"),
            second("golang.org/x/net/context.WithTimeout"),
            second("golang.org/x/net/context.WithDeadline"),
        ],
        releases: &[Release::Call],
    },
    "The contexts of the standard library under their former path.",
);

static TRACE: LibraryObject = in_source(
    "golang.org/x/net",
    "x/net trace",
    "v0.39.0",
    Source {
        kind: ResourceKind::Span,
        types: &["golang.org/x/net/trace.Trace", "golang.org/x/net/trace.EventLog"],
        acquires: &[
            first("golang.org/x/net/trace.New"),
            first("golang.org/x/net/trace.NewEventLog"),
        ],
        releases: &[Release::Method("Finish")],
    },
    "Stays among the active ones, which are never collected.",
);
