package main

import (
	"net"
	"net/http"
	"time"
)

// supplierDelay is how long each supplier takes to answer.
var supplierDelay = map[string]time.Duration{"local": time.Millisecond, "overseas": 200 * time.Millisecond}

// serveSuppliers plays the suppliers of blocked-sender-after-return, of which
// one answers later than anybody waits.
func serveSuppliers(l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{supplier}/offers/{item}", func(w http.ResponseWriter, r *http.Request) {
		delay, ok := supplierDelay[r.PathValue("supplier")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		pause(r.Context(), delay)
		answer(w, map[string]any{"item": r.PathValue("item"), "cents": 990})
	})
	announce(l)
	return http.Serve(l, mux)
}

// planQuotes asks for quotes and rates of the slow supplier, and for as many
// quotes of the fast one.
func planQuotes(t *target) (plan, error) {
	return plan{round: 1, steps: []step{
		{name: "quote-late", leaks: true, do: t.get("/quotes/item-%d?supplier=overseas")},
		{name: "quote", do: t.get("/quotes/item-%d?supplier=local")},
		{name: "rate-late", do: t.get("/rates/item-%d?supplier=overseas")},
	}}, nil
}
