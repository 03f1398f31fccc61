//! `net/http`: clients, servers and the HTTP/2 that comes with it.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Phase, Side, Source};
use plumb_evidence::goroutine::WaitState;

use crate::record::{IDLE, RESPONSE_HELD, created_by_holder, one, pooled_in, woken_by_holder};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &PERSIST_CONN,
    &HTTP2_CLIENT_STREAM,
    &HTTP2_CLIENT_CONN,
    &SERVER_CONN,
    &HTTP2_SERVER_STREAM,
    &HTTP2_SERVER_CONN,
    &SERVER,
    &REVERSE_PROXY_COPY,
];

/// What keeps connections for reuse. `golang.org/x/net/http2` wraps `net/http` from v0.54, built with Go 1.27.
const POOLS: &[&str] = &["net/http.Transport", "golang.org/x/net/http2.Transport"];

static PERSIST_CONN: LibraryObject = LibraryObject {
    module: "std",
    name: "http.persistConn",
    checked: "go1.26.8, go1.27.3",
    side: Side::Client,
    pooled: true,
    multiplexed: false,
    goroutines: &[&[
        pooled_in(&["net/http.Transport"], "net/http.(*persistConn).readLoop"),
        // It waits for the next request and gets it from whoever sends it; the first one may be there before it waits.
        woken_by_holder(
            "net/http.(*persistConn).writeLoop",
            RESPONSE_HELD,
            "net/http.(*Transport).getConn",
        ),
    ]],
    phases: &[
        Phase {
            name: RESPONSE_HELD,
            function: "net/http.(*persistConn).readLoop",
            state: WaitState::Select,
            leaf: None,
            meaning: "a response is held whose body nobody has read to the end or closed",
            ordinary: false,
        },
        Phase {
            name: IDLE,
            function: "net/http.(*persistConn).readLoop",
            state: WaitState::IoWait,
            leaf: Some("bufio.(*Reader).Peek"),
            meaning: "the connection rests in a pool, or a request on it waits for the first byte \
                      of the answer",
            ordinary: true,
        },
        Phase {
            name: "reading the header",
            function: "net/http.(*persistConn).readLoop",
            state: WaitState::IoWait,
            leaf: Some("net/http.(*persistConn).readResponse"),
            meaning: "the answer has begun and its header is not complete",
            ordinary: true,
        },
    ],
    constructors: &[
        "net/http.(*Client).Do",
        "net/http.Get",
        "net/http.Post",
        "net/http.Head",
        "net/http.PostForm",
        "net/http.(*Transport).RoundTrip",
    ],
    entry_points: &[
        "net/http.(*Client).do",
        "net/http.(*Client).Do",
        "net/http.(*Client).Get",
        "net/http.(*Client).Head",
        "net/http.(*Client).Post",
        "net/http.(*Client).PostForm",
        "net/http.Get",
        "net/http.Head",
        "net/http.Post",
        "net/http.PostForm",
        "net/http.(*Transport).RoundTrip",
        "net/http.(*Transport).roundTrip",
    ],
    releases: &["http.Response.Body.Close", "http.Transport.CloseIdleConnections"],
    source: Source::NONE,
    heap_marks: &["net/http.(*Transport).dialConn"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "go1.5",
        what: "writeLoop ends first and readLoop waits for a request channel that nobody feeds",
        source: "golang/go#10457",
    }],
    notes: "Kept by the transport that dialled it. A dropped Transport is not collected while it \
            has connections; IdleConnTimeout is 0, never, in a Transport literal and 90 s in \
            http.DefaultTransport.",
};

