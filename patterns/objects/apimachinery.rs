//! `k8s.io/apimachinery`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&STREAM_WATCHER];

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
    source: Source::NONE,
    heap_marks: &["k8s.io/apimachinery/pkg/watch.NewStreamWatcher"],
    known_bad: &[],
    notes: "One per Watch, with a stream of the shared HTTP/2 connection.",
};
