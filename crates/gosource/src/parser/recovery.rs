//! Going on after an error: which tokens are passed over, so that only one statement, spec or declaration is lost.
//!
//! Where the source is sound but for the error, brackets tell where a statement ends. Where a bracket is missing,
//! three facts about Go tell: a newline that is a semicolon cannot stand directly in parentheses or brackets, a
//! closing brace closes whatever parentheses are open in it, and in formatted code only declarations outside of
//! functions begin at the start of a line.

use super::open::{Open, OpenBrackets};
use super::{Bail, Parsed, Parser};
use crate::arena::close_list;
use crate::ast::{Decl, DeclKind, StmtKind};
use crate::ids::{CommentGroupId, DeclId, List, StmtId};
use crate::lexer::Checkpoint;
use crate::problem::SkippedPart;
use crate::span::Span;
use crate::token::{Token, TokenSet};

/// State to go back to before the next statement, spec or declaration of a list.
pub(super) struct RecoveryPoint {
    depth: u32,
    expr_lev: i32,
    exprs: usize,
    stmts: usize,
    specs: usize,
    idents: usize,
    fields: usize,
    params: usize,
    if_headers: usize,
}

/// What is skipped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Stmt,
    /// A statement with a header, in which semicolons may stand.
    Headed,
    Spec,
}

/// Keywords that no expression holds but in the block of a function.
const STATEMENTS: TokenSet = {
    use Token::*;
    TokenSet::of(&[
        Break,
        Const,
        Continue,
        Defer,
        Fallthrough,
        For,
        Go,
        Goto,
        If,
        Return,
        Select,
        Switch,
        Type,
        Var,
    ])
};

/// A place before a `func` at the start of a line: in formatted code a declaration outside of functions, whatever
/// is being read.
pub(super) struct Suspect {
    lex: Checkpoint,
    start: usize,
    comments: usize,
    comment_groups: usize,
    lead_comment: Option<CommentGroupId>,
    prev_end: usize,
}

