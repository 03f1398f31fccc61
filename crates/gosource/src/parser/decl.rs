//! Declarations.

use super::open::Open;
use super::type_params::AfterName;
use super::{Parsed, Parser};
use crate::arena::close_list;
use crate::ast::{
    Decl, DeclKind, FuncDecl, GenDecl, ImportSpec, Spec, SpecKind, StmtKind, TypeSpec, ValueSpec,
};
use crate::ids::{CommentGroupId, DeclId, ExprId, List, SpecId, StmtId};
use crate::span::Span;
use crate::token::Token;

impl Parser<'_> {
    /// A declaration within a function; one of the keywords stands here.
    pub(super) fn local_decl(&mut self) -> Parsed<DeclId> {
        self.gen_decl(self.tok())
    }

    /// A declaration outside functions.
    pub(super) fn top_level_decl(&mut self) -> Parsed<DeclId> {
        match self.tok() {
            tok @ (Token::Import | Token::Const | Token::Var | Token::Type) => self.gen_decl(tok),
            Token::Func => self.func_decl(),
            _ => self.fail_expected("declaration"),
        }
    }

    fn gen_decl(&mut self, tok: Token) -> Parsed<DeclId> {
        let doc = self.lead_comment;
        let start = self.start();
        self.next();
        let mut lparen = None;
        let mark = self.scratch.specs.len();
        if self.at(Token::LParen) {
            lparen = Some(self.start() as u32);
            self.next();
            self.bracketed(Open::Paren, |p| p.specs(tok))?;
        } else {
            let spec = self.spec(tok, None)?;
            self.scratch.specs.push(spec);
        }
        let specs = close_list(&mut self.scratch.specs, mark, &mut self.ast.lists.specs);
        let end = match (lparen, self.ast[specs].first()) {
            (None, Some(spec)) => self.ast[*spec].span.end,
            _ => self.prev_end as u32,
        };
        if lparen.is_some() {
            self.expect_semi()?;
        }
        let span = Span::new(start as u32, end);
        let kind = DeclKind::GenDecl(GenDecl { doc, tok, lparen, specs });
        Ok(self.ast.add_decl(Decl { span, kind }))
    }

    /// The lines of a declaration in parentheses; one that cannot be read is skipped.
    fn specs(&mut self, tok: Token) -> Parsed<()> {
        let point = self.recovery_point();
        while !matches!(self.tok(), Token::RParen | Token::Eof) {
            let start = self.start();
            match self.spec(tok, self.lead_comment) {
                Ok(spec) => self.scratch.specs.push(spec),
                Err(bail) => self.skip_spec(&point, start, bail)?,
            }
        }
        Ok(())
    }

    fn spec(&mut self, tok: Token, doc: Option<CommentGroupId>) -> Parsed<SpecId> {
        match tok {
            Token::Import => self.import_spec(doc),
            Token::Type => self.type_spec(doc),
            _ => self.value_spec(tok, doc),
        }
    }

    fn add_spec(&mut self, start: usize, end: usize, kind: SpecKind) -> SpecId {
        self.ast.add_spec(Spec { span: Span::new(start as u32, end as u32), kind })
    }

    fn import_spec(&mut self, doc: Option<CommentGroupId>) -> Parsed<SpecId> {
        let start = self.start();
        let name = match self.tok() {
            Token::Ident => Some(self.ident()?),
            Token::Period => {
                let dot = self.add_ident(start, self.lex.end);
                self.next();
                Some(dot)
            }
            _ => None,
        };
        if !self.at(Token::String) {
            return self.fail_expected("import path, a string");
        }
        let path = self.basic_lit();
        let comment = self.expect_semi()?;
        let end = self.end_of(path);
        let kind = SpecKind::ImportSpec(ImportSpec { doc, name, path, comment });
        let spec = self.add_spec(start, end, kind);
        self.imports.push(spec);
        Ok(spec)
    }

    fn value_spec(&mut self, tok: Token, doc: Option<CommentGroupId>) -> Parsed<SpecId> {
        let start = self.start();
        let first = self.ident()?;
        let names = self.ident_list_after(first)?;
        let ends = matches!(self.tok(), Token::Eof | Token::Semicolon | Token::RParen);
        let ty = match tok {
            Token::Const if ends => None,
            Token::Const => self.try_type()?,
            _ if self.at(Token::Assign) => None,
            _ => Some(self.ty()?),
        };
        let values = match self.accept(Token::Assign) {
            true => self.expr_list()?,
            false => List::EMPTY,
        };
        let end = self.end_of_value_spec(values, ty);
        let comment = self.expect_semi()?;
        let kind = SpecKind::ValueSpec(ValueSpec { doc, names, ty, values, comment });
        Ok(self.add_spec(start, end, kind))
    }

    fn end_of_value_spec(&self, values: List<ExprId>, ty: Option<ExprId>) -> usize {
        match self.ast[values].last().copied().or(ty) {
            Some(last) => self.end_of(last),
            None => self.prev_end,
        }
    }

    fn type_spec(&mut self, doc: Option<CommentGroupId>) -> Parsed<SpecId> {
        let start = self.start();
        let name = self.ident()?;
        let mut type_params = None;
        let mut array = None;
        if self.at(Token::LBrack) {
            match self.type_params_or_array()? {
                AfterName::TypeParams(params) => type_params = Some(params),
                AfterName::Type(ty) => array = Some(ty),
            }
        }
        let mut assign = None;
        let ty = match array {
            Some(ty) => ty,
            None => {
                if self.at(Token::Assign) {
                    assign = Some(self.start() as u32);
                    self.next();
                }
                self.ty()?
            }
        };
        let comment = self.expect_semi()?;
        let end = self.end_of(ty);
        let kind = SpecKind::TypeSpec(TypeSpec { doc, name, type_params, assign, ty, comment });
        Ok(self.add_spec(start, end, kind))
    }

    fn func_decl(&mut self) -> Parsed<DeclId> {
        let doc = self.lead_comment;
        let start = self.start();
        self.next();
        let recv = if self.at(Token::LParen) { Some(self.parameters()?) } else { None };
        let name = self.ident()?;
        let type_params = if self.at(Token::LBrack) { Some(self.type_parameters()?) } else { None };
        let ty = self.signature(start, type_params)?;
        let mut body = None;
        let mut end = self.ast[ty].span.end;
        if self.at(Token::LBrace) {
            let block = if self.skip_bodies { self.skipped_block()? } else { self.block()? };
            end = self.ast[block].span.end;
            body = Some(block);
        }
        self.expect_semi()?;
        if body.is_none() && self.at(Token::LBrace) {
            return self.fail("unexpected semicolon or newline before {");
        }
        let span = Span::new(start as u32, end);
        let kind = DeclKind::FuncDecl(FuncDecl { doc, recv, name, ty, body });
        Ok(self.ast.add_decl(Decl { span, kind }))
    }

    /// Passes over a body up to its closing brace.
    pub(super) fn skipped_block(&mut self) -> Parsed<StmtId> {
        let start = self.start();
        if self.lex.skip_block() {
            self.next();
            return Ok(self.add_stmt(start, self.prev_end, StmtKind::BlockStmt(List::EMPTY)));
        }
        let mut open = 0_usize;
        loop {
            match self.tok() {
                Token::LBrace => open += 1,
                Token::RBrace => open -= 1,
                Token::Eof => return self.fail_expected("'}'"),
                _ => {}
            }
            self.next();
            if open == 0 {
                return Ok(self.add_stmt(start, self.prev_end, StmtKind::BlockStmt(List::EMPTY)));
            }
        }
    }
}
