//! `github.com/redis/go-redis/v9`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&PUBSUB, &RING, &CLIENT, &CONN];

static PUBSUB: LibraryObject = LibraryObject {
    module: "github.com/redis/go-redis/v9",
    name: "redis.PubSub",
    checked: "v9.8.0",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("github.com/redis/go-redis/v9.(*channel).initMsgChan"),
        one("github.com/redis/go-redis/v9.(*channel).initHealthCheck"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/redis/go-redis/v9.(*Client).Subscribe",
        "github.com/redis/go-redis/v9.(*Client).PSubscribe",
    ],
    entry_points: &[
        "github.com/redis/go-redis/v9.(*Client).Subscribe",
        "github.com/redis/go-redis/v9.(*Client).PSubscribe",
    ],
    releases: &["redis.PubSub.Close"],
    source: closed(
        ResourceKind::Subscription,
        &["github.com/redis/go-redis/v9.PubSub"],
        &[
            first("github.com/redis/go-redis/v9.(*Client).Subscribe"),
            first("github.com/redis/go-redis/v9.(*Client).PSubscribe"),
            first("github.com/redis/go-redis/v9.(*Client).SSubscribe"),
            first("github.com/redis/go-redis/v9.(*ClusterClient).Subscribe"),
            first("github.com/redis/go-redis/v9.(*ClusterClient).PSubscribe"),
            first("github.com/redis/go-redis/v9.(*ClusterClient).SSubscribe"),
            first("github.com/redis/go-redis/v9.(*Ring).Subscribe"),
            first("github.com/redis/go-redis/v9.(*Ring).PSubscribe"),
            first("github.com/redis/go-redis/v9.(*Ring).SSubscribe"),
            first("github.com/redis/go-redis/v9.UniversalClient.Subscribe"),
            first("github.com/redis/go-redis/v9.UniversalClient.PSubscribe"),
            first("github.com/redis/go-redis/v9.UniversalClient.SSubscribe"),
        ],
    ),
    heap_marks: &["github.com/redis/go-redis/v9.(*channel).initMsgChan"],
    known_bad: &[],
    notes: "A connection of its own, not pooled. The goroutines start with Channel().",
};

static RING: LibraryObject = LibraryObject {
    module: "github.com/redis/go-redis/v9",
    name: "redis.Ring",
    checked: "v9.8.0",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/redis/go-redis/v9.(*ringSharding).Heartbeat")]],
    phases: &[],
    constructors: &["github.com/redis/go-redis/v9.NewRing"],
    entry_points: &["github.com/redis/go-redis/v9.NewRing"],
    releases: &["redis.Ring.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/redis/go-redis/v9.Ring"],
        &[first("github.com/redis/go-redis/v9.NewRing")],
    ),
    heap_marks: &["github.com/redis/go-redis/v9.newRingSharding"],
    known_bad: &[],
    notes: "Connects by itself although unused: 1 socket a shard after the first heartbeat.",
};

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/redis/go-redis/v9",
    name: "redis.Client",
    checked: "v9.8.0",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[],
    phases: &[],
    constructors: &[
        "github.com/redis/go-redis/v9.NewClient",
        "github.com/redis/go-redis/v9.NewFailoverClient",
        "github.com/redis/go-redis/v9.NewClusterClient",
    ],
    entry_points: &[
        "github.com/redis/go-redis/v9.NewClient",
        "github.com/redis/go-redis/v9.NewFailoverClient",
        "github.com/redis/go-redis/v9.NewClusterClient",
    ],
    releases: &["redis.Client.Close"],
    source: closed(
        ResourceKind::Client,
        &[
            "github.com/redis/go-redis/v9.Client",
            "github.com/redis/go-redis/v9.ClusterClient",
            "github.com/redis/go-redis/v9.SentinelClient",
            "github.com/redis/go-redis/v9.UniversalClient",
        ],
        &[
            first("github.com/redis/go-redis/v9.NewClient"),
            first("github.com/redis/go-redis/v9.NewFailoverClient"),
            first("github.com/redis/go-redis/v9.NewClusterClient"),
            first("github.com/redis/go-redis/v9.NewFailoverClusterClient"),
            first("github.com/redis/go-redis/v9.NewSentinelClient"),
            first("github.com/redis/go-redis/v9.NewUniversalClient"),
        ],
    ),
    heap_marks: &["github.com/redis/go-redis/v9/internal/pool.NewConnPool"],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v9.20.0",
            what: "several sentinels answer: the losing clients are not closed",
            source: "redis/go-redis#3827",
        },
        KnownBad {
            introduced: "v9.17.0",
            fixed: "v9.18.0",
            what: "waiter gone when the dialed connection arrives: turn counted wrongly",
            source: "redis/go-redis#3626",
        },
        KnownBad {
            introduced: "",
            fixed: "v9.19.0",
            what: "close callback wraps the previous one at every connection",
            source: "redis/go-redis#3785",
        },
    ],
    notes: "v9 has no goroutine: leaked clients show as sockets. A dropped Client is collected \
            and its sockets closed by finalizers; a dropped ClusterClient was not, once used.",
};

static CONN: LibraryObject = in_source(
    "github.com/redis/go-redis/v9",
    "redis.Conn",
    "v9.8.0",
    closed(
        ResourceKind::Connection,
        &["github.com/redis/go-redis/v9.Conn"],
        &[first("github.com/redis/go-redis/v9.(*Client).Conn")],
    ),
    "Holds one connection of the pool.",
);
