//! Clients of Google Cloud: all of `cloud.google.com/go`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, in_source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] =
    &[&GENERATED, &WRITTEN, &SPANNER_ROWS, &FIRESTORE_ROWS];

static GENERATED: LibraryObject = in_source(
    "cloud.google.com/go",
    "Google Cloud client",
    "v0.123.0, secretmanager v1.14.7",
    closed(ResourceKind::Client, &[], &[first("cloud.google.com/go/**/apiv*.New*Client")]),
    "Each has connections of its own.",
);

static WRITTEN: LibraryObject = in_source(
    "cloud.google.com/go",
    "Google Cloud client of a service",
    "v0.123.0, storage v1.64.0",
    closed(
        ResourceKind::Client,
        &[
            "cloud.google.com/go/bigquery.Client",
            "cloud.google.com/go/bigtable.Client",
            "cloud.google.com/go/datastore.Client",
            "cloud.google.com/go/errorreporting.Client",
            "cloud.google.com/go/firestore.Client",
            "cloud.google.com/go/logging.Client",
            "cloud.google.com/go/logging/logadmin.Client",
            "cloud.google.com/go/pubsub.Client",
            "cloud.google.com/go/spanner.Client",
            "cloud.google.com/go/storage.Client",
            "cloud.google.com/go/translate.Client",
            "cloud.google.com/go/vertexai/genai.Client",
            "cloud.google.com/go/bigquery/storage/managedwriter.Client",
        ],
        &[
            first("cloud.google.com/go/bigquery.NewClient"),
            first("cloud.google.com/go/bigtable.NewClient"),
            first("cloud.google.com/go/bigtable.NewClientWithConfig"),
            first("cloud.google.com/go/bigtable.NewAdminClient"),
            first("cloud.google.com/go/bigtable.NewInstanceAdminClient"),
            first("cloud.google.com/go/datastore.NewClient"),
            first("cloud.google.com/go/datastore.NewClientWithDatabase"),
            first("cloud.google.com/go/errorreporting.NewClient"),
            first("cloud.google.com/go/firestore.NewClient"),
            first("cloud.google.com/go/firestore.NewClientWithDatabase"),
            first("cloud.google.com/go/logging.NewClient"),
            first("cloud.google.com/go/logging/logadmin.NewClient"),
            first("cloud.google.com/go/pubsub.NewClient"),
            first("cloud.google.com/go/pubsub.NewClientWithConfig"),
            first("cloud.google.com/go/spanner.NewClient"),
            first("cloud.google.com/go/spanner.NewClientWithConfig"),
            first("cloud.google.com/go/storage.NewClient"),
            first("cloud.google.com/go/storage.NewGRPCClient"),
            first("cloud.google.com/go/translate.NewClient"),
            first("cloud.google.com/go/vertexai/genai.NewClient"),
            first("cloud.google.com/go/bigquery/storage/managedwriter.NewClient"),
        ],
    ),
    "Each has connections of its own.",
);

static SPANNER_ROWS: LibraryObject = in_source(
    "cloud.google.com/go/spanner",
    "spanner.RowIterator",
    "v1.70.0",
    Source {
        kind: ResourceKind::Rows,
        types: &["cloud.google.com/go/spanner.RowIterator"],
        acquires: &[
            first("cloud.google.com/go/spanner.(*ReadOnlyTransaction).Query"),
            first("cloud.google.com/go/spanner.(*ReadOnlyTransaction).QueryWithStats"),
            first("cloud.google.com/go/spanner.(*ReadOnlyTransaction).QueryWithOptions"),
            first("cloud.google.com/go/spanner.(*ReadOnlyTransaction).Read"),
            first("cloud.google.com/go/spanner.(*ReadOnlyTransaction).ReadUsingIndex"),
            first("cloud.google.com/go/spanner.(*ReadOnlyTransaction).ReadWithOptions"),
            first("cloud.google.com/go/spanner.(*ReadWriteTransaction).Query"),
            first("cloud.google.com/go/spanner.(*ReadWriteTransaction).QueryWithStats"),
            first("cloud.google.com/go/spanner.(*ReadWriteTransaction).QueryWithOptions"),
            first("cloud.google.com/go/spanner.(*ReadWriteTransaction).Read"),
            first("cloud.google.com/go/spanner.(*ReadWriteTransaction).ReadUsingIndex"),
            first("cloud.google.com/go/spanner.(*ReadWriteTransaction).ReadWithOptions"),
        ],
        releases: &[Release::Method("Stop"), Release::Method("Do")],
    },
    "Holds a session of the pool; Do stops it.",
);

static FIRESTORE_ROWS: LibraryObject = in_source(
    "cloud.google.com/go/firestore",
    "firestore iterator",
    "v1.17.0",
    Source {
        kind: ResourceKind::Stream,
        types: &[
            "cloud.google.com/go/firestore.DocumentIterator",
            "cloud.google.com/go/firestore.QuerySnapshotIterator",
            "cloud.google.com/go/firestore.DocumentSnapshotIterator",
        ],
        acquires: &[
            first("cloud.google.com/go/firestore.Query.Documents"),
            first("cloud.google.com/go/firestore.Query.Snapshots"),
            first("cloud.google.com/go/firestore.(*DocumentRef).Snapshots"),
        ],
        releases: &[Release::Method("Stop"), Release::Method("GetAll")],
    },
    "A stream; GetAll reads it to its end.",
);
