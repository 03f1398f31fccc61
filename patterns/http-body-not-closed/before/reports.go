package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
)

// reportDesk writes one report for each event.
type reportDesk struct {
	dir      string
	keepOpen bool
	written  int64

	mu       sync.Mutex
	sessions []*session
}

// session is a report to which later events of the order may be added.
type session struct {
	order int64
	out   *os.File
}

// file writes the report of an event.
func (d *reportDesk) file(ev event) error {
	n := atomic.AddInt64(&d.written, 1)
	name := filepath.Join(d.dir, "report-"+strconv.FormatInt(n, 10)+".json")
	out, err := os.Create(name) // leak: file-not-closed
	if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(ev); err != nil {
		return err
	}
	if d.keepOpen {
		d.remember(&session{order: ev.Order, out: out})
		return nil
	}
	return out.Close()
}

func (d *reportDesk) remember(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sessions = append(d.sessions, s) // leak-related: stores
}
