//! `github.com/rabbitmq/amqp091-go`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONNECTION, &CONSUMER];

static CONNECTION: LibraryObject = LibraryObject {
    module: "github.com/rabbitmq/amqp091-go",
    name: "amqp.Connection",
    checked: "v1.10.0",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/rabbitmq/amqp091-go.(*Connection).reader"),
        one("github.com/rabbitmq/amqp091-go.(*Connection).heartbeater"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/rabbitmq/amqp091-go.Dial",
        "github.com/rabbitmq/amqp091-go.DialConfig",
        "github.com/rabbitmq/amqp091-go.DialTLS",
        "github.com/rabbitmq/amqp091-go.Open",
    ],
    entry_points: &[
        "github.com/rabbitmq/amqp091-go.Dial",
        "github.com/rabbitmq/amqp091-go.DialConfig",
        "github.com/rabbitmq/amqp091-go.DialTLS",
        "github.com/rabbitmq/amqp091-go.Open",
    ],
    releases: &["amqp.Connection.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/rabbitmq/amqp091-go.Connection"],
        &[
            first("github.com/rabbitmq/amqp091-go.Dial"),
            first("github.com/rabbitmq/amqp091-go.DialConfig"),
            first("github.com/rabbitmq/amqp091-go.DialTLS"),
            first("github.com/rabbitmq/amqp091-go.Open"),
        ],
    ),
    heap_marks: &["github.com/rabbitmq/amqp091-go.(*Connection).openTune"],
    known_bad: &[
        KnownBad {
            introduced: "v1.12.0",
            fixed: "v1.14.0",
            what: "Close during an automatic reconnect",
            source: "rabbitmq/amqp091-go#372",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.4.0",
            what: "reply arrives while the connection is closing or Close is called twice",
            source: "rabbitmq/amqp091-go#70",
        },
    ],
    notes: "Channels multiplex one connection; one per process is normal.",
};

static CONSUMER: LibraryObject = LibraryObject {
    module: "github.com/rabbitmq/amqp091-go",
    name: "amqp.Channel consumer",
    checked: "v1.10.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("github.com/rabbitmq/amqp091-go.(*consumers).buffer")]],
    phases: &[],
    constructors: &["github.com/rabbitmq/amqp091-go.(*Channel).Consume"],
    entry_points: &["github.com/rabbitmq/amqp091-go.(*Channel).Consume"],
    releases: &["amqp.Channel.Cancel", "amqp.Channel.Close"],
    source: closed(
        ResourceKind::Connection,
        &["github.com/rabbitmq/amqp091-go.Channel"],
        &[first("github.com/rabbitmq/amqp091-go.(*Connection).Channel")],
    ),
    heap_marks: &[
        "github.com/rabbitmq/amqp091-go.newChannel",
        "github.com/rabbitmq/amqp091-go.makeConsumers",
    ],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.8.0",
        what: "re-sliced delivery queue keeps its whole array, and the deliveries, while never \
               empty",
        source: "rabbitmq/amqp091-go#180",
    }],
    notes: "One goroutine a Consume. A Channel itself has none: leaked ones show in the heap only.",
};
