//! Where values of a type are made, read off executables that real Go toolchains built.

mod toolchains;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use plumb_binary::{Calls, Owner, Question, Wanted, read_calls};
use toolchains::go;

const MODULES: &str = "module example.com/shop\n\ngo 1.16\n\nrequire example.com/dep v1.2.3\n\nreplace example.com/dep => ./dep\n";

const POOL: &str = r#"package pool

type Transport struct {
	Dial  func() error
	conns map[string][]byte
}

type Other struct{ Transport *Transport }

//go:noinline
func (t *Transport) Get(key string) []byte { return t.conns[key] }

//go:noinline
func (t *Transport) Clone() *Transport {
	return &Transport{Dial: t.Dial} // made
}

// Default is inlined.
func Default() *Transport {
	return &Transport{} // made
}
"#;

const CLIENTS: &str = r#"package clients

import "example.com/dep/pool"

type Getter interface{ Get(string) []byte }

//go:noinline
func New() Getter {
	return &pool.Transport{} // made
}
"#;

const MAIN: &str = r#"package main

import (
	"fmt"
	"os"
	"sync"

	"example.com/dep/pool"
	"example.com/shop/clients"
)

var kept []clients.Getter

var values []pool.Transport

// There is one of it.
var shared = &pool.Transport{}

var plain pool.Transport

type client struct {
	name  string
	inner inner
}

type inner struct {
	transport pool.Transport
	count     int
}

type pair struct{ both [2]inner }

func newClient(name string) *client {
	return &client{name: name} // made
}

//go:noinline
func literal() clients.Getter {
	transport := &pool.Transport{ // made
		Dial: func() error { return nil },
	}
	return transport
}

//go:noinline
func byNew() clients.Getter {
	return new(pool.Transport) // made
}

//go:noinline
func variable() clients.Getter {
	var transport pool.Transport // made
	transport.Dial = nil
	return &transport
}

//go:noinline
func array() *pair {
	return &pair{} // made
}

//go:noinline
func list(n int) []pool.Transport {
	return make([]pool.Transport, n) // made
}

//go:noinline
func grown(t *pool.Transport) {
	values = append(values, *t) // made
}

//go:noinline
func outer() {
	kept = append(kept, &newClient("a").inner.transport)
	kept = append(kept, pool.Default())
	kept = append(kept, shared.Clone())
}

//go:noinline
func reset(t *pool.Transport) { *t = pool.Transport{} }

//go:noinline
func wrap(t *pool.Transport) *pool.Other { return &pool.Other{Transport: t} }

//go:noinline
func pointers(n int) []*pool.Transport { return make([]*pool.Transport, n) }

var once sync.Once

var lazy, handed clients.Getter

func lazily() clients.Getter {
	once.Do(func() {
		lazy = &pool.Transport{} // made
	})
	return lazy
}

//go:noinline
func captures(name string) {
	var each sync.Once
	each.Do(func() {
		lazy, handed = &pool.Transport{}, nil // made
		fmt.Println(name)
	})
}

//go:noinline
func handsOut() func() {
	f := func() {
		handed = &pool.Transport{} // made
	}
	once.Do(f)
	return f
}

func main() {
	handsOut()()
	captures(os.Args[0])
	kept = append(kept, lazily())
	kept = append(kept, literal(), byNew(), variable(), clients.New(), shared, &plain)
	outer()
	grown(shared)
	reset(&plain)
	f := func() clients.Getter {
		return &pool.Transport{} // made
	}
	fmt.Println(len(kept), array(), list(len(os.Args)), wrap(shared), pointers(3), f())
}
"#;

/// The files of the program, by path in its module.
const PROGRAM: [(&str, &str); 5] = [
    ("go.mod", MODULES),
    ("main.go", MAIN),
    ("clients/clients.go", CLIENTS),
    ("dep/go.mod", "module example.com/dep\n"),
    ("dep/pool/pool.go", POOL),
];

fn read(path: &Path) -> Calls {
    let owner = |name: &str, _: &str| match name {
        name if name.starts_with("main.") || name.starts_with("example.com/shop/") => {
            Owner::Program
        }
        name if name.starts_with("example.com/dep/") => Owner::Dependency,
        _ => Owner::Standard,
    };
    let question = Question {
        wanted: &|_| Wanted::No,
        types: &|name| name == "example.com/dep/pool.Transport",
        owner: &owner,
    };
    let file = File::open(path).expect("the executable");
    read_calls(file, &question).expect("an ELF file").expect("calls")
}

fn last(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

fn marked() -> BTreeSet<String> {
    let mut marked = BTreeSet::new();
    for (file, text) in PROGRAM {
        let lines = (1..).zip(text.lines()).filter(|(_, text)| text.ends_with("// made"));
        marked.extend(lines.map(|(line, _)| format!("{}:{line}", last(file))));
    }
    marked
}

fn check(version: &str, environment: &[(&str, &str)], flags: &[&str]) {
    let go = go(version);
    go.write(&PROGRAM);
    let calls = read(&go.build(environment, flags));
    let made = calls.made.iter().map(|made| format!("{}:{}", last(&made.file), made.line));
    let told = format!("go{version} {environment:?} {flags:?}: {:#?}", calls.made);
    assert_eq!(made.collect::<BTreeSet<_>>(), marked(), "{told}");
    assert!(calls.made.iter().all(|made| made.of == "example.com/dep/pool.Transport"), "{told}");
    for function in ["example.com/shop/clients.New", "main.newClient", "main.main.func1"] {
        assert!(calls.made.iter().any(|made| made.function == function), "{function}: {told}");
    }
    for (closure, is_open) in [("lazily", false), ("captures", false), ("handsOut", true)] {
        let name = format!("main.{closure}.func1");
        let is_open = is_open || version == "1.16.15";
        assert_eq!(calls.referenced.contains(&name), is_open, "{name}: {told}");
    }
    // Who leads to them, also from the dependency.
    for (caller, callee) in [
        ("main.outer", "main.newClient"),
        ("main.outer", "example.com/dep/pool.Default"),
        ("main.outer", "example.com/dep/pool.(*Transport).Clone"),
        ("main.main", "main.outer"),
        ("main.main", "example.com/shop/clients.New"),
        ("main.lazily", "main.lazily.func1"),
        ("main.captures", "main.captures.func1"),
    ] {
        if version == "1.16.15" && callee.ends_with(".func1") {
            continue;
        }
        let leads = |call: &plumb_binary::Call| {
            call.caller == caller && call.callee.as_deref() == Some(callee)
        };
        assert!(calls.calls.iter().any(leads), "{caller} -> {callee}: {told}");
    }
}

#[test]
fn values_are_made_where_the_source_says_however_the_program_is_linked() {
    let stripped = "-ldflags=-s -w";
    for version in ["1.27.3", "1.19.13", "1.16.15"] {
        for flags in [&[] as &[&str], &["-buildmode=pie", stripped], &["-trimpath", stripped]] {
            check(version, &[], flags);
        }
    }
}

#[test]
fn values_are_found_on_the_other_machine_too() {
    for version in ["1.27.3", "1.19.13"] {
        check(version, &[("GOARCH", "arm64")], &["-ldflags=-s -w"]);
    }
}
