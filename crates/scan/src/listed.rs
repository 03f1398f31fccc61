//! Folders that are listed once: where a package is, which files it has, and where modules are is asked again and again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use plumb_gosource::{Entry, Folders};
use rustc_hash::FxHashMap;

/// What a folder holds, or why it could not be listed.
type Listing = Arc<Result<Vec<Entry>, (io::ErrorKind, String)>>;

/// Remembers what folders hold.
pub(crate) struct Listed<'a> {
    below: &'a dyn Folders,
    known: Mutex<FxHashMap<PathBuf, Listing>>,
}

impl<'a> Listed<'a> {
    pub(crate) fn new(below: &'a dyn Folders) -> Self {
        Self { below, known: Mutex::default() }
    }

    fn listing(&self, folder: &Path) -> Listing {
        // What is kept are finished values: a thread that panicked left nothing half done.
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(folder).cloned();
        known.unwrap_or_else(|| {
            let listed = self.below.list(folder);
            let listing = Arc::new(listed.map_err(|error| (error.kind(), error.to_string())));
            lock().entry(folder.to_path_buf()).or_insert(listing).clone()
        })
    }
}

impl Folders for Listed<'_> {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.below.read(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        match &*self.listing(folder) {
            Ok(entries) => Ok(entries.clone()),
            Err((kind, why)) => Err(io::Error::new(*kind, why.clone())),
        }
    }

    fn holds(&self, folder: &Path, is_it: &dyn Fn(&Entry) -> bool) -> bool {
        self.listing(folder).as_ref().as_ref().is_ok_and(|entries| entries.iter().any(is_it))
    }
}
