package edge

import (
	"net/http"
	"time"
)

// Server is how a side is to be served.
type Server struct {
	Addr  string
	Limit time.Duration
}

// newServer returns a server that gives its clients so much time for a request's header.
func newServer(s Server, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              s.Addr,
		Handler:           handler,
		ReadHeaderTimeout: s.Limit,
		IdleTimeout:       2 * time.Minute,
	}
}

// ServeUploads serves large requests: slow ones, but not endless ones.
func (e *Edge) ServeUploads(addr string) error {
	return newServer(Server{Addr: addr, Limit: 10 * time.Second}, e.public).ListenAndServe()
}

// ServeShort serves requests that are short altogether.
func (e *Edge) ServeShort(addr string) error {
	server := http.Server{Addr: addr, Handler: e.public, ReadTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

// ServeWith serves both sides with a server that the caller has set up.
func (e *Edge) ServeWith(server *http.Server) error {
	mux := http.NewServeMux()
	mux.Handle("/", e.public)
	mux.Handle("/internal/", e.internal)
	server.Handler = mux
	return server.ListenAndServe()
}
