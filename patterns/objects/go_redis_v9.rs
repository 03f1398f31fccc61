//! `github.com/redis/go-redis/v9`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&PUBSUB, &RING, &CLIENT];

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
    source: Source::NONE,
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
    source: Source::NONE,
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
    source: Source::NONE,
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
