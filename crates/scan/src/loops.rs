//! Loops around what stands in them.

use plumb_gosource::{ExprId, ExprKind, Node, Span, StmtId, StmtKind};

use crate::code::Code;

impl Code<'_> {
    /// The innermost loop of the same function in whose body a node stands.
    pub fn loop_around(&self, node: Node) -> Option<StmtId> {
        let span = self.file.span(node);
        let above = self.scope.parents().above(node).take_while(|node| match node {
            Node::Expr(expr) => !matches!(self.file[*expr].kind, ExprKind::FuncLit(_)),
            _ => true,
        });
        let mut stmts = above.filter_map(|node| match node {
            Node::Stmt(stmt) => Some(stmt),
            _ => None,
        });
        stmts.find(|stmt| self.loop_body(*stmt).is_some_and(|body| body.contains(span)))
    }

    /// Where the body of a loop stands; `None` for other statements.
    pub fn loop_body(&self, stmt: StmtId) -> Option<Span> {
        match self.file[stmt].kind {
            StmtKind::ForStmt(for_) => Some(self.file[for_.body].span),
            StmtKind::RangeStmt(range) => Some(self.file[range.body].span),
            _ => None,
        }
    }

    /// Whether a loop has as few rounds as somebody wrote down: over the elements of a literal, or up to a literal.
    pub fn is_short_loop(&self, stmt: StmtId) -> bool {
        let is_literal = |expr: ExprId| {
            let kind = self.file[self.file.unparen(expr)].kind;
            matches!(kind, ExprKind::BasicLit(_) | ExprKind::CompositeLit(_))
        };
        match self.file[stmt].kind {
            StmtKind::RangeStmt(range) => is_literal(range.x),
            StmtKind::ForStmt(for_) => for_.cond.is_some_and(|cond| match self.file[cond].kind {
                ExprKind::BinaryExpr(both) => is_literal(both.x) || is_literal(both.y),
                _ => false,
            }),
            _ => false,
        }
    }
}
