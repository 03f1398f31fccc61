package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var auditEvents = promauto.NewCounterVec(prometheus.CounterOpts{
	Name: "audit_events_total", Help: "Events reported to the audit service.",
}, []string{"outcome"})

// event is one line of the audit trail.
type event struct {
	Order    int64     `json:"order"`
	Kind     string    `json:"kind"`
	Customer string    `json:"customer"`
	At       time.Time `json:"at"`
}

// auditor is the background job that reports events.
type auditor struct {
	url     string
	reports *reportDesk
	wake    chan struct{}

	mu      sync.Mutex
	pending []event
}

func newAuditor(url string, reports *reportDesk) *auditor {
	return &auditor{url: url, reports: reports, wake: make(chan struct{}, 1)}
}

// record leaves an event for the background job and returns at once.
func (a *auditor) record(ev event) {
	a.mu.Lock()
	a.pending = append(a.pending, ev)
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run reports events as they come, and once a second what was left behind.
func (a *auditor) run(heartbeat time.Duration) {
	sweep := time.NewTicker(time.Second)
	defer sweep.Stop()
	var beats <-chan time.Time
	if heartbeat > 0 {
		ticker := time.NewTicker(heartbeat)
		defer ticker.Stop()
		beats = ticker.C
	}
	for {
		select {
		case <-a.wake:
		case <-sweep.C:
		case now := <-beats:
			a.record(event{Kind: "service.alive", At: now})
		}
		a.flush()
	}
}

func (a *auditor) flush() {
	a.mu.Lock()
	batch := a.pending
	a.pending = nil
	a.mu.Unlock()
	for _, ev := range batch {
		if err := a.handle(ev); err != nil {
			auditEvents.WithLabelValues("failed").Inc()
			log.Printf("audit of order %d: %v", ev.Order, err)
			continue
		}
		auditEvents.WithLabelValues("sent").Inc()
	}
}

func (a *auditor) handle(ev event) error {
	if err := postEvent(a.url, ev); err != nil {
		return err
	}
	return a.reports.file(ev)
}

// postEvent sends an event and wants the audit service to accept it.
func postEvent(url string, ev event) error {
	body, err := json.Marshal(ev)
	if err != nil {
		return err
	}
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer drain(resp)
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("audit service answered %s", resp.Status)
	}
	return nil
}
