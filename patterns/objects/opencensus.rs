//! `go.opencensus.io`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, harmless, in_source, one, receiver, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&WORKER, &SPAN, &SPAN_OF_CONTEXT];

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
    source: Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[receiver("go.opencensus.io/stats/view.Meter.Start")],
        releases: &[Release::Method("Stop")],
    },
    heap_marks: &["go.opencensus.io/stats/view.NewMeter"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v0.22.6",
        what: "active spans are keyed by a wrapper that never matches at removal",
        source: "census-instrumentation/opencensus-go#1246",
    }],
    notes: "Importing the package starts one, which is normal.",
};

static SPAN: LibraryObject = in_source(
    "go.opencensus.io",
    "opencensus span",
    "v0.24.0",
    Source {
        kind: ResourceKind::Span,
        types: &["go.opencensus.io/trace.Span"],
        acquires: &[
            second("go.opencensus.io/trace.StartSpan"),
            second("go.opencensus.io/trace.StartSpanWithRemoteParent"),
        ],
        releases: &[Release::Method("End")],
    },
    "One that is not ended is not exported; it is collected when dropped.",
);

static SPAN_OF_CONTEXT: LibraryObject = in_source(
    "go.opencensus.io",
    "opencensus span of a context",
    "v0.24.0",
    harmless(&[], &[first("go.opencensus.io/trace.FromContext")]),
    "Belongs to whoever started it.",
);
