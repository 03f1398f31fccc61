package main

import (
	"net/http"
	"net/http/pprof"
	"strconv"

	"example.com/exports/internal/ops"
)

// maxRows bounds one export.
const maxRows = 100000

// office is the HTTP side of the service.
type office struct {
	exporter *exporter
	archive  *archive
	catalog  *ops.Catalog
}

func (o *office) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.Handle("GET /catalog", o.catalog)
	mux.HandleFunc("POST /exports", o.export)
	mux.HandleFunc("GET /checksums/{document}", o.checksum)
	return mux
}

func (o *office) export(w http.ResponseWriter, r *http.Request) {
	dataset := r.URL.Query().Get("dataset")
	rows, err := strconv.Atoi(r.URL.Query().Get("rows"))
	if dataset == "" || err != nil || rows < 0 || rows > maxRows {
		http.Error(w, "dataset or rows are missing or out of bounds", http.StatusBadRequest)
		return
	}
	done, err := o.exporter.write(dataset, rows)
	answer(w, http.StatusCreated, done, err)
}

func (o *office) checksum(w http.ResponseWriter, r *http.Request) {
	sum, err := o.archive.checksum(r.PathValue("document"))
	answer(w, http.StatusOK, map[string]string{"sha256": sum}, err)
}

func answer(w http.ResponseWriter, status int, v any, err error) {
	if err != nil {
		ops.WriteJSON(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
		return
	}
	ops.WriteJSON(w, status, v)
}
