//! Functions that do not come back.

use crate::{check, check_files};

#[test]
fn functions_that_end_the_program() {
    check(
        r#"
//= never
func exit() { os.Exit(1) }

//= never
func wrapped(msg string) {
	fmt.Println(msg)
	exit()
}

//= never
func onAllWays(err error) {
	if err != nil {
		log.Fatal(err)
	} else {
		os.Exit(0)
	}
}

//=
func onSomeWays(err error) {
	if err != nil {
		exit()
	}
}

//= panics
func must(err error) {
	defer fmt.Println("done")
	panic(err)
}

//= never
func loops() {
	for {
		fmt.Println()
	}
}

//=
func returnsFirst(ok bool) {
	if ok {
		return
	}
	exit()
}

//= never
func goexit() { runtime.Goexit() }

//=
func notCalled() {
	f := func() { os.Exit(1) }
	_ = f
}

//=
func later() { go exit() }
"#,
    );
}

#[test]
fn a_recovered_panic_comes_back() {
    check(
        r#"
//=
func caught() {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	panic("x")
}

//=
func handle() { recover() }

//=
func caughtByName() {
	defer handle()
	panic("x")
}

//= panics
func notCaught() {
	defer fmt.Println()
	fails()
}

//= panics
func fails() { panic("x") }

//= never
func exitsAnyway() {
	defer handle()
	os.Exit(2)
}

//= 0:keeps
func unknownDeferred(h func()) {
	defer h()
	panic("x")
}
"#,
    );
}

#[test]
fn recursion_comes_back_unless_proven() {
    check(
        r#"
//=
func a(n int) {
	b(n)
}

//=
func b(n int) {
	a(n)
}

//= never
func c(n int) {
	if n == 0 {
		os.Exit(0)
	}
	d(n)
}

//= never
func d(n int) { os.Exit(n) }
"#,
    );
}

#[test]
fn loggers_and_tests() {
    check(
        r#"
//= never
func logger(l *log.Logger) { l.Fatalf("x") }

//= panics
func panicLogger(l *log.Logger) { l.Panicln("x") }

//= never
func test(t *testing.T) { t.Fatal("x") }

//= never
func tb(t testing.TB) { t.FailNow() }

//=
func reports(t testing.TB) { t.Error("x") }

//= never
func skips(b *testing.B) { b.Skipf("x") }

//= never
func ruse() { logrus.Fatal("x") }

//= never
func ruseEntry(e *logrus.Entry) { e.Fatalf("x") }

//= never
func zapped(l *zap.Logger) { l.Fatal("x") }

//= panics
func sugared(l *zap.SugaredLogger) { l.Panicw("x") }

//= never
func k() { klog.Fatalf("x") }

//= never
func zero(err error) { zlog.Fatal().Err(err).Msg("x") }

//= never
func zeroLogger(l zerolog.Logger) { l.Fatal().Str("a", "b").Send() }

//=
func zeroInfo(l zerolog.Logger) { l.Info().Msg("Fatal") }
"#,
    );
}

#[test]
fn across_packages_and_platforms() {
    check_files(
        r#"-- a/a.go
package a

import "example.com/m/b"

//= never
func Die() { b.Die("x") }

//= never
func (s *S) fail() { s.log.Die() }

type S struct{ log b.Logger }
-- b/b.go
package b

import "os"

//= never
func Die(s string) { os.Exit(1) }

type Logger struct{}

//= never
func (l Logger) Die() { Die("x") }
-- b/b_linux.go
package b

import "os"

//=
func stop() { os.Exit(1) }
-- b/b_windows.go
package b

//=
func stop() {}
"#,
    );
}
