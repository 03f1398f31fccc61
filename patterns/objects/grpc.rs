//! `google.golang.org/grpc`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, ResourceKind, Side, Source};

use crate::record::{closed, first, one, one_under, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] =
    &[&CLIENT_CONN, &CLIENT_STREAM, &SERVER_CONN, &SERVER_STREAM, &SERVER];

static CLIENT_CONN: LibraryObject = LibraryObject {
    module: "google.golang.org/grpc",
    name: "grpc.ClientConn",
    checked: "v1.38.0, v1.56.3, v1.72.2",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[
        &[
            one("google.golang.org/grpc.(*ccBalancerWrapper).watcher"),
            one("google.golang.org/grpc.(*addrConn).resetTransport"),
            one("google.golang.org/grpc/internal/transport.(*http2Client).reader"),
            one_under(
                "google.golang.org/grpc/internal/transport.(*loopyWriter).run",
                "google.golang.org/grpc/internal/transport.newHTTP2Client",
            ),
            one("google.golang.org/grpc/internal/transport.(*http2Client).keepalive"),
        ],
        &[
            one_under(
                "google.golang.org/grpc/internal/transport.(*loopyWriter).run",
                "google.golang.org/grpc/internal/transport.newHTTP2Client",
            ),
            one("google.golang.org/grpc/internal/transport.(*http2Client).reader"),
            several(2, "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run"),
            one("google.golang.org/grpc/internal/transport.(*http2Client).keepalive"),
            one("google.golang.org/grpc.(*addrConn).resetTransport"),
            one("google.golang.org/grpc/internal/resolver/dns.(*dnsResolver).watcher"),
        ],
        &[
            several(3, "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run"),
            one("google.golang.org/grpc/internal/transport.(*http2Client).reader"),
            one_under(
                "google.golang.org/grpc/internal/transport.(*loopyWriter).run",
                "google.golang.org/grpc/internal/transport.NewHTTP2Client",
            ),
            one("google.golang.org/grpc/internal/transport.(*http2Client).keepalive"),
            one("google.golang.org/grpc.(*addrConn).resetTransportAndUnlock"),
            one("google.golang.org/grpc/internal/resolver/dns.(*dnsResolver).watcher"),
        ],
    ],
    phases: &[],
    constructors: &[
        "google.golang.org/grpc.NewClient",
        "google.golang.org/grpc.Dial",
        "google.golang.org/grpc.DialContext",
    ],
    entry_points: &[
        "google.golang.org/grpc.NewClient",
        "google.golang.org/grpc.Dial",
        "google.golang.org/grpc.DialContext",
    ],
    releases: &["grpc.ClientConn.Close"],
    source: closed(
        ResourceKind::Client,
        &["google.golang.org/grpc.ClientConn"],
        &[
            first("google.golang.org/grpc.NewClient"),
            first("google.golang.org/grpc.Dial"),
            first("google.golang.org/grpc.DialContext"),
        ],
    ),
    heap_marks: &[
        "google.golang.org/grpc.NewClient",
        "google.golang.org/grpc.DialContext",
        "google.golang.org/grpc/internal/grpcsync.NewCallbackSerializer",
        "google.golang.org/grpc/internal/transport.NewHTTP2Client",
        "google.golang.org/grpc/internal/transport.newHTTP2Client",
    ],
    known_bad: &[
        KnownBad {
            introduced: "v1.41.0",
            fixed: "v1.47.0",
            what: "each reconnect of a subchannel leaves the handshake context uncancelled",
            source: "grpc/grpc-go#5337",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.38.0",
            what: "resolver updates that replace addresses leave the old addrConn in the \
                   ClientConn's map",
            source: "grpc/grpc-go#4347",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.6.0",
            what: "dial times out before the balancer gives an address",
            source: "grpc/grpc-go#1424",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.0.2",
            what: "DialContext returns an error without closing the ClientConn",
            source: "grpc/grpc-go#862",
        },
    ],
    notes: "NewClient does no I/O but starts 3 goroutines at once; a dropped ClientConn is never \
            collected. Before v1.64 the goroutines are counted by connected subchannels. An etcd \
            client or a Google Cloud client holds one or several of these.",
};

