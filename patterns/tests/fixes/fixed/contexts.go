package p

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func blankCancel(parent context.Context) error {
	ctx, cancel := context.WithTimeout(parent, time.Second) // fix: safe
	defer cancel()
	return work(ctx)
}

func blankCancelTaken(parent context.Context, cancel func()) error {
	ctx, cancel2 := context.WithTimeout(parent, time.Second) // fix: safe
	defer cancel2()
	defer cancel()
	return work(ctx)
}

func assignedCancel(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second) // fix: safe
	defer cancel()
	return work(ctx)
}

func assignedInBlock(ctx context.Context, limit bool) error {
	if limit {
		ctx, _ = context.WithTimeout(ctx, time.Second) // fix: none
	}
	return work(ctx)
}

func cancelInLoop(parent context.Context) error {
	for i := range 3 {
		ctx, cancel := context.WithTimeout(parent, time.Second) // fix: safe
		if i == 1 {
			cancel()
			continue
		}
		if err := work(ctx); err != nil {
			cancel()
			return err
		}
		cancel()
	}
	return nil
}

func returned(parent context.Context, req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(parent, time.Second) // fix: unsafe
	defer cancel()
	return http.DefaultClient.Do(req.WithContext(ctx))
}

func forGoroutine(parent context.Context) {
	ctx, _ := context.WithTimeout(parent, time.Second) // fix: none
	go work(ctx)
}

func onSomeWays(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent) // fix: safe
	defer cancel()
	if err := work(ctx); err != nil {
		return err
	}
	return nil
}

func unused(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent) // fix: safe
	defer cancel()
	_ = cancel
	return work(ctx)
}

func work(ctx context.Context) error {
	<-ctx.Done()
	return errors.New("done")
}

func notified() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt) // fix: safe
	defer signal.Stop(c)
	<-c
}
