package quota

import (
	"context"
	"sync"
	"time"
)

// Usage is what one tenant has used.
type Usage struct {
	Tenant string
	Calls  int
}

// Meter gathers usage until it is closed.
type Meter struct {
	usage chan Usage
	done  chan struct{}
	ended sync.WaitGroup

	mu    sync.Mutex
	calls map[string]int
}

// NewMeter returns a meter. It reports every minute, until Close.
func NewMeter(report func(map[string]int)) *Meter {
	m := &Meter{usage: make(chan Usage, 100), done: make(chan struct{}), calls: map[string]int{}}
	m.ended.Add(2)
	go m.gather()
	go func() {
		defer m.ended.Done()
		ticker := time.NewTicker(time.Minute)
		defer ticker.Stop()
		for {
			select {
			case <-m.done:
				return
			case <-ticker.C:
				report(m.take())
			}
		}
	}()
	return m
}

func (m *Meter) gather() {
	defer m.ended.Done()
	for usage := range m.usage {
		m.mu.Lock()
		m.calls[usage.Tenant] += usage.Calls
		m.mu.Unlock()
	}
}

func (m *Meter) take() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := m.calls
	m.calls = map[string]int{}
	return calls
}

// Add counts usage.
func (m *Meter) Add(usage Usage) {
	m.usage <- usage
}

// Close ends the meter. Nothing may be added any more.
func (m *Meter) Close() {
	close(m.done)
	close(m.usage)
	m.ended.Wait()
}

// Sweep calls f in each interval until ctx ends.
func Sweep(ctx context.Context, interval time.Duration, f func()) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(interval):
				f()
			}
		}
	}()
}

// Preload fills quotas from the last usage and returns at once.
func Preload(quotas map[string]*Quota, last []Usage) {
	go func() {
		for _, usage := range last {
			for range usage.Calls {
				quotas[usage.Tenant].Take()
			}
		}
	}()
}
