// What ends with something else: with the process, with a context, with what holds it too.
package m

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"

	"example.com/sdk"
	"example.com/store"
	"github.com/spf13/cobra"
	"github.com/urfave/cli/v2"
)

// Commands: the process ends when they return.
var list = &cli.Command{
	Name: "list",
	Action: func(c *cli.Context) error {
		f, err := os.Open(c.String("path"))
		if err != nil {
			return err
		}
		_, err = io.Copy(os.Stdout, f)
		return err
	},
}

var commands = []*cli.Command{{
	Name: "all",
	Action: func(c *cli.Context) error {
		for _, path := range c.StringSlice("path") {
			f, err := os.Open(path) // lost: never
			if err != nil {
				return err
			}
			_, _ = io.Copy(os.Stdout, f)
		}
		return nil
	},
}}

type job struct {
	Name string
	Run  func() error
}

var nightly = job{
	Name: "nightly",
	Run: func() error {
		f, err := os.Open("state") // lost: never
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, f)
		return err
	},
}

func command() *cobra.Command {
	cmd := &cobra.Command{Use: "show", RunE: show}
	return cmd
}

func show(cmd *cobra.Command, args []string) error {
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	_, err = io.Copy(os.Stdout, f)
	return err
}

func shown(args []string) error {
	f, err := os.Open(args[0]) // lost: never
	if err != nil {
		return err
	}
	_, err = io.Copy(os.Stdout, f)
	return err
}

type saveCommand struct{}

func (c *saveCommand) Run(args []string) int {
	f, err := os.Create(args[0])
	if err != nil {
		return 1
	}
	_, _ = f.WriteString("saved")
	return 0
}

func (c *saveCommand) Save(args []string) int {
	f, err := os.Create(args[0]) // lost: never
	if err != nil {
		return 1
	}
	_, _ = f.WriteString("saved")
	return 0
}

// What a function also keeps belongs to whoever it keeps it in.
type server struct {
	listener net.Listener
	files    []*os.File
	last     int
}

func (s *server) createListener() (*net.TCPListener, error) {
	listener, err := net.ListenTCP("tcp", nil)
	if err != nil {
		return nil, err
	}
	s.listener = listener
	return listener, nil
}

func (s *server) setup() error {
	listener, err := s.createListener()
	if err != nil {
		return err
	}
	if listener.Addr() == nil {
		return errors.New("no address")
	}
	return nil
}

func (s *server) createIndex(path string) (*os.File, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	s.files = append(s.files, f)
	return f, nil
}

func (s *server) reset() error {
	_, err := s.createIndex("index")
	return err
}

func (s *server) createScratch(path string) (*os.File, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	s.last = len(path)
	return f, nil
}

func (s *server) forgets() error {
	_, err := s.createScratch("scratch") // lost: blank
	return err
}

// A whole response that is given away to be taken apart.
func takesApart(client *http.Client, req *http.Request) (string, error) {
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	answer := sdk.NewAnswer()
	if err := sdk.Unmarshal(answer, resp); err != nil {
		return "", err
	}
	return answer.Name, nil
}

func readsBody(client *http.Client, req *http.Request) (string, error) {
	resp, err := client.Do(req) // lost: never
	if err != nil {
		return "", err
	}
	answer := sdk.NewAnswer()
	if err := sdk.Unmarshal(answer, resp.Body); err != nil {
		return "", err
	}
	return answer.Name, nil
}

