//! Symbols, lines and instructions of executables, beside what `go tool objdump` says; and damaged files.

mod toolchains;

use std::fs;
use std::io::Cursor;
use std::sync::LazyLock;

use plumb_binary::{Instruction, ObjectFile, SourceFrame, Syntax};
use proptest::prelude::*;
use toolchains::{Go, go, run};

const PROGRAM: [(&str, &str); 2] = [
    ("go.mod", "module example.com/shop\n\ngo 1.13\n"),
    (
        "main.go",
        "package main\n\nimport \"fmt\"\n\n//go:noinline\nfunc sum(items []int) int {\n\tsum := 0\n\tfor _, item := range items {\n\t\tsum += half(item)\n\t}\n\treturn sum\n}\n\nfunc half(item int) int { return item / 2 }\n\nfunc main() { fmt.Println(sum([]int{1, 2, 3})) }\n",
    ),
];

fn built(version: &str, architecture: &str, flags: &[&str]) -> (Go, Vec<u8>) {
    let go = go(version);
    go.write(&PROGRAM);
    let file = fs::read(go.build(&[("GOARCH", architecture)], flags)).expect("the executable");
    (go, file)
}

fn open(file: &[u8]) -> ObjectFile {
    ObjectFile::open(Cursor::new(file.to_vec())).expect("an executable")
}

/// The instructions of a function, whole.
fn instructions(file: &mut ObjectFile, function: &str) -> Vec<Instruction> {
    let symbols = file.symbols().expect("symbols");
    let found = symbols.iter().find(|(_, name)| name == function);
    let (symbol, _) = found.expect("the function");
    file.instructions(symbol.address..symbol.end(), Syntax::Gnu).expect("instructions")
}

/// Address, file and line of each instruction as `go tool objdump` prints them.
fn objdump(go: &Go, function: &str) -> Vec<(u64, String)> {
    let pattern = format!("^{}$", function.replace('.', "\\."));
    let listing = run(&mut go.command(&[], &["tool", "objdump", "-s", &pattern, "shop"]));
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let address = words.get(1)?.strip_prefix("0x")?;
        Some((u64::from_str_radix(address, 16).ok()?, words[0].to_owned()))
    };
    listing.lines().filter_map(row).collect()
}

#[test]
fn instructions_and_lines_are_those_of_objdump() {
    for (version, architecture) in [
        ("1.19.13", "amd64"),
        ("1.19.13", "arm64"),
        ("1.19.13", "386"),
        ("1.16.15", "amd64"),
        ("1.9.7", "amd64"),
    ] {
        let (go, file) = built(version, architecture, &[]);
        let mut file = open(&file);
        for function in ["main.sum", "main.main", "runtime.gcStart"] {
            let name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
            let own: Vec<_> = instructions(&mut file, function)
                .into_iter()
                .map(|one| (one.address, format!("{}:{}", name(&one.file), one.line)))
                .collect();
            assert_eq!(own, objdump(&go, function), "{version} {architecture} {function}");
        }
    }
}

#[test]
fn instructions_are_written_in_the_syntax_asked_for() {
    let (_, file) = built("1.27.3", "amd64", &[]);
    let mut file = open(&file);
    let texts = |rows: &[Instruction]| rows.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
    let gnu = texts(&instructions(&mut file, "main.main"));
    assert!(gnu.iter().any(|text| text == "call main.sum"), "{gnu:#?}");
    assert!(gnu.iter().any(|text| text.contains("%rsp")), "{gnu:#?}");
    let symbols = file.symbols().expect("symbols");
    let (main, _) = symbols.iter().find(|(_, name)| name == "main.main").expect("main");
    let intel = file.instructions(main.address..main.end(), Syntax::Intel).expect("instructions");
    let intel = texts(&intel);
    assert!(intel.iter().any(|text| text.contains("rsp") && !text.contains('%')), "{intel:#?}");

    let (_, file) = built("1.27.3", "arm64", &[]);
    let arm = texts(&instructions(&mut open(&file), "main.main"));
    assert!(
        arm.iter().any(|text| text.starts_with("bl 0x") && text.ends_with("<main.sum>")),
        "{arm:#?}"
    );
}

