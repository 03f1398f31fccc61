//! Lines of source files, found by the paths that profiles have.

use rustc_hash::FxHashMap;

use crate::files::Files;
use crate::go_text::{clean, folder};
use crate::report::{Report, ReportError};
use crate::source_paths::trimmed;

/// Longest line that is read, in bytes; Go's `bufio.Scanner` stops at a longer one.
const LONGEST_LINE: usize = 64 << 10;

/// Source files, each read once.
#[derive(Debug)]
pub(crate) struct SourceText<'f> {
    files: &'f dyn Files,
    /// Folders that relative paths are searched in, and in all folders above them.
    search_path: String,
    trim_path: String,
    known: FxHashMap<String, Result<Vec<u8>, String>>,
    /// Where the lines of each known file are.
    lines: FxHashMap<String, Vec<std::ops::Range<usize>>>,
}

impl<'f> SourceText<'f> {
    /// For the options of a report.
    ///
    /// # Errors
    /// If there is neither a search path nor a working folder.
    pub(crate) fn new(report: &Report, files: &'f dyn Files) -> Result<Self, ReportError> {
        let config = &report.config;
        let search_path = match config.source_path.as_str() {
            "" => files.working_folder().map_err(|error| {
                ReportError::File(format!("could not stat current dir: {error}"))
            })?,
            path => path.to_owned(),
        };
        let trim_path = config.trim_path.clone();
        let (known, lines) = (FxHashMap::default(), FxHashMap::default());
        Ok(Self { files, search_path, trim_path, known, lines })
    }

    /// A line of a file, from 1; none behind its end and of a file that is not found.
    pub(crate) fn line(&mut self, path: &str, number: i64) -> Option<&[u8]> {
        self.load(path);
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        let range = self.lines.get(path)?.get(index)?.clone();
        self.known.get(path)?.as_ref().ok()?.get(range)
    }

    /// Why a file is not read.
    pub(crate) fn error(&mut self, path: &str) -> Option<&str> {
        self.load(path);
        self.known.get(path)?.as_ref().err().map(String::as_str)
    }

    fn load(&mut self, path: &str) {
        if self.known.contains_key(path) {
            return;
        }
        let read = self.search(path);
        let lines = read.as_deref().map(line_ranges).unwrap_or_default();
        self.lines.insert(path.to_owned(), lines);
        self.known.insert(path.to_owned(), read);
    }

    fn search(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = trimmed(path, &self.trim_path, &self.search_path);
        if path.starts_with('/') {
            return self.files.read(path);
        }
        for start in self.search_path.split(':') {
            let mut at = start.to_owned();
            loop {
                if let Ok(bytes) = self.files.read(&clean(&format!("{at}/{path}"))) {
                    return Ok(bytes);
                }
                let above = folder(&at);
                if above == at {
                    break;
                }
                at = above;
            }
        }
        Err(format!("could not find file {path} on path {}", self.search_path))
    }
}

/// Where the lines of a text are, without what ends them.
fn line_ranges(text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let (length, skipped) = match rest.iter().position(|&byte| byte == b'\n') {
            Some(length) => (length, length + 1),
            None => (rest.len(), rest.len()),
        };
        if length >= LONGEST_LINE {
            break;
        }
        let shown = if rest[..length].ends_with(b"\r") { length - 1 } else { length };
        lines.push(start..start + shown);
        start += skipped;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_go_s_scanner() {
        let text = b"a\r\n\nb";
        let lines: Vec<&[u8]> = line_ranges(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(lines, [b"a".as_slice(), b"", b"b"]);
        assert!(line_ranges(b"").is_empty());
        let long = [b"x\n".as_slice(), &[b'y'; LONGEST_LINE], b"\nz\n"].concat();
        assert_eq!(line_ranges(&long), std::iter::once(0..1).collect::<Vec<_>>());
    }
}
