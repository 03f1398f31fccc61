// Pauses is a service with many parked goroutines that tells how long its
// world was stopped: GET /pauses returns the runtime's own histograms as JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	gcPauses    = "/sched/pauses/total/gc:seconds"
	otherPauses = "/sched/pauses/total/other:seconds"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to serve on")
	goroutines := flag.Int("goroutines", 1000, "parked goroutines")
	flag.Parse()

	park(*goroutines)
	http.HandleFunc("GET /pauses", servePauses)
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

// park starts n goroutines that wait in four ways below stacks of a few calls,
// and returns once all of them run.
func park(n int) {
	queue := make(chan int)
	var gate sync.Mutex
	gate.Lock()
	waits := []func(){
		func() { <-queue },
		func() {
			select {
			case <-queue:
			case <-time.After(24 * time.Hour):
			}
		},
		func() { gate.Lock() },
		func() { time.Sleep(24 * time.Hour) },
	}
	var started sync.WaitGroup
	started.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			started.Done()
			descend(i%8, waits[i%len(waits)])
		}()
	}
	started.Wait()
}

//go:noinline
func descend(depth int, wait func()) {
	if depth > 0 {
		descend(depth-1, wait)
		return
	}
	wait()
}

// bucket counts the pauses that were at least low and less than high long.
type bucket struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Count uint64  `json:"count"`
}

func servePauses(w http.ResponseWriter, _ *http.Request) {
	samples := []metrics.Sample{{Name: gcPauses}, {Name: otherPauses}}
	metrics.Read(samples)
	json.NewEncoder(w).Encode(map[string][]bucket{
		"gc":    buckets(samples[0].Value.Float64Histogram()),
		"other": buckets(samples[1].Value.Float64Histogram()),
	})
}

// buckets returns those that hold a pause. The open ends are cut at zero and
// at an hour.
func buckets(h *metrics.Float64Histogram) []bucket {
	held := []bucket{}
	for i, count := range h.Counts {
		if count > 0 {
			low := math.Max(h.Buckets[i], 0)
			high := math.Min(h.Buckets[i+1], 3600)
			held = append(held, bucket{low, high, count})
		}
	}
	return held
}
