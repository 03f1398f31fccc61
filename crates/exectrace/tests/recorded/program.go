// Records a trace of a program that leaks: goroutines that block for ever, older and younger than the trace, an HTTP
// client that drops bodies, tasks, regions, messages, system calls and coroutines.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"time"
)

func older() { select {} }

func leak(results chan int) {
	go func() { results <- 1 }()
}

func work(id int, url string, done *sync.WaitGroup) {
	defer done.Done()
	ctx, task := trace.NewTask(context.Background(), "work \"quoted\"")
	defer task.End()
	for round := 0; round < 20; round++ {
		trace.WithRegion(ctx, "round", func() {
			response, err := http.Get(url)
			if err == nil && round%5 != 0 {
				response.Body.Close()
			}
			trace.Logf(ctx, "round", "%d of %d\n", round, id)
		})
		buffer := make([]byte, 1<<20)
		_ = os.WriteFile(os.DevNull, buffer[:1], 0)
	}
}

func main() {
	for i := 0; i < 3; i++ {
		go older()
	}
	time.Sleep(10 * time.Millisecond)
	if err := trace.Start(os.Stdout); err != nil {
		panic(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "a body")
	}))
	results := make(chan int)
	for i := 0; i < 7; i++ {
		leak(results)
	}
	var done sync.WaitGroup
	for id := 0; id < 3; id++ {
		done.Add(1)
		go work(id, server.URL, &done)
	}
	done.Wait()
	runtime.GC()
	time.Sleep(1200 * time.Millisecond)
	trace.Stop()
}