static HTTP2_CLIENT_STREAM: LibraryObject = LibraryObject {
    module: "std",
    name: "http2.clientStream",
    checked: "go1.26.8, go1.27.3 (source)",
    side: Side::Client,
    pooled: true,
    multiplexed: false,
    goroutines: &[
        // RoundTrip starts it for the request of its caller.
        &[created_by_holder("net/http/internal/http2.(*clientStream).doRequest")],
        &[created_by_holder("net/http.(*http2clientStream).doRequest")],
    ],
    phases: &[
        Phase {
            name: RESPONSE_HELD,
            function: "net/http/internal/http2.(*clientStream).doRequest",
            state: WaitState::Select,
            leaf: None,
            meaning: "a request is open on the connection: its answer has not come, or nobody has \
                      read the body to its end or closed it",
            ordinary: false,
        },
        Phase {
            name: RESPONSE_HELD,
            function: "net/http.(*http2clientStream).doRequest",
            state: WaitState::Select,
            leaf: None,
            meaning: "a request is open on the connection: its answer has not come, or nobody has \
                      read the body to its end or closed it",
            ordinary: false,
        },
    ],
    constructors: &[
        "net/http.(*Client).Do",
        "net/http.Get",
        "net/http.Post",
        "net/http.Head",
        "net/http.PostForm",
        "net/http.(*Transport).RoundTrip",
    ],
    entry_points: &[
        "net/http.(*Client).do",
        "net/http.(*Client).Do",
        "net/http.(*Client).Get",
        "net/http.(*Client).Head",
        "net/http.(*Client).Post",
        "net/http.(*Client).PostForm",
        "net/http.Get",
        "net/http.Head",
        "net/http.Post",
        "net/http.PostForm",
        "net/http.(*Transport).RoundTrip",
        "net/http.(*Transport).roundTrip",
    ],
    releases: &["http.Response.Body.Close", "cancel of the request's context"],
    source: Source::NONE,
    heap_marks: &[
        "net/http/internal/http2.(*clientConnReadLoop).handleResponse",
        "net/http.(*http2clientConnReadLoop).handleResponse",
    ],
    known_bad: &[],
    notes: "One goroutine a stream on a shared connection, so sockets do not show it. Close of \
            the body ends it; reading to the end does too.",
};

static HTTP2_CLIENT_CONN: LibraryObject = LibraryObject {
    module: "std",
    name: "http2.ClientConn",
    checked: "go1.26.8, go1.27.3 (source)",
    side: Side::Client,
    pooled: true,
    multiplexed: true,
    goroutines: &[
        &[pooled_in(POOLS, "net/http/internal/http2.(*ClientConn).readLoop")],
        &[pooled_in(POOLS, "net/http.(*http2ClientConn).readLoop")],
    ],
    phases: &[
        Phase {
            name: IDLE,
            function: "net/http/internal/http2.(*ClientConn).readLoop",
            state: WaitState::IoWait,
            leaf: None,
            meaning: "the connection waits for frames: it is in use or at rest, which its streams \
                      tell",
            ordinary: true,
        },
        Phase {
            name: IDLE,
            function: "net/http.(*http2ClientConn).readLoop",
            state: WaitState::IoWait,
            leaf: None,
            meaning: "the connection waits for frames: it is in use or at rest, which its streams \
                      tell",
            ordinary: true,
        },
    ],
    constructors: &[
        "net/http.(*Client).Do",
        "net/http.Get",
        "net/http.Post",
        "net/http.Head",
        "net/http.PostForm",
        "net/http.(*Transport).RoundTrip",
    ],
    entry_points: &[
        "net/http.(*Client).do",
        "net/http.(*Client).Do",
        "net/http.(*Client).Get",
        "net/http.(*Client).Head",
        "net/http.(*Client).Post",
        "net/http.(*Client).PostForm",
        "net/http.Get",
        "net/http.Head",
        "net/http.Post",
        "net/http.PostForm",
        "net/http.(*Transport).RoundTrip",
        "net/http.(*Transport).roundTrip",
        "golang.org/x/net/http2.(*Transport).RoundTrip",
    ],
    releases: &[
        "http.Transport.CloseIdleConnections",
        "http.Response.Body.Close for streams still open",
    ],
    source: Source::NONE,
    heap_marks: &[
        "net/http/internal/http2.(*Transport).newClientConn",
        "net/http.(*http2Transport).newClientConn",
    ],
    known_bad: &[],
    notes: "One goroutine a connection. Up to Go 1.26 the names begin with http2 in package \
            net/http, from 1.27 they are in net/http/internal/http2; golang.org/x/net/http2 from \
            v0.54 on wraps that one.",
};

static SERVER_CONN: LibraryObject = LibraryObject {
    module: "std",
    name: "http server connection",
    checked: "go1.26.8, go1.27.3",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("net/http.(*conn).serve"), one("net/http.(*connReader).backgroundRead")]],
    phases: &[],
    constructors: &["net/http.(*Server).Serve", "net/http.ListenAndServe"],
    entry_points: &["net/http.(*Server).Serve", "net/http.ListenAndServe"],
    releases: &["http.Server.ReadTimeout and IdleTimeout", "http.Server.Shutdown"],
    source: Source::NONE,
    heap_marks: &["net/http.(*Server).newConn"],
    known_bad: &[],
    notes: "Held by the peer. At rest it waits below bufio.(*Reader).Peek; a peer that sends \
            nothing is in (*conn).readRequest. backgroundRead runs beside a handler.",
};

