//! `github.com/gocql/gocql`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, harmless, in_source, one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SESSION, &ITER];

static SESSION: LibraryObject = LibraryObject {
    module: "github.com/gocql/gocql",
    name: "gocql.Session",
    checked: "v1.6.0 (source)",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/gocql/gocql.(*Session).reconnectDownedHosts"),
        one("github.com/gocql/gocql.(*controlConn).heartBeat"),
        several(2, "github.com/gocql/gocql.(*eventDebouncer).flusher"),
        one("github.com/gocql/gocql.(*Conn).serve"),
        one("github.com/gocql/gocql.(*Conn).heartBeat"),
        one("github.com/gocql/gocql.(*writeCoalescer).writeFlusher"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/gocql/gocql.NewSession",
        "github.com/gocql/gocql.(*ClusterConfig).CreateSession",
    ],
    entry_points: &[
        "github.com/gocql/gocql.NewSession",
        "github.com/gocql/gocql.(*ClusterConfig).CreateSession",
    ],
    releases: &["gocql.Session.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/gocql/gocql.Session"],
        &[
            first("github.com/gocql/gocql.NewSession"),
            first("github.com/gocql/gocql.(*ClusterConfig).CreateSession"),
        ],
    ),
    heap_marks: &["github.com/gocql/gocql.(*Session).dial"],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v1.0.0",
            what: "request times out while its frame is sent: stream id is not given back",
            source: "gocql/gocql#1069",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.0.0",
            what: "timer lives for the full (long) timeout after the answer",
            source: "gocql/gocql#851",
        },
    ],
    notes: "3 goroutines a connection: (2 for each host + 1) times 3, and about 5.",
};

static ITER: LibraryObject = in_source(
    "github.com/gocql/gocql",
    "gocql.Iter",
    "v1.6.0",
    harmless(&["github.com/gocql/gocql.Iter"], &[]),
    "Holds a page of rows in memory; Close tells the error.",
);
