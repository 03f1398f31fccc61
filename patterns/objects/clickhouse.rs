//! `github.com/ClickHouse/clickhouse-go/v2`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN];

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
    source: Source::NONE,
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
