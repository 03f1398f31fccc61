//! `github.com/hashicorp/yamux`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SESSION];

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
    source: Source::NONE,
    heap_marks: &["github.com/hashicorp/yamux.newSession"],
    known_bad: &[],
    notes: "Both ends of a connection run the same goroutines.",
};
