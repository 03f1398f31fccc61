//! Files in memory: for tests of rules, and for code that is on no disk.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use plumb_evidence::source::Scan;
use plumb_gosource::{Entry, EntryKind, Folders, Installation};

use crate::knowledge::Knowledge;
use crate::rule::Rule;
use crate::tree::{Options, scan};

/// Files by their paths.
#[derive(Clone, Debug, Default)]
pub struct Memory(BTreeMap<PathBuf, Vec<u8>>);

impl Memory {
    /// A tree with files of these paths and texts.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let file = |(path, text): (&str, &str)| (PathBuf::from(path), text.as_bytes().to_vec());
        Self(files.into_iter().map(file).collect())
    }
}

impl Folders for Memory {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.0.get(file).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for path in self.0.keys() {
            let Ok(rest) = path.strip_prefix(folder) else { continue };
            let mut parts = rest.components();
            let Some(first) = parts.next() else { continue };
            let kind = if parts.next().is_some() { EntryKind::Folder } else { EntryKind::File };
            entries.push(Entry { name: first.as_os_str().to_string_lossy().into_owned(), kind });
        }
        entries.dedup();
        match entries.is_empty() {
            true => Err(io::ErrorKind::NotFound.into()),
            false => Ok(entries),
        }
    }
}

/// Runs rules over one file of a module `example.com/m` for a language version, without a toolchain: what a test of a
/// rule needs.
pub fn scan_text(rules: &[&Rule], knowledge: &Knowledge, go: &str, text: &str) -> Scan {
    let module = format!("module example.com/m\n\ngo {go}\n");
    let files = Memory::new([("/m/go.mod", module.as_str()), ("/m/a.go", text)]);
    let options = Options { threads: 1, ..Options::default() };
    scan(&files, Path::new("/m"), Installation::default(), rules, knowledge, &options)
}
