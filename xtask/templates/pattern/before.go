// What the service does, and what it leaks for each request to /work.
package main

import (
	"flag"
	"log"
	"net/http"
	_ "net/http/pprof"

	"example.com/PATTERN-ID/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	flag.Parse()

	http.Handle("/catalog", ops.NewCatalog())
	http.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/work", work)
	if err := ops.Serve(*listen, http.DefaultServeMux); err != nil {
		log.Fatal(err)
	}
}

func work(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNoContent) // leak: PATTERN-ID
}
