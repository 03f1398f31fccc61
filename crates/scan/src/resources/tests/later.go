// What holds nothing yet, or nothing any more.
package m

import (
	"bytes"
	"os"
	"sync"

	"example.com/flock"
	"example.com/informers"
	"example.com/queue"
	"github.com/klauspost/compress/zstd"
)

var buffers sync.Pool

const most = 1 << 16

// A buffer that has grown is left to the garbage collector.
func key(parts []string) string {
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	for _, part := range parts {
		buf.WriteString(part)
	}
	text := buf.String()
	if buf.Cap() <= most {
		buffers.Put(buf)
	}
	return text
}

func slice(parts []string) int {
	buf := buffers.Get().(*[]byte)
	n := len(parts)
	if cap(*buf) > most {
		return n
	}
	buffers.Put(buf)
	return n
}

func forgotten(parts []string) string {
	buf := buffers.Get().(*bytes.Buffer) // lost: some
	if len(parts) == 0 {
		return ""
	}
	text := buf.String()
	buffers.Put(buf)
	return text
}

// Informers end with the channel, others must be shut down.
func informed(stop chan struct{}) {
	factory := informers.NewSharedInformerFactory(nil, 0)
	defer factory.Shutdown()
	factory.Start(stop)
	<-stop
}

func alsoInformed(stop chan struct{}) bool {
	factory := informers.NewSharedInformerFactory(nil, 0)
	factory.Start(stop)
	return factory.WaitForCacheSync(stop)
}

func queued(stop chan struct{}) {
	q := queue.NewShared(nil, 0)
	defer q.Shutdown()
	q.Start(stop)
	<-stop
}

func alsoQueued(stop chan struct{}) bool {
	q := queue.NewShared(nil, 0) // lost: never
	q.Start(stop)
	return q.Wait(stop)
}

// A cursor only empties itself when it is closed; what stops its work does not.
type cursor struct {
	mu    sync.Mutex
	batch []int
	at    int
}

func openCursor(n int) (*cursor, error) { return &cursor{batch: make([]int, n)}, nil }

func (c *cursor) Close() {
	c.mu.Lock()
	c.batch = nil
	c.at = 0
	c.mu.Unlock()
}

func firstCursor() error {
	c, err := openCursor(1)
	if err != nil {
		return err
	}
	defer c.Close()
	return nil
}

func secondCursor() (int, error) {
	c, err := openCursor(2)
	if err != nil {
		return 0, err
	}
	return c.at, nil
}

type ticks struct {
	running bool
	at      int
}

func openTicks(n int) (*ticks, error) { return &ticks{running: true, at: n}, nil }

func (t *ticks) Close() { t.running = false }

func firstTicks() error {
	t, err := openTicks(1)
	if err != nil {
		return err
	}
	defer t.Close()
	return nil
}

func secondTicks() (int, error) {
	t, err := openTicks(2) // lost: never
	if err != nil {
		return 0, err
	}
	return t.at, nil
}

// An index gives the memory of its parts to a pool, to be used again; what it opened is another matter.
type index struct{ parts map[string][]byte }

func openIndex(n int) (*index, error) { return &index{parts: make(map[string][]byte, n)}, nil }

func (x *index) Release() {
	for _, part := range x.parts {
		buffers.Put(part)
	}
}

func firstIndex() error {
	x, err := openIndex(1)
	if err != nil {
		return err
	}
	defer x.Release()
	return nil
}

func secondIndex() (int, error) {
	x, err := openIndex(2)
	if err != nil {
		return 0, err
	}
	return len(x.parts), nil
}

type shards struct{ files map[string]*os.File }

func openShards(n int) (*shards, error) { return &shards{files: make(map[string]*os.File, n)}, nil }

func (s *shards) Release() {
	for _, file := range s.files {
		file.Close()
		buffers.Put(file.Name())
	}
}

func firstShards() error {
	s, err := openShards(1)
	if err != nil {
		return err
	}
	defer s.Release()
	return nil
}

func secondShards() (int, error) {
	s, err := openShards(2) // lost: never
	if err != nil {
		return 0, err
	}
	return len(s.files), nil
}

// A decoder without a stream runs nothing.
func whole(data []byte) ([]byte, error) {
	dec, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	return dec.DecodeAll(data, nil)
}

func streamed(r *bytes.Reader, to []byte) (int, error) {
	dec, err := zstd.NewReader(r) // lost: never
	if err != nil {
		return 0, err
	}
	return dec.Read(to)
}

func reset(r *bytes.Reader, to []byte) (int, error) {
	dec, err := zstd.NewReader(nil) // lost: never
	if err != nil {
		return 0, err
	}
	if err := dec.Reset(r); err != nil {
		return 0, err
	}
	return dec.Read(to)
}

// A lock is taken by a method, and not by making it.
func locked(path string) error {
	l := flock.New(path)
	if err := l.Lock(); err != nil {
		return err
	}
	defer l.Close()
	return nil
}

func alsoLocked(path string) error {
	l := flock.New(path)
	ok, err := l.TryLock()
	if err != nil || !ok {
		return err
	}
	defer l.Unlock()
	return nil
}

func measured(path string) error {
	l := flock.Open(path)
	defer l.Close()
	return l.Measure()
}

func alsoMeasured(path string) error {
	l := flock.Open(path) // lost: never
	return l.Measure()
}

// A file that is closed when it is given has a name still.
func createManifest(text []byte) (*os.File, error) {
	file, err := os.CreateTemp("", "")
	if err != nil {
		return nil, err
	}
	if _, err = file.Write(text); err != nil {
		file.Close()
		return nil, err
	}
	if err = file.Close(); err != nil {
		return nil, err
	}
	return file, nil
}

func createOpen(text []byte) (*os.File, error) {
	file, err := os.CreateTemp("", "")
	if err != nil {
		return nil, err
	}
	if _, err = file.Write(text); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func apply(text []byte) error {
	file, err := createManifest(text)
	if err != nil {
		return err
	}
	return os.Remove(file.Name())
}

func applyOpen(text []byte) error {
	file, err := createOpen(text) // lost: never
	if err != nil {
		return err
	}
	return os.Remove(file.Name())
}
