// A service that makes an object of a library for each report and never releases it. The libraries have no record in
// plumb's catalogue. Beside the leak: one healthy object of each library for the whole process, in use all the time, and
// a pool of workers that wait for a queue.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
)

// workers is the size of the pool: more than any look of the test leaks at once.
const workers = 60

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to serve on")
	library := flag.String("leak", "", "library whose objects leak: ccache, bigcache or statsd")
	flag.Parse()
	report, known := reports[*library]
	if !known {
		log.Fatalf("no report uses %q", *library)
	}
	shared, err := newShared()
	if err != nil {
		log.Fatal(err)
	}
	startPool()
	http.HandleFunc("/report", func(w http.ResponseWriter, r *http.Request) {
		if err := report(r.URL.Query().Get("tenant")); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	http.HandleFunc("/healthy", func(w http.ResponseWriter, r *http.Request) {
		shared.use(r.URL.Query().Get("tenant"))
	})
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

// startPool starts workers that wait for a queue nobody fills.
func startPool() {
	queue := make(chan func())
	for range workers {
		go func() {
			for job := range queue {
				job()
			}
		}()
	}
}
