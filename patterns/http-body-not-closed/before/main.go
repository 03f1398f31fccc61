// Orders takes orders of the shop. For each one it asks the suppliers for a
// price and for stock, and a background job reports the order to the audit
// service and files a report on disk.
//
// This program leaks twice for each order. The audit job drops the response of
// its http.Post, so the connection stays checked out of the pool for ever: two
// goroutines (net/http readLoop and writeLoop, both in select) and one
// established socket. Beside it the report stays open: one descriptor of a
// regular file. The two supplier calls, made as often, are sound. Each leak can
// be mended by itself:
//
// variant: -leak-body=false leaves file-not-closed
// variant: -leak-file=false leaves http-body-not-closed
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
	leakBody := flag.Bool("leak-body", true, "send audit events the old way, without reading the answer")
	leakFile := flag.Bool("leak-file", true, "keep reports open once they are written")
	flag.Parse()

	if err := run(*listen, *peer, *spool, options{*metrics, *heartbeat, *leakBody, *leakFile}); err != nil {
		log.Fatal(err)
	}
}

type options struct {
	metrics   bool
	heartbeat time.Duration
	leakBody  bool
	leakFile  bool
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
	deliver := postEvent
	if !opts.leakBody {
		deliver = postEventChecked
	}
	reports := &reportDesk{dir: spool, keepOpen: opts.leakFile}
	auditor := newAuditor("http://"+peer+"/audit", deliver, reports)
	go auditor.run(opts.heartbeat)

	shop := &shop{
		suppliers: &suppliers{base: "http://" + peer},
		auditor:   auditor,
		catalog:   ops.NewCatalog(),
	}
	return ops.Serve(listen, shop.routes(opts.metrics))
}
