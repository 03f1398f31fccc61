//! From bytes to tokens, as `go/scanner` does it: automatic semicolons, comments as tokens, and the same errors.
//!
//! Errors of encoding (NUL, invalid UTF-8, byte order marks) are found once for the whole file in `encoding`.

mod blocks;
mod clause;
mod literals;
mod numbers;

pub(crate) use clause::clause_end;
use memchr::{memchr, memchr_iter};

use crate::encoding;
use crate::positions::LineDirective;
use crate::problem::Problems;
use crate::span::Span;
use crate::token::{BEFORE_SEMICOLON, Token, keyword};
use crate::unicode;

/// Reads tokens; the last one is in the public fields.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    pub(crate) src: &'a [u8],
    /// The token read last.
    pub(crate) tok: Token,
    /// Offset of its first byte.
    pub(crate) start: usize,
    /// Offset after its last byte.
    pub(crate) end: usize,
    /// Line of its first byte, from 0.
    pub(crate) line: u32,
    /// Whether a semicolon was read that is not in the source.
    pub(crate) implicit: bool,
    state: State,
    /// Offsets at which lines start, but for the first line.
    pub(crate) lines: Vec<u32>,
    pub(crate) directives: Vec<LineDirective>,
    pub(crate) problems: Problems,
}

/// What decides how to go on.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    offset: usize,
    /// Whether a newline would be a semicolon here.
    insert_semi: bool,
    /// A newline within the comment read last that is a semicolon yet to come: offset and line.
    newline: Option<(usize, u32)>,
}

/// A place to which the lexer can go back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkpoint {
    tok: Token,
    start: usize,
    end: usize,
    line: u32,
    state: State,
    lines: usize,
    directives: usize,
}

/// Classes of bytes.
const LETTER: u8 = 1;
const DIGIT: u8 = 2;

const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        if b.is_ascii_alphabetic() || b == b'_' {
            table[byte] = LETTER;
        } else if b.is_ascii_digit() {
            table[byte] = DIGIT;
        }
        byte += 1;
    }
    table
};

impl<'a> Lexer<'a> {
    /// A lexer before the first token of a file; a byte order mark at its start is passed over.
    pub(crate) fn new(src: &'a [u8]) -> Self {
        let lines = Vec::with_capacity(src.len() / 24 + 8);
        Self { lines, ..Self::at(src, encoding::after_mark(src)) }
    }

