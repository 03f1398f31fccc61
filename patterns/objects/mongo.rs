//! `go.mongodb.org/mongo-driver`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CLIENT, &CURSOR, &STREAM, &SESSION];

static CLIENT: LibraryObject = LibraryObject {
    module: "go.mongodb.org/mongo-driver",
    name: "mongo.Client",
    checked: "v1.17.3",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("go.mongodb.org/mongo-driver/x/mongo/driver/topology.(*pool).maintain"),
        several(2, "go.mongodb.org/mongo-driver/x/mongo/driver/topology.(*pool).createConnections"),
        one("go.mongodb.org/mongo-driver/x/mongo/driver/topology.(*Server).update"),
        one("go.mongodb.org/mongo-driver/x/mongo/driver/topology.(*rttMonitor).start"),
        one("go.mongodb.org/mongo-driver/x/mongo/driver/topology.(*Topology).pollSRVRecords"),
    ]],
    phases: &[],
    constructors: &[
        "go.mongodb.org/mongo-driver/mongo.Connect",
        "go.mongodb.org/mongo-driver/mongo.NewClient",
    ],
    entry_points: &[
        "go.mongodb.org/mongo-driver/mongo.Connect",
        "go.mongodb.org/mongo-driver/mongo.NewClient",
    ],
    releases: &["mongo.Client.Disconnect"],
    source: Source {
        kind: ResourceKind::Client,
        types: &["go.mongodb.org/mongo-driver/mongo.Client"],
        acquires: &[first("go.mongodb.org/mongo-driver/mongo.Connect")],
        releases: &[Release::Method("Disconnect")],
    },
    heap_marks: &["go.mongodb.org/mongo-driver/x/mongo/driver/topology.newPool"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.15.1",
        what: "server removed or client disconnected around monitor start (also fixed in v1.13.4 \
               and v1.14.1)",
        source: "mongodb/mongo-go-driver#1587",
    }],
    notes: "Counted by servers of its topology: a replica set of three counts three. Connect \
            starts all goroutines before any operation; never collected.",
};

static CURSOR: LibraryObject = in_source(
    "go.mongodb.org/mongo-driver",
    "mongo.Cursor",
    "v1.17.3",
    Source {
        kind: ResourceKind::Rows,
        types: &["go.mongodb.org/mongo-driver/mongo.Cursor"],
        acquires: &[
            first("go.mongodb.org/mongo-driver/mongo.(*Collection).Find"),
            first("go.mongodb.org/mongo-driver/mongo.(*Collection).Aggregate"),
            first("go.mongodb.org/mongo-driver/mongo.(*Database).Aggregate"),
            first("go.mongodb.org/mongo-driver/mongo.(*Database).RunCommandCursor"),
            first("go.mongodb.org/mongo-driver/mongo.(*Database).ListCollections"),
            first("go.mongodb.org/mongo-driver/mongo.IndexView.List"),
            first("go.mongodb.org/mongo-driver/mongo.SearchIndexView.List"),
        ],
        releases: &[Release::Method("Close"), Release::Method("All"), Release::Exhaustion("Next")],
    },
    "An open cursor on the server and a session of the client.",
);

static STREAM: LibraryObject = in_source(
    "go.mongodb.org/mongo-driver",
    "mongo.ChangeStream",
    "v1.17.3",
    closed(
        ResourceKind::Subscription,
        &["go.mongodb.org/mongo-driver/mongo.ChangeStream"],
        &[
            first("go.mongodb.org/mongo-driver/mongo.(*Client).Watch"),
            first("go.mongodb.org/mongo-driver/mongo.(*Database).Watch"),
            first("go.mongodb.org/mongo-driver/mongo.(*Collection).Watch"),
        ],
    ),
    "An open cursor on the server and a session of the client.",
);

static SESSION: LibraryObject = in_source(
    "go.mongodb.org/mongo-driver",
    "mongo.Session",
    "v1.17.3",
    Source {
        kind: ResourceKind::Rows,
        types: &["go.mongodb.org/mongo-driver/mongo.Session"],
        acquires: &[first("go.mongodb.org/mongo-driver/mongo.(*Client).StartSession")],
        releases: &[Release::Method("EndSession")],
    },
    "The server keeps sessions for 30 minutes.",
);
