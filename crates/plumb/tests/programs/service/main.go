// Command service listens on one port for each way in which asking for a profile can go wrong, and prints the
// address of each as a line: name, space, address.
package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"runtime"
)

// kept is what the heap profile shows.
var kept [][]byte

func main() {
	for range 64 {
		block := make([]byte, 1<<20)
		rand.Read(block[:16])
		kept = append(kept, block)
	}
	// A heap profile shows what the collection before the last one left, so that it is complete after two.
	runtime.GC()
	runtime.GC()
	whole := profiles()
	serve("whole", whole)
	serve("bare", http.NotFoundHandler())
	serve("locked", locked(whole))
	serve("login", login())
	serve("cut", cut(whole))
	select {}
}

func serve(name string, handler http.Handler) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(name, listener.Addr())
	go func() { log.Fatal(http.Serve(listener, handler)) }()
}

func profiles() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	return mux
}

// locked wants a user and a password.
func locked(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ops" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="ops"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// login sends everybody to a form.
func login() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/login", http.StatusFound)
	})
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><form action="/login"><input type="password" name="p"></form>`)
	})
	return mux
}

// cut breaks every answer off after half of it.
func cut(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		inner.ServeHTTP(recorder, r)
		body := recorder.Body.Bytes()
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		w.Write(bytes.Clone(body[:len(body)/2]))
	})
}
