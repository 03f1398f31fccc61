// Hostcheck asks hosts over SSH how they are.
//
// This program leaks one goroutine and one connection for each host that
// accepts and then says nothing: ssh.Dial's timeout covers the connecting but
// not the handshake. The goroutines wait in IO wait below ssh.Dial, for ever;
// the gauge checks_in_flight at /debug/vars only rises; and the sockets are
// established with nothing to send. Hosts that answer, checked as often, are
// done in milliseconds.
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
