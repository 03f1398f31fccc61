// Orders takes orders of the shop. For each one it asks the suppliers for a
// price and for stock, and a background job reports the order to the audit
// service and files a report on disk.
//
// This is the repaired program: the audit job reads and closes the response of
// its http.Post, and a report is closed once it is written.
package main

import (
	"flag"
	"log"
	"os"
	"time"

	"example.com/orders/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	peer := flag.String("peer", "127.0.0.1:9090", "address of the suppliers and the audit service")
	metrics := flag.Bool("metrics", true, "serve /metrics")
	spool := flag.String("spool", "", "folder for the reports (default: a temporary one, removed at exit)")
	heartbeat := flag.Duration("heartbeat", 0, "also report to the audit service at this interval, orders or not")
	flag.Parse()

	if err := run(*listen, *peer, *spool, options{*metrics, *heartbeat}); err != nil {
		log.Fatal(err)
	}
}

type options struct {
	metrics   bool
	heartbeat time.Duration
}

func run(listen, peer, spool string, opts options) error {
	if spool == "" {
		dir, err := os.MkdirTemp("", "orders-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		spool = dir
	}
	reports := &reportDesk{dir: spool}
	auditor := newAuditor("http://"+peer+"/audit", reports)
	go auditor.run(opts.heartbeat)

	shop := &shop{
		suppliers: &suppliers{base: "http://" + peer},
		auditor:   auditor,
		catalog:   ops.NewCatalog(),
	}
	return ops.Serve(listen, shop.routes(opts.metrics))
}
