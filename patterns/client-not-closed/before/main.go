// Billing signs invoices, webhooks and API keys with secrets that it reads
// from Google Secret Manager.
//
// This program leaks one gRPC client for each rotated webhook: the handler
// makes a secretmanager client and never closes it. Memory grows in a
// saw-tooth; a heap profile shows transport.newBufWriter and
// bufio.NewReaderSize, and each client keeps its goroutines (reader,
// loopyWriter, CallbackSerializer) and one established socket. Invoices share
// one client and key checks close theirs; both see the same traffic. Only
// pprof.Index is mounted, so no CPU profile can be had, and a trace only with
// -trace.
package main

import (
	"context"
	"flag"
	"log"

	"example.com/billing/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	peer := flag.String("peer", "127.0.0.1:9090", "address of the secret manager")
	project := flag.String("project", "shop-billing", "project that owns the secrets")
	trace := flag.Bool("trace", false, "serve the execution trace, too")
	flag.Parse()

	if err := run(*listen, vault{endpoint: *peer, project: *project}, *trace); err != nil {
		log.Fatal(err)
	}
}

func run(listen string, v vault, trace bool) error {
	invoices, err := newInvoiceDesk(context.Background(), v)
	if err != nil {
		return err
	}
	defer invoices.Close()
	desk := &desk{
		vault:    v,
		invoices: invoices,
		catalog:  ops.NewCatalog(),
	}
	routes := desk.routes()
	if trace {
		routes = ops.WithTrace(routes)
	}
	return ops.Serve(listen, routes)
}
