//! Lines and columns of offsets, and what `//line` directives make of them.

use crate::span::Span;

/// Largest line and column that a directive may name, as in the Go compiler.
const MAX_LINE_OR_COLUMN: u64 = 1 << 30;

/// A place as editors show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
}

/// A place as `//line` directives tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedPosition<'a> {
    /// The file that a directive named, as it is written there; `None` without a directive.
    pub file: Option<&'a [u8]>,
    /// Line in that file.
    pub line: u32,
    /// Column in that file; `None` where the directive gave none.
    pub column: Option<u32>,
}

/// A `//line file:line:column` or `/*line file:line:column*/` comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineDirective {
    /// The comment.
    pub comment: Span,
    /// Where the name of the file stands; empty for "as before" (only with a column).
    pub file: Span,
    /// The line that the byte at `applies_from` has.
    pub line: u32,
    /// The column that it has, if the directive says so.
    pub column: Option<u32>,
    /// Offset from which on it is valid.
    pub applies_from: u32,
}

impl LineDirective {
    /// Reads what stands at `offset`, after the word `line`.
    ///
    /// Returns `None` if it is an ordinary comment.
    ///
    /// # Errors
    /// The offset and the message, if line or column are no numbers in range.
    pub(crate) fn read(
        text: &[u8],
        offset: usize,
        comment: Span,
        next: usize,
    ) -> Result<Option<Self>, (usize, String)> {
        let Some(last) = trailing_number(text) else { return Ok(None) };
        let invalid = |what: &str, at: usize, end: usize| {
            let found = String::from_utf8_lossy(&text[at..end]);
            Err((offset + at, format!("invalid {what} number: {found}")))
        };
        let Some(last_value) = last.value else {
            return invalid("line", last.at, text.len());
        };
        let before = trailing_number(&text[..last.at - 1]);
        let with_column = before.and_then(|before| Some((before.at, before.value?)));
        let (file_end, line, column) = match with_column {
            Some((line_at, line)) => {
                if !(1..=MAX_LINE_OR_COLUMN).contains(&last_value) {
                    return invalid("column", last.at, text.len());
                }
                if !(1..=MAX_LINE_OR_COLUMN).contains(&line) {
                    return invalid("line", line_at, last.at - 1);
                }
                (line_at - 1, line, Some(last_value as u32))
            }
            None if !(1..=MAX_LINE_OR_COLUMN).contains(&last_value) => {
                return invalid("line", last.at, text.len());
            }
            None => (last.at - 1, last_value, None),
        };
        Ok(Some(Self {
            comment,
            file: Span::new(offset as u32, (offset + file_end) as u32),
            line: line as u32,
            column,
            applies_from: next as u32,
        }))
    }
}

/// What stands after the last colon of a text.
#[derive(Clone, Copy)]
struct TrailingNumber {
    at: usize,
    /// `None` if it is no number of 64 bits.
    value: Option<u64>,
}

fn trailing_number(text: &[u8]) -> Option<TrailingNumber> {
    let at = memchr::memrchr(b':', text)? + 1;
    let digits = text[at..].iter().try_fold(0_u64, |value, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    });
    Some(TrailingNumber { at, value: digits.filter(|_| at < text.len()) })
}

/// Where the lines of a file start.
#[derive(Clone, Debug, Default)]
pub struct LineTable {
    /// Offsets of the first bytes of all lines but the first, ascending.
    starts: Vec<u32>,
}

impl LineTable {
    pub(crate) fn new(starts: Vec<u32>) -> Self {
        Self { starts }
    }

    /// The number of lines; a newline at the end of the file begins one more, empty line.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32 + 1
    }

    /// Line and column of a byte, whatever `//line` directives say.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = if line == 0 { 0 } else { self.starts[line - 1] };
        Position { line: line as u32 + 1, column: offset - start + 1 }
    }

    /// Offset of the first byte of a line (from 1); `None` if the file has fewer lines.
    pub fn start(&self, line: u32) -> Option<u32> {
        match line {
            0 => None,
            1 => Some(0),
            _ => self.starts.get(line as usize - 2).copied(),
        }
    }
}

/// The place of a byte as directives tell it; they are in the order of the file.
pub(crate) fn mapped<'a>(
    src: &'a [u8],
    lines: &LineTable,
    directives: &[LineDirective],
    offset: u32,
) -> MappedPosition<'a> {
    let here = lines.position(offset);
    let valid = directives.partition_point(|directive| directive.applies_from <= offset);
    let Some(directive) = directives[..valid].last() else {
        return MappedPosition { file: None, line: here.line, column: Some(here.column) };
    };
    let named = directives[..valid].iter().rev().find(|directive| !directive.file.is_empty());
    let from = lines.position(directive.applies_from);
    let lines_after = here.line - from.line;
    let column = match directive.column {
        // Only the first line's columns are shifted; the others are as in this file.
        Some(column) if lines_after == 0 => Some(column + (here.column - from.column)),
        Some(_) => Some(here.column),
        None => None,
    };
    MappedPosition {
        file: named.and_then(|directive| src.get(directive.file.range())),
        line: directive.line + lines_after,
        column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_begin_with_1() {
        let file = crate::parse(b"package p\n\nvar x = `\n\n`\n");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(9), Position { line: 1, column: 10 }, "the newline");
        assert_eq!(file.position(10), Position { line: 2, column: 1 });
        assert_eq!(file.position(22), Position { line: 5, column: 1 });
        assert_eq!(file.lines().start(3), Some(11));
        assert_eq!((file.lines().start(0), file.lines().start(7)), (None, None));
        assert_eq!(file.lines().count(), 6);
    }

    #[test]
    fn directives_move_what_follows_them() {
        let source =
            b"package p\n//line a.y:7\nvar x int\nvar y /*line b.y:3:9*/ int\n  var z int\n";
        let file = crate::parse(source);
        let mapped = |text: &[u8]| {
            let at = memchr::memmem::find(source, text).unwrap() as u32;
            let mapped = file.mapped_position(at);
            (mapped.file.map(|name| std::str::from_utf8(name).unwrap()), mapped.line, mapped.column)
        };
        assert_eq!(mapped(b"package"), (None, 1, Some(1)));
        assert_eq!(mapped(b"var x"), (Some("a.y"), 7, None));
        assert_eq!(mapped(b"var y"), (Some("a.y"), 8, None));
        assert_eq!(mapped(b" int\n  var"), (Some("b.y"), 3, Some(9)));
        assert_eq!(mapped(b"var z"), (Some("b.y"), 4, Some(3)));
        assert_eq!(file.line_directives().len(), 2);
    }

    #[test]
    fn directives_with_impossible_numbers_are_problems() {
        let message = |directive: &str| {
            let source = format!("package p\n//line {directive}\n");
            crate::parse(source.as_bytes()).problems().first().map(|p| p.message.clone())
        };
        assert_eq!(message("a.y:0").as_deref(), Some("invalid line number: 0"));
        assert_eq!(message("a.y:1:0").as_deref(), Some("invalid column number: 0"));
        assert_eq!(message("a.y:x").as_deref(), Some("invalid line number: x"));
        assert_eq!(message("a.y"), None, "an ordinary comment");
        assert_eq!(message(":3:4"), None);
    }
}
