// Package quota limits how often the tenants of a service may call it.
package quota

import (
	"sync"
	"time"
)

// Quota counts the calls of one tenant.
type Quota struct {
	limit int

	mu   sync.Mutex
	used int
}

// New returns a quota of so many calls in each interval.
func New(limit int, interval time.Duration) *Quota {
	q := &Quota{limit: limit}
	go func() { // leak: goroutine-without-stop
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for range ticker.C {
			q.reset()
		}
	}()
	return q
}

// Take tells whether one more call is allowed.
func (q *Quota) Take() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.used >= q.limit {
		return false
	}
	q.used++
	return true
}

func (q *Quota) reset() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.used = 0
}
