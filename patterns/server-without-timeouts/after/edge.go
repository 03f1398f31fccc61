// Package edge serves the public and the internal side of a shop.
//
// This is the repaired package: clients have ten seconds for the header of a request.
package edge

import (
	"context"
	"log"
	"net"
	"net/http"
	"time"
)

// Edge is both sides.
type Edge struct {
	public   http.Handler
	internal http.Handler
}

// New returns an edge of two handlers.
func New(public, internal http.Handler) *Edge {
	return &Edge{public: public, internal: internal}
}

// ServeInternal serves the internal side until the process ends.
func (e *Edge) ServeInternal(addr string) {
	log.Fatal(newServer(Server{Addr: addr, Limit: 10 * time.Second}, e.internal).ListenAndServe())
}

// ServePublic serves the public side until ctx ends.
func (e *Edge) ServePublic(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: e.public, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	return server.Serve(listener)
}
