package m

import (
	"errors"
	"os"
)

type store struct {
	log   *os.File
	name  string
	other *os.File
}

func newStore(path string) (*store, error) {
	var err error
	s := &store{name: path}
	if s.log, err = os.Create(path); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *store) Put(b []byte) { s.log.Write(b) }
func (s *store) Close() error { return s.log.Close() }

func put(path string, b []byte) error {
	s, err := newStore(path) // lost: never
	if err != nil {
		return err
	}
	s.Put(b)
	return nil
}

func puts(path string, b []byte) error {
	s, err := newStore(path) // lost: some
	if err != nil {
		return err
	}
	if len(b) == 0 {
		return errors.New("nothing")
	}
	s.Put(b)
	return s.Close()
}

func putAndClose(path string, b []byte) error {
	s, err := newStore(path)
	if err != nil {
		return err
	}
	defer s.Close()
	s.Put(b)
	return nil
}

func keep(path string, all map[string]*store) error {
	s, err := newStore(path)
	if err != nil {
		return err
	}
	all[path] = s
	return nil
}

func give(path string) (*store, error) {
	return newStore(path)
}

// borrowed does not close what it is given.
type borrowed struct{ log *os.File }

func newBorrowed(f *os.File) *borrowed {
	b := &borrowed{}
	b.log = f
	return b
}

func (b *borrowed) Put(p []byte) { b.log.Write(p) }
func (b *borrowed) Close() error { return b.log.Close() }

func borrow(f *os.File, p []byte) {
	b := newBorrowed(f)
	b.Put(p)
}

// lazy opens when it is asked to, and its Close does nothing before.
type lazy struct {
	log  *os.File
	name string
}

func newLazy(name string) *lazy {
	l := &lazy{}
	l.name = name
	return l
}

func (l *lazy) Open() (err error) {
	l.log, err = os.Create(l.name)
	return err
}

func (l *lazy) Close() error {
	if l.log != nil {
		return l.log.Close()
	}
	return nil
}

func named(name string) string {
	l := newLazy(name)
	return l.name
}

// careless has a Close that leaves the file alone.
type careless struct{ log *os.File }

func newCareless(path string) *careless {
	c := &careless{}
	c.log, _ = os.Open(path)
	return c
}

func (c *careless) Close() error { return nil }

func care(path string) {
	c := newCareless(path)
	c.Close()
}

func ignore(path string) *os.File {
	c := newCareless(path)
	return c.log
}

var current *store

func newShared(path string) *store {
	s := &store{}
	s.log, _ = os.Create(path)
	current = s
	return s
}

func share(path string) {
	s := newShared(path)
	s.Put(nil)
}
