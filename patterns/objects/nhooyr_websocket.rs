//! `nhooyr.io/websocket`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN];

static CONN: LibraryObject = LibraryObject {
    module: "nhooyr.io/websocket",
    name: "websocket.Conn",
    checked: "v1.8.10",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("nhooyr.io/websocket.(*Conn).timeoutLoop"),
        one("nhooyr.io/websocket.(*Conn).CloseRead"),
    ]],
    phases: &[],
    constructors: &["nhooyr.io/websocket.Dial", "nhooyr.io/websocket.Accept"],
    entry_points: &["nhooyr.io/websocket.Dial", "nhooyr.io/websocket.Accept"],
    releases: &["websocket.Conn.Close", "websocket.Conn.CloseNow"],
    source: Source {
        kind: ResourceKind::Connection,
        types: &["nhooyr.io/websocket.Conn"],
        acquires: &[first("nhooyr.io/websocket.Dial"), first("nhooyr.io/websocket.Accept")],
        releases: &[Release::Method("CloseNow"), Release::Method("Close")],
    },
    heap_marks: &["nhooyr.io/websocket.newConn"],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v1.8.8",
            what: "Close returned before the internal goroutines ended",
            source: "coder/websocket#330",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.8.8",
            what: "deadline timers are not stopped at Close",
            source: "coder/websocket#255",
        },
    ],
    notes: "Accept makes the same object on the serving side. timeoutLoop holds the Conn, so the \
            finalizer of a dropped one never runs.",
};
