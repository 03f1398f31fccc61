//! A span that is started and not ended on some way.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "span-not-ended",
    title: "trace span started and never ended",
    shows: "Traces with holes: children whose parent never arrives, operations that fail and are \
            not seen at all. With tracers that keep a list of open spans (Datadog, OpenCensus \
            with z-pages) the heap grows at newSpan and setTag with calls; with OpenTelemetry \
            only where something refers to the spans, as a processor or a context does that \
            lives long.",
    why: "A span is handed to the exporter when it ends. One that is not ended on some way, \
          mostly an early return on an error, is never exported: just the operations that fail \
          are missing. What keeps it is the tracer: the trace that its siblings belong to waits \
          for it, or the list of open spans does. Attributes, events and the context, with all \
          values in it, stay with it.",
    fix: "`defer span.End()` right after Start; ending twice does no harm. Set the status and \
          record the error before it. Where the span must end before the function does, put that \
          part into a function of its own. A span that is handed on (returned, or kept in a \
          struct) is ended by who gets it: do not defer there.",
    example: Example {
        before: r#"ctx, span := tracer.Start(ctx, "charge")
if err := gateway.Charge(ctx, order); err != nil {
	return err // the span is never exported
}
span.End()
return nil
"#,
        after: r#"ctx, span := tracer.Start(ctx, "charge")
defer span.End()
return gateway.Charge(ctx, order)
"#,
    },
    prevention: Prevention {
        test: "Give the code a tracer with sdk/trace/tracetest.NewSpanRecorder: after the call, \
               also a failed one, Started and Ended must have the same length.",
        gate: "The linter spancheck where the code compiles, or `plumb scan .` in CI: exit code \
               1 fails the build.",
        alert: "deriv(go_memstats_heap_inuse_bytes[6h]) > 0 and \
                min_over_time(go_memstats_heap_inuse_bytes[1h]) > 1.5 * \
                min_over_time(go_memstats_heap_inuse_bytes[1h] offset 1d)",
        doc_comment: "The caller must end the returned span.",
    },
    sources: &[
        "https://pkg.go.dev/go.opentelemetry.io/otel/trace#Tracer",
        "https://github.com/DataDog/dd-trace-go/issues/1390",
        "https://github.com/DataDog/dd-trace-go/issues/2064",
        "https://github.com/census-instrumentation/opencensus-go/issues/1245",
    ],
    thresholds: &[],
    check: only_source_tells,
};
