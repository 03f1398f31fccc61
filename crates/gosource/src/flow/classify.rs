//! What happens to a variable where it is mentioned: told from the nodes above.

use super::scope::{FunctionId, Mention, Scope};
use super::uses::{UseKind, Within};
use crate::ast::{AssignStmt, ExprKind, SpecKind, StmtKind};
use crate::ids::{ExprId, IdentId, SpecId, StmtId};
use crate::token::Token;
use crate::walk::Node;

/// How many nodes above a mention are looked at: `((x)).a.b.c…`. Nobody writes as many.
const MAX_ABOVE: usize = 64;

/// What is known of a mention by itself.
#[derive(Clone, Debug)]
pub(super) struct Classified {
    pub(super) kind: UseKind,
    pub(super) selected: Vec<IdentId>,
    pub(super) within: Within,
    pub(super) captured: bool,
    pub(super) address: bool,
}

/// On the way up from a mention.
struct Climb<'s, 'f, 'a> {
    scope: &'s Scope<'f, 'a>,
    selected: Vec<IdentId>,
    address: bool,
    /// Whether the mention is no longer the variable itself, but what it leads to.
    derived: bool,
}

impl Scope<'_, '_> {
    /// What happens to a variable of a function at a mention in it or in a literal in it.
    pub(super) fn classify(&self, mention: &Mention, function: FunctionId) -> Classified {
        let mut climb = Climb { scope: self, selected: Vec::new(), address: false, derived: false };
        let kind = match mention.expr {
            Some(expr) => climb.kind(expr),
            None => self.of_declaration(mention.ident),
        };
        let Climb { selected, address, .. } = climb;
        let captured = mention.function != Some(function);
        let around = self.around(mention.function, function);
        let within = match kind {
            UseKind::Call(call) | UseKind::Argument { call, .. } => around.max(self.of_call(call)),
            _ => around,
        };
        Classified { kind, selected, within, captured, address }
    }

    fn of_declaration(&self, ident: IdentId) -> UseKind {
        match self.parents.of(Node::Ident(ident)) {
            Some(node @ Node::Spec(_)) => UseKind::Overwritten(node),
            _ => UseKind::Read,
        }
    }

    /// How a call runs.
    fn of_call(&self, call: ExprId) -> Within {
        let Some(Node::Stmt(stmt)) = self.parents.of(Node::Expr(call)) else {
            return Within::Function;
        };
        match self.file[stmt].kind {
            StmtKind::GoStmt(_) => Within::Goroutine,
            StmtKind::DeferStmt(_) => Within::Deferred,
            _ => Within::Function,
        }
    }

    /// How what is in an inner function runs, seen from an outer one.
    fn around(&self, inner: Option<FunctionId>, outer: FunctionId) -> Within {
        let between = std::iter::successors(inner, |f| self[*f].parent).take_while(|f| *f != outer);
        between.map(|f| self.of_function(f)).max().unwrap_or(Within::Function)
    }

    /// How a function literal runs.
    fn of_function(&self, function: FunctionId) -> Within {
        let mut node = self[function].node;
        for above in self.parents.above(node).take(MAX_ABOVE) {
            let Node::Expr(expr) = above else { break };
            match self.file[expr].kind {
                ExprKind::ParenExpr(_) => node = above,
                ExprKind::CallExpr(call) if Node::Expr(call.fun) == node => {
                    return self.of_call(expr);
                }
                _ => break,
            }
        }
        Within::Stored
    }
}

