package m

import (
	"context"
	"io"
	"net/http"
	"os/exec"
	"syscall"

	"example.com/arrow/array"
	"example.com/arrow/memory"
)

// A client that reads the body itself gives its bytes beside the response.
type reader interface {
	Do(context.Context, string) (*http.Response, []byte, error)
}

type asker interface {
	Ask(context.Context, string) (*http.Response, error)
}

func statusOfRead(ctx context.Context, r reader) (int, error) {
	resp, _, err := r.Do(ctx, "a")
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func statusOfAsked(ctx context.Context, a asker) (int, error) {
	resp, err := a.Ask(ctx, "a") // lost: never
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

// A number below zero is that of no descriptor.
func opened(path string) (int, error) {
	fd, err := syscall.Open(path, 0, 0)
	if err != nil {
		return 0, err
	}
	if fd < 0 {
		return 0, io.EOF
	}
	return fd, nil
}

func openedSmall(path string) (int, error) {
	fd, err := syscall.Open(path, 0, 0) // lost: some
	if err != nil {
		return 0, err
	}
	if fd < 3 {
		return 0, io.EOF
	}
	return fd, nil
}

type Election struct{ done chan struct{} }

func (s *Election) Done() <-chan struct{} { return s.done }
func (s *Election) Close()                { close(s.done) }

type sessions interface {
	NewElection(name string) (*Election, error)
}

// A session that says that it is over need not be closed.
func keep(ctx context.Context, all sessions) {
	for {
		s, err := all.NewElection("a")
		if err != nil {
			continue
		}
		select {
		case <-ctx.Done():
			s.Close()
			return
		case <-s.Done():
			continue
		}
	}
}

func keepBadly(ctx context.Context, all sessions, again <-chan bool) {
	for {
		s, err := all.NewElection("a") // lost: some
		if err != nil {
			continue
		}
		select {
		case <-ctx.Done():
			s.Close()
			return
		case <-again:
			continue
		}
	}
}

type Logger interface {
	Log(string) error
	Close() error
}

type loggers interface {
	OpenLogger(name string) (Logger, bool, error)
	NewLogger(name string) (Logger, error)
}

// The call says whether the logger was made for the caller.
func attach(all loggers, quiet bool) error {
	logger, created, err := all.OpenLogger("a")
	if err != nil {
		return err
	}
	if created {
		defer logger.Close()
	}
	if quiet {
		return nil
	}
	return logger.Log("a")
}

func attachAtTimes(all loggers, created, quiet bool) error {
	logger, err := all.NewLogger("a") // lost: some
	if err != nil {
		return err
	}
	if quiet {
		return nil
	}
	defer logger.Close()
	return logger.Log("a")
}

type Layer interface {
	Parent() Layer
	Release()
}

type layers interface {
	OpenLayer(name string) (Layer, error)
}

// Going from one layer to the next acquires nothing.
func depth(all layers) (int, error) {
	l, err := all.OpenLayer("a")
	if err != nil {
		return 0, err
	}
	defer l.Release()
	n := 0
	for l != nil {
		n++
		l = l.Parent()
	}
	return n, nil
}

func parentSize(l Layer) int {
	p := l.Parent()
	defer p.Release()
	return 1
}

func parentHeight(l Layer) int {
	p := l.Parent()
	defer p.Release()
	return 2
}

func depthLost(all layers, limit int) (int, error) {
	l, err := all.OpenLayer("a") // lost: some
	if err != nil {
		return 0, err
	}
	if limit == 0 {
		return 0, io.EOF
	}
	l.Release()
	return limit, nil
}

type starter interface {
	OpenOutput(cmd *exec.Cmd) (io.ReadCloser, error)
	OpenFile(name string) (io.ReadCloser, error)
}

// Who waits for a process closes its pipes.
func firstOutput(s starter, cmd *exec.Cmd) ([]byte, error) {
	out, err := s.OpenOutput(cmd)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, 8)
	_, err = out.Read(buf)
	return buf, err
}

func firstOfFile(s starter) ([]byte, error) {
	out, err := s.OpenFile("a") // lost: never
	if err != nil {
		return nil, err
	}
	buf := make([]byte, 8)
	_, err = out.Read(buf)
	return buf, err
}

// Memory that is collected need not be given back.
func column(n int) array.Array {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	b.Reserve(n)
	return b.NewArray()
}

func columnOfOwn(n int) array.Array {
	mem := memory.NewGoAllocator()
	b := array.NewInt64Builder(mem)
	b.Reserve(n)
	return b.NewArray()
}

func columnOfGiven(mem memory.Allocator, n int) array.Array {
	b := array.NewInt64Builder(mem) // lost: never
	b.Reserve(n)
	return b.NewArray()
}

type Handle interface {
	Close() error
}

type handles interface {
	None() Handle
	OpenHandle(name string) (Handle, error)
}

// What is called none holds nothing.
func within(all handles, other bool) error {
	h := all.None()
	if other {
		var err error
		h, err = all.OpenHandle("a")
		if err != nil {
			return err
		}
		defer h.Close()
	}
	return use(h)
}

func withinOpened(all handles, other bool) error {
	h, err := all.OpenHandle("a") // lost: some
	if err != nil {
		return err
	}
	if other {
		return nil
	}
	return h.Close()
}

func use(h Handle) error { return nil }

type Server interface {
	Serve(Handle) error
	Close() error
}

type servers interface {
	NewServer(name string) Server
	NewHandle(name string) Handle
}

// A server that was not told to serve holds nothing.
func serve(all servers, quiet bool) error {
	s := all.NewServer("a")
	if quiet {
		return nil
	}
	defer s.Close()
	return s.Serve(nil)
}

func handle(all servers, quiet bool) error {
	h := all.NewHandle("a") // lost: some
	if quiet {
		return nil
	}
	defer h.Close()
	return use(h)
}

// What a method without arguments gives by its name alone is what its value has; what it is told to open is not.
func ping(orm *lib.ORM) error {
	db, err := orm.DB()
	if err != nil {
		return err
	}
	if err := db.Ping(); err != nil {
		return err
	}
	return db.Close()
}

func pingNamed(orm *lib.ORM, name string) error {
	db, err := orm.DB(name) // lost: some
	if err != nil {
		return err
	}
	if err := db.Ping(); err != nil {
		return err
	}
	return db.Close()
}
