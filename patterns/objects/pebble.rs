//! `github.com/cockroachdb/pebble`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, in_source, one, second, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&DB, &ITERATOR, &SNAPSHOT, &VALUE];

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
    source: closed(
        ResourceKind::Client,
        &["github.com/cockroachdb/pebble.DB"],
        &[first("github.com/cockroachdb/pebble.Open")],
    ),
    heap_marks: &["github.com/cockroachdb/pebble.Open"],
    known_bad: &[],
    notes: "6 goroutines and 7 descriptors; iterators and snapshots that are open make Close fail.",
};

static ITERATOR: LibraryObject = in_source(
    "github.com/cockroachdb/pebble",
    "pebble.Iterator",
    "v1.1.5",
    closed(
        ResourceKind::Stream,
        &["github.com/cockroachdb/pebble.Iterator"],
        &[
            first("github.com/cockroachdb/pebble.(*DB).NewIter"),
            first("github.com/cockroachdb/pebble.(*DB).NewIterWithContext"),
            first("github.com/cockroachdb/pebble.(*Snapshot).NewIter"),
            first("github.com/cockroachdb/pebble.(*Snapshot).NewIterWithContext"),
            first("github.com/cockroachdb/pebble.(*Batch).NewIter"),
            first("github.com/cockroachdb/pebble.(*Batch).NewIterWithContext"),
            first("github.com/cockroachdb/pebble.Reader.NewIter"),
        ],
    ),
    "Holds tables and memory tables.",
);

static SNAPSHOT: LibraryObject = in_source(
    "github.com/cockroachdb/pebble",
    "pebble.Snapshot",
    "v1.1.5",
    closed(
        ResourceKind::Stream,
        &["github.com/cockroachdb/pebble.Snapshot"],
        &[first("github.com/cockroachdb/pebble.(*DB).NewSnapshot")],
    ),
    "Keeps old versions alive.",
);

static VALUE: LibraryObject = in_source(
    "github.com/cockroachdb/pebble",
    "pebble value",
    "v1.1.5",
    closed(
        ResourceKind::Stream,
        &[],
        &[
            second("github.com/cockroachdb/pebble.(*DB).Get"),
            second("github.com/cockroachdb/pebble.(*Snapshot).Get"),
            second("github.com/cockroachdb/pebble.(*Batch).Get"),
            second("github.com/cockroachdb/pebble.Reader.Get"),
        ],
    ),
    "The closer beside the value: until then a block of the cache is held.",
);
