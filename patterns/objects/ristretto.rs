//! `github.com/dgraph-io/ristretto`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CACHE];

static CACHE: LibraryObject = LibraryObject {
    module: "github.com/dgraph-io/ristretto",
    name: "ristretto.Cache",
    checked: "v2.2.0 (v0 and v1: source)",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/dgraph-io/ristretto.(*Cache).processItems"),
        one("github.com/dgraph-io/ristretto.(*defaultPolicy).processItems"),
    ]],
    phases: &[],
    constructors: &["github.com/dgraph-io/ristretto.NewCache"],
    entry_points: &["github.com/dgraph-io/ristretto.NewCache"],
    releases: &["ristretto.Cache.Close"],
    source: closed(
        ResourceKind::Worker,
        &["github.com/dgraph-io/ristretto.Cache"],
        &[first("github.com/dgraph-io/ristretto.NewCache")],
    ),
    heap_marks: &[
        "github.com/dgraph-io/ristretto.NewCache",
        "github.com/dgraph-io/ristretto.newDefaultPolicy",
    ],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v0.2.0",
            what: "cleanup ticker is not stopped at Close; no effect with Go 1.23 timers",
            source: "dgraph-io/ristretto#343",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.0.0",
            what: "Clear keeps expiry buckets; buckets missed by the cleaner stay",
            source: "dgraph-io/ristretto#358",
        },
    ],
    notes: "The collector never frees one that is not closed, even if nothing uses it.",
};
