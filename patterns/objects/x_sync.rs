//! `golang.org/x/sync`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&ERRGROUP];

static ERRGROUP: LibraryObject = LibraryObject {
    module: "golang.org/x/sync",
    name: "errgroup goroutine",
    checked: "v0.16.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("golang.org/x/sync/errgroup.(*Group).Go")]],
    phases: &[],
    constructors: &["golang.org/x/sync/errgroup.(*Group).Go"],
    entry_points: &[
        "golang.org/x/sync/errgroup.WithContext",
        "golang.org/x/sync/errgroup.(*Group).Go",
    ],
    releases: &["return of the function"],
    source: Source::NONE,
    heap_marks: &["golang.org/x/sync/errgroup.WithContext"],
    known_bad: &[],
    notes: "Ends when the function it runs returns: what that function waits for is the leak.",
};
