//! What functions acquire and give back.

use crate::{check, check_files};

#[test]
fn given_at_once_or_by_a_variable() {
    check(
        r#"
//= gives 0 Response
func direct(u string) (*http.Response, error) { return http.Get(u) }

//= gives 0 Response
func byVariable(u string) (*http.Response, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	return resp, nil
}

//= gives 0 File
func closedOnError(p string) (*os.File, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	if _, err := f.Stat(); err != nil {
		f.Close()
		return nil, fmt.Errorf("stat: %w", err)
	}
	return f, nil
}

//= gives 0 File
func namedResult(p string) (f *os.File, err error) {
	f, err = os.Open(p)
	return
}

//= gives 0 File
func deferredOnError(p string) (_ *os.File, err error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	_, err = f.Stat()
	return f, err
}

//= gives 0 Conn
func retries(addr string) (net.Conn, error) {
	var conn net.Conn
	var err error
	for i := 0; i < 3; i++ {
		conn, err = net.Dial("tcp", addr)
		if err == nil {
			return conn, nil
		}
	}
	return nil, err
}

//= gives 0 File
func oneOfTwo(p string, ok bool) (*os.File, error) {
	if ok {
		return os.Create(p)
	}
	return os.Open(p)
}

//= gives 1 Cancel
func withCancel(parent context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(parent)
}

//= gives 1 Cancel
func cancelByVariable(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithTimeout(parent, 1)
	return ctx, cancel
}

//= gives 0 File
func asReader(p string) (io.ReadCloser, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stderr, f.Name())
	return f, nil
}

//= gives 0 own
func bodyOnly(u string) (io.ReadCloser, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

//= 1:keeps, gives 0 Response
func retriesRequest(c *http.Client, req *http.Request) (*http.Response, error) {
	for {
		resp, err := c.Do(req)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode < 500 {
			return resp, nil
		}
		resp.Body.Close()
	}
}

//= gives 0 File
func secondName(p string) *os.File {
	f, _ := os.Open(p)
	g := f
	return g
}
"#,
    );
}

#[test]
fn through_other_functions() {
    check_files(
        r#"-- a/a.go
package a

import "example.com/m/b"

//= gives 0 File
func Open(p string) (*os.File, error) { return b.Open(p) }

//= gives 0 File
func must(p string) *os.File {
	f, err := b.Open(p)
	if err != nil {
		panic(err)
	}
	return f
}

//= gives 0 File
func viaMust(p string) *os.File { return must(p) }
-- b/b.go
package b

import "os"

//= gives 0 File
func Open(p string) (*os.File, error) { return open(p) }

//= gives 0 File
func open(p string) (*os.File, error) {
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	if err := check(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

//=
func check(f *os.File) error {
	_, err := f.Stat()
	return err
}
"#,
    );
}

#[test]
fn what_others_hold_is_not_given() {
    check(
        r#"
type S struct{ f *os.File }

var global *os.File
var cache = map[string]*os.File{}

//= r:keeps
func (s *S) field() *os.File { return s.f }

//= r:keeps
func (s *S) fieldSet(p string) *os.File {
	s.f, _ = os.Open(p)
	return s.f
}

//=
func (s *S) File() *os.File {
	f, _ := os.Open("x")
	s.f = f
	return f
}

//=
func fromGlobal() *os.File { return global }

//=
func cached(p string) *os.File {
	if f, ok := cache[p]; ok {
		return f
	}
	f, _ := os.Open(p)
	cache[p] = f
	return f
}

//=
func freshOrCached(p string) (*os.File, error) {
	if f := cache[p]; f != nil {
		return f, nil
	}
	return os.Open(p)
}

//= 0:keeps
func parameter(f *os.File) *os.File { return f }

//= 0:keeps
func parameterOrFresh(f *os.File) *os.File {
	if f == nil {
		f, _ = os.Open("x")
	}
	return f
}

var once sync.Once

//=
func onceOnly() *os.File {
	once.Do(func() { global, _ = os.Open("x") })
	return global
}

//=
func onceLocal() *os.File {
	var f *os.File
	once.Do(func() { f, _ = os.Open("x") })
	return f
}

//=
func released(u string) (*http.Response, error) {
	resp, err := http.Get(u)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return resp, nil
}

//=
func releasedBefore(u string) *http.Response {
	resp, _ := http.Get(u)
	resp.Body.Close()
	return resp
}

//=
func replaced(u string) *http.Response {
	resp, _ := http.Get(u)
	b, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(bufio.NewReader(b))
	return resp
}

//=
func handedOn(p string) *os.File {
	f, _ := os.Open(p)
	register(f)
	return f
}

//= 0:keeps
func register(f *os.File) { cache["x"] = f }

//=
func inGoroutine(p string) *os.File {
	f, _ := os.Open(p)
	go func() {
		<-done
		f.Close()
	}()
	return f
}

var done chan bool

//=
func pooled(p *sync.Pool) *os.File { return p.Get().(*os.File) }

//= 0:keeps
func harmless(r io.Reader) io.ReadCloser { return io.NopCloser(r) }

//=
func onlyNil() *os.File { return nil }

//= 0:()
func unknownCall(f func() *os.File) *os.File { return f() }

type Opener interface{ Open(p string) (*os.File, error) }

//=
func viaInterface(o Opener) (*os.File, error) { return o.Open("x") }

//=
func withCleanup(p string) (*os.File, func()) {
	f, _ := os.Open(p)
	return f, func() { f.Close() }
}

//=
func itself(n int) *os.File { return itself(n - 1) }
"#,
    );
}

#[test]
fn structs_around_something_that_is_given() {
    check(
        r#"
type Client struct {
	conn net.Conn
	name string
}

//= r:conn.Close
func (c *Client) Close() error { return c.conn.Close() }

//= gives 0 own
func dial(addr string) (*Client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, name: addr}, nil
}

//= gives 0 own
func dialByVariable(addr string) (*Client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &Client{conn: conn}
	if err := c.hello(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

//=
func (c *Client) hello() error {
	_, err := c.conn.Write(nil)
	return err
}

//= gives 0 own
func again(addr string) (*Client, error) { return dial(addr) }

//= 0:keeps
func around(conn net.Conn) *Client { return &Client{conn: conn} }

//=
func empty() *Client { return &Client{name: "x"} }

type NoClose struct{ conn net.Conn }

//=
func noClose(addr string) *NoClose {
	conn, _ := net.Dial("tcp", addr)
	return &NoClose{conn: conn}
}

type OtherClose struct {
	conn net.Conn
	file io.Closer
}

//= r:file.Close
func (o *OtherClose) Close() error { return o.file.Close() }

//=
func otherClose(addr string) *OtherClose {
	conn, _ := net.Dial("tcp", addr)
	return &OtherClose{conn: conn}
}

type Embeds struct{ *Client }

//= gives 0 own
func embeds(addr string) (*Embeds, error) {
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	return &Embeds{Client: c}, nil
}

var clients []*Client

//=
func kept(addr string) *Client {
	c, _ := dial(addr)
	clients = append(clients, c)
	return c
}
"#,
    );
}
