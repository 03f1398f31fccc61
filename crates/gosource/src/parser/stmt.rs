//! Statements.

use super::header::{ForClause, ForHeader, IfHeader, RangeClause, Simple, SimpleStmt};
use super::open::Open;
use super::{Parsed, Parser};
use crate::arena::close_list;
use crate::ast::{
    AssignStmt, BranchStmt, CaseClause, CommClause, ExprKind, ForStmt, IfStmt, IncDecStmt,
    LabeledStmt, RangeStmt, SelectStmt, SendStmt, StmtKind, SwitchStmt, TypeSwitchStmt,
};
use crate::ids::{ExprId, List, StmtId};
use crate::token::Token;

impl Parser<'_> {
    pub(super) fn stmt(&mut self) -> Parsed<StmtId> {
        self.enter()?;
        let start = self.start();
        let stmt = match self.tok() {
            Token::Const | Token::Type | Token::Var => {
                let decl = self.local_decl()?;
                let end = self.ast[decl].span.end as usize;
                self.add_stmt(start, end, StmtKind::DeclStmt(decl))
            }
            Token::Go => self.go_or_defer("go", StmtKind::GoStmt)?,
            Token::Defer => self.go_or_defer("defer", StmtKind::DeferStmt)?,
            Token::Return => self.return_stmt()?,
            Token::Break | Token::Continue | Token::Goto | Token::Fallthrough => {
                self.branch_stmt()?
            }
            Token::LBrace => {
                let block = self.block()?;
                self.expect_semi()?;
                block
            }
            Token::If => self.if_stmt()?,
            Token::Switch => self.switch_stmt()?,
            Token::Select => self.select_stmt()?,
            Token::For => self.for_stmt()?,
            Token::Semicolon => {
                let implicit = self.lex.implicit;
                self.next();
                let end = if implicit { start } else { start + 1 };
                self.add_stmt(start, end, StmtKind::EmptyStmt { implicit })
            }
            // After a label, a semicolon may be left out before a brace.
            Token::RBrace => self.add_stmt(start, start, StmtKind::EmptyStmt { implicit: true }),
            _ => self.expression_stmt()?,
        };
        self.leave();
        Ok(stmt)
    }

    /// A statement that begins with an expression, with its semicolon.
    fn expression_stmt(&mut self) -> Parsed<StmtId> {
        const STARTS: crate::token::TokenSet = {
            use Token::*;
            crate::token::TokenSet::of(&[
                Ident, Int, Float, Imag, Char, String, Func, LParen, LBrack, Struct, Map, Chan,
                Interface, Add, Sub, Mul, And, Xor, Arrow, Not,
            ])
        };
        if !STARTS.contains(self.tok()) {
            return self.fail_expected("statement");
        }
        let SimpleStmt::Stmt(stmt) = self.simple_stmt(Simple::Label)? else {
            return self.fail_expected("statement");
        };
        if !matches!(self.ast[stmt].kind, StmtKind::LabeledStmt(_)) {
            self.expect_semi()?;
        }
        Ok(stmt)
    }

    pub(super) fn simple_stmt(&mut self, mode: Simple) -> Parsed<SimpleStmt> {
        let start = self.start();
        let lhs = self.expr_list()?;
        let tok = self.tok();
        if tok.is_assignment() {
            return self.assignment(start, lhs, mode);
        }
        let [x] = self.ast[lhs] else { return self.fail_expected("':=' or '=' or comma") };
        let stmt = match tok {
            Token::Colon => self.labeled_stmt(x, mode)?,
            Token::Arrow => self.send_stmt(x)?,
            Token::Inc | Token::Dec => {
                self.next();
                self.add_stmt(start, self.prev_end, StmtKind::IncDecStmt(IncDecStmt { x, tok }))
            }
            _ => self.add_stmt(start, self.end_of(x), StmtKind::ExprStmt(x)),
        };
        Ok(SimpleStmt::Stmt(stmt))
    }

    fn assignment(&mut self, start: usize, lhs: List<ExprId>, mode: Simple) -> Parsed<SimpleStmt> {
        let (tok, tok_pos) = (self.tok(), self.start() as u32);
        self.next();
        let may_range = mode == Simple::Range && matches!(tok, Token::Define | Token::Assign);
        if may_range && self.at(Token::Range) {
            return self.range_clause(lhs, tok).map(SimpleStmt::Range);
        }
        let rhs = self.expr_list()?;
        let end = self.ast[rhs].last().map_or(start, |last| self.end_of(*last));
        let kind = StmtKind::AssignStmt(AssignStmt { lhs, tok_pos, tok, rhs });
        Ok(SimpleStmt::Stmt(self.add_stmt(start, end, kind)))
    }

    fn labeled_stmt(&mut self, x: ExprId, mode: Simple) -> Parsed<StmtId> {
        let colon = self.start() as u32;
        let ExprKind::Ident(label) = self.ast[x].kind else {
            return self.fail("illegal label declaration");
        };
        if mode != Simple::Label {
            return self.fail("illegal label declaration");
        }
        self.next();
        let start = self.start_of(x);
        let stmt = self.stmt()?;
        let end = self.ast[stmt].span.end as usize;
        Ok(self.add_stmt(start, end, StmtKind::LabeledStmt(LabeledStmt { label, colon, stmt })))
    }

    fn send_stmt(&mut self, chan: ExprId) -> Parsed<StmtId> {
        let arrow = self.expect(Token::Arrow)? as u32;
        let value = self.expr()?;
        let (start, end) = (self.start_of(chan), self.end_of(value));
        Ok(self.add_stmt(start, end, StmtKind::SendStmt(SendStmt { chan, arrow, value })))
    }

    fn go_or_defer(&mut self, keyword: &str, kind: fn(ExprId) -> StmtKind) -> Parsed<StmtId> {
        let start = self.start();
        self.next();
        let call = self.expr()?;
        match self.ast[call].kind {
            ExprKind::CallExpr(_) => {}
            ExprKind::ParenExpr(_) => {
                return self.fail(format!("expression in {keyword} must not be parenthesized"));
            }
            _ => return self.fail(format!("expression in {keyword} must be function call")),
        }
        self.expect_semi()?;
        let end = self.end_of(call);
        Ok(self.add_stmt(start, end, kind(call)))
    }

    fn return_stmt(&mut self) -> Parsed<StmtId> {
        let start = self.start();
        self.next();
        let results = match self.tok() {
            Token::Semicolon | Token::RBrace => List::EMPTY,
            _ => self.expr_list()?,
        };
        let end = match self.ast[results].last() {
            Some(last) => self.end_of(*last),
            None => start + Token::Return.spelling().len(),
        };
        self.expect_semi()?;
        Ok(self.add_stmt(start, end, StmtKind::ReturnStmt(results)))
    }

    fn branch_stmt(&mut self) -> Parsed<StmtId> {
        let (start, tok) = (self.start(), self.tok());
        self.next();
        let may_have_label = matches!(tok, Token::Continue | Token::Break);
        let has_label = tok == Token::Goto || may_have_label && self.at(Token::Ident);
        let label = if has_label { Some(self.ident()?) } else { None };
        let end = self.prev_end;
        self.expect_semi()?;
        Ok(self.add_stmt(start, end, StmtKind::BranchStmt(BranchStmt { tok, label })))
    }

    pub(super) fn block(&mut self) -> Parsed<StmtId> {
        let start = self.expect(Token::LBrace)?;
        let list = self.stmt_list(false);
        self.close_block()?;
        Ok(self.add_stmt(start, self.prev_end, StmtKind::BlockStmt(list)))
    }

    fn end_of_stmt(&self, stmt: StmtId) -> usize {
        self.ast[stmt].span.end as usize
    }

    /// An `if` with all its `else if`s, without recursion: programs write long chains.
    fn if_stmt(&mut self) -> Parsed<StmtId> {
        let mark = self.if_headers.len();
        let mut last = None;
        loop {
            let start = self.expect(Token::If)?;
            let (init, cond) = self.if_header()?;
            let body = self.block()?;
            self.if_headers.push(IfHeader { start, init, cond, body });
            if !self.accept(Token::Else) {
                self.expect_semi()?;
                break;
            }
            match self.tok() {
                Token::If => {}
                Token::LBrace => {
                    last = Some(self.block()?);
                    self.expect_semi()?;
                    break;
                }
                _ => return self.fail_expected("if statement or block"),
            }
        }
        loop {
            let Some(IfHeader { start, init, cond, body }) = self.if_headers.pop() else {
                return self.fail_expected("if statement");
            };
            let end = self.end_of_stmt(last.unwrap_or(body));
            let kind = StmtKind::IfStmt(IfStmt { init, cond, body, els: last });
            let stmt = self.add_stmt(start, end, kind);
            if self.if_headers.len() <= mark {
                return Ok(stmt);
            }
            last = Some(stmt);
        }
    }

    /// The block of a switch or select: clauses, read by `clause`.
    fn clauses(&mut self, clause: fn(&mut Self) -> Parsed<StmtId>) -> Parsed<StmtId> {
        let start = self.expect(Token::LBrace)?;
        let mark = self.scratch.stmts.len();
        while matches!(self.tok(), Token::Case | Token::Default) {
            match clause(self) {
                Ok(clause) => self.scratch.stmts.push(clause),
                Err(bail) => {
                    self.unwound.push(Open::Block);
                    return Err(bail);
                }
            }
        }
        if !self.at(Token::RBrace) && !self.unclosed && !self.at(Token::Eof) {
            self.unwound.push(Open::Block);
            return self.fail_expected("'case', 'default' or '}'");
        }
        let list = close_list(&mut self.scratch.stmts, mark, &mut self.ast.lists.stmts);
        self.close_block()?;
        Ok(self.add_stmt(start, self.prev_end, StmtKind::BlockStmt(list)))
    }

    fn end_of_clause(&self, body: List<StmtId>, colon: usize) -> usize {
        self.ast[body].last().map_or(colon + 1, |last| self.end_of_stmt(*last))
    }

    fn switch_stmt(&mut self) -> Parsed<StmtId> {
        let start = self.start();
        self.next();
        let (init, tag) = self.switch_header()?;
        let is_type_switch = self.is_type_switch_guard(tag)?;
        let body = self.clauses(Self::case_clause)?;
        self.expect_semi()?;
        let end = self.end_of_stmt(body);
        let kind = match tag {
            Some(assign) if is_type_switch => {
                StmtKind::TypeSwitchStmt(TypeSwitchStmt { init, assign, body })
            }
            _ => StmtKind::SwitchStmt(SwitchStmt { init, tag: self.switch_tag(tag)?, body }),
        };
        Ok(self.add_stmt(start, end, kind))
    }

    fn case_clause(&mut self) -> Parsed<StmtId> {
        let start = self.start();
        let list = match self.accept(Token::Case) {
            true => self.expr_list()?,
            false => {
                self.expect(Token::Default)?;
                List::EMPTY
            }
        };
        let colon = self.expect(Token::Colon)?;
        let body = self.stmt_list(true);
        let end = self.end_of_clause(body, colon);
        let kind = StmtKind::CaseClause(CaseClause { list, colon: colon as u32, body });
        Ok(self.add_stmt(start, end, kind))
    }

    fn select_stmt(&mut self) -> Parsed<StmtId> {
        let start = self.start();
        self.next();
        let body = self.clauses(Self::comm_clause)?;
        self.expect_semi()?;
        let end = self.end_of_stmt(body);
        Ok(self.add_stmt(start, end, StmtKind::SelectStmt(SelectStmt { body })))
    }

    fn comm_clause(&mut self) -> Parsed<StmtId> {
        let start = self.start();
        let comm = match self.accept(Token::Case) {
            true => Some(self.communication()?),
            false => {
                self.expect(Token::Default)?;
                None
            }
        };
        let colon = self.expect(Token::Colon)?;
        let body = self.stmt_list(true);
        let end = self.end_of_clause(body, colon);
        let kind = StmtKind::CommClause(CommClause { comm, colon: colon as u32, body });
        Ok(self.add_stmt(start, end, kind))
    }

    /// A send, a receive, or an assignment from a receive.
    fn communication(&mut self) -> Parsed<StmtId> {
        let start = self.start();
        let lhs = self.expr_list()?;
        let tok = self.tok();
        if matches!(tok, Token::Assign | Token::Define) {
            if lhs.len() > 2 {
                return self.fail("expected 1 or 2 expressions before the operator");
            }
            let tok_pos = self.start() as u32;
            self.next();
            let mark = self.scratch.exprs.len();
            let x = self.expr()?;
            self.scratch.exprs.push(x);
            let rhs = self.close_exprs(mark);
            let end = self.end_of(x);
            let kind = StmtKind::AssignStmt(AssignStmt { lhs, tok_pos, tok, rhs });
            return Ok(self.add_stmt(start, end, kind));
        }
        let [x] = self.ast[lhs] else { return self.fail_expected("1 expression") };
        match tok {
            Token::Arrow => self.send_stmt(x),
            _ => Ok(self.add_stmt(start, self.end_of(x), StmtKind::ExprStmt(x))),
        }
    }

    fn for_stmt(&mut self) -> Parsed<StmtId> {
        let start = self.start();
        self.next();
        let header = self.for_header()?;
        let body = self.block()?;
        self.expect_semi()?;
        let end = self.end_of_stmt(body);
        let kind = match header {
            ForHeader::Clause(ForClause { init, cond, post }) => {
                StmtKind::ForStmt(ForStmt { init, cond, post, body })
            }
            ForHeader::Range(RangeClause { lhs, tok, range, x }) => {
                let lhs = &self.ast[lhs];
                let (key, value) = (lhs.first().copied(), lhs.get(1).copied());
                let range = range as u32;
                StmtKind::RangeStmt(RangeStmt { key, value, tok, range, x, body })
            }
        };
        Ok(self.add_stmt(start, end, kind))
    }
}
