//! What functions do with their parameters.

use crate::{check, check_files};

#[test]
fn releases_on_every_way() {
    check(
        r#"
//= 0:Close
func closes(c io.Closer) { c.Close() }

//= 0:Close
func defers(c io.Closer) {
	defer c.Close()
	fmt.Println()
}

//= 0:Close
func inLiteral(c io.Closer) {
	defer func() {
		if err := c.Close(); err != nil {
			log.Print(err)
		}
	}()
}

//= 0:Close
func onBothWays(c io.Closer, ok bool) error {
	if ok {
		return c.Close()
	}
	_ = c.Close()
	return nil
}

//= 0:Close
func unlessNil(c io.Closer) {
	if c != nil {
		c.Close()
	}
}

//= 0:Close
func returnsIfNil(c io.Closer) error {
	if c == nil {
		return nil
	}
	return c.Close()
}

//= 0:Close
func ifCloser(r io.Reader) {
	if c, ok := r.(io.Closer); ok {
		c.Close()
	}
}

//= 0:Close
func bySwitch(r any) {
	switch c := r.(type) {
	case io.Closer:
		c.Close()
	}
}

//= 0:Body.Close
func body(resp *http.Response) {
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

//= 0:Body.Close
func bodyUnlessNil(resp *http.Response) {
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
}

//= 0:Body.Close
func bodyByName(resp *http.Response) {
	b := resp.Body
	defer b.Close()
}

//= 0:()
func calls(cancel context.CancelFunc) {
	defer cancel()
}

//= 0:Close
func literalOnTheSpot(c io.Closer) {
	func() { c.Close() }()
}

//= 0:Close
func exitsOtherwise(c io.Closer, err error) {
	if err != nil {
		log.Fatal(err)
	}
	c.Close()
}

//= never
func fatal(err error) { log.Fatal(err) }

//= 0:Close
func exitsByOurOwn(c io.Closer, err error) {
	if err != nil {
		fatal(err)
	}
	c.Close()
}

//= 0:Close
func selects(c io.Closer, done chan bool) {
	select {
	case <-done:
		c.Close()
	case <-context.Background().Done():
		c.Close()
	}
}
"#,
    );
}

#[test]
fn releases_on_some_ways_keep() {
    check(
        r#"
//= 0:keeps
func onError(c io.Closer, err error) {
	if err != nil {
		c.Close()
	}
}

//= 0:keeps
func inLiteral(c io.Closer) (err error) {
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	return work()
}

//=
func work() error { return nil }

//= 0:keeps
func mayReturnFirst(c io.Closer, ok bool) {
	if !ok {
		return
	}
	defer c.Close()
}

//= 0:keeps
func eitherOr(tx *sql.Tx, err error) {
	if err != nil {
		tx.Rollback()
	} else {
		tx.Commit()
	}
}

//= 0:keeps
func inLoop(c io.Closer, n int) {
	for i := 0; i < n; i++ {
		c.Close()
	}
}

//= 0:keeps
func replacedFirst(c io.ReadCloser, other io.ReadCloser) {
	if other != nil {
		c = nil
	}
	c.Close()
}
"#,
    );
}

#[test]
fn what_only_reads_does_not_keep() {
    check(
        r#"
//=
func reads(r io.Reader) ([]byte, error) { return io.ReadAll(r) }

//=
func prints(w io.Writer, s string) { fmt.Fprintln(w, s) }

//=
func scans(f *os.File) {
	s := bufio.NewScanner(f)
	for s.Scan() {
		fmt.Println(s.Text())
	}
}

//=
func methods(c net.Conn) (int, error) { return c.Read(nil) }

//=
func status(resp *http.Response) int { return resp.StatusCode }

//=
func nothing(c net.Conn) {}

//=
func unnamed(net.Conn, io.Reader) {}

//=
func blank(_ net.Conn) {}

//=
func compares(a, b net.Conn) bool { return a == b }

//=
func writes(resp *http.Response) { resp.Status = "x" }

//=
func readsByName(f *os.File) {
	r := f
	io.ReadAll(r)
}

//=
func forever(c net.Conn) {
	for i := 0; i < 10; i++ {
		c.Write(nil)
	}
}
"#,
    );
}

#[test]
fn what_is_stored_is_kept() {
    check(
        r#"
type S struct{ c net.Conn }

var global net.Conn
var all []net.Conn
var byName = map[string]net.Conn{}

//= 0:keeps
func (s *S) field(c net.Conn) { s.c = c }

//= 0:keeps
func toGlobal(c net.Conn) { global = c }

//= 0:keeps
func toSlice(c net.Conn) { all = append(all, c) }

//= 0:keeps
func toMap(c net.Conn) { byName["x"] = c }

//= 1:keeps
func toChannel(ch chan net.Conn, c net.Conn) { ch <- c }

//= 0:keeps
func back(c net.Conn) net.Conn { return c }

//= 0:keeps
func inStruct(c net.Conn) *S { return &S{c: c} }

//= 0:keeps
func inClosure(c net.Conn) func() { return func() { c.Close() } }

//= 0:keeps
func inGoroutine(c net.Conn) {
	go func() {
		defer c.Close()
	}()
}

//= 0:keeps
func goMethod(c net.Conn) { go c.Close() }

//= 0:keeps, 1:()
func toUnknown(c net.Conn, f func(net.Conn)) { f(c) }

//= 0:keeps
func toOtherModule(c *os.File) { zap.New(c) }

//= 0:keeps
func methodValue(c net.Conn) func() error { return c.Close }

//= 1:keeps
func cleanup(t *testing.T, c net.Conn) { t.Cleanup(func() { c.Close() }) }

//= 0:keeps
func byAddress(c net.Conn) *net.Conn { return &c }

//= 0:keeps
func bodyOf(resp *http.Response) io.ReadCloser { return resp.Body }

//= 0:keeps
func named(c net.Conn) (out net.Conn) {
	out = c
	return
}

//= 0:keeps
func captured(c net.Conn) {
	var f func()
	f = func() { global = c }
	f()
}
"#,
    );
}

#[test]
fn through_other_functions() {
    check(
        r#"
//= 0:Close
func closes(c io.Closer) { c.Close() }

//= 0:Close
func forwards(c io.Closer) { closes(c) }

//= 0:Close
func defers(c io.Closer) {
	defer closes(c)
}

//= 0:Body.Close
func ofPart(resp *http.Response) { closes(resp.Body) }

//= 0:keeps
func onSomeWays(c io.Closer, ok bool) {
	if ok {
		closes(c)
	}
}

//= 0:Close
func oneOrTheOther(c io.Closer, ok bool) {
	if ok {
		closes(c)
	} else {
		forwards(c)
	}
}

var kept io.Closer

//= 0:keeps
func keeps(c io.Closer) { kept = c }

//= 0:keeps
func keepsToo(c io.Closer) { keeps(c) }

//= 0:Close, 0:keeps
func both(c io.Closer) {
	keeps(c)
	c.Close()
}

//=
func reads(r io.Reader) { io.ReadAll(r) }

//=
func readsToo(r io.Reader) { reads(r) }

//= 1:Close
func second(n int, c io.Closer) { closes(c) }

//= 0:Close
func call2(c io.Closer) { second(1, c) }

type T struct{}

//= 0:Close
func (t *T) take(c io.Closer) { c.Close() }

//= 1:Close
func viaMethod(t *T, c io.Closer) { t.take(c) }

//= 1:Close
func viaMethodExpression(t *T, c io.Closer) { (*T).take(t, c) }

type Taker interface{ take(c io.Closer) }

//= 1:keeps
func viaInterface(t Taker, c io.Closer) { t.take(c) }

//= 0:Close
func generic[C io.Closer](c C) { c.Close() }

//= 0:Close
func viaGeneric(c io.Closer) { generic[io.Closer](c) }
"#,
    );
}

#[test]
fn recursion_never_claims_too_much() {
    check(
        r#"
//=
func walk(r io.Reader, n int) {
	if n > 0 {
		walk(r, n-1)
	}
}

//= 0:keeps
func drain(c io.Closer, n int) {
	if n == 0 {
		c.Close()
		return
	}
	drain(c, n-1)
}

//= 0:keeps
func even(c io.Closer, n int) {
	if n == 0 {
		kept = c
	} else {
		odd(c, n-1)
	}
}

//= 0:keeps
func odd(c io.Closer, n int) { even(c, n-1) }

var kept io.Closer

//=
func endless(c io.Closer) { endless(c) }
"#,
    );
}

#[test]
fn receivers() {
    check(
        r#"
type S struct {
	conn   net.Conn
	cancel func()
	name   string
}

//= r:conn.Close
func (s *S) Close() error { return s.conn.Close() }

//= r:Close, r:conn.Close
func (s *S) Shutdown() { s.Close() }

//= r:cancel, r:conn.Close
func (s *S) Stop() {
	s.cancel()
	if s.conn != nil {
		s.conn.Close()
	}
}

//=
func (s *S) Name() string { return s.name }

//= r:keeps
func (s *S) Start() { go s.run() }

//=
func (s *S) run() { s.conn.Read(nil) }

//= r:keeps
func (s *S) Conn() net.Conn { return s.conn }

//= 0:Close, 0:Shutdown, 0:conn.Close
func done(s *S) { s.Shutdown() }

type Value struct{ c io.Closer }

//= r:c.Close
func (v Value) Close() { v.c.Close() }
"#,
    );
}

#[test]
fn variadic_parameters() {
    check(
        r#"
//= 0:Close
func closeAll(cs ...io.Closer) {
	for _, c := range cs {
		c.Close()
	}
}

//= 0:Close
func closeSet(cs ...io.Closer) {
	for _, c := range cs {
		if c != nil {
			if err := c.Close(); err != nil {
				log.Print(err)
			}
		}
	}
}

//= 0:keeps
func closeUntil(cs ...io.Closer) error {
	for _, c := range cs {
		if err := c.Close(); err != nil {
			return err
		}
	}
	return nil
}

//= 0:Close, 1:Close
func two(a, b io.Closer) { closeAll(a, b) }

//= 0:Close
func spread(cs ...io.Closer) { closeAll(cs...) }

//= 0:keeps
func first(cs ...io.Closer) io.Closer { return cs[0] }

//=
func howMany(cs ...io.Closer) int { return len(cs) }

//= 1:keeps
func some(n int, cs ...io.Closer) {
	for i, c := range cs {
		if i < n {
			c.Close()
		}
	}
}
"#,
    );
}

#[test]
fn bodies_for_several_platforms_count_together() {
    check_files(
        r#"-- a.go
package m

import "io"

//= 0:keeps
func use(c io.Closer) { end(c) }

//= 0:Close
func both(c io.Closer) { same(c) }
-- a_linux.go
package m

import "io"

//= 0:keeps
func end(c io.Closer) { c.Close() }

//= 0:Close
func same(c io.Closer) { c.Close() }
-- a_windows.go
package m

import "io"

var kept io.Closer

//= 0:keeps
func end(c io.Closer) { kept = c }

//= 0:Close
func same(c io.Closer) { defer c.Close() }
"#,
    );
}

#[test]
fn readers_around_a_parameter() {
    check(
        r#"
//=
func decodes(r io.Reader) {
	b := bufio.NewReader(r)
	b.ReadString('\n')
	io.ReadAll(b)
}

//=
func atOnce(r io.Reader) { bufio.NewReader(r).ReadString('\n') }

//=
func nested(r io.Reader) { io.ReadAll(io.LimitReader(bufio.NewReader(r), 10)) }

//= 0:keeps
func givesBack(r io.Reader) *bufio.Reader { return bufio.NewReader(r) }

//= 0:keeps
func givesBackLater(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	return b
}

var reader *bufio.Reader

//= 0:keeps
func stores(r io.Reader) { reader = bufio.NewReader(r) }

//= 0:Close
func closesToo(f *os.File) {
	w := bufio.NewWriter(f)
	defer f.Close()
	w.Flush()
}

//=
func closesOnlyAround(f io.ReadCloser) {
	b := io.NopCloser(f)
	b.Close()
}
"#,
    );
}
