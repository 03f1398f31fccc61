//! What reads files and lists folders.

use std::io;
use std::path::Path;

/// Reads files and lists folders, for several threads at once.
pub trait Folders: Sync {
    /// The bytes of a file.
    ///
    /// # Errors
    /// If there is no such file or it cannot be read.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>>;

    /// What a folder holds, in any order.
    ///
    /// # Errors
    /// If there is no such folder or it cannot be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// Whether a folder can be listed and holds something of a kind.
    fn holds(&self, folder: &Path, is_it: &dyn Fn(&Entry) -> bool) -> bool {
        self.list(folder).is_ok_and(|entries| entries.iter().any(is_it))
    }
}

/// One thing in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What stands in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A file, also through a symbolic link.
    File,
    /// A folder. Links to folders are [`EntryKind::Other`], as for the go tool: they may lead in circles.
    Folder,
    /// Anything else.
    Other,
}
