//! `github.com/gomodule/redigo`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN];

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
    source: Source::NONE,
    heap_marks: &["github.com/gomodule/redigo/redis.DialContext"],
    known_bad: &[],
    notes: "No goroutine. A Conn of a Pool that is not closed counts as active until MaxActive \
            blocks the callers.",
};
