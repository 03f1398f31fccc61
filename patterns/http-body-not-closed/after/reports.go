package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
)

// reportDesk writes one report for each event.
type reportDesk struct {
	dir     string
	written int64
}

// file writes the report of an event.
func (d *reportDesk) file(ev event) error {
	n := atomic.AddInt64(&d.written, 1)
	name := filepath.Join(d.dir, "report-"+strconv.FormatInt(n, 10)+".json")
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(ev); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
