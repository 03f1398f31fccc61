package p

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/gorilla/websocket"
	"github.com/klauspost/compress/s2"
)

var errOdd = errors.New("odd")

// Writing to memory does not fail.
func hashed(name string, salt []byte) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if _, err := h.Write(salt); err != nil {
		return "", err
	}
	if _, err := io.WriteString(h, name); err != nil {
		return "", err
	}
	f.Close()
	return string(h.Sum(nil)), nil
}

// Reading a file does.
func hashedFile(name string) (string, error) {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	f.Close()
	return string(h.Sum(nil)), nil
}

func buffered(name string, data []byte) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	size := int64(len(data))
	w := s2.NewWriter(&out)
	if n, err := io.CopyN(w, bytes.NewReader(data[:size]), size); err != nil {
		return "", err
	} else if n != size {
		return "", errOdd
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	fmt.Fprintln(&out, name)
	f.Close()
	return out.String(), nil
}

// What the encoder writes to may fail.
func encoded(name string, data []byte, to io.Writer) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	w := s2.NewWriter(to)
	if _, err := w.Write(data); err != nil {
		return err
	}
	return f.Close()
}

// There may be less than is asked for.
func cut(name string, data []byte, size int64) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, strings.NewReader(string(data)), size); err != nil {
		return err
	}
	return f.Close()
}

// The error may be of the call before.
func earlier(name string, h *bytes.Buffer, check func() error, twice bool) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	err = check()
	if twice {
		_, err = h.Write(nil)
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func later(name string, h *bytes.Buffer, check func() error) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	_, err = h.Write(nil)
	for i := 0; i < 3; i++ {
		if err != nil {
			return err
		}
		err = check()
	}
	return f.Close()
}

// Functions of the module that cannot fail.
func options(name string) (int, error) {
	count := len(name)
	return count, nil
}

// What is to come may fail.
func pending(name string) (int, error) { return 0, nil }

func checked(name string) (int, error) {
	if name == "" {
		return 0, errOdd
	}
	return len(name), nil
}

func named(name string) (n int, err error) {
	defer func() {
		if n == 0 {
			err = errOdd
		}
	}()
	return len(name), nil
}

func withOptions(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	n, err := options(name)
	if err != nil {
		return err
	}
	fmt.Println(n)
	return f.Close()
}

func withPending(name string) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	n, err := pending(name)
	if err != nil {
		return err
	}
	fmt.Println(n)
	return f.Close()
}

func withChecked(name string) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	n, err := checked(name)
	if err != nil {
		return err
	}
	fmt.Println(n)
	return f.Close()
}

func withNamed(name string) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	n, err := named(name)
	if err != nil {
		return err
	}
	fmt.Println(n)
	return f.Close()
}

func register() (chan int, func()) {
	c := make(chan int, 1)
	return c, func() { close(c) }
}

func lookup(known bool) chan int {
	if known {
		return make(chan int)
	}
	return nil
}

func withChannel(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	c, cleanup := register()
	if c == nil {
		return errOdd
	}
	defer cleanup()
	return f.Close()
}

func withLookup(name string) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	if lookup(name == "") == nil {
		return errOdd
	}
	c := lookup(true)
	if c == nil {
		return errOdd
	}
	return f.Close()
}

type one interface{ One() }

type two interface{ Two() }

type three interface{ Three() }

func sender(stream any) (io.Writer, error) {
	switch stream.(type) {
	case one:
		return os.Stdout, nil
	case two:
		return os.Stderr, nil
	default:
		return nil, errOdd
	}
}

func withOne(name string, stream one) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	w, err := sender(stream)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, name)
	return f.Close()
}

func withThree(name string, stream three) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	w, err := sender(stream)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, name)
	return f.Close()
}

// What equals one constant equals no other one.
const (
	plain = iota
	secure
	upgraded
)

type settings struct{ transport, mode int }

func (s *settings) advance() { s.transport++ }

func exclusive(name string, s settings) error {
	f, err := os.Stdin, error(nil)
	if s.transport == secure {
		f, err = os.Open(name)
	}
	if err != nil {
		return err
	}
	if s.transport == upgraded {
		return errOdd
	}
	return f.Close()
}

func cased(name string, transport int) error {
	var f *os.File
	var err error
	switch transport {
	case secure, upgraded:
		f, err = os.Open(name)
	}
	if err != nil {
		return err
	}
	if transport == plain {
		return errOdd
	}
	return f.Close()
}

