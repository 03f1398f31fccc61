//! Damaged executables and arbitrary bytes: no panic, and no more memory or time than the file is worth.

mod toolchains;

use std::fs;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::LazyLock;

use plumb_binary::{Owner, Question, Wanted, parse_build_info, read_build_info, read_calls};
use proptest::prelude::*;

/// Executables of each format: inline strings, pointers, symbols; both classes and byte orders.
static EXECUTABLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let program =
        [("main.go", "package main\n\nfunc main() {}\n"), ("go.mod", "module example.com/shop\n")];
    let kinds = [("1.27.3", "amd64"), ("1.27.3", "mips"), ("1.16.15", "amd64"), ("1.9.7", "386")];
    let build = |(version, architecture)| {
        let go = toolchains::go(version);
        go.write(&program);
        fs::read(go.build(&[("GOARCH", architecture)], &[])).expect("the executable")
    };
    kinds.into_iter().map(build).collect()
});

/// A file with a few bytes changed, without a copy of it; counts what is read.
struct Changed<'a> {
    file: Cursor<&'a [u8]>,
    changes: &'a [(u64, u8)],
    bytes_read: u64,
}

impl Read for Changed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let start = self.file.position();
        let count = self.file.read(buffer)?;
        for (offset, byte) in self.changes {
            if let Some(at) = offset.checked_sub(start).filter(|at| *at < count as u64) {
                buffer[at as usize] = *byte;
            }
        }
        self.bytes_read += count as u64;
        Ok(count)
    }
}

impl Seek for Changed<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

/// Changes near the parts that are read: the headers, the notes, the build information; and a few anywhere.
fn changes() -> impl Strategy<Value = Vec<(u64, u8)>> {
    let offset = prop_oneof![8 => 16u64..1024, 2 => 0u64..64, 1 => 0u64..2_000_000];
    proptest::collection::vec((offset, prop_oneof![any::<u8>(), Just(0), Just(0xff)]), 1..12)
}

/// Changes in the build information itself, by distance from its start.
fn changes_of_blob() -> impl Strategy<Value = Vec<(u64, u8)>> {
    proptest::collection::vec((14u64..80, any::<u8>()), 1..6)
}

/// Changes anywhere, and many at one place: whole headers of tables.
fn changes_anywhere() -> impl Strategy<Value = Vec<(u64, u8)>> {
    let byte = prop_oneof![any::<u8>(), Just(0), Just(0xff)];
    let few = proptest::collection::vec((any::<u64>(), byte.clone()), 1..40);
    let block =
        (any::<u64>(), proptest::collection::vec(byte, 1..64)).prop_map(|(start, bytes)| {
            (0..).zip(bytes).map(|(at, byte)| (start.wrapping_add(at), byte)).collect()
        });
    prop_oneof![few, block]
}

fn read_changed_calls(file: &[u8], changes: &[(u64, u8)]) {
    let changed = Changed { file: Cursor::new(file), changes, bytes_read: 0 };
    let question = Question {
        wanted: &|name| match name {
            name if name.starts_with("runtime/") => Wanted::Ways,
            name if name.ends_with(".Open") => Wanted::Callers,
            _ => Wanted::No,
        },
        types: &|_| true,
        owner: &|name, _| if name.starts_with('i') { Owner::Program } else { Owner::Standard },
    };
    let _ = read_calls(changed, &question);
}

fn read_changed(file: &[u8], changes: &[(u64, u8)]) -> u64 {
    let mut changed = Changed { file: Cursor::new(file), changes, bytes_read: 0 };
    let _ = read_build_info(&mut changed);
    changed.bytes_read
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_headers(which in 0usize..4, changes in changes()) {
        let file = &EXECUTABLES[which];
        let bytes_read = read_changed(file, &changes);
        // Each part once, and symbols and strings once for each of three names.
        prop_assert!(bytes_read <= 8 * file.len() as u64, "{bytes_read} bytes read of {}", file.len());
    }

    #[test]
    fn changed_build_information(which in 0usize..3, changes in changes_of_blob()) {
        let file = &EXECUTABLES[which];
        let start = memchr::memmem::rfind(file, b"\xff Go buildinf:").expect("build information") as u64;
        let changes: Vec<_> = changes.into_iter().map(|(at, byte)| (start + at, byte)).collect();
        let bytes_read = read_changed(file, &changes);
        prop_assert!(bytes_read <= 8 * file.len() as u64, "{bytes_read} bytes read of {}", file.len());
    }

    #[test]
    fn changed_code_and_tables(which in 0usize..4, changes in changes_anywhere()) {
        let file = &EXECUTABLES[which];
        let changes: Vec<_> = changes.into_iter().map(|(at, byte)| (at % file.len() as u64, byte)).collect();
        read_changed_calls(file, &changes);
    }

    #[test]
    fn changed_headers_of_functions(which in 0usize..4, changes in changes_of_blob()) {
        let file = &EXECUTABLES[which];
        // The magic number of the table of functions.
        let starts = memchr::memmem::find_iter(file, b"\xff\xff\xff\0\0\x01\x08").map(|at| at as u64 - 1);
        for start in starts.take(2) {
            let near: Vec<_> = changes.iter().map(|(at, byte)| (start + at - 6, *byte)).collect();
            read_changed_calls(file, &near);
        }
    }

    #[test]
    fn arbitrary_bytes_are_no_calls(rest in any::<Vec<u8>>()) {
        let bytes = [b"\x7fELF\x02\x01\x01".as_slice(), &rest].concat();
        read_changed_calls(&bytes, &[]);
    }

    #[test]
    fn arbitrary_bytes_after_the_magic(class in 0u8..4, order in 0u8..4, rest in any::<Vec<u8>>()) {
        let bytes = [b"\x7fELF", [class, order, 1].as_slice(), &rest].concat();
        prop_assert!(read_build_info(Cursor::new(&bytes)).is_err());
    }

    #[test]
    fn arbitrary_text(text in "(path|mod|dep|=>|build|go|\t|\n|\"|`|\\\\|=|[ -~é]){0,80}") {
        let info = parse_build_info(&text);
        prop_assert!(info.problems.len() <= text.lines().count());
    }
}

/// A large executable is not read whole: headers and a few pages tell everything.
#[test]
fn reads_little_of_an_intact_file() {
    let file = &EXECUTABLES[0];
    let bytes_read = read_changed(file, &[]);
    assert!(bytes_read < 64 << 10, "{bytes_read} bytes read of {}", file.len());
}
