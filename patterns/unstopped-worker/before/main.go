// Tenants writes statements, forecasts and balances for the tenants of a shop.
//
// This program leaks one ristretto cache for each statement: the handler makes
// one for the exchange rates of that statement and never closes it, and a
// cache runs goroutines of its own (processItems of the cache and of its
// policy) that keep it alive. They wait in select, in equal numbers, and the
// heap grows below newExchange. Forecasts close the cache they make and
// balances share one; both see the same traffic.
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
