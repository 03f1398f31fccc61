//! `github.com/nats-io/nats.go`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SUBSCRIPTION, &CONN, &WATCHER, &CONSUMING];

static SUBSCRIPTION: LibraryObject = LibraryObject {
    module: "github.com/nats-io/nats.go",
    name: "nats.Subscription",
    checked: "v1.42.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("github.com/nats-io/nats%2ego.(*Conn).waitForMsgs")]],
    phases: &[],
    constructors: &[
        "github.com/nats-io/nats%2ego.(*Conn).Subscribe",
        "github.com/nats-io/nats%2ego.(*Conn).QueueSubscribe",
    ],
    entry_points: &[
        "github.com/nats-io/nats%2ego.(*Conn).Subscribe",
        "github.com/nats-io/nats%2ego.(*Conn).QueueSubscribe",
    ],
    releases: &["nats.Subscription.Unsubscribe", "nats.Subscription.Drain"],
    source: Source {
        kind: ResourceKind::Subscription,
        types: &["github.com/nats-io/nats%2ego.Subscription"],
        acquires: &[
            first("github.com/nats-io/nats%2ego.(*Conn).Subscribe"),
            first("github.com/nats-io/nats%2ego.(*Conn).QueueSubscribe"),
            first("github.com/nats-io/nats%2ego.(*Conn).SubscribeSync"),
            first("github.com/nats-io/nats%2ego.(*Conn).QueueSubscribeSync"),
            first("github.com/nats-io/nats%2ego.(*Conn).ChanSubscribe"),
            first("github.com/nats-io/nats%2ego.(*Conn).ChanQueueSubscribe"),
            first("github.com/nats-io/nats%2ego.JetStream.Subscribe"),
            first("github.com/nats-io/nats%2ego.JetStream.QueueSubscribe"),
            first("github.com/nats-io/nats%2ego.JetStream.SubscribeSync"),
            first("github.com/nats-io/nats%2ego.JetStream.QueueSubscribeSync"),
            first("github.com/nats-io/nats%2ego.JetStream.ChanSubscribe"),
            first("github.com/nats-io/nats%2ego.JetStream.ChanQueueSubscribe"),
            first("github.com/nats-io/nats%2ego.JetStream.PullSubscribe"),
        ],
        releases: &[
            Release::Method("Unsubscribe"),
            Release::Method("Drain"),
            Release::Method("AutoUnsubscribe"),
        ],
    },
    heap_marks: &["github.com/nats-io/nats%2ego.(*Conn).subscribeLocked"],
    known_bad: &[KnownBad {
        introduced: "v1.41.0",
        fixed: "v1.41.2",
        what: "each pull fetch registers a status channel with the connection that is not removed",
        source: "nats-io/nats.go#1856",
    }],
    notes: "One goroutine an asynchronous subscription. Synchronous ones leak heap only: a \
            channel of 65,536 slots each.",
};

static CONN: LibraryObject = LibraryObject {
    module: "github.com/nats-io/nats.go",
    name: "nats.Conn",
    checked: "v1.42.0",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/nats-io/nats%2ego.(*Conn).readLoop"),
        one("github.com/nats-io/nats%2ego.(*Conn).flusher"),
        one("github.com/nats-io/nats%2ego.(*asyncCallbacksHandler).asyncCBDispatcher"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/nats-io/nats%2ego.Connect",
        "github.com/nats-io/nats%2ego.Options.Connect",
    ],
    entry_points: &[
        "github.com/nats-io/nats%2ego.Connect",
        "github.com/nats-io/nats%2ego.Options.Connect",
    ],
    releases: &["nats.Conn.Close", "nats.Conn.Drain"],
    source: Source {
        kind: ResourceKind::Client,
        types: &["github.com/nats-io/nats%2ego.Conn"],
        acquires: &[
            first("github.com/nats-io/nats%2ego.Connect"),
            first("github.com/nats-io/nats%2ego.Options.Connect"),
        ],
        releases: &[Release::Method("Close"), Release::Method("Drain")],
    },
    heap_marks: &["github.com/nats-io/nats%2ego.(*Conn).setup"],
    known_bad: &[],
    notes: "Reconnects for ever in the background until closed.",
};

static WATCHER: LibraryObject = in_source(
    "github.com/nats-io/nats.go",
    "nats.KeyWatcher",
    "v1.42.0",
    Source {
        kind: ResourceKind::Subscription,
        types: &[
            "github.com/nats-io/nats%2ego.KeyWatcher",
            "github.com/nats-io/nats.go/jetstream.KeyWatcher",
        ],
        acquires: &[
            first("github.com/nats-io/nats%2ego.KeyValue.Watch"),
            first("github.com/nats-io/nats%2ego.KeyValue.WatchAll"),
            first("github.com/nats-io/nats%2ego.KeyValue.WatchFiltered"),
            first("github.com/nats-io/nats.go/jetstream.KeyValue.Watch"),
            first("github.com/nats-io/nats.go/jetstream.KeyValue.WatchAll"),
            first("github.com/nats-io/nats.go/jetstream.KeyValue.WatchFiltered"),
        ],
        releases: &[Release::Method("Stop")],
    },
    "A subscription with an ordered consumer on the server.",
);

static CONSUMING: LibraryObject = in_source(
    "github.com/nats-io/nats.go",
    "jetstream.ConsumeContext",
    "v1.42.0",
    Source {
        kind: ResourceKind::Subscription,
        types: &[
            "github.com/nats-io/nats.go/jetstream.ConsumeContext",
            "github.com/nats-io/nats.go/jetstream.MessagesContext",
        ],
        acquires: &[
            first("github.com/nats-io/nats.go/jetstream.Consumer.Consume"),
            first("github.com/nats-io/nats.go/jetstream.Consumer.Messages"),
        ],
        releases: &[Release::Method("Stop"), Release::Method("Drain")],
    },
    "Pulls messages in the background until it is stopped.",
);
