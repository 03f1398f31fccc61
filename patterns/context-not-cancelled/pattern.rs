//! A context whose cancel function is not called on some way.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};

use crate::judging::only_source_tells;

pub(crate) static PATTERN: Pattern = Pattern {
    id: "context-not-cancelled",
    title: "context derived and never cancelled",
    shows: "Heap in use at context.WithCancel, WithTimeout, WithDeadline or \
            context.propagateCancel that grows with calls, under a parent that lives long. Where \
            the parent is of a type of your own, also one goroutine in \
            context.(*cancelCtx).propagateCancel.func [select] for each context. With a timeout \
            the growth has a bound: calls a second times the timeout. Whatever waits for \
            ctx.Done() waits with it.",
    why: "A context that can be cancelled registers with its parent, so that the parent's end \
          becomes its own. It leaves the parent's list of children when it is cancelled, when \
          its time is up, or when the parent ends; dropping it is none of these. Under \
          context.Background nothing is registered, but the timer of a timeout runs on. Under a \
          context that lives as long as the server every call adds a child for ever, and the \
          parent refers to it.",
    fix: "Call cancel on every way: `defer cancel()` right after the context is made; calling it \
          twice, or after the work is done, does no harm. Where the context must outlive the \
          function, return cancel or store it with what owns the work, and call it there. Do not \
          defer it in a function that starts work which goes on with the context, or returns \
          something that reads with it: then the work is cut off.",
    example: Example {
        before: r#"func (s *Server) load(id string) error {
	ctx, _ := context.WithCancel(s.ctx) // stays a child of s.ctx
	return s.store.Read(ctx, id)
}
"#,
        after: r#"func (s *Server) load(id string) error {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	return s.store.Read(ctx, id)
}
"#,
    },
    prevention: Prevention {
        test: "Hand the code a context whose parent you made, return from it, and let \
               context.AfterFunc on the context that a fake received report within a second that \
               it has ended.",
        gate: "`go vet -lostcancel ./...` for cancel functions that are dropped, and `plumb scan \
               .`, which also sees ways on which one is not called: exit code 1 fails the build.",
        alert: "deriv(go_memstats_heap_inuse_bytes[6h]) > 0 and \
                min_over_time(go_memstats_heap_inuse_bytes[1h]) > 1.5 * \
                min_over_time(go_memstats_heap_inuse_bytes[1h] offset 1d)",
        doc_comment: "The caller must call the returned cancel function when it is done with the \
                      context.",
    },
    sources: &[
        "https://pkg.go.dev/context#WithCancel",
        "https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/lostcancel",
        "https://github.com/cockroachdb/cockroach/issues/149658",
        "https://github.com/kubernetes/kubernetes/issues/111773",
        "https://github.com/uber/tchannel-go/issues/278",
    ],
    thresholds: &[],
    check: only_source_tells,
};
