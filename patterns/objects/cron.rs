//! `github.com/robfig/cron/v3`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{one, receiver};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CRON];

static CRON: LibraryObject = LibraryObject {
    module: "github.com/robfig/cron/v3",
    name: "cron.Cron",
    checked: "v3.0.1 (source)",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/robfig/cron/v3.(*Cron).run")]],
    phases: &[],
    constructors: &["github.com/robfig/cron/v3.New"],
    entry_points: &["github.com/robfig/cron/v3.New", "github.com/robfig/cron/v3.(*Cron).Start"],
    releases: &["cron.Cron.Stop"],
    source: Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[receiver("github.com/robfig/cron/v3.(*Cron).Start")],
        releases: &[Release::Method("Stop")],
    },
    heap_marks: &["github.com/robfig/cron/v3.New"],
    known_bad: &[],
    notes: "Starts with Start. Removing its entries does not end it.",
};
