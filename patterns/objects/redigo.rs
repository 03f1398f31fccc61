//! `github.com/gomodule/redigo`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, in_source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN, &POOL, &FORMER_CONN];

static CONN: LibraryObject = LibraryObject {
    module: "github.com/gomodule/redigo",
    name: "redis.Conn",
    checked: "v1.9.2",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &[
        "github.com/gomodule/redigo/redis.Dial",
        "github.com/gomodule/redigo/redis.DialContext",
    ],
    entry_points: &[
        "github.com/gomodule/redigo/redis.Dial",
        "github.com/gomodule/redigo/redis.DialContext",
    ],
    releases: &["redis.Conn.Close", "redis.Pool.Close"],
    source: closed(
        ResourceKind::Connection,
        &["github.com/gomodule/redigo/redis.Conn"],
        &[
            first("github.com/gomodule/redigo/redis.Dial"),
            first("github.com/gomodule/redigo/redis.DialContext"),
            first("github.com/gomodule/redigo/redis.DialTimeout"),
            first("github.com/gomodule/redigo/redis.DialURL"),
            first("github.com/gomodule/redigo/redis.DialURLContext"),
            first("github.com/gomodule/redigo/redis.(*Pool).Get"),
            first("github.com/gomodule/redigo/redis.(*Pool).GetContext"),
        ],
    ),
    heap_marks: &["github.com/gomodule/redigo/redis.DialContext"],
    known_bad: &[],
    notes: "No goroutine. A Conn of a Pool that is not closed counts as active until MaxActive \
            blocks the callers.",
};

static POOL: LibraryObject = in_source(
    "github.com/gomodule/redigo",
    "redis.Pool",
    "v1.9.2",
    closed(
        ResourceKind::Client,
        &["github.com/gomodule/redigo/redis.Pool"],
        &[first("github.com/gomodule/redigo/redis.NewPool")],
    ),
    "Without goroutines: connections are closed when others are taken or given back.",
);

static FORMER_CONN: LibraryObject = in_source(
    "github.com/garyburd/redigo",
    "redis.Conn",
    "v1.6.0",
    closed(
        ResourceKind::Connection,
        &["github.com/garyburd/redigo/redis.Conn"],
        &[
            first("github.com/garyburd/redigo/redis.Dial"),
            first("github.com/garyburd/redigo/redis.DialTimeout"),
            first("github.com/garyburd/redigo/redis.DialURL"),
            first("github.com/garyburd/redigo/redis.(*Pool).Get"),
        ],
    ),
    "Under the path it had before v2.",
);