func changed(name string, s *settings) error {
	f, err := os.Stdin, error(nil)
	if s.transport == secure {
		f, err = os.Open(name) // lost: some
	}
	if err != nil {
		return err
	}
	s.advance()
	if s.transport == upgraded {
		return errOdd
	}
	return f.Close()
}

func different(name string, s settings) error {
	f, err := os.Stdin, error(nil)
	if s.transport == secure {
		f, err = os.Open(name) // lost: some
	}
	if err != nil {
		return err
	}
	if s.mode == upgraded {
		return errOdd
	}
	return f.Close()
}

// An error that has a type is there.
func asserted(name string) (*os.File, error) {
	f, err := os.Open(name)
	if e, ok := err.(*os.PathError); ok && e.Op == "open" {
		f, err = os.Create(name)
	}
	return f, err
}

func assertedOther(name string, other error) (*os.File, error) {
	f, err := os.Open(name) // lost: some
	if e, ok := other.(*os.PathError); ok && e.Op == "open" {
		f, err = os.Create(name)
	}
	return f, err
}

// A status without a body.
func bodiless(url string) (string, error) {
	resp, err := http.Get(url)
	if err != nil {
		return "", err
	}
	if resp.StatusCode == http.StatusNoContent {
		return "", nil
	}
	switch resp.StatusCode {
	case http.StatusNotModified:
		return "", nil
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return string(data), err
}

func withBody(url string) (string, error) {
	resp, err := http.Get(url) // lost: some
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusNoContent {
		return "", errOdd
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return string(data), err
}

func request(method, url string) (*http.Response, error) {
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

func head(url string) (int, error) {
	resp, err := request("HEAD", url)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode == 404 {
		return 0, errOdd
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

func got(url string) (int, error) {
	resp, err := request("GET", url) // lost: some
	if err != nil {
		return 0, err
	}
	if resp.StatusCode == 404 {
		return 0, errOdd
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

// A list of those that get it may be empty.
func setAll(name string, set []func(io.Writer)) {
	f, err := os.Create(name)
	if err != nil {
		return
	}
	for _, to := range set {
		to(f)
	}
}

func setLater(name string, set []func(io.Writer), later func(func())) {
	f, err := os.Create(name) // lost: some
	if err != nil {
		return
	}
	for _, to := range set {
		later(func() { to(f) })
	}
}

func setSome(name string, set []func(io.Writer), skip int) {
	f, err := os.Create(name) // lost: some
	if err != nil {
		return
	}
	for i, to := range set {
		if i == skip {
			continue
		}
		to(f)
	}
}

// A handshake that has not failed has switched.
func dialled(d *websocket.Dialer, url string) (*websocket.Conn, error) {
	conn, resp, err := d.Dial(url, nil)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, errOdd
	}
	return conn, nil
}

func dialledFor(d *websocket.Dialer, url string) (*websocket.Conn, error) {
	conn, resp, err := d.Dial(url, nil) // lost: some
	if err != nil {
		return nil, err
	}
	if resp.Header.Get("Server") == "" {
		return nil, errOdd
	}
	return conn, nil
}

// The type of an address follows from how the connection was made.
func port() (int, error) {
	conn, err := net.Listen("tcp", ":1")
	if err != nil {
		return 0, err
	}
	addr, ok := conn.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errOdd
	}
	return addr.Port, conn.Close()
}

// What else is asked for may be something else.
func limited(known map[string]int) (int, error) {
	conn, err := net.Listen("tcp", ":1") // lost: some
	if err != nil {
		return 0, err
	}
	port, ok := known["udp"]
	if !ok {
		return 0, errOdd
	}
	return port, conn.Close()
}

// Nor is every value of a connection its address.
func file() (uintptr, error) {
	conn, err := net.Listen("tcp", ":1") // lost: some
	if err != nil {
		return 0, err
	}
	fd, ok := conn.SyscallConn().(fmt.Stringer)
	if !ok {
		return 0, errOdd
	}
	return uintptr(len(fd.String())), conn.Close()
}

// Random bytes do not run out.
func secret() (net.Listener, []byte, error) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		return nil, nil, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, nil, err
	}
	return l, key, nil
}

// A loop whose condition is constant ends by its own statements alone.
func forever(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	for i := 0; true; i++ {
		if i > 3 {
			return f.Close()
		}
	}
	return nil
}

// Another one may end.
func forAWhile(name string, open bool) error {
	f, err := os.Open(name) // lost: some
	if err != nil {
		return err
	}
	for i := 0; open; i++ {
		if i > 3 {
			return f.Close()
		}
	}
	return nil
}
