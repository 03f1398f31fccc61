// Package paths has functions that release what they acquire, or do not. Lines on which a value is lost end with
// "leak"; all other functions are right. The functions at the end acquire: see the test for what it knows of them.
package paths

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
)

func closedAtOnce() {
	r := must()
	r.Close()
}

func neverClosed() {
	r := must()
	r.Read()
} // leak

func deferred() error {
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Read()
}

func earlyReturn() error {
	r, err := open()
	if err != nil {
		return err
	}
	if err := r.Read(); err != nil {
		return err // leak
	}
	return r.Close()
}

func deferAfterCheck() error {
	r, err := open()
	if err != nil {
		return err
	}
	if !r.Ready() {
		return errors.New("not ready") // leak
	}
	defer r.Close()
	return nil
}

func errorInElse() error {
	r, err := open()
	if err == nil {
		r.Close()
	} else {
		return err
	}
	return nil
}

func errorInHeader() error {
	if r, err := open(); err != nil {
		return err
	} else {
		r.Close()
	}
	return nil
}

func errorInHeaderLeaks() error {
	if r, err := open(); err != nil {
		return err
	} else {
		r.Read()
	}
	return nil // leak
}

func errorIgnored() {
	r, _ := open()
	r.Read()
} // leak

func errorsIs() error {
	r, err := open()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	r.Close()
	return nil
}

func equalsError() error {
	r, err := open()
	if err == io.EOF {
		return nil
	}
	if nil != err {
		return err
	}
	return r.Close()
}

func valueIsNil() {
	r := must()
	if r == nil {
		return
	}
	r.Close()
}

func closedIfNotNil() {
	r, err := open()
	if err != nil {
		fmt.Println(err)
	}
	if r != nil {
		r.Close()
	}
}

func switchOnTrue() error {
	r, err := open()
	switch {
	case err != nil:
		return err
	case r.Ready():
		return r.Close()
	}
	return nil // leak
}

func switchOnError() error {
	r, err := open()
	switch err {
	case nil:
		r.Close()
	default:
		return err
	}
	return nil
}

func switchOnErrors() error {
	r, err := open()
	switch err {
	case io.EOF, io.ErrClosedPipe:
		return nil
	case nil:
	default:
		return err
	}
	r.Read()
	return nil // leak
}

func switchOnType() error {
	r, err := open()
	switch err.(type) {
	case nil:
		return r.Close()
	case *os.PathError:
		return nil
	default:
		return err
	}
}

func errorOfSomethingElse() error {
	r, err := open()
	if err != nil {
		return err
	}
	err = r.Read()
	if err != nil {
		return err // leak
	}
	return r.Close()
}

func errorMadeFromItself() error {
	r, err := open()
	err = wrap(err)
	if err != nil {
		return err
	}
	return r.Close()
}

func shadowedError() error {
	r, err := open()
	if err != nil {
		return err
	}
	if _, err := os.Stat("x"); err != nil {
		return err // leak
	}
	return r.Close()
}

func shadowedValue() {
	r := must()
	{
		r := must()
		r.Close()
	}
	r.Read()
} // leak

func orElse() error {
	r, err := open()
	if err != nil || r == nil {
		return err
	}
	if err != nil || !r.Ready() {
		return err // leak
	}
	return r.Close()
}

func andAlso() error {
	r, err := open()
	if err == nil && r.Ready() {
		return r.Close()
	}
	return err // leak
}

func okIsFalse() {
	r, ok := try()
	if !ok {
		return
	}
	r.Close()
}

func okInHeader() {
	if r, ok := try(); ok && r.Ready() {
		r.Close()
	}
} // leak

func returned() (*R, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	return r, nil
}

func returnedInStruct() *Holder {
	r := must()
	return &Holder{r: r}
}

func returnedOrNot(ok bool) *R {
	r := must()
	if ok {
		return r
	}
	return nil // leak
}

func namedResult() (r *R, err error) {
	r, err = open()
	if err != nil {
		return
	}
	r.Read()
	return
}

func namedResultReplaced(ok bool) (r *R, err error) {
	r, err = open()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, io.EOF // leak
	}
	return
}

func namedResultClosedOnError() (r *R, err error) {
	r, err = open()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if err = r.Read(); err != nil {
		return nil, err
	}
	return r, nil
}

func storedInField(h *Holder) {
	r := must()
	h.r = r
}

func storedAtOnce(h *Holder) {
	h.r = must()
}

