//! What reports read from the machine that they are made on. This crate itself touches no file: whoever makes a report
//! hands in how files are read.

use std::fmt::Debug;

use plumb_binary::ObjectFile;

/// Source files and executables. Errors are in the words of Go, since reports show them.
pub trait Files: Debug + Send + Sync {
    /// Opens an executable.
    ///
    /// # Errors
    /// If there is no such file or it is none, such as `open /bin/x: no such file or directory`.
    fn open(&self, path: &str) -> Result<ObjectFile, String>;

    /// Reads a source file; nothing of a folder.
    ///
    /// # Errors
    /// If there is no such file or it cannot be read, such as `open x.go: permission denied`.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;

    /// The folder that relative paths begin in.
    ///
    /// # Errors
    /// If it is gone.
    fn working_folder(&self) -> Result<String, String>;

    /// Says at once, on the standard output, why a file cannot be opened. pprof does not put it into the report.
    fn complain(&self, what: &str);
}

/// A machine without files.
#[derive(Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn open(&self, path: &str) -> Result<ObjectFile, String> {
        Err(format!("open {path}: no such file or directory"))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("open {path}: no such file or directory"))
    }

    fn working_folder(&self) -> Result<String, String> {
        Ok("/".to_owned())
    }

    fn complain(&self, _what: &str) {}
}
