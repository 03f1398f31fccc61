//! `go.opentelemetry.io/otel/sdk`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&TRACER_PROVIDER];

static TRACER_PROVIDER: LibraryObject = LibraryObject {
    module: "go.opentelemetry.io/otel/sdk",
    name: "sdktrace.TracerProvider",
    checked: "v1.47.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("go.opentelemetry.io/otel/sdk/trace.NewBatchSpanProcessor")]],
    phases: &[],
    constructors: &["go.opentelemetry.io/otel/sdk/trace.NewTracerProvider"],
    entry_points: &[
        "go.opentelemetry.io/otel/sdk/trace.NewTracerProvider",
        "go.opentelemetry.io/otel/sdk/trace.NewBatchSpanProcessor",
        "go.opentelemetry.io/otel/sdk/trace.WithBatcher",
    ],
    releases: &["sdktrace.TracerProvider.Shutdown"],
    source: Source {
        kind: ResourceKind::Worker,
        types: &["go.opentelemetry.io/otel/sdk/trace.TracerProvider"],
        acquires: &[
            first("go.opentelemetry.io/otel/sdk/trace.NewTracerProvider"),
            first("go.opentelemetry.io/otel/sdk/trace.NewBatchSpanProcessor"),
        ],
        releases: &[Release::Method("Shutdown")],
    },
    heap_marks: &[
        "go.opentelemetry.io/otel/sdk/trace.NewTracerProvider",
        "go.opentelemetry.io/otel/sdk/trace.NewBatchSpanProcessor",
    ],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.35.0",
        what: "Shutdown's context ends before the exporter's shutdown returns",
        source: "open-telemetry/opentelemetry-go#6368",
    }],
    notes: "One per process is normal. With a batcher it is never collected.",
};
