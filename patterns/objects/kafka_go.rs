//! `github.com/segmentio/kafka-go`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&WRITER, &READER, &CONN, &BATCH, &GROUP];

static WRITER: LibraryObject = LibraryObject {
    module: "github.com/segmentio/kafka-go",
    name: "kafka.Writer",
    checked: "v0.4.48",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("github.com/segmentio/kafka-go.(*Writer).spawn")]],
    phases: &[],
    constructors: &["github.com/segmentio/kafka-go.NewWriter"],
    entry_points: &[
        "github.com/segmentio/kafka-go.NewWriter",
        "github.com/segmentio/kafka-go.(*Writer).WriteMessages",
    ],
    releases: &["kafka.Writer.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/segmentio/kafka-go.Writer"],
        &[first("github.com/segmentio/kafka-go.NewWriter")],
    ),
    heap_marks: &["github.com/segmentio/kafka-go.newPartitionWriter"],
    known_bad: &[],
    notes: "One goroutine a partition after the first message. Connections belong to its \
            Transport, which all Writers share unless told otherwise, and outlive Close.",
};

static READER: LibraryObject = LibraryObject {
    module: "github.com/segmentio/kafka-go",
    name: "kafka.Reader",
    checked: "v0.4.48",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[
        &[
            one("github.com/segmentio/kafka-go.(*Reader).run"),
            one("github.com/segmentio/kafka-go.NewConsumerGroup"),
        ],
        &[
            one("github.com/segmentio/kafka-go.(*Reader).start"),
            one("github.com/segmentio/kafka-go.(*Reader).readLag"),
        ],
    ],
    phases: &[],
    constructors: &["github.com/segmentio/kafka-go.NewReader"],
    entry_points: &["github.com/segmentio/kafka-go.NewReader"],
    releases: &["kafka.Reader.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/segmentio/kafka-go.Reader"],
        &[first("github.com/segmentio/kafka-go.NewReader")],
    ),
    heap_marks: &["github.com/segmentio/kafka-go.NewReader"],
    known_bad: &[],
    notes: "A reader of a partition starts at the first fetch, one of a group in NewReader.",
};

static CONN: LibraryObject = in_source(
    "github.com/segmentio/kafka-go",
    "kafka.Conn",
    "v0.4.48",
    closed(
        ResourceKind::Connection,
        &["github.com/segmentio/kafka-go.Conn"],
        &[
            first("github.com/segmentio/kafka-go.Dial"),
            first("github.com/segmentio/kafka-go.DialContext"),
            first("github.com/segmentio/kafka-go.DialLeader"),
            first("github.com/segmentio/kafka-go.DialPartition"),
            first("github.com/segmentio/kafka-go.(*Dialer).Dial"),
            first("github.com/segmentio/kafka-go.(*Dialer).DialContext"),
            first("github.com/segmentio/kafka-go.(*Dialer).DialLeader"),
            first("github.com/segmentio/kafka-go.(*Dialer).DialPartition"),
        ],
    ),
    "One connection to one broker.",
);

static BATCH: LibraryObject = in_source(
    "github.com/segmentio/kafka-go",
    "kafka.Batch",
    "v0.4.48",
    closed(
        ResourceKind::Stream,
        &["github.com/segmentio/kafka-go.Batch"],
        &[
            first("github.com/segmentio/kafka-go.(*Conn).ReadBatch"),
            first("github.com/segmentio/kafka-go.(*Conn).ReadBatchWith"),
        ],
    ),
    "Locks its connection for reading until it is closed.",
);

static GROUP: LibraryObject = in_source(
    "github.com/segmentio/kafka-go",
    "kafka.ConsumerGroup",
    "v0.4.48",
    closed(
        ResourceKind::Worker,
        &["github.com/segmentio/kafka-go.ConsumerGroup"],
        &[first("github.com/segmentio/kafka-go.NewConsumerGroup")],
    ),
    "One goroutine from the beginning, and a connection to the coordinator.",
);
