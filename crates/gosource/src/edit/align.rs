//! Comments at the ends of lines: gofmt aligns those of lines that follow each other, so a line between them, or a
//! longer one, moves them.

use crate::file::File;
use crate::span::Span;

/// A line with code and a comment after it.
#[derive(Clone, Copy)]
struct Trail<'a> {
    indent: &'a str,
    /// Characters of the code without the indentation.
    width: usize,
    /// Offsets of the end of the code and of the comment.
    gap: (usize, usize),
}

/// The lines of a file, by number from 0.
struct Lines<'a> {
    trails: Vec<Option<Trail<'a>>>,
}

impl<'a> Lines<'a> {
    fn new(file: &File<'a>) -> Self {
        let text = file.text.unwrap_or_default();
        let mut trails = vec![None; file.lines().count() as usize];
        for comment in file.comments() {
            let span = file[comment].span;
            let line = file.position(span.start).line;
            let start = file.lines().start(line).unwrap_or_default() as usize;
            let code = text.get(start..span.start as usize).unwrap_or_default();
            let rest = text.get(span.end as usize..).unwrap_or_default();
            let rest = rest.split('\n').next().unwrap_or_default();
            let one_line = file.position(span.end).line == line;
            let written = code.trim();
            if written.is_empty() || !one_line || !rest.trim().is_empty() {
                continue;
            }
            let indent = &code[..code.len() - code.trim_start().len()];
            let gap = (start + code.trim_end().len(), span.start as usize);
            let trail = Trail { indent, width: written.chars().count(), gap };
            if let Some(slot) = trails.get_mut(line as usize - 1) {
                *slot = Some(trail);
            }
        }
        Self { trails }
    }

    fn trail(&self, line: usize) -> Option<Trail<'a>> {
        self.trails.get(line).copied().flatten()
    }

    /// The lines around one that are aligned together.
    fn run(&self, line: usize) -> std::ops::Range<usize> {
        let Some(here) = self.trail(line) else { return line..line };
        let same = |line: usize| self.trail(line).is_some_and(|trail| trail.indent == here.indent);
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

/// The new text with its comments aligned; `None` if there is nothing to do, or if the old ones were not aligned.
pub(super) fn aligned(
    old: &File<'_>,
    old_spans: &[Span],
    new: &File<'_>,
    new_spans: &[Span],
) -> Option<String> {
    let before = Lines::new(old);
    if !before.wrong(&before.runs(old, old_spans)).is_empty() {
        return None;
    }
    let after = Lines::new(new);
    let wrong = after.wrong(&after.runs(new, new_spans));
    if wrong.is_empty() {
        return None;
    }
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
