//! A fix as lines that go and lines that come.

use plumb_evidence::source::{SourceEdit, SourceFix};

use super::text::SourceText;

/// Lines next to each other that a fix changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    /// Number of the first line that goes, or before which others come.
    pub(super) line: u32,
    pub(super) removed: Vec<String>,
    pub(super) added: Vec<String>,
}

/// The lines that a fix changes, in order.
pub(super) fn hunks(source: &SourceText, fix: &SourceFix) -> Vec<Hunk> {
    let mut edits: Vec<&SourceEdit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut rest = edits.as_slice();
    while let Some((first, _)) = rest.split_first() {
        let from = source.position(first.start as usize).0;
        // All that touch one of the lines so far.
        let (mut last, mut count) = (from, 0);
        for edit in rest {
            if count > 0 && source.position(edit.start as usize).0 > last {
                break;
            }
            last = last.max(source.position(edit.end as usize).0);
            count += 1;
        }
        hunks.extend(hunk(source, from, last, &rest[..count]));
        rest = &rest[count..];
    }
    hunks
}

fn hunk(source: &SourceText, from: u32, last: u32, edits: &[&SourceEdit]) -> Option<Hunk> {
    let (start, end) = (source.start(from), source.start(last + 1));
    let old = source.text().get(start..end)?;
    let mut new = String::new();
    let mut at = start;
    for edit in edits {
        new.push_str(source.text().get(at..edit.start as usize)?);
        new.push_str(&edit.text);
        at = edit.end as usize;
    }
    new.push_str(source.text().get(at..end)?);
    let mut removed: Vec<String> = old.lines().map(str::to_owned).collect();
    let mut added: Vec<String> = new.lines().map(str::to_owned).collect();
    let same = removed.iter().zip(&added).take_while(|(old, new)| old == new).count();
    removed.drain(..same);
    added.drain(..same);
    while removed.last().is_some_and(|line| added.last() == Some(line)) {
        removed.pop();
        added.pop();
    }
    let line = from + same as u32;
    (!removed.is_empty() || !added.is_empty()).then_some(Hunk { line, removed, added })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, edits: &[(u32, u32, &str)]) -> Vec<Hunk> {
        let edit = |(start, end, text): &(u32, u32, &str)| SourceEdit {
            start: *start,
            end: *end,
            text: (*text).to_owned(),
        };
        let edits = edits.iter().map(edit).collect();
        let fix = SourceFix { text: String::new(), safe: true, edits };
        hunks(&SourceText::new(text.into()), &fix)
    }

    fn hunk(line: u32, removed: &[&str], added: &[&str]) -> Hunk {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Hunk { line, removed: owned(removed), added: owned(added) }
    }

    #[test]
    fn only_lines_that_change_are_told() {
        assert_eq!(of("a\nb\nc\n", &[(3, 3, "\n\tnew")]), [hunk(3, &[], &["\tnew"])]);
        assert_eq!(of("a\nb\nc\n", &[(2, 3, "x")]), [hunk(2, &["b"], &["x"])]);
        assert_eq!(of("a\nb\nc\n", &[(2, 4, "")]), [hunk(2, &["b"], &[])]);
        assert_eq!(of("a", &[(1, 1, "\nb\n")]), [hunk(2, &[], &["b"])]);
    }

    #[test]
    fn edits_of_one_line_are_one_change_and_others_are_not() {
        assert_eq!(of("abc\n", &[(2, 3, "z"), (0, 1, "x")]), [hunk(1, &["abc"], &["xbz"])]);
        let two = of("a\nb\nc\n", &[(0, 1, "x"), (4, 5, "z")]);
        assert_eq!(two, [hunk(1, &["a"], &["x"]), hunk(3, &["c"], &["z"])]);
    }

    #[test]
    fn an_edit_that_does_not_fit_tells_nothing() {
        assert_eq!(of("ä\n", &[(1, 1, "x")]), []);
        assert_eq!(of("a\n", &[(7, 9, "x")]), []);
    }
}
