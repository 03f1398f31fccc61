//! `github.com/go-co-op/gocron/v2`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{one, receiver};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SCHEDULER];

static SCHEDULER: LibraryObject = LibraryObject {
    module: "github.com/go-co-op/gocron/v2",
    name: "gocron.Scheduler",
    checked: "v2.16.2",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/go-co-op/gocron/v2.NewScheduler"),
        one("github.com/go-co-op/gocron/v2.(*executor).start"),
    ]],
    phases: &[],
    constructors: &["github.com/go-co-op/gocron/v2.NewScheduler"],
    entry_points: &["github.com/go-co-op/gocron/v2.NewScheduler"],
    releases: &["gocron.Scheduler.Shutdown"],
    source: Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[receiver("github.com/go-co-op/gocron/v2.Scheduler.Start")],
        releases: &[Release::Method("Shutdown")],
    },
    heap_marks: &["github.com/go-co-op/gocron/v2.NewScheduler"],
    known_bad: &[],
    notes: "Starts in the constructor: one that is never used leaks too. StopJobs does not end it.",
};
