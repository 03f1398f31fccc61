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

/// What may be aligned in a line, given as the range of its bytes.
type TrailIn = for<'a> fn(&File<'a>, Span) -> Option<Trail<'a>>;

/// Code with a comment that ends its line.
fn comment_in<'a>(file: &File<'a>, line: Span) -> Option<Trail<'a>> {
    let start = |i: usize| file[CommentId::at(i)].span.start;
    let before = first_place(file.comments().len(), |i| start(i) >= line.end);
    // Nothing stands behind it, so it is the last one that starts on its line.
    let span = file[CommentId::at(before.checked_sub(1)?)].span;
    let rest = file.text?.get(span.end as usize..line.end as usize)?;
    let ends_line = span.start >= line.start && rest.trim().is_empty();
    ends_line.then(|| Trail::new(file, span.start)).flatten()
}

/// A function and the beginning of its body.
fn body_in<'a>(file: &File<'a>, line: Span) -> Option<Trail<'a>> {
    let decls = &file[file.decls()];
    let start = |decl: DeclId| file[decl].span.start;
    let before = first_place(decls.len(), |i| start(decls[i]) >= line.end);
    let on_line = decls[..before].iter().rev().take_while(|decl| start(**decl) >= line.start);
    on_line.copied().find_map(|decl| {
        let DeclKind::FuncDecl(f) = file[decl].kind else { return None };
        let body = file[f.body?].span;
        let trail = Trail::new(file, body.start)?;
        (body.start < line.end).then_some(Trail { alone: body.end > line.end, ..trail })
    })
}

/// The first of `count` places at which something is true that is true at all after it; `count` if there is none.
fn first_place(count: usize, is_true: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = (low + high) / 2;
        if is_true(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The lines of a file, by number from 0. Only those near a change are looked at: files are long, and have many fixes.
struct Lines<'f, 'a> {
    file: &'f File<'a>,
    trail_in: TrailIn,
}

impl<'a> Lines<'_, 'a> {
    fn trail(&self, line: usize) -> Option<Trail<'a>> {
        let lines = self.file.lines();
        let start = lines.start(line as u32 + 1)?;
        let end = lines.start(line as u32 + 2).unwrap_or(self.file.source().len() as u32);
        (self.trail_in)(self.file, Span::new(start, end))
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

    /// The lines of a span, and those before and after it.
    fn around(&self, span: Span) -> std::ops::Range<usize> {
        let first = self.file.position(span.start).line as usize - 1;
        let last = self.file.position(span.end).line as usize - 1;
        first.saturating_sub(1)..last + 2
    }

    /// The runs that touch lines.
    fn runs(&self, spans: &[Span]) -> Vec<std::ops::Range<usize>> {
        let mut runs = Vec::new();
        for span in spans {
            let found = self.around(*span).map(|line| self.run(line)).filter(|run| !run.is_empty());
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

/// Whether [`aligned`] looks at no line of the new text but these.
pub(super) fn looks_only_at(new: &File<'_>, spans: &[Span], lines: std::ops::Range<usize>) -> bool {
    let is_inside =
        |range: std::ops::Range<usize>| range.start >= lines.start && range.end <= lines.end;
    [comment_in as TrailIn, body_in].into_iter().all(|trail_in| {
        let new = Lines { file: new, trail_in };
        spans.iter().all(|span| is_inside(new.around(*span)))
            && new.runs(spans).into_iter().all(is_inside)
    })
}

/// The new text, aligned; `None` if there is nothing to do, or if the old one was not aligned.
pub(super) fn aligned(
    old: &File<'_>,
    old_spans: &[Span],
    new: &File<'_>,
    new_spans: &[Span],
) -> Option<String> {
    let mut wrong = Vec::new();
    for trail_in in [comment_in as TrailIn, body_in] {
        let before = Lines { file: old, trail_in };
        if before.wrong(&before.runs(old_spans)).is_empty() {
            let after = Lines { file: new, trail_in };
            wrong.extend(after.wrong(&after.runs(new_spans)));
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
