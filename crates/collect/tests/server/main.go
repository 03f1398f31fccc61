// Server is a Go service that serves its profiles in the way that its mode says: the many ways in which
// real services do it, or fail to. It prints "listening ADDRESS" when it is ready.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/http/pprof"
	"os"
	"os/exec"
	"runtime/trace"
	"strings"
	"time"
)

var (
	mode        = flag.String("mode", "full", "how profiles are served")
	address     = flag.String("addr", "127.0.0.1:0", "where to listen")
	to          = flag.String("to", "", "where redirects lead")
	directory   = flag.String("dir", "", "where certificates are written")
	goroutines  = flag.Int("goroutines", 0, "goroutines that wait for ever")
	files       = flag.Int("files", 0, "files to hold open, in -dir")
	zombie      = flag.Bool("zombie", false, "start a child and never wait for it")
	connections = flag.Bool("connections", false, "print what happens to connections")
	heap        = flag.Int("heap", 0, "MiB to keep live")
	withTLS     = flag.Bool("tls", false, "speak TLS in a mode that otherwise does not")
	certificate = flag.String("certificate", "good", "what is wrong with the server's certificate")
	tracing     = flag.Bool("tracing", false, "take an execution trace of itself all the time")
)

var kept [][]byte

func main() {
	flag.Parse()
	prepare()
	if *mode == "silent" {
		fmt.Println("listening nowhere")
		time.Sleep(time.Hour)
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	handler := handlers()[*mode]
	if handler == nil {
		log.Fatalf("no mode %q", *mode)
	}
	server := &http.Server{Handler: handler}
	if *connections {
		server.ConnState = func(_ net.Conn, state http.ConnState) { fmt.Println("connection", state) }
	}
	switch {
	case *withTLS, *mode == "tls", *mode == "mtls":
		server.TLSConfig = certificates(*directory, *certificate, *mode == "mtls")
		fmt.Println("listening", listener.Addr())
		log.Fatal(server.ServeTLS(listener, "", ""))
	default:
		fmt.Println("listening", listener.Addr())
		log.Fatal(server.Serve(listener))
	}
}

func prepare() {
	for i := 0; i < *goroutines; i++ {
		go func() { select {} }()
	}
	for i := 0; i < *files; i++ {
		file, err := os.Create(fmt.Sprintf("%s/export-%d.csv", *directory, i))
		if err != nil {
			log.Fatal(err)
		}
		held = append(held, file)
	}
	if *zombie {
		if err := exec.Command("true").Start(); err != nil {
			log.Fatal(err)
		}
	}
	if *tracing {
		if err := trace.Start(io.Discard); err != nil {
			log.Fatal(err)
		}
	}
	for i := 0; i < *heap; i++ {
		kept = append(kept, bytes.Repeat([]byte{1}, 1<<20))
	}
}

var held []*os.File

// full is what importing net/http/pprof gives, below any prefix, with a metrics page beside it.
func full(prefix string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "# TYPE jobs_total counter\njobs_total 42\n")
	})
	return http.StripPrefix(prefix, mux)
}

func handlers() map[string]http.Handler {
	return map[string]http.Handler{
		"full":         full(""),
		"tls":          full(""),
		"mtls":         full(""),
		"prefix":       below("/admin", full("/admin")),
		"index-only":   only(map[string]http.Handler{"/debug/pprof/": http.HandlerFunc(pprof.Index)}),
		"hand-mounted": only(map[string]http.Handler{"/debug/pprof/goroutine": pprof.Handler("goroutine")}),
		// pprof.Index knows its own path only: below another it answers everything with the index page.
		"wrong-prefix":     only(map[string]http.Handler{"/admin/debug/pprof/": http.HandlerFunc(pprof.Index)}),
		"other-command":    otherCommand(),
		"none":             only(map[string]http.Handler{"/hello": http.HandlerFunc(hello)}),
		"basic":            guarded("Basic", "Basic ZXZlOnNlY3JldA=="), // eve:secret
		"bearer":           guarded("Bearer", "Bearer sesame"),
		"forbidden":        status(http.StatusForbidden, "no"),
		"broken":           status(http.StatusBadGateway, "upstream connect error\nmore"),
		"page":             http.HandlerFunc(page),
		"login":            http.HandlerFunc(login),
		"redirect":         http.HandlerFunc(redirect),
		"loop":             http.HandlerFunc(loop),
		"proxy":            http.HandlerFunc(proxy),
		"proxy-locked":     lockedProxy(),
		"proxy-closed":     status(http.StatusForbidden, "not from here"),
		"squid-closed":     squid(),
		"tinyproxy-closed": tinyproxy(),
		"hangs-up":         http.HandlerFunc(hangUp),
		"nginx-tls":        status(http.StatusBadRequest, "<html><center>The plain HTTP request was sent\nto HTTPS port</center></html>"),
		"seen":             http.HandlerFunc(seen),
		"cut-gzip":         spoiled(cutGzip),
		"cut-body":         spoiled(cutBody),
		"slow":             spoiled(slow),
		"huge":             spoiled(huge),
		"text":             status(http.StatusOK, "hello"),
	}
}

