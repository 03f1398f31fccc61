//! Files in memory, for tests.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use plumb_gosource::{Entry, EntryKind, Folders};

/// Files by their paths.
pub(crate) struct Memory(BTreeMap<PathBuf, String>);

impl Memory {
    /// Files from a text: `-- path` begins each.
    pub(crate) fn new(files: &str) -> Self {
        let mut map = BTreeMap::new();
        for file in files.split("-- ").skip(1) {
            let (path, text) = file.split_once('\n').unwrap();
            map.insert(PathBuf::from(path), text.to_owned());
        }
        Self(map)
    }
}

impl Folders for Memory {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let text = self.0.get(file).ok_or(io::ErrorKind::NotFound)?;
        Ok(text.clone().into_bytes())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for path in self.0.keys() {
            let Ok(rest) = path.strip_prefix(folder) else { continue };
            let mut parts = rest.components();
            let Some(first) = parts.next() else { continue };
            let kind = if parts.next().is_some() { EntryKind::Folder } else { EntryKind::File };
            let name = first.as_os_str().to_string_lossy().into_owned();
            entries.push(Entry { name, kind });
        }
        entries.dedup();
        match entries.is_empty() {
            true => Err(io::ErrorKind::NotFound.into()),
            false => Ok(entries),
        }
    }
}
