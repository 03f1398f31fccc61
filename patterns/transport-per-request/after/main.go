// Fares is a gateway: it answers travellers with fares and timetables that it
// asks from two upstream services over HTTP/2 without TLS.
//
// This is the repaired program: the fare client, and with it its
// http2.Transport, is made once and kept.
package main

import (
	"flag"
	"log"
	"time"

	"example.com/fares/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	peer := flag.String("peer", "127.0.0.1:9090", "address of the upstream services")
	timeout := flag.Duration("timeout", 10*time.Second, "time limit of one upstream call")
	flag.Parse()

	settings := settings{upstream: "http://" + *peer, timeout: *timeout}
	gateway := &gateway{
		fares:      newFareClient(settings),
		timetables: newTimetables(settings),
		catalog:    ops.NewCatalog(),
	}
	if err := ops.Serve(*listen, gateway.routes()); err != nil {
		log.Fatal(err)
	}
}