impl Climb<'_, '_, '_> {
    fn kind(&mut self, expr: ExprId) -> UseKind {
        let mut at = expr;
        for _ in 0..MAX_ABOVE {
            let kind = match self.scope.parents.of(Node::Expr(at)) {
                Some(Node::Expr(above)) => match self.through(at, above) {
                    Some(kind) => kind,
                    None => {
                        at = above;
                        continue;
                    }
                },
                Some(Node::Stmt(above)) => self.in_stmt(at, above),
                Some(Node::Spec(above)) => self.in_spec(at, above),
                _ => UseKind::Other,
            };
            return kind;
        }
        UseKind::Other
    }

    /// What the expression above does; `None` if it stands for the same value.
    fn through(&mut self, at: ExprId, above: ExprId) -> Option<UseKind> {
        let file = self.scope.file;
        match file[above].kind {
            ExprKind::ParenExpr(_) | ExprKind::KeyValueExpr(_) => return None,
            ExprKind::StarExpr(_) | ExprKind::TypeAssertExpr(_) => {
                self.derived = true;
                return None;
            }
            ExprKind::SliceExpr(slice) if slice.x == at => {
                self.derived = true;
                return None;
            }
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => {
                self.address = true;
                return None;
            }
            ExprKind::SelectorExpr(selector) => {
                self.selected.push(selector.sel);
                return None;
            }
            _ => {}
        }
        Some(match file[above].kind {
            ExprKind::CallExpr(call) if call.fun == at => UseKind::Call(above),
            ExprKind::CallExpr(call) => {
                let index = file[call.args].iter().position(|arg| *arg == at).unwrap_or_default();
                UseKind::Argument { call: above, index }
            }
            ExprKind::CompositeLit(lit) if lit.ty != Some(at) => UseKind::Element(above),
            ExprKind::IndexExpr(index) if index.x == at && self.is_assigned(above) => {
                UseKind::Written
            }
            _ => UseKind::Read,
        })
    }

    /// Whether an expression is on the left of an assignment.
    fn is_assigned(&self, expr: ExprId) -> bool {
        let Some(Node::Stmt(stmt)) = self.scope.parents.of(Node::Expr(expr)) else { return false };
        match self.scope.file[stmt].kind {
            StmtKind::AssignStmt(assign) => self.scope.file[assign.lhs].contains(&expr),
            StmtKind::IncDecStmt(_) => true,
            _ => false,
        }
    }

    fn in_stmt(&self, at: ExprId, stmt: StmtId) -> UseKind {
        match self.scope.file[stmt].kind {
            StmtKind::AssignStmt(assign) => self.in_assign(at, stmt, &assign),
            StmtKind::RangeStmt(range) if range.x != at => self.overwritten(Node::Stmt(stmt)),
            StmtKind::SendStmt(send) if send.value == at => UseKind::Sent(stmt),
            StmtKind::ReturnStmt(_) => UseKind::Return(stmt),
            StmtKind::IncDecStmt(_) => UseKind::Written,
            StmtKind::GoStmt(_) | StmtKind::DeferStmt(_) => UseKind::Other,
            _ => UseKind::Read,
        }
    }

    fn overwritten(&self, by: Node) -> UseKind {
        if self.derived || !self.selected.is_empty() {
            UseKind::Written
        } else {
            UseKind::Overwritten(by)
        }
    }

    fn in_assign(&self, at: ExprId, stmt: StmtId, assign: &AssignStmt) -> UseKind {
        let file = self.scope.file;
        if file[assign.lhs].contains(&at) {
            return match assign.tok {
                Token::Assign | Token::Define => self.overwritten(Node::Stmt(stmt)),
                _ => UseKind::Written,
            };
        }
        if !matches!(assign.tok, Token::Assign | Token::Define) {
            return UseKind::Read;
        }
        // `v, ok := x.(T)` has more on the left: its first gets the value.
        let index = file[assign.rhs].iter().position(|value| *value == at).unwrap_or_default();
        match file[assign.lhs].get(index) {
            Some(to) => UseKind::Assigned(Node::Expr(*to)),
            None => UseKind::Other,
        }
    }

    fn in_spec(&self, at: ExprId, spec: SpecId) -> UseKind {
        let file = self.scope.file;
        let SpecKind::ValueSpec(spec) = file[spec].kind else { return UseKind::Read };
        let index = file[spec.values].iter().position(|value| *value == at);
        match index.and_then(|index| file[spec.names].get(index)) {
            Some(name) => UseKind::Assigned(Node::Ident(*name)),
            None => UseKind::Read,
        }
    }
}
