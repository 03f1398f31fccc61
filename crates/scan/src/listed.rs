//! Folders that are listed once: where a package is, which files it has, and where modules are is asked again and again.
//! Files of the modules are read once for the two that ask: what they declare is needed before somebody looks at them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use plumb_gosource::{Entry, Folders};
use rustc_hash::FxHashMap;

/// What a folder holds, or why it could not be listed.
type Listing = Arc<Result<Vec<Entry>, (io::ErrorKind, String)>>;

/// How many bytes of files wait for who reads them next.
const MOST_WAITING: usize = 16 << 20;

/// Files that were read once.
#[derive(Default)]
struct Waiting {
    files: FxHashMap<PathBuf, Vec<u8>>,
    bytes: usize,
}

/// Remembers what folders hold.
pub(crate) struct Listed<'a> {
    below: &'a dyn Folders,
    /// The folders of the modules.
    own: Vec<&'a Path>,
    known: Mutex<FxHashMap<PathBuf, Listing>>,
    waiting: Mutex<Waiting>,
}

impl Waiting {
    fn take(&mut self, file: &Path) -> Option<Vec<u8>> {
        let source = self.files.remove(file)?;
        self.bytes -= source.len();
        Some(source)
    }

    fn add(&mut self, file: &Path, source: &[u8]) {
        if self.bytes + source.len() <= MOST_WAITING {
            self.bytes += source.len();
            let before = self.files.insert(file.to_owned(), source.to_owned());
            self.bytes -= before.map_or(0, |before| before.len());
        }
    }
}

impl<'a> Listed<'a> {
    pub(crate) fn new(below: &'a dyn Folders, own: Vec<&'a Path>) -> Self {
        Self { below, own, known: Mutex::default(), waiting: Mutex::default() }
    }

    /// Whether a file is likely to be looked at: its path begins like that of a module, and it is of no vendored one.
    /// Bytes are compared, since it is asked of every file, and a wrong answer only costs time.
    fn is_own(&self, file: &Path) -> bool {
        let file = file.as_os_str().as_encoded_bytes();
        self.own.iter().any(|folder| file.starts_with(folder.as_os_str().as_encoded_bytes()))
            && memchr::memmem::find(file, b"vendor").is_none()
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
        if !self.is_own(file) {
            return self.below.read(file);
        }
        let lock = || self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = lock().take(file) {
            return Ok(source);
        }
        let source = self.below.read(file)?;
        lock().add(file, &source);
        Ok(source)
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
