//! `github.com/nats-io/nats.go`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SUBSCRIPTION, &CONN];

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
    source: Source::NONE,
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
    source: Source::NONE,
    heap_marks: &["github.com/nats-io/nats%2ego.(*Conn).setup"],
    known_bad: &[],
    notes: "Reconnects for ever in the background until closed.",
};
