package p

import (
	"log"
	"time"
)

func polls(done chan int, d time.Duration) {
	for {
		timer := time.NewTimer(time.Minute)
		select {
		case <-done:
			timer.Stop()
			log.Print("round")
		case <-timer.C: // fix: safe
			return
		}
	}
}

func pollsLabelled(done, other chan int) {
loop:
	for {
		timer := time.NewTimer(limit())
	wait:
		select {
		case <-done:
			timer.Stop()
			// Once more.
			if len(other) > 0 {
				break wait
			}
		case n := <-other:
			timer.Stop()
			if n > 0 {
				break loop
			}
		case <-timer.C: // fix: unsafe
			return
		}
	}
}

func limit() time.Duration { return time.Minute }

func ticks(n int) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for range ticker.C { // fix: safe
		n--
		if n == 0 {
			return
		}
	}
}

func ticksOf(d time.Duration, n int) {
	ticker := time.NewTicker(d)
	defer ticker.Stop()
	c := ticker.C // fix: unsafe
	for range c {
		n--
		if n == 0 {
			return
		}
	}
}

func ticker(n int) {
	t := time.NewTicker(time.Second) // fix: safe
	defer t.Stop()
	for {
		<-t.C
		n--
		if n == 0 {
			break
		}
	}
}

func nameless(n int) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for range ticker.C { // fix: safe
		n--
		if n == 0 {
			return
		}
	}
}
