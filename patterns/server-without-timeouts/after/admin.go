package edge

import (
	"net/http"
	"time"
)

// ServeAdmin serves the internal side; a limit of 0 means the usual one.
func (e *Edge) ServeAdmin(addr string, limit time.Duration) error {
	server := &http.Server{Addr: addr, Handler: e.internal}
	server.ReadHeaderTimeout = 10 * time.Second
	if limit > 0 {
		server.ReadHeaderTimeout = limit
	}
	return server.ListenAndServe()
}