// Errors that have been looked at.
func twice(name string, secure bool) (*os.File, error) {
	var f *os.File
	var err error
	f, err = os.Open(name)
	if err == nil && secure {
		if err = f.Chmod(0o600); err != nil {
			f.Close()
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func twiceAndForgets(name string, secure bool) (*os.File, error) {
	var f *os.File
	var err error
	f, err = os.Open(name) // lost: some
	if err == nil && secure {
		err = f.Chmod(0o600)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

type volume struct {
	readOnly bool
	index    io.Closer
}

func (v *volume) loadOnce(name string) error {
	var f *os.File
	var err error
	if v.readOnly {
		if f, err = os.Open(name); err != nil {
			return err
		}
	}
	v.index = nil
	if name == "" {
		v.readOnly = true
	}
	if v.readOnly {
		v.index = f
	}
	return nil
}

func (v *volume) loadAndForget(name string) error {
	var f *os.File
	var err error
	if v.readOnly {
		if f, err = os.Open(name); err != nil { // lost: some
			return err
		}
	}
	v.readOnly = name != ""
	if v.readOnly {
		v.index = f
	}
	return nil
}

// What is around a buffer is garbage with it.
func first(rows []string) ([]byte, error) {
	var buf bytes.Buffer
	w := store.NewWriter(&buf)
	defer w.Close()
	for _, row := range rows {
		if err := w.Put(row); err != nil {
			return nil, err
		}
	}
	return buf.Bytes(), w.Flush()
}

func second(rows []string) ([]byte, error) {
	var buf bytes.Buffer
	w := store.NewWriter(&buf)
	defer w.Close()
	return buf.Bytes(), nil
}

func aroundBuffer(rows []string) ([]byte, error) {
	var buf bytes.Buffer
	w := store.NewWriter(&buf)
	for _, row := range rows {
		if err := w.Put(row); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func byName(rows []string) error {
	w := store.NewWriter("rows") // lost: some
	for _, row := range rows {
		if err := w.Put(row); err != nil {
			return err
		}
	}
	return w.Close()
}

// Another result tells whether there is anything.
func filters(in io.Reader) error {
	batch, empty, err := store.Filter(in)
	if err != nil {
		return err
	}
	if empty {
		return nil
	}
	defer batch.Close()
	return batch.Send()
}

func filtersAgain(in io.Reader) error {
	batch, empty, err := store.Filter(in)
	if err != nil || empty {
		return err
	}
	defer batch.Close()
	return batch.Send()
}

func filtersTooMany(in io.Reader, most int) error {
	batch, size, err := store.Filter(in) // lost: some
	if err != nil {
		return err
	}
	if size > most {
		return errors.New("too many")
	}
	defer batch.Close()
	return batch.Send()
}

func filtersAndFails(in io.Reader) error {
	batch, empty, err := store.Filter(in) // lost: some
	if err != nil {
		return err
	}
	if empty {
		return nil
	}
	if err := batch.Check(); err != nil {
		return err
	}
	defer batch.Close()
	return batch.Send()
}

func filtersAndForgets(in io.Reader) error {
	batch, _, err := store.Filter(in) // lost: never
	if err != nil {
		return err
	}
	return batch.Send()
}

// A stream ends with the context with which it was asked for.
func follows(ctx context.Context) error {
	logs, err := store.Logs(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer logs.Close()
	_, err = io.Copy(io.Discard, logs)
	return err
}

func followsAnother(ctx, other context.Context) error {
	logs, err := store.Logs(ctx) // lost: some
	if other.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer logs.Close()
	_, err = io.Copy(io.Discard, logs)
	return err
}

// What is only made has not begun.
type limiter interface {
	Start(ctx context.Context) error
	Shutdown(ctx context.Context) error
}

type gauge interface {
	Shutdown(ctx context.Context) error
}

// What opens itself is not open before.
type parts interface {
	Open(ctx context.Context) error
	Close() error
}

// What opens others is.
type bucket interface {
	Open(name string) (io.ReadCloser, error)
	Close() error
}

func compacts(f factory, n int) error {
	p, err := f.NewParts(n)
	if err != nil {
		return err
	}
	if n < 0 {
		return errors.New("negative")
	}
	if err := p.Open(context.Background()); err != nil {
		return err
	}
	return p.Close()
}

func lists(f factory, n int) error {
	b, err := f.NewBucket(n) // lost: some
	if err != nil {
		return err
	}
	if n < 0 {
		return errors.New("negative")
	}
	return b.Close()
}

type factory interface {
	NewParts(n int) (parts, error)
	NewBucket(n int) (bucket, error)
	NewLimiter(n int) (limiter, error)
	NewGauge(n int) (gauge, error)
	CreateGauge(n int) gauge
}

func limits(f factory, n int) (limiter, error) {
	l, err := f.NewLimiter(n)
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, errors.New("negative")
	}
	return l, nil
}

func gauges(f factory, n int) (gauge, error) {
	g, err := f.NewGauge(n) // lost: some
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, errors.New("negative")
	}
	return g, nil
}

// What cannot fail asks the system for nothing.
func createsGauges(f factory, n int) (gauge, error) {
	g := f.CreateGauge(n)
	if n < 0 {
		return nil, errors.New("negative")
	}
	return g, nil
}

// A reader with a Close that does nothing.
func sniffed(r io.Reader) io.ReadCloser {
	head := make([]byte, 512)
	n, _ := r.Read(head)
	return io.NopCloser(io.MultiReader(bytes.NewReader(head[:n]), r))
}

func sniffs(r io.Reader) error {
	body := sniffed(r)
	defer body.Close()
	_, err := io.Copy(io.Discard, body)
	return err
}

func sniffsToo(r io.Reader) error {
	body := sniffed(r)
	defer body.Close()
	_, err := io.Copy(os.Stdout, body)
	return err
}

func sniffsOnly(r io.Reader) error {
	body := sniffed(r)
	_, err := io.Copy(io.Discard, body)
	return err
}

// Close with an argument commits.
func commits(ctx context.Context, r io.Reader) error {
	w, err := store.Snapshot()
	if err != nil {
		return err
	}
	if err := w.Append(ctx, r); err != nil {
		return err
	}
	return w.Close(ctx)
}

// What closes the reader is given away.
type archive struct{ io.ReadCloser }

func unpacks(name string) (*archive, error) {
	var a archive
	r, err := store.NewReader(name)
	if err != nil {
		return nil, err
	}
	a.ReadCloser = r.IOReadCloser()
	return &a, nil
}

func unpacked(name string) error {
	r, err := store.NewReader(name)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}

func unpackedToo(name string) error {
	r, err := store.NewReader(name)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(os.Stdout, r)
	return err
}

func unpacksAndForgets(name string) (int64, error) {
	r, err := store.NewReader(name) // lost: never
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, r.IOReadCloser())
}

// A list without elements.
func explores(ok bool) error {
	blocks, err := store.Explore()
	if err != nil {
		return err
	}
	if len(blocks) == 0 {
		return errors.New("none")
	}
	defer store.CloseBlocks(blocks)
	return nil
}

func exploresAndForgets(ok bool) error {
	blocks, err := store.Explore() // lost: some
	if err != nil {
		return err
	}
	if len(blocks) != 0 && !ok {
		return errors.New("unwanted")
	}
	defer store.CloseBlocks(blocks)
	return nil
}

// The head of a response has no body.
func asksForHead(client *http.Client, url string) (bool, error) {
	req, err := http.NewRequest("HEAD", url, nil)
	if err != nil {
		return false, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return false, err
	}
	return resp.StatusCode == 200, nil
}

func asksForAll(client *http.Client, url string) (bool, error) {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return false, err
	}
	resp, err := client.Do(req) // lost: never
	if err != nil {
		return false, err
	}
	return resp.StatusCode == 200, nil
}

// What has been read into a variable has been closed.
type api interface {
	Call(path string, into any) (*http.Response, error)
}

func deletes(a api) error {
	resp, err := a.Call("delete", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return nil
}

func reads(a api) (int, error) {
	var answer struct{ Size int }
	resp, err := a.Call("read", &answer)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode + answer.Size, nil
}

func readsNothing(a api) (int, error) {
	resp, err := a.Call("read", nil) // lost: never
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

// The answer to a handshake says that there is no connection.
func connects(d store.Dialer) (io.ReadCloser, error) {
	conn, resp, err := d.Connect("a")
	if resp != nil {
		switch resp.StatusCode {
		case 101:
		default:
			return nil, errors.New("refused")
		}
	}
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return nil, nil
}

func connectsToo(d store.Dialer) error {
	conn, _, err := d.Connect("a")
	if err != nil {
		return err
	}
	defer conn.Close()
	return nil
}

// What is around a file that is closed by itself.
func wrapsFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	d := store.NewDisk(f)
	return d.Check()
}

func wrapsAndCloses(f *os.File) error {
	d := store.NewDisk(f)
	defer d.Close()
	return d.Check()
}

func wrapsAndClosesToo(f *os.File) error {
	d := store.NewDisk(f)
	defer d.Close()
	return d.Check()
}

func wrapsAndForgets(f *os.File) error {
	d := store.NewDisk(f) // lost: never
	return d.Check()
}
