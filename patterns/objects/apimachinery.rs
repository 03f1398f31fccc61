//! `k8s.io/apimachinery`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, harmless, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&STREAM_WATCHER, &BROADCASTER, &HARMLESS];

static STREAM_WATCHER: LibraryObject = LibraryObject {
    module: "k8s.io/apimachinery",
    name: "watch.StreamWatcher",
    checked: "v0.33.1 (source)",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("k8s.io/apimachinery/pkg/watch.(*StreamWatcher).receive")]],
    phases: &[],
    constructors: &["k8s.io/apimachinery/pkg/watch.NewStreamWatcher"],
    entry_points: &["k8s.io/apimachinery/pkg/watch.NewStreamWatcher"],
    releases: &["watch.Interface.Stop"],
    source: Source {
        kind: ResourceKind::Subscription,
        types: &[
            "k8s.io/apimachinery/pkg/watch.Interface",
            "k8s.io/apimachinery/pkg/watch.StreamWatcher",
        ],
        acquires: &[first("k8s.io/apimachinery/pkg/watch.NewStreamWatcher")],
        releases: &[Release::Method("Stop")],
    },
    heap_marks: &["k8s.io/apimachinery/pkg/watch.NewStreamWatcher"],
    known_bad: &[],
    notes: "One per Watch, with a stream of the shared HTTP/2 connection.",
};

static BROADCASTER: LibraryObject = in_source(
    "k8s.io/apimachinery",
    "watch.Broadcaster",
    "v0.33.1",
    Source {
        kind: ResourceKind::Worker,
        types: &["k8s.io/apimachinery/pkg/watch.Broadcaster"],
        acquires: &[
            first("k8s.io/apimachinery/pkg/watch.NewBroadcaster"),
            first("k8s.io/apimachinery/pkg/watch.NewLongQueueBroadcaster"),
        ],
        releases: &[Release::Method("Shutdown")],
    },
    "One goroutine from the beginning.",
);

static HARMLESS: LibraryObject = in_source(
    "k8s.io/apimachinery",
    "watch of nothing",
    "v0.33.1",
    harmless(
        &[
            "k8s.io/apimachinery/pkg/watch.FakeWatcher",
            "k8s.io/apimachinery/pkg/watch.RaceFreeFakeWatcher",
        ],
        &[
            first("k8s.io/apimachinery/pkg/watch.NewFake"),
            first("k8s.io/apimachinery/pkg/watch.NewFakeWithChanSize"),
            first("k8s.io/apimachinery/pkg/watch.NewRaceFreeFake"),
            first("k8s.io/apimachinery/pkg/watch.NewEmptyWatch"),
            first("k8s.io/apimachinery/pkg/watch.NewProxyWatcher"),
            first("k8s.io/apimachinery/pkg/watch.Filter"),
        ],
    ),
    "No connection of its own: made for tests, or around another one.",
);
