package m

import (
	"context"
	"time"
)

type job struct{ stop context.CancelFunc }

func thrownAway(ctx context.Context) context.Context {
	ctx, _ = context.WithCancel(ctx) // lost: blank
	return ctx
}

func deferred(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return ctx.Err()
}

func onSomeWays(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx) // lost: some
	if err := f(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

func kept(ctx context.Context) *job {
	_, cancel := context.WithCancel(ctx)
	return &job{stop: cancel}
}

func keptInField(ctx context.Context, j *job) {
	ctx, j.stop = context.WithCancel(ctx)
	<-ctx.Done()
}

func returned(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

func inGoroutine(ctx context.Context, done <-chan bool) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		<-done
		cancel()
	}()
	return ctx
}

func silenced(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx) // lost: never
	_ = cancel
	return ctx
}

func passedOn(ctx context.Context, register func(func())) {
	_, cancel := context.WithCancel(ctx)
	register(cancel)
}

func inLoop(ctx context.Context, hosts []string, call func(context.Context, string)) {
	for _, host := range hosts {
		ctx, cancel := context.WithTimeout(ctx, time.Second) // lost: some
		if host == "" {
			continue
		}
		call(ctx, host)
		cancel()
	}
}

func outerCancel(ctx context.Context) (err error) {
	var cancel context.CancelFunc
	if _, has := ctx.Deadline(); !has {
		ctx, cancel = context.WithTimeout(ctx, time.Second)
		defer cancel()
	}
	return ctx.Err()
}

func waits(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // lost: some
	select {
	case <-ctx.Done():
		return
	case <-time.After(time.Second):
		cancel()
	}
}

func switched(parent context.Context, in <-chan string, use func(context.Context)) {
	var ctx context.Context
	var cancel context.CancelFunc
	for word := range in {
		switch word {
		case "start":
			if ctx != nil {
				continue
			}
			ctx, cancel = context.WithCancel(parent)
			use(ctx)
		case "stop":
			if ctx == nil {
				continue
			}
			cancel()
			ctx = nil
		}
	}
	if cancel != nil {
		cancel()
	}
}

func restarted(parent context.Context, in <-chan string, use func(context.Context)) {
	var ctx context.Context
	var cancel context.CancelFunc
	for word := range in {
		switch word {
		case "start":
			ctx, cancel = context.WithCancel(parent) // lost: some
			use(ctx)
		case "stop":
			if ctx == nil {
				continue
			}
			cancel()
			ctx = nil
		}
	}
	if cancel != nil {
		cancel()
	}
}

func withoutParent(find func(context.Context) error) error {
	ctx, _ := context.WithCancel(context.Background())
	if err := find(ctx); err != nil {
		return err
	}
	return nil
}

func withValuesAlone(find func(context.Context) (int, error)) int {
	root := context.WithValue(context.TODO(), "key", 1)
	ctx, cancel := context.WithCancel(root)
	inner := context.WithValue(ctx, "key", 2)
	n, err := find(inner)
	if err != nil {
		return 0
	}
	cancel()
	return n
}

func withoutParentButTime(find func(context.Context) error) {
	ctx, _ := context.WithTimeout(context.Background(), time.Second) // lost: blank
	find(ctx)
}

func waitedFor(done func()) {
	ctx, _ := context.WithCancel(context.Background()) // lost: blank
	go func() {
		<-ctx.Done()
		done()
	}()
}

type watcher interface {
	Watch(context.Context) <-chan int
	Find(context.Context) *job
}

func watched(w watcher) int {
	ctx, _ := context.WithCancel(context.Background()) // lost: blank
	return <-w.Watch(ctx)
}

func keptByWhatIsMade(w watcher) *job {
	ctx, _ := context.WithCancel(context.Background()) // lost: blank
	made := w.Find(ctx)
	return made
}

func keptByAnother(j struct{ ctx context.Context }) {
	ctx, _ := context.WithCancel(context.Background()) // lost: blank
	j.ctx = ctx
}

func ofOneThatEnds(parent context.Context, find func(context.Context) error) error {
	if parent == nil {
		parent = context.Background()
	}
	ctx, _ := context.WithCancel(parent) // lost: blank
	err := find(ctx)
	return err
}
