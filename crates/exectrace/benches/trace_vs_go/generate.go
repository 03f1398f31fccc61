// Writes an execution trace of at least as many megabytes as it is told: requests over loopback, goroutines that hand
// values on, timers, locks and garbage, as in a busy service.
package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// counter tells how much has been written.
type counter struct {
	io.Writer
	bytes atomic.Int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	return c.Writer.Write(p)
}

func handle(w http.ResponseWriter, r *http.Request) {
	var parts sync.WaitGroup
	results := make(chan []byte, 4)
	for range 4 {
		parts.Add(1)
		go func() {
			defer parts.Done()
			results <- make([]byte, 1<<10)
		}()
	}
	parts.Wait()
	for range 4 {
		w.Write((<-results)[:16])
	}
}

func request(ctx context.Context, client *http.Client, url string) {
	for ctx.Err() == nil {
		response, err := client.Get(url)
		if err != nil {
			continue
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

func handOn(ctx context.Context) {
	first := make(chan int)
	last := first
	for range 8 {
		next := make(chan int)
		go func(from, to chan int) {
			for value := range from {
				to <- value + 1
			}
			close(to)
		}(last, next)
		last = next
	}
	for value := 0; ctx.Err() == nil; value++ {
		first <- value
		<-last
	}
	close(first)
}

func main() {
	megabytes, err := strconv.ParseInt(os.Args[2], 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	written := &counter{Writer: file}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, http.HandlerFunc(handle))
	if err := trace.Start(written); err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	for range 8 {
		go request(ctx, client, "http://"+listener.Addr().String())
		go handOn(ctx)
	}
	for written.bytes.Load() < megabytes<<20 {
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	trace.Stop()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
