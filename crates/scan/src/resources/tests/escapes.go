package m

import (
	"context"
	"os"
	"sync"
	"testing"

	"example.com/other"
)

type holder struct {
	f  *os.File
	fs map[string]*os.File
}

var global *os.File

func returned(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func returnedDirectly(path string) (*os.File, error) { return os.Open(path) }

func returnedInStruct(path string) (*holder, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &holder{f: f}, nil
}

func returnedByName(path string) (f *os.File, err error) {
	f, err = os.Open(path)
	return
}

func storedInField(h *holder, path string) (err error) {
	h.f, err = os.Open(path)
	return err
}

func storedLater(h *holder, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	h.f = f
	return nil
}

func storedInMap(h *holder, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	h.fs[path] = f
	return nil
}

func storedInGlobal(path string) {
	f, err := os.Open(path)
	if err == nil {
		global = f
	}
}

func appended(paths []string) (all []*os.File, err error) {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

func sent(path string, to chan<- *os.File) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	to <- f
}

func sentInSelect(ctx context.Context, path string, to chan<- *os.File) {
	f, err := os.Open(path) // lost: some
	if err != nil {
		return
	}
	select {
	case to <- f:
	case <-ctx.Done():
	}
}

func capturedByCloser(path string) (func(), error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}

func closedInGoroutine(path string, wg *sync.WaitGroup) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	go func() {
		defer wg.Done()
		f.Close()
	}()
}

func givenToStranger(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return other.Consume(f)
}

func methodValue(path string, defers *[]func() error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	*defers = append(*defers, f.Close)
	return nil
}

func cleanedUp(t *testing.T, path string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
}

func outerVariable(path string) error {
	var f *os.File
	open := func() (err error) {
		f, err = os.Open(path)
		return err
	}
	if err := open(); err != nil {
		return err
	}
	return f.Close()
}

func parameter(f *os.File, path string) *os.File {
	f, _ = os.Open(path)
	return f
}

func element(path string) []any {
	f, _ := os.Open(path)
	return []any{f}
}

func deferredStranger(path string) {
	f, _ := os.Open(path)
	defer other.CloseQuietly(f)
}

func deferredWithArgument(path string) {
	f, _ := os.Open(path)
	defer func(c *os.File) { c.Close() }(f)
}

func stillLost(path string) bool {
	f, err := os.Open(path) // lost: never
	return err == nil && f != nil
}
