package shapes

import (
	"errors"
	"log"
	"sync"
)

func next() (int, error) { return 0, errors.New("none") }
func do(n int) error     { return nil }
func more() bool         { return false }

func neverClosed(numbers []int) {
	ch := make(chan int) // want
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	for _, n := range numbers {
		ch <- n
	}
}

func earlyReturn() error {
	ch := make(chan int) // want
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	n, err := next()
	if err != nil {
		return err
	}
	ch <- n
	close(ch)
	return nil
}

func pool(workers int, numbers []int) error {
	jobs := make(chan int, 10) // want
	var group sync.WaitGroup
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range jobs {
				_ = do(n)
			}
		}()
	}
	for _, n := range numbers {
		if n < 0 {
			return errors.New("negative")
		}
		jobs <- n
	}
	close(jobs)
	group.Wait()
	return nil
}

func worker(jobs <-chan int) {
	for n := range jobs {
		_ = do(n)
	}
}

func declaredWorker() error {
	jobs := make(chan int) // want
	go worker(jobs)
	n, err := next()
	if err != nil {
		return err
	}
	jobs <- n
	close(jobs)
	return nil
}

func asParameter() {
	ch := make(chan int) // want
	go func(in <-chan int) {
		for n := range in {
			_ = do(n)
		}
	}(ch)
	ch <- 1
}

func okLoop() error {
	ch := make(chan int) // want
	go func() {
		for {
			n, ok := <-ch
			if !ok {
				return
			}
			_ = do(n)
		}
	}()
	n, err := next()
	if err != nil {
		return err
	}
	ch <- n
	close(ch)
	return nil
}

func grouped() {
	var group sync.WaitGroup
	ch := make(chan int) // want
	group.Go(func() {
		for n := range ch {
			_ = do(n)
		}
	})
	ch <- 1
}

func leavesOnError() error {
	ch := make(chan int) // want
	go func() {
		for n := range ch {
			if err := do(n); err != nil {
				return
			}
		}
	}()
	n, err := next()
	if err != nil {
		return err
	}
	ch <- n
	close(ch)
	return nil
}

func closedInOneCase(kind int) {
	ch := make(chan int) // want
	go worker2(ch)
	switch kind {
	case 0:
		ch <- 1
		close(ch)
	case 1:
		ch <- 2
	}
}

func worker2(in chan int) {
	for n := range in {
		_ = do(n)
	}
}

func functionItself(numbers []int) {
	ch := make(chan int) // want
	go func() {
		for _, n := range numbers {
			ch <- n
		}
	}()
	for n := range ch {
		_ = do(n)
	}
}

func producerLeaves(numbers []int) {
	ch := make(chan int) // want
	go func() {
		for _, n := range numbers {
			if err := do(n); err != nil {
				return
			}
			ch <- n
		}
		close(ch)
	}()
	for n := range ch {
		_ = do(n)
	}
}

func eachRound(numbers []int) {
	for _, n := range numbers {
		ch := make(chan int) // want
		go func() {
			for n := range ch {
				_ = do(n)
			}
		}()
		if n < 0 {
			continue
		}
		close(ch)
	}
}

func deferredOK() error {
	ch := make(chan int)
	defer close(ch)
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	n, err := next()
	if err != nil {
		return err
	}
	ch <- n
	return nil
}

func onEveryWayOK() error {
	ch := make(chan int)
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	n, err := next()
	if err != nil {
		close(ch)
		return err
	}
	ch <- n
	close(ch)
	return nil
}

func closedByGoroutineOK(numbers []int) {
	ch := make(chan int)
	go func() {
		defer close(ch)
		for _, n := range numbers {
			ch <- n
		}
	}()
	for n := range ch {
		_ = do(n)
	}
}

func closedAfterWaitOK(numbers []int) {
	ch := make(chan int)
	var group sync.WaitGroup
	for _, n := range numbers {
		group.Add(1)
		go func() {
			defer group.Done()
			ch <- n
		}()
	}
	go func() {
		group.Wait()
		close(ch)
	}()
	for n := range ch {
		_ = do(n)
	}
}

