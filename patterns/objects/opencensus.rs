//! `go.opencensus.io`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&WORKER];

static WORKER: LibraryObject = LibraryObject {
    module: "go.opencensus.io",
    name: "view.Meter",
    checked: "v0.24.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("go.opencensus.io/stats/view.(*worker).start")]],
    phases: &[],
    constructors: &["go.opencensus.io/stats/view.NewMeter"],
    entry_points: &["go.opencensus.io/stats/view.NewMeter"],
    releases: &["view.Meter.Stop"],
    source: Source::NONE,
    heap_marks: &["go.opencensus.io/stats/view.NewMeter"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v0.22.6",
        what: "active spans are keyed by a wrapper that never matches at removal",
        source: "census-instrumentation/opencensus-go#1246",
    }],
    notes: "Importing the package starts one, which is normal.",
};
