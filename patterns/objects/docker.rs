//! `github.com/docker/docker`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&EVENTS, &CLIENT];

static EVENTS: LibraryObject = LibraryObject {
    module: "github.com/docker/docker",
    name: "docker events stream",
    checked: "v28.2.2",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("github.com/docker/docker/client.(*Client).Events")]],
    phases: &[],
    constructors: &["github.com/docker/docker/client.(*Client).Events"],
    entry_points: &["github.com/docker/docker/client.(*Client).Events"],
    releases: &["cancel of the context given to Events"],
    source: Source::NONE,
    heap_marks: &["github.com/docker/docker/client.(*Client).Events"],
    known_bad: &[],
    notes: "If nobody receives from its channels the goroutine sits in a select.",
};

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/docker/docker",
    name: "docker client.Client",
    checked: "v28.2.2",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[],
    phases: &[],
    constructors: &[
        "github.com/docker/docker/client.NewClientWithOpts",
        "github.com/docker/docker/client.NewClient",
    ],
    entry_points: &[
        "github.com/docker/docker/client.NewClientWithOpts",
        "github.com/docker/docker/client.NewClient",
    ],
    releases: &["client.Client.Close"],
    source: Source::NONE,
    heap_marks: &["github.com/docker/docker/client.NewClientWithOpts"],
    known_bad: &[],
    notes: "Has the connections of its transport; Close closes the idle ones only.",
};
