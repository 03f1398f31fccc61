//! `github.com/gorilla/websocket`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

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
    source: Source::NONE,
    heap_marks: &["github.com/gorilla/websocket.newConn"],
    known_bad: &[],
    notes: "Memory and a socket, no goroutine: those that read and write are the program's own. \
            Upgrade makes the same object on the serving side.",
};
