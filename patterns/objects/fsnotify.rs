//! `github.com/fsnotify/fsnotify`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&WATCHER, &FORMER_WATCHER];

static WATCHER: LibraryObject = LibraryObject {
    module: "github.com/fsnotify/fsnotify",
    name: "fsnotify.Watcher",
    checked: "v1.9.0, v1.6 names",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[
        &[one("github.com/fsnotify/fsnotify.(*inotify).readEvents")],
        &[one("github.com/fsnotify/fsnotify.(*Watcher).readEvents")],
    ],
    phases: &[],
    constructors: &[
        "github.com/fsnotify/fsnotify.NewWatcher",
        "github.com/fsnotify/fsnotify.NewBufferedWatcher",
    ],
    entry_points: &[
        "github.com/fsnotify/fsnotify.NewWatcher",
        "github.com/fsnotify/fsnotify.NewBufferedWatcher",
    ],
    releases: &["fsnotify.Watcher.Close"],
    source: closed(
        ResourceKind::Subscription,
        &["github.com/fsnotify/fsnotify.Watcher"],
        &[
            first("github.com/fsnotify/fsnotify.NewWatcher"),
            first("github.com/fsnotify/fsnotify.NewBufferedWatcher"),
        ],
    ),
    heap_marks: &[
        "github.com/fsnotify/fsnotify.newBackend",
        "github.com/fsnotify/fsnotify.NewWatcher",
    ],
    known_bad: &[],
    notes: "An inotify instance each (128 per user by default) and never collected. It blocks in \
            a send if nobody reads Events.",
};

static FORMER_WATCHER: LibraryObject = in_source(
    "gopkg.in/fsnotify.v1",
    "fsnotify.Watcher",
    "v1.4.7",
    closed(
        ResourceKind::Subscription,
        &["gopkg.in/fsnotify%2ev1.Watcher"],
        &[first("gopkg.in/fsnotify%2ev1.NewWatcher")],
    ),
    "Under the path it had before v1.5.",
);
