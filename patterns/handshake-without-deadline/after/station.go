package main

import (
	"expvar"
	"net/http"
	"net/http/pprof"

	"example.com/hostcheck/internal/ops"
)

// station is the HTTP side of the service.
type station struct {
	checker     *checker
	defaultHost string
	catalog     *ops.Catalog
}

func (s *station) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.Handle("/debug/vars", expvar.Handler())
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.Handle("/catalog", s.catalog)
	mux.HandleFunc("/checks", s.check)
	mux.HandleFunc("/hosts", s.hosts)
	return mux
}

// check starts the check of one host and does not wait for it.
func (s *station) check(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	host := r.URL.Query().Get("host")
	if host == "" {
		host = s.defaultHost
	}
	go s.checker.check(host)
	ops.WriteJSON(w, http.StatusAccepted, map[string]string{"host": host})
}

// hosts tells what the last check of each host found.
func (s *station) hosts(w http.ResponseWriter, r *http.Request) {
	ops.WriteJSON(w, http.StatusOK, s.checker.results())
}
