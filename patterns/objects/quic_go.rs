//! `github.com/quic-go/quic-go`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, one, one_under};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN, &SERVER_CONN, &TRANSPORT];

static CONN: LibraryObject = LibraryObject {
    module: "github.com/quic-go/quic-go",
    name: "quic client connection",
    checked: "v0.52.0, v0.53 names",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[
        &[one_under(
            "github.com/quic-go/quic-go.(*connection).run",
            "github.com/quic-go/quic-go.(*Transport).doDial",
        )],
        &[one_under(
            "github.com/quic-go/quic-go.(*Conn).run",
            "github.com/quic-go/quic-go.(*Transport).doDial",
        )],
    ],
    phases: &[],
    constructors: &[
        "github.com/quic-go/quic-go.DialAddr",
        "github.com/quic-go/quic-go.Dial",
        "github.com/quic-go/quic-go.DialEarly",
        "github.com/quic-go/quic-go.DialAddrEarly",
    ],
    entry_points: &[
        "github.com/quic-go/quic-go.DialAddr",
        "github.com/quic-go/quic-go.Dial",
        "github.com/quic-go/quic-go.DialEarly",
        "github.com/quic-go/quic-go.DialAddrEarly",
        "github.com/quic-go/quic-go.(*Transport).Dial",
        "github.com/quic-go/quic-go.(*Transport).DialEarly",
    ],
    releases: &["quic.Connection.CloseWithError"],
    source: Source {
        kind: ResourceKind::Connection,
        types: &[
            "github.com/quic-go/quic-go.Conn",
            "github.com/quic-go/quic-go.Connection",
            "github.com/quic-go/quic-go.EarlyConnection",
        ],
        acquires: &[
            first("github.com/quic-go/quic-go.DialAddr"),
            first("github.com/quic-go/quic-go.Dial"),
            first("github.com/quic-go/quic-go.DialEarly"),
            first("github.com/quic-go/quic-go.DialAddrEarly"),
            first("github.com/quic-go/quic-go.(*Transport).Dial"),
            first("github.com/quic-go/quic-go.(*Transport).DialEarly"),
            first("github.com/quic-go/quic-go.(*Listener).Accept"),
            first("github.com/quic-go/quic-go.(*EarlyListener).Accept"),
        ],
        releases: &[Release::Method("CloseWithError")],
    },
    heap_marks: &["github.com/quic-go/quic-go.(*Transport).doDial"],
    known_bad: &[
        KnownBad {
            introduced: "v0.35.0",
            fixed: "v0.54.0",
            what: "dial rejected before the handshake, such as by an invalid Config: 2 goroutines \
                   and 1 UDP socket per call (v0.53.0 leaks; a context that ends during the \
                   handshake does not leak)",
            source: "quic-go/quic-go#5259",
        },
        KnownBad {
            introduced: "v0.49.0",
            fixed: "v0.53.0",
            what: "context ends while version negotiation restarts the connection",
            source: "quic-go/quic-go#5203",
        },
        KnownBad {
            introduced: "",
            fixed: "v0.49.0",
            what: "connection id changes while CONNECTION_CLOSE is sent",
            source: "quic-go/quic-go#4852",
        },
    ],
    notes: "DialAddr also makes a Transport and a UDP socket that closing the connection alone \
            does not end.",
};

static SERVER_CONN: LibraryObject = LibraryObject {
    module: "github.com/quic-go/quic-go",
    name: "quic server connection",
    checked: "v0.52.0, v0.53 names",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[
        &[one("github.com/quic-go/quic-go.(*connection).run")],
        &[one("github.com/quic-go/quic-go.(*Conn).run")],
    ],
    phases: &[],
    constructors: &["github.com/quic-go/quic-go.ListenAddr", "github.com/quic-go/quic-go.Listen"],
    entry_points: &["github.com/quic-go/quic-go.ListenAddr", "github.com/quic-go/quic-go.Listen"],
    releases: &["quic.Config.MaxIdleTimeout"],
    source: Source::NONE,
    heap_marks: &["github.com/quic-go/quic-go.(*baseServer).handleInitialImpl"],
    known_bad: &[],
    notes: "Held by the peer.",
};

static TRANSPORT: LibraryObject = LibraryObject {
    module: "github.com/quic-go/quic-go",
    name: "quic.Transport",
    checked: "v0.52.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/quic-go/quic-go.(*Transport).listen"),
        one("github.com/quic-go/quic-go.(*Transport).runSendQueue"),
        one("github.com/quic-go/quic-go.(*baseServer).run"),
        one("github.com/quic-go/quic-go.(*baseServer).runSendQueue"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/quic-go/quic-go.(*Transport).Dial",
        "github.com/quic-go/quic-go.(*Transport).Listen",
        "github.com/quic-go/quic-go.DialAddr",
        "github.com/quic-go/quic-go.ListenAddr",
    ],
    entry_points: &[
        "github.com/quic-go/quic-go.(*Transport).Dial",
        "github.com/quic-go/quic-go.(*Transport).Listen",
        "github.com/quic-go/quic-go.DialAddr",
        "github.com/quic-go/quic-go.ListenAddr",
    ],
    releases: &["quic.Transport.Close, and Close of its UDP connection"],
    source: closed(
        ResourceKind::Listener,
        &["github.com/quic-go/quic-go.Listener", "github.com/quic-go/quic-go.EarlyListener"],
        &[
            first("github.com/quic-go/quic-go.Listen"),
            first("github.com/quic-go/quic-go.ListenAddr"),
            first("github.com/quic-go/quic-go.ListenEarly"),
            first("github.com/quic-go/quic-go.ListenAddrEarly"),
            first("github.com/quic-go/quic-go.(*Transport).Listen"),
            first("github.com/quic-go/quic-go.(*Transport).ListenEarly"),
        ],
    ),
    heap_marks: &["github.com/quic-go/quic-go.(*Transport).init"],
    known_bad: &[],
    notes: "Made once per UDP socket. Closing its connections leaves its goroutines and the \
            socket.",
};
