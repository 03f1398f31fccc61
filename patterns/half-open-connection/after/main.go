// Devicewatch follows what network devices report over SSH.
//
// This is the repaired program: the kernel asks a silent device whether it is
// still there, and ends the connection after a few seconds without an answer.
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
