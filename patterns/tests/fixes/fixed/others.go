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
	"time"
)

func slow(n int) (int, error) { return n, nil }

func answer(ctx context.Context) (int, error) {
	result := make(chan int, 1) // fix: safe
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
	results := make(chan int, len(inputs)) // fix: unsafe
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
		c.mu.Unlock()
		return errors.New("negative")
	}
	c.m[key] += n
	c.mu.Unlock()
	return nil
}

func (c *counts) get(key string) (int, error) {
	c.rw.RLock() // fix: unsafe
	defer c.rw.RUnlock()
	if n, ok := c.m[key]; ok {
		return n + c.m[""], nil
	}
	return 0, fmt.Errorf("no %s", key)
}

func early(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() // fix: safe
	_, err = f.Stat()
	return err
}

func earlyWithComment(url string) error {
	resp, err := http.Get(url)

	if err != nil {
		return err
	}
	// Always close the body.
	defer resp.Body.Close() // fix: safe
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
		if _, err := f.Stat(); err != nil {
			f.Close()
			return err
		}
		f.Close()
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
		f.Close() // fix: unsafe
	}
	return nil
}

func serve(handler http.Handler) error {
	return (&http.Server{Addr: ":8080", Handler: handler, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe() // fix: unsafe
}

func serveOn(ln net.Listener) {
	log.Fatal((&http.Server{ReadHeaderTimeout: 10 * time.Second}).Serve(ln)) // fix: unsafe
}

var server = &http.Server{Addr: ":8080", ReadHeaderTimeout: 10 * time.Second} // fix: unsafe

var empty = http.Server{ReadHeaderTimeout: 10 * time.Second} // fix: unsafe

var aligned = &http.Server{ // fix: unsafe
	Addr:    ":8080",
	Handler: http.DefaultServeMux, // all of it

	ReadHeaderTimeout: 10 * time.Second,
}

func shakes(addr string) (*tls.Conn, error) {
	return tls.DialWithDialer(&net.Dialer{Timeout: 30 * time.Second}, "tcp", addr, nil) // fix: unsafe
}

func shakesOn(addr string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := tls.Client(conn, &tls.Config{ServerName: addr})
	c.SetDeadline(time.Now().Add(30 * time.Second))
	if err := c.Handshake(); err != nil { // fix: unsafe
		return err
	}
	c.SetDeadline(time.Time{})
	return nil
}

func backup(tables []string) error {
	done := make(chan struct{}) // fix: safe
	defer close(done)
	go func() {
		<-done
		log.Print("the backup has ended")
	}()
	for _, table := range tables {
		if table == "" {
			return errors.New("no name")
		}
	}

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
			close(jobs)
			// Nothing to scale.
			return errors.New("empty")
		}
		jobs <- picture
	}
	close(jobs)
	log.Print("scaled")
	return nil
}

var sharedTransport = &http.Transport{ // fix: unsafe
	MaxIdleConns: 3,
}

func handle(w http.ResponseWriter, r *http.Request) {
	client := &http.Client{
		Transport: sharedTransport,
	}
	resp, err := client.Do(r)
	if err != nil {
		return
	}
	defer resp.Body.Close()
}
