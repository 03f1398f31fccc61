//! Where the results of a call go.

use super::scope::Scope;
use crate::ast::{ExprKind, SpecKind, StmtKind};
use crate::ids::{ExprId, IdentId};
use crate::names::Referent;
use crate::token::Token;
use crate::walk::Node;

/// Where one result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundTo {
    /// To a variable that this file declares; its declaration.
    Variable(IdentId),
    /// To `_`.
    Blank,
    /// To a field, an element, or a variable of another file.
    Elsewhere(ExprId),
}

/// Where the results of a call go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Each to its own place, in order.
    To(Vec<BoundTo>),
    /// Nowhere: the call is a statement.
    Dropped,
    /// They are used by the node above: an argument, a result, an element, an operand.
    Used(Node),
}

impl Scope<'_, '_> {
    /// Where the results of a call go. Parentheses and type assertions around it are looked through.
    pub fn bound(&self, call: ExprId) -> Bound {
        let file = self.file;
        let mut at = call;
        loop {
            let Some(above) = self.parents.of(Node::Expr(at)) else { return Bound::Dropped };
            match above {
                Node::Expr(expr) => match file[expr].kind {
                    ExprKind::ParenExpr(_) | ExprKind::TypeAssertExpr(_) => at = expr,
                    _ => return Bound::Used(above),
                },
                Node::Stmt(stmt) => {
                    return match file[stmt].kind {
                        StmtKind::AssignStmt(assign)
                            if matches!(assign.tok, Token::Assign | Token::Define) =>
                        {
                            let (lhs, rhs) = (&file[assign.lhs], &file[assign.rhs]);
                            self.bound_to(at, rhs, lhs, |expr| self.result(*expr))
                        }
                        StmtKind::ExprStmt(_) | StmtKind::GoStmt(_) | StmtKind::DeferStmt(_) => {
                            Bound::Dropped
                        }
                        _ => Bound::Used(above),
                    };
                }
                Node::Spec(spec) => {
                    let SpecKind::ValueSpec(spec) = file[spec].kind else {
                        return Bound::Used(above);
                    };
                    let (names, values) = (&file[spec.names], &file[spec.values]);
                    return self.bound_to(at, values, names, |name| self.declared(*name));
                }
                _ => return Bound::Used(above),
            }
        }
    }

    fn bound_to<T>(
        &self,
        at: ExprId,
        values: &[ExprId],
        places: &[T],
        result: impl Fn(&T) -> BoundTo,
    ) -> Bound {
        let index = values.iter().position(|value| *value == at);
        match index {
            // One call gives a value to all places.
            Some(0) if values.len() == 1 => Bound::To(places.iter().map(result).collect()),
            Some(index) => Bound::To(places.get(index).map(result).into_iter().collect()),
            None => Bound::Used(Node::Expr(at)),
        }
    }

    fn result(&self, expr: ExprId) -> BoundTo {
        match self.file[self.file.unparen(expr)].kind {
            ExprKind::Ident(ident) if self.file.name(ident) == "_" => BoundTo::Blank,
            _ => self.variable(expr).map_or(BoundTo::Elsewhere(expr), BoundTo::Variable),
        }
    }

    fn declared(&self, name: IdentId) -> BoundTo {
        match self.names.referent(name) {
            Some(Referent::Declared(declared)) => BoundTo::Variable(declared),
            _ => BoundTo::Blank,
        }
    }
}
