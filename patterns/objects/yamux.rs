//! `github.com/hashicorp/yamux`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SESSION, &STREAM];

static SESSION: LibraryObject = LibraryObject {
    module: "github.com/hashicorp/yamux",
    name: "yamux.Session",
    checked: "v0.1.2",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/hashicorp/yamux.(*Session).recv"),
        one("github.com/hashicorp/yamux.(*Session).send"),
        one("github.com/hashicorp/yamux.(*Session).keepalive"),
    ]],
    phases: &[],
    constructors: &["github.com/hashicorp/yamux.Client", "github.com/hashicorp/yamux.Server"],
    entry_points: &["github.com/hashicorp/yamux.Client", "github.com/hashicorp/yamux.Server"],
    releases: &["yamux.Session.Close"],
    source: closed(
        ResourceKind::Connection,
        &["github.com/hashicorp/yamux.Session"],
        &[first("github.com/hashicorp/yamux.Client"), first("github.com/hashicorp/yamux.Server")],
    ),
    heap_marks: &["github.com/hashicorp/yamux.newSession"],
    known_bad: &[],
    notes: "Both ends of a connection run the same goroutines.",
};

static STREAM: LibraryObject = in_source(
    "github.com/hashicorp/yamux",
    "yamux.Stream",
    "v0.1.2",
    closed(
        ResourceKind::Connection,
        &["github.com/hashicorp/yamux.Stream"],
        &[
            first("github.com/hashicorp/yamux.(*Session).Open"),
            first("github.com/hashicorp/yamux.(*Session).OpenStream"),
            first("github.com/hashicorp/yamux.(*Session).Accept"),
            first("github.com/hashicorp/yamux.(*Session).AcceptStream"),
            first("github.com/hashicorp/yamux.(*Session).AcceptStreamWithContext"),
        ],
    ),
    "A window of memory on both sides until it is closed.",
);
