//! `github.com/prometheus/client_golang`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SERIES];

static SERIES: LibraryObject = LibraryObject {
    module: "github.com/prometheus/client_golang",
    name: "prometheus metric series",
    checked: "v1.22.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &[
        "github.com/prometheus/client_golang/prometheus.(*CounterVec).WithLabelValues",
        "github.com/prometheus/client_golang/prometheus.(*HistogramVec).WithLabelValues",
        "github.com/prometheus/client_golang/prometheus.(*SummaryVec).WithLabelValues",
        "github.com/prometheus/client_golang/prometheus.(*GaugeVec).WithLabelValues",
    ],
    entry_points: &[
        "github.com/prometheus/client_golang/prometheus.(*MetricVec).GetMetricWithLabelValues",
        "github.com/prometheus/client_golang/prometheus.(*MetricVec).GetMetricWith",
        "github.com/prometheus/client_golang/prometheus.(*metricMap).getOrCreateMetricWithLabelValues",
    ],
    releases: &["DeleteLabelValues", "DeletePartialMatch", "Reset"],
    source: Source::NONE,
    heap_marks: &[
        "github.com/prometheus/client_golang/prometheus.(*metricMap).getOrCreateMetricWithLabelValues",
        "github.com/prometheus/client_golang/prometheus.(*metricMap).getOrCreateMetricWithLabels",
    ],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v1.24.0",
        what: "gathering or encoding fails: temp file stays open until finalizer",
        source: "prometheus/client_golang@08baa435",
    }],
    notes: "A series lives until it is deleted: a label with user ids, paths or error texts grows \
            for ever. About 8 heap objects a counter, 36 a summary with objectives.",
};
