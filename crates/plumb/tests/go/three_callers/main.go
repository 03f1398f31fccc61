// Three callers of one HTTP client make the same number of requests; one of them drops the response without reading or
// closing its body. No goroutine stack holds a frame of the program: the connection's goroutines belong to net/http.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to serve on")
	peer := flag.Bool("peer", false, "be the server that the callers ask")
	upstream := flag.String("upstream", "", "address of the peer")
	flag.Parse()
	if *peer {
		http.HandleFunc("/data", data)
	} else {
		handle(&callers{url: "http://" + *upstream + "/data"})
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

// data answers with more than the client reads ahead, so that only reading or closing the body frees its connection.
func data(w http.ResponseWriter, _ *http.Request) {
	body := make([]byte, 16<<10)
	// A client that drops the connection is its own affair.
	_, _ = w.Write(body)
}

// handle runs the three callers as often as a request asks for, one after the other.
func handle(c *callers) {
	http.HandleFunc("/round", func(w http.ResponseWriter, _ *http.Request) {
		for _, call := range []func() error{c.readPrices, c.readStock, c.checkOrders} {
			if err := call(); err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
		}
	})
}

// callers ask one upstream.
type callers struct{ url string }

func (c *callers) readPrices() error {
	response, err := http.Get(c.url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func (c *callers) readStock() error {
	response, err := http.Get(c.url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// checkOrders is the leak: the status is all it wants.
func (c *callers) checkOrders() error {
	response, err := http.Get(c.url) // leak: http-body-not-closed (http.persistConn)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("orders: %s", response.Status)
	}
	return nil
}