    /// A lexer before the token at `offset`, which must not be in the middle of one; lines count from there.
    pub(crate) fn at(src: &'a [u8], offset: usize) -> Self {
        Self {
            src,
            tok: Token::Illegal,
            start: offset,
            end: offset,
            line: 0,
            implicit: false,
            state: State { offset, ..State::default() },
            lines: Vec::new(),
            directives: Vec::new(),
            problems: Problems::default(),
        }
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            tok: self.tok,
            start: self.start,
            end: self.end,
            line: self.line,
            state: self.state,
            lines: self.lines.len(),
            directives: self.directives.len(),
        }
    }

    pub(crate) fn go_back(&mut self, to: &Checkpoint) {
        (self.tok, self.start, self.end, self.line) = (to.tok, to.start, to.end, to.line);
        self.state = to.state;
        self.lines.truncate(to.lines);
        self.directives.truncate(to.directives);
    }

    /// Passes over the rest of the file: the next token is its end.
    pub(crate) fn go_to_end(&mut self) {
        let rest = self.src.get(self.state.offset..).unwrap_or_default();
        let start = self.state.offset;
        self.lines.extend(memchr_iter(b'\n', rest).map(|i| (start + i + 1) as u32));
        self.state = State { offset: self.src.len(), insert_semi: false, newline: None };
    }

    /// Makes the token that somebody else has found the current one. It must not be within a comment or literal.
    pub(crate) fn put(&mut self, tok: Token, start: usize, end: usize) {
        self.state.newline = None;
        self.start = start;
        self.finish(tok, end);
    }

    /// The bytes of the token read last.
    pub(crate) fn text(&self) -> &'a [u8] {
        self.src.get(self.start..self.end).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> u8 {
        self.src.get(at).copied().unwrap_or(0)
    }

    /// Reads one token, comments included.
    #[inline]
    pub(crate) fn scan(&mut self) {
        if self.state.newline.is_some() {
            return self.pending_newline();
        }
        let mut at = self.state.offset;
        let first = loop {
            match self.src.get(at) {
                Some(b' ' | b'\t' | b'\r') => at += 1,
                Some(b'\n') if self.state.insert_semi => return self.newline(at),
                Some(b'\n') => {
                    at += 1;
                    self.lines.push(at as u32);
                }
                Some(&byte) => break byte,
                None => return self.end_of_file(at),
            }
        };
        self.start = at;
        self.line = self.lines.len() as u32;
        match CLASSES[first as usize] {
            LETTER => self.identifier(at + 1),
            DIGIT => self.number(),
            _ => self.other(first),
        }
    }

    /// Ends the token at `end`.
    #[inline(always)]
    fn finish(&mut self, tok: Token, end: usize) {
        self.tok = tok;
        self.end = end;
        self.state.offset = end;
        self.state.insert_semi = BEFORE_SEMICOLON.contains(tok);
    }

    /// Reads an identifier or keyword of which the bytes up to `at` are known.
    #[inline(always)]
    fn identifier(&mut self, mut at: usize) {
        while let Some(&byte) = self.src.get(at)
            && CLASSES[byte as usize] != 0
        {
            at += 1;
        }
        if self.byte(at) >= 0x80 {
            let end = self.end_of_name(at);
            if end > at {
                return self.finish(Token::Ident, end);
            }
        }
        self.finish(keyword(&self.src[self.start..at]), at);
    }

    /// Where the letters and digits from `at` on end, with those above ASCII.
    #[cold]
    fn end_of_name(&self, mut at: usize) -> usize {
        while let Some(c) = self.char(at)
            && (unicode::is_letter(c) || unicode::is_digit(c))
        {
            at += c.len_utf8();
        }
        at
    }

    /// The character at `at`; `None` at the end and where the bytes are no UTF-8.
    fn char(&self, at: usize) -> Option<char> {
        let bytes = self.src.get(at..self.src.len().min(at + 4))?;
        bytes.utf8_chunks().next()?.valid().chars().next()
    }

    fn newline(&mut self, at: usize) {
        self.start = at;
        self.line = self.lines.len() as u32;
        self.lines.push(at as u32 + 1);
        self.implicit = true;
        self.finish(Token::Semicolon, at + 1);
    }

    /// The semicolon for a newline within the comment before.
    fn pending_newline(&mut self) {
        let Some((at, line)) = self.state.newline.take() else { return };
        (self.tok, self.start, self.end, self.line) = (Token::Semicolon, at, at + 1, line);
        self.implicit = true;
        self.state.insert_semi = false;
    }

    fn end_of_file(&mut self, at: usize) {
        self.start = at;
        self.line = self.lines.len() as u32;
        let tok = if self.state.insert_semi { Token::Semicolon } else { Token::Eof };
        self.implicit = true;
        self.finish(tok, at);
    }

    /// Reads what begins with neither letter nor digit.
    fn other(&mut self, first: u8) {
        use Token::*;
        let at = self.start;
        let (second, third) = (self.byte(at + 1), self.byte(at + 2));
        let (tok, len) = match (first, second) {
            (b'"', _) => return self.string(),
            (b'`', _) => return self.raw_string(),
            (b'\'', _) => return self.rune(),
            (b'/', b'/') => return self.line_comment(),
            (b'/', b'*') => return self.block_comment(),
            (b'.', b'0'..=b'9') => return self.number(),
            (b'.', b'.') if third == b'.' => (Ellipsis, 3),
            (b'.', _) => (Period, 1),
            (b'(', _) => (LParen, 1),
            (b')', _) => (RParen, 1),
            (b'[', _) => (LBrack, 1),
            (b']', _) => (RBrack, 1),
            (b'{', _) => (LBrace, 1),
            (b'}', _) => (RBrace, 1),
            (b',', _) => (Comma, 1),
            (b';', _) => {
                self.implicit = false;
                (Semicolon, 1)
            }
            (b':', b'=') => (Define, 2),
            (b':', _) => (Colon, 1),
            (b'~', _) => (Tilde, 1),
            _ => operator(first, second, third),
        };
        if len == 0 {
            return self.illegal();
        }
        self.finish(tok, at + len);
    }

    /// A character that begins no token, unless it is a letter above ASCII.
    #[cold]
    fn illegal(&mut self) {
        let at = self.start;
        let c = self.char(at);
        if let Some(c) = c
            && unicode::is_letter(c)
        {
            return self.identifier(at + c.len_utf8());
        }
        // What is no UTF-8, and NUL, is already a problem of the file.
        if let Some(c) = c
            && c != '\0'
        {
            let message = match c {
                '“' | '”' => format!("curly quotation mark {c:?} (use neutral '\"')"),
                _ => format!("illegal character U+{:04X} {c:?}", u32::from(c)),
            };
            self.problems.add(at, message);
        }
        self.keep_insert_semi(Token::Illegal, at + c.map_or(1, char::len_utf8));
    }

    /// Ends a token that does not change whether a newline is a semicolon.
    fn keep_insert_semi(&mut self, tok: Token, end: usize) {
        let insert_semi = self.state.insert_semi;
        self.finish(tok, end);
        self.state.insert_semi = insert_semi;
    }

    fn line_comment(&mut self) {
        let at = self.start;
        let body = at + 2;
        let newline = memchr(b'\n', &self.src[body..]).map(|i| body + i);
        let mut end = newline.unwrap_or(self.src.len());
        let next = newline.map_or(end, |newline| newline + 1);
        if end > body && self.src[end - 1] == b'\r' {
            end -= 1;
        }
        let line_start = self.lines.last().map_or(0, |start| *start as usize);
        if at == line_start {
            self.line_directive(Span::new(at as u32, end as u32), body, end, next);
        }
        self.keep_insert_semi(Token::Comment, end);
        // The carriage return before a newline is part of neither.
        self.state.offset = newline.unwrap_or(self.src.len());
    }

    fn block_comment(&mut self) {
        let at = self.start;
        let body = at + 2;
        let close = memchr::memmem::find(&self.src[body..], b"*/").map(|i| body + i);
        let end = close.map_or(self.src.len(), |close| close + 2);
        let mut newlines = memchr_iter(b'\n', &self.src[body..end]).map(|i| body + i);
        let first = newlines.next();
        if self.state.insert_semi
            && let Some(first) = first
        {
            self.state.newline = Some((first, self.line));
            self.state.insert_semi = false;
        }
        self.lines.extend(first.into_iter().chain(newlines).map(|newline| newline as u32 + 1));
        match close {
            Some(close) => {
                self.line_directive(Span::new(at as u32, end as u32), body, close, end);
            }
            None => self.problems.add(at, "comment not terminated"),
        }
        self.keep_insert_semi(Token::Comment, end);
    }

    /// Reads the `line file:line:column` that a comment may hold in its bytes `body..end`; it is about the bytes
    /// from `next` on.
    fn line_directive(&mut self, comment: Span, body: usize, end: usize, next: usize) {
        if !self.src[body..end].starts_with(b"line ") {
            return;
        }
        let text = body + b"line ".len();
        match LineDirective::read(&self.src[text..end], text, comment, next) {
            Ok(Some(directive)) => self.directives.push(directive),
            Ok(None) => {}
            Err((at, message)) => self.problems.add(at, message),
        }
    }
}

