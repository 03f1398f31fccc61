//! `github.com/jackc/pgx/v5`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&POOL, &CONN];

static POOL: LibraryObject = LibraryObject {
    module: "github.com/jackc/pgx/v5",
    name: "pgxpool.Pool",
    checked: "v5.7.5",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck")]],
    phases: &[],
    constructors: &[
        "github.com/jackc/pgx/v5/pgxpool.New",
        "github.com/jackc/pgx/v5/pgxpool.NewWithConfig",
    ],
    entry_points: &[
        "github.com/jackc/pgx/v5/pgxpool.New",
        "github.com/jackc/pgx/v5/pgxpool.NewWithConfig",
    ],
    releases: &["pgxpool.Pool.Close"],
    source: Source::NONE,
    heap_marks: &["github.com/jackc/pgx/v5/pgxpool.NewWithConfig"],
    known_bad: &[],
    notes: "A pool, made once per database. Never collected; Close blocks while a connection is \
            acquired.",
};

static CONN: LibraryObject = LibraryObject {
    module: "github.com/jackc/pgx/v5",
    name: "pgx.Conn",
    checked: "v5.7.5",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["github.com/jackc/pgx/v5.Connect", "github.com/jackc/pgx/v5.ConnectConfig"],
    entry_points: &[
        "github.com/jackc/pgx/v5.Connect",
        "github.com/jackc/pgx/v5.ConnectConfig",
        "github.com/jackc/pgx/v5/pgconn.Connect",
        "github.com/jackc/pgx/v5/pgconn.ConnectConfig",
    ],
    releases: &["pgx.Conn.Close"],
    source: Source::NONE,
    heap_marks: &["github.com/jackc/pgx/v5.connect", "github.com/jackc/pgx/v5/pgconn.connectOne"],
    known_bad: &[
        KnownBad {
            introduced: "v5.4.0",
            fixed: "v5.4.2",
            what: "background reader timers with unbounded delay keep closed connections and \
                   their buffers alive",
            source: "jackc/pgx#1676",
        },
        KnownBad {
            introduced: "v5.0.0",
            fixed: "v5.4.0",
            what: "many distinct query texts with statement cache: entries stay in the map after \
                   deallocation",
            source: "jackc/pgx@0292edec",
        },
        KnownBad {
            introduced: "",
            fixed: "v5.9.0",
            what: "Unwatch delayed or never called (abandoned result readers, pipelines)",
            source: "jackc/pgx@eaf6f997",
        },
        KnownBad {
            introduced: "",
            fixed: "v5.9.0",
            what: "pipeline receives an unexpected message: Close returns early without Unwatch",
            source: "jackc/pgx#1999",
        },
    ],
    notes: "No goroutine when idle; a dropped one is closed by the finalizer of its socket.",
};
