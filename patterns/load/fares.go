package main

import (
	"net"
	"net/http"
)

// serveFares plays the upstream services of transport-per-request: HTTP/2
// without TLS.
func serveFares(l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /fares/{route}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"route": r.PathValue("route"), "cents": 1250, "currency": "EUR"})
	})
	mux.HandleFunc("GET /timetables/{route}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"route": r.PathValue("route"), "departures": []string{"06:10", "07:40", "09:10"}})
	})
	server := &http.Server{Handler: mux, Protocols: new(http.Protocols)}
	server.Protocols.SetUnencryptedHTTP2(true)
	announce(l)
	return server.Serve(l)
}

func planFares(t *target) (plan, error) {
	return plan{round: 1, steps: []step{
		{name: "fare", leaks: true, do: t.get("/fares/r%d")},
		{name: "timetable", do: t.get("/timetables/r%d")},
	}}, nil
}
