package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"
)

// errOperations is returned if an operation failed, or if fewer leaking ones
// were done than asked for.
var errOperations = errors.New("some operations failed")

// operationTimeout bounds one operation.
const operationTimeout = 60 * time.Second

// inFlight bounds the operations that run at the same time.
const inFlight = 256

type driveOptions struct {
	leaks  int
	rate   float64
	atMost time.Duration
	idle   int
	busy   float64
	linger time.Duration
}

// tally counts the outcomes of one kind of operation.
type tally struct {
	Done   int    `json:"done"`
	Failed int    `json:"failed"`
	Error  string `json:"error,omitempty"`
}

// summary is what a drive prints.
type summary struct {
	Pattern    string            `json:"pattern"`
	Leaks      int               `json:"leaks"`
	Operations map[string]*tally `json:"operations"`
	Idle       int               `json:"idle"`
	Seconds    float64           `json:"seconds"`
}

func runDrive(ctx context.Context, name string, s scenario, args []string) error {
	flags := flag.NewFlagSet("drive", flag.ContinueOnError)
	address := flags.String("target", "", "address of the service")
	var opts driveOptions
	flags.IntVar(&opts.leaks, "leaks", 100, "leaking operations to make; 0: healthy traffic only")
	flags.Float64Var(&opts.rate, "rate", 20, "leaking operations a second; the same number of each healthy one")
	flags.DurationVar(&opts.atMost, "for", 0, "keep the healthy traffic up for at least this long")
	flags.IntVar(&opts.idle, "idle", 200, "idle keep-alive connections to hold")
	flags.Float64Var(&opts.busy, "busy", 100, "catalog look-ups a second beside the rest")
	flags.DurationVar(&opts.linger, "linger", 0, "hold the idle connections for this long after the load")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *address == "" || opts.rate <= 0 || opts.leaks < 0 {
		return fmt.Errorf("-target and a positive -rate are needed: %w", errUsage)
	}
	t := newTarget(*address)
	p, err := s.plan(t)
	if err != nil {
		return err
	}
	if p.close != nil {
		defer p.close()
	}
	idle, err := holdIdle(*address, opts.idle)
	if err != nil {
		return err
	}
	defer idle.Close()

	d := &driver{plan: p, opts: opts, counts: make(map[string]*tally)}
	start := time.Now()
	if err := d.run(ctx, t); err != nil {
		return err
	}
	t.Close()
	err = d.report(os.Stdout, name, time.Since(start))
	pause(ctx, opts.linger)
	return err
}

// driver runs one plan.
type driver struct {
	plan plan
	opts driveOptions

	running sync.WaitGroup
	mu      sync.Mutex
	leaked  int
	counts  map[string]*tally
}

// run makes all leaking operations and the healthy traffic beside them, and
// returns when the last operation has ended.
func (d *driver) run(ctx context.Context, t *target) error {
	busyCtx, stopBusy := context.WithCancel(ctx)
	busyDone := make(chan struct{})
	go func() {
		defer close(busyDone)
		d.browse(busyCtx, t)
	}()
	err := d.rounds(ctx)
	d.running.Wait()
	stopBusy()
	<-busyDone
	return err
}

// rounds runs the plan's steps in lots, each starting when its turn has come.
func (d *driver) rounds(ctx context.Context) error {
	start := time.Now()
	slots := make(chan struct{}, inFlight)
	for n, round := 0, 0; ctx.Err() == nil; round++ {
		leaking := n < d.opts.leaks
		if !leaking && time.Since(start) >= d.opts.atMost {
			return nil
		}
		size := d.plan.round
		if leaking {
			size = min(size, d.opts.leaks-n)
		}
		if err := d.round(ctx, slots, round, n, size, leaking); err != nil {
			return err
		}
		n += size
		pause(ctx, time.Until(start.Add(time.Duration(float64(n)/d.opts.rate*float64(time.Second)))))
	}
	return ctx.Err()
}

// round makes one lot of operations. Larger lots are waited for.
func (d *driver) round(ctx context.Context, slots chan struct{}, round, first, size int, leaking bool) error {
	if d.plan.begin != nil && leaking {
		if err := d.plan.begin(ctx, round); err != nil {
			return err
		}
	}
	var lot sync.WaitGroup
	for n := first; n < first+size; n++ {
		for _, s := range d.plan.steps {
			if s.leaks && !leaking {
				continue
			}
			slots <- struct{}{}
			lot.Add(1)
			d.running.Add(1)
			go func() {
				defer func() { <-slots; lot.Done(); d.running.Done() }()
				d.do(ctx, s, n)
			}()
		}
	}
	if d.plan.round > 1 {
		lot.Wait()
	}
	if d.plan.end != nil && leaking {
		return d.plan.end(ctx, round)
	}
	return nil
}

// browse looks at the catalog, which keeps a handler busy and warms its cache.
func (d *driver) browse(ctx context.Context, t *target) {
	if d.opts.busy <= 0 {
		return
	}
	ticker := time.NewTicker(time.Duration(float64(time.Second) / d.opts.busy))
	defer ticker.Stop()
	look := step{name: "catalog", do: t.browse}
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			d.do(context.WithoutCancel(ctx), look, n)
		}
	}
}

func (d *driver) do(ctx context.Context, s step, n int) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	err := s.do(ctx, n)

	d.mu.Lock()
	defer d.mu.Unlock()
	count, ok := d.counts[s.name]
	if !ok {
		count = &tally{}
		d.counts[s.name] = count
	}
	if err != nil {
		count.Failed++
		count.Error = err.Error()
		return
	}
	count.Done++
	if s.leaks {
		d.leaked++
	}
}

// report prints what was done.
func (d *driver) report(out *os.File, name string, took time.Duration) error {
	line := summary{
		Pattern: name, Leaks: d.leaked, Operations: d.counts,
		Idle: d.opts.idle, Seconds: took.Seconds(),
	}
	if err := json.NewEncoder(out).Encode(line); err != nil {
		return err
	}
	for name, count := range d.counts {
		if count.Failed > 0 {
			return fmt.Errorf("%s: %s: %w", name, count.Error, errOperations)
		}
	}
	if d.leaked != d.opts.leaks {
		return fmt.Errorf("%d leaking operations of %d: %w", d.leaked, d.opts.leaks, errOperations)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
