// Package quota limits how often the tenants of a service may call it.
//
// This is the repaired package: a quota ends with the context of its tenant.
package quota

import (
	"context"
	"sync"
	"time"
)

// Quota counts the calls of one tenant.
type Quota struct {
	limit int

	mu   sync.Mutex
	used int
}

// New returns a quota of so many calls in each interval. It starts a goroutine that runs until ctx ends.
func New(ctx context.Context, limit int, interval time.Duration) *Quota {
	q := &Quota{limit: limit}
	go func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				q.reset()
			}
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
