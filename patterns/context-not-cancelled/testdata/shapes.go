package shapes

import (
	"context"
	"errors"
	"time"
)

type store struct{ ctx context.Context }

func (s *store) find(ctx context.Context, key string) error  { return ctx.Err() }
func (s *store) watch(ctx context.Context, key string) error { return ctx.Err() }
func (s *store) StartSync(ctx context.Context)               {}

var errNone = errors.New("none")

var db store

func onlyCase(cancel <-chan struct{}, key string) error {
	ctx, cancelFunc := context.WithCancel(context.Background()) // want
	go func() {
		select {
		case <-cancel:
			cancelFunc()
		}
	}()
	return db.find(ctx, key)
}

func bareReceive(interrupt chan struct{}, key string) error {
	ctx, stop := context.WithCancel(db.ctx) // want
	go func() {
		<-interrupt
		stop()
	}()
	if err := db.find(ctx, key); err != nil {
		return err
	}
	return ctx.Err()
}

func (s *store) Read(cancelled <-chan struct{}, key string) error {
	ctx, cancel := context.WithCancelCause(context.TODO()) // want
	go func() {
		<-cancelled
		cancel(errNone)
	}()
	return s.find(ctx, key)
}

func inLoop(abort <-chan struct{}, keys []string) {
	for _, key := range keys {
		ctx, cancel := context.WithCancel(db.ctx) // want
		go func() {
			<-abort
			cancel()
		}()
		_ = db.find(ctx, key)
	}
}

func inLiteral(keys []string) func(stop <-chan struct{}) error {
	return func(stop <-chan struct{}) error {
		ctx, cancel := context.WithCancel(db.ctx) // want
		go func() {
			<-stop
			cancel()
		}()
		return db.find(ctx, keys[0])
	}
}

func aroundLiteral(stop <-chan struct{}) func(string) error {
	return func(key string) error {
		ctx, cancel := context.WithCancel(db.ctx) // want
		go func() {
			<-stop
			cancel()
		}()
		return db.find(ctx, key)
	}
}

func blank(ctx context.Context) error {
	ctx, _ = context.WithTimeout(ctx, time.Second) // want
	return db.find(ctx, "a")
}

func oneWay(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx) // want
	if err := db.find(ctx, "a"); err != nil {
		return err
	}
	cancel()
	return nil
}

func eachRound(ctx context.Context, keys []string) {
	for _, key := range keys {
		ctx, cancel := context.WithTimeout(ctx, time.Second) // want
		if db.find(ctx, key) != nil {
			continue
		}
		cancel()
	}
}

func onError(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx) // want
	if err = db.find(ctx, "a"); err != nil {
		cancel()
		return err
	}
	return db.find(ctx, "b")
}

func deferredOK(stop <-chan struct{}, key string) error {
	ctx, cancel := context.WithCancel(db.ctx)
	defer cancel()
	go func() {
		<-stop
		cancel()
	}()
	return db.find(ctx, key)
}

func eitherOK(stop <-chan struct{}, key string) error {
	ctx, cancel := context.WithCancel(db.ctx)
	defer cancel()
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return db.find(ctx, key)
}

func ownChannelOK(key string) error {
	done := make(chan struct{})
	defer close(done)
	ctx, cancel := context.WithCancel(db.ctx)
	go func() {
		<-done
		cancel()
	}()
	return db.find(ctx, key)
}

func waitsTooOK(stop <-chan struct{}, key string) {
	ctx, cancel := context.WithCancel(db.ctx)
	go func() {
		<-stop
		cancel()
	}()
	_ = db.find(ctx, key)
	<-stop
}

func closesOK(stop chan struct{}, key string) {
	ctx, cancel := context.WithCancel(db.ctx)
	defer close(stop)
	go func() {
		<-stop
		cancel()
	}()
	_ = db.find(ctx, key)
}

func bridgedOK(stop <-chan struct{}) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-stop
		cancel()
	}()
	return ctx
}

func keptOK(stop <-chan struct{}) *store {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-stop
		cancel()
	}()
	return &store{ctx: ctx}
}

func backgroundOK(stop <-chan struct{}, key string) {
	ctx, cancel := context.WithCancel(db.ctx)
	go func() {
		<-stop
		cancel()
	}()
	go db.find(ctx, key)
}

func inGoroutineOK(stop <-chan struct{}, key string) {
	ctx, cancel := context.WithCancel(db.ctx)
	go func() {
		<-stop
		cancel()
	}()
	go func() { _ = db.find(ctx, key) }()
}

func startsOK(stop <-chan struct{}) {
	ctx, cancel := context.WithCancel(db.ctx)
	go func() {
		<-stop
		cancel()
	}()
	db.StartSync(ctx)
}

func (s *store) RunOK(stop <-chan struct{}) error {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-stop
		cancel()
	}()
	return s.find(ctx, "all")
}

func watchesOK(stop <-chan struct{}, key string) error {
	ctx, cancel := context.WithCancel(db.ctx)
	go func() {
		<-stop
		cancel()
	}()
	return db.watch(ctx, key)
}

func childOK(stop <-chan struct{}, ctx context.Context, key string) error {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		select {
		case <-stop:
		case <-ctx.Done():
		}
	}()
	return db.find(ctx, key)
}

func firstWorksOK(results chan string, key string) {
	ctx, cancel := context.WithCancel(db.ctx)
	go func() {
		_ = db.find(ctx, key)
		<-results
		cancel()
	}()
}
