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

/// The lines that changed: what is replaced in the old text by what.
pub(super) fn edits(old: &str, new: &str) -> Vec<Edit> {
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
