//! `type T[P …` begins type parameters or an array type, and looks like an expression up to some point.

use super::open::Open;
use super::params::Param;
use super::{Parsed, Parser};
use crate::ast::{BinaryExpr, CallExpr, ExprKind};
use crate::ids::{ExprId, FieldListId, Id, IdentId};
use crate::token::Token;

/// What `[` after the name of a type began.
pub(super) enum AfterName {
    TypeParams(FieldListId),
    Type(ExprId),
}

impl Parser<'_> {
    /// Reads type parameters, or an array or slice type; `[` stands here.
    pub(super) fn type_params_or_array(&mut self) -> Parsed<AfterName> {
        let lbrack = self.start();
        self.next();
        if !self.at(Token::Ident) {
            return self.array_type(lbrack, None).map(AfterName::Type);
        }
        let mut rest = None;
        let name = self.ident()?;
        if !self.at(Token::LBrack) {
            // An index is no constant, so `P[` can only begin the type parameter `P []E`.
            self.expr_lev += 1;
            let x = self.ident_expr(name);
            let read = self.primary_expr(x).and_then(|x| self.binary_expr(x, 1));
            if read.is_err() {
                self.unwound.push(Open::Bracket);
            }
            rest = Some(read?);
            self.expr_lev -= 1;
        }
        let comma = self.at(Token::Comma);
        let split = match rest {
            None => Some(Param { name: Some(name), ty: None }),
            Some(x) => self.extract_name(x, comma),
        };
        match (split, rest) {
            (Some(first), _) if first.ty.is_some() || !self.at(Token::RBrack) => {
                self.type_parameters_after(lbrack, first).map(AfterName::TypeParams)
            }
            (_, len) => self.array_type(lbrack, len).map(AfterName::Type),
        }
    }

    /// Splits an expression into the name of a type parameter and its constraint, if it must be one or `force` is
    /// set: `P *[]int` and, if forced, `P *E`, `P (E)`, each also with `|` and more terms behind.
    fn extract_name(&mut self, x: ExprId, force: bool) -> Option<Param> {
        if let ExprKind::Ident(name) = self.ast[x].kind {
            return Some(Param { name: Some(name), ty: None });
        }
        let mut unions = Vec::new();
        let mut base = x;
        let mut force = force;
        while let ExprKind::BinaryExpr(BinaryExpr { x, op: Token::Or, y, .. }) = self.ast[base].kind
        {
            force = force || self.is_type_elem(y);
            unions.push(base);
            base = x;
        }
        let name = self.split_base(base, force)?;
        let start = self.ast[base].span.start;
        for union in unions {
            self.ast.exprs[union.index()].span.start = start;
        }
        Some(Param { name: Some(name), ty: Some(x) })
    }

    /// Makes `*y` of `name * y` and `(arg)` of `name(arg)`; returns the name.
    fn split_base(&mut self, base: ExprId, force: bool) -> Option<IdentId> {
        let (before, start, constraint, kind) = match self.ast[base].kind {
            ExprKind::BinaryExpr(BinaryExpr { x, op: Token::Mul, op_pos, y }) => {
                (x, op_pos, y, ExprKind::StarExpr(y))
            }
            ExprKind::CallExpr(CallExpr { fun, lparen, args, ellipsis: false }) => {
                let [arg] = self.ast[args] else { return None };
                (fun, lparen, arg, ExprKind::ParenExpr(arg))
            }
            _ => return None,
        };
        let ExprKind::Ident(name) = self.ast[before].kind else { return None };
        if !force && !self.is_type_elem(constraint) {
            return None;
        }
        let expr = &mut self.ast.exprs[base.index()];
        expr.span.start = start;
        expr.kind = kind;
        Some(name)
    }

    /// Whether an expression can only be a type or a union of types.
    fn is_type_elem(&self, x: ExprId) -> bool {
        let mut todo = vec![x];
        while let Some(x) = todo.pop() {
            match self.ast[x].kind {
                ExprKind::ArrayType(_)
                | ExprKind::StructType(_)
                | ExprKind::FuncType(_)
                | ExprKind::InterfaceType(_)
                | ExprKind::MapType(_)
                | ExprKind::ChanType(_) => return true,
                ExprKind::UnaryExpr(unary) if unary.op == Token::Tilde => return true,
                ExprKind::BinaryExpr(binary) => todo.extend([binary.x, binary.y]),
                ExprKind::ParenExpr(x) => todo.push(x),
                _ => {}
            }
        }
        false
    }
}
