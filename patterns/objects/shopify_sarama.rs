//! `github.com/Shopify/sarama`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&PRODUCER, &PARTITION_CONSUMER, &CLIENT];

static PRODUCER: LibraryObject = LibraryObject {
    module: "github.com/Shopify/sarama",
    name: "sarama.AsyncProducer",
    checked: "v1.45.2 of github.com/IBM/sarama, which renamed it",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/Shopify/sarama.(*asyncProducer).dispatcher"),
        one("github.com/Shopify/sarama.(*asyncProducer).retryHandler"),
        one("github.com/Shopify/sarama.(*topicProducer).dispatch"),
        one("github.com/Shopify/sarama.(*partitionProducer).dispatch"),
        one("github.com/Shopify/sarama.(*brokerProducer).run"),
        several(2, "github.com/Shopify/sarama.(*asyncProducer).newBrokerProducer"),
        one("github.com/Shopify/sarama.(*syncProducer).handleSuccesses"),
        one("github.com/Shopify/sarama.(*syncProducer).handleErrors"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/Shopify/sarama.NewAsyncProducer",
        "github.com/Shopify/sarama.NewSyncProducer",
        "github.com/Shopify/sarama.NewAsyncProducerFromClient",
        "github.com/Shopify/sarama.NewSyncProducerFromClient",
    ],
    entry_points: &[
        "github.com/Shopify/sarama.NewAsyncProducer",
        "github.com/Shopify/sarama.NewSyncProducer",
        "github.com/Shopify/sarama.NewAsyncProducerFromClient",
        "github.com/Shopify/sarama.NewSyncProducerFromClient",
    ],
    releases: &["sarama.AsyncProducer.Close", "sarama.SyncProducer.Close"],
    source: Source {
        kind: ResourceKind::Client,
        types: &[
            "github.com/Shopify/sarama.AsyncProducer",
            "github.com/Shopify/sarama.SyncProducer",
        ],
        acquires: &[
            first("github.com/Shopify/sarama.NewAsyncProducer"),
            first("github.com/Shopify/sarama.NewSyncProducer"),
            first("github.com/Shopify/sarama.NewAsyncProducerFromClient"),
            first("github.com/Shopify/sarama.NewSyncProducerFromClient"),
        ],
        releases: &[Release::Method("Close"), Release::Method("AsyncClose")],
    },
    heap_marks: &["github.com/Shopify/sarama.newAsyncProducer"],
    known_bad: &[
        KnownBad {
            introduced: "v1.20.0",
            fixed: "v1.33.0",
            what: "each retried batch takes a reference on the broker producer that is not given \
                   back",
            source: "IBM/sarama#2208",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.24.0",
            what: "abandoned broker producer's loop never ends",
            source: "IBM/sarama#1442",
        },
    ],
    notes: "Made once per process. A SyncProducer wraps one. Made from a Client, Close leaves \
            that Client open.",
};

static PARTITION_CONSUMER: LibraryObject = LibraryObject {
    module: "github.com/Shopify/sarama",
    name: "sarama.PartitionConsumer",
    checked: "v1.45.2 of github.com/IBM/sarama, which renamed it",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("github.com/Shopify/sarama.(*partitionConsumer).dispatcher"),
        one("github.com/Shopify/sarama.(*partitionConsumer).responseFeeder"),
        one("github.com/Shopify/sarama.(*brokerConsumer).subscriptionManager"),
        one("github.com/Shopify/sarama.(*brokerConsumer).subscriptionConsumer"),
    ]],
    phases: &[],
    constructors: &["github.com/Shopify/sarama.(*consumer).ConsumePartition"],
    entry_points: &["github.com/Shopify/sarama.(*consumer).ConsumePartition"],
    releases: &["sarama.PartitionConsumer.Close"],
    source: Source {
        kind: ResourceKind::Subscription,
        types: &["github.com/Shopify/sarama.PartitionConsumer"],
        acquires: &[first("github.com/Shopify/sarama.Consumer.ConsumePartition")],
        releases: &[Release::Method("Close"), Release::Method("AsyncClose")],
    },
    heap_marks: &["github.com/Shopify/sarama.(*consumer).ConsumePartition"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.16.0",
        what: "slow consumer: expiry ticker not stopped",
        source: "IBM/sarama#1036",
    }],
    notes: "Consumer.Close without closing its partition consumers leaves them.",
};

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/Shopify/sarama",
    name: "sarama.Client",
    checked: "v1.45.2 of github.com/IBM/sarama, which renamed it",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/Shopify/sarama.(*client).backgroundMetadataUpdater"),
        one("github.com/Shopify/sarama.(*Broker).responseReceiver"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/Shopify/sarama.NewClient",
        "github.com/Shopify/sarama.NewConsumer",
        "github.com/Shopify/sarama.NewConsumerGroup",
        "github.com/Shopify/sarama.NewClusterAdmin",
    ],
    entry_points: &[
        "github.com/Shopify/sarama.NewClient",
        "github.com/Shopify/sarama.NewConsumer",
        "github.com/Shopify/sarama.NewConsumerGroup",
        "github.com/Shopify/sarama.NewClusterAdmin",
    ],
    releases: &["sarama.Client.Close", "Close of what was made with it"],
    source: closed(
        ResourceKind::Client,
        &[
            "github.com/Shopify/sarama.Client",
            "github.com/Shopify/sarama.Consumer",
            "github.com/Shopify/sarama.ConsumerGroup",
            "github.com/Shopify/sarama.ClusterAdmin",
            "github.com/Shopify/sarama.OffsetManager",
        ],
        &[
            first("github.com/Shopify/sarama.NewClient"),
            first("github.com/Shopify/sarama.NewConsumer"),
            first("github.com/Shopify/sarama.NewConsumerFromClient"),
            first("github.com/Shopify/sarama.NewConsumerGroup"),
            first("github.com/Shopify/sarama.NewConsumerGroupFromClient"),
            first("github.com/Shopify/sarama.NewClusterAdmin"),
            first("github.com/Shopify/sarama.NewClusterAdminFromClient"),
            first("github.com/Shopify/sarama.NewOffsetManagerFromClient"),
        ],
    ),
    heap_marks: &["github.com/Shopify/sarama.(*client).randomizeSeedBrokers"],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v1.33.0",
            what: "old seed brokers are not closed",
            source: "IBM/sarama#2203",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.33.0",
            what: "old controller's broker is not closed",
            source: "IBM/sarama#2204",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.33.0",
            what: "controller lookup fails: inner client is not closed",
            source: "IBM/sarama#2198",
        },
    ],
    notes: "The outermost frame is withRecover. Consumers, consumer groups and cluster admins \
            hold one each.",
};
