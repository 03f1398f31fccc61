//! The fields of structs and the elements of interfaces.

use super::open::Open;
use super::{Parsed, Parser};
use crate::arena::close_list;
use crate::ast::{ArrayType, ExprKind, Field, FieldList, UnaryExpr};
use crate::ids::{CommentGroupId, ExprId, FieldId, FieldListId, IdentId, List};
use crate::span::Span;
use crate::token::Token;

/// A list of fields in braces or parentheses, with what belongs to them.
struct Parts {
    doc: Option<CommentGroupId>,
    names: List<IdentId>,
    ty: ExprId,
}

impl Parser<'_> {
    pub(super) fn struct_type(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        self.next();
        let fields = self.braced_fields(|p| {
            while matches!(p.tok(), Token::Ident | Token::Mul | Token::LParen) {
                let field = p.field_decl()?;
                p.scratch.fields.push(field);
            }
            Ok(())
        })?;
        Ok(self.expr_to_here(start, ExprKind::StructType(fields)))
    }

    fn braced_fields(&mut self, read: impl FnOnce(&mut Self) -> Parsed<()>) -> Parsed<FieldListId> {
        let opening = self.expect(Token::LBrace)?;
        let mark = self.scratch.fields.len();
        self.bracketed(Open::Block, read)?;
        Ok(self.close_fields(mark, opening, self.prev_end))
    }

    /// The fields that were read from `mark` on, in brackets that stand at `start` and before `end`.
    pub(super) fn close_fields(&mut self, mark: usize, start: usize, end: usize) -> FieldListId {
        let list = close_list(&mut self.scratch.fields, mark, &mut self.ast.lists.fields);
        let span = Span::new(start as u32, end as u32);
        self.ast.add_field_list(FieldList { span, enclosed: true, list })
    }

    fn field_decl(&mut self) -> Parsed<FieldId> {
        let doc = self.lead_comment;
        let (names, ty) = match self.tok() {
            Token::Ident => self.named_or_embedded()?,
            Token::Mul => {
                let start = self.start();
                self.next();
                if self.at(Token::LParen) {
                    return self.fail("cannot parenthesize embedded type");
                }
                let name = self.ident()?;
                let base = self.type_name_or_instance(name)?;
                let end = self.end_of(base);
                (List::EMPTY, self.add_expr(start, end, ExprKind::StarExpr(base)))
            }
            _ => return self.fail("cannot parenthesize embedded type"),
        };
        let tag = if self.at(Token::String) { Some(self.basic_lit()) } else { None };
        let comment = self.expect_semi()?;
        Ok(self.add_field(Parts { doc, names, ty }, tag, comment))
    }

    fn add_field(
        &mut self,
        parts: Parts,
        tag: Option<ExprId>,
        comment: Option<CommentGroupId>,
    ) -> FieldId {
        let Parts { doc, names, ty } = parts;
        let start = match self.ast[names].first() {
            Some(name) => self.ast[*name].span.start,
            None => self.ast[ty].span.start,
        };
        let end = self.ast[tag.unwrap_or(ty)].span.end;
        self.ast.add_field(Field { span: Span::new(start, end), doc, names, ty, tag, comment })
    }

    /// `T`, `p.T`, `T[A]`, or names and their type.
    fn named_or_embedded(&mut self) -> Parsed<(List<IdentId>, ExprId)> {
        let name = self.ident()?;
        match self.tok() {
            Token::Period => Ok((List::EMPTY, self.type_name_or_instance(name)?)),
            Token::String | Token::Semicolon | Token::RBrace => {
                Ok((List::EMPTY, self.ident_expr(name)))
            }
            Token::LBrack => {
                let (name, ty) = self.array_field_or_instance(name)?;
                let names = name.map_or(List::EMPTY, |name| self.names(&[name]));
                Ok((names, ty))
            }
            _ => {
                let names = self.ident_list_after(name)?;
                Ok((names, self.ty()?))
            }
        }
    }

    /// A list of names that are read.
    pub(super) fn names(&mut self, names: &[IdentId]) -> List<IdentId> {
        let mark = self.scratch.idents.len();
        self.scratch.idents.extend_from_slice(names);
        close_list(&mut self.scratch.idents, mark, &mut self.ast.lists.idents)
    }

    /// Names with commas between them, of which the first is read.
    pub(super) fn ident_list_after(&mut self, first: IdentId) -> Parsed<List<IdentId>> {
        let mark = self.scratch.idents.len();
        self.scratch.idents.push(first);
        while self.accept(Token::Comma) {
            let name = self.ident()?;
            self.scratch.idents.push(name);
        }
        Ok(close_list(&mut self.scratch.idents, mark, &mut self.ast.lists.idents))
    }

    /// What follows the name in `x []E`, `x [n]E` (a name and its type) or `x[A, B]` (a type); `[` stands here.
    pub(super) fn array_field_or_instance(
        &mut self,
        x: IdentId,
    ) -> Parsed<(Option<IdentId>, ExprId)> {
        let lbrack = self.start();
        self.next();
        let mark = self.scratch.exprs.len();
        let trailing_comma = self.bracketed(Open::Bracket, Self::len_or_type_args)?;
        let count = self.scratch.exprs.len() - mark;
        if count == 0 {
            let elt = self.ty()?;
            return Ok((Some(x), self.array_of(lbrack, None, elt)));
        }
        if count == 1
            && let Some(elt) = self.try_type()?
        {
            if trailing_comma {
                return self.fail("unexpected comma in array type; expecting ']'");
            }
            let len = self.scratch.exprs.pop();
            return Ok((Some(x), self.array_of(lbrack, len, elt)));
        }
        // Without an element type the brackets ended before the current token.
        let end = self.prev_end;
        let x = self.ident_expr(x);
        let kind = self.instance(x, lbrack as u32, mark);
        let start = self.start_of(x);
        Ok((None, self.add_expr(start, end, kind)))
    }

    fn array_of(&mut self, lbrack: usize, len: Option<ExprId>, elt: ExprId) -> ExprId {
        let end = self.end_of(elt);
        self.add_expr(lbrack, end, ExprKind::ArrayType(ArrayType { len, elt }))
    }

    /// Reads expressions up to `]` onto the scratch list; returns whether a comma stands before it.
    fn len_or_type_args(&mut self) -> Parsed<bool> {
        if self.at(Token::RBrack) {
            return Ok(false);
        }
        self.expr_lev += 1;
        let mut trailing_comma = false;
        loop {
            let x = self.expr()?;
            self.scratch.exprs.push(x);
            if !self.accept(Token::Comma) {
                break;
            }
            if self.at(Token::RBrack) {
                trailing_comma = true;
                break;
            }
        }
        self.expr_lev -= 1;
        Ok(trailing_comma)
    }

    pub(super) fn interface_type(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        self.next();
        let elements = self.braced_fields(|p| {
            while let Some(parts) = p.interface_element()? {
                let comment = p.expect_semi()?;
                let field = p.add_field(parts, None, comment);
                p.scratch.fields.push(field);
            }
            Ok(())
        })?;
        Ok(self.expr_to_here(start, ExprKind::InterfaceType(elements)))
    }

    fn interface_element(&mut self) -> Parsed<Option<Parts>> {
        let ty = match self.tok() {
            Token::Ident => return self.method_or_embedded().map(Some),
            Token::Tilde => self.embedded_elem(None)?,
            _ => match self.try_type()? {
                Some(ty) => self.embedded_elem(Some(ty))?,
                None => return Ok(None),
            },
        };
        Ok(Some(Parts { doc: None, names: List::EMPTY, ty }))
    }

    /// A method, or a type that begins with a name.
    fn method_or_embedded(&mut self) -> Parsed<Parts> {
        let doc = self.lead_comment;
        let name = self.ident()?;
        let ty = match self.tok() {
            Token::LParen => {
                let start = self.start();
                let ty = self.signature(start, None)?;
                let end = self.ast[ty].span.end as usize;
                let ty = self.add_expr(start, end, ExprKind::FuncType(ty));
                return Ok(Parts { doc, names: self.names(&[name]), ty });
            }
            Token::LBrack => self.embedded_instance(name)?,
            _ => self.type_name_or_instance(name)?,
        };
        let ty = self.embedded_elem(Some(ty))?;
        Ok(Parts { doc, names: List::EMPTY, ty })
    }

    /// `name[A, B]` in an interface, where methods have no type parameters; `[` stands here.
    fn embedded_instance(&mut self, name: IdentId) -> Parsed<ExprId> {
        let lbrack = self.start() as u32;
        self.next();
        let x = self.ident_expr(name);
        let start = self.start_of(x);
        self.expr_lev += 1;
        let kind = self.bracketed(Open::Bracket, |p| {
            let mark = p.scratch.exprs.len();
            let first = p.expr()?;
            let is_name = matches!(p.ast[first].kind, ExprKind::Ident(_));
            if is_name && !matches!(p.tok(), Token::Comma | Token::RBrack) {
                return p.fail("interface method must have no type parameters");
            }
            p.scratch.exprs.push(first);
            while p.at_comma("type argument list", Token::RBrack)? {
                p.next();
                if matches!(p.tok(), Token::RBrack | Token::Eof) {
                    break;
                }
                let arg = p.ty()?;
                p.scratch.exprs.push(arg);
            }
            Ok(p.instance(x, lbrack, mark))
        })?;
        self.expr_lev -= 1;
        Ok(self.expr_to_here(start, kind))
    }

    /// A union of terms; `x` is the first one if it is read.
    pub(super) fn embedded_elem(&mut self, x: Option<ExprId>) -> Parsed<ExprId> {
        let mut x = match x {
            Some(x) => x,
            None => self.embedded_term()?,
        };
        while self.at(Token::Or) {
            let op_pos = self.start() as u32;
            self.next();
            let y = self.embedded_term()?;
            let (start, end) = (self.start_of(x), self.end_of(y));
            let union = crate::ast::BinaryExpr { x, op: Token::Or, op_pos, y };
            x = self.add_expr(start, end, ExprKind::BinaryExpr(union));
        }
        Ok(x)
    }

    fn embedded_term(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        if self.accept(Token::Tilde) {
            let x = self.ty()?;
            let end = self.end_of(x);
            let term = ExprKind::UnaryExpr(UnaryExpr { op: Token::Tilde, x });
            return Ok(self.add_expr(start, end, term));
        }
        match self.try_type()? {
            Some(ty) => Ok(ty),
            None => self.fail_expected("~ term or type"),
        }
    }
}
