//! `github.com/dgraph-io/ristretto/v2`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CACHE];

static CACHE: LibraryObject = LibraryObject {
    module: "github.com/dgraph-io/ristretto/v2",
    name: "ristretto.Cache",
    checked: "v2.2.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/dgraph-io/ristretto/v2.(*Cache[...]).processItems"),
        one("github.com/dgraph-io/ristretto/v2.(*defaultPolicy[...]).processItems"),
    ]],
    phases: &[],
    constructors: &["github.com/dgraph-io/ristretto/v2.NewCache[...]"],
    entry_points: &["github.com/dgraph-io/ristretto/v2.NewCache[...]"],
    releases: &["ristretto.Cache.Close"],
    source: Source::NONE,
    heap_marks: &[
        "github.com/dgraph-io/ristretto/v2.NewCache[...]",
        "github.com/dgraph-io/ristretto/v2.newDefaultPolicy[...]",
    ],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v2.1.0",
        what: "cleaner takes empty buckets and skips filled ones",
        source: "dgraph-io/ristretto#429",
    }],
    notes: "The collector never frees one that is not closed, even if nothing uses it.",
};