static CLIENT_STREAM: LibraryObject = LibraryObject {
    module: "google.golang.org/grpc",
    name: "grpc.ClientStream",
    checked: "v1.38.0, v1.56.3, v1.72.2",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[
        &[one("google.golang.org/grpc.newClientStreamWithParams")],
        &[one("google.golang.org/grpc.newClientStream")],
    ],
    phases: &[],
    constructors: &["google.golang.org/grpc.newClientStream"],
    entry_points: &[
        "google.golang.org/grpc.(*ClientConn).NewStream",
        "google.golang.org/grpc.newClientStream",
        "google.golang.org/grpc.newClientStreamWithParams",
    ],
    releases: &["cancel of its context", "RecvMsg until it returns an error"],
    source: Source::NONE,
    heap_marks: &[
        "google.golang.org/grpc.newClientStream",
        "google.golang.org/grpc.(*clientStream).newAttemptLocked",
        "google.golang.org/grpc.(*csAttempt).newStream",
    ],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.49.0",
        what: "load report stream abandoned after an error while its context stays live",
        source: "grpc/grpc-go#5505",
    }],
    notes: "One goroutine a streaming call, even with context.Background; CloseSend does not end \
            it. Unary calls have none.",
};

static SERVER_CONN: LibraryObject = LibraryObject {
    module: "google.golang.org/grpc",
    name: "grpc server connection",
    checked: "v1.72.2",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("google.golang.org/grpc/internal/transport.(*http2Server).keepalive"),
        one_under(
            "google.golang.org/grpc/internal/transport.(*loopyWriter).run",
            "google.golang.org/grpc/internal/transport.NewServerTransport",
        ),
        one("google.golang.org/grpc/internal/transport.(*http2Server).HandleStreams"),
    ]],
    phases: &[],
    constructors: &["google.golang.org/grpc.(*Server).Serve"],
    entry_points: &["google.golang.org/grpc.(*Server).Serve"],
    releases: &[
        "grpc.Server.Stop",
        "grpc.Server.GracefulStop",
        "keepalive.ServerParameters.MaxConnectionAge",
    ],
    source: Source::NONE,
    heap_marks: &["google.golang.org/grpc/internal/transport.NewServerTransport"],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v1.41.0",
            what: "transport creation returns neither transport nor error (client closes early): \
                   accepted net.Conn stays open",
            source: "grpc/grpc-go#4633",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.21.0",
            what: "RST_STREAM for a stream already removed leaves it in the writer's list",
            source: "grpc/grpc-go#2765",
        },
    ],
    notes: "3 goroutines a connection, held by the peer. MaxConnectionIdle and MaxConnectionAge \
            bound it.",
};

static SERVER_STREAM: LibraryObject = LibraryObject {
    module: "google.golang.org/grpc",
    name: "grpc server stream",
    checked: "v1.72.2",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("google.golang.org/grpc.(*Server).handleStream"),
        one("google.golang.org/grpc.(*Server).serveStreams"),
    ]],
    phases: &[],
    constructors: &["google.golang.org/grpc.(*Server).Serve"],
    entry_points: &["google.golang.org/grpc.(*Server).Serve"],
    releases: &["return of the handler"],
    source: Source::NONE,
    heap_marks: &["google.golang.org/grpc.(*Server).handleStream"],
    known_bad: &[],
    notes: "A handler that ignores stream.Context() stays after the client is gone.",
};

static SERVER: LibraryObject = LibraryObject {
    module: "google.golang.org/grpc",
    name: "grpc.Server",
    checked: "v1.72.2",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("google.golang.org/grpc.(*Server).Serve"),
        one("google.golang.org/grpc.(*Server).serverWorker"),
    ]],
    phases: &[],
    constructors: &["google.golang.org/grpc.NewServer"],
    entry_points: &["google.golang.org/grpc.NewServer"],
    releases: &["grpc.Server.Stop", "grpc.Server.GracefulStop"],
    source: Source::NONE,
    heap_marks: &["google.golang.org/grpc.NewServer"],
    known_bad: &[],
    notes: "One per process is normal. NumStreamWorkers(n) starts n workers in NewServer, even if \
            Serve is never called.",
};
