//! The headers of `if`, `for` and `switch`, in which `{` begins a block.

use super::{Parsed, Parser};
use crate::ast::{AssignStmt, ExprKind, StmtKind, TypeAssertExpr};
use crate::ids::{ExprId, List, StmtId};
use crate::token::Token;

/// What may stand where a simple statement does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Simple {
    Basic,
    /// Also a label and its statement.
    Label,
    /// Also a range clause.
    Range,
}

/// A range clause.
#[derive(Clone, Copy)]
pub(super) struct RangeClause {
    pub(super) lhs: List<ExprId>,
    pub(super) tok: Token,
    pub(super) range: usize,
    pub(super) x: ExprId,
}

/// A simple statement, or the range clause that stood in its place.
pub(super) enum SimpleStmt {
    Stmt(StmtId),
    Range(RangeClause),
}

/// An `if` of a chain, up to the end of its block.
#[derive(Clone, Copy, Debug)]
pub(super) struct IfHeader {
    pub(super) start: usize,
    pub(super) init: Option<StmtId>,
    pub(super) cond: ExprId,
    pub(super) body: StmtId,
}

/// The header of a `for` without a range.
#[derive(Clone, Copy, Default)]
pub(super) struct ForClause {
    pub(super) init: Option<StmtId>,
    pub(super) cond: Option<ExprId>,
    pub(super) post: Option<StmtId>,
}

pub(super) enum ForHeader {
    Clause(ForClause),
    Range(RangeClause),
}

impl Parser<'_> {
    /// Reads with `{` as the beginning of a block.
    fn in_header<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let before = std::mem::replace(&mut self.expr_lev, -1);
        let header = read(self)?;
        self.expr_lev = before;
        Ok(header)
    }

    fn basic_stmt(&mut self) -> Parsed<StmtId> {
        match self.simple_stmt(Simple::Basic)? {
            SimpleStmt::Stmt(stmt) => Ok(stmt),
            SimpleStmt::Range(_) => self.fail_expected("statement"),
        }
    }

    /// The initial statement and the condition of an `if`.
    pub(super) fn if_header(&mut self) -> Parsed<(Option<StmtId>, ExprId)> {
        const MISSING: &str = "missing condition in if statement";
        const WANT: &str = "boolean expression";
        self.in_header(|p| {
            if p.at(Token::LBrace) {
                return Ok((None, p.missing_expr(MISSING)));
            }
            if p.at(Token::Var) {
                return p.fail("var declaration not allowed in if initializer");
            }
            let init = if p.at(Token::Semicolon) { None } else { Some(p.basic_stmt()?) };
            if let Some(cond) = init
                && p.at(Token::LBrace)
            {
                return Ok((None, p.condition(cond, WANT)?));
            }
            let newline = p.at(Token::Semicolon) && p.lex.implicit;
            p.expect(Token::Semicolon)?;
            if p.at(Token::LBrace) {
                let message = match newline {
                    true => "unexpected newline, expecting { after if clause",
                    false => MISSING,
                };
                return Ok((init, p.missing_expr(message)));
            }
            let cond = p.basic_stmt()?;
            Ok((init, p.condition(cond, WANT)?))
        })
    }

    /// The expression that a statement in a header consists of.
    fn condition(&mut self, stmt: StmtId, want: &str) -> Parsed<ExprId> {
        match self.ast[stmt].kind {
            StmtKind::ExprStmt(x) => Ok(x),
            _ => self.fail(format!(
                "expected {want}, found statement (missing parentheses around composite literal?)"
            )),
        }
    }

    /// The initial statement of a `switch`, and its tag or guard.
    pub(super) fn switch_header(&mut self) -> Parsed<(Option<StmtId>, Option<StmtId>)> {
        if self.at(Token::LBrace) {
            return Ok((None, None));
        }
        self.in_header(|p| {
            let first = if p.at(Token::Semicolon) { None } else { Some(p.basic_stmt()?) };
            if !p.accept(Token::Semicolon) {
                return Ok((None, first));
            }
            let second = if p.at(Token::LBrace) { None } else { Some(p.basic_stmt()?) };
            Ok((first, second))
        })
    }

    /// The expression that a switch is over.
    pub(super) fn switch_tag(&mut self, tag: Option<StmtId>) -> Parsed<Option<ExprId>> {
        tag.map(|tag| self.condition(tag, "switch expression")).transpose()
    }

    /// Whether a statement is the guard of a type switch.
    ///
    /// # Errors
    /// If it is one with `=`.
    pub(super) fn is_type_switch_guard(&mut self, stmt: Option<StmtId>) -> Parsed<bool> {
        let Some(stmt) = stmt else { return Ok(false) };
        let (x, tok) = match self.ast[stmt].kind {
            StmtKind::ExprStmt(x) => (x, Token::Define),
            StmtKind::AssignStmt(AssignStmt { lhs, rhs, tok, .. }) => {
                match (&self.ast[lhs], &self.ast[rhs]) {
                    ([_], [x]) => (*x, tok),
                    _ => return Ok(false),
                }
            }
            _ => return Ok(false),
        };
        let ExprKind::TypeAssertExpr(TypeAssertExpr { ty: None, .. }) = self.ast[x].kind else {
            return Ok(false);
        };
        match tok {
            Token::Assign => self.fail("expected ':=', found '='"),
            _ => Ok(tok == Token::Define),
        }
    }

    pub(super) fn for_header(&mut self) -> Parsed<ForHeader> {
        if self.at(Token::LBrace) {
            return Ok(ForHeader::Clause(ForClause::default()));
        }
        self.in_header(|p| {
            let mut first = None;
            if p.at(Token::Range) {
                let clause = p.range_clause(List::EMPTY, Token::Illegal)?;
                return Ok(ForHeader::Range(clause));
            }
            if !p.at(Token::Semicolon) {
                first = match p.simple_stmt(Simple::Range)? {
                    SimpleStmt::Range(clause) => return Ok(ForHeader::Range(clause)),
                    SimpleStmt::Stmt(stmt) => Some(stmt),
                };
            }
            p.for_clause(first).map(ForHeader::Clause)
        })
    }

    /// `init; cond; post` of which the first statement is read, or a condition alone.
    fn for_clause(&mut self, first: Option<StmtId>) -> Parsed<ForClause> {
        const WANT: &str = "boolean or range expression";
        if !self.accept(Token::Semicolon) {
            let cond = first.map(|first| self.condition(first, WANT)).transpose()?;
            return Ok(ForClause { cond, ..ForClause::default() });
        }
        let cond = if self.at(Token::Semicolon) { None } else { Some(self.basic_stmt()?) };
        self.expect_semi()?;
        let post = if self.at(Token::LBrace) { None } else { Some(self.basic_stmt()?) };
        let cond = cond.map(|cond| self.condition(cond, WANT)).transpose()?;
        Ok(ForClause { init: first, cond, post })
    }

    /// `range x` after the variables and the operator.
    pub(super) fn range_clause(&mut self, lhs: List<ExprId>, tok: Token) -> Parsed<RangeClause> {
        let range = self.expect(Token::Range)?;
        let x = self.expr()?;
        if lhs.len() > 2 {
            return self.fail("expected at most 2 expressions before range");
        }
        Ok(RangeClause { lhs, tok, range, x })
    }
}
