//! Programs of a few lines: what they acquire, and what becomes of it.

use std::path::Path;

use plumb_evidence::catalogue::{
    Acquire, Acquired, LibraryObject, Release, ResourceKind, Side, Source,
};
use plumb_evidence::source_evidence::Fate;
use plumb_gosource::Installation;

use super::{Subject, Survey, survey};
use crate::knowledge::Knowledge;
use crate::memory::Memory;

static FILE: LibraryObject = LibraryObject {
    module: "std",
    name: "os.File",
    checked: "",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &[],
    entry_points: &[],
    releases: &[],
    source: Source {
        kind: ResourceKind::File,
        types: &["os.File"],
        acquires: &[Acquire { function: "os.Open", what: Acquired::Result(0) }],
        releases: &[Release::Method("Close")],
    },
    heap_marks: &[],
    known_bad: &[],
    notes: "",
};

static OBJECTS: [&LibraryObject; 1] = [&FILE];

fn look(files: &[(&str, &str)], main_package: Option<&str>) -> Survey {
    let module = [("/m/go.mod", "module example.com/m\n\ngo 1.24\n")];
    let folders = Memory::new(module.into_iter().chain(files.iter().copied()));
    let subject = Subject { root: Path::new("/m"), main_package };
    let knowledge = Knowledge::new(&OBJECTS);
    survey(&folders, subject, Installation::default(), &[], &knowledge, 1)
}

/// Functions with what becomes of what they open.
fn fates(survey: &Survey) -> Vec<(&str, Fate)> {
    survey.acquisitions.iter().map(|found| (&*found.function, found.fate)).collect()
}

const PROGRAM: &str = r#"package main

import "os"

func lose(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	_, err = f.Stat()
	return err
}

func release(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Stat()
	return err
}

func open(name string) (*os.File, error) {
	return os.Open(name)
}

func later(name string) func() {
	f, err := open(name)
	if err != nil {
		return nil
	}
	return func() { f.Close() }
}

type store struct{ f *os.File }

func (s *store) start(name string) (err error) {
	s.f, err = open(name)
	return err
}

func main() {}
"#;

#[test]
fn each_place_is_told_with_what_becomes_of_it() {
    let seen = look(&[("/m/main.go", PROGRAM)], None);
    assert_eq!(
        fates(&seen),
        [
            ("main.lose", Fate::Lost),
            ("main.release", Fate::Released),
            ("main.open", Fate::HandedOn),
            ("main.later", Fate::HandedOn),
            ("main.(*store).start", Fate::HandedOn),
        ]
    );
    let of_helper = &seen.acquisitions[3];
    assert_eq!((&*of_helper.called, &*of_helper.object), ("open", "os.File"));
    assert_eq!((of_helper.place.line, of_helper.module), (29, "std"));
}

const GATHERING: &str = r#"package main

import (
	"os"
	"sync"
)

type entry struct{ f *os.File }

type store struct {
	files []*os.File
	by    map[string]*entry
	one   *os.File
}

var all = map[string]*os.File{}
var known sync.Map

func into(name string) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	all[name] = f
}

func directly(name string) (err error) {
	all[name], err = os.Open(name)
	return err
}

func (s *store) appended(name string) {
	f, _ := os.Open(name)
	s.files = append(s.files, f)
}

func (s *store) inStruct(name string) {
	f, _ := os.Open(name)
	e := &entry{f: f}
	s.by[name] = e
}

func stored(name string) {
	f, _ := os.Open(name)
	known.Store(name, &entry{f})
}

func (s *store) field(name string) {
	f, _ := os.Open(name)
	s.one = f
}

func returned(name string) (*os.File, error) {
	f, err := os.Open(name)
	return f, err
}

func batch(names []string) {
	var files []*os.File
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			break
		}
		files = append(files, f)
	}
	for _, f := range files {
		f.Close()
	}
}

func main() {}
"#;

#[test]
fn what_is_put_into_something_that_outlives_the_function_is_gathered() {
    let seen = look(&[("/m/main.go", GATHERING)], None);
    let gathered: Vec<&str> = fates(&seen)
        .into_iter()
        .filter_map(|(function, fate)| (fate == Fate::Gathered).then_some(function))
        .collect();
    assert_eq!(
        gathered,
        [
            "main.into",
            "main.directly",
            "main.(*store).appended",
            "main.(*store).inStruct",
            "main.stored"
        ],
        "{:?}",
        fates(&seen)
    );
}

#[test]
fn only_what_the_main_package_imports_is_in_the_program() {
    let opens = |package: &str| {
        format!(
            "package {package}\n\nimport \"os\"\n\nfunc F() {{\n\tf, _ := os.Open(\"x\")\n\tf.Stat()\n}}\n"
        )
    };
    let main = |import: &str| {
        format!("package main\n\nimport _ \"example.com/m/{import}\"\n\nfunc main() {{}}\n")
    };
    let texts = [main("a"), main("b"), opens("a"), opens("b"), opens("c")];
    let paths = ["/m/cmd/x/main.go", "/m/cmd/y/main.go", "/m/a/a.go", "/m/b/b.go", "/m/c/c.go"];
    let files: Vec<(&str, &str)> =
        paths.into_iter().zip(texts.iter().map(String::as_str)).collect();
    let of_x = look(&files, Some("example.com/m/cmd/x"));
    assert_eq!(fates(&of_x), [("example.com/m/a.F", Fate::Lost)]);
    assert_eq!(look(&files, None).acquisitions.len(), 3);
    let of_unknown = look(&files, Some("command-line-arguments"));
    assert_eq!(of_unknown.acquisitions.len(), 3, "a program that was built of files");
}

#[test]
fn tests_are_not_in_the_program_and_functions_are_told_with_their_lines() {
    let test = "package main\n\nimport \"os\"\n\nfunc helper() {\n\tos.Open(\"x\")\n}\n";
    let files = [("/m/main.go", PROGRAM), ("/m/main_test.go", test)];
    let seen = look(&files, None);
    assert!(seen.functions.iter().all(|f| f.file == "main.go"), "{:?}", seen.functions);
    assert_eq!(seen.functions[0].name, "main.lose");
    assert_eq!(seen.functions[0].lines, (5, 12));
}
