//! `go.etcd.io/bbolt`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&DB];

static DB: LibraryObject = LibraryObject {
    module: "go.etcd.io/bbolt",
    name: "bbolt.DB",
    checked: "v1.4.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["go.etcd.io/bbolt.Open"],
    entry_points: &["go.etcd.io/bbolt.Open"],
    releases: &["bbolt.DB.Close"],
    source: Source::NONE,
    heap_marks: &["go.etcd.io/bbolt.Open"],
    known_bad: &[],
    notes: "A descriptor and a mapping, no goroutine; a second Open of the same file blocks in \
            flock.",
};
