package main

import (
	"net/http"
	"net/http/pprof"

	"example.com/fares/internal/ops"
)

// gateway is the HTTP side of the service.
type gateway struct {
	settings   settings
	timetables *timetables
	catalog    *ops.Catalog
}

func (g *gateway) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.Handle("GET /catalog", g.catalog)
	mux.HandleFunc("GET /fares/{route}", g.fare)
	mux.HandleFunc("GET /timetables/{route}", g.timetable)
	return mux
}

func (g *gateway) fare(w http.ResponseWriter, r *http.Request) {
	client := newFareClient(g.settings) // leak-related: uses
	fare, err := client.fare(r.Context(), r.PathValue("route"))
	if err != nil {
		refuse(w, err)
		return
	}
	ops.WriteJSON(w, http.StatusOK, fare)
}

func (g *gateway) timetable(w http.ResponseWriter, r *http.Request) {
	table, err := g.timetables.lookUp(r.Context(), r.PathValue("route"))
	if err != nil {
		refuse(w, err)
		return
	}
	ops.WriteJSON(w, http.StatusOK, table)
}

func refuse(w http.ResponseWriter, err error) {
	ops.WriteJSON(w, http.StatusBadGateway, map[string]string{"error": err.Error()})
}
