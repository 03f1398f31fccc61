//! The lines of one goroutine below its header: normalized cheaply for every goroutine, parsed once
//! for each distinct stack.

use std::str;
use std::sync::Arc;

use memchr::{memchr, memrchr};
use rustc_hash::FxHashSet;

use super::header::number;
use super::shown::{Form, shown};
use super::{Ancestor, CreatedBy, StackFrame};

/// What a line below a header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Function with its arguments.
    Function,
    /// Source position of the function or go statement before.
    Position,
    /// `created by …`, with the creator's id.
    Created(Option<u64>),
    /// Marks of elided frames, ancestors and stacks that could not be printed.
    Mark,
    /// Perhaps a function without arguments (cgo), if a position follows; else no part of the stack.
    Other,
}

const CREATED: &[u8] = b"created by ";
const ANCESTOR: &[u8] = b"[originating from goroutine ";
const ELIDED: &[u8] = b"...";
/// Frames from which on a stack counts as cut although no mark says so. A traceback has at most 100
/// frames (`runtime/traceback.go`), of which those of the runtime at its top are not printed.
const CUT_FRAMES: usize = 95;
const UNAVAILABLE: &[u8] = b"goroutine running on other thread; stack unavailable";

/// Classifies a line and gives the part of it that is equal for equal stacks: no arguments, no
/// offsets, no addresses, no goroutine ids.
#[inline]
pub(super) fn normalize(line: &[u8]) -> (Kind, &[u8]) {
    match line.first() {
        Some(b'\t' | b' ') => position(line),
        Some(b'c') if line.starts_with(CREATED) => created(line),
        Some(b'[') if line.starts_with(ANCESTOR) => (Kind::Mark, &line[..ANCESTOR.len()]),
        Some(b'.') if line.starts_with(ELIDED) && line.trim_ascii_end().ends_with(b"elided...") => {
            (Kind::Mark, ELIDED)
        }
        _ => function(line),
    }
}

/// What [`normalize`] gives of the lines that a stack mostly consists of; none if it is another or takes a closer look.
#[inline]
pub(super) fn usual(line: &[u8]) -> Option<(Kind, &[u8])> {
    let read = match line {
        [b'\t', ..] => (Kind::Position, &line[..offset_at(line)?]),
        [b'a'..=b'z', .., b')'] => function(line),
        _ => return None,
    };
    (read.0 != Kind::Other).then_some(read)
}

/// `\t/path/file.go:12 +0x1d fp=0x… sp=0x… pc=0x…`: up to the offset.
#[inline]
fn position(line: &[u8]) -> (Kind, &[u8]) {
    if let Some(end) = offset_at(line) {
        return (Kind::Position, &line[..end]);
    }
    let mut kept = line.trim_ascii_end();
    if kept.trim_ascii_start() == UNAVAILABLE {
        return (Kind::Mark, kept);
    }
    // Frames of cgo, and inlined ones of some versions, have addresses but no offset.
    while let Some(space) = memrchr(b' ', kept) {
        let word = &kept[space + 1..];
        let address = [b"pc=0x", b"fp=0x", b"sp=0x"].iter().any(|p| word.starts_with(*p));
        if !address {
            break;
        }
        kept = &kept[..space];
    }
    match split_position(kept) {
        Some(_) => (Kind::Position, kept),
        None => (Kind::Other, line),
    }
}

/// Whether a position ends as in the full form of a traceback, given what [`normalize`] kept of it.
#[inline]
pub(super) fn is_full(line: &[u8], kept: &[u8]) -> bool {
    // A lone offset is shorter than any pointers.
    line.len() - kept.len() > 16 && memchr::memmem::find(&line[kept.len()..], b" fp=0x").is_some()
}

/// Where ` +0x1d` starts. It is short and usually the end of the line.
#[inline]
fn offset_at(line: &[u8]) -> Option<usize> {
    let tail = line.len().saturating_sub(12);
    let near = line[tail..].iter().rposition(|b| *b == b'+').map(|i| tail + i);
    let plus = near.or_else(|| memrchr(b'+', &line[..tail]))?;
    let is_offset = plus > 0 && line[plus - 1] == b' ' && line[plus + 1..].starts_with(b"0x");
    is_offset.then(|| plus - 1)
}

#[inline]
fn function(line: &[u8]) -> (Kind, &[u8]) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.last() != Some(&b')') {
        return (Kind::Other, line);
    }
    let Some(open) = memrchr(b'(', line) else { return (Kind::Other, line) };
    // Function names hold no blank; a line of a log that ends with a parenthesis usually does.
    if memchr(b' ', &line[..open]).is_some() {
        return (Kind::Other, line);
    }
    match &line[open..] {
        b"(...)" => (Kind::Function, line),
        _ => (Kind::Function, &line[..=open]),
    }
}

fn created(line: &[u8]) -> (Kind, &[u8]) {
    let line = line.trim_ascii_end();
    let digits = line.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (rest, id) = line.split_at(line.len() - digits);
    match rest.strip_suffix(b" in goroutine ") {
        Some(rest) if digits > 0 => (Kind::Created(number(id)), rest),
        _ => (Kind::Created(None), line),
    }
}

/// Whether the lines after a header are those of a stack; none if the second one must tell.
pub(crate) fn starts_stack(first: &[u8], second: Option<&[u8]>) -> Option<bool> {
    if first.trim_ascii() == UNAVAILABLE {
        return Some(true);
    }
    let indented = first.first().is_none_or(u8::is_ascii_whitespace);
    if indented || !matches!(normalize(first).0, Kind::Function | Kind::Created(_)) {
        return Some(false);
    }
    second.map(|line| normalize(line).0 == Kind::Position)
}

