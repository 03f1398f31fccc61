//! What changed, by lines.

use similar::{Algorithm, TextDiff};

use super::changes::Edit;
use crate::span::Span;

/// Lines of context around a change, as `diff -u` has them.
const CONTEXT: usize = 3;

/// A unified diff that `patch` and `git apply` read; empty if nothing changed. The path is shown as `a/…` and `b/…`.
pub fn unified_diff(path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(old, new);
    let (old, new) = (format!("a/{path}"), format!("b/{path}"));
    diff.unified_diff().context_radius(CONTEXT).header(&old, &new).to_string()
}

/// Equal lines around what changed that are compared too: so many are mostly enough to see that a change which could
/// stand in several places, as an empty line among empty lines, stands in none further up or down.
const MARGIN: usize = 16;

/// The lines that changed: what is replaced in the old text by what.
pub(super) fn edits(old: &str, new: &str) -> Vec<Edit> {
    let (start, end) = (equal_start(old, new), equal_end(old, new));
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    if start < old_end.min(new_end) {
        let mut found = compared(&old[start..old_end], &new[start..new_end]);
        let is_inside = |edit: &Edit| {
            let within = edit.span.range();
            (start == 0 || within.start > 0) && (end == 0 || within.end < old_end - start)
        };
        if found.iter().all(is_inside) {
            let moved = |at: &mut u32| *at += start as u32;
            found.iter_mut().for_each(|edit| {
                moved(&mut edit.span.start);
                moved(&mut edit.span.end);
            });
            return found;
        }
    }
    compared(old, new)
}

/// How many bytes both texts begin with, up to a line some lines above what differs.
fn equal_start(old: &str, new: &str) -> usize {
    let equal = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let mut line_ends = memchr::memrchr_iter(b'\n', &old.as_bytes()[..equal]);
    line_ends.nth(MARGIN).map_or(0, |at| at + 1)
}

/// How many bytes both texts end with, from a line some lines below what differs.
fn equal_end(old: &str, new: &str) -> usize {
    let equal = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    let tail = &old.as_bytes()[old.len() - equal..];
    memchr::memchr_iter(b'\n', tail).nth(MARGIN).map_or(0, |at| equal - at - 1)
}

fn compared(old: &str, new: &str) -> Vec<Edit> {
    let starts = |text: &str| {
        let mut starts = vec![0];
        starts.extend(text.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        }));
        starts
    };
    let (old_starts, new_starts) = (starts(old), starts(new));
    let at = |starts: &[usize], line: usize| starts.get(line).copied().unwrap_or_default();
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(old, new);
    let changed = diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal);
    let edit = |op: &similar::DiffOp| {
        let (from, to) = (op.old_range(), op.new_range());
        let span = Span::new(at(&old_starts, from.start) as u32, at(&old_starts, from.end) as u32);
        let text = &new[at(&new_starts, to.start)..at(&new_starts, to.end)];
        Edit { span, text: text.to_owned() }
    };
    changed.map(edit).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_far_from_a_change_makes_no_difference(
            lines in prop::collection::vec("[ab]?\n", 0..80),
            new in prop::collection::vec("[ab]?\n", 0..4),
            at in 0..80_usize,
            replaced in 0..4_usize,
        ) {
            let at = at.min(lines.len());
            let end = (at + replaced).min(lines.len());
            let old = lines.concat();
            let new = [&lines[..at], &new, &lines[end..]].concat().concat();
            prop_assert_eq!(edits(&old, &new), compared(&old, &new));
        }
    }
}
