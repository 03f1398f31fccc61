//! `github.com/cockroachdb/pebble`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::{one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&DB];

static DB: LibraryObject = LibraryObject {
    module: "github.com/cockroachdb/pebble",
    name: "pebble.DB",
    checked: "v1.1.5",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/cockroachdb/pebble.(*cleanupManager).mainLoop"),
        one("github.com/cockroachdb/pebble/record.(*LogWriter).flushLoop"),
        several(2, "github.com/cockroachdb/pebble/vfs.(*diskHealthCheckingFile).startTicker"),
        one("github.com/cockroachdb/pebble/vfs.(*diskHealthCheckingFS).startTickerLocked"),
        one("github.com/cockroachdb/pebble.(*tableCacheShard).releaseLoop"),
    ]],
    phases: &[],
    constructors: &["github.com/cockroachdb/pebble.Open"],
    entry_points: &["github.com/cockroachdb/pebble.Open"],
    releases: &["pebble.DB.Close"],
    source: Source::NONE,
    heap_marks: &["github.com/cockroachdb/pebble.Open"],
    known_bad: &[],
    notes: "6 goroutines and 7 descriptors; iterators and snapshots that are open make Close fail.",
};
