package ops

import (
	"net/http"
	"net/http/pprof"
)

// WithTrace serves the execution trace beside what handler serves.
func WithTrace(handler http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", handler)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
