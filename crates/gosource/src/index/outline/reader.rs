//! Finds the declarations of a file by their tokens. Bodies and literals are passed over, expressions and types are not
//! looked at but for where they end. Whatever is not as in most files is left to the parser.

use memchr::memchr;

use super::super::extract::MAX_VALUE;
use super::{Outline, Outlined, OutlinedMethod, OutlinedName, OutlinedType, OutlinedValue};
use crate::lexer::Lexer;
use crate::span::Span;
use crate::token::{Token, keyword};

/// The outline of a file of which the first declaration that is no import begins at `start`; `None` if it has to be
/// parsed as a whole: something in it is no Go, or too unusual.
pub(in crate::index) fn outline(src: &[u8], start: usize) -> Option<Outline> {
    let mut reader = Reader {
        lex: Lexer::at(src, start),
        // Declarations without bodies are about a fifth of ordinary code.
        text: Vec::with_capacity(src.len().saturating_sub(start) / 5),
        long: Vec::new(),
        out: Outline::default(),
    };
    reader.next();
    while reader.tok() != Token::Eof {
        match reader.tok() {
            Token::Func => reader.func()?,
            tok @ (Token::Type | Token::Var | Token::Const) => reader.gen_decl(tok)?,
            _ => return None,
        }
    }
    let Reader { lex, text, mut out, .. } = reader;
    out.text = String::from_utf8(text).ok()?.into();
    out.functions.shrink_to_fit();
    out.methods.shrink_to_fit();
    out.types.shrink_to_fit();
    out.values.shrink_to_fit();
    lex.problems.list.is_empty().then_some(out)
}

/// Letters, digits, blanks, and operators that begin neither a bracket nor a literal nor a comment.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ \t=+-*.<>|&^";
    let mut i = 0;
    while i < plain.len() {
        table[plain[i] as usize] = true;
        i += 1;
    }
    table
};

struct Reader<'a> {
    /// Its last token is the current one.
    lex: Lexer<'a>,
    text: Vec<u8>,
    /// What stands within long literals of the specification that is being read.
    long: Vec<Span>,
    out: Outline,
}

/// The name of the type of a receiver, and whether it is a pointer to that.
type Receiver = (Span, bool);

/// A place in a file.
struct Line<'a> {
    src: &'a [u8],
    at: usize,
}

impl Line<'_> {
    /// Passes over a byte that must stand here.
    fn pass(&mut self, byte: u8) -> Option<()> {
        (*self.src.get(self.at)? == byte).then(|| self.at += 1)
    }

    /// Passes over a name of letters and digits as all keyboards have them.
    fn word(&mut self) -> Option<Span> {
        let rest = self.src.get(self.at..)?;
        let word = &rest[..rest.iter().position(|byte| !is_of_word(*byte))?];
        if word.first()?.is_ascii_digit() || !word.is_ascii() || keyword(word) != Token::Ident {
            return None;
        }
        let span = Span::new(self.at as u32, (self.at + word.len()) as u32);
        self.at += word.len();
        Some(span)
    }
}

/// Whether a byte may be one of a name, or of a character that is a letter.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Where a specification ends, and whether an `=` stands in it outside of all brackets.
struct Rest {
    end: usize,
    assigns: bool,
}

