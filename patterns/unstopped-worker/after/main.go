// Tenants writes statements, forecasts and balances for the tenants of a shop.
//
// This is the repaired program: a statement closes the cache that it made.
package main

import (
	"flag"
	"log"

	"example.com/tenants/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	flag.Parse()

	if err := run(*listen); err != nil {
		log.Fatal(err)
	}
}

func run(listen string) error {
	shared, err := newExchange()
	if err != nil {
		return err
	}
	defer shared.Close()
	desk := &desk{
		balances: &balances{exchange: shared},
		catalog:  ops.NewCatalog(),
	}
	return ops.Serve(listen, desk.routes())
}
