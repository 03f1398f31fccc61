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

// deliverFunc brings one event to the audit service.
type deliverFunc func(url string, ev event) error

// auditor is the background job that reports events.
type auditor struct {
	url     string
	deliver deliverFunc
	reports *reportDesk
	wake    chan struct{}

	mu      sync.Mutex
	pending []event
}

func newAuditor(url string, deliver deliverFunc, reports *reportDesk) *auditor {
	return &auditor{url: url, deliver: deliver, reports: reports, wake: make(chan struct{}, 1)}
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
	if err := a.deliver(a.url, ev); err != nil {
		return err
	}
	return a.reports.file(ev)
}

// postEvent sends an event; the audit service's answer is of no interest.
func postEvent(url string, ev event) error {
	body, err := json.Marshal(ev)
	if err != nil {
		return err
	}
	_, err = http.Post(url, "application/json", bytes.NewReader(body)) // leak: http-body-not-closed (http.persistConn)
	return err
}

// postEventChecked sends an event and wants the audit service to accept it.
func postEventChecked(url string, ev event) error {
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
