//! Whether lines of a binary are those of the source at hand, told by what its profiles show: a call must stand on the
//! line on which a stack has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use plumb_evidence::Frame;
use plumb_evidence::source_evidence::{SourceEvidence, is_function};
use plumb_scan::acquisitions::SourceFunction;

use super::frames::UserFrames;

/// How far lines may be shifted so that the shift is noticed; beyond, frames lie outside of their functions.
const SHIFT_MAX: i64 = 300;

/// A shift must explain at least so many calls more than no shift does, unless most calls are not where they should be:
/// deferred calls and calls of variables are never on their lines.
const MORE_CALLS_MIN: usize = 2;

/// What the profiles show of the source.
#[derive(Debug, Default)]
pub(super) struct Fit {
    /// Frames that lie in their functions, in files whose lines are right.
    pub(super) frames: usize,
    /// Files of which the lines are not those of the binary.
    pub(super) shifted: BTreeSet<String>,
    /// Files of which they are: calls stand on the lines on which stacks have them.
    pub(super) right: BTreeSet<String>,
}

/// What is shown of one file.
#[derive(Default)]
struct Shown<'a> {
    inside: usize,
    outside: usize,
    /// Lines of the source with the names of what is called there.
    calls: BTreeSet<(u32, &'a str)>,
}

/// Compares frames with the source below `root`. `here` gives the line of the source for one of the binary.
pub(super) fn fit(
    frames: &UserFrames,
    functions: &[SourceFunction],
    root: &Path,
    here: &dyn Fn(&str, u32) -> Option<u32>,
) -> Fit {
    let mut files: BTreeMap<&str, Shown<'_>> = BTreeMap::new();
    for frame in frames.declared() {
        let Some(file) = file_of(frame, functions) else { continue };
        let shown = files.entry(file).or_default();
        let line = here(file, frame.line);
        let is_inside = |f: &SourceFunction, line: u32| {
            f.file == file && is_function(frame, &f.name) && f.lines.0 <= line && line <= f.lines.1
        };
        match line.filter(|&line| functions.iter().any(|f| is_inside(f, line))) {
            Some(_) => shown.inside += 1,
            None => shown.outside += 1,
        }
        if let Some(line) = line {
            shown.calls.extend(frames.called_at(frame).map(|name| (line, name)));
        }
    }
    let mut fit = Fit::default();
    for (file, shown) in files {
        let text = fs::read(root.join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        if shown.outside > 0 || is_shifted(&lines, &shown.calls) {
            fit.shifted.insert(file.to_owned());
            continue;
        }
        fit.frames += shown.inside;
        if in_place(&lines, &shown.calls, 0) > 0 {
            fit.right.insert(file.to_owned());
        }
    }
    fit
}

/// The file of the source that a frame is in, if its function is declared there.
fn file_of<'a>(frame: &Frame, functions: &'a [SourceFunction]) -> Option<&'a str> {
    let same = functions
        .iter()
        .filter(|f| SourceEvidence::is_file(&frame.file, &f.file) && is_function(frame, &f.name));
    same.map(|f| &*f.file).max_by_key(|file| file.len())
}

/// Whether calls stand on other lines than they should.
fn is_shifted(lines: &[&str], calls: &BTreeSet<(u32, &str)>) -> bool {
    let here = in_place(lines, calls, 0);
    let shifts = (-SHIFT_MAX..=SHIFT_MAX).filter(|&shift| shift != 0);
    let elsewhere = shifts.map(|shift| in_place(lines, calls, shift)).max().unwrap_or(0);
    let few = here * 2 < calls.len();
    elsewhere > here && (few || elsewhere >= here + MORE_CALLS_MIN)
}

/// How many calls stand so many lines below where they should.
fn in_place(lines: &[&str], calls: &BTreeSet<(u32, &str)>, shift: i64) -> usize {
    let stands = |(line, name): &&(u32, &str)| {
        let index = usize::try_from(i64::from(*line) + shift - 1).ok();
        index.and_then(|index| lines.get(index)).is_some_and(|text| has_word(text, name))
    };
    calls.iter().filter(stands).count()
}

/// Whether a name stands in a line by itself, not as a part of another.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str =
        "package p\n\nfunc f() {\n\topen()\n\tread()\n\tdefer done()\n\twrite()\n}\n";

    fn shifted(calls: &[(u32, &str)]) -> bool {
        is_shifted(&SOURCE.lines().collect::<Vec<_>>(), &calls.iter().copied().collect())
    }

    #[test]
    fn calls_on_their_lines_are_not_shifted() {
        assert!(!shifted(&[(4, "open"), (5, "read"), (7, "write")]));
        assert!(!shifted(&[]));
    }

    #[test]
    fn a_deferred_call_is_no_shift() {
        assert!(!shifted(&[(4, "open"), (5, "read"), (8, "done")]));
    }

    #[test]
    fn one_line_more_at_the_top_is_a_shift() {
        assert!(shifted(&[(3, "open"), (4, "read"), (6, "write")]));
        assert!(shifted(&[(3, "open")]));
    }

    #[test]
    fn names_are_whole_words() {
        assert!(has_word("\tx := s.open(y)", "open"));
        assert!(!has_word("\treopen(y); opened()", "open"));
    }
}
