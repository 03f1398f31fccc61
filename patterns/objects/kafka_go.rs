//! `github.com/segmentio/kafka-go`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&WRITER, &READER];

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
    source: Source::NONE,
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
    source: Source::NONE,
    heap_marks: &["github.com/segmentio/kafka-go.NewReader"],
    known_bad: &[],
    notes: "A reader of a partition starts at the first fetch, one of a group in NewReader.",
};
