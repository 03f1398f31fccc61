package p

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
)

func slow(n int) (int, error) { return n, nil }

func answer(ctx context.Context) (int, error) {
	result := make(chan int) // fix: safe
	go func() {
		n, _ := slow(1)
		result <- n
	}()
	select {
	case n := <-result:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func firstOf(ctx context.Context, inputs []int) (int, error) {
	results := make(chan int) // fix: unsafe
	for _, input := range inputs {
		go func() {
			n, _ := slow(input)
			results <- n
		}()
	}
	select {
	case n := <-results:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

type counts struct {
	mu sync.Mutex
	rw sync.RWMutex
	m  map[string]int
}

func (c *counts) add(key string, n int) error {
	c.mu.Lock() // fix: safe
	if n < 0 {
		return errors.New("negative")
	}
	c.m[key] += n
	c.mu.Unlock()
	return nil
}

func (c *counts) get(key string) (int, error) {
	c.rw.RLock() // fix: unsafe
	if n, ok := c.m[key]; ok {
		return n + c.m[""], nil
	}
	c.rw.RUnlock()
	return 0, fmt.Errorf("no %s", key)
}

func early(path string) error {
	f, err := os.Open(path)
	defer f.Close() // fix: safe
	if err != nil {
		return err
	}
	_, err = f.Stat()
	return err
}

func earlyWithComment(url string) error {
	resp, err := http.Get(url)

	// Always close the body.
	defer resp.Body.Close() // fix: safe

	if err != nil {
		return err
	}
	log.Print(resp.Status)
	return nil
}

func earlyFunction(url string) error {
	resp, err := http.Get(url)
	defer func() {
		resp.Body.Close()
	}()
	if err != nil {
		return err
	}
	return nil
}

func deferred(paths []string) error {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close() // fix: unsafe
		if _, err := f.Stat(); err != nil {
			return err
		}
	}
	return nil
}

func deferredLast(paths []string) error {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		log.Print(f.Name())
		defer f.Close() // fix: unsafe
	}
	return nil
}

func serve(handler http.Handler) error {
	return http.ListenAndServe(":8080", handler) // fix: unsafe
}

func serveOn(ln net.Listener) {
	log.Fatal(http.Serve(ln, nil)) // fix: unsafe
}

var server = &http.Server{Addr: ":8080"} // fix: unsafe

var empty = http.Server{} // fix: unsafe

var aligned = &http.Server{ // fix: unsafe
	Addr:    ":8080",
	Handler: http.DefaultServeMux, // all of it
}

func shakes(addr string) (*tls.Conn, error) {
	return tls.Dial("tcp", addr, nil) // fix: unsafe
}

func shakesOn(addr string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := tls.Client(conn, &tls.Config{ServerName: addr})
	if err := c.Handshake(); err != nil { // fix: unsafe
		return err
	}
	return nil
}

func backup(tables []string) error {
	done := make(chan struct{}) // fix: safe
	go func() {
		<-done
		log.Print("the backup has ended")
	}()
	for _, table := range tables {
		if table == "" {
			return errors.New("no name")
		}
	}

	close(done)
	return nil
}

func scale(pictures []int) error {
	jobs := make(chan int) // fix: unsafe
	go func() {
		for picture := range jobs {
			log.Print(picture)
		}
	}()
	for _, picture := range pictures {
		if picture == 0 {
			// Nothing to scale.
			return errors.New("empty")
		}
		jobs <- picture
	}
	close(jobs)
	log.Print("scaled")
	return nil
}

func handle(w http.ResponseWriter, r *http.Request) {
	client := &http.Client{
		Transport: &http.Transport{ // fix: unsafe
			MaxIdleConns: 3,
		},
	}
	resp, err := client.Do(r)
	if err != nil {
		return
	}
	defer resp.Body.Close()
}
