// Devicewatch follows what network devices report over SSH.
//
// This program leaks a connection each time a device vanishes without a word
// (power, cable, firewall): its dialer turns keepalive off and nothing else
// notices. The socket stays established with no timer at all, the reads below
// it wait in IO wait for ever, and the gauge watches_open only rises. Watches
// of devices that are still there, long and short ones, are sound.
package main

import (
	"flag"
	"log"
	"time"

	"example.com/devicewatch/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	peer := flag.String("peer", "127.0.0.1:22", "SSH address of the device to watch if none is named")
	timeout := flag.Duration("timeout", 5*time.Second, "how long to wait for a device to answer")
	flag.Parse()

	console := &console{
		watcher:       newWatcher(*timeout),
		defaultDevice: *peer,
		catalog:       ops.NewCatalog(),
	}
	if err := ops.Serve(*listen, console.routes()); err != nil {
		log.Fatal(err)
	}
}
