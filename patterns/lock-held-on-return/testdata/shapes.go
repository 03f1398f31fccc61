package shapes

import (
	"errors"
	"sync"
)

type store struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	values map[string]int
	shards []*store
	closed bool
}

var errMissing = errors.New("missing")

func check(int) error { return nil }

func (s *store) get(key string) (int, error) {
	s.mu.Lock() // want
	value, ok := s.values[key]
	if !ok {
		return 0, errMissing
	}
	s.mu.Unlock()
	return value, nil
}

func (s *store) read(key string) (int, error) {
	s.rw.RLock() // want
	value, ok := s.values[key]
	if !ok {
		return 0, errMissing
	}
	s.rw.RUnlock()
	return value, nil
}

func (s *store) cases(kind int) {
	s.mu.Lock() // want
	switch kind {
	case 0:
		s.mu.Unlock()
		return
	case 1:
		s.values["one"] = 1
		return
	}
	s.mu.Unlock()
}

func (s *store) secondTime(key string) error {
	s.mu.Lock()
	value := s.values[key]
	s.mu.Unlock()
	if err := check(value); err != nil {
		return err
	}
	s.mu.Lock() // want
	if s.closed {
		return errMissing
	}
	s.values[key] = value + 1
	s.mu.Unlock()
	return nil
}

func (s *store) goesOn(keys []string) {
	for _, key := range keys {
		s.mu.Lock() // want
		if s.values[key] == 0 {
			continue
		}
		s.values[key]++
		s.mu.Unlock()
	}
}

func (s *store) leavesLoop(keys []string) {
	for _, key := range keys {
		s.mu.Lock() // want
		if s.values[key] == 0 {
			break
		}
		s.mu.Unlock()
	}
}

func (s *store) inGoroutine() {
	go func() {
		s.mu.Lock() // want
		if s.closed {
			return
		}
		s.mu.Unlock()
	}()
}

type embedded struct {
	sync.Mutex
	count int
}

func (e *embedded) add() error {
	e.Lock() // want
	if e.count > 10 {
		return errMissing
	}
	e.count++
	e.Unlock()
	return nil
}

var global sync.Mutex
var total int

func addGlobal(n int) error {
	global.Lock() // want
	if n < 0 {
		return errMissing
	}
	total += n
	global.Unlock()
	return nil
}

func local(names []string) error {
	var mu sync.Mutex
	mu.Lock() // want
	for range names {
		if err := check(1); err != nil {
			return err
		}
	}
	mu.Unlock()
	return nil
}

func (s *store) errorInTheMiddle(key string) error {
	s.mu.Lock() // want
	err := check(s.values[key])
	if err != nil {
		return err
	}
	if err = check(2); err != nil {
		s.mu.Unlock()
		return err
	}
	s.mu.Unlock()
	return nil
}

func (s *store) deferredOK(key string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.values[key]
	if !ok {
		return 0, errMissing
	}
	return value, nil
}

func (s *store) deferredLiteralOK() error {
	s.mu.Lock()
	defer func() { s.mu.Unlock() }()
	if s.closed {
		return errMissing
	}
	return nil
}

func (s *store) everyWayOK(key string) error {
	s.mu.Lock()
	if s.values[key] == 0 {
		s.mu.Unlock()
		return errMissing
	}
	s.mu.Unlock()
	return nil
}

func (s *store) sameConditionOK(with bool) {
	if with {
		s.mu.Lock()
	}
	s.values["x"]++
	if with {
		s.mu.Unlock()
	}
}

type options struct{ slow bool }

func (s *store) sameFieldOK(o *options, n int) error {
	if o.slow {
		s.rw.RLock()
	}
	err := check(n)
	if o.slow {
		s.rw.RUnlock()
	}
	return err
}

func (s *store) flagOK(n int) error {
	locked := false
	if n > 0 {
		s.mu.Lock()
		locked = true
	}
	if locked {
		s.mu.Unlock()
	}
	return nil
}

func (s *store) callersLockOK(release bool) error {
	if release {
		s.mu.Unlock()
	}
	err := check(1)
	if release {
		s.mu.Lock()
	}
	return err
}

func (s *store) danceOK(n int) {
	s.mu.Lock()
	for s.values["x"] < n {
		s.mu.Unlock()
		_ = check(n)
		s.mu.Lock()
	}
	s.mu.Unlock()
}

func (s *store) lockAll() {
	for _, shard := range s.shards {
		shard.mu.Lock()
	}
}

func (s *store) allOK() {
	for _, shard := range s.shards {
		shard.mu.Lock()
	}
	for _, shard := range s.shards {
		shard.mu.Unlock()
	}
}

func (s *store) finish(err error) error {
	s.mu.Unlock()
	return err
}

func (s *store) helperOK(key string) error {
	s.mu.Lock()
	if s.values[key] == 0 {
		return s.finish(errMissing)
	}
	s.mu.Unlock()
	return nil
}

func (e *embedded) unlockAndFail() error {
	e.Unlock()
	return errMissing
}

func (e *embedded) byNameOK() error {
	e.Lock()
	if e.count > 3 {
		return e.unlockAndFail()
	}
	e.Unlock()
	return nil
}

func (s *store) panicOK(n int) {
	s.mu.Lock()
	if n < 0 {
		panic("negative")
	}
	s.mu.Unlock()
}

func handOverOK(first *store) {
	at := first
	at.mu.Lock()
	for _, next := range first.shards {
		next.mu.Lock()
		at.mu.Unlock()
		at = next
	}
	at.mu.Unlock()
}

type remote interface {
	Lock() error
	Unlock() error
}

func withErrorOK(r remote) error {
	if err := r.Lock(); err != nil {
		return err
	}
	defer r.Unlock()
	return check(1)
}

func (s *store) tryOK() bool {
	if !s.mu.TryLock() {
		return false
	}
	s.mu.Unlock()
	return true
}

func (s *store) unlockShards() {}

func (s *store) callersLockAfterHelperOK(n int) error {
	s.unlockShards()
	if n > 0 {
		s.mu.Unlock()
		_ = check(n)
		s.mu.Lock()
	}
	return nil
}

func (s *store) sameQuestionOK(n int) {
	if len(s.items(n)) != 0 {
		s.mu.Lock()
	}
	_ = check(n)
	if len(s.items(n)) != 0 {
		s.mu.Unlock()
	}
}

func (s *store) anotherQuestion(n int) {
	if len(s.items(n)) != 0 {
		s.mu.Lock() // want
	}
	_ = check(n)
	if len(s.items(n)) != 1 {
		s.mu.Unlock()
	}
}

func (s *store) items(n int) []int { return make([]int, n) }

func comparedOK(all []*store, own *store) {
	for _, one := range all {
		if one != nil && one != own {
			one.mu.Lock()
		}
		check(len(all))
		if one != nil && one != own {
			one.mu.Unlock()
		}
	}
}

func comparedWithOther(one, own, other *store) {
	if one != own {
		one.mu.Lock() // want
	}
	check(1)
	if one != other {
		one.mu.Unlock()
	}
}
