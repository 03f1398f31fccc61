package shapes

import (
	"context"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

var mu sync.Mutex

func use(io.Reader) error  { return nil }
func next() (string, bool) { return "", false }

func files(names []string) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() // want
		if err := use(f); err != nil {
			return err
		}
	}
	return nil
}

func cancels(ctx context.Context, names []string) {
	for range names {
		inner, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel() // want
		<-inner.Done()
	}
}

func endless() {
	for {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop() // want
		<-ticker.C
	}
}

func bodies(urls []string) {
	for _, url := range urls {
		resp, err := http.Get(url)
		if err != nil {
			continue
		}
		defer resp.Body.Close() // want
		_ = use(resp.Body)
	}
}

func inLiteral(names []string) {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return
		}
		defer func() { // want
			if err := f.Close(); err != nil {
				println(err)
			}
		}()
		_ = use(f)
	}
}

func counted(names []string) {
	for i := 0; i < len(names); i++ {
		f, _ := os.Open(names[i])
		defer f.Close() // want
		_ = use(f)
	}
}

func conditional(names []string) {
	for _, name := range names {
		if name != "" {
			f, err := os.Create(name)
			if err != nil {
				return
			}
			defer f.Close() // want
			_, _ = f.WriteString(name)
		}
	}
}

func inSelect(ctx context.Context, names chan string) {
	for {
		select {
		case name := <-names:
			inner, cancel := context.WithCancel(ctx)
			defer cancel() // want
			_, _ = inner, name
		case <-ctx.Done():
			return
		}
	}
}

func inGoroutine(names []string) {
	go func() {
		for _, name := range names {
			f, err := os.Open(name)
			if err != nil {
				return
			}
			defer f.Close() // want
			_ = use(f)
		}
	}()
}

func locks(names []string) {
	for range names {
		mu.Lock()
		defer mu.Unlock() // want
	}
}

func whileMore() {
	for {
		name, ok := next()
		if !ok {
			return
		}
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		defer f.Close() // want
		_ = use(f)
	}
}

func wrapped(names []string) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() // want
		limited := io.LimitReader(f, 10)
		if err := use(limited); err != nil {
			return err
		}
	}
	return nil
}

func functionOK(names []string) error {
	for _, name := range names {
		err := func() error {
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			return use(f)
		}()
		if err != nil {
			return err
		}
	}
	return nil
}

func lastRoundOK(names []string) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		defer f.Close()
		return use(f)
	}
	return nil
}

func keptOK(names []string) ([]io.Reader, error) {
	var all []io.Reader
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		all = append(all, f)
	}
	return all, use(io.MultiReader(all...))
}

func wrappedAndKeptOK(names []string) error {
	var all []io.Reader
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		limited := io.LimitReader(f, 10)
		all = append(all, limited)
	}
	return use(io.MultiReader(all...))
}

func assignedOK(names []string) error {
	var last *os.File
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		last = f
	}
	return use(last)
}

func fewOK() {
	for _, name := range []string{"a", "b"} {
		f, _ := os.Open(name)
		defer f.Close()
	}
}

func twiceOK() {
	for i := 0; i < 2; i++ {
		f, _ := os.Open("a")
		defer f.Close()
	}
}

func goroutinesOK(names []string) {
	for _, name := range names {
		go func() {
			f, err := os.Open(name)
			if err != nil {
				return
			}
			defer f.Close()
			_ = use(f)
		}()
	}
}

func countOK(names []string) {
	var group sync.WaitGroup
	for range names {
		group.Add(1)
		defer group.Done()
	}
}

func existingOK(all []*os.File) {
	for _, f := range all {
		defer f.Close()
	}
}

func alsoClosedOK(names []string) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := use(f); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

func outerOK(names []string) error {
	f, err := os.Create("all")
	if err != nil {
		return err
	}
	defer f.Close()
	for _, name := range names {
		_, _ = f.WriteString(name)
	}
	return nil
}

func mappedOK(names []string) error {
	all := map[string]*os.File{}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		all[name] = f
	}
	return use(all["a"])
}

type lease struct{}

func (lease) Stop()     {}
func take(string) lease { return lease{} }

