//! `github.com/go-co-op/gocron`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{one, receiver};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SCHEDULER];

static SCHEDULER: LibraryObject = LibraryObject {
    module: "github.com/go-co-op/gocron",
    name: "gocron.Scheduler",
    checked: "v1.37.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/go-co-op/gocron.(*executor).run")]],
    phases: &[],
    constructors: &["github.com/go-co-op/gocron.NewScheduler"],
    entry_points: &[
        "github.com/go-co-op/gocron.NewScheduler",
        "github.com/go-co-op/gocron.(*Scheduler).StartAsync",
    ],
    releases: &["gocron.Scheduler.Stop"],
    source: Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[receiver("github.com/go-co-op/gocron.(*Scheduler).StartAsync")],
        releases: &[Release::Method("Stop")],
    },
    heap_marks: &["github.com/go-co-op/gocron.newExecutor"],
    known_bad: &[],
    notes: "Starts with StartAsync.",
};
