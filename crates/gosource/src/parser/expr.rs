//! Expressions: operators, and what follows an operand.

use super::open::Open;
use super::{MAX_CHAIN, Parsed, Parser};
use crate::arena::close_list;
use crate::ast::{
    BinaryExpr, CallExpr, ChanDir, CompositeLit, ExprKind, IndexExpr, IndexListExpr, KeyValueExpr,
    SelectorExpr, SliceExpr, TypeAssertExpr, UnaryExpr,
};
use crate::ids::{ExprId, List};
use crate::token::Token;

impl Parser<'_> {
    /// An expression, or a type where one may stand.
    #[inline]
    pub(super) fn expr(&mut self) -> Parsed<ExprId> {
        let x = self.unary_expr()?;
        self.binary_expr(x, 1)
    }

    /// Expressions with commas between them.
    pub(super) fn expr_list(&mut self) -> Parsed<List<ExprId>> {
        let mark = self.scratch.exprs.len();
        loop {
            let x = self.expr()?;
            self.scratch.exprs.push(x);
            if !self.accept(Token::Comma) {
                return Ok(self.close_exprs(mark));
            }
        }
    }

    pub(super) fn close_exprs(&mut self, mark: usize) -> List<ExprId> {
        close_list(&mut self.scratch.exprs, mark, &mut self.ast.lists.exprs)
    }

    /// The operators of at least a precedence that follow `x`, with their operands.
    pub(super) fn binary_expr(&mut self, mut x: ExprId, least: u8) -> Parsed<ExprId> {
        let mut chain = 0;
        loop {
            let op = self.tok();
            let precedence = op.precedence();
            if precedence < least || precedence == 0 {
                return Ok(x);
            }
            chain = self.one_more(chain)?;
            let op_pos = self.start() as u32;
            self.next();
            let y = self.unary_expr()?;
            let y = self.binary_expr(y, precedence + 1)?;
            let (start, end) = (self.start_of(x), self.end_of(y));
            x = self.add_expr(start, end, ExprKind::BinaryExpr(BinaryExpr { x, op, op_pos, y }));
        }
    }

    /// Counts a link of a chain, which makes the tree deeper without recursion.
    fn one_more(&mut self, chain: u32) -> Parsed<u32> {
        if chain >= MAX_CHAIN {
            return self.fail(format!("more than {MAX_CHAIN} operators in a row"));
        }
        Ok(chain + 1)
    }

    pub(super) fn unary_expr(&mut self) -> Parsed<ExprId> {
        let start = self.start();
        match self.tok() {
            op @ (Token::Add
            | Token::Sub
            | Token::Not
            | Token::Xor
            | Token::And
            | Token::Tilde
            | Token::Arrow
            | Token::Mul) => {
                self.enter()?;
                self.next();
                let x = self.unary_expr()?;
                self.leave();
                self.with_operator(start, op, x)
            }
            _ => {
                self.enter()?;
                let x = self.operand()?;
                self.leave();
                self.primary_expr(x)
            }
        }
    }

    fn with_operator(&mut self, start: usize, op: Token, x: ExprId) -> Parsed<ExprId> {
        let kind = match op {
            Token::Mul => ExprKind::StarExpr(x),
            Token::Arrow if matches!(self.ast[x].kind, ExprKind::ChanType(_)) => {
                return self.receive_only(start, x);
            }
            _ => ExprKind::UnaryExpr(UnaryExpr { op, x }),
        };
        let end = self.end_of(x);
        Ok(self.add_expr(start, end, kind))
    }

    /// Makes `<-` and a channel type one type: `<-(chan T)` is `(<-chan T)`, and `<-(chan<- T)` is
    /// `(<-chan (<-T))` if T is a channel type too.
    fn receive_only(&mut self, arrow: usize, x: ExprId) -> Parsed<ExprId> {
        let mut arrow = Some(arrow as u32);
        let mut at = x;
        loop {
            let expr = &mut self.ast.exprs[crate::ids::Id::index(at)];
            let ExprKind::ChanType(chan) = &mut expr.kind else {
                return self.fail_expected("channel type");
            };
            let dir = chan.dir;
            if dir == ChanDir::Recv {
                return self.fail("expected 'chan', found channel type '<-chan'");
            }
            if let Some(arrow) = arrow {
                expr.span.start = arrow;
            }
            arrow = std::mem::replace(&mut chan.arrow, arrow);
            chan.dir = ChanDir::Recv;
            at = chan.value;
            if dir == ChanDir::Both {
                return Ok(x);
            }
        }
    }

    /// Selectors, indices, calls and literal values that follow `x`.
    pub(super) fn primary_expr(&mut self, mut x: ExprId) -> Parsed<ExprId> {
        let mut chain = 0;
        loop {
            x = match self.tok() {
                Token::Period => self.selector_or_assertion(x)?,
                Token::LBrack => self.index_or_slice(x)?,
                Token::LParen => self.call(x)?,
                Token::LBrace if self.may_have_literal_value(x)? => {
                    let start = self.start_of(x);
                    self.literal_value(start, Some(x))?
                }
                _ => return Ok(x),
            };
            chain = self.one_more(chain)?;
        }
    }

    fn selector_or_assertion(&mut self, x: ExprId) -> Parsed<ExprId> {
        let start = self.start_of(x);
        self.next();
        let kind = match self.tok() {
            Token::Ident => ExprKind::SelectorExpr(SelectorExpr { x, sel: self.ident()? }),
            Token::LParen => {
                let lparen = self.start() as u32;
                self.next();
                let ty = self.bracketed(Open::Paren, |p| match p.accept(Token::Type) {
                    true => Ok(None),
                    false => p.ty().map(Some),
                })?;
                ExprKind::TypeAssertExpr(TypeAssertExpr { x, lparen, ty })
            }
            _ => return self.fail_expected("selector or type assertion"),
        };
        Ok(self.expr_to_here(start, kind))
    }

    fn index_or_slice(&mut self, x: ExprId) -> Parsed<ExprId> {
        let start = self.start_of(x);
        let lbrack = self.start() as u32;
        self.next();
        self.expr_lev += 1;
        let kind = self.bracketed(Open::Bracket, |p| {
            if p.at(Token::RBrack) {
                return p.fail_expected("operand");
            }
            let first = if p.at(Token::Colon) { None } else { Some(p.expr()?) };
            match (p.tok(), first) {
                (Token::Comma, Some(first)) => p.type_args_after(x, lbrack, first),
                (Token::Colon, low) => p.slice_bounds(x, lbrack, low),
                (_, Some(index)) => Ok(ExprKind::IndexExpr(IndexExpr { x, lbrack, index })),
                (_, None) => p.fail_expected("operand"),
            }
        })?;
        self.expr_lev -= 1;
        Ok(self.expr_to_here(start, kind))
    }

    fn slice_bounds(&mut self, x: ExprId, lbrack: u32, low: Option<ExprId>) -> Parsed<ExprKind> {
        let mut bounds = [None; 2];
        let mut colons = 0;
        while self.at(Token::Colon) && colons < 2 {
            self.next();
            if !matches!(self.tok(), Token::Colon | Token::RBrack | Token::Eof) {
                bounds[colons] = Some(self.expr()?);
            } else if colons == 1 {
                bounds[1] = Some(self.missing_expr("final index required in 3-index slice"));
            } else if self.at(Token::Colon) {
                bounds[0] = Some(self.missing_expr("middle index required in 3-index slice"));
            }
            colons += 1;
        }
        let ([high, max], slice3) = (bounds, colons == 2);
        Ok(ExprKind::SliceExpr(SliceExpr { x, lbrack, low, high, max, slice3 }))
    }

    /// Type arguments of which the first is read; a comma follows it.
    fn type_args_after(&mut self, x: ExprId, lbrack: u32, first: ExprId) -> Parsed<ExprKind> {
        let mark = self.scratch.exprs.len();
        self.scratch.exprs.push(first);
        while self.accept(Token::Comma) {
            if !matches!(self.tok(), Token::RBrack | Token::Eof) {
                let arg = self.ty()?;
                self.scratch.exprs.push(arg);
            }
        }
        Ok(self.instance(x, lbrack, mark))
    }

    /// `x` with the indices that were read from `mark` on, at least one.
    pub(super) fn instance(&mut self, x: ExprId, lbrack: u32, mark: usize) -> ExprKind {
        match self.scratch.exprs[mark..] {
            [index] => {
                self.scratch.exprs.truncate(mark);
                ExprKind::IndexExpr(IndexExpr { x, lbrack, index })
            }
            _ => {
                let indices = self.close_exprs(mark);
                ExprKind::IndexListExpr(IndexListExpr { x, lbrack, indices })
            }
        }
    }

    fn call(&mut self, fun: ExprId) -> Parsed<ExprId> {
        let start = self.start_of(fun);
        let lparen = self.start() as u32;
        self.next();
        self.expr_lev += 1;
        let (args, ellipsis) = self.bracketed(Open::Paren, Self::call_args)?;
        self.expr_lev -= 1;
        let kind = ExprKind::CallExpr(CallExpr { fun, lparen, args, ellipsis });
        Ok(self.expr_to_here(start, kind))
    }

    fn call_args(&mut self) -> Parsed<(List<ExprId>, bool)> {
        let mark = self.scratch.exprs.len();
        let mut ellipsis = false;
        while !ellipsis && !matches!(self.tok(), Token::RParen | Token::Eof) {
            let arg = self.expr()?;
            self.scratch.exprs.push(arg);
            ellipsis = self.accept(Token::Ellipsis);
            if !self.at_comma("argument list", Token::RParen)? {
                break;
            }
            self.next();
        }
        Ok((self.close_exprs(mark), ellipsis))
    }

    /// Whether the `{` here begins the elements of a literal of type `x`, and no block.
    fn may_have_literal_value(&mut self, x: ExprId) -> Parsed<bool> {
        let ty = self.unparen(x);
        let is_literal = match self.ast[ty].kind {
            ExprKind::Ident(_)
            | ExprKind::SelectorExpr(_)
            | ExprKind::IndexExpr(_)
            | ExprKind::IndexListExpr(_) => self.expr_lev >= 0,
            ExprKind::ArrayType(_) | ExprKind::StructType(_) | ExprKind::MapType(_) => true,
            _ => false,
        };
        if is_literal && ty != x {
            return self.fail("cannot parenthesize type in composite literal");
        }
        Ok(is_literal)
    }

    /// `{…}` with the elements of a literal; `start` is where its type begins, or the brace.
    fn literal_value(&mut self, start: usize, ty: Option<ExprId>) -> Parsed<ExprId> {
        let lbrace = self.start() as u32;
        // What a literal is follows from its type alone, and some are tables that are longer than all other code.
        if self.skip_bodies && ty.is_some() && self.lex.skip_block() {
            self.next();
            let kind = ExprKind::CompositeLit(CompositeLit { ty, lbrace, elts: List::EMPTY });
            return Ok(self.expr_to_here(start, kind));
        }
        self.enter()?;
        self.next();
        self.expr_lev += 1;
        let elts = self.bracketed(Open::Literal, Self::elements)?;
        self.expr_lev -= 1;
        self.leave();
        let kind = ExprKind::CompositeLit(CompositeLit { ty, lbrace, elts });
        Ok(self.expr_to_here(start, kind))
    }

    fn elements(&mut self) -> Parsed<List<ExprId>> {
        let mark = self.scratch.exprs.len();
        while !matches!(self.tok(), Token::RBrace | Token::Eof) {
            let element = self.element()?;
            self.scratch.exprs.push(element);
            if !self.at_comma("composite literal", Token::RBrace)? {
                break;
            }
            self.next();
        }
        Ok(self.close_exprs(mark))
    }

    fn element(&mut self) -> Parsed<ExprId> {
        let key = self.element_value()?;
        if !self.at(Token::Colon) {
            return Ok(key);
        }
        let colon = self.start() as u32;
        self.next();
        let value = self.element_value()?;
        let (start, end) = (self.start_of(key), self.end_of(value));
        let kind = ExprKind::KeyValueExpr(KeyValueExpr { key, colon, value });
        Ok(self.add_expr(start, end, kind))
    }

    fn element_value(&mut self) -> Parsed<ExprId> {
        match self.tok() {
            Token::LBrace => self.literal_value(self.start(), None),
            _ => self.expr(),
        }
    }
}
