//! `go.mongodb.org/mongo-driver`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::{one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CLIENT];

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
    source: Source::NONE,
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
