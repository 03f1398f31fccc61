//! `github.com/dgraph-io/badger/v4`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::{one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&DB];

static DB: LibraryObject = LibraryObject {
    module: "github.com/dgraph-io/badger/v4",
    name: "badger.DB",
    checked: "v4.7.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/dgraph-io/badger/v4.(*DB).updateSize"),
        several(4, "github.com/dgraph-io/badger/v4.(*levelsController).runCompactor"),
        several(2, "github.com/dgraph-io/badger/v4/y.(*WaterMark).process"),
        one("github.com/dgraph-io/badger/v4.(*DB).doWrites"),
        one("github.com/dgraph-io/badger/v4.(*DB).monitorCache"),
        one("github.com/dgraph-io/badger/v4.(*publisher).listenForUpdates"),
        one("github.com/dgraph-io/badger/v4.(*vlogThreshold).listenForValueThresholdUpdate"),
        one("github.com/dgraph-io/badger/v4.(*valueLog).waitOnGC"),
    ]],
    phases: &[],
    constructors: &["github.com/dgraph-io/badger/v4.Open"],
    entry_points: &["github.com/dgraph-io/badger/v4.Open"],
    releases: &["badger.DB.Close"],
    source: Source::NONE,
    heap_marks: &["github.com/dgraph-io/badger/v4.Open"],
    known_bad: &[],
    notes: "16 goroutines and 6 descriptors, with mapped files outside the Go heap.",
};
