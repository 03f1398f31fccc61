package deploy

import (
	"context"
	"time"
)

// Wait waits until a host is healthy.
func Wait(ctx context.Context, host Host) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if healthy, err := host.Healthy(ctx); healthy || err != nil {
				return err
			}
		}
	}
}

// Watch looks at a host in an interval until it is closed.
type Watch struct {
	ticker *time.Ticker
	done   chan struct{}
}

// NewWatch starts a watch.
func NewWatch(host Host, interval time.Duration, sick func()) *Watch {
	w := &Watch{ticker: time.NewTicker(interval), done: make(chan struct{})}
	go func() {
		for {
			select {
			case <-w.done:
				return
			case <-w.ticker.C:
				if healthy, _ := host.Healthy(context.Background()); !healthy {
					sick()
				}
			}
		}
	}()
	return w
}

// Close ends the watch.
func (w *Watch) Close() {
	w.ticker.Stop()
	close(w.done)
}

// Later deploys in a while; the timer that it returns can be stopped.
func Later(host Host, version string, delay time.Duration) *time.Timer {
	return time.AfterFunc(delay, func() { host.Start(context.Background(), version) })
}

// Settle gives a host some time, unless ctx ends.
func Settle(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	select {
	case <-ctx.Done():
		timer.Stop()
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
