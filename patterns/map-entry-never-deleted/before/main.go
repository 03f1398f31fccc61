// Chat connects people in rooms over websockets.
//
// This program leaks about 5 kB for each visit. A session is stored under the
// user and the remote address, but deleted under the user alone, so it stays in
// the map for ever. Goroutines return to normal when people leave, and the
// service's own gauge counts the leavings, so it says that no session is left;
// only the heap knows better, at the line that makes sessions. With
// -mode no-delete the entry is not even tried to be deleted. The members of the
// rooms, stored and deleted as often, are sound.
package main

import (
	"flag"
	"log"

	"example.com/chat/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	metrics := flag.Bool("metrics", true, "serve /metrics")
	mode := flag.String("mode", "other-key", "what happens to a session whose user leaves: other-key, or no-delete")
	flag.Parse()

	if *mode != "other-key" && *mode != "no-delete" {
		log.Fatalf("unknown mode %q", *mode)
	}
	keepSessions = *mode == "no-delete"
	server := &server{
		rooms:   newRooms(),
		catalog: ops.NewCatalog(),
	}
	if err := ops.Serve(*listen, server.routes(*metrics)); err != nil {
		log.Fatal(err)
	}
}
