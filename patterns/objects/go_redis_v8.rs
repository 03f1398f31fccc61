//! `github.com/go-redis/redis/v8`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&PUBSUB, &RING, &CLIENT];

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
    source: Source::NONE,
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
    source: Source::NONE,
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
    source: Source::NONE,
    heap_marks: &["github.com/go-redis/redis/v8/internal/pool.NewConnPool"],
    known_bad: &[],
    notes: "A pool, made once per server. The reaper starts in NewClient; never collected.",
};