func only(routes map[string]http.Handler) http.Handler {
	mux := http.NewServeMux()
	for path, handler := range routes {
		mux.Handle(path, handler)
	}
	return mux
}

func below(prefix string, handler http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", handler)
	return mux
}

func otherCommand() http.Handler {
	service := full("")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/cmdline") {
			fmt.Fprint(w, "/usr/bin/another\x00-flag")
			return
		}
		service.ServeHTTP(w, r)
	})
}

func hello(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "hello") }

func guarded(scheme, credentials string) http.Handler {
	service := full("")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != credentials {
			w.Header().Set("WWW-Authenticate", scheme+` realm="debug"`)
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		service.ServeHTTP(w, r)
	})
}

func status(code int, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, text, code) })
}

func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, "<!DOCTYPE html><html><body><div id=app></div></body></html>")
}

func login(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/login" {
		http.Redirect(w, r, "/login?next="+r.URL.Path, http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, `<html><form>Please log in <input type="password"></form></html>`)
}

func redirect(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, *to+r.URL.RequestURI(), http.StatusTemporaryRedirect)
}

func loop(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
}

// seen prints which credentials arrive, then serves.
func seen(w http.ResponseWriter, r *http.Request) {
	fmt.Printf("seen authorization=%q key=%q\n", r.Header.Get("Authorization"), r.Header.Get("X-Key"))
	full("").ServeHTTP(w, r)
}

// proxy connects everybody to the one address it knows, whatever they ask for.
func proxy(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		fmt.Println("proxy", r.Method, r.URL)
		forward := httputil.ReverseProxy{Director: func(r *http.Request) { r.URL.Host = *to }}
		forward.ServeHTTP(w, r)
		return
	}
	fmt.Println("proxy", r.Method, r.Host)
	upstream, err := net.Dial("tcp", *to)
	if err != nil {
		log.Fatal(err)
	}
	client, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprint(client, "HTTP/1.1 200 OK\r\n\r\n")
	go io.Copy(upstream, client)
	io.Copy(client, upstream)
}

// lockedProxy wants a user and a password.
func lockedProxy() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "Basic ZXZlOnNlY3JldA==" { // eve:secret
			w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
			http.Error(w, "who are you?", http.StatusProxyAuthRequired)
			return
		}
		proxy(w, r)
	})
}

// squid refuses as Squid does.
func squid() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Squid-Error", "ERR_ACCESS_DENIED 0")
		http.Error(w, "<html>ERROR: Access Denied</html>", http.StatusForbidden)
	})
}

// tinyproxy refuses as Tinyproxy does.
func tinyproxy() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "tinyproxy/1.11.1")
		w.Header().Set("Via", "1.1 gateway")
		http.Error(w, "<html>Filtered</html>", http.StatusForbidden)
	})
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter, r *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		log.Fatal(err)
	}
	conn.Close()
}

// spoiled serves everything well but the goroutine profile.
func spoiled(spoil func(w http.ResponseWriter, profile []byte)) http.Handler {
	service := full("")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/debug/pprof/goroutine" || r.URL.RawQuery != "" {
			service.ServeHTTP(w, r)
			return
		}
		var profile recorder
		pprof.Handler("goroutine").ServeHTTP(&profile, r)
		spoil(w, profile.Bytes())
	})
}

type recorder struct{ bytes.Buffer }

func (*recorder) Header() http.Header { return http.Header{} }
func (*recorder) WriteHeader(int)     {}

func cutGzip(w http.ResponseWriter, profile []byte) { w.Write(profile[:len(profile)/2]) }

func cutBody(w http.ResponseWriter, profile []byte) {
	conn, buffer, err := w.(http.Hijacker).Hijack()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(buffer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(profile))
	buffer.Write(profile[:len(profile)/2])
	buffer.Flush()
	conn.Close()
}

func slow(w http.ResponseWriter, profile []byte) {
	fmt.Println("slow")
	time.Sleep(3 * time.Second)
	w.Write(profile)
}

func huge(w http.ResponseWriter, profile []byte) {
	for i := 0; i < 3<<10; i++ {
		w.Write(make([]byte, 1<<10))
	}
}
