// Hostcheck asks hosts over SSH how they are.
//
// This is the repaired program: a deadline on the connection covers the
// handshake, and is lifted once the handshake is done.
//
// It is written so that Go 1.9 builds it too; go1.9/build.sh does it.
package main

import (
	"flag"
	"log"
	"net"
	"time"

	"example.com/hostcheck/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	peer := flag.String("peer", "127.0.0.1:22", "host to check if none is named; its port is the SSH port of all hosts")
	timeout := flag.Duration("timeout", 2*time.Second, "how long to wait for a host")
	flag.Parse()

	host, port, err := net.SplitHostPort(*peer)
	if err != nil {
		log.Fatal(err)
	}
	station := &station{
		checker:     newChecker(port, *timeout),
		defaultHost: host,
		catalog:     ops.NewCatalog(),
	}
	if err := ops.Serve(*listen, station.routes()); err != nil {
		log.Fatal(err)
	}
}
