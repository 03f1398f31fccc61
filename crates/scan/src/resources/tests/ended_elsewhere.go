package m

import (
	"example.com/mux"
	"example.com/plugin"
	"github.com/containerd/containerd/v2/client"
	"net"
	"os"
	"sync"
	"syscall"
)

// Processes that run already, or that a descriptor waits for.

func attached(at *plugin.ReattachConfig) (any, error) {
	config := &plugin.ClientConfig{Reattach: at}
	c := plugin.NewClient(config)
	raw, err := c.Dispense("x")
	if err != nil {
		return nil, err
	}
	return plugin.Wrap(c, raw), nil
}

func launched(cmd any) (any, error) {
	c := plugin.NewClient(&plugin.ClientConfig{Cmd: cmd, Reattach: nil}) // lost: some
	raw, err := c.Dispense("x")
	if err != nil {
		return nil, err
	}
	return plugin.Wrap(c, raw), nil
}

func withDescriptor(name string) (int, error) {
	var fd int
	p, err := os.StartProcess(name, nil, &os.ProcAttr{Sys: &syscall.SysProcAttr{PidFD: &fd}})
	if err != nil {
		return 0, err
	}
	if fd == -1 {
		p.Kill()
		p.Wait()
	}
	return fd, nil
}

func withoutDescriptor(name string) (int, error) {
	p, err := os.StartProcess(name, nil, &os.ProcAttr{Sys: &syscall.SysProcAttr{Setpgid: true}}) // lost: some
	if err != nil {
		return 0, err
	}
	if p.Pid == 1 {
		p.Wait()
	}
	return p.Pid, nil
}

// Parts of connections.

func closesSession(session *mux.Session, hello []byte) (any, error) {
	s, err := session.Open()
	if err != nil {
		return nil, err
	}
	if _, err := s.Write(hello); err != nil {
		session.Close()
		return nil, err
	}
	return s, nil
}

func closesConn(conn net.Conn, hello []byte) {
	defer conn.Close()
	var session *mux.Session
	session = mux.Server(conn)
	for {
		s, err := session.Open()
		if err != nil {
			return
		}
		if _, err := s.Write(hello); err != nil {
			return
		}
		go mux.Handle(s)
	}
}

type holder struct{ session *mux.Session }

func (h *holder) forgets(hello []byte) (any, error) {
	s, err := h.session.Open() // lost: some
	if err != nil {
		return nil, err
	}
	if _, err := s.Write(hello); err != nil {
		return nil, err
	}
	return s, nil
}

// A client for no address.

func inside(ready func() error) (any, error) {
	c, err := client.New("")
	if err != nil {
		return nil, err
	}
	if err := ready(); err != nil {
		return nil, err
	}
	return c, nil
}

func outside(address string, ready func() error) (any, error) {
	c, err := client.New(address) // lost: some
	if err != nil {
		return nil, err
	}
	if err := ready(); err != nil {
		return nil, err
	}
	return c, nil
}

// What replaces an item of a pool.

var slices = sync.Pool{New: func() any { return []int{} }}

func put(s []int) { slices.Put(s) }

func grown(size int) []int {
	s := slices.Get().([]int)
	if cap(s) < size {
		s = make([]int, size)
	}
	return s[:size]
}

func again(n int) {
	var s []int
	for i := 0; i < n; i++ {
		s = slices.Get().([]int) // lost: some
	}
	slices.Put(s)
}

// A listener is served as long as it is open.

type service struct{}

func (s *service) Serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go mux.Handle(c)
	}
}

func serves(s *service, fail func(error)) {
	l, err := net.Listen("unix", "s")
	if err != nil {
		return
	}
	if err := s.Serve(l); err != nil {
		fail(err)
	}
}

func listens(s *service, ready func() error) error {
	l, err := net.Listen("unix", "s") // lost: some
	if err != nil {
		return err
	}
	if err := ready(); err != nil {
		return err
	}
	return s.Serve(l)
}

// A flag tells that there is nothing.

type frame struct{ f *os.File }

func (f *frame) Close() error { return f.f.Close() }

func narrowed(path string) (*frame, bool, error) {
	if path == "" {
		return nil, true, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, true, err
	}
	return &frame{f: f}, false, nil
}

func afterFlag(path string) error {
	f, empty, err := narrowed(path)
	if err != nil {
		return err
	}
	if empty {
		return nil
	}
	return f.Close()
}

func numbered(path string) (*frame, bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, true, err
	}
	return &frame{f: f}, path == "one", nil
}

func afterNumber(path string) error {
	f, one, err := numbered(path) // lost: some
	if err != nil {
		return err
	}
	if one {
		return nil
	}
	return f.Close()
}

// What is given beside it closes it.
func withCleanup(c *mux.Client, early bool) error {
	s, cleanup, err := c.Begin()
	if err != nil {
		return err
	}
	defer cleanup()
	if early {
		return s.Close()
	}
	return s.Start()
}

// Something else is deferred.
func withoutCleanup(c *mux.Client, early bool, done func()) error {
	s, _, err := c.Begin() // lost: some
	if err != nil {
		return err
	}
	defer done()
	if early {
		return s.Close()
	}
	return s.Start()
}
