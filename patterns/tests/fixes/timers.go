package p

import (
	"log"
	"time"
)

func polls(done chan int, d time.Duration) {
	for {
		select {
		case <-done:
			log.Print("round")
		case <-time.After(time.Minute): // fix: safe
			return
		}
	}
}

func pollsLabelled(done, other chan int) {
loop:
	for {
	wait:
		select {
		case <-done:
			// Once more.
			if len(other) > 0 {
				break wait
			}
		case n := <-other:
			if n > 0 {
				break loop
			}
		case <-time.NewTimer(limit()).C: // fix: unsafe
			return
		}
	}
}

func limit() time.Duration { return time.Minute }

func ticks(n int) {
	for range time.Tick(time.Second) { // fix: safe
		n--
		if n == 0 {
			return
		}
	}
}

func ticksOf(d time.Duration, n int) {
	c := time.Tick(d) // fix: unsafe
	for range c {
		n--
		if n == 0 {
			return
		}
	}
}

func ticker(n int) {
	t := time.NewTicker(time.Second) // fix: safe
	for {
		<-t.C
		n--
		if n == 0 {
			break
		}
	}
}

func nameless(n int) {
	for range time.NewTicker(time.Second).C { // fix: safe
		n--
		if n == 0 {
			return
		}
	}
}
