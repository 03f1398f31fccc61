//! All rules on Go files that somebody is typing in: cut, with lines missing, twice, or exchanged with those of other
//! files. No rule panics, all that is found lies in the file, and what fixes make of it is as readable as it was.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use plumb_evidence::source::{Scan, SourcePlace};
use plumb_gosource::{Folders, Installation, parse};
use plumb_patterns::{CATALOGUE, RULES};
use plumb_scan::apply::apply;
use plumb_scan::memory::Memory;
use plumb_scan::{Knowledge, Options, scan};
use proptest::prelude::*;

/// The root of the module in memory.
const ROOT: &str = "/m";

/// The Go files of this repository: twins, programs of tests, shapes.
static SOURCES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("patterns"), root.join("crates"), root.join("xtask")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "go") {
                sources.extend(fs::read_to_string(path));
            }
        }
    }
    sources.sort();
    assert!(sources.len() > 100, "{} files", sources.len());
    sources
});

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::new(CATALOGUE.objects));

fn look(folders: &dyn Folders) -> Scan {
    let options = Options { threads: 1, ..Options::default() };
    scan(folders, Path::new(ROOT), Installation::default(), RULES, &KNOWLEDGE, &options)
}

/// Whether a place is one of a text.
fn is_in(place: SourcePlace, text: &str) -> bool {
    let length = |line: u32| text.split('\n').nth(line as usize - 1).map(str::len);
    let begins = length(place.line).is_some_and(|length| place.column as usize <= length + 1);
    let ends = length(place.end_line).is_some_and(|length| place.end_column as usize <= length + 1);
    begins && ends && (place.line, place.column) <= (place.end_line, place.end_column)
}

/// Scans a file and applies all fixes.
fn check(text: &str) {
    let files =
        Memory::new([("/m/go.mod", "module example.com/m\n\ngo 1.22\n"), ("/m/a.go", text)]);
    let found = look(&files);
    for finding in &found.findings {
        if finding.file == "a.go" {
            assert!(is_in(finding.place, text), "{finding:?}");
            assert!(finding.path.iter().all(|step| is_in(step.place, text)), "{finding:?}");
        }
    }
    let problems = |text: &str| parse(text.as_bytes()).problems().len();
    let applied = apply(found, &files, Path::new(ROOT), &|finding| finding.fix.is_some(), &look);
    for changed in applied.files {
        assert!(problems(&changed.new) <= problems(&changed.old), "{}", changed.diff("a.go"));
    }
}

fn a_source() -> impl Strategy<Value = &'static str> {
    any::<prop::sample::Index>().prop_map(|index| index.get(&SOURCES).as_str())
}

/// A place of a text at which it may be cut.
fn cut(text: &str, at: prop::sample::Index) -> usize {
    let mut at = at.index(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn files_that_end_early(source in a_source(), at: prop::sample::Index) {
        check(&source[..cut(source, at)]);
    }

    #[test]
    fn files_without_a_piece(source in a_source(), from: prop::sample::Index, bytes in 1usize..60) {
        let from = cut(source, from);
        let to = (from + bytes..).find(|at| *at >= source.len() || source.is_char_boundary(*at));
        let to = to.map_or(source.len(), |to| to.min(source.len()));
        check(&[&source[..from], &source[to..]].concat());
    }

    #[test]
    fn lines_missing_twice_or_from_elsewhere(
        source in a_source(),
        other in a_source(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..4), 1..6),
    ) {
        let mut lines: Vec<&str> = source.split_inclusive('\n').collect();
        let others: Vec<&str> = other.split_inclusive('\n').collect();
        for (line, of_other, what) in changes {
            let line = line.index(lines.len().max(1));
            match what {
                0 if line < lines.len() => drop(lines.remove(line)),
                1 if line < lines.len() => lines.insert(line, lines[line]),
                2 if line < lines.len() && !others.is_empty() => lines[line] = others[of_other.index(others.len())],
                _ if line + 1 < lines.len() => lines.swap(line, line + 1),
                _ => {}
            }
        }
        check(&lines.concat());
    }
}
