//! `github.com/coder/websocket`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN];

static CONN: LibraryObject = LibraryObject {
    module: "github.com/coder/websocket",
    name: "websocket.Conn",
    checked: "v1.8.13",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("github.com/coder/websocket.(*Conn).timeoutLoop"),
        one("github.com/coder/websocket.(*Conn).CloseRead"),
    ]],
    phases: &[],
    constructors: &["github.com/coder/websocket.Dial", "github.com/coder/websocket.Accept"],
    entry_points: &["github.com/coder/websocket.Dial", "github.com/coder/websocket.Accept"],
    releases: &["websocket.Conn.Close", "websocket.Conn.CloseNow"],
    source: Source {
        kind: ResourceKind::Connection,
        types: &["github.com/coder/websocket.Conn"],
        acquires: &[
            first("github.com/coder/websocket.Dial"),
            first("github.com/coder/websocket.Accept"),
        ],
        releases: &[Release::Method("CloseNow"), Release::Method("Close")],
    },
    heap_marks: &["github.com/coder/websocket.newConn"],
    known_bad: &[],
    notes: "Accept makes the same object on the serving side. timeoutLoop holds the Conn, so the \
            finalizer of a dropped one never runs.",
};
