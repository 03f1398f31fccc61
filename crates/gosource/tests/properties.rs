//! Any bytes: no panic, spans within the file and within each other, time that grows with the size only.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use plumb_gosource::{File, Names, Node, Parents, parse};
use proptest::prelude::*;

/// The files of this repository's own Go programs.
static SOURCES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = Vec::new();
    let mut folders = vec![root.join("patterns"), root.join("crates/gosource/tests/go")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "go") {
                sources.push(fs::read(path).unwrap());
            }
        }
    }
    sources.sort();
    assert!(sources.len() > 20);
    sources
});

/// Reads bytes and checks what holds for every file.
fn check(source: &[u8]) {
    let file = parse(source);
    let size = source.len() as u32;
    for visit in file.walk(Node::File) {
        let span = file.span(visit.node);
        assert!(span.start <= span.end && span.end <= size, "{visit:?} {span:?}");
        let is_comment = matches!(visit.node, Node::Comments(_));
        if let Some(parent) = visit.parent
            && !is_comment
        {
            let above = file.span(parent);
            assert!(above.contains(span), "{visit:?} {span:?} in {above:?}");
        }
    }
    for problem in file.problems() {
        assert!(problem.offset <= size);
        if let Some(skipped) = problem.skipped {
            assert!(skipped.span.start <= skipped.span.end && skipped.span.end <= size);
        }
    }
    let lines = source.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    assert_eq!(file.lines().count(), lines);
    if file.package().is_none() {
        assert!(!file.problems().is_empty());
    }
    check_comments(&file);
    Names::new(&file, |_| None);
}

fn check_comments(file: &File<'_>) {
    let mut end = 0;
    for comment in file.comments() {
        let span = file[comment].span;
        assert!(end <= span.start && span.start + 2 <= span.end, "{span:?}");
        end = span.end;
        let bytes = &file.source()[span.range()];
        assert!(bytes.starts_with(b"//") || bytes.starts_with(b"/*"));
    }
    for group in file.comment_groups() {
        file.comment_text(group);
    }
    assert!(file.directives().count() <= file.comments().len());
}

const WORDS: [&str; 64] = [
    "x",
    "T",
    "_",
    "0",
    "1.5",
    "'a'",
    "\"s\"",
    "`r`",
    "+",
    "-",
    "*",
    "/",
    "&",
    "|",
    "<-",
    "++",
    "==",
    "=",
    ":=",
    "...",
    "(",
    "(",
    "[",
    "[",
    "{",
    "{",
    ",",
    ".",
    ")",
    ")",
    "]",
    "]",
    "}",
    "}",
    ";",
    ":",
    "~",
    "break",
    "case",
    "chan",
    "const",
    "default",
    "defer",
    "else",
    "for",
    "func",
    "\nfunc",
    "\nfunc f() {",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
    "\n",
    "// c\n",
    "/*\n*/",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
        check(&[b"package p\n", bytes.as_slice()].concat());
    }

    #[test]
    fn arbitrary_tokens_never_panic(words in proptest::collection::vec(0..WORDS.len(), 0..150), blanks: bool) {
        let words: Vec<&str> = words.into_iter().map(|i| WORDS[i]).collect();
        let tokens = words.join(if blanks { " " } else { "" });
        check(format!("package p\n{tokens}").as_bytes());
        check(format!("package p\nfunc f() {{\n{tokens}\n}}\n\nfunc g() {{}}\n").as_bytes());
    }
}

#[test]
fn files_cut_anywhere_never_panic() {
    for source in SOURCES.iter() {
        check(source);
        for end in (0..source.len()).step_by(source.len() / 150 + 1) {
            check(&source[..end]);
            check(&source[end..]);
        }
    }
}

#[test]
fn parents_are_those_of_the_walk() {
    for source in SOURCES.iter() {
        let file = parse(source);
        assert_eq!(file.problems(), []);
        let parents = Parents::new(&file);
        for visit in file.walk(Node::File) {
            if !matches!(visit.node, Node::Comments(_)) {
                assert_eq!(parents.of(visit.node), visit.parent);
            }
            if let Some(parent) = visit.parent {
                assert_eq!(parents.above(parent).last().unwrap_or(parent), Node::File);
            }
        }
    }
}

/// Inputs that make a reader quadratic that goes back, or that looks for the end of each thing again.
#[test]
fn time_grows_with_the_size_only() {
    const SIZE: usize = 400_000;
    for (before, unit) in
        [("(", "]"), ("[", "}"), ("{", ")"), ("(", "\nreturn"), ("func() {", "\nif"), ("{", "case")]
    {
        let start = std::time::Instant::now();
        let repeated = |unit: &str| unit.repeat(SIZE / unit.len());
        let source = format!("{}{}", repeated(before), repeated(unit));
        check(format!("package p\nfunc f() {{\nx = y y {source}").as_bytes());
        check(format!("package p\nfunc f() {{\nx = y{source}").as_bytes());
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 5.0, "{before:?} and {unit:?} took {seconds:.1} s");
    }
    for unit in [
        "func() {\n",
        "\nfunc (a) b(func() {\n",
        "{",
        "(",
        "if x {",
        "/*",
        "\"",
        "`",
        "//\n",
        "x ",
        "case ",
        "type T[P *",
        "x := (\n",
        "func f() {\nx(\n",
        "}",
        ")",
        "var (\n",
        "x.(",
        "[]struct{",
        "<-chan ",
        "a, ",
        "/* c */ ",
        "P|",
        "'",
        "switch { case x: ",
        "L: ",
        "else if ",
        "f(func() { x( }) ",
        "\0",
        "\u{FF}",
        "//line x:1\n",
    ] {
        let source = format!("package p\n{}", unit.repeat(SIZE / unit.len()));
        let start = std::time::Instant::now();
        check(source.as_bytes());
        check(format!("package p\nfunc f() {{\n{source}\n").as_bytes());
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 5.0, "{unit:?} took {seconds:.1} s");
    }
}
