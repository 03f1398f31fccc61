//! `gopkg.in/natefinch/lumberjack.v2`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&LOGGER];

static LOGGER: LibraryObject = LibraryObject {
    module: "gopkg.in/natefinch/lumberjack.v2",
    name: "lumberjack.Logger",
    checked: "v2.2.1 (source)",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun")]],
    phases: &[],
    constructors: &["gopkg.in/natefinch/lumberjack%2ev2.(*Logger).mill"],
    entry_points: &[
        "gopkg.in/natefinch/lumberjack%2ev2.(*Logger).Write",
        "gopkg.in/natefinch/lumberjack%2ev2.(*Logger).Rotate",
    ],
    releases: &["nothing: Close closes the file and leaves the goroutine"],
    source: Source::NONE,
    heap_marks: &["gopkg.in/natefinch/lumberjack%2ev2.(*Logger).mill"],
    known_bad: &[],
    notes: "The goroutine starts with the first write and Close does not end it \
            (natefinch/lumberjack#56): make one Logger per file and keep it.",
};
