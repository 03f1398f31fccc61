package shapes

import (
	"context"
	"errors"
	"time"
)

func check() error { return errors.New("no") }
func tidy()        {}
func load() (int, error) {
	return 0, check()
}

func doneOnOneWay() error {
	done := make(chan struct{}) // want
	go func() {
		<-done
		tidy()
	}()
	if err := check(); err != nil {
		return err
	}
	close(done)
	return nil
}

func heartbeat() error {
	stop := make(chan struct{}) // want
	go func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
				tidy()
			}
		}
	}()
	if err := check(); err != nil {
		return err
	}
	close(stop)
	return nil
}

func neverSignalled() {
	done := make(chan bool) // want
	go func() {
		<-done
		tidy()
	}()
	tidy()
}

func sentOnOneWay(with bool) {
	done := make(chan bool) // want
	go func(done chan bool) {
		<-done
		tidy()
	}(done)
	if with {
		done <- true
	}
}

func waits(done chan struct{}) {
	<-done
	tidy()
}

func declared() error {
	done := make(chan struct{}) // want
	go waits(done)
	if err := check(); err != nil {
		return err
	}
	done <- struct{}{}
	return nil
}

func loop(stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
			time.Sleep(time.Second)
		}
	}
}

func declaredLoop() error {
	stop := make(chan struct{}) // want
	go loop(stop)
	if err := check(); err != nil {
		return err
	}
	close(stop)
	return nil
}

func senderLeaves() int {
	ch := make(chan int) // want
	go func() {
		n, err := load()
		if err != nil {
			return
		}
		ch <- n
	}()
	return <-ch
}

func senderLeavesInSwitch(kind int) int {
	ch := make(chan int, 1) // want
	go func() {
		switch n, _ := load(); n {
		case 1:
			ch <- 1
		case 2:
			ch <- 2
		}
	}()
	return <-ch
}

func waitsForClose() {
	done := make(chan struct{}) // want
	go func() {
		if err := check(); err != nil {
			return
		}
		tidy()
		close(done)
	}()
	<-done
}

func eachRound(names []string) {
	for _, name := range names {
		stop := make(chan struct{}) // want
		go func() {
			<-stop
			tidy()
		}()
		if name == "" {
			continue
		}
		close(stop)
	}
}

func namedLiteral() error {
	stop := make(chan struct{}) // want
	wait := func() {
		<-stop
		tidy()
	}
	go wait()
	if err := check(); err != nil {
		return err
	}
	close(stop)
	return nil
}

func deferredOK() error {
	done := make(chan struct{})
	defer close(done)
	go func() {
		<-done
		tidy()
	}()
	return check()
}

func contextOK(ctx context.Context) error {
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	if err := check(); err != nil {
		return err
	}
	close(stop)
	return nil
}

func everyWayOK() error {
	done := make(chan struct{})
	go func() {
		<-done
		tidy()
	}()
	if err := check(); err != nil {
		close(done)
		return err
	}
	close(done)
	return nil
}

func returnedOK() func() {
	done := make(chan struct{})
	go func() {
		<-done
		tidy()
	}()
	return func() { close(done) }
}

func closedByGoroutineOK() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := check(); err != nil {
			return
		}
		tidy()
	}()
	<-done
}

func alwaysSendsOK() (int, error) {
	ch := make(chan int, 1)
	go func() {
		n, err := load()
		if err != nil {
			ch <- 0
			return
		}
		ch <- n
	}()
	return <-ch, nil
}

func selectedOK(d time.Duration) int {
	ch := make(chan int, 1)
	go func() {
		n, err := load()
		if err != nil {
			return
		}
		ch <- n
	}()
	select {
	case n := <-ch:
		return n
	case <-time.After(d):
		return 0
	}
}

type owner struct{ stop chan struct{} }

func storedOK() *owner {
	stop := make(chan struct{})
	go func() {
		<-stop
		tidy()
	}()
	return &owner{stop: stop}
}

func roundsOK(count int) {
	ch := make(chan int)
	go func() {
		for i := 0; i < count; i++ {
			ch <- i
		}
	}()
	for i := 0; i < count; i++ {
		<-ch
	}
}

func otherGoroutineOK() {
	done := make(chan struct{})
	go func() {
		<-done
		tidy()
	}()
	go func() {
		_ = check()
		close(done)
	}()
}

func sameConditionOK(with bool) int {
	ch := make(chan int, 1)
	go func() {
		if with {
			ch <- 1
		}
	}()
	if with {
		return <-ch
	}
	return 0
}

func toldOK() {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				if check() == nil {
					done <- struct{}{}
				}
			}
		}
	}()
	<-done
	close(stop)
}

func countedOK() error {
	errs := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := check(); err != nil {
			errs <- err
		}
	}()
	<-done
	if len(errs) > 0 {
		return <-errs
	}
	return nil
}

func notCounted() error {
	errs := make(chan error, 1) // want
	go func() {
		if err := check(); err != nil {
			errs <- err
		}
	}()
	return <-errs
}

// Who closes a channel without a value has sent on the other one.
func race(tries []func() (int, error)) (int, error) {
	won := make(chan int, 1)
	errs := make(chan error, 1)
	go func() {
		defer close(won)
		found := false
		for _, try := range tries {
			if n, err := try(); err == nil {
				found = true
				won <- n
				break
			}
		}
		if !found {
			errs <- check()
		}
	}()
	n, ok := <-won
	if !ok {
		return 0, <-errs
	}
	return n, nil
}

func raceOfOne(ok bool) error {
	errs := make(chan error, 1) // want
	go func() {
		if err := check(); err != nil {
			errs <- err
		}
	}()
	if !ok {
		return <-errs
	}
	return nil
}
