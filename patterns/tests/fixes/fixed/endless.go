package p

import (
	"context"
	"log"
	"net"
	"time"
)

func work() {}

func breaksOnlyTheSelect(ctx context.Context, jobs chan int) {
	go func() { // fix: unsafe
		for {
			select {
			case <-ctx.Done():
				return
			case job := <-jobs:
				log.Print(job)
			}
		}
	}()
}

func stopsOnlyTheTicker(stop chan struct{}) {
	go func() { // fix: unsafe
		ticker := time.NewTicker(time.Second)
		for {
			select {
			case <-ticker.C:
				work()
			case <-stop: // The ticker need not tick any more.
				ticker.Stop()
				return
			}
		}
	}()
}

func ignores(done chan struct{}) {
	go func() { // fix: unsafe
		for {
			select {
			case <-done: // Nothing to do.
				return
			default:
				work()
			}
		}
	}()
}

type poller struct {
	quit chan struct{}
}

func (p *poller) start() {
	go p.run() // fix: unsafe
}

func (p *poller) run() {
poll:
	for {
		select {
		case <-p.quit:
			return
		case <-time.After(time.Second):
			continue poll
		}
	}
}

func endsBehindTheLoop(done chan struct{}) {
	go func() { // fix: none
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for range ticker.C {
			select {
			case <-done:
				break
			default:
				work()
			}
		}
		log.Print("ended")
	}()
}

func silent(addr string) (net.Conn, error) {
	return (&net.Dialer{Timeout: time.Second, KeepAlive: 15 * time.Second}).Dial("tcp", addr) // fix: unsafe
}

var silentDialer = net.Dialer{ // fix: unsafe
	Timeout:   5 * time.Second,
	KeepAlive: 15 * time.Second,
}

var notedDialer = net.Dialer{ // fix: none
	KeepAlive: -1,              // the balancer drops what it does not know
	Timeout:   5 * time.Second, // as long as the others
}

func silenced(conn *net.TCPConn) error {
	return conn.SetKeepAlive(true) // fix: unsafe
}
