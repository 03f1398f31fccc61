//! `github.com/go-redis/redis/v8`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, harmless, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&PUBSUB, &RING, &CLIENT, &CONN, &PIPELINE];

static PUBSUB: LibraryObject = LibraryObject {
    module: "github.com/go-redis/redis/v8",
    name: "redis.PubSub",
    checked: "v8.11.5",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("github.com/go-redis/redis/v8.(*channel).initMsgChan"),
        one("github.com/go-redis/redis/v8.(*channel).initHealthCheck"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/go-redis/redis/v8.(*Client).Subscribe",
        "github.com/go-redis/redis/v8.(*Client).PSubscribe",
    ],
    entry_points: &[
        "github.com/go-redis/redis/v8.(*Client).Subscribe",
        "github.com/go-redis/redis/v8.(*Client).PSubscribe",
    ],
    releases: &["redis.PubSub.Close"],
    source: closed(
        ResourceKind::Subscription,
        &["github.com/go-redis/redis/v8.PubSub"],
        &[
            first("github.com/go-redis/redis/v8.(*Client).Subscribe"),
            first("github.com/go-redis/redis/v8.(*Client).PSubscribe"),
            first("github.com/go-redis/redis/v8.(*ClusterClient).Subscribe"),
            first("github.com/go-redis/redis/v8.(*ClusterClient).PSubscribe"),
            first("github.com/go-redis/redis/v8.(*Ring).Subscribe"),
            first("github.com/go-redis/redis/v8.(*Ring).PSubscribe"),
            first("github.com/go-redis/redis/v8.UniversalClient.Subscribe"),
            first("github.com/go-redis/redis/v8.UniversalClient.PSubscribe"),
        ],
    ),
    heap_marks: &["github.com/go-redis/redis/v8.(*channel).initMsgChan"],
    known_bad: &[],
    notes: "A connection of its own, not pooled. The goroutines start with Channel().",
};

static RING: LibraryObject = LibraryObject {
    module: "github.com/go-redis/redis/v8",
    name: "redis.Ring",
    checked: "v8.11.5",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/go-redis/redis/v8.(*ringShards).Heartbeat")]],
    phases: &[],
    constructors: &["github.com/go-redis/redis/v8.NewRing"],
    entry_points: &["github.com/go-redis/redis/v8.NewRing"],
    releases: &["nothing: Close does not end the heartbeat; move to github.com/redis/go-redis/v9"],
    source: closed(
        ResourceKind::Client,
        &["github.com/go-redis/redis/v8.Ring"],
        &[first("github.com/go-redis/redis/v8.NewRing")],
    ),
    heap_marks: &["github.com/go-redis/redis/v8.NewRing"],
    known_bad: &[],
    notes: "Close does not end the heartbeat (redis/go-redis#2157); repaired only in v9.",
};

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/go-redis/redis/v8",
    name: "redis.Client",
    checked: "v8.11.5",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/go-redis/redis/v8/internal/pool.(*ConnPool).reaper")]],
    phases: &[],
    constructors: &[
        "github.com/go-redis/redis/v8.NewClient",
        "github.com/go-redis/redis/v8.NewFailoverClient",
        "github.com/go-redis/redis/v8.NewClusterClient",
    ],
    entry_points: &[
        "github.com/go-redis/redis/v8.NewClient",
        "github.com/go-redis/redis/v8.NewFailoverClient",
        "github.com/go-redis/redis/v8.NewClusterClient",
    ],
    releases: &["redis.Client.Close"],
    source: closed(
        ResourceKind::Client,
        &[
            "github.com/go-redis/redis/v8.Client",
            "github.com/go-redis/redis/v8.ClusterClient",
            "github.com/go-redis/redis/v8.SentinelClient",
            "github.com/go-redis/redis/v8.UniversalClient",
        ],
        &[
            first("github.com/go-redis/redis/v8.NewClient"),
            first("github.com/go-redis/redis/v8.NewFailoverClient"),
            first("github.com/go-redis/redis/v8.NewClusterClient"),
            first("github.com/go-redis/redis/v8.NewFailoverClusterClient"),
            first("github.com/go-redis/redis/v8.NewSentinelClient"),
            first("github.com/go-redis/redis/v8.NewUniversalClient"),
        ],
    ),
    heap_marks: &["github.com/go-redis/redis/v8/internal/pool.NewConnPool"],
    known_bad: &[],
    notes: "A pool, made once per server. The reaper starts in NewClient; never collected.",
};

static CONN: LibraryObject = in_source(
    "github.com/go-redis/redis/v8",
    "redis.Conn",
    "v8.11.5",
    closed(
        ResourceKind::Connection,
        &["github.com/go-redis/redis/v8.Conn"],
        &[first("github.com/go-redis/redis/v8.(*Client).Conn")],
    ),
    "Holds one connection of the pool.",
);

static PIPELINE: LibraryObject = in_source(
    "github.com/go-redis/redis/v8",
    "redis.Pipeliner",
    "v8.11.5",
    harmless(
        &["github.com/go-redis/redis/v8.Pipeliner", "github.com/go-redis/redis/v8.Pipeline"],
        &[],
    ),
    "Holds commands, and no connection.",
);
