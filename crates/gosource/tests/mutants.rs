//! Changed files: tokens of real ones left out, repeated, swapped and replaced, accepted or rejected as by
//! `go/parser`, and with the same spans.
//!
//! `MUTANTS=100000 cargo test -p plumb-gosource --test mutants` runs more of them.

use std::fs;
use std::path::{Path, PathBuf};

#[allow(dead_code)] // Each user needs some of it.
mod reference;

use reference::{Comparison, Reference, go_files};

/// What stands in for tokens: all kinds of them, and what the language forbids.
const VOCABULARY: &[&[u8]] = &[
    b"x",
    b"T",
    b"_",
    b"0",
    b"1.5e3",
    b"0x1p-2",
    b"0b102",
    b"08",
    b"08.",
    b"1__0",
    b"0x_f",
    b"0o9",
    b"1e",
    b"0x",
    b"0x1.8",
    b"0b1.0",
    b"1p3",
    b"07i",
    b"'a'",
    b"''",
    b"'ab'",
    b"'\\''",
    b"'\\400'",
    b"'\\uD800'",
    b"'\\x4'",
    b"\"s\"",
    b"\"\\q\"",
    b"\"\\'\"",
    b"\"",
    b"'",
    b"`",
    b"`r\r\n`",
    b"+",
    b"-",
    b"*",
    b"/",
    b"%",
    b"&",
    b"|",
    b"^",
    b"<<",
    b">>",
    b"&^",
    b"+=",
    b"&^=",
    b"&&",
    b"||",
    b"<-",
    b"++",
    b"--",
    b"==",
    b"<",
    b">",
    b"=",
    b"!",
    b"!=",
    b"<=",
    b">=",
    b":=",
    b"...",
    b"(",
    b"[",
    b"{",
    b",",
    b".",
    b")",
    b"]",
    b"}",
    b";",
    b":",
    b"~",
    b"break",
    b"case",
    b"chan",
    b"const",
    b"continue",
    b"default",
    b"defer",
    b"else",
    b"fallthrough",
    b"for",
    b"func",
    b"go",
    b"goto",
    b"if",
    b"import",
    b"interface",
    b"map",
    b"package",
    b"range",
    b"return",
    b"select",
    b"struct",
    b"switch",
    b"type",
    b"var",
    b"\n",
    b"\n\n",
    b"\r\n",
    b"// c\n",
    b"/* c */",
    b"/* c\n*/",
    b"/*",
    b"\n//line f.go:7\n",
    b"//line f:0\n",
    b"/*line :3:1*/",
    b"/*line f:1:0*/",
    b"(type)",
    b"func() {}",
    b"[]int",
    b"[2]int{1, 2}",
    b"struct{}",
    b"interface{ ~int | string }",
    b"T[int]",
    b"P *C",
    b"P *C,",
    b"P []C",
    b"P interface{}",
    b"P (C)",
    b"chan<- int",
    b"<-chan int",
    b"map[string]int{}",
    b"x.(type)",
    b"range x",
    b"if x {}",
    b"L:",
    b"x, y := 1, 2",
    b"\xEF\xBB\xBF",
    b"\0",
    b"\xFF",
    "é".as_bytes(),
    "世界".as_bytes(),
    "“".as_bytes(),
    "½".as_bytes(),
    b"#",
    b"?",
    b"@",
    b"$",
];

/// A generator of numbers that are the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// Pieces of a file: words, runs of blanks, and single other bytes.
fn pieces(source: &[u8]) -> Vec<&[u8]> {
    fn class(byte: u8) -> u8 {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80.. => 1,
            b' ' | b'\t' => 2,
            _ => 0,
        }
    }
    source.chunk_by(|a, b| class(*a) == class(*b) && class(*a) != 0).collect()
}

fn mutant(source: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut pieces = pieces(source);
    for _ in 0..1 + numbers.below(3) {
        let (i, j) = (numbers.below(pieces.len()), numbers.below(pieces.len()));
        let word = VOCABULARY[numbers.below(VOCABULARY.len())];
        match numbers.below(6) {
            0 => drop(pieces.remove(i)),
            1 => pieces.insert(i, pieces[j]),
            2 => pieces.swap(i, j),
            3 => pieces[i] = word,
            4 => pieces.insert(i, word),
            _ if numbers.below(20) == 0 => pieces.truncate(i + 1),
            _ => pieces.insert(i, word),
        }
    }
    pieces.concat()
}

/// Beginnings of files, cut before a declaration.
fn seeds(root: &Path) -> Vec<Vec<u8>> {
    const FOLDERS: [&str; 5] = [
        "src/internal/types/testdata",
        "src/cmd/compile/internal/syntax/testdata",
        "src/go/parser",
        "src/sync",
        "src/slices",
    ];
    const BYTES: usize = 3000;
    let mut seeds = Vec::new();
    for path in FOLDERS.iter().flat_map(|folder| go_files(&root.join(folder)).unwrap()) {
        let mut source = fs::read(path).unwrap();
        if source.len() > BYTES {
            source.truncate(BYTES);
            let end = source.windows(3).rposition(|end| end == b"\n}\n");
            source.truncate(end.map_or(0, |end| end + 3));
        }
        if source.len() > 50 {
            seeds.push(source);
        }
    }
    seeds
}

fn compare(
    reference: &Reference,
    folder: &Path,
    seeds: &[Vec<u8>],
    numbers: &mut Numbers,
) -> Comparison {
    const FILES: usize = 2000;
    let mut paths: Vec<PathBuf> = Vec::new();
    for i in 0..FILES {
        let seed = &seeds[numbers.below(seeds.len())];
        let path = folder.join(format!("{i}.go"));
        fs::write(&path, mutant(seed, numbers)).unwrap();
        paths.push(path);
    }
    reference.compare(&paths).unwrap()
}

#[test]
fn changed_files_are_read_as_go_parser_reads_them() {
    let wanted = std::env::var("MUTANTS").map_or(4000, |count| count.parse().unwrap());
    let (reference, root) = Reference::of_tests("mutants").unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants/files");
    fs::create_dir_all(&folder).unwrap();
    let seeds = seeds(&root);
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let (mut files, mut rejected) = (0, 0);
    while files < wanted {
        let compared = compare(&reference, &folder, &seeds, &mut numbers);
        compared.assert_equal();
        files += compared.files;
        rejected += compared.rejected;
    }
    assert!(rejected > files / 2 && rejected < files * 19 / 20, "{rejected} of {files} rejected");
    fs::remove_dir_all(folder).unwrap();
}
