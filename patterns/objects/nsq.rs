//! `github.com/nsqio/go-nsq`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONSUMER, &PRODUCER];

static CONSUMER: LibraryObject = LibraryObject {
    module: "github.com/nsqio/go-nsq",
    name: "nsq.Consumer",
    checked: "v1.1.0 (source)",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("github.com/nsqio/go-nsq.(*Consumer).rdyLoop"),
        one("github.com/nsqio/go-nsq.(*Consumer).handlerLoop"),
        one("github.com/nsqio/go-nsq.(*Consumer).lookupdLoop"),
        one("github.com/nsqio/go-nsq.(*Conn).readLoop"),
        one("github.com/nsqio/go-nsq.(*Conn).writeLoop"),
    ]],
    phases: &[],
    constructors: &["github.com/nsqio/go-nsq.NewConsumer"],
    entry_points: &["github.com/nsqio/go-nsq.NewConsumer"],
    releases: &["nsq.Consumer.Stop, then wait for StopChan"],
    source: Source {
        kind: ResourceKind::Client,
        types: &["github.com/nsqio/go-nsq.Consumer"],
        acquires: &[first("github.com/nsqio/go-nsq.NewConsumer")],
        releases: &[Release::Method("Stop")],
    },
    heap_marks: &["github.com/nsqio/go-nsq.NewConsumer"],
    known_bad: &[],
    notes: "Starts in NewConsumer, connected or not.",
};

static PRODUCER: LibraryObject = LibraryObject {
    module: "github.com/nsqio/go-nsq",
    name: "nsq.Producer",
    checked: "v1.1.0 (source)",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/nsqio/go-nsq.(*Producer).router"),
        one("github.com/nsqio/go-nsq.(*Conn).readLoop"),
        one("github.com/nsqio/go-nsq.(*Conn).writeLoop"),
    ]],
    phases: &[],
    constructors: &["github.com/nsqio/go-nsq.NewProducer"],
    entry_points: &[
        "github.com/nsqio/go-nsq.NewProducer",
        "github.com/nsqio/go-nsq.(*Producer).Publish",
        "github.com/nsqio/go-nsq.(*Producer).PublishAsync",
    ],
    releases: &["nsq.Producer.Stop"],
    source: Source {
        kind: ResourceKind::Client,
        types: &["github.com/nsqio/go-nsq.Producer"],
        acquires: &[first("github.com/nsqio/go-nsq.NewProducer")],
        releases: &[Release::Method("Stop")],
    },
    heap_marks: &["github.com/nsqio/go-nsq.NewProducer"],
    known_bad: &[],
    notes: "Its goroutines start with the first publish.",
};
