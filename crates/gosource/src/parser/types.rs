//! Types.

use super::open::Open;
use super::{Parsed, Parser};
use crate::ast::{ArrayType, ChanDir, ChanType, ExprKind, FuncType, MapType, SelectorExpr};
use crate::ids::{ExprId, FuncTypeId, IdentId};
use crate::span::Span;
use crate::token::Token;

impl Parser<'_> {
    pub(super) fn ty(&mut self) -> Parsed<ExprId> {
        match self.try_type()? {
            Some(ty) => Ok(ty),
            None => self.fail_expected("type"),
        }
    }

    /// A type, if one begins here.
    pub(super) fn try_type(&mut self) -> Parsed<Option<ExprId>> {
        self.enter()?;
        let start = self.start();
        let ty = match self.tok() {
            Token::Ident => {
                let name = self.ident()?;
                self.type_name_or_instance(name)?
            }
            Token::LBrack => {
                self.next();
                self.array_type(start, None)?
            }
            Token::Mul => {
                self.next();
                let base = self.ty()?;
                let end = self.end_of(base);
                self.add_expr(start, end, ExprKind::StarExpr(base))
            }
            Token::LParen => {
                self.next();
                let ty = self.bracketed(Open::Paren, Self::ty)?;
                self.expr_to_here(start, ExprKind::ParenExpr(ty))
            }
            Token::Func => {
                let ty = self.func_type()?;
                self.expr_to_here(start, ExprKind::FuncType(ty))
            }
            Token::Struct => self.struct_type()?,
            Token::Interface => self.interface_type()?,
            Token::Map => self.map_type()?,
            Token::Chan | Token::Arrow => self.chan_type()?,
            _ => {
                self.leave();
                return Ok(None);
            }
        };
        self.leave();
        Ok(Some(ty))
    }

    /// A name, with what qualifies it: `T`, `p.T`, `p.T[A]`.
    pub(super) fn type_name_or_instance(&mut self, name: IdentId) -> Parsed<ExprId> {
        let ty = self.type_name(name)?;
        match self.tok() {
            Token::LBrack => self.type_instance(ty),
            _ => Ok(ty),
        }
    }

    /// `T` or `p.T`, of which the first name is read.
    pub(super) fn type_name(&mut self, name: IdentId) -> Parsed<ExprId> {
        let x = self.ident_expr(name);
        if !self.accept(Token::Period) {
            return Ok(x);
        }
        let sel = self.ident()?;
        let start = self.start_of(x);
        Ok(self.expr_to_here(start, ExprKind::SelectorExpr(SelectorExpr { x, sel })))
    }

    /// `ty[A, B]`; `[` stands here.
    pub(super) fn type_instance(&mut self, ty: ExprId) -> Parsed<ExprId> {
        let start = self.start_of(ty);
        let lbrack = self.start() as u32;
        self.next();
        self.expr_lev += 1;
        let kind = self.bracketed(Open::Bracket, |p| {
            let mark = p.scratch.exprs.len();
            while !matches!(p.tok(), Token::RBrack | Token::Eof) {
                let arg = p.ty()?;
                p.scratch.exprs.push(arg);
                if !p.at_comma("type argument list", Token::RBrack)? {
                    break;
                }
                p.next();
            }
            if p.scratch.exprs.len() == mark {
                return p.fail_expected("type argument list");
            }
            Ok(p.instance(ty, lbrack, mark))
        })?;
        self.expr_lev -= 1;
        Ok(self.expr_to_here(start, kind))
    }

    /// What follows `[` of an array or slice type; `len` if the length is already read.
    pub(super) fn array_type(&mut self, start: usize, len: Option<ExprId>) -> Parsed<ExprId> {
        let len = self.bracketed(Open::Bracket, |p| {
            let len = match len {
                Some(len) => Some(len),
                None => p.array_len()?,
            };
            if p.at(Token::Comma) {
                return p.fail("unexpected comma; expecting ']'");
            }
            Ok(len)
        })?;
        let elt = self.ty()?;
        let end = self.end_of(elt);
        Ok(self.add_expr(start, end, ExprKind::ArrayType(ArrayType { len, elt })))
    }

    fn array_len(&mut self) -> Parsed<Option<ExprId>> {
        let start = self.start();
        match self.tok() {
            Token::RBrack => Ok(None),
            Token::Ellipsis => {
                self.next();
                Ok(Some(self.expr_to_here(start, ExprKind::Ellipsis(None))))
            }
            _ => {
                self.expr_lev += 1;
                let len = self.expr()?;
                self.expr_lev -= 1;
                Ok(Some(len))
            }
        }
    }

    fn map_type(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        self.next();
        self.expect(Token::LBrack)?;
        let key = self.bracketed(Open::Bracket, Self::ty)?;
        let value = self.ty()?;
        let end = self.end_of(value);
        Ok(self.add_expr(start, end, ExprKind::MapType(MapType { key, value })))
    }

    fn chan_type(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        let mut dir = ChanDir::Both;
        let mut arrow = None;
        if self.accept(Token::Chan) {
            if self.at(Token::Arrow) {
                arrow = Some(self.start() as u32);
                dir = ChanDir::Send;
                self.next();
            }
        } else {
            arrow = Some(self.expect(Token::Arrow)? as u32);
            self.expect(Token::Chan)?;
            dir = ChanDir::Recv;
        }
        let value = self.ty()?;
        let end = self.end_of(value);
        Ok(self.add_expr(start, end, ExprKind::ChanType(ChanType { dir, arrow, value })))
    }

    /// `func` with a signature.
    pub(super) fn func_type(&mut self) -> Parsed<FuncTypeId> {
        let start = self.expect(Token::Func)?;
        if self.at(Token::LBrack) {
            return self.fail("function type must have no type parameters");
        }
        self.signature(start, None)
    }

    /// Parameters and results; `start` is where the signature begins.
    pub(super) fn signature(
        &mut self,
        start: usize,
        type_params: Option<crate::ids::FieldListId>,
    ) -> Parsed<FuncTypeId> {
        let params = self.parameters()?;
        let results = self.results()?;
        let last = results.unwrap_or(params);
        let end = self.ast[last].span.end;
        let span = Span::new(start as u32, end);
        Ok(self.ast.add_func_type(FuncType { span, type_params, params, results }))
    }
}
