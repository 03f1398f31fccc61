package m

import (
	"io"

	"example.com/gz"
	"example.com/other"
)

type Store interface {
	Open(key string) (io.ReadCloser, error)
	Body() io.ReadCloser
	NewWriter(key string) (Writer, error)
	Size() int
	Iterator() (Iterator, error)
	Session() *Session
	NewLock(key string) (Lock, error)
}

type Lock interface {
	Lock() error
	Unlock() error
	Close() error
}

type Writer interface {
	io.Writer
	Close() error
}

type Iterator interface {
	Next() bool
	Close()
}

type Session struct{ open bool }

func (s *Session) Close() { s.open = false }

func read(s Store) ([]byte, error) {
	r, err := s.Open("a") // lost: never
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func readClosed(s Store) ([]byte, error) {
	r, err := s.Open("a")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func getter(s Store) ([]byte, error) {
	return io.ReadAll(s.Body())
}

func write(s Store, data []byte) error {
	w, err := s.NewWriter("a") // lost: some
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Close()
}

func iterate(s Store) (n int, err error) {
	it, err := s.Iterator() // lost: never
	if err != nil {
		return 0, err
	}
	for it.Next() {
		n++
	}
	return n, nil
}

func borrowed(s Store) bool {
	session := s.Session()
	return session.open
}

func harmless(r io.Reader) ([]byte, error) {
	z, err := gz.NewReader(r)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func closedElsewhere(key string) ([]byte, error) {
	b, err := other.Get(key) // lost: some
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(b)
	if err != nil {
		return nil, err
	}
	return data, b.Close()
}

func closedAlways(key string) ([]byte, error) {
	b, err := other.Get(key)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	return io.ReadAll(b)
}

func neverClosed(key string) ([]byte, error) {
	b, err := other.Get(key) // lost: never
	if err != nil {
		return nil, err
	}
	return io.ReadAll(b)
}

type server struct{ session *Session }

func (s *server) current() (*Session, error) { return s.session, nil }

func borrowedAndClosedOnce(s *server) error {
	session, err := s.current()
	if err != nil {
		session.Close()
		return err
	}
	session.open = true
	return nil
}

// What closes it in its own way says so by its name.
func closeParts(it Iterator) { println(it.Next()) }

func printParts(it Iterator) { println(it.Next()) }

func iterateAndCloseParts(s Store) error {
	it, err := s.Iterator()
	if err != nil {
		return err
	}
	defer closeParts(it)
	it.Next()
	return nil
}

func iterateAndPrintParts(s Store) error {
	it, err := s.Iterator() // lost: never
	if err != nil {
		return err
	}
	defer printParts(it)
	it.Next()
	return nil
}

// A lock of a file is given back by the method that its Close calls.
func unlocked(s Store) error {
	l, err := s.NewLock("a")
	if err != nil {
		return err
	}
	defer l.Unlock()
	return l.Lock()
}

func keptLocked(s Store) error {
	l, err := s.NewLock("a") // lost: never
	if err != nil {
		return err
	}
	return l.Lock()
}