/// The operator that three bytes begin with, and its length; length 0 if they begin with none.
fn operator(first: u8, second: u8, third: u8) -> (Token, usize) {
    use Token::*;
    match (first, second, third) {
        (b'=', b'=', _) => (Eql, 2),
        (b'=', ..) => (Assign, 1),
        (b'!', b'=', _) => (Neq, 2),
        (b'!', ..) => (Not, 1),
        (b'+', b'+', _) => (Inc, 2),
        (b'+', b'=', _) => (AddAssign, 2),
        (b'+', ..) => (Add, 1),
        (b'-', b'-', _) => (Dec, 2),
        (b'-', b'=', _) => (SubAssign, 2),
        (b'-', ..) => (Sub, 1),
        (b'*', b'=', _) => (MulAssign, 2),
        (b'*', ..) => (Mul, 1),
        (b'/', b'=', _) => (QuoAssign, 2),
        (b'/', ..) => (Quo, 1),
        (b'%', b'=', _) => (RemAssign, 2),
        (b'%', ..) => (Rem, 1),
        (b'^', b'=', _) => (XorAssign, 2),
        (b'^', ..) => (Xor, 1),
        (b'<', b'-', _) => (Arrow, 2),
        (b'<', b'<', b'=') => (ShlAssign, 3),
        (b'<', b'<', _) => (Shl, 2),
        (b'<', b'=', _) => (Leq, 2),
        (b'<', ..) => (Lss, 1),
        (b'>', b'>', b'=') => (ShrAssign, 3),
        (b'>', b'>', _) => (Shr, 2),
        (b'>', b'=', _) => (Geq, 2),
        (b'>', ..) => (Gtr, 1),
        (b'&', b'^', b'=') => (AndNotAssign, 3),
        (b'&', b'^', _) => (AndNot, 2),
        (b'&', b'&', _) => (LAnd, 2),
        (b'&', b'=', _) => (AndAssign, 2),
        (b'&', ..) => (And, 1),
        (b'|', b'|', _) => (LOr, 2),
        (b'|', b'=', _) => (OrAssign, 2),
        (b'|', ..) => (Or, 1),
        _ => (Illegal, 0),
    }
}