impl Reader<'_> {
    fn tok(&self) -> Token {
        self.lex.tok
    }

    /// Goes on to the next token that is no comment.
    fn next(&mut self) {
        self.lex.scan();
        while self.lex.tok == Token::Comment {
            self.lex.scan();
        }
    }

    /// Passes over a token that must stand here.
    fn expect(&mut self, tok: Token) -> Option<()> {
        (self.tok() == tok).then(|| self.next())
    }

    /// Passes over a name.
    fn ident(&mut self) -> Option<Span> {
        let span = Span::new(self.lex.start as u32, self.lex.end as u32);
        self.expect(Token::Ident).map(|()| span)
    }

    /// Passes over the end of a declaration.
    fn end_of_decl(&mut self) -> Option<()> {
        match self.tok() {
            Token::Eof => Some(()),
            _ => self.expect(Token::Semicolon),
        }
    }

    /// Adds a declaration to the text and gives its place there, and how much further names stand in it.
    fn add(&mut self, keyword: &str, decl: Span) -> Option<(Span, Shift)> {
        let start = self.text.len();
        self.text.extend_from_slice(keyword.as_bytes());
        let from = self.text.len();
        let mut at = decl.start as usize;
        for long in self.long.drain(..) {
            self.text.extend_from_slice(self.lex.src.get(at..long.start as usize)?);
            // Blanks, which no literal minds, are as good as more than is ever looked at.
            self.text.resize(self.text.len() + MAX_VALUE as usize, b' ');
            at = long.end as usize;
        }
        self.text.extend_from_slice(self.lex.src.get(at..decl.end as usize)?);
        // What is declared next shall be read as another declaration.
        self.text.push(b'\n');
        let end = u32::try_from(self.text.len()).ok()?;
        let shift = Shift { decl: decl.start, text: from as u32 };
        Some((Span::new(start as u32, end), shift))
    }

    fn func(&mut self) -> Option<()> {
        let start = self.lex.start;
        let (receiver, name) = match self.head_on_line() {
            Some(head) => head,
            None => {
                self.next();
                let receiver = match self.tok() {
                    Token::LParen => Some(self.receiver()?),
                    _ => None,
                };
                (receiver, self.ident()?)
            }
        };
        let end = self.signature()?;
        self.end_of_decl()?;
        let (text, shift) = self.add("", Span::new(start as u32, end as u32))?;
        let function = Outlined { name: shift.name(name), text };
        match (receiver, self.bytes(name)) {
            (_, b"_") | (None, b"init") => {}
            (None, _) => self.out.functions.push(function),
            (Some((receiver, pointer_receiver)), _) => {
                let receiver = shift.name(receiver);
                self.out.methods.push(OutlinedMethod { receiver, pointer_receiver, function });
            }
        }
        Some(())
    }

    /// Passes over `func`, a receiver and a name up to the bracket after it, if they are written as gofmt does it.
    ///
    /// Nearly all are.
    fn head_on_line(&mut self) -> Option<(Option<Receiver>, Span)> {
        let mut line = Line { src: self.lex.src, at: self.lex.end };
        line.pass(b' ')?;
        let receiver = match line.pass(b'(') {
            None => None,
            Some(()) => {
                let mut name = line.word();
                let blank = line.pass(b' ');
                let is_pointer = line.pass(b'*').is_some();
                if name.is_none() || blank.is_some() {
                    name = line.word();
                }
                line.pass(b')')?;
                line.pass(b' ')?;
                Some((name?, is_pointer))
            }
        };
        let name = line.word()?;
        let tok = match line.src.get(line.at)? {
            b'(' => Token::LParen,
            b'[' => Token::LBrack,
            _ => return None,
        };
        self.lex.put(tok, line.at, line.at + 1);
        Some((receiver, name))
    }

    fn bytes(&self, name: Span) -> &[u8] {
        self.lex.src.get(name.range()).unwrap_or_default()
    }

    /// Passes over a receiver; gives the name of its type, and whether it is a pointer to that.
    fn receiver(&mut self) -> Option<Receiver> {
        self.next();
        let mut name = None;
        if self.tok() == Token::Ident {
            name = Some(self.ident()?);
        }
        let (mut parens, mut is_pointer) = (0, false);
        while let Token::Mul | Token::LParen = self.tok() {
            parens += usize::from(self.tok() == Token::LParen);
            is_pointer |= self.tok() == Token::Mul;
            self.next();
        }
        if self.tok() == Token::Ident {
            name = Some(self.ident()?);
        }
        if self.tok() == Token::LBrack {
            self.next();
            while let Token::Ident | Token::Comma = self.tok() {
                self.next();
            }
            self.expect(Token::RBrack)?;
        }
        for _ in 0..parens {
            self.expect(Token::RParen)?;
        }
        if self.tok() == Token::Comma {
            self.next();
        }
        self.expect(Token::RParen)?;
        name.map(|name| (name, is_pointer))
    }

    /// Passes over what follows the name of a function; gives the end of its signature.
    fn signature(&mut self) -> Option<usize> {
        let mut open = 0_usize;
        let mut end = self.lex.end;
        let mut begins_type = false;
        if self.tok() != Token::LParen && self.tok() != Token::LBrack {
            return None;
        }
        if let Some((end, body)) = self.signature_on_line() {
            self.lex.put(Token::LBrace, body, body + 1);
            self.lex.pass_block().then_some(())?;
            self.next();
            return Some(end);
        }
        loop {
            match self.tok() {
                Token::LParen | Token::LBrack => open += 1,
                Token::RParen | Token::RBrack => open = open.checked_sub(1)?,
                Token::LBrace if begins_type => self.lex.pass_block().then_some(())?,
                Token::LBrace if open == 0 => {
                    self.lex.pass_block().then_some(())?;
                    self.next();
                    return Some(end);
                }
                Token::Semicolon | Token::Eof if open == 0 => return Some(end),
                Token::Semicolon | Token::Eof | Token::LBrace | Token::RBrace => return None,
                _ => {}
            }
            begins_type = matches!(self.tok(), Token::Struct | Token::Interface);
            end = self.lex.end;
            self.next();
        }
    }

    /// Where the signature of which the first bracket is the current token ends, and where the body begins: if it is on
    /// the line, and nothing stands between that needs to be read by tokens.
    ///
    /// Nearly all signatures are such.
    fn signature_on_line(&self) -> Option<(usize, usize)> {
        let line = self.lex.src.get(self.lex.start..)?;
        let mut open = 0_usize;
        let mut at = 0;
        loop {
            match line.get(at)? {
                b'(' | b'[' => open += 1,
                b')' | b']' => open = open.checked_sub(1)?,
                b'{' => {
                    let before = line[..at].trim_ascii_end();
                    let is_type =
                        ends_with_word(before, b"interface") || ends_with_word(before, b"struct");
                    match line.get(at + 1)? {
                        b'}' if is_type => at += 1,
                        _ if open > 0 || is_type => return None,
                        _ => return Some((self.lex.start + before.len(), self.lex.start + at)),
                    }
                }
                b'\n' | b'"' | b'`' | b'\'' | b'/' | b'}' | b';' => return None,
                _ => {}
            }
            at += 1;
        }
    }

    fn gen_decl(&mut self, tok: Token) -> Option<()> {
        self.next();
        let mut repeated = Span::new(0, 0);
        if self.tok() != Token::LParen {
            self.spec(tok, &mut repeated)?;
            return self.end_of_decl();
        }
        self.next();
        while self.tok() != Token::RParen {
            self.spec(tok, &mut repeated)?;
            if self.tok() != Token::RParen {
                self.expect(Token::Semicolon)?;
            }
        }
        self.next();
        self.end_of_decl()
    }

    fn spec(&mut self, tok: Token, repeated: &mut Span) -> Option<()> {
        self.long.clear();
        match tok {
            Token::Type => self.type_spec(),
            _ => self.value_spec(tok == Token::Const, repeated),
        }
    }

    fn type_spec(&mut self) -> Option<()> {
        let name = self.ident()?;
        let Rest { end, assigns } = self.rest(false)?;
        let (text, shift) = self.add("type ", Span::new(name.start, end as u32))?;
        let ty = Outlined { name: shift.name(name), text };
        if self.bytes(name) != b"_" {
            self.out.types.push(OutlinedType { ty, is_alias: assigns });
        }
        Some(())
    }

    fn value_spec(&mut self, is_const: bool, repeated: &mut Span) -> Option<()> {
        let first = Span::new(self.lex.start as u32, self.lex.end as u32);
        if self.tok() != Token::Ident {
            return None;
        }
        let mut others = Vec::new();
        let mut names_end = first.end as usize;
        let end = match self.line_rest() {
            Some(end) => end,
            None => {
                self.next();
                while self.tok() == Token::Comma {
                    self.next();
                    let name = self.ident()?;
                    names_end = name.end as usize;
                    others.push(name);
                }
                let ends = matches!(self.tok(), Token::Semicolon | Token::RParen | Token::Eof);
                if ends { names_end } else { self.rest(true)?.end }
            }
        };
        let keyword = if is_const { "const " } else { "var " };
        let (text, shift) = self.add(keyword, Span::new(first.start, end as u32))?;
        if !is_const || end > names_end {
            *repeated = text;
        }
        let names = 1 + others.len() as u32;
        for (name, index) in [first].into_iter().chain(others).zip(0..) {
            if self.bytes(name) != b"_" {
                let value = Outlined { name: shift.name(name), text: *repeated };
                self.out.values.push(OutlinedValue { value, is_const, index, names });
            }
        }
        Some(())
    }

    /// Passes over the rest of a line after a name, if a specification ends with it for sure: the line has no bracket,
    /// no literal but numbers, and ends with a word. Gives where that ends; the current token is then the semicolon.
    ///
    /// Most lines are such: long lists of constants.
    fn line_rest(&mut self) -> Option<usize> {
        let src = self.lex.src;
        let rest = src.get(self.lex.end..)?;
        let plain = rest.iter().position(|byte| !PLAIN[*byte as usize])?;
        let newline = match &rest[plain..] {
            [b'\n', ..] => plain,
            [b'/', b'/', ..] => plain + memchr(b'\n', &rest[plain..])?,
            _ => return None,
        };
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let code = rest[..plain].trim_ascii_end();
        let last = code.iter().rposition(|byte| !is_word(byte)).map_or(0, |before| before + 1);
        // A name alone ends with itself.
        if !code.is_empty() && (last == code.len() || keyword(&code[last..]) != Token::Ident) {
            return None;
        }
        let end = self.lex.end + code.len();
        let newline = self.lex.end + newline;
        self.lex.put(Token::Semicolon, newline, newline + 1);
        Some(end)
    }

    /// Passes over the rest of a specification, and notes the long literals in it if they are of no interest.
    fn rest(&mut self, in_value: bool) -> Option<Rest> {
        let mut rest = Rest { end: self.lex.end, assigns: false };
        let mut open = 0_usize;
        let mut begins_type = false;
        loop {
            let start = self.lex.start;
            let is_literal = matches!(self.tok(), Token::LBrace | Token::String) && !begins_type;
            begins_type = matches!(self.tok(), Token::Struct | Token::Interface);
            match self.tok() {
                Token::LParen | Token::LBrack => open += 1,
                Token::RParen if open == 0 => return Some(rest),
                Token::RParen | Token::RBrack => open = open.checked_sub(1)?,
                Token::LBrace => self.lex.pass_block().then_some(())?,
                Token::Semicolon | Token::Eof if open == 0 => return Some(rest),
                Token::Semicolon | Token::Eof | Token::RBrace => return None,
                Token::Assign if open == 0 => rest.assigns = true,
                _ => {}
            }
            if in_value && is_literal {
                self.note_literal(start + 1, self.lex.end - 1);
            }
            rest.end = self.lex.end;
            self.next();
        }
    }

    /// Notes what stands between the marks of a literal, if it is long; one that does not end may have no second mark.
    fn note_literal(&mut self, start: usize, end: usize) {
        if end > start + MAX_VALUE as usize {
            self.long.push(Span::new(start as u32, end as u32));
        }
    }
}

fn ends_with_word(bytes: &[u8], word: &[u8]) -> bool {
    bytes.strip_suffix(word).is_some_and(|before| !before.last().is_some_and(|b| is_of_word(*b)))
}

/// How much further in the text of an outline something stands than in its file.
#[derive(Clone, Copy)]
struct Shift {
    decl: u32,
    text: u32,
}

impl Shift {
    fn name(self, name: Span) -> OutlinedName {
        OutlinedName { span: name, at: self.text + (name.start - self.decl) }
    }
}
