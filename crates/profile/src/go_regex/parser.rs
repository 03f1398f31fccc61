//! A pattern of Go, checked as Go does and written in the syntax of the `regex` crate.

use super::escape::{self, Class};
use super::{GoRegexError, MAX_DEPTH, class};

/// The largest count in braces that Go accepts.
const MAX_REPEAT: u32 = 1000;

pub(super) fn translate(pattern: &str) -> Result<String, GoRegexError> {
    let mut parser = Parser::new(pattern);
    while let Some(first) = parser.rest.chars().next() {
        parser.step(first)?;
    }
    if parser.depth > 0 {
        return Err(GoRegexError::new("missing closing )", pattern));
    }
    Ok(parser.out)
}

struct Parser<'p> {
    whole: &'p str,
    rest: &'p str,
    out: String,
    /// Groups that are open.
    depth: u32,
    /// For each open group and the whole, whether something can be repeated.
    operands: Vec<bool>,
    /// The pattern from the repetition operator that was just read, if one was.
    repeated: Option<&'p str>,
}

impl<'p> Parser<'p> {
    fn new(whole: &'p str) -> Self {
        Self {
            whole,
            rest: whole,
            out: String::with_capacity(whole.len() + 16),
            depth: 0,
            operands: vec![false],
            repeated: None,
        }
    }

    fn step(&mut self, first: char) -> Result<(), GoRegexError> {
        let repeated = self.repeated.take();
        match first {
            '(' if self.rest.starts_with("(?") => self.flags_or_group(),
            '(' => {
                self.rest = &self.rest[1..];
                self.open("(")
            }
            ')' => self.close(),
            '|' => {
                self.copy(1);
                self.set_operand(false);
                Ok(())
            }
            '^' | '$' | '.' => {
                self.copy(1);
                self.set_operand(true);
                Ok(())
            }
            '[' => {
                self.rest = class::translate(self.rest, &mut self.out)?;
                self.set_operand(true);
                Ok(())
            }
            '*' | '+' | '?' => self.repeat(1, repeated),
            '{' => self.braces(repeated),
            '\\' => self.backslash(),
            literal => {
                self.rest = &self.rest[literal.len_utf8()..];
                self.literal(literal);
                Ok(())
            }
        }
    }

    /// Copies `len` bytes as they are.
    fn copy(&mut self, len: usize) {
        let (head, rest) = self.rest.split_at(len);
        self.out.push_str(head);
        self.rest = rest;
    }

    fn set_operand(&mut self, is_one: bool) {
        if let Some(operand) = self.operands.last_mut() {
            *operand = is_one;
        }
    }

    fn literal(&mut self, c: char) {
        escape::push_literal(&mut self.out, c);
        self.set_operand(true);
    }

