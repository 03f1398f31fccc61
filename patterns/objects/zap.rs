//! `go.uber.org/zap`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{in_source, one, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SYNCER, &SINKS];

static SYNCER: LibraryObject = LibraryObject {
    module: "go.uber.org/zap",
    name: "zapcore.BufferedWriteSyncer",
    checked: "v1.27.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("go.uber.org/zap/zapcore.(*BufferedWriteSyncer).flushLoop")]],
    phases: &[],
    constructors: &["go.uber.org/zap/zapcore.(*BufferedWriteSyncer).initialize"],
    entry_points: &["go.uber.org/zap/zapcore.(*BufferedWriteSyncer).Write"],
    releases: &["zapcore.BufferedWriteSyncer.Stop"],
    source: Source::NONE,
    heap_marks: &["go.uber.org/zap/zapcore.(*BufferedWriteSyncer).initialize"],
    known_bad: &[],
    notes: "Starts with the first write.",
};

static SINKS: LibraryObject = in_source(
    "go.uber.org/zap",
    "zap.Open",
    "v1.27.0",
    Source {
        kind: ResourceKind::File,
        types: &[],
        acquires: &[second("go.uber.org/zap.Open")],
        releases: &[Release::Call],
    },
    "The function beside the sink closes the files.",
);
