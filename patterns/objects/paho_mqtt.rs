//! `github.com/eclipse/paho.mqtt.golang`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{one, receiver, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CLIENT];

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/eclipse/paho.mqtt.golang",
    name: "mqtt.Client",
    checked: "v1.5.0 (source)",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/eclipse/paho%2emqtt%2egolang.(*router).matchAndDispatch"),
        one("github.com/eclipse/paho%2emqtt%2egolang.keepalive"),
        several(3, "github.com/eclipse/paho%2emqtt%2egolang.(*client).startCommsWorkers"),
        one("github.com/eclipse/paho%2emqtt%2egolang.startIncomingComms"),
        one("github.com/eclipse/paho%2emqtt%2egolang.startOutgoingComms"),
        one("github.com/eclipse/paho%2emqtt%2egolang.(*client).reconnect"),
    ]],
    phases: &[],
    constructors: &["github.com/eclipse/paho%2emqtt%2egolang.NewClient"],
    entry_points: &[
        "github.com/eclipse/paho%2emqtt%2egolang.NewClient",
        "github.com/eclipse/paho%2emqtt%2egolang.(*client).Connect",
    ],
    releases: &["mqtt.Client.Disconnect"],
    source: Source {
        kind: ResourceKind::Client,
        types: &[],
        acquires: &[receiver("github.com/eclipse/paho%2emqtt%2egolang.Client.Connect")],
        releases: &[Release::Method("Disconnect")],
    },
    heap_marks: &["github.com/eclipse/paho%2emqtt%2egolang.NewClient"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.5.0",
        what: "Disconnect arrives while connecting",
        source: "eclipse/paho.mqtt.golang#675",
    }],
    notes: "With auto reconnect a lost connection is tried again until Disconnect.",
};
