//! `database/sql`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] =
    &[&ROWS, &TX, &DB, &STMT, &CONN, &DRIVER_CONN, &DRIVER_ROWS];

static ROWS: LibraryObject = LibraryObject {
    module: "std",
    name: "sql.Rows",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("database/sql.(*Rows).awaitDone")]],
    phases: &[],
    constructors: &["database/sql.(*DB).QueryContext", "database/sql.(*DB).Query"],
    entry_points: &[
        "database/sql.(*DB).Query",
        "database/sql.(*DB).QueryContext",
        "database/sql.(*DB).QueryRow",
        "database/sql.(*DB).QueryRowContext",
        "database/sql.(*Conn).QueryContext",
        "database/sql.(*Tx).Query",
        "database/sql.(*Tx).QueryContext",
        "database/sql.(*Stmt).Query",
        "database/sql.(*Stmt).QueryContext",
    ],
    releases: &["sql.Rows.Close", "sql.Rows.Next until it returns false"],
    source: Source {
        kind: ResourceKind::Rows,
        types: &["database/sql.Rows"],
        acquires: &[
            first("database/sql.(*DB).Query"),
            first("database/sql.(*DB).QueryContext"),
            first("database/sql.(*Conn).QueryContext"),
            first("database/sql.(*Tx).Query"),
            first("database/sql.(*Tx).QueryContext"),
            first("database/sql.(*Stmt).Query"),
            first("database/sql.(*Stmt).QueryContext"),
        ],
        releases: &[Release::Method("Close"), Release::Exhaustion("Next")],
    },
    heap_marks: &["database/sql.(*DB).queryDC"],
    known_bad: &[],
    notes: "Holds one connection of the pool. The goroutine exists only with a context that can \
            be cancelled or inside a Tx.",
};

static TX: LibraryObject = LibraryObject {
    module: "std",
    name: "sql.Tx",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("database/sql.(*Tx).awaitDone")]],
    phases: &[],
    constructors: &["database/sql.(*DB).BeginTx", "database/sql.(*DB).Begin"],
    entry_points: &[
        "database/sql.(*DB).Begin",
        "database/sql.(*DB).BeginTx",
        "database/sql.(*Conn).BeginTx",
    ],
    releases: &["sql.Tx.Commit", "sql.Tx.Rollback"],
    source: Source {
        kind: ResourceKind::Rows,
        types: &["database/sql.Tx"],
        acquires: &[
            first("database/sql.(*DB).Begin"),
            first("database/sql.(*DB).BeginTx"),
            first("database/sql.(*Conn).BeginTx"),
        ],
        releases: &[Release::Method("Rollback"), Release::Method("Commit")],
    },
    heap_marks: &["database/sql.(*DB).beginDC"],
    known_bad: &[],
    notes: "Holds one connection of the pool; the goroutine exists even with context.Background.",
};

static DB: LibraryObject = LibraryObject {
    module: "std",
    name: "sql.DB",
    checked: "go1.26.8",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("database/sql.(*DB).connectionOpener"),
        one("database/sql.(*DB).connectionCleaner"),
    ]],
    phases: &[],
    constructors: &["database/sql.Open", "database/sql.OpenDB"],
    entry_points: &["database/sql.Open", "database/sql.OpenDB"],
    releases: &["sql.DB.Close"],
    source: closed(
        ResourceKind::Client,
        &["database/sql.DB"],
        &[first("database/sql.Open"), first("database/sql.OpenDB")],
    ),
    heap_marks: &["database/sql.OpenDB"],
    known_bad: &[],
    notes: "A pool, made once per database. Its goroutine starts in Open, before any connection, \
            and it is never collected. gorm.Open before gorm v1.31.2 leaves one behind when the \
            first ping fails.",
};

static STMT: LibraryObject = LibraryObject {
    module: "std",
    name: "sql.Stmt",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["database/sql.(*DB).PrepareContext", "database/sql.(*DB).Prepare"],
    entry_points: &["database/sql.(*DB).PrepareContext", "database/sql.(*DB).Prepare"],
    releases: &["sql.Stmt.Close"],
    source: closed(
        ResourceKind::Rows,
        &["database/sql.Stmt"],
        &[
            first("database/sql.(*DB).Prepare"),
            first("database/sql.(*DB).PrepareContext"),
            first("database/sql.(*Conn).PrepareContext"),
        ],
    ),
    heap_marks: &["database/sql.(*DB).prepareDC"],
    known_bad: &[],
    notes: "No goroutine; statements pile up here and on the server.",
};

static CONN: LibraryObject = in_source(
    "std",
    "sql.Conn",
    "go1.27.3",
    closed(ResourceKind::Connection, &["database/sql.Conn"], &[first("database/sql.(*DB).Conn")]),
    "Holds one connection of the pool until it is closed.",
);

static DRIVER_CONN: LibraryObject = in_source(
    "std",
    "driver.Conn",
    "go1.27.3",
    closed(
        ResourceKind::Connection,
        &["database/sql/driver.Conn"],
        &[first("database/sql/driver.Connector.Connect"), first("database/sql/driver.Driver.Open")],
    ),
    "Of code that uses drivers without database/sql, or wraps them.",
);

static DRIVER_ROWS: LibraryObject = in_source(
    "std",
    "driver.Rows",
    "go1.27.3",
    closed(
        ResourceKind::Rows,
        &["database/sql/driver.Rows", "database/sql/driver.Stmt"],
        &[
            first("database/sql/driver.Conn.Prepare"),
            first("database/sql/driver.ConnPrepareContext.PrepareContext"),
            first("database/sql/driver.Queryer.Query"),
            first("database/sql/driver.QueryerContext.QueryContext"),
            first("database/sql/driver.Stmt.Query"),
            first("database/sql/driver.StmtQueryContext.QueryContext"),
        ],
    ),
    "Of code that uses drivers without database/sql, or wraps them.",
);
