// A busy HTTP server, and the clients that keep it busy.
//
//	cost serve                        prints "listening ADDRESS" and serves until it is ended
//	cost load ADDRESS PATH SECONDS    prints how many requests were answered in this time
//	cost trace ADDRESS SECONDS        prints how many bytes of trace came
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// clients is how many requests are under way at any moment.
const clients = 32

// item is what the server answers.
type item struct {
	ID    int      `json:"id"`
	Title string   `json:"title"`
	Parts []string `json:"parts"`
}

func newItem(id int) item {
	return item{ID: id, Title: "item " + strconv.Itoa(id), Parts: []string{"one", "two", "three"}}
}

// small answers at once: all that a trace has of it is the connection's.
func small(w http.ResponseWriter, r *http.Request) {
	json.NewEncoder(w).Encode(newItem(7))
}

// fanOut asks eight goroutines and waits for them.
func fanOut(w http.ResponseWriter, r *http.Request) {
	items := make(chan item)
	for id := range 8 {
		go func() { items <- newItem(id) }()
	}
	all := make([]item, 0, 8)
	for range 8 {
		all = append(all, <-items)
	}
	json.NewEncoder(w).Encode(all)
}

func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/small", small)
	mux.HandleFunc("/fan-out", fanOut)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	fmt.Println("listening", listener.Addr())
	return http.Serve(listener, mux)
}

func load(url string, seconds float64) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	deadline := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	var answered, failed atomic.Int64
	var running sync.WaitGroup
	for range clients {
		running.Go(func() {
			for time.Now().Before(deadline) {
				if _, err := fetch(client, url); err != nil {
					failed.Add(1)
					return
				}
				answered.Add(1)
			}
		})
	}
	running.Wait()
	if failed.Load() > 0 {
		return fmt.Errorf("%d of %d clients failed", failed.Load(), clients)
	}
	fmt.Println(answered.Load())
	return nil
}

// fetch reads an answer whole and returns its length.
func fetch(client *http.Client, url string) (int64, error) {
	response, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %s", url, response.Status)
	}
	return io.Copy(io.Discard, response.Body)
}

func run(args []string) error {
	seconds, err := strconv.ParseFloat(args[len(args)-1], 64)
	switch {
	case len(args) == 1 && args[0] == "serve":
		return serve()
	case err != nil:
		return err
	case len(args) == 4 && args[0] == "load":
		return load("http://"+args[1]+args[2], seconds)
	case len(args) == 3 && args[0] == "trace":
		bytes, err := fetch(http.DefaultClient, "http://"+args[1]+"/debug/pprof/trace?seconds="+args[2])
		fmt.Println(bytes)
		return err
	}
	return fmt.Errorf("what is %q?", args)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}
