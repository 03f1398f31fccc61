//! Calls read off executables that real Go toolchains built, in all the ways they are linked and stripped.

mod toolchains;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use plumb_binary::{Calls, Owner, Question, Wanted, read_calls};
use toolchains::go;

const MODULES: &str = "module example.com/shop\n\ngo 1.16\n\nrequire example.com/dep v1.2.3\n\nreplace example.com/dep => ./dep\n";

const BOX: &str = r#"package box

type Box struct{ data []byte }

//go:noinline
func newBox(n int) *Box { return &Box{make([]byte, n)} }

//go:noinline
func Open(n int) *Box { return newBox(n) }

// Small is inlined.
func Small() *Box { return newBox(1) }

//go:noinline
func Make(n int) *Box { return newBox(n) }

type Maker struct{}

//go:noinline
func (*Maker) Build() *Box { return newBox(2) }

//go:noinline
func Spare(n int) *Box { return newBox(n) }
"#;

const WRAP: &str = r#"package wrap

import "example.com/dep/box"

//go:noinline
func second(n int) *box.Box { return box.Open(n) } // call: example.com/dep/wrap.second -> example.com/dep/box.Open

func Get(n int) *box.Box { return second(n + 1) } // call: example.com/dep/wrap.Get -> example.com/dep/wrap.second
"#;

const MAIN: &str = r#"package main

import (
	"fmt"
	"os"

	"example.com/dep/box"
	"example.com/dep/wrap"
)

var kept []*box.Box

var factory = box.Make

// The compiler makes a method of it that calls the box's.
type crate struct{ *box.Maker }

type maker interface{ Build() *box.Box }

//go:noinline
func build(m maker) { kept = append(kept, m.Build()) }

type opener interface{ Open() *box.Box }

type shelf struct{ n int }

func (s *shelf) Open() *box.Box { return box.Open(s.n) } // call: main.(*shelf).Open -> example.com/dep/box.Open

//go:noinline
func direct() {
	fmt.Println("no call of interest")
	kept = append(kept, box.Open(2)) // call: main.direct -> example.com/dep/box.Open
}

func inlined(n int) *box.Box {
	return box.Open(n + 3) // call: main.inlined -> example.com/dep/box.Open
}

//go:noinline
func outer() {
	kept = append(kept, inlined(4)) // call: main.outer -> main.inlined
	kept = append(kept, box.Small()) // call: main.outer -> example.com/dep/box.Small
}

//go:noinline
func through() {
	kept = append(kept, wrap.Get(5)) // call: main.through -> example.com/dep/wrap.Get
}

//go:noinline
func inClosure() {
	run(func() {
		kept = append(kept, box.Open(6)) // call: main.inClosure.func1 -> example.com/dep/box.Open
	})
}

//go:noinline
func run(f func()) { f() }

//go:noinline
func unseen(o opener) {
	kept = append(kept, o.Open()) // call: main.unseen -> ?
	kept = append(kept, factory(7)) // call: main.unseen -> ?
	kept = append(kept, box.Open(8)) // call: main.unseen -> example.com/dep/box.Open
}

// What is deferred or called because of an error comes before no call.
//
//go:noinline
func guarded(o opener, stop func()) error {
	defer stop()
	b := box.Open(11) // call: main.guarded -> example.com/dep/box.Open
	if b == nil {
		o.Open()
		return os.ErrInvalid
	}
	kept = append(kept, b)
	return nil
}

//go:noinline
func dead() { kept = append(kept, box.Open(9)) }

func main() {
	direct()
	outer()
	through()
	inClosure()
	unseen(&shelf{len(os.Args)})
	if err := guarded(&shelf{1}, func() { fmt.Println("stop") }); err != nil {
		os.Exit(1)
	}
	build(crate{&box.Maker{}})
	if len(os.Args) > 7 {
		kept = append(kept, box.Spare(10)) // call: main.main -> example.com/dep/box.Spare
	}
}
"#;

/// The files of the program, by path in its module.
const PROGRAM: [(&str, &str); 5] = [
    ("go.mod", MODULES),
    ("main.go", MAIN),
    ("dep/go.mod", "module example.com/dep\n"),
    ("dep/box/box.go", BOX),
    ("dep/wrap/wrap.go", WRAP),
];

fn owner(name: &str, _: &str) -> Owner {
    match name {
        name if name.starts_with("main.") => Owner::Program,
        name if name.starts_with("example.com/dep/") => Owner::Dependency,
        _ => Owner::Standard,
    }
}

fn read(path: &Path) -> Option<Calls> {
    read_for(path, Wanted::Ways)
}

