package shapes

import (
	"context"
	"net/http"
	"sync"
	"time"
)

type worker struct {
	ticker *time.Ticker
	done   chan struct{}
	jobs   chan int
}

func (w *worker) work() {}

func New() *worker {
	w := &worker{}
	go func() { // want
		for range time.NewTicker(time.Second).C {
			w.work()
		}
	}()
	return w
}

func NewWithTick() *worker {
	w := &worker{}
	go func() { // want
		for range time.Tick(time.Second) {
			w.work()
		}
	}()
	return w
}

func NewWithMethod() *worker {
	w := &worker{ticker: time.NewTicker(time.Second)}
	go w.run() // want
	return w
}

func (w *worker) run() {
	for {
		<-w.ticker.C
		w.work()
	}
}

func OpenWithSelect() (*worker, error) {
	w := &worker{ticker: time.NewTicker(time.Second)}
	go func() { // want
		for {
			select {
			case <-w.ticker.C:
				w.work()
			case n := <-w.jobs:
				_ = n
			}
		}
	}()
	return w, nil
}

type closer struct {
	ticker *time.Ticker
	done   chan struct{}
	group  sync.WaitGroup
}

func (c *closer) flush() {}

func (c *closer) Close() error {
	c.ticker.Stop()
	return nil
}

func newCloser() *closer {
	c := &closer{ticker: time.NewTicker(time.Second)}
	go c.loop() // want
	return c
}

func (c *closer) loop() {
	for range c.ticker.C {
		c.flush()
	}
}

func (c *closer) Start() {
	go func() { // want
		for range c.ticker.C {
			c.flush()
		}
	}()
}

func ignoresDone(ctx context.Context, w *worker) {
	ticker := time.NewTicker(time.Second)
	go func() { // want
		for {
			select {
			case <-ctx.Done():
				break
			case <-ticker.C:
				w.work()
			}
		}
	}()
}

func stopsOnlyTicker(w *worker) {
	ticker := time.NewTicker(time.Second)
	go func() { // want
		for {
			select {
			case <-w.done:
				ticker.Stop()
			case <-ticker.C:
				w.work()
			}
		}
	}()
}

func handle(out http.ResponseWriter, request *http.Request) {
	ticker := time.NewTicker(time.Second)
	go func() { // want
		for range ticker.C {
			_ = request.URL
		}
	}()
}

func handleSelect(out http.ResponseWriter, request *http.Request) {
	ticker := time.NewTicker(time.Second)
	go func() { // want
		for {
			select {
			case <-ticker.C:
				_ = request.URL
			}
		}
	}()
}

func NewOK(ctx context.Context) *worker {
	w := &worker{}
	go func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				w.work()
			}
		}
	}()
	return w
}

func NewStoppableOK() *worker {
	w := &worker{ticker: time.NewTicker(time.Second), done: make(chan struct{})}
	go w.runUntilDone()
	return w
}

func (w *worker) runUntilDone() {
	for {
		select {
		case <-w.ticker.C:
			w.work()
		case <-w.done:
			return
		}
	}
}

func NewRangingOK() *worker {
	w := &worker{jobs: make(chan int)}
	go func() {
		for range w.jobs {
			w.work()
		}
	}()
	return w
}

func NewBoundedOK() *worker {
	w := &worker{ticker: time.NewTicker(time.Second)}
	go func() {
		for i := 0; i < 3; i++ {
			<-w.ticker.C
		}
	}()
	return w
}

func NewLabelledOK(done chan struct{}) *worker {
	w := &worker{ticker: time.NewTicker(time.Second)}
	go func() {
	loop:
		for {
			select {
			case <-done:
				break loop
			case <-w.ticker.C:
			}
		}
	}()
	return w
}

func main2OK() {
	go func() {
		for range time.NewTicker(time.Second).C {
		}
	}()
}

var once sync.Once

func NewOnceOK() *worker {
	w := &worker{ticker: time.NewTicker(time.Second)}
	once.Do(func() {
		go func() {
			for range w.ticker.C {
			}
		}()
	})
	return w
}

var global = newGlobalOK()

func newGlobalOK() *worker {
	w := &worker{ticker: time.NewTicker(time.Second)}
	go func() {
		for range w.ticker.C {
			w.work()
		}
	}()
	return w
}

func NewConditionOK(enough func() bool) *worker {
	w := &worker{ticker: time.NewTicker(time.Second)}
	go func() {
		for range w.ticker.C {
			if enough() {
				return
			}
		}
	}()
	return w
}

func countsDoneOK(ctx context.Context, w *worker) {
	stopping := false
	go func() {
		for {
			select {
			case <-ctx.Done():
				stopping = true
			case <-w.ticker.C:
				if stopping {
					return
				}
			}
		}
	}()
}

func handleOK(out http.ResponseWriter, request *http.Request) {
	ticker := time.NewTicker(time.Second)
	go func() {
		for {
			select {
			case <-ticker.C:
			case <-request.Context().Done():
				return
			}
		}
	}()
}

func (w *worker) NewQueueOK() *worker {
	go func() {
		for {
			n := <-w.jobs
			_ = n
		}
	}()
	return w
}
