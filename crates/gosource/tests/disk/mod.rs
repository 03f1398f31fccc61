//! Files and folders of this machine, for tests.

use std::fs;
use std::io;
use std::path::Path;

use plumb_gosource::{Entry, EntryKind, Folders};

/// Reads the disk.
pub(crate) struct Disk;

impl Folders for Disk {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        fs::read(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let is_file = || fs::metadata(entry.path()).is_ok_and(|target| target.is_file());
            let kind = match entry.file_type()? {
                kind if kind.is_dir() => EntryKind::Folder,
                _ if is_file() => EntryKind::File,
                _ => EntryKind::Other,
            };
            entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), kind });
        }
        Ok(entries)
    }
}
