package shapes

import (
	"context"
	"errors"
	"log"
	"os/exec"
	"sync"
	"time"
)

type item struct {
	name string
	err  error
}

func work() error           { return nil }
func load(name string) item { return item{name: name} }
func use(i item) error      { return i.err }
func ready() bool           { return true }

func timeout(d time.Duration) error {
	done := make(chan error) // want
	go func() {
		done <- work()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return errors.New("timeout")
	}
}

func cancelled(ctx context.Context, cmd *exec.Cmd) error {
	done := make(chan error) // want
	go func() { done <- cmd.Wait() }()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-done:
		return err
	}
}

func earlyReturn(name string) error {
	ch := make(chan item) // want
	go func() { ch <- load(name) }()
	if err := work(); err != nil {
		return err
	}
	return use(<-ch)
}

func parameter(d time.Duration) error {
	errs := make(chan error) // want
	go func(errs chan<- error) {
		errs <- work()
	}(errs)
	select {
	case err := <-errs:
		return err
	case <-time.After(d):
	}
	return nil
}

func sendErr(errs chan<- error) {
	errs <- work()
}

func declared(ctx context.Context) error {
	errs := make(chan error) // want
	go sendErr(errs)
	select {
	case err := <-errs:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func firstOfMany(names []string) item {
	ch := make(chan item) // want
	for _, name := range names {
		go func() { ch <- load(name) }()
	}
	return <-ch
}

func firstError(names []string) error {
	errs := make(chan error) // want
	for range names {
		go func() { errs <- work() }()
	}
	for range names {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func oneSlotForMany(names []string) error {
	errs := make(chan error, 1) // want
	for range names {
		go func() { errs <- work() }()
	}
	return <-errs
}

func twoOnOneReceive() error {
	errs := make(chan error) // want
	go func() { errs <- work() }()
	go func() { errs <- work() }()
	return <-errs
}

func streamLeft(names []string) error {
	ch := make(chan item) // want
	go func() {
		defer close(ch)
		for _, name := range names {
			ch <- load(name)
		}
	}()
	for i := range ch {
		if err := work(); err != nil {
			return err
		}
		_ = use(i)
	}
	return nil
}

func neverReceived() {
	ch := make(chan struct{}) // want
	go func() {
		_ = work()
		ch <- struct{}{}
	}()
}

func inCases(kind int, ctx context.Context) error {
	ch := make(chan error) // want
	switch kind {
	case 0:
		go func() { ch <- work() }()
	default:
		go func() { ch <- errors.New("unknown") }()
	}
	for {
		select {
		case err := <-ch:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func keepAlive(ctx context.Context, ch chan error) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ch:
			return
		}
	}
}

func helperLeaves(ctx context.Context) {
	ch := make(chan error) // want
	go func() { ch <- work() }()
	keepAlive(ctx, ch)
}

func namedLiteral(d time.Duration) error {
	ch := make(chan error) // want
	run := func() { ch <- work() }
	go run()
	select {
	case err := <-ch:
		return err
	case <-time.After(d):
		return nil
	}
}

func perRound(names []string, d time.Duration) {
	for range names {
		ch := make(chan error) // want
		go func() { ch <- work() }()
		select {
		case <-ch:
		case <-time.After(d):
		}
	}
}

func deferredSend(d time.Duration) {
	ch := make(chan struct{}) // want
	go func() {
		defer func() { ch <- struct{}{} }()
		_ = work()
	}()
	select {
	case <-ch:
	case <-time.After(d):
	}
}

func bufferedOK(d time.Duration) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return errors.New("timeout")
	}
}

func sizedOK(names []string) item {
	ch := make(chan item, len(names))
	for _, name := range names {
		go func() { ch <- load(name) }()
	}
	return <-ch
}

func guardedOK(ctx context.Context) error {
	ch := make(chan error)
	go func() {
		select {
		case ch <- work():
		case <-ctx.Done():
		}
	}()
	select {
	case err := <-ch:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func triedOK() error {
	ch := make(chan error)
	go func() {
		select {
		case ch <- work():
		default:
		}
	}()
	if ready() {
		return nil
	}
	return <-ch
}

func allReceivedOK(names []string) error {
	errs := make(chan error)
	for range names {
		go func() { errs <- work() }()
	}
	var first error
	for range names {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}

func drainedOK(d time.Duration) error {
	ch := make(chan error)
	go func() { ch <- work() }()
	select {
	case err := <-ch:
		return err
	case <-time.After(d):
		go func() { <-ch }()
		return errors.New("timeout")
	}
}

func waitedOK(ctx context.Context, cmd *exec.Cmd) error {
	ch := make(chan error)
	go func() { ch <- cmd.Wait() }()
	select {
	case err := <-ch:
		return err
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		<-ch
		return ctx.Err()
	}
}

func returnedOK(names []string) <-chan item {
	ch := make(chan item)
	go func() {
		defer close(ch)
		for _, name := range names {
			ch <- load(name)
		}
	}()
	return ch
}

func passedOK(d time.Duration) {
	ch := make(chan error)
	go func() { ch <- work() }()
	keep(ch)
}

func lastSaysSoOK(names []string) error {
	ch := make(chan item)
	go func() {
		for _, name := range names {
			i := load(name)
			ch <- i
			if i.err != nil {
				return
			}
		}
		ch <- item{}
	}()
	for {
		i := <-ch
		if i.err != nil {
			return i.err
		}
		if i.name == "" {
			return nil
		}
	}
}

func closedOK(names []string) {
	ch := make(chan item)
	go func() {
		defer close(ch)
		for _, name := range names {
			ch <- load(name)
		}
	}()
	for {
		i, ok := <-ch
		if !ok {
			return
		}
		_ = use(i)
	}
}

func eitherOK() (item, error) {
	items := make(chan item)
	errs := make(chan error)
	go func() {
		if err := work(); err != nil {
			errs <- err
			return
		}
		items <- load("")
	}()
	select {
	case i := <-items:
		return i, nil
	case err := <-errs:
		return item{}, err
	}
}

func doneOK() error {
	errs := make(chan error)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := work(); err != nil {
			errs <- err
		}
	}()
	select {
	case err := <-errs:
		return err
	case <-done:
		return nil
	}
}

func collectedOK(names []string) []item {
	ch := make(chan item)
	var group sync.WaitGroup
	for _, name := range names {
		group.Add(1)
		go func() {
			defer group.Done()
			ch <- load(name)
		}()
	}
	go func() {
		group.Wait()
		close(ch)
	}()
	var all []item
	for i := range ch {
		all = append(all, i)
	}
	return all
}

func countedOK(names []string) error {
	ch := make(chan error)
	for range names {
		go func() { ch <- work() }()
	}
	finished := 0
	for {
		select {
		case <-ch:
			finished++
			if finished == len(names) {
				return nil
			}
		case <-time.After(time.Second):
		}
	}
}

func onlyIfOK(with bool) error {
	ch := make(chan error)
	if with {
		go func() { ch <- work() }()
	}
	if err := errors.New("x"); !with {
		return err
	}
	return <-ch
}

type server struct{ errs chan error }

func storedOK(d time.Duration) *server {
	ch := make(chan error)
	go func() { ch <- work() }()
	return &server{errs: ch}
}

func deferredReceiveOK() error {
	ch := make(chan error)
	go func() { ch <- work() }()
	defer func() { <-ch }()
	if ready() {
		return nil
	}
	return work()
}

var kept []chan error

var keep = func(ch chan error) { kept = append(kept, ch) }

// What starts the goroutines receives, and leaves before only while there is none.
func startsAndReceivesOK() error {
	ch := make(chan error, 1)
	if err := begin(ch); err != nil {
		return err
	}
	return work()
}

func begin(ch chan error) error {
	if !ready() {
		return errors.New("not ready")
	}
	go func() { ch <- work() }()
	go func() { ch <- nil }()
	return <-ch
}

func startsAndMayLeave() error {
	ch := make(chan error) // want
	return beginOrLeave(ch)
}

func beginOrLeave(ch chan error) error {
	go func() { ch <- work() }()
	if !ready() {
		return errors.New("not ready")
	}
	return <-ch
}

// The sender looks for the end before it sends more than the buffer holds.
func stoppedSenderOK(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ch := make(chan error, 1)
	go func() {
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				ch <- work()
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case err := <-ch:
			if err != nil {
				return err
			}
		case <-time.After(d):
			return errors.New("timeout")
		}
	}
}

func closedStopOK(ctx context.Context, d time.Duration) error {
	ch := make(chan error, 1)
	stop := make(chan struct{})
	go func() {
		for {
			ch <- work()
			select {
			case <-stop:
				return
			case <-time.After(d):
			}
		}
	}()
	for {
		select {
		case err := <-ch:
			if err != nil {
				close(stop)
				return err
			}
		case <-ctx.Done():
			close(stop)
			return ctx.Err()
		}
	}
}

// Nobody receives the value with which it waits when it is told.
func stoppedWithoutBuffer(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ch := make(chan error) // want
	go func() {
		for {
			select {
			case <-time.After(d):
				ch <- work()
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case err := <-ch:
			if err != nil {
				return err
			}
		case <-time.After(d):
			return errors.New("timeout")
		}
	}
}

// It sends twice without a look.
func stoppedTooLate(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ch := make(chan error, 1) // want
	go func() {
		for {
			select {
			case <-time.After(d):
				ch <- work()
				ch <- work()
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case err := <-ch:
			if err != nil {
				return err
			}
		case <-time.After(d):
			return errors.New("timeout")
		}
	}
}

// One of the ways out does not tell it.
func stopForgotten(ctx context.Context, d time.Duration) error {
	ch := make(chan error, 1) // want
	stop := make(chan struct{})
	go func() {
		for {
			ch <- work()
			select {
			case <-stop:
				return
			case <-time.After(d):
			}
		}
	}()
	for {
		select {
		case err := <-ch:
			if err != nil {
				close(stop)
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Callers that receive until the channel is closed do not leave.
func checkOK(ctx context.Context, names []string, errs chan<- error) {
	defer close(errs)
	if err := work(); err != nil {
		errs <- err
		return
	}
	for _, name := range names {
		select {
		case <-ctx.Done():
			return
		case errs <- errors.New(name):
		}
	}
}

func checkedOK(ctx context.Context, names []string) (count int) {
	errs := make(chan error)
	go checkOK(ctx, names, errs)
	for range errs {
		count++
	}
	return count
}

func checkUntil(ctx context.Context, names []string, errs chan<- error) {
	defer close(errs)
	if err := work(); err != nil {
		errs <- err // want
		return
	}
	for _, name := range names {
		select {
		case <-ctx.Done():
			return
		case errs <- errors.New(name):
		}
	}
}

func checkedUntil(ctx context.Context, names []string) error {
	errs := make(chan error)
	go checkUntil(ctx, names, errs)
	for err := range errs {
		if len(names) > 1 {
			return err
		}
	}
	return nil
}

// The error of a way out ends the process: nobody stays blocked for long.
func startedOK(d time.Duration) error {
	done := make(chan error)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return errors.New("timeout")
	}
}

func setUpOK() {
	if err := startedOK(time.Second); err != nil {
		log.Fatal(err)
	}
}

func restarted(d time.Duration) error {
	done := make(chan error) // want
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return errors.New("timeout")
	}
}

func restart() {
	for {
		if err := restarted(time.Second); err != nil {
			log.Print(err)
		}
	}
}

// Who sends after a panic has not sent before.
func afterPanic(ctx context.Context) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- errors.New("panic")
			}
		}()
		done <- work()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func twice(ctx context.Context) error {
	done := make(chan error, 1) // want
	go func() {
		defer func() {
			if ready() {
				done <- errors.New("ready")
			}
		}()
		done <- work()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func onlyAfterPanic(ctx context.Context) error {
	done := make(chan error) // want
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- errors.New("panic")
			}
		}()
		_ = work()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
