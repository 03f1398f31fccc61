//! The same files accepted and the same spans as `go/parser`, over the standard library of Go 1.27.

use std::path::{Path, PathBuf};

#[allow(dead_code)] // Each user needs some of it.
mod reference;

use reference::{Reference, files_below, go_files};

#[test]
fn the_standard_library_is_read_as_go_parser_reads_it() {
    let (reference, root) = Reference::of_tests("standard-library").unwrap();
    let files = go_files(&root.join("src")).unwrap();
    let compared = reference.compare(&files).unwrap();
    compared.assert_equal();
    assert!(compared.files > 8000 && compared.rejected > 20, "{compared:?}");
}

/// Test data of the parsers, the formatter and the type checkers, mostly with errors, whatever the files' endings.
#[test]
fn test_data_is_accepted_and_rejected_as_by_go_parser() {
    let (reference, root) = Reference::of_tests("test-data").unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in [
        "src/go/parser/testdata",
        "src/go/printer/testdata",
        "src/cmd/gofmt/testdata",
        "src/cmd/compile/internal/syntax/testdata",
        "src/internal/types/testdata",
    ] {
        files.extend(files_below(&root.join(folder), |_: &Path| true).unwrap());
    }
    let compared = reference.compare(&files).unwrap();
    compared.assert_equal();
    assert!(compared.files > 500 && compared.rejected > 50, "{compared:?}");
}

/// The tables of `src/unicode.rs` are those of Go.
#[test]
fn letters_and_digits_are_those_of_go() {
    let (reference, _) = Reference::of_tests("tables").unwrap();
    let theirs = reference.run("tables", &[]).unwrap();
    let ours = include_str!("../src/unicode.rs");
    for table in ["LETTERS", "DIGITS"] {
        assert_eq!(ranges(ours, table), ranges(&theirs, table));
        assert!(ranges(ours, table).len() > 30);
    }
}

/// The ranges of a table, as they are written.
fn ranges<'a>(source: &'a str, table: &str) -> Vec<&'a str> {
    let (_, after) = source.split_once(&format!("const {table}: ")).unwrap();
    let (_, after) = after.split_once("= &[").unwrap();
    let (ranges, _) = after.split_once("];").unwrap();
    ranges.split('(').skip(1).map(|range| range.split(')').next().unwrap()).collect()
}
