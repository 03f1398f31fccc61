//! `github.com/IBM/sarama`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&PRODUCER, &PARTITION_CONSUMER, &CLIENT];

static PRODUCER: LibraryObject = LibraryObject {
    module: "github.com/IBM/sarama",
    name: "sarama.AsyncProducer",
    checked: "v1.45.2",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/IBM/sarama.(*asyncProducer).dispatcher"),
        one("github.com/IBM/sarama.(*asyncProducer).retryHandler"),
        one("github.com/IBM/sarama.(*topicProducer).dispatch"),
        one("github.com/IBM/sarama.(*partitionProducer).dispatch"),
        one("github.com/IBM/sarama.(*brokerProducer).run"),
        several(2, "github.com/IBM/sarama.(*asyncProducer).newBrokerProducer"),
        one("github.com/IBM/sarama.(*syncProducer).handleSuccesses"),
        one("github.com/IBM/sarama.(*syncProducer).handleErrors"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/IBM/sarama.NewAsyncProducer",
        "github.com/IBM/sarama.NewSyncProducer",
        "github.com/IBM/sarama.NewAsyncProducerFromClient",
        "github.com/IBM/sarama.NewSyncProducerFromClient",
    ],
    entry_points: &[
        "github.com/IBM/sarama.NewAsyncProducer",
        "github.com/IBM/sarama.NewSyncProducer",
        "github.com/IBM/sarama.NewAsyncProducerFromClient",
        "github.com/IBM/sarama.NewSyncProducerFromClient",
    ],
    releases: &["sarama.AsyncProducer.Close", "sarama.SyncProducer.Close"],
    source: Source {
        kind: ResourceKind::Client,
        types: &["github.com/IBM/sarama.AsyncProducer", "github.com/IBM/sarama.SyncProducer"],
        acquires: &[
            first("github.com/IBM/sarama.NewAsyncProducer"),
            first("github.com/IBM/sarama.NewSyncProducer"),
            first("github.com/IBM/sarama.NewAsyncProducerFromClient"),
            first("github.com/IBM/sarama.NewSyncProducerFromClient"),
        ],
        releases: &[Release::Method("Close"), Release::Method("AsyncClose")],
    },
    heap_marks: &["github.com/IBM/sarama.newAsyncProducer"],
    known_bad: &[],
    notes: "Made once per process. A SyncProducer wraps one. Made from a Client, Close leaves \
            that Client open.",
};

static PARTITION_CONSUMER: LibraryObject = LibraryObject {
    module: "github.com/IBM/sarama",
    name: "sarama.PartitionConsumer",
    checked: "v1.45.2",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("github.com/IBM/sarama.(*partitionConsumer).dispatcher"),
        one("github.com/IBM/sarama.(*partitionConsumer).responseFeeder"),
        one("github.com/IBM/sarama.(*brokerConsumer).subscriptionManager"),
        one("github.com/IBM/sarama.(*brokerConsumer).subscriptionConsumer"),
    ]],
    phases: &[],
    constructors: &["github.com/IBM/sarama.(*consumer).ConsumePartition"],
    entry_points: &["github.com/IBM/sarama.(*consumer).ConsumePartition"],
    releases: &["sarama.PartitionConsumer.Close"],
    source: Source {
        kind: ResourceKind::Subscription,
        types: &["github.com/IBM/sarama.PartitionConsumer"],
        acquires: &[first("github.com/IBM/sarama.Consumer.ConsumePartition")],
        releases: &[Release::Method("Close"), Release::Method("AsyncClose")],
    },
    heap_marks: &["github.com/IBM/sarama.(*consumer).ConsumePartition"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.48.0",
        what: "broker abort races with the end of a partition consumer",
        source: "IBM/sarama@97621ecc",
    }],
    notes: "Consumer.Close without closing its partition consumers leaves them.",
};

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/IBM/sarama",
    name: "sarama.Client",
    checked: "v1.45.2",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/IBM/sarama.(*client).backgroundMetadataUpdater"),
        one("github.com/IBM/sarama.(*Broker).responseReceiver"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/IBM/sarama.NewClient",
        "github.com/IBM/sarama.NewConsumer",
        "github.com/IBM/sarama.NewConsumerGroup",
        "github.com/IBM/sarama.NewClusterAdmin",
    ],
    entry_points: &[
        "github.com/IBM/sarama.NewClient",
        "github.com/IBM/sarama.NewConsumer",
        "github.com/IBM/sarama.NewConsumerGroup",
        "github.com/IBM/sarama.NewClusterAdmin",
    ],
    releases: &["sarama.Client.Close", "Close of what was made with it"],
    source: closed(
        ResourceKind::Client,
        &[
            "github.com/IBM/sarama.Client",
            "github.com/IBM/sarama.Consumer",
            "github.com/IBM/sarama.ConsumerGroup",
            "github.com/IBM/sarama.ClusterAdmin",
            "github.com/IBM/sarama.OffsetManager",
        ],
        &[
            first("github.com/IBM/sarama.NewClient"),
            first("github.com/IBM/sarama.NewConsumer"),
            first("github.com/IBM/sarama.NewConsumerFromClient"),
            first("github.com/IBM/sarama.NewConsumerGroup"),
            first("github.com/IBM/sarama.NewConsumerGroupFromClient"),
            first("github.com/IBM/sarama.NewClusterAdmin"),
            first("github.com/IBM/sarama.NewClusterAdminFromClient"),
            first("github.com/IBM/sarama.NewOffsetManagerFromClient"),
        ],
    ),
    heap_marks: &["github.com/IBM/sarama.(*client).randomizeSeedBrokers"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.48.0",
        what: "socket level error leaves the connection unclosed",
        source: "IBM/sarama@8eafc465",
    }],
    notes: "The outermost frame is withRecover. Consumers, consumer groups and cluster admins \
            hold one each.",
};