static HTTP2_SERVER_STREAM: LibraryObject = LibraryObject {
    module: "std",
    name: "http2 server stream",
    checked: "go1.26.8, go1.27.3 (source)",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[
        &[
            one("net/http/internal/http2.(*serverConn).runHandler"),
            one("net/http/internal/http2.(*serverConn).readFrames"),
            one("net/http/internal/http2.(*serverConn).serve"),
        ],
        &[
            one("net/http.(*http2serverConn).runHandler"),
            one("net/http.(*http2serverConn).readFrames"),
            one("net/http.(*http2serverConn).serve"),
        ],
    ],
    phases: &[],
    constructors: &["net/http.(*Server).ServeTLS", "net/http.ListenAndServeTLS"],
    entry_points: &["net/http.(*Server).ServeTLS", "net/http.ListenAndServeTLS"],
    releases: &["return of the handler", "http.Server.Shutdown"],
    source: Source::NONE,
    heap_marks: &[
        "net/http/internal/http2.(*serverConn).newStream",
        "net/http.(*http2serverConn).newStream",
    ],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "go1.21.3",
            what: "client opens and resets streams quickly: handler goroutines are not bounded by \
                   MaxConcurrentStreams (also fixed in 1.20.10)",
            source: "golang/go#63417",
        },
        KnownBad {
            introduced: "",
            fixed: "go1.19.4",
            what: "per connection header name cache bounded by count, not bytes (also fixed in \
                   1.18.9)",
            source: "golang/go#56350",
        },
    ],
    notes: "One goroutine an open stream, in the handler.",
};

static HTTP2_SERVER_CONN: LibraryObject = LibraryObject {
    module: "std",
    name: "http2 server connection",
    checked: "go1.26.8, go1.27.3 (source)",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[
        &[one("net/http/internal/http2.(*serverConn).readFrames")],
        &[one("net/http.(*http2serverConn).readFrames")],
    ],
    phases: &[],
    constructors: &["net/http.(*Server).ServeTLS", "net/http.ListenAndServeTLS"],
    entry_points: &["net/http.(*Server).ServeTLS", "net/http.ListenAndServeTLS"],
    releases: &["http.Server.Shutdown"],
    source: Source::NONE,
    heap_marks: &[
        "net/http/internal/http2.(*Server).serveConn",
        "net/http.(*http2Server).serveConn",
    ],
    known_bad: &[],
    notes: "A reader beside the serving goroutine, held by the peer.",
};

static SERVER: LibraryObject = LibraryObject {
    module: "std",
    name: "http.Server",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("net/http.(*Server).Serve")]],
    phases: &[],
    constructors: &[
        "net/http.(*Server).Serve",
        "net/http.ListenAndServe",
        "net/http.ListenAndServeTLS",
    ],
    entry_points: &[
        "net/http.(*Server).Serve",
        "net/http.(*Server).ListenAndServe",
        "net/http.(*Server).ListenAndServeTLS",
        "net/http.ListenAndServe",
        "net/http.ListenAndServeTLS",
        "net/http/httptest.NewServer",
    ],
    releases: &["http.Server.Close", "http.Server.Shutdown"],
    source: Source::NONE,
    heap_marks: &[],
    known_bad: &[],
    notes: "One per listening address is normal. httptest.NewServer starts one that only its \
            Close ends.",
};

static REVERSE_PROXY_COPY: LibraryObject = LibraryObject {
    module: "std",
    name: "httputil.ReverseProxy upgraded connection",
    checked: "go1.26.8",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("net/http/httputil.switchProtocolCopier.copyToBackend"),
        one("net/http/httputil.switchProtocolCopier.copyFromBackend"),
    ]],
    phases: &[],
    constructors: &["net/http/httputil.(*ReverseProxy).ServeHTTP"],
    entry_points: &["net/http/httputil.(*ReverseProxy).ServeHTTP"],
    releases: &["end of either side"],
    source: Source::NONE,
    heap_marks: &[],
    known_bad: &[],
    notes: "An upgraded (websocket) connection runs two copying goroutines until one side ends.",
};
