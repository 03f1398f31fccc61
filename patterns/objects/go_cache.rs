//! `github.com/patrickmn/go-cache`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&GO_CACHE];

static GO_CACHE: LibraryObject = LibraryObject {
    module: "github.com/patrickmn/go-cache",
    name: "cache.Cache",
    checked: "v2.1.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/patrickmn/go-cache.(*janitor).Run")]],
    phases: &[],
    constructors: &["github.com/patrickmn/go-cache.New", "github.com/patrickmn/go-cache.NewFrom"],
    entry_points: &["github.com/patrickmn/go-cache.New", "github.com/patrickmn/go-cache.NewFrom"],
    releases: &["dropping it: a finalizer ends the janitor"],
    source: Source::NONE,
    heap_marks: &["github.com/patrickmn/go-cache.newCacheWithJanitor"],
    known_bad: &[],
    notes: "Has no Close. As long as anything refers to it, its janitor runs; once dropped, it \
            ends with the second collection.",
};
