// Quotes asks suppliers what they want for an item and answers with a list
// price where a supplier takes too long.
//
// This is the repaired program: the channel has room for the one answer, so
// the goroutine that asks can always send it and end.
package main

import (
	"flag"
	"log"
	"time"

	"example.com/quotes/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	peer := flag.String("peer", "127.0.0.1:9090", "address of the suppliers")
	patience := flag.Duration("patience", 50*time.Millisecond, "how long to wait for a supplier")
	flag.Parse()

	desk := &desk{
		suppliers: newSuppliers("http://" + *peer),
		patience:  *patience,
		catalog:   ops.NewCatalog(),
	}
	if err := ops.Serve(*listen, desk.routes()); err != nil {
		log.Fatal(err)
	}
}
