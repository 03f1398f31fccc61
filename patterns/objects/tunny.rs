//! `github.com/Jeffail/tunny`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&POOL];

static POOL: LibraryObject = LibraryObject {
    module: "github.com/Jeffail/tunny",
    name: "tunny.Pool worker",
    checked: "v0.1.4",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("github.com/Jeffail/tunny.(*workerWrapper).run")]],
    phases: &[],
    constructors: &[
        "github.com/Jeffail/tunny.New",
        "github.com/Jeffail/tunny.NewFunc",
        "github.com/Jeffail/tunny.NewCallback",
    ],
    entry_points: &[
        "github.com/Jeffail/tunny.New",
        "github.com/Jeffail/tunny.NewFunc",
        "github.com/Jeffail/tunny.NewCallback",
    ],
    releases: &["tunny.Pool.Close"],
    source: closed(
        ResourceKind::Worker,
        &["github.com/Jeffail/tunny.Pool"],
        &[
            first("github.com/Jeffail/tunny.New"),
            first("github.com/Jeffail/tunny.NewFunc"),
            first("github.com/Jeffail/tunny.NewCallback"),
        ],
    ),
    heap_marks: &["github.com/Jeffail/tunny.newWorkerWrapper"],
    known_bad: &[],
    notes: "As many goroutines as the pool is large; never collected.",
};
