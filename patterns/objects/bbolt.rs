//! `go.etcd.io/bbolt`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&DB, &TX, &OLD_DB, &OLD_TX];

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
    source: closed(
        ResourceKind::Client,
        &["go.etcd.io/bbolt.DB"],
        &[first("go.etcd.io/bbolt.Open")],
    ),
    heap_marks: &["go.etcd.io/bbolt.Open"],
    known_bad: &[],
    notes: "A descriptor and a mapping, no goroutine; a second Open of the same file blocks in \
            flock.",
};

static TX: LibraryObject = in_source(
    "go.etcd.io/bbolt",
    "bbolt.Tx",
    "v1.4.0",
    Source {
        kind: ResourceKind::Rows,
        types: &["go.etcd.io/bbolt.Tx"],
        acquires: &[first("go.etcd.io/bbolt.(*DB).Begin")],
        releases: &[Release::Method("Rollback"), Release::Method("Commit")],
    },
    "A writing one locks all others out; a reading one keeps pages from being reused.",
);

static OLD_DB: LibraryObject = in_source(
    "github.com/boltdb/bolt",
    "bolt.DB",
    "v1.3.1",
    closed(
        ResourceKind::Client,
        &["github.com/boltdb/bolt.DB"],
        &[first("github.com/boltdb/bolt.Open")],
    ),
    "The predecessor of bbolt.",
);

static OLD_TX: LibraryObject = in_source(
    "github.com/boltdb/bolt",
    "bolt.Tx",
    "v1.3.1",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/boltdb/bolt.Tx"],
        acquires: &[first("github.com/boltdb/bolt.(*DB).Begin")],
        releases: &[Release::Method("Rollback"), Release::Method("Commit")],
    },
    "The predecessor of bbolt.",
);
