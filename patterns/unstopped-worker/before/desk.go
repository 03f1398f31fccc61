package main

import (
	"net/http"
	"net/http/pprof"

	"example.com/tenants/internal/ops"
)

// desk is the HTTP side of the service.
type desk struct {
	balances *balances
	catalog  *ops.Catalog
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
	mux.HandleFunc("GET /tenants/{id}/statement", d.statement)
	mux.HandleFunc("GET /tenants/{id}/forecast", d.forecast)
	mux.HandleFunc("GET /tenants/{id}/balance", d.balance)
	return mux
}

func (d *desk) statement(w http.ResponseWriter, r *http.Request) {
	s, err := writeStatement(r.PathValue("id"))
	answer(w, s, err)
}

func (d *desk) forecast(w http.ResponseWriter, r *http.Request) {
	f, err := writeForecast(r.PathValue("id"))
	answer(w, f, err)
}

func (d *desk) balance(w http.ResponseWriter, r *http.Request) {
	answer(w, d.balances.of(r.PathValue("id")), nil)
}

func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		ops.WriteJSON(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	ops.WriteJSON(w, http.StatusOK, v)
}
