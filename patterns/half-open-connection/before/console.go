package main

import (
	"expvar"
	"net/http"
	"net/http/pprof"

	"example.com/devicewatch/internal/ops"
)

// console is the HTTP side of the service.
type console struct {
	watcher       *watcher
	defaultDevice string
	catalog       *ops.Catalog
}

func (c *console) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.Handle("GET /debug/vars", expvar.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.Handle("GET /catalog", c.catalog)
	mux.HandleFunc("POST /watches", c.watch)
	return mux
}

// watch starts to follow a command on a device. It answers once the device has
// said its first line.
func (c *console) watch(w http.ResponseWriter, r *http.Request) {
	device := r.URL.Query().Get("device")
	if device == "" {
		device = c.defaultDevice
	}
	first, err := c.watcher.start(device, r.URL.Query().Get("command"))
	if err != nil {
		ops.WriteJSON(w, http.StatusBadGateway, map[string]string{"error": err.Error()})
		return
	}
	ops.WriteJSON(w, http.StatusCreated, map[string]string{"device": device, "first": first})
}
