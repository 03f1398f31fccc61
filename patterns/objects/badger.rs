//! `github.com/dgraph-io/badger/v4`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&DB, &TXN, &ITERATOR];

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
    source: closed(
        ResourceKind::Client,
        &["github.com/dgraph-io/badger/v4.DB"],
        &[
            first("github.com/dgraph-io/badger/v4.Open"),
            first("github.com/dgraph-io/badger/v4.OpenManaged"),
        ],
    ),
    heap_marks: &["github.com/dgraph-io/badger/v4.Open"],
    known_bad: &[],
    notes: "16 goroutines and 6 descriptors, with mapped files outside the Go heap.",
};

static TXN: LibraryObject = in_source(
    "github.com/dgraph-io/badger/v4",
    "badger.Txn",
    "v4.7.0",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/dgraph-io/badger/v4.Txn"],
        acquires: &[
            first("github.com/dgraph-io/badger/v4.(*DB).NewTransaction"),
            first("github.com/dgraph-io/badger/v4.(*DB).NewTransactionAt"),
        ],
        releases: &[
            Release::Method("Discard"),
            Release::Method("Commit"),
            Release::Method("CommitWith"),
            Release::Method("CommitAt"),
        ],
    },
    "Keeps old versions alive until it is discarded; Commit discards.",
);

static ITERATOR: LibraryObject = in_source(
    "github.com/dgraph-io/badger/v4",
    "badger.Iterator",
    "v4.7.0",
    closed(
        ResourceKind::Stream,
        &["github.com/dgraph-io/badger/v4.Iterator"],
        &[
            first("github.com/dgraph-io/badger/v4.(*Txn).NewIterator"),
            first("github.com/dgraph-io/badger/v4.(*Txn).NewKeyIterator"),
        ],
    ),
    "Holds tables; Discard of a transaction with an open one panics.",
);
