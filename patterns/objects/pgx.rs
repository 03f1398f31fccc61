//! `github.com/jackc/pgx/v5`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&POOL, &CONN, &ROWS, &TX, &BATCH, &POOLED];

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
    source: closed(
        ResourceKind::Client,
        &["github.com/jackc/pgx/v5/pgxpool.Pool"],
        &[
            first("github.com/jackc/pgx/v5/pgxpool.New"),
            first("github.com/jackc/pgx/v5/pgxpool.NewWithConfig"),
            first("github.com/jackc/pgx/v5/pgxpool.Connect"),
            first("github.com/jackc/pgx/v5/pgxpool.ConnectConfig"),
        ],
    ),
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
    source: closed(
        ResourceKind::Connection,
        &["github.com/jackc/pgx/v5.Conn", "github.com/jackc/pgx/v5/pgconn.PgConn"],
        &[
            first("github.com/jackc/pgx/v5.Connect"),
            first("github.com/jackc/pgx/v5.ConnectConfig"),
            first("github.com/jackc/pgx/v5.ConnectWithOptions"),
            first("github.com/jackc/pgx/v5/pgconn.Connect"),
            first("github.com/jackc/pgx/v5/pgconn.ConnectConfig"),
            first("github.com/jackc/pgx/v5/pgconn.ConnectWithOptions"),
        ],
    ),
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

static ROWS: LibraryObject = in_source(
    "github.com/jackc/pgx/v5",
    "pgx.Rows",
    "v5.7.5",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/jackc/pgx/v5.Rows"],
        acquires: &[
            first("github.com/jackc/pgx/v5.(*Conn).Query"),
            first("github.com/jackc/pgx/v5.Tx.Query"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Pool).Query"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Conn).Query"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Tx).Query"),
        ],
        releases: &[
            Release::Method("Close"),
            Release::Exhaustion("Next"),
            Release::Argument("github.com/jackc/pgx/v5.CollectRows", 0),
            Release::Argument("github.com/jackc/pgx/v5.CollectOneRow", 0),
            Release::Argument("github.com/jackc/pgx/v5.CollectExactlyOneRow", 0),
            Release::Argument("github.com/jackc/pgx/v5.ForEachRow", 0),
            Release::Argument("github.com/jackc/pgx/v5.AppendRows", 1),
        ],
    },
    "Holds its connection, and with it one of the pool.",
);

static TX: LibraryObject = in_source(
    "github.com/jackc/pgx/v5",
    "pgx.Tx",
    "v5.7.5",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/jackc/pgx/v5.Tx", "github.com/jackc/pgx/v5/pgxpool.Tx"],
        acquires: &[
            first("github.com/jackc/pgx/v5.(*Conn).Begin"),
            first("github.com/jackc/pgx/v5.(*Conn).BeginTx"),
            first("github.com/jackc/pgx/v5.Tx.Begin"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Pool).Begin"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Pool).BeginTx"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Conn).Begin"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Conn).BeginTx"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Tx).Begin"),
        ],
        releases: &[Release::Method("Rollback"), Release::Method("Commit")],
    },
    "Holds its connection, and with it one of the pool.",
);

static BATCH: LibraryObject = in_source(
    "github.com/jackc/pgx/v5",
    "pgx.BatchResults",
    "v5.7.5",
    closed(
        ResourceKind::Rows,
        &["github.com/jackc/pgx/v5.BatchResults"],
        &[
            first("github.com/jackc/pgx/v5.(*Conn).SendBatch"),
            first("github.com/jackc/pgx/v5.Tx.SendBatch"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Pool).SendBatch"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Conn).SendBatch"),
            first("github.com/jackc/pgx/v5/pgxpool.(*Tx).SendBatch"),
        ],
    ),
    "Holds its connection, and with it one of the pool.",
);

static POOLED: LibraryObject = in_source(
    "github.com/jackc/pgx/v5",
    "pgxpool.Conn",
    "v5.7.5",
    Source {
        kind: ResourceKind::Connection,
        types: &["github.com/jackc/pgx/v5/pgxpool.Conn"],
        acquires: &[first("github.com/jackc/pgx/v5/pgxpool.(*Pool).Acquire")],
        releases: &[Release::Method("Release"), Release::Method("Hijack")],
    },
    "One connection of the pool.",
);
