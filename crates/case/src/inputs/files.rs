//! Which files a path stands for.

use std::cmp::Ordering;
use std::io;
use std::path::{Path, PathBuf};

use crate::archive::is_case_folder;

/// Endings of what stands beside evidence and may quote it: recipes, sources, scripts. Such a file is evidence only if
/// nothing but evidence is in it.
const BESIDE: [&str; 10] =
    ["md", "go", "mod", "sum", "sh", "yaml", "yml", "toml", "html", "gitignore"];

/// Most files looked at in one folder.
const MAX_FILES: usize = 10_000;

/// What a path stands for.
pub(super) enum Found {
    /// A case folder.
    Case,
    /// A file of any kind.
    File,
    /// The files of a folder in natural order, and how many folders are in it, which are not looked into.
    Folder(Vec<PathBuf>, usize),
}

pub(super) fn find(path: &Path) -> io::Result<Found> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(Found::File);
    }
    if is_case_folder(path) {
        return Ok(Found::Case);
    }
    let (mut files, mut folders) = (Vec::new(), 0);
    for entry in std::fs::read_dir(path)?.take(MAX_FILES) {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        } else {
            folders += usize::from(path.is_dir());
        }
    }
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    files.sort_by(|a, b| natural(&name(a), &name(b)));
    Ok(Found::Folder(files, folders))
}

/// Whether the name is that of something that may quote evidence.
pub(super) fn may_quote(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    hidden || ending.is_some_and(|ending| BESIDE.contains(&ending.as_str()))
}

/// `heap.2.pprof` before `heap.10.pprof`: runs of digits compare as numbers.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
            return a.len().cmp(&b.len());
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (one, rest_a) = digits(a);
            let (other, rest_b) = digits(b);
            match one.len().cmp(&other.len()).then_with(|| one.cmp(other)) {
                Ordering::Equal => (a, b) = (rest_a, rest_b),
                unequal => return unequal,
            }
        } else if x == y {
            (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
        } else {
            return x.cmp(&y);
        }
    }
}

/// The number at the start without leading zeros, and what follows it.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn numbers_in_names_compare_as_numbers() {
        let mut names = ["heap.10.pprof", "heap.2.pprof", "heap.02.txt", "a", "heap.é"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a", "heap.2.pprof", "heap.02.txt", "heap.10.pprof", "heap.é"]);
    }
}
