//! `github.com/streadway/amqp`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONNECTION, &CONSUMER];

static CONNECTION: LibraryObject = LibraryObject {
    module: "github.com/streadway/amqp",
    name: "amqp.Connection",
    checked: "v1.10.0 of github.com/rabbitmq/amqp091-go, its successor",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/streadway/amqp.(*Connection).reader"),
        one("github.com/streadway/amqp.(*Connection).heartbeater"),
    ]],
    phases: &[],
    constructors: &[
        "github.com/streadway/amqp.Dial",
        "github.com/streadway/amqp.DialConfig",
        "github.com/streadway/amqp.DialTLS",
        "github.com/streadway/amqp.Open",
    ],
    entry_points: &[
        "github.com/streadway/amqp.Dial",
        "github.com/streadway/amqp.DialConfig",
        "github.com/streadway/amqp.DialTLS",
        "github.com/streadway/amqp.Open",
    ],
    releases: &["amqp.Connection.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/streadway/amqp.Connection"],
        &[
            first("github.com/streadway/amqp.Dial"),
            first("github.com/streadway/amqp.DialConfig"),
            first("github.com/streadway/amqp.DialTLS"),
            first("github.com/streadway/amqp.Open"),
        ],
    ),
    heap_marks: &["github.com/streadway/amqp.(*Connection).openTune"],
    known_bad: &[],
    notes: "Channels multiplex one connection; one per process is normal.",
};

static CONSUMER: LibraryObject = LibraryObject {
    module: "github.com/streadway/amqp",
    name: "amqp.Channel consumer",
    checked: "v1.10.0 of github.com/rabbitmq/amqp091-go, its successor",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("github.com/streadway/amqp.(*consumers).buffer")]],
    phases: &[],
    constructors: &["github.com/streadway/amqp.(*Channel).Consume"],
    entry_points: &["github.com/streadway/amqp.(*Channel).Consume"],
    releases: &["amqp.Channel.Cancel", "amqp.Channel.Close"],
    source: closed(
        ResourceKind::Connection,
        &["github.com/streadway/amqp.Channel"],
        &[first("github.com/streadway/amqp.(*Connection).Channel")],
    ),
    heap_marks: &[
        "github.com/streadway/amqp.newChannel",
        "github.com/streadway/amqp.makeConsumers",
    ],
    known_bad: &[],
    notes: "One goroutine a Consume. A Channel itself has none: leaked ones show in the heap only.",
};
