//! Operands: what an expression begins with.

use super::open::Open;
use super::{Parsed, Parser};
use crate::ast::{BasicLit, ExprKind, FuncLit};
use crate::ids::{ExprId, Id};
use crate::token::Token;

impl Parser<'_> {
    /// A name, a literal, a function, a type, or an expression in parentheses.
    #[inline]
    pub(super) fn operand(&mut self) -> Parsed<ExprId> {
        match self.tok() {
            Token::Ident => {
                let ident = self.ident()?;
                Ok(self.ident_expr(ident))
            }
            Token::Int | Token::Float | Token::Imag | Token::Char | Token::String => {
                Ok(self.basic_lit())
            }
            Token::LParen => self.paren_expr(),
            Token::Func => self.func_type_or_lit(),
            _ => match self.try_type()? {
                Some(ty) => Ok(ty),
                None => self.fail_expected("operand"),
            },
        }
    }

    /// The literal that stands here.
    pub(super) fn basic_lit(&mut self) -> ExprId {
        let (start, kind) = (self.start(), self.tok());
        self.next();
        self.expr_to_here(start, ExprKind::BasicLit(BasicLit { kind }))
    }

    fn paren_expr(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        self.next();
        self.expr_lev += 1;
        let x = self.bracketed(Open::Paren, Self::expr)?;
        self.expr_lev -= 1;
        Ok(self.expr_to_here(start, ExprKind::ParenExpr(x)))
    }

    fn func_type_or_lit(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        self.suspect_declaration();
        let ty = self.func_type()?;
        if !self.at(Token::LBrace) {
            let end = self.ast[ty].span.end as usize;
            return Ok(self.add_expr(start, end, ExprKind::FuncType(ty)));
        }
        self.expr_lev += 1;
        let body = if self.skip_bodies { self.skipped_block()? } else { self.block()? };
        self.expr_lev -= 1;
        self.suspect = None;
        let end = self.ast.stmts[body.index()].span.end as usize;
        Ok(self.add_expr(start, end, ExprKind::FuncLit(FuncLit { ty, body })))
    }
}