#[test]
fn lines_are_known_whatever_the_build() {
    for (flags, has_symbols) in [
        ([].as_slice(), true),
        (&["-ldflags=-s"], false),
        (&["-buildmode=pie"], true),
        (&["-trimpath"], true),
    ] {
        let (_, bytes) = built("1.27.3", "amd64", flags);
        let mut file = open(&bytes);
        assert_eq!(file.symbols().is_some(), has_symbols, "{flags:?}");
        let Some(symbols) = file.symbols() else { continue };
        let (sum, _) = symbols.iter().find(|(_, name)| name == "main.sum").expect("main.sum");
        let SourceFrame { function, file: path, line } = file.frame(sum.address).expect("a line");
        assert_eq!((function.as_str(), line), ("main.sum", 6), "{flags:?}");
        assert!(path.ends_with("example.com/shop/main.go"), "{path}");
        assert_eq!(file.frame(1), None);
    }
}

/// Executables to damage: both classes and byte orders, old and new tables.
static EXECUTABLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let kinds = [("1.27.3", "amd64"), ("1.27.3", "arm64"), ("1.27.3", "mips"), ("1.9.7", "386")];
    kinds.into_iter().map(|(version, architecture)| built(version, architecture, &[]).1).collect()
});

/// Asks a file everything, at addresses inside and outside of it.
fn ask_all(bytes: Vec<u8>, addresses: &[u64]) {
    let Ok(mut file) = ObjectFile::open(Cursor::new(bytes)) else { return };
    let _ = (file.build_id(), file.load_address());
    let known =
        file.symbols().map(|symbols| symbols.iter().step_by(97).map(|(s, _)| s.address).collect());
    let known: Vec<u64> = known.unwrap_or_default();
    for &address in addresses.iter().chain(known.iter().take(20)) {
        let _ = file.frame(address);
        let range = address..address.saturating_add(300);
        let _ = file.instructions(range.clone(), Syntax::Intel);
        let _ = file.instructions(range.end..range.start, Syntax::Gnu);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_object_files_never_panic(
        which in 0usize..4,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
        headers in proptest::collection::vec((0usize..4096, any::<u8>()), 0..6),
        addresses in proptest::collection::vec(prop_oneof![any::<u64>(), 0x40_0000u64..0x60_0000], 1..8),
    ) {
        let mut bytes = EXECUTABLES[which].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        headers.into_iter().for_each(|(at, byte)| bytes[at] = byte);
        ask_all(bytes, &addresses);
    }

    #[test]
    fn object_files_cut_anywhere_never_panic(which in 0usize..4, at in any::<prop::sample::Index>()) {
        let mut bytes = EXECUTABLES[which].clone();
        bytes.truncate(at.index(bytes.len()));
        ask_all(bytes, &[0, 0x40_1000, u64::MAX]);
    }

    /// Any bytes as code: the section of code is filled with them.
    #[test]
    fn arbitrary_code_is_decoded(which in 0usize..2, code in proptest::collection::vec(any::<u8>(), 4..2000)) {
        let bytes = &EXECUTABLES[which];
        let mut file = open(bytes);
        let symbols = file.symbols().expect("symbols");
        let (start, _) = symbols.iter().find(|(_, name)| name == "runtime.gcStart").expect("code");
        let start = start.address;
        let elf = plumb_binary::Elf::open(Cursor::new(bytes)).expect("an executable");
        let text = elf.section(".text").expect("code");
        let at = (text.offset + (start - text.address)) as usize;
        let mut bytes = bytes.clone();
        bytes[at..at + code.len()].copy_from_slice(&code);
        let end = start + code.len() as u64;
        let found = open(&bytes).instructions(start..end, Syntax::Gnu).expect("instructions");
        prop_assert_eq!(found.first().map(|one| one.address), Some(start));
        prop_assert!(found.iter().all(|one| !one.text.is_empty()));
    }
}
