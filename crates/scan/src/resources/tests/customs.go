// What other callers of a function release must be released by all.
package m

import (
	"context"
	"io"
	"os"
	"runtime/pprof"
	"sync"

	"example.com/store"
)

type service struct {
	bucket store.Bucket
	spare  io.Closer
	queue  chan *frame
}

func use(r any) { _, _ = io.ReadAll(r.(io.Reader)) }

// The custom: two callers close what Fetch gives.
func (s *service) first(ctx context.Context) error {
	blob, err := s.bucket.Fetch(ctx, "a")
	if err != nil {
		return err
	}
	defer blob.Close()
	_, err = io.ReadAll(blob)
	return err
}

func (s *service) second(ctx context.Context) error {
	blob, err := s.bucket.Fetch(ctx, "b")
	if err != nil {
		return err
	}
	defer func() { _ = blob.Close() }()
	_, err = io.ReadAll(blob)
	return err
}

func (s *service) forgets(ctx context.Context) ([]byte, error) {
	blob, err := s.bucket.Fetch(ctx, "c") // lost: never
	if err != nil {
		return nil, err
	}
	return io.ReadAll(blob)
}

func (s *service) keeps(ctx context.Context) error {
	blob, err := s.bucket.Fetch(ctx, "d")
	if err != nil {
		return err
	}
	s.spare = blob
	return nil
}

func (s *service) gives(ctx context.Context) (io.ReadCloser, error) {
	blob, err := s.bucket.Fetch(ctx, "e")
	if err != nil {
		return nil, err
	}
	return blob, nil
}

// One that closes while three do not is no custom.
func (s *service) stops() {
	index := s.bucket.Index()
	index.Close()
}

func (s *service) asksOnce() int   { index := s.bucket.Index(); return index.Size() }
func (s *service) asksTwice() int  { index := s.bucket.Index(); return index.Size() }
func (s *service) asksThrice() int { index := s.bucket.Index(); return index.Size() }

// Released after an error only.
func (s *service) download(ctx context.Context, path string) (err error) {
	blob, err := s.bucket.Fetch(ctx, path) // lost: some
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = blob.Close()
		}
	}()
	_, err = io.Copy(io.Discard, blob)
	return err
}

func (s *service) opens(ctx context.Context, path string) (_ io.ReadCloser, err error) {
	blob, err := s.bucket.Fetch(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = blob.Close()
		}
	}()
	if err = ctx.Err(); err != nil {
		return nil, err
	}
	return blob, nil
}

// Pools: others put frames back.
type frame struct{ n int }

var frames = sync.Pool{New: func() any { return new(frame) }}

var scratch = sync.Pool{New: func() any { return new(frame) }}

func counts() int {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	return f.n
}

func leavesIt() int {
	f := frames.Get().(*frame) // lost: never
	return f.n
}

func (s *service) queues() {
	for range 10 {
		f := frames.Get().(*frame) // lost: some
		select {
		case s.queue <- f:
		default:
		}
	}
}

// Nobody ever puts anything back here: the pool only makes.
func onlyMakes() int {
	f := scratch.Get().(*frame)
	return f.n
}

type opener interface {
	Open(name string) (io.ReadCloser, error)
}

func probes(o opener) error {
	_, err := o.Open("probe") // lost: blank
	return err
}

func profiles(path string) error {
	f, err := os.Create(path) // lost: never
	if err != nil {
		return err
	}
	return pprof.StartCPUProfile(f)
}

// A reader that opens what it reads from at the first read, and closes that.
type lazyReader struct {
	open func() (io.ReadCloser, error)
	from io.ReadCloser
}

func newLazyReader(open func() (io.ReadCloser, error)) *lazyReader {
	return &lazyReader{open: open}
}

func (r *lazyReader) Read(p []byte) (n int, err error) {
	if r.from == nil {
		if r.from, err = r.open(); err != nil {
			return 0, err
		}
	}
	return r.from.Read(p)
}

func (r *lazyReader) Close() error {
	if r.from == nil {
		return nil
	}
	return r.from.Close()
}

func readsLazily(open func() (io.ReadCloser, error)) ([]byte, error) {
	r := newLazyReader(open) // lost: never
	return io.ReadAll(r)
}

func readsAndCloses(open func() (io.ReadCloser, error)) ([]byte, error) {
	r := newLazyReader(open)
	defer r.Close()
	return io.ReadAll(r)
}

// What it wraps is somebody else's.
type plainReader struct{ from io.ReadCloser }

func newPlainReader(from io.ReadCloser) *plainReader { return &plainReader{from: from} }

func (r *plainReader) Read(p []byte) (int, error) { return r.from.Read(p) }
func (r *plainReader) Close() error               { return r.from.Close() }

func readsPlainly(from io.ReadCloser) ([]byte, error) {
	r := newPlainReader(from)
	return io.ReadAll(r)
}
