//! The current token: going on, comments on the way, what is expected.

use super::open::Open;
use super::{Bail, Parsed, Parser};
use crate::ast::ExprKind;
use crate::comments::{Comment, CommentGroup};
use crate::ids::{CommentGroupId, ExprId, IdentId};
use crate::span::Span;
use crate::token::Token;

/// How much of a token a message shows, in bytes.
const SHOWN: usize = 40;

impl Parser<'_> {
    #[inline(always)]
    pub(super) fn tok(&self) -> Token {
        self.lex.tok
    }

    /// Offset of the current token.
    #[inline(always)]
    pub(super) fn start(&self) -> usize {
        self.lex.start
    }

    pub(super) fn at(&self, tok: Token) -> bool {
        self.lex.tok == tok
    }

    /// Goes on to the next token, keeping the comments before it.
    #[inline]
    pub(super) fn next(&mut self) {
        self.prev_end = self.lex.end;
        self.lead_comment = None;
        self.line_comment = None;
        let line = self.lex.line;
        self.lex.scan();
        if self.lex.tok == Token::Comment {
            self.comments(Some(line));
        }
    }

    /// Goes to the first token.
    pub(super) fn first(&mut self) {
        self.lex.scan();
        if self.lex.tok == Token::Comment {
            self.comments(None);
        }
        self.prev_end = self.lex.start;
    }

    /// Reads comments up to the next token, and tells which belong to the token before (that began in `line`) and
    /// to the next.
    fn comments(&mut self, line: Option<u32>) {
        let mut last = None;
        if Some(self.lex.line) == line {
            let (group, end_line) = self.comment_group(0);
            let alone = matches!(self.lex.tok, Token::Semicolon | Token::Eof);
            if self.lex.line != end_line || alone {
                self.line_comment = Some(group);
            }
        }
        while self.lex.tok == Token::Comment {
            last = Some(self.comment_group(1));
        }
        if let Some((group, end_line)) = last
            && end_line + 1 == self.lex.line
        {
            self.lead_comment = Some(group);
        }
    }

    /// Reads comments of which each begins at most `lines` after the end of the one before; returns them and the
    /// line on which they end.
    fn comment_group(&mut self, lines: u32) -> (CommentGroupId, u32) {
        let first = self.ast.comments.len();
        let start = self.lex.start as u32;
        let mut end = start;
        let mut end_line = self.lex.line;
        while self.lex.tok == Token::Comment && self.lex.line <= end_line + lines {
            end = self.lex.end as u32;
            self.ast.add_comment(Comment { span: Span::new(self.lex.start as u32, end) });
            end_line = self.lex.lines.len() as u32;
            self.lex.scan();
        }
        let len = (self.ast.comments.len() - first) as u32;
        let group = CommentGroup { span: Span::new(start, end), first: first as u32, len };
        (self.ast.add_comment_group(group), end_line)
    }

    /// Reports a problem at the current token, and gives up what is being read.
    #[cold]
    pub(super) fn fail<T>(&mut self, message: impl Into<String>) -> Parsed<T> {
        self.report(message);
        Err(Bail)
    }

    /// Reports a problem at the current token.
    #[cold]
    pub(super) fn report(&mut self, message: impl Into<String>) {
        // Once all blocks are given up, what is missing after them follows from that.
        if !self.unclosed {
            self.lex.problems.add(self.lex.start, message);
        }
    }

    /// Reports that an expression is missing here, and stands in for it.
    #[cold]
    pub(super) fn missing_expr(&mut self, message: impl Into<String>) -> ExprId {
        self.report(message);
        self.add_expr(self.prev_end, self.prev_end, ExprKind::BadExpr)
    }

    /// Reports that something else should stand here.
    #[cold]
    pub(super) fn fail_expected<T>(&mut self, what: &str) -> Parsed<T> {
        let message = format!("expected {what}, found {}", self.found());
        self.fail(message)
    }

    /// The current token as a message shows it.
    pub(super) fn found(&self) -> String {
        match self.lex.tok {
            Token::Semicolon if self.lex.implicit && self.lex.start < self.lex.src.len() => {
                "newline".to_owned()
            }
            Token::Semicolon if self.lex.implicit => Token::Eof.to_string(),
            Token::Ident
            | Token::Int
            | Token::Float
            | Token::Imag
            | Token::Char
            | Token::String => {
                let text = self.lex.text();
                String::from_utf8_lossy(&text[..text.len().min(SHOWN)]).into_owned()
            }
            Token::Illegal | Token::Eof => self.lex.tok.to_string(),
            tok => format!("'{tok}'"),
        }
    }

    /// Passes over a token that must stand here; returns its offset.
    #[inline]
    pub(super) fn expect(&mut self, tok: Token) -> Parsed<usize> {
        if self.lex.tok != tok {
            return self.fail_expected_token(tok);
        }
        let start = self.lex.start;
        self.next();
        Ok(start)
    }

    #[cold]
    fn fail_expected_token<T>(&mut self, tok: Token) -> Parsed<T> {
        self.fail_expected(&format!("'{tok}'"))
    }

    /// Passes over a token if it stands here.
    #[inline]
    pub(super) fn accept(&mut self, tok: Token) -> bool {
        let found = self.lex.tok == tok;
        if found {
            self.next();
        }
        found
    }

    #[inline]
    pub(super) fn ident(&mut self) -> Parsed<IdentId> {
        if self.lex.tok != Token::Ident {
            return self.fail_expected("identifier");
        }
        let ident = self.add_ident(self.lex.start, self.lex.end);
        self.next();
        Ok(ident)
    }

    /// Passes over the end of a statement or declaration; returns the comment at the end of its line.
    pub(super) fn expect_semi(&mut self) -> Parsed<Option<CommentGroupId>> {
        match self.lex.tok {
            Token::RParen | Token::RBrace => Ok(None),
            Token::Semicolon if self.lex.implicit => {
                let comment = self.line_comment;
                self.next();
                Ok(comment)
            }
            Token::Semicolon => {
                self.next();
                Ok(self.line_comment)
            }
            _ if self.unclosed => Ok(None),
            _ => self.fail_expected("';' or newline"),
        }
    }

    /// Whether a comma stands in a list that ends with `close`.
    ///
    /// # Errors
    /// If neither of them does.
    pub(super) fn at_comma(&mut self, context: &str, close: Token) -> Parsed<bool> {
        if self.lex.tok == Token::Comma || self.lex.tok == close {
            return Ok(self.lex.tok == Token::Comma);
        }
        let newline = self.lex.tok == Token::Semicolon && self.lex.implicit;
        let before = if newline { " before newline" } else { "" };
        self.fail(format!("missing ','{before} in {context}"))
    }

    /// Reads what stands in brackets, up to and with the closing one; if that fails, recovery knows of them.
    #[inline]
    pub(super) fn bracketed<T>(
        &mut self,
        open: Open,
        read: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        let read = read(self).and_then(|value| self.expect(open.closing()).map(|_| value));
        if read.is_err() {
            self.unwound.push(open);
        }
        read
    }

    /// Whether the current token is the first on its line, without a blank before it.
    pub(super) fn at_line_start(&self) -> bool {
        let start = self.lex.start;
        start == 0 || self.lex.src[start - 1] == b'\n'
    }
}
