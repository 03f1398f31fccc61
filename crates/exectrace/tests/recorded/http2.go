// Records a trace of a program that holds responses of HTTP/2: all requests share one connection, every second response
// is dropped before its end, and the others are read and closed.
package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/trace"
	"time"
)

func audit(client *http.Client, url string) {
	client.Get(url)
}

func price(client *http.Client, url string) {
	response, err := client.Get(url)
	if err != nil {
		return
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
}

func main() {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, 64<<10))
		if r.URL.Path == "/audit" {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	client := server.Client()
	price(client, server.URL+"/price")
	if err := trace.Start(os.Stdout); err != nil {
		panic(err)
	}
	for range 25 {
		go audit(client, server.URL+"/audit")
		go price(client, server.URL+"/price")
		time.Sleep(100 * time.Millisecond)
	}
	trace.Stop()
}
