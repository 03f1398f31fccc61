// Chat connects people in rooms over websockets.
//
// This is the repaired program: a session is deleted under the key that it was
// stored under.
package main

import (
	"flag"
	"log"

	"example.com/chat/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	metrics := flag.Bool("metrics", true, "serve /metrics")
	flag.Parse()

	server := &server{
		rooms:   newRooms(),
		catalog: ops.NewCatalog(),
	}
	if err := ops.Serve(*listen, server.routes(*metrics)); err != nil {
		log.Fatal(err)
	}
}
