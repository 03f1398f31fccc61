//! `github.com/ClickHouse/clickhouse-go/v2`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN, &ROWS, &BATCH];

static CONN: LibraryObject = LibraryObject {
    module: "github.com/ClickHouse/clickhouse-go/v2",
    name: "clickhouse.Conn",
    checked: "v2.10.1, v2.11.0",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one(
        "github.com/ClickHouse/clickhouse-go/v2.(*clickhouse).startAutoCloseIdleConnections",
    )]],
    phases: &[],
    constructors: &["github.com/ClickHouse/clickhouse-go/v2.Open"],
    entry_points: &["github.com/ClickHouse/clickhouse-go/v2.Open"],
    releases: &["clickhouse.Conn.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/ClickHouse/clickhouse-go/v2/lib/driver.Conn"],
        &[first("github.com/ClickHouse/clickhouse-go/v2.Open")],
    ),
    heap_marks: &["github.com/ClickHouse/clickhouse-go/v2.Open"],
    known_bad: &[
        KnownBad {
            introduced: "v2.10.0",
            fixed: "v2.11.0",
            what: "Close does not end it; one per Open",
            source: "ClickHouse/clickhouse-go#1011",
        },
        KnownBad {
            introduced: "",
            fixed: "v2.44.0",
            what: "context cancelled while acquiring: the connection slot is lost, later callers \
                   wait",
            source: "ClickHouse/clickhouse-go#1759",
        },
    ],
    notes: "A pool, made once per database; its goroutine starts in Open.",
};

static ROWS: LibraryObject = in_source(
    "github.com/ClickHouse/clickhouse-go/v2",
    "clickhouse rows",
    "v2.30.0",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/ClickHouse/clickhouse-go/v2/lib/driver.Rows"],
        acquires: &[first("github.com/ClickHouse/clickhouse-go/v2/lib/driver.Conn.Query")],
        releases: &[Release::Method("Close"), Release::Exhaustion("Next")],
    },
    "Holds one connection of the pool.",
);

static BATCH: LibraryObject = in_source(
    "github.com/ClickHouse/clickhouse-go/v2",
    "clickhouse batch",
    "v2.30.0",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/ClickHouse/clickhouse-go/v2/lib/driver.Batch"],
        acquires: &[first("github.com/ClickHouse/clickhouse-go/v2/lib/driver.Conn.PrepareBatch")],
        releases: &[Release::Method("Abort"), Release::Method("Send"), Release::Method("Close")],
    },
    "Holds one connection of the pool until it is sent or aborted.",
);