/// File and line number of a normalized position.
fn split_position(line: &[u8]) -> Option<(&[u8], u32)> {
    let colon = memrchr(b':', line)?;
    let number = number(&line[colon + 1..])?;
    Some((line[..colon].trim_ascii_start(), u32::try_from(number).ok()?))
}

/// A parsed stack.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Stack {
    pub(super) frames: Vec<StackFrame>,
    pub(super) elided: bool,
    pub(super) unavailable: bool,
    pub(super) created_by: Option<CreatedBy>,
    pub(super) ancestors: Vec<Ancestor>,
}

/// Function names and files, each in memory once.
#[derive(Debug, Default)]
pub(super) struct Names(FxHashSet<Arc<str>>);

impl Names {
    pub(super) fn get(&mut self, text: &[u8]) -> Arc<str> {
        let text = String::from_utf8_lossy(text);
        if let Some(known) = self.0.get(&*text) {
            return known.clone();
        }
        let name: Arc<str> = text.into();
        self.0.insert(name.clone());
        name
    }
}

/// Parses normalized lines, separated by line feeds.
pub(super) fn parse(lines: &[u8], form: Form, names: &mut Names) -> Stack {
    let mut stack = Stack::default();
    let mut pending: Option<&[u8]> = None;
    for line in lines.split(|b| *b == b'\n') {
        if line == ELIDED {
            stack.elided = true;
        } else if line == ANCESTOR {
            stack.ancestors.push(Ancestor::default());
        } else if line.trim_ascii_start() == UNAVAILABLE {
            stack.unavailable = true;
        } else if matches!(line.first(), Some(b'\t' | b' ')) {
            // A function counts only with its position: lines of other programs have none.
            if let (Some(function), Some(position)) = (pending.take(), split_position(line)) {
                stack.add(function, position, names);
            }
        } else {
            pending = Some(line);
        }
    }
    // Before Go 1.21 some tracebacks are cut without a mark.
    stack.elided |= stack.frames.len() >= CUT_FRAMES;
    stack.frames = shown(std::mem::take(&mut stack.frames), stack.created_by.as_ref(), form);
    stack
}

impl Stack {
    fn add(&mut self, function: &[u8], (file, line): (&[u8], u32), names: &mut Names) {
        let (frames, created_by) = match self.ancestors.last_mut() {
            Some(ancestor) => (&mut ancestor.frames, &mut ancestor.created_by),
            None => (&mut self.frames, &mut self.created_by),
        };
        let file = names.get(file);
        if let Some(function) = function.strip_prefix(CREATED) {
            *created_by = Some(CreatedBy { function: names.get(function), file, line });
            return;
        }
        let inlined = function.strip_suffix(b"(...)");
        let name = inlined.or_else(|| function.strip_suffix(b"(")).unwrap_or(function);
        let function = names.get(name);
        frames.push(StackFrame { function, file, line, inlined: inlined.is_some() });
    }
}

/// Whether a line that was cut off at its end still is a whole position.
pub(super) fn complete_position(line: &[u8]) -> bool {
    match normalize(line) {
        (Kind::Position, kept) => kept.len() < line.trim_ascii_end().len(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(line: &str) -> (Kind, &str) {
        let (kind, kept) = normalize(line.as_bytes());
        (kind, str::from_utf8(kept).unwrap())
    }

    #[test]
    fn most_lines_are_usual_ones() {
        let usual = |line: &str| usual(line.as_bytes()).map(|(kind, kept)| (kind, kept.len()));
        assert_eq!(usual("main.f(0x1, {0x2, 0x3})"), Some((Kind::Function, 7)));
        assert_eq!(usual("\t/x y/z.go:12 +0x1d"), Some((Kind::Position, 13)));
        for line in
            ["Main.f(0x1)", "answered (badly)", "\t/x.go:12", "created by main.f()", "x", ""]
        {
            assert_eq!(usual(line), None, "{line}");
        }
    }

    #[test]
    fn arguments_offsets_and_ids_are_not_kept() {
        let cases = [
            ("main.main()", Kind::Function, "main.main("),
            ("main.(*T).m(0xc000010000, {0x1, 0x2}, 0x3?)", Kind::Function, "main.(*T).m("),
            ("main.f[...](...)", Kind::Function, "main.f[...](...)"),
            ("main.g(0x1, 0x2, ...)", Kind::Function, "main.g("),
            ("main.func·001()\r", Kind::Function, "main.func·001("),
            ("\t/a b/x+y.go:12 +0x1d", Kind::Position, "\t/a b/x+y.go:12"),
            ("\tC:/go/x.go:7", Kind::Position, "\tC:/go/x.go:7"),
            ("\t/x.go:7 +0x1d fp=0xc0 sp=0xc1 pc=0x45", Kind::Position, "\t/x.go:7"),
            ("\t/x.c:7 pc=0x45", Kind::Position, "\t/x.c:7"),
            ("created by main.(*T).run", Kind::Created(None), "created by main.(*T).run"),
            (
                "created by a.B.func1 in goroutine 77",
                Kind::Created(Some(77)),
                "created by a.B.func1",
            ),
            ("[originating from goroutine 5]:", Kind::Mark, "[originating from goroutine "),
            ("...23 frames elided...", Kind::Mark, "..."),
            ("...additional frames elided...", Kind::Mark, "..."),
            ("rax    0xca", Kind::Other, "rax    0xca"),
            (
                "answered with 500 (internal error)",
                Kind::Other,
                "answered with 500 (internal error)",
            ),
        ];
        for (line, kind, expected) in cases {
            assert_eq!(kept(line), (kind, expected), "{line}");
            let usual = usual(line.as_bytes());
            assert!(usual.is_none_or(|read| read == normalize(line.as_bytes())), "{line}");
        }
    }
}