fn read_for(path: &Path, kind: Wanted) -> Option<Calls> {
    let wanted = |name: &str| match name.strip_prefix("example.com/dep/box.") {
        Some(own) if own.starts_with(char::is_uppercase) || own == "(*Maker).Build" => kind,
        _ => Wanted::No,
    };
    let file = File::open(path).expect("the executable");
    read_calls(file, &Question { wanted: &wanted, types: &|_| false, owner: &owner })
        .expect("an ELF file")
}

/// A path without its folders, which differ with how it was built.
fn last(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// `main.outer -> main.inlined main.go:36`
fn marked() -> BTreeSet<String> {
    let mut marked = BTreeSet::new();
    for (file, text) in PROGRAM {
        for (line, text) in (1..).zip(text.lines()) {
            if let Some((_, call)) = text.split_once("// call: ") {
                marked.insert(format!("{call} {}:{line}", last(file)));
            }
        }
    }
    marked
}

/// What was read, but for calls of functions that only wrap or lead to those that are marked.
fn found(calls: &Calls) -> BTreeSet<String> {
    let callee = |call: &plumb_binary::Call| call.callee.clone().unwrap_or_else(|| "?".to_owned());
    let told = calls.calls.iter().filter(|call| {
        let from_main = call.caller == "main.main" && callee(call).starts_with("main.");
        !from_main && call.file != "<autogenerated>" && callee(call) != "main.run"
    });
    told.map(|call| {
        let (caller, callee, line) = (&call.caller, callee(call), call.line);
        format!("{caller} -> {callee} {}:{line}", last(&call.file))
    })
    .collect()
}

fn check(version: &str, environment: &[(&str, &str)], flags: &[&str]) {
    let go = go(version);
    go.write(&PROGRAM);
    let calls = read(&go.build(environment, flags));
    let calls = calls.unwrap_or_else(|| panic!("go{version} {environment:?} {flags:?}: not read"));
    assert_eq!(found(&calls), marked(), "go{version} {environment:?} {flags:?}");
    let is_referenced = |name: &str| calls.referenced.contains(name);
    assert!(is_referenced("example.com/dep/box.Make"), "a function value");
    assert!(is_referenced("main.(*shelf).Open"), "a method of an interface");
    for name in ["box.Open", "box.Spare", "wrap.second"] {
        assert!(!is_referenced(&format!("example.com/dep/{name}")), "go{version}: {name}");
    }
    assert!(!calls.unfinished.contains("example.com/dep/box.Open"));
    assert!(is_referenced("main.crate.Build") || is_referenced("main.(*crate).Build"));
    let of_compiler = calls.calls.iter().filter(|call| call.file == "<autogenerated>");
    assert!(of_compiler.count() > 0, "a wrapper calls a method of the box's maker");
}

#[test]
fn calls_are_those_of_the_source_however_the_program_is_linked() {
    let stripped = "-ldflags=-s -w";
    for version in ["1.27.3", "1.19.13", "1.16.15"] {
        for flags in [&[] as &[&str], &[stripped], &["-buildmode=pie", stripped], &["-trimpath"]] {
            check(version, &[], flags);
        }
    }
}

#[test]
fn calls_of_the_other_machine_are_read_too() {
    for version in ["1.27.3", "1.19.13"] {
        check(version, &[("GOARCH", "arm64")], &["-ldflags=-s -w"]);
    }
}

#[test]
fn the_external_linker_puts_other_code_first() {
    let go = go("1.27.3");
    go.write(&PROGRAM);
    go.write(&[(
        "c.go",
        "package main\n\n// int one(void) { return 1; }\nimport \"C\"\n\nvar _ = C.one()\n",
    )]);
    let path = go.build(&[("CGO_ENABLED", "1")], &["-ldflags=-linkmode=external -s -w"]);
    assert_eq!(found(&read(&path).expect("calls")), marked());
}

#[test]
fn callers_alone_end_at_the_first_function_of_the_program() {
    let go = go("1.27.3");
    go.write(&PROGRAM);
    let calls = read_for(&go.build(&[], &[]), Wanted::Callers).expect("calls");
    let (found, marked) = (found(&calls), marked());
    assert!(found.iter().any(|call| call.starts_with("main.direct -> ")), "{found:?}");
    assert!(found.is_subset(&marked), "{found:?}");
    let is_beyond = |call: &String| call.contains(" -> main.") || call.contains(" -> ?");
    assert!(!found.iter().any(is_beyond), "{found:?}");
    assert!(calls.unfinished.contains("main.direct"), "main calls it");
}

#[test]
fn of_other_machines_and_an_old_go_nothing_is_said() {
    let go = go("1.27.3");
    go.write(&PROGRAM);
    assert_eq!(read(&go.build(&[("GOARCH", "s390x")], &[])), None);
    assert_eq!(read(&go.build(&[("GOARCH", "386")], &[])), None);
    let go = toolchains::go("1.9.7");
    go.write(&[("main.go", "package main\n\nfunc main() {}\n")]);
    assert_eq!(read(&go.build(&[], &[])), None);
}
