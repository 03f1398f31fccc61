// Exports writes the shop's data sets to files that customers download.
//
// This program leaks one open file for each export without rows: the function
// returns early, before it closes the file, and the table of running exports
// keeps it reachable, so that no finalizer closes it either. Nothing grows but
// the descriptors of regular files (and a few bytes for each). Exports with
// rows and checksums, made as often, close what they open.
package main

import (
	"flag"
	"log"
	"os"

	"example.com/exports/internal/ops"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	spool := flag.String("spool", "", "folder for the exports (default: a temporary one, removed at exit)")
	flag.Parse()

	if err := run(*listen, *spool); err != nil {
		log.Fatal(err)
	}
}

func run(listen, spool string) error {
	if spool == "" {
		dir, err := os.MkdirTemp("", "exports-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		spool = dir
	}
	archive, err := newArchive(spool)
	if err != nil {
		return err
	}
	office := &office{
		exporter: newExporter(spool),
		archive:  archive,
		catalog:  ops.NewCatalog(),
	}
	return ops.Serve(listen, office.routes())
}