func returnedOK() chan<- int {
	ch := make(chan int)
	go worker3(ch)
	return ch
}

func worker3(in chan int) {
	for n := range in {
		_ = do(n)
	}
}

type owner struct{ jobs chan int }

func storedOK() *owner {
	ch := make(chan int)
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	return &owner{jobs: ch}
}

func cleanupOK() error {
	ch := make(chan int)
	stop := func() { close(ch) }
	defer stop()
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	_, err := next()
	return err
}

func beforeTheStartOK() error {
	ch := make(chan int)
	n, err := next()
	if err != nil {
		return err
	}
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	ch <- n
	close(ch)
	return nil
}

func sentinelOK() {
	ch := make(chan int)
	go func() {
		for n := range ch {
			if n < 0 {
				return
			}
			_ = do(n)
		}
	}()
	ch <- 1
	ch <- -1
}

func leftByFunctionOK(numbers []int) int {
	ch := make(chan int, len(numbers))
	for _, n := range numbers {
		ch <- n
	}
	go func() { ch <- -1 }()
	for n := range ch {
		if n < 0 {
			return n
		}
	}
	return 0
}

func sameConditionOK(with bool) error {
	ch := make(chan int)
	if with {
		go func() {
			for n := range ch {
				_ = do(n)
			}
		}()
	}
	_, err := next()
	if with {
		close(ch)
	}
	return err
}

func neverLeavesOK() {
	ch := make(chan int)
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	for {
		ch <- 1
	}
}

func sliceOK(numbers []int) {
	for range numbers {
		go func() {
			for n := range numbers {
				_ = do(n)
			}
		}()
	}
}

// The worker says with its error that it has left.
func reportedEndOK(stop chan bool) error {
	ch := make(chan int, 1)
	failed := make(chan error, 1)
	go func() {
		for n := range ch {
			if err := do(n); err != nil {
				failed <- err
				return
			}
		}
		close(failed)
	}()
	for {
		select {
		case <-stop:
			close(ch)
			return nil
		case err := <-failed:
			return err
		}
	}
}

func deferredEndOK() error {
	ch := make(chan int)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for n := range ch {
			if do(n) != nil {
				return
			}
		}
	}()
	select {
	case ch <- 1:
	case <-gone:
		return errors.New("gone")
	}
	close(ch)
	return nil
}

// One worker that has left says nothing of the others.
func reportedByOneOfMany(stop chan bool, workers int) error {
	ch := make(chan int) // want
	failed := make(chan error, workers)
	for i := 0; i < workers; i++ {
		go func() {
			for n := range ch {
				if err := do(n); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	select {
	case <-stop:
		close(ch)
		return nil
	case err := <-failed:
		return err
	}
}

// The worker goes on after its error.
func reportedAndGoesOn(stop chan bool) error {
	ch := make(chan int) // want
	failed := make(chan error, 1)
	go func() {
		for n := range ch {
			if err := do(n); err != nil {
				failed <- err
			}
		}
	}()
	select {
	case <-stop:
		close(ch)
		return nil
	case err := <-failed:
		return err
	}
}

// The process ends with the error, and with it the goroutine.
func startedOK(numbers []int) error {
	ch := make(chan int)
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	for _, n := range numbers {
		if n < 0 {
			return errors.New("negative")
		}
		ch <- n
	}
	close(ch)
	return nil
}

func setUpOK(all [][]int) {
	for _, numbers := range all {
		if err := startedOK(numbers); err != nil {
			log.Fatal(err)
		}
	}
}

func restarted(numbers []int) error {
	ch := make(chan int) // want
	go func() {
		for n := range ch {
			_ = do(n)
		}
	}()
	for _, n := range numbers {
		if n < 0 {
			return errors.New("negative")
		}
		ch <- n
	}
	close(ch)
	return nil
}

func restart(all [][]int) {
	for _, numbers := range all {
		if err := restarted(numbers); err != nil {
			log.Print(err)
		}
	}
}