impl Parser<'_> {
    pub(super) fn recovery_point(&self) -> RecoveryPoint {
        RecoveryPoint {
            depth: self.depth,
            expr_lev: self.expr_lev,
            exprs: self.scratch.exprs.len(),
            stmts: self.scratch.stmts.len(),
            specs: self.scratch.specs.len(),
            idents: self.scratch.idents.len(),
            fields: self.scratch.fields.len(),
            params: self.params.len(),
            if_headers: self.if_headers.len(),
        }
    }

    /// Forgets what was read of something that cannot be read, but for what is finished of the list itself.
    fn recover(&mut self, point: &RecoveryPoint, stmts: usize, specs: usize) {
        self.depth = point.depth;
        self.expr_lev = point.expr_lev;
        self.scratch.exprs.truncate(point.exprs);
        self.scratch.stmts.truncate(stmts.max(point.stmts));
        self.scratch.specs.truncate(specs.max(point.specs));
        self.scratch.idents.truncate(point.idents);
        self.scratch.fields.truncate(point.fields);
        self.params.truncate(point.params);
        self.if_headers.truncate(point.if_headers);
    }

    /// Statements up to a closing brace and, in a clause, up to the next one. Those that cannot be read are in the
    /// list as `BadStmt`.
    pub(super) fn stmt_list(&mut self, in_clause: bool) -> List<StmtId> {
        let point = self.recovery_point();
        while !self.at_end_of_list(in_clause) {
            let (start, first) = (self.start(), self.tok());
            let finished = self.scratch.stmts.len();
            let stmt = match self.stmt() {
                Ok(stmt) => stmt,
                Err(Bail) => {
                    self.recover(&point, finished, 0);
                    match self.skip_stmt(start, first, in_clause) {
                        Some(bad) => bad,
                        None => break,
                    }
                }
            };
            self.scratch.stmts.push(stmt);
        }
        close_list(&mut self.scratch.stmts, point.stmts, &mut self.ast.lists.stmts)
    }

    fn at_end_of_list(&self, in_clause: bool) -> bool {
        match self.tok() {
            Token::RBrace | Token::Eof => true,
            Token::Case | Token::Default => in_clause || self.unclosed,
            _ => self.unclosed,
        }
    }

    /// Remembers a `func` that stands here, if it is at the start of a line.
    pub(super) fn suspect_declaration(&mut self) {
        if self.at_line_start() {
            self.suspect = Some(Suspect {
                lex: self.lex.checkpoint(),
                start: self.start(),
                comments: self.ast.comments.len(),
                comment_groups: self.ast.comment_groups.len(),
                lead_comment: self.lead_comment,
                prev_end: self.prev_end,
            });
        }
    }

    /// Goes back to the `func` at the start of a line that was met since `start`, if any: all blocks end before it.
    ///
    /// Returns whether it did; what is read twice is limited to the size of the file.
    fn go_back_to_suspect(&mut self, start: usize) -> bool {
        let Some(to) = self.suspect.take() else { return false };
        let distance = self.start().saturating_sub(to.start);
        if to.start < start || distance > self.rereads {
            return false;
        }
        self.rereads -= distance;
        self.lex.go_back(&to.lex);
        self.lex.problems.replace_last(to.start, "missing '}' before this declaration");
        self.ast.comments.truncate(to.comments);
        self.ast.comment_groups.truncate(to.comment_groups);
        self.lead_comment = to.lead_comment;
        self.line_comment = None;
        self.prev_end = to.prev_end;
        self.unwound.clear();
        self.unclosed = true;
        true
    }

    /// Passes over the closing brace of a block; at the end of the file it may be missing.
    pub(super) fn close_block(&mut self) -> Parsed<()> {
        if self.at(Token::RBrace) {
            self.next();
            return Ok(());
        }
        if !self.unclosed {
            let message = format!("expected '}}', found {}", self.found());
            self.lex.problems.add(self.lex.start, message);
            self.unclosed = true;
        }
        Ok(())
    }

    /// Skips a statement; `None` if what looked like one was a declaration outside of functions.
    fn skip_stmt(&mut self, start: usize, first: Token, in_clause: bool) -> Option<StmtId> {
        if !self.go_back_to_suspect(start) {
            let kind = match first {
                Token::For | Token::If | Token::Switch => Kind::Headed,
                _ => Kind::Stmt,
            };
            let stuck = self.start() == start && !self.at(Token::Eof);
            if stuck {
                self.next();
            }
            // What cannot begin a statement and stands on a line of its own is skipped alone.
            if !stuck || !self.first_on_line() {
                self.skip_tokens(kind, start, in_clause);
            }
        }
        let end = self.prev_end;
        if end < start {
            return None;
        }
        let span = Span::new(start as u32, end as u32);
        self.lex.problems.skipped(SkippedPart::Statement, span);
        Some(self.add_stmt(start, end, StmtKind::BadStmt))
    }

    /// Skips a line of a declaration in parentheses.
    ///
    /// # Errors
    /// If the declaration itself must be given up.
    pub(super) fn skip_spec(
        &mut self,
        point: &RecoveryPoint,
        start: usize,
        bail: Bail,
    ) -> Parsed<()> {
        let finished = self.scratch.specs.len();
        self.recover(point, 0, finished);
        if !self.go_back_to_suspect(start) {
            self.skip_tokens(Kind::Spec, start, false);
        }
        if self.start() == start || self.unclosed {
            return Err(bail);
        }
        let span = Span::new(start as u32, self.prev_end.max(start) as u32);
        self.lex.problems.skipped(SkippedPart::Spec, span);
        Ok(())
    }

    pub(super) fn skip_decl(&mut self, point: &RecoveryPoint, start: usize) -> DeclId {
        self.recover(point, 0, 0);
        if !self.go_back_to_suspect(start + 1) {
            self.skip_decl_tokens(start, false);
        }
        let span = Span::new(start as u32, self.prev_end.max(start) as u32);
        self.lex.problems.skipped(SkippedPart::Declaration, span);
        self.ast.add_decl(Decl { span, kind: DeclKind::BadDecl })
    }

    /// Passes over tokens up to the next declaration outside of functions; one that stands here is taken if
    /// `here` is set.
    pub(super) fn skip_decl_tokens(&mut self, start: usize, here: bool) {
        self.unwound.clear();
        // In code that is not formatted, the start of a line says nothing.
        let formatted = start == 0 || self.lex.src[start - 1] == b'\n';
        let mut after_semi = here;
        if !here && self.start() == start && !self.at(Token::Eof) {
            self.next();
        }
        while !self.at(Token::Eof) {
            let starts = matches!(
                self.tok(),
                Token::Func | Token::Type | Token::Var | Token::Const | Token::Import
            );
            if starts && (self.at_line_start() || after_semi && !formatted) {
                return;
            }
            after_semi = self.at(Token::Semicolon);
            self.next();
        }
    }

    /// Passes over the rest of a statement or spec that began at `start`.
    fn skip_tokens(&mut self, kind: Kind, start: usize, in_clause: bool) {
        let mut open = OpenBrackets::from_innermost(std::mem::take(&mut self.unwound));
        while !self.at(Token::Eof) && !self.unclosed && !self.at_next_stmt(start, &open, in_clause)
        {
            match self.tok() {
                Token::LParen => open.push(Open::Paren),
                Token::LBrack => open.push(Open::Bracket),
                Token::LBrace => open.push(Open::Block),
                Token::RBrack => drop(open.close(Token::RBrack)),
                Token::RBrace if !open.close(Token::RBrace) => break,
                Token::RParen if !open.close(Token::RParen) && kind == Kind::Spec => break,
                Token::Semicolon => {
                    // A newline here shows that the parentheses around it were never closed.
                    if self.lex.implicit {
                        open.close_to_brace();
                    }
                    if open.is_empty() && (self.lex.implicit || kind != Kind::Headed) {
                        self.next();
                        break;
                    }
                }
                _ => {}
            }
            self.next();
        }
    }

    /// Whether a token shows that what began at `start` is over, with `open` brackets; a declaration outside of
    /// functions shows that all blocks are.
    fn at_next_stmt(&mut self, start: usize, open: &OpenBrackets, in_clause: bool) -> bool {
        if self.start() == start {
            return false;
        }
        let declares = matches!(self.tok(), Token::Func | Token::Type | Token::Import);
        if declares && self.at_line_start() {
            self.unclosed = true;
            return true;
        }
        let begins = match self.tok() {
            Token::Case | Token::Default => in_clause,
            tok => STATEMENTS.contains(tok),
        };
        begins && !open.has_block() && self.first_on_line()
    }

    fn first_on_line(&self) -> bool {
        let before = self.lex.src[..self.start()].iter().rev();
        let byte = before.copied().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        matches!(byte, None | Some(b'\n'))
    }
}
