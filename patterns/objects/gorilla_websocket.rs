//! `github.com/gorilla/websocket`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN];

static CONN: LibraryObject = LibraryObject {
    module: "github.com/gorilla/websocket",
    name: "websocket.Conn",
    checked: "v1.5.4-0.20250319132907-e064f32e3674",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &[
        "github.com/gorilla/websocket.(*Dialer).Dial",
        "github.com/gorilla/websocket.(*Dialer).DialContext",
        "github.com/gorilla/websocket.(*Upgrader).Upgrade",
    ],
    entry_points: &[
        "github.com/gorilla/websocket.(*Dialer).Dial",
        "github.com/gorilla/websocket.(*Dialer).DialContext",
        "github.com/gorilla/websocket.(*Upgrader).Upgrade",
    ],
    releases: &["websocket.Conn.Close"],
    source: closed(
        ResourceKind::Connection,
        &["github.com/gorilla/websocket.Conn"],
        &[
            first("github.com/gorilla/websocket.(*Dialer).Dial"),
            first("github.com/gorilla/websocket.(*Dialer).DialContext"),
            first("github.com/gorilla/websocket.(*Upgrader).Upgrade"),
            first("github.com/gorilla/websocket.NewClient"),
            first("github.com/gorilla/websocket.Upgrade"),
        ],
    ),
    heap_marks: &["github.com/gorilla/websocket.newConn"],
    known_bad: &[],
    notes: "Memory and a socket, no goroutine: those that read and write are the program's own. \
            Upgrade makes the same object on the serving side.",
};
