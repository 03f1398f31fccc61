package main

import (
	"net/http"
	"net/http/pprof"
	"time"

	"example.com/quotes/internal/ops"
)

// desk is the HTTP side of the service.
type desk struct {
	suppliers *suppliers
	patience  time.Duration
	catalog   *ops.Catalog
}

func (d *desk) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.Handle("GET /catalog", d.catalog)
	mux.HandleFunc("GET /quotes/{item}", d.quote)
	mux.HandleFunc("GET /rates/{item}", d.rateItem)
	return mux
}

func refuse(w http.ResponseWriter, err error) {
	ops.WriteJSON(w, http.StatusBadGateway, map[string]string{"error": err.Error()})
}
