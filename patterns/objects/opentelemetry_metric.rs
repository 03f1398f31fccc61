//! `go.opentelemetry.io/otel/sdk/metric`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&PERIODIC_READER];

static PERIODIC_READER: LibraryObject = LibraryObject {
    module: "go.opentelemetry.io/otel/sdk/metric",
    name: "metric.PeriodicReader",
    checked: "v1.47.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("go.opentelemetry.io/otel/sdk/metric.NewPeriodicReader")]],
    phases: &[],
    constructors: &["go.opentelemetry.io/otel/sdk/metric.NewPeriodicReader"],
    entry_points: &["go.opentelemetry.io/otel/sdk/metric.NewPeriodicReader"],
    releases: &["metric.MeterProvider.Shutdown"],
    source: Source {
        kind: ResourceKind::Worker,
        types: &[
            "go.opentelemetry.io/otel/sdk/metric.PeriodicReader",
            "go.opentelemetry.io/otel/sdk/metric.MeterProvider",
        ],
        acquires: &[
            first("go.opentelemetry.io/otel/sdk/metric.NewPeriodicReader"),
            first("go.opentelemetry.io/otel/sdk/metric.NewMeterProvider"),
        ],
        releases: &[Release::Method("Shutdown")],
    },
    heap_marks: &["go.opentelemetry.io/otel/sdk/metric.NewPeriodicReader"],
    known_bad: &[
        KnownBad {
            introduced: "v1.40.0",
            fixed: "v1.45.0",
            what: "exemplar reservoirs keep the whole context of the measured request",
            source: "open-telemetry/opentelemetry-go#8389",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.23.0",
            what: "identical instruments created again and again",
            source: "open-telemetry/opentelemetry-go#4820",
        },
    ],
    notes: "Starts in the constructor, before it is registered.",
};
