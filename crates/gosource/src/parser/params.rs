//! Parameters, results and type parameters: which names are types is only known at the end of the list.

use super::open::Open;
use super::{Parsed, Parser};
use crate::arena::close_list;
use crate::ast::{ExprKind, Field, FieldList};
use crate::ids::{ExprId, FieldListId, IdentId, List};
use crate::span::Span;
use crate::token::Token;

/// One entry of a list: a name, a type, or both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Param {
    pub(super) name: Option<IdentId>,
    pub(super) ty: Option<ExprId>,
}

/// Which list is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListKind {
    Parameters,
    Results,
    TypeParameters,
}

impl ListKind {
    fn open(self) -> Open {
        if self == Self::TypeParameters { Open::Bracket } else { Open::Paren }
    }
}

impl Parser<'_> {
    pub(super) fn parameters(&mut self) -> Parsed<FieldListId> {
        self.param_list(ListKind::Parameters)
    }

    /// Results, with or without parentheses, if there are any.
    pub(super) fn results(&mut self) -> Parsed<Option<FieldListId>> {
        if self.at(Token::LParen) {
            return self.param_list(ListKind::Results).map(Some);
        }
        let Some(ty) = self.try_type()? else { return Ok(None) };
        let mark = self.scratch.fields.len();
        self.push_field(List::EMPTY, ty);
        let list = close_list(&mut self.scratch.fields, mark, &mut self.ast.lists.fields);
        let span = self.ast[ty].span;
        Ok(Some(self.ast.add_field_list(FieldList { span, enclosed: false, list })))
    }

    /// Type parameters of a function; `[` stands here.
    pub(super) fn type_parameters(&mut self) -> Parsed<FieldListId> {
        let list = self.param_list(ListKind::TypeParameters)?;
        if self.ast[list].list.is_empty() {
            return self.fail("empty type parameter list");
        }
        Ok(list)
    }

    /// Type parameters of a type, of which the beginning is read; `lbrack` is where `[` stands.
    pub(super) fn type_parameters_after(
        &mut self,
        lbrack: usize,
        first: Param,
    ) -> Parsed<FieldListId> {
        self.params_in_brackets(lbrack, ListKind::TypeParameters, Some(first))
    }

    fn param_list(&mut self, kind: ListKind) -> Parsed<FieldListId> {
        let opening = if kind == ListKind::TypeParameters { Token::LBrack } else { Token::LParen };
        let start = self.expect(opening)?;
        self.params_in_brackets(start, kind, None)
    }

    fn params_in_brackets(
        &mut self,
        start: usize,
        kind: ListKind,
        first: Option<Param>,
    ) -> Parsed<FieldListId> {
        let params = self.params.len();
        let fields = self.scratch.fields.len();
        self.bracketed(kind.open(), |p| {
            p.entries(kind, first)?;
            p.distribute(kind, params)
        })?;
        Ok(self.close_fields(fields, start, self.prev_end))
    }

    /// Reads the entries onto `params`.
    fn entries(&mut self, kind: ListKind, first: Option<Param>) -> Parsed<()> {
        let closing = kind.open().closing();
        let mut first = first;
        while first.is_some() || !matches!(self.tok(), Token::Eof) && self.tok() != closing {
            let param = match first.take() {
                Some(Param { name, ty: Some(ty) }) => {
                    Param { name, ty: Some(self.embedded_elem(Some(ty))?) }
                }
                Some(Param { name: Some(name), .. }) => self.param_after_name(kind, name)?,
                _ => self.param(kind)?,
            };
            self.params.push(param);
            if !self.at_comma("parameter list", closing)? {
                break;
            }
            self.next();
        }
        Ok(())
    }

    fn param(&mut self, kind: ListKind) -> Parsed<Param> {
        let generic = kind == ListKind::TypeParameters;
        let ty = match self.tok() {
            Token::Tilde if generic => self.embedded_elem(None)?,
            Token::Ident => {
                let name = self.ident()?;
                return self.param_after_name(kind, name);
            }
            Token::Ellipsis => self.dots_type()?,
            Token::Mul
            | Token::Arrow
            | Token::Func
            | Token::LBrack
            | Token::Chan
            | Token::Map
            | Token::Struct
            | Token::Interface
            | Token::LParen => {
                let ty = self.ty()?;
                self.union_after(kind, ty)?
            }
            _ => return self.fail_expected(&format!("'{}'", kind.open().closing())),
        };
        Ok(Param { name: None, ty: Some(ty) })
    }

    fn param_after_name(&mut self, kind: ListKind, name: IdentId) -> Parsed<Param> {
        let generic = kind == ListKind::TypeParameters;
        let (name, ty) = match self.tok() {
            Token::Ident
            | Token::Mul
            | Token::Arrow
            | Token::Func
            | Token::Chan
            | Token::Map
            | Token::Struct
            | Token::Interface
            | Token::LParen => (Some(name), self.ty()?),
            Token::LBrack => self.array_field_or_instance(name)?,
            Token::Ellipsis => {
                let ty = self.dots_type()?;
                return Ok(Param { name: Some(name), ty: Some(ty) });
            }
            Token::Period => (None, self.type_name_or_instance(name)?),
            Token::Tilde if generic => {
                let ty = self.embedded_elem(None)?;
                return Ok(Param { name: Some(name), ty: Some(ty) });
            }
            Token::Or if generic => (None, self.ident_expr(name)),
            _ => return Ok(Param { name: Some(name), ty: None }),
        };
        let ty = self.union_after(kind, ty)?;
        Ok(Param { name, ty: Some(ty) })
    }

    /// The union that `ty` begins, in a list where there may be one.
    fn union_after(&mut self, kind: ListKind, ty: ExprId) -> Parsed<ExprId> {
        if kind == ListKind::TypeParameters && self.at(Token::Or) {
            return self.embedded_elem(Some(ty));
        }
        Ok(ty)
    }

    fn dots_type(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        self.next();
        let elt = self.ty()?;
        let end = self.end_of(elt);
        Ok(self.add_expr(start, end, ExprKind::Ellipsis(Some(elt))))
    }

    /// Makes fields of the entries from `mark` on: either all have names, or what looks like a name is a type.
    fn distribute(&mut self, kind: ListKind, mark: usize) -> Parsed<()> {
        let entries = &self.params[mark..];
        let named = entries.iter().filter(|p| p.name.is_some() && p.ty.is_some()).count();
        let typed = entries.iter().filter(|p| p.ty.is_some()).count();
        let count = entries.len();
        if count == 0 {
            return Ok(());
        }
        if named == 0 {
            if kind == ListKind::TypeParameters {
                return self.missing_part(kind, typed == 0, count);
            }
            return self.unnamed(kind, mark);
        }
        if named != count {
            // A name without a type has the type of the name after it.
            let mut ty = None;
            for i in (mark..self.params.len()).rev() {
                let param = &mut self.params[i];
                ty = param.ty.or(ty);
                if param.name.is_none() || ty.is_none() {
                    return self.missing_part(kind, named == typed, count);
                }
                param.ty = ty;
            }
        }
        self.named(kind, mark)
    }

    #[cold]
    fn missing_part(&mut self, kind: ListKind, ty: bool, count: usize) -> Parsed<()> {
        let message = match (kind == ListKind::TypeParameters, ty) {
            (true, true) => "missing type constraint",
            (true, false) if count == 1 => "missing type parameter name or invalid array length",
            (true, false) => "missing type parameter name",
            (false, true) => "missing parameter type",
            (false, false) => "missing parameter name",
        };
        self.fail(message)
    }

    fn unnamed(&mut self, kind: ListKind, mark: usize) -> Parsed<()> {
        for i in mark..self.params.len() {
            let ty = match self.params[i] {
                Param { ty: Some(ty), .. } => ty,
                Param { name: Some(name), .. } => self.ident_expr(name),
                Param { .. } => continue,
            };
            self.check_dots(kind, ty, i + 1 == self.params.len())?;
            self.push_field(List::EMPTY, ty);
        }
        self.params.truncate(mark);
        Ok(())
    }

    /// Makes one field of the names that share a type.
    fn named(&mut self, kind: ListKind, mark: usize) -> Parsed<()> {
        let names = self.scratch.idents.len();
        for i in mark..self.params.len() {
            let Param { name, ty } = self.params[i];
            self.scratch.idents.extend(name);
            let next = self.params.get(i + 1).map(|next| next.ty);
            if next == Some(ty) && ty.is_some() {
                // `...T` of several names is that of a name that is not the last.
                if let Some(ty) = ty {
                    self.check_dots(kind, ty, false)?;
                }
                continue;
            }
            let Some(ty) = ty else { continue };
            self.check_dots(kind, ty, next.is_none())?;
            let list = close_list(&mut self.scratch.idents, names, &mut self.ast.lists.idents);
            self.push_field(list, ty);
        }
        self.params.truncate(mark);
        Ok(())
    }

    /// Only the last parameter of a function may be `...T`.
    fn check_dots(&mut self, kind: ListKind, ty: ExprId, last: bool) -> Parsed<()> {
        match self.ast[ty].kind {
            ExprKind::Ellipsis(_) if kind != ListKind::Parameters => {
                self.fail("invalid use of ...")
            }
            ExprKind::Ellipsis(_) if !last => self.fail("can only use ... with final parameter"),
            _ => Ok(()),
        }
    }

    fn push_field(&mut self, names: List<IdentId>, ty: ExprId) {
        let end = self.ast[ty].span;
        let start = self.ast[names].first().map_or(end.start, |name| self.ast[*name].span.start);
        let span = Span::new(start, end.end);
        let field = Field { span, doc: None, names, ty, tag: None, comment: None };
        let field = self.ast.add_field(field);
        self.scratch.fields.push(field);
    }
}
