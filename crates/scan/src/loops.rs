//! Loops around what stands in them.

use plumb_gosource::{DeclaredAs, ExprId, ExprKind, Node, Span, StmtId, StmtKind, Token};

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

    /// Whether a loop has as few rounds as somebody wrote down: over the elements of a literal, up to a literal, or
    /// until an index that is compared with a literal leaves it.
    pub fn is_short_loop(&self, stmt: StmtId) -> bool {
        let is_literal = |expr: ExprId| {
            let kind = self.file[self.file.unparen(expr)].kind;
            matches!(kind, ExprKind::BasicLit(_) | ExprKind::CompositeLit(_))
        };
        match self.file[stmt].kind {
            StmtKind::RangeStmt(range) => {
                is_literal(range.x) || self.is_written_down(range.x) || self.leaves_by_index(range)
            }
            StmtKind::ForStmt(for_) => for_.cond.is_some_and(|cond| match self.file[cond].kind {
                ExprKind::BinaryExpr(both) => is_literal(both.x) || is_literal(both.y),
                _ => false,
            }),
            _ => false,
        }
    }

    /// Whether all elements of a slice stand in the function: its variable gets literals, parts of itself, and elements one
    /// by one outside of loops.
    fn is_written_down(&self, slice: ExprId) -> bool {
        let Some(variable) = self.declared(slice) else { return false };
        let is_local = self
            .names
            .declaration(variable)
            .is_some_and(|declared| !declared.top_level && declared.kind == DeclaredAs::Var);
        let Some(function) = self.declared_at(self.file[variable].span.start) else { return false };
        if !is_local {
            return false;
        }
        let mut fills = false;
        for visit in self.file.walk(Node::Stmt(self.scope[function].body)) {
            let Node::Stmt(stmt) = visit.node else { continue };
            let StmtKind::AssignStmt(assign) = self.file[stmt].kind else { continue };
            let is_it = |to: &ExprId| self.declared(*to) == Some(variable);
            let Some(index) = self.file[assign.lhs].iter().position(is_it) else { continue };
            let value = self.file[assign.rhs].get(index).map(|value| self.file.unparen(*value));
            let adds = match value.map(|value| (value, self.file[value].kind)) {
                Some((_, ExprKind::CompositeLit(_))) => true,
                Some((_, ExprKind::SliceExpr(part))) if is_it(&part.x) => false,
                Some((value, _)) if self.builtin_call(value, "make").is_some() => false,
                Some((value, ExprKind::CallExpr(call)))
                    if self.builtin_call(value, "append").is_some()
                        && !call.ellipsis
                        && self.loop_around(Node::Stmt(stmt)).is_none() =>
                {
                    true
                }
                _ => return false,
            };
            fills |= adds;
        }
        fills
    }

    /// Whether the first statement of a range leaves it from some round on: `if i > 0 { return errSeveral }`.
    fn leaves_by_index(&self, range: plumb_gosource::RangeStmt) -> bool {
        let StmtKind::BlockStmt(body) = self.file[range.body].kind else { return false };
        let Some(first) = self.file[body].first() else { return false };
        let StmtKind::IfStmt(guard) = self.file[*first].kind else { return false };
        let ExprKind::BinaryExpr(both) = self.file[self.file.unparen(guard.cond)].kind else {
            return false;
        };
        let index = range.key.and_then(|key| self.declared(key));
        let is_literal = matches!(self.file[self.file.unparen(both.y)].kind, ExprKind::BasicLit(_));
        let leaves =
            self.file.block(guard.body).last().is_some_and(|last| match self.file[*last].kind {
                StmtKind::ReturnStmt(_) => true,
                StmtKind::BranchStmt(branch) => {
                    branch.tok == Token::Break && branch.label.is_none()
                }
                _ => false,
            });
        matches!(both.op, Token::Gtr | Token::Geq | Token::Eql)
            && index.is_some()
            && self.declared(both.x) == index
            && is_literal
            && leaves
    }
}
