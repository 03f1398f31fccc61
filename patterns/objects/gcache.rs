//! `github.com/bluele/gcache`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&GCACHE];

static GCACHE: LibraryObject = LibraryObject {
    module: "github.com/bluele/gcache",
    name: "gcache.Cache",
    checked: "v0.0.2",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["github.com/bluele/gcache.(*CacheBuilder).Build"],
    entry_points: &["github.com/bluele/gcache.(*CacheBuilder).Build"],
    releases: &["nothing to release"],
    source: Source::NONE,
    heap_marks: &["github.com/bluele/gcache.buildCache", "github.com/bluele/gcache.newLRUCache"],
    known_bad: &[],
    notes: "Expired entries leave only when they are touched.",
};