func storedInMap(m map[string]*R) {
	r := must()
	m["x"] = r
}

func storedInSlice(list []*R) []*R {
	r := must()
	list = append(list, r)
	return list
}

func storedInGlobal() {
	global = must()
}

func sent(c chan *R) {
	r := must()
	c <- r
}

func sentOrNot(c chan *R, done chan bool) {
	r := must()
	select {
	case c <- r:
	case <-done:
	}
} // leak

func sentOrClosed(c chan *R, done chan bool) {
	r := must()
	select {
	case c <- r:
	case <-done:
		r.Close()
	}
}

func goroutine() {
	r := must()
	go func() {
		r.Read()
		r.Close()
	}()
}

func goroutineByCall() {
	r := must()
	go serve(r)
}

func goroutineOfMethod() {
	r := must()
	go r.Read()
}

func closureKept(h *Holder) {
	r := must()
	h.stop = func() { r.Close() }
}

func closureOfCleanup() {
	r := must()
	cleanup := func() { r.Close() }
	defer cleanup()
}

func closureDeferred() {
	r := must()
	defer func() {
		_ = r.Close()
	}()
	r.Read()
}

func closureDeferredReads() {
	r := must()
	defer func() {
		r.Read()
	}()
} // leak

func closureCalled() {
	r := must()
	func() {
		r.Close()
	}()
}

func closureDeferredBefore() error {
	var r *R
	var err error
	defer func() {
		if r != nil {
			r.Close()
		}
	}()
	r, err = open()
	if err != nil {
		return err
	}
	return r.Read()
}

func closureDeferredBeforeOnOnePath(ok bool) {
	var r *R
	if ok {
		defer func() { r.Close() }()
	}
	r = must()
	r.Read()
} // leak

func deferredBefore() {
	var r *R
	defer r.Close() // The receiver is evaluated here.
	r = must()
} // leak

func deferredArgument() {
	r := must()
	defer closeIt(r)
}

func methodValue(h *Holder) {
	r := must()
	h.cleanup(r.Close)
}

func passedOn() {
	r := must()
	keep(r)
}

func passedToReader() {
	r := must()
	use(r)
} // leak

func passedToReaderOfReturn() error {
	r := must()
	return use(r) // leak
}

func formatted() {
	r := must()
	fmt.Println(r)
} // leak

func inLoop() {
	for i := 0; i < 3; i++ {
		r := must() // leak
		r.Read()
	}
} // leak

func inLoopClosed() {
	for range 3 {
		r := must()
		r.Close()
	}
}

func inLoopContinues(names []string) {
	for range names {
		r, err := open() // leak
		if err != nil {
			continue
		}
		if !r.Ready() {
			continue
		}
		r.Close()
	}
} // leak

func closedAfterLoop() {
	var r *R
	for range 3 {
		r = must() // leak
	}
	r.Close()
}

func closedBeforeNext() {
	var prev *R
	for range 3 {
		r := must()
		if prev != nil {
			prev.Close()
		}
		prev = r
	}
	prev.Close()
}

func retried() (*R, error) {
	for {
		r, err := open()
		if err == nil {
			return r, nil
		}
	}
}

func endless() {
	r := must()
	for {
		r.Read()
	}
}

func overwritten() {
	r := must()
	r = must() // leak
	r.Close()
}

func setToNil() {
	r := must()
	r = nil // leak
	_ = r
}

func overwrittenOnError() error {
	r, err := open()
	if err != nil {
		r, err = open()
		if err != nil {
			return err
		}
	}
	return r.Close()
}

func alias() {
	r := must()
	s := r
	defer s.Close()
}

func aliasByAssertion() {
	var c io.Closer = must()
	r, ok := c.(*R)
	if ok {
		defer r.Close()
	}
}

func assertedAndNotClosed() {
	var c io.Closer = must()
	if r, ok := c.(*R); ok {
		r.Read()
	}
} // leak

func blank() {
	r := must()
	_ = r
} // leak

func exits() {
	r, err := open()
	if err != nil {
		log.Fatal(err)
	}
	r.Read()
	os.Exit(0)
}

func panics() {
	r := must()
	r.Read()
	panic("x")
}

func gotoEnd() error {
	r, err := open()
	if err != nil {
		goto end
	}
	if !r.Ready() {
		goto end
	}
	r.Close()
end:
	return err // leak
}

func labelledBreak(c chan int) {
	r := must()
loop:
	for {
		select {
		case <-c:
			break loop
		default:
			break
		}
	}
	r.Close()
}

