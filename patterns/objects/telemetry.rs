//! Tracing and metrics, as source code uses them.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, harmless, in_source, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &OTEL_SPAN,
    &OTEL_SPAN_OF_CONTEXT,
    &OPENTRACING_SPAN,
    &OPENTRACING_SPAN_OF_CONTEXT,
    &DATADOG_SPAN,
    &DATADOG_TWO_SPAN,
    &JAEGER,
    &GO_METRICS,
];

static OTEL_SPAN: LibraryObject = in_source(
    "go.opentelemetry.io/otel/trace",
    "trace.Span",
    "v1.35.0",
    Source {
        kind: ResourceKind::Span,
        types: &["go.opentelemetry.io/otel/trace.Span"],
        acquires: &[second("go.opentelemetry.io/otel/trace.Tracer.Start")],
        releases: &[Release::Method("End")],
    },
    "One that is not ended is not exported; it is collected when dropped.",
);

static OTEL_SPAN_OF_CONTEXT: LibraryObject = in_source(
    "go.opentelemetry.io/otel/trace",
    "span of a context",
    "v1.35.0",
    harmless(&[], &[first("go.opentelemetry.io/otel/trace.SpanFromContext")]),
    "Belongs to whoever started it.",
);

static OPENTRACING_SPAN: LibraryObject = in_source(
    "github.com/opentracing/opentracing-go",
    "opentracing.Span",
    "v1.2.0",
    Source {
        kind: ResourceKind::Span,
        types: &["github.com/opentracing/opentracing-go.Span"],
        acquires: &[
            first("github.com/opentracing/opentracing-go.StartSpan"),
            first("github.com/opentracing/opentracing-go.StartSpanFromContext"),
            first("github.com/opentracing/opentracing-go.StartSpanFromContextWithTracer"),
            first("github.com/opentracing/opentracing-go.Tracer.StartSpan"),
        ],
        releases: &[Release::Method("Finish"), Release::Method("FinishWithOptions")],
    },
    "One that is not finished is not reported; it is collected when dropped.",
);

static OPENTRACING_SPAN_OF_CONTEXT: LibraryObject = in_source(
    "github.com/opentracing/opentracing-go",
    "span of a context",
    "v1.2.0",
    harmless(&[], &[first("github.com/opentracing/opentracing-go.SpanFromContext")]),
    "Belongs to whoever started it.",
);

static DATADOG_SPAN: LibraryObject = in_source(
    "gopkg.in/DataDog/dd-trace-go.v1",
    "Datadog span",
    "v1.70.0",
    Source {
        kind: ResourceKind::Span,
        types: &[],
        acquires: &[
            first("gopkg.in/DataDog/dd-trace-go.v1/ddtrace/tracer.StartSpan"),
            first("gopkg.in/DataDog/dd-trace-go.v1/ddtrace/tracer.StartSpanFromContext"),
        ],
        releases: &[Release::Method("Finish")],
    },
    "Stays in the trace that waits for it.",
);

static DATADOG_TWO_SPAN: LibraryObject = in_source(
    "github.com/DataDog/dd-trace-go/v2",
    "Datadog span",
    "v2.0.0",
    Source {
        kind: ResourceKind::Span,
        types: &[],
        acquires: &[
            first("github.com/DataDog/dd-trace-go/v2/ddtrace/tracer.StartSpan"),
            first("github.com/DataDog/dd-trace-go/v2/ddtrace/tracer.StartSpanFromContext"),
        ],
        releases: &[Release::Method("Finish")],
    },
    "Stays in the trace that waits for it.",
);

static JAEGER: LibraryObject = in_source(
    "github.com/uber/jaeger-client-go",
    "jaeger tracer",
    "v2.30.0",
    closed(
        ResourceKind::Worker,
        &[],
        &[
            second("github.com/uber/jaeger-client-go.NewTracer"),
            second("github.com/uber/jaeger-client-go/config.Configuration.NewTracer"),
            second("github.com/uber/jaeger-client-go/config.Configuration.New"),
            first("github.com/uber/jaeger-client-go/config.Configuration.InitGlobalTracer"),
        ],
    ),
    "The closer beside the tracer ends the goroutines of its reporter and sampler.",
);

static GO_METRICS: LibraryObject = in_source(
    "github.com/rcrowley/go-metrics",
    "go-metrics meter",
    "v0.0.0-20201227073835",
    Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[
            first("github.com/rcrowley/go-metrics.NewMeter"),
            first("github.com/rcrowley/go-metrics.NewTimer"),
        ],
        releases: &[Release::Method("Stop")],
    },
    "All meters stand in a global list until they are stopped.",
);
