//! Comments at the ends of lines, and bodies of functions on one line: gofmt aligns those of lines that follow each
//! other, so a line between them, or a longer one, moves them.

use super::layout;
use crate::ast::DeclKind;
use crate::file::File;
use crate::ids::{CommentId, DeclId};
use crate::span::Span;

/// A line of which a part, a comment or a body, may be aligned.
#[derive(Clone, Copy)]
struct Trail<'a> {
    indent: &'a str,
    /// Characters before that part, without the indentation.
    width: usize,
    /// Offsets of the end of what stands before that part, and of the part.
    gap: (usize, usize),
    /// Whether the code or the part has other lines, and so is not aligned.
    alone: bool,
}

impl<'a> Trail<'a> {
    /// Of the part that starts at an offset; `None` if nothing stands before it.
    fn new(file: &File<'a>, offset: u32) -> Option<Self> {
        let start = layout::line_start(file, offset);
        let before = file.text(Span::new(start, offset));
        let written = before.trim();
        let indent = &before[..before.len() - before.trim_start().len()];
        let gap = (start as usize + before.trim_end().len(), offset as usize);
        // What ends on this line began on another one.
        let alone = written.starts_with(['}', ')', ']']);
        let trail = Self { indent, width: written.chars().count(), gap, alone };
        (!written.is_empty()).then_some(trail)
    }
}

/// The lines of a file, by number from 0.
struct Lines<'a> {
    trails: Vec<Option<Trail<'a>>>,
}

impl<'a> Lines<'a> {
    fn new(file: &File<'a>, trails: impl Iterator<Item = (u32, Trail<'a>)>) -> Self {
        let mut lines = vec![None; file.lines().count() as usize];
        for (line, trail) in trails {
            if let Some(slot) = lines.get_mut(line as usize - 1) {
                *slot = Some(trail);
            }
        }
        Self { trails: lines }
    }

    /// Lines with code and a comment that ends them.
    fn with_comments(file: &File<'a>) -> Self {
        let text = file.text.unwrap_or_default();
        let trail = |comment: CommentId| {
            let span = file[comment].span;
            let line = file.position(span.start).line;
            let rest = text.get(span.end as usize..).unwrap_or_default();
            let rest = rest.split('\n').next().unwrap_or_default();
            let ends_line = file.position(span.end).line == line && rest.trim().is_empty();
            let trail = Trail::new(file, span.start)?;
            ends_line.then_some((line, trail))
        };
        Self::new(file, file.comments().filter_map(trail))
    }

    /// Lines with functions and the beginnings of their bodies.
    fn with_bodies(file: &File<'a>) -> Self {
        let trail = |decl: &DeclId| {
            let DeclKind::FuncDecl(f) = file[*decl].kind else { return None };
            let body = file[f.body?].span;
            let line = file.position(body.start).line;
            let one_line = file.position(file[*decl].span.start).line == line;
            let alone = file.position(body.end).line != line;
            let trail = Trail::new(file, body.start)?;
            one_line.then_some((line, Trail { alone, ..trail }))
        };
        Self::new(file, file[file.decls()].iter().filter_map(trail))
    }

    fn trail(&self, line: usize) -> Option<Trail<'a>> {
        self.trails.get(line).copied().flatten()
    }

    /// The lines around one that are aligned together.
    fn run(&self, line: usize) -> std::ops::Range<usize> {
        let Some(here) = self.trail(line) else { return line..line };
        let same = |line: usize| {
            let trail = self.trail(line);
            trail.is_some_and(|t| t.indent == here.indent && !t.alone && !here.alone)
        };
        let mut run = line..line + 1;
        while run.start > 0 && same(run.start - 1) {
            run.start -= 1;
        }
        while same(run.end) {
            run.end += 1;
        }
        run
    }

    /// The runs that touch lines.
    fn runs(&self, file: &File<'_>, spans: &[Span]) -> Vec<std::ops::Range<usize>> {
        let mut runs = Vec::new();
        for span in spans {
            let first = file.position(span.start).line as usize - 1;
            let last = file.position(span.end).line as usize - 1;
            let around = first.saturating_sub(1)..=last + 1;
            let found = around.map(|line| self.run(line)).filter(|run| !run.is_empty());
            runs.extend(found);
        }
        runs.sort_by_key(|run| run.start);
        runs.dedup();
        runs
    }

    /// The gaps that runs should have and do not have.
    fn wrong(&self, runs: &[std::ops::Range<usize>]) -> Vec<((usize, usize), usize)> {
        let mut wrong = Vec::new();
        for run in runs {
            let trails = || run.clone().filter_map(|line| self.trail(line));
            let widest = trails().map(|trail| trail.width).max().unwrap_or_default();
            for trail in trails() {
                let wanted = widest - trail.width + 1;
                if trail.gap.1 - trail.gap.0 != wanted {
                    wrong.push((trail.gap, wanted));
                }
            }
        }
        wrong
    }
}

/// The new text, aligned; `None` if there is nothing to do, or if the old one was not aligned.
pub(super) fn aligned(
    old: &File<'_>,
    old_spans: &[Span],
    new: &File<'_>,
    new_spans: &[Span],
) -> Option<String> {
    let mut wrong = Vec::new();
    for lines in [Lines::with_comments, Lines::with_bodies] {
        let before = lines(old);
        if before.wrong(&before.runs(old, old_spans)).is_empty() {
            let after = lines(new);
            wrong.extend(after.wrong(&after.runs(new, new_spans)));
        }
    }
    if wrong.is_empty() {
        return None;
    }
    wrong.sort_unstable();
    let text = new.text?;
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for ((start, end), wanted) in wrong {
        out.push_str(text.get(done..start)?);
        out.extend(std::iter::repeat_n(' ', wanted));
        done = end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}