    fn open(&mut self, group: &str) -> Result<(), GoRegexError> {
        self.out.push_str(group);
        self.depth += 1;
        self.operands.push(false);
        if self.depth > MAX_DEPTH {
            return Err(GoRegexError::new("expression nests too deeply", self.whole));
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), GoRegexError> {
        if self.depth == 0 {
            return Err(GoRegexError::new("unexpected )", self.whole));
        }
        self.depth -= 1;
        self.operands.pop();
        self.copy(1);
        self.set_operand(true);
        Ok(())
    }

    /// `*`, `+`, `?` or a count of `len` bytes, and a `?` behind it.
    fn repeat(&mut self, len: usize, repeated: Option<&'p str>) -> Result<(), GoRegexError> {
        let before = self.rest;
        let len = len + usize::from(before[len..].starts_with('?'));
        if let Some(earlier) = repeated {
            let part = &earlier[..earlier.len() - (before.len() - len)];
            return Err(GoRegexError::new("invalid nested repetition operator", part));
        }
        if self.operands.last() != Some(&true) {
            return Err(GoRegexError::new(
                "missing argument to repetition operator",
                &before[..len],
            ));
        }
        self.copy(len);
        self.repeated = Some(before);
        Ok(())
    }

    /// A count, or else a brace as it is.
    fn braces(&mut self, repeated: Option<&'p str>) -> Result<(), GoRegexError> {
        let Some((counts, len)) = counts(self.rest) else {
            self.rest = &self.rest[1..];
            self.literal('{');
            return Ok(());
        };
        let too_large = |n: u32| n > MAX_REPEAT;
        if too_large(counts.least)
            || counts.most.is_some_and(|most| too_large(most) || counts.least > most)
        {
            return Err(GoRegexError::new("invalid repeat count", &self.rest[..len]));
        }
        self.repeat(len, repeated)
    }

    /// What starts with `(?`.
    fn flags_or_group(&mut self) -> Result<(), GoRegexError> {
        let start = self.rest;
        let is_name = |text: &str| start.len() > text.len() && start.starts_with(text);
        if let Some(name) = ["(?P<", "(?<"].into_iter().find(|text| is_name(text)) {
            return self.named_group(name.len());
        }
        let (mut negated, mut seen) = (false, false);
        for (at, c) in start.char_indices().skip(2) {
            let end = at + c.len_utf8();
            let fine = match c {
                'i' | 'm' | 's' | 'U' => {
                    seen = true;
                    true
                }
                '-' if !negated => {
                    (negated, seen) = (true, false);
                    true
                }
                ':' | ')' => !negated || seen,
                _ => false,
            };
            if !fine {
                return Err(perl_syntax(&start[..end]));
            }
            if matches!(c, ':' | ')') {
                return self.end_flags(c, end);
            }
        }
        Err(perl_syntax(start))
    }

    /// After `(?flags:` or `(?flags)`, which `len` bytes hold.
    fn end_flags(&mut self, last: char, len: usize) -> Result<(), GoRegexError> {
        let (flags, rest) = self.rest.split_at(len);
        self.rest = rest;
        match (last, flags) {
            (':', _) => self.open(flags),
            (_, "(?)") => Ok(()),
            _ => {
                self.out.push_str(flags);
                Ok(())
            }
        }
    }

    /// `(?P<name>` or `(?<name>`. Nothing looks at names, and Go lets them repeat.
    fn named_group(&mut self, prefix: usize) -> Result<(), GoRegexError> {
        let invalid = |part| GoRegexError::new("invalid named capture", part);
        let end = self.rest.find('>').ok_or_else(|| invalid(self.rest))?;
        let name = &self.rest[prefix..end];
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(invalid(&self.rest[..=end]));
        }
        self.rest = &self.rest[end + 1..];
        self.open("(")
    }

    fn backslash(&mut self) -> Result<(), GoRegexError> {
        match self.rest.as_bytes().get(1) {
            Some(b'A') => self.emit_escape(r"\A"),
            Some(b'z') => self.emit_escape(r"\z"),
            Some(b'b') => self.emit_escape(r"(?-u:\b)"),
            Some(b'B') => self.emit_escape(r"\B"),
            Some(b'C') => {
                return Err(GoRegexError::new("invalid escape sequence", &self.rest[..2]));
            }
            Some(b'Q') => self.quoted(),
            _ => {
                if let Some((Class { outside, .. }, rest)) = escape::class(self.rest)? {
                    self.out.push_str(&outside);
                    self.rest = rest;
                    self.set_operand(true);
                } else {
                    let (c, rest) = escape::character(self.rest)?;
                    self.rest = rest;
                    self.literal(c);
                }
            }
        }
        Ok(())
    }

    fn emit_escape(&mut self, translated: &str) {
        self.out.push_str(translated);
        self.rest = &self.rest[2..];
        self.set_operand(true);
    }

    /// `\Q…\E`, or up to the end.
    fn quoted(&mut self) {
        let text = &self.rest[2..];
        let (literal, rest) = text.split_once(r"\E").unwrap_or((text, ""));
        literal.chars().for_each(|c| self.literal(c));
        self.rest = rest;
    }
}

fn perl_syntax(part: &str) -> GoRegexError {
    GoRegexError::new("invalid or unsupported Perl syntax", part)
}

/// Counts in braces; numbers that do not fit are `u32::MAX`.
struct Counts {
    least: u32,
    /// None if unbounded.
    most: Option<u32>,
}

/// `{n}`, `{n,}` or `{n,m}` at the start of `text`, and its length.
fn counts(text: &str) -> Option<(Counts, usize)> {
    let inside = text.strip_prefix('{')?;
    let end = inside.find('}')?;
    let (least, most) = match inside[..end].split_once(',') {
        None => {
            let count = number(&inside[..end])?;
            (count, Some(count))
        }
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((Counts { least, most }, end + 2))
}

/// A number without leading zeros.
fn number(digits: &str) -> Option<u32> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let zeros = digits.len() > 1 && digits.starts_with('0');
    (plain && !zeros).then(|| digits.parse().unwrap_or(u32::MAX))
}