func labelledContinue(c chan int) {
outer:
	for range c {
		r := must() // leak
		for range c {
			continue outer
		}
		r.Close()
	}
} // leak

func fallsThrough(n int) {
	r := must()
	switch n {
	case 1:
		fallthrough
	case 2:
		r.Close()
	default:
	}
} // leak

func switchWithoutDefault(n int) {
	r := must()
	switch n {
	case 1:
		r.Close()
	}
} // leak

func sameCondition(ok bool) {
	var r *R
	if ok {
		r = must()
	}
	if ok {
		r.Close()
	}
}

func sameConditionNegated(ok bool) {
	r := must()
	if ok {
		keep(r)
	}
	if !ok {
		r.Close()
	}
}

func otherCondition(ok, fine bool) {
	r := must()
	if ok {
		keep(r)
	}
	if fine {
		r.Close()
	}
} // leak

func flag() error {
	done := false
	r := must()
	if r.Ready() {
		keep(r)
		done = true
	}
	if !done {
		r.Close()
	}
	return nil
}

func conditionChanges(ok bool) {
	var r *R
	if ok {
		r = must()
	}
	ok = check()
	if ok {
		r.Close()
	}
} // leak

func bodyClosed() error {
	resp, err := get()
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return nil
}

func bodyNotClosed() error {
	resp, err := get()
	if err != nil {
		return err
	}
	if resp.Status != 200 {
		return errors.New("status") // leak
	}
	defer resp.Body.Close()
	return nil
}

func bodyAlias() error {
	resp, err := get()
	if err != nil {
		return err
	}
	body := resp.Body
	defer body.Close()
	return nil
}

func bodyReturned() (io.ReadCloser, error) {
	resp, err := get()
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func statusReturned() (int, error) {
	resp, err := get()
	if err != nil {
		return 0, err
	}
	return resp.Status, nil // leak
}

func bodyMayBeNil() {
	resp, _ := get()
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
}

func function() {
	stop := start()
	defer stop()
}

func functionNotCalled(ok bool) {
	stop := start()
	if ok {
		return // leak
	}
	stop()
}

func functionReturned() func() {
	stop := start()
	return stop
}

func addressKept(h *Holder) {
	var r *R
	h.at = &r
	r = must()
}

func inClosure() {
	f := func() {
		r := must()
		r.Read()
	} // leak
	f()
}

func variableOfOuter() *R {
	var r *R
	func() {
		r = must()
	}()
	return r
}

func typeSwitchOfValue() {
	var c io.Closer = must()
	switch r := c.(type) {
	case *R:
		r.Close()
	}
}

func deadCode() {
	return
	r := must()
	r.Read()
}

func assertedError(t T) {
	r, err := open()
	if !t.NoError(err) {
		return
	}
	r.Close()
}

func closedInCondition() error {
	r := must()
	if err := r.Close(); err != nil {
		return err
	}
	return nil
}

func closedInRange(names []string) {
	r := must()
	for range names {
		r.Close()
	}
} // leak

func closedInPost() {
	r := must()
	for i := 0; ; r.Close() {
		if i > 3 {
			return // leak
		}
	}
}

func declared() error {
	var r, err = open()
	if err != nil {
		return err
	}
	r.Read()
	return nil // leak
}

func errorOfNobody(secure bool) error {
	var err error
	var r *R
	if secure {
		inner, err := open()
		if err != nil {
			return err
		}
		r = inner
	}
	if err != nil {
		return err
	}
	return r.Close()
}

func errorThatIsSet(again bool) error {
	var err error
	r := must()
	if again {
		err = use(r)
	}
	if err != nil {
		return err // leak
	}
	return r.Close()
}

type R struct{}

func (*R) Close() error { return nil }
func (*R) Read() error  { return nil }
func (*R) Ready() bool  { return true }

type T interface{ NoError(error) bool }

type Holder struct {
	r    *R
	at   **R
	stop func()
}

func (*Holder) cleanup(func() error) {}

type Response struct {
	Status int
	Body   io.ReadCloser
}

var global *R

func must() *R                { return nil }
func open() (*R, error)       { return nil, nil }
func try() (*R, bool)         { return nil, false }
func get() (*Response, error) { return nil, nil }
func start() func()           { return nil }
func wrap(err error) error    { return err }
func serve(r *R)              {}
func keep(r *R)               {}
func use(r *R) error          { return nil }
func closeIt(r *R)            {}
func check() bool             { return false }