func heldLocksOK(names []string) {
	for _, name := range names {
		lock := take(name)
		defer lock.Stop()
	}
}

type shard struct{ mu sync.Mutex }

func allLockedOK(shards []*shard) {
	for _, s := range shards {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
}

func firstOnlyOK(names []string) error {
	for i, name := range names {
		if i > 0 {
			return os.ErrInvalid
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := use(f); err != nil {
			return err
		}
	}
	return nil
}

func skippedByIndex(names []string) error {
	for i, name := range names {
		if i > 0 {
			_ = name
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() // want
		if err := use(f); err != nil {
			return err
		}
	}
	return nil
}

func openedAllOK(names []string) (opened []*os.File, err error) {
	for _, name := range names {
		f, openErr := os.Open(name)
		if openErr != nil {
			return nil, openErr
		}
		defer func() {
			if err == nil {
				return
			}
			f.Close()
		}()
		err = use(f)
	}
	return opened, err
}

func readAll(names []string) (err error) {
	for _, name := range names {
		f, openErr := os.Open(name)
		if openErr != nil {
			return openErr
		}
		defer func() { // want
			if closeErr := f.Close(); closeErr != nil {
				err = closeErr
			}
		}()
		err = use(f)
	}
	return err
}

func dialAll(addrs []string, dial func(string) error) error {
	results := make(chan error, len(addrs))
	for i, addr := range addrs {
		timer := time.AfterFunc(time.Duration(i)*time.Second, func() { results <- dial(addr) })
		defer timer.Stop()
	}
	return <-results
}

func waitForAll(names []string) {
	for range names {
		timer := time.NewTimer(time.Second)
		defer timer.Stop() // want
		<-timer.C
	}
}

func bothFiles(first, second string, both bool) error {
	names := []string{first, second}
	if !both {
		names = names[:1]
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
	}
	return nil
}

func oneByOne(v4, v6 bool) error {
	names := make([]string, 0, 2)
	if v4 {
		names = append(names, "v4")
	}
	if v6 {
		names = append(names, "v6")
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
	}
	return nil
}

func collected(next func() (string, bool), more []string) error {
	names := []string{"first"}
	for {
		name, ok := next()
		if !ok {
			break
		}
		names = append(names, name)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() // want
	}
	others := []string{"first"}
	others = append(others, more...)
	for _, name := range others {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() // want
	}
	return nil
}

func racerOK(ctx context.Context, results chan error, start func(context.Context)) error {
	fallback := time.NewTimer(time.Second)
	defer fallback.Stop()
	for {
		select {
		case <-fallback.C:
			inner, cancel := context.WithCancel(ctx)
			defer cancel()
			go start(inner)
		case err := <-results:
			if err == nil {
				return nil
			}
			if ctx.Err() != nil && fallback.Stop() {
				fallback.Reset(0)
			}
		}
	}
}

func polls(ctx context.Context, results chan error, ask func(context.Context)) error {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			inner, cancel := context.WithCancel(ctx)
			defer cancel() // want
			ask(inner)
			timer.Reset(time.Second)
		case err := <-results:
			return err
		}
	}
}

type span interface{ End() }

type rows interface{ Next() (int, bool) }

type block interface {
	Rows(ctx context.Context) (rows, error)
	Count(ctx context.Context) (int, error)
}

func merges(ctx context.Context, blocks []block, start func(context.Context, string) (context.Context, span)) (int, error) {
	var all []rows
	for _, b := range blocks {
		inner, readSpan := start(ctx, "rows")
		defer readSpan.End()
		r, err := b.Rows(inner)
		if err != nil {
			return 0, err
		}
		all = append(all, r)
	}
	sum := 0
	for _, r := range all {
		for n, ok := r.Next(); ok; n, ok = r.Next() {
			sum += n
		}
	}
	return sum, nil
}

func counts(ctx context.Context, blocks []block, start func(context.Context, string) (context.Context, span)) (int, error) {
	sum := 0
	for _, b := range blocks {
		inner, countSpan := start(ctx, "count")
		defer countSpan.End() // want
		n, err := b.Count(inner)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}
