//! Files and folders of this machine.

use std::fs;
use std::io;
use std::path::Path;

use plumb_gosource::{Entry, EntryKind, Folders};

/// Reads the disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Folders for Disk {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        fs::read(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        fs::read_dir(folder)?.map(|entry| entry_of(&entry?)).collect()
    }
}

fn entry_of(entry: &fs::DirEntry) -> io::Result<Entry> {
    let kind = match entry.file_type()? {
        kind if kind.is_dir() => EntryKind::Folder,
        kind if kind.is_file() => EntryKind::File,
        // A link counts as what it leads to, but not if that is a folder: it may lead in circles.
        _ if fs::metadata(entry.path()).is_ok_and(|target| target.is_file()) => EntryKind::File,
        _ => EntryKind::Other,
    };
    Ok(Entry { name: entry.file_name().to_string_lossy().into_owned(), kind })
}
