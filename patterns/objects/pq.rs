//! `github.com/lib/pq`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, ResourceKind, Side, Source};

use crate::record::{closed, first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&LISTENER, &CONN];

static LISTENER: LibraryObject = LibraryObject {
    module: "github.com/lib/pq",
    name: "pq.Listener",
    checked: "v1.10.9",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/lib/pq.(*Listener).listenerMain"),
        one("github.com/lib/pq.(*ListenerConn).listenerConnMain"),
    ]],
    phases: &[],
    constructors: &["github.com/lib/pq.NewListener", "github.com/lib/pq.NewDialListener"],
    entry_points: &["github.com/lib/pq.NewListener", "github.com/lib/pq.NewDialListener"],
    releases: &["pq.Listener.Close"],
    source: closed(
        ResourceKind::Subscription,
        &["github.com/lib/pq.Listener"],
        &[first("github.com/lib/pq.NewListener"), first("github.com/lib/pq.NewDialListener")],
    ),
    heap_marks: &["github.com/lib/pq.NewDialListener"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.11.0",
        what: "Close comes before the first connection is established: goroutines and socket stay",
        source: "lib/pq#1192",
    }],
    notes: "With an unreachable server it sleeps, and Close does not end it before the reconnect \
            interval is over.",
};

static CONN: LibraryObject = LibraryObject {
    module: "github.com/lib/pq",
    name: "pq connection",
    checked: "v1.10.9",
    side: Side::Client,
    pooled: true,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["github.com/lib/pq.(*Connector).Connect"],
    entry_points: &["github.com/lib/pq.(*Connector).Connect"],
    releases: &["sql.DB.Close"],
    source: Source::NONE,
    heap_marks: &["github.com/lib/pq.(*Connector).open"],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v1.2.0",
            what: "TLS refused by server",
            source: "lib/pq#840",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.0.0",
            what: "query fails at once: cancel watcher is not ended",
            source: "lib/pq#617",
        },
    ],
    notes: "No goroutine but while a query with a cancellable context runs.",
};
