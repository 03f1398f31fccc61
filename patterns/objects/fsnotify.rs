//! `github.com/fsnotify/fsnotify`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&WATCHER];

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
    source: Source::NONE,
    heap_marks: &[
        "github.com/fsnotify/fsnotify.newBackend",
        "github.com/fsnotify/fsnotify.NewWatcher",
    ],
    known_bad: &[],
    notes: "An inotify instance each (128 per user by default) and never collected. It blocks in \
            a send if nobody reads Events.",
};
