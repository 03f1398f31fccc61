package m

import (
	"context"
	"time"
)

func poll(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second) // lost: never
	for {
		select {
		case <-t.C:
			f()
		case <-ctx.Done():
			return
		}
	}
}

func pollStopped(ctx context.Context, f func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			f()
		case <-ctx.Done():
			return
		}
	}
}

func forEver(f func()) {
	t := time.NewTicker(time.Second)
	for range t.C {
		f()
	}
}

func endless(f func()) {
	for t := time.NewTicker(time.Second); ; {
		<-t.C
		f()
	}
}

func channelOnly() <-chan time.Time {
	return time.NewTicker(time.Second).C // lost: dropped
}

func restarted(ctx context.Context, every chan time.Duration) {
	t := time.NewTicker(time.Second) // lost: some
	for {
		select {
		case d := <-every:
			t.Stop()
			t = time.NewTicker(d) // lost: some
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

func fired(ctx context.Context) bool {
	t := time.NewTimer(time.Minute) // lost: never
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func firedStopped(ctx context.Context) bool {
	t := time.NewTimer(time.Minute)
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		t.Stop()
		return false
	}
}
