package shapes

import (
	"context"
	"time"
)

var jobs chan int

func work(int)                              {}
func alive() bool                           { return false }
func wait(d time.Duration) <-chan time.Time { return time.After(d) }

func afterInLoop(ctx context.Context) {
	for {
		select {
		case n := <-jobs:
			work(n)
		case <-time.After(time.Minute): // want
			return
		case <-ctx.Done():
			return
		}
	}
}

func ranging(list []int) {
	for range list {
		select {
		case n := <-jobs:
			work(n)
		case <-time.After(30 * time.Minute): // want
			return
		}
	}
}

func unknownDuration(d time.Duration) {
	for {
		select {
		case n := <-jobs:
			work(n)
			continue
		case <-time.After(d): // want
		}
		work(0)
	}
}

func newTimer(d time.Duration) {
	for {
		select {
		case n := <-jobs:
			work(n)
		case <-time.NewTimer(d).C: // want
			return
		}
	}
}

func withValue(d time.Duration) {
	for {
		select {
		case n := <-jobs:
			work(n)
		case now := <-time.After(d): // want
			work(now.Second())
		}
	}
}

func inGoroutine(d time.Duration) {
	go func() {
		for {
			select {
			case n := <-jobs:
				work(n)
			case <-time.After(d): // want
				return
			}
		}
	}()
}

func nested(list []int) {
	for range list {
		for alive() {
			select {
			case n := <-jobs:
				work(n)
			case <-time.After(5 * time.Second): // want
				return
			}
		}
	}
}

func unstoppable(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.NewTimer(time.Minute).C: // want
			work(0)
		}
	}
}

func withDefault() {
	for {
		select {
		case <-time.After(time.Hour): // want
			return
		default:
			work(0)
		}
	}
}

func rangesOverTick() {
	for range time.Tick(time.Second) { // want
		if !alive() {
			break
		}
	}
}

func tickInSelect(ctx context.Context) {
	tick := time.Tick(time.Second) // want
	for {
		select {
		case <-tick:
			work(0)
		case <-ctx.Done():
			return
		}
	}
}

func tickOnce() {
	<-time.Tick(time.Second) // want
}

func outsideOK() {
	select {
	case n := <-jobs:
		work(n)
	case <-time.After(time.Minute):
	}
}

func unstoppableOutsideOK(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.NewTimer(time.Minute).C:
	}
}

func unstoppableSleepOK() {
	for alive() {
		<-time.NewTimer(time.Minute).C
	}
}

func unstoppableShortOK(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.NewTimer(time.Millisecond).C:
			work(0)
		}
	}
}

func sleepsOK() {
	for alive() {
		<-time.After(time.Minute)
	}
}

func othersLeaveOK(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
			work(0)
		}
	}
}

func shortOK() {
	for {
		select {
		case n := <-jobs:
			work(n)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func oneTimerOK() {
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	for {
		select {
		case n := <-jobs:
			work(n)
		case <-timer.C:
			return
		}
	}
}

func beforeLoopOK() {
	timeout := time.After(time.Minute)
	for {
		select {
		case n := <-jobs:
			work(n)
		case <-timeout:
			return
		}
	}
}

func endlessTickOK() {
	for range time.Tick(time.Second) {
		work(0)
	}
}

func endlessSelectOK() {
	tick := time.Tick(time.Second)
	for {
		select {
		case <-tick:
			work(0)
		case n := <-jobs:
			work(n)
		}
	}
}

func init() {
	<-time.Tick(time.Second)
}

func tickerOK(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			work(0)
		case <-ctx.Done():
			return
		}
	}
}

func returnedTickOK() <-chan time.Time {
	return time.Tick(time.Second)
}

func literalOK(list []int) {
	for range list {
		func() {
			select {
			case n := <-jobs:
				work(n)
			case <-wait(time.Minute):
			}
		}()
	}
}

func lastRoundOK() {
	for {
		select {
		case n := <-jobs:
			work(n)
			return
		case <-time.After(time.Minute):
			work(0)
		}
	}
}
