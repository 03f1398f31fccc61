//! Scans of parts of a module, and of damaged files.

use std::path::PathBuf;

use plumb_scan::Options;
use proptest::prelude::*;

use crate::told;

const FILES: [(&str, &str); 5] = [
    ("/m/go.mod", "module example.com/m\n\ngo 1.23\n"),
    (
        "/m/a/a.go",
        "package a\n\nimport \"example.com/m/b\"\n\nfunc Use(c io.Closer) { b.End(c) }\n\n\
         func Open() *os.File { return b.Open() }\n\nfunc Die() { b.Die() }\n",
    ),
    (
        "/m/b/b.go",
        "package b\n\nimport \"example.com/m/c\"\n\nfunc End(x io.Closer) { c.End(x) }\n\n\
         func Open() *os.File { return c.Open() }\n\nfunc Die() { c.Die() }\n",
    ),
    (
        "/m/c/c.go",
        "package c\n\nimport \"os\"\n\nfunc End(x io.Closer) { x.Close() }\n\n\
         func Open() *os.File {\n\tf, _ := os.Open(\"x\")\n\treturn f\n}\n\nfunc Die() { os.Exit(1) }\n",
    ),
    ("/m/d/d.go", "package d\n\nimport \"example.com/m/a\"\n\nfunc Unused() { a.Die() }\n"),
];

#[test]
fn a_part_of_a_module_has_the_summaries_of_the_whole() {
    let all = told(&FILES, &Options::default());
    let of_a: Vec<_> = all.iter().filter(|(file, _, _)| file == "a/a.go").cloned().collect();
    let summaries: Vec<&str> = of_a.iter().map(|(_, _, summary)| summary.as_str()).collect();
    assert_eq!(summaries, ["0:Close", "gives 0 File", "never"]);
    let options = Options { folders: vec![PathBuf::from("/m/a")], ..Options::default() };
    assert_eq!(told(&FILES, &options), of_a);
}

#[test]
fn threads_change_nothing() {
    let one = told(&FILES, &Options { threads: 1, ..Options::default() });
    let many = told(&FILES, &Options { threads: 8, ..Options::default() });
    assert_eq!(one, many);
}

/// A file with all that summaries look at.
const RICH: &str = include_str!("rich.txt");

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is missing from a file or twice in it, summaries are found.
    #[test]
    fn damaged_files_have_summaries(cuts in prop::collection::vec((0usize..10_000, 0usize..40, 0usize..10_000), 1..6)) {
        let mut text: Vec<char> = RICH.chars().collect();
        for (at, length, from) in cuts {
            let at = at % text.len();
            let end = (at + length).min(text.len());
            let from = from % text.len();
            let other: Vec<char> = text[from..(from + length).min(text.len())].to_vec();
            text.splice(at..end, other);
        }
        let text: String = text.into_iter().collect();
        let files = [("/m/go.mod", "module example.com/m\n"), ("/m/a.go", text.as_str())];
        let options = Options { threads: 1, ..Options::default() };
        // Names that are declared twice have one summary, and none at all does no harm either.
        drop(told(&files, &options));
    }
}
