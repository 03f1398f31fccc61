package console

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// RunWith runs a job with a context that an interrupt ends.
func RunWith(ctx context.Context, job Job) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	return job(ctx)
}

// Confirm waits for a second interrupt, for a few seconds.
func Confirm(limit time.Duration) bool {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-interrupts:
		return true
	case <-timer.C:
		return false
	}
}

// Reloader reloads at SIGHUP until it is closed.
type Reloader struct {
	hangups chan os.Signal
	done    chan struct{}
}

// NewReloader starts a reloader.
func NewReloader(reload func()) *Reloader {
	r := &Reloader{hangups: make(chan os.Signal, 1), done: make(chan struct{})}
	signal.Notify(r.hangups, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-r.done:
				return
			case <-r.hangups:
				reload()
			}
		}
	}()
	return r
}

// Close ends the reloader.
func (r *Reloader) Close() {
	signal.Stop(r.hangups)
	close(r.done)
}

// Resized reports changes of the window until ctx ends.
func Resized(ctx context.Context, report func()) {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, syscall.SIGWINCH)
	go func() {
		defer signal.Stop(changes)
		for {
			select {
			case <-ctx.Done():
				return
			case <-changes:
				report()
			}
		}
	}()
}
