//! `go.uber.org/zap`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SYNCER];

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
