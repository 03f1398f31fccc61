//! Conditions that tell whether the acquisition succeeded: paths on which it failed have nothing to release.

use super::calls::{Callee, callee};
use super::graph::Condition;
use super::leaks::Guard;
use super::scope::Scope;
use super::track::Alias;
use super::uses::Ownership;
use crate::ast::{ExprKind, StmtKind};
use crate::ids::{ExprId, IdentId, StmtId};
use crate::names::Referent;
use crate::token::Token;
use crate::walk::Node;

/// What tells that nothing was acquired.
pub(super) struct Success<'q, 'f, 'a> {
    pub(super) scope: &'q Scope<'f, 'a>,
    pub(super) guard: Option<Guard>,
    pub(super) aliases: &'q [Alias],
    /// Variables that tell whether the value has a type.
    pub(super) asserted: &'q [IdentId],
    pub(super) ownership: &'q dyn Ownership,
}

impl Success<'_, '_, '_> {
    /// Whether a condition says that nothing was acquired. `guarded` is whether the error or `ok` of the acquisition
    /// is still in its variable.
    pub(super) fn excludes(&self, condition: Condition, guarded: bool) -> bool {
        match condition {
            Condition::Expr { expr, is } => self.excludes_expr(expr, is, guarded),
            Condition::Case { tag, value, is } => self.excludes_equal(tag, value, is, guarded),
            Condition::TypeCase { guard, ty, is } => self.excludes_type(guard, ty, is, guarded),
            _ => false,
        }
    }

    /// A value that is of another type than the one by which it would be released needs no release, as far as one
    /// file tells.
    fn excludes_type(&self, guard: StmtId, ty: ExprId, is: bool, guarded: bool) -> bool {
        let Some(operand) = self.switch_operand(guard) else { return false };
        // Known to be nil, or at least of no type that a case has named.
        let nothing = self.is_nil(ty) == is;
        (guarded && self.is_error(operand) && !nothing) || (self.is_value(operand) && nothing)
    }

    fn excludes_expr(&self, expr: ExprId, is: bool, guarded: bool) -> bool {
        match self.scope.file[expr].kind {
            ExprKind::BinaryExpr(both) if both.op == Token::Eql => {
                self.excludes_equal(both.x, both.y, is, guarded)
            }
            ExprKind::BinaryExpr(both) if both.op == Token::Neq => {
                self.excludes_equal(both.x, both.y, !is, guarded)
            }
            ExprKind::Ident(_) => {
                let ok =
                    matches!(self.guard, Some(Guard::Ok(ok)) if self.variable(expr) == Some(ok));
                let asserted = self.variable(expr).is_some_and(|v| self.asserted.contains(&v));
                match is {
                    true => guarded && self.asserts_error(expr),
                    false => (guarded && ok) || asserted,
                }
            }
            ExprKind::CallExpr(call) => {
                let args = &self.scope.file[call.args];
                guarded
                    && args.iter().any(|arg| self.is_error(*arg))
                    && self.error_when(expr) == Some(is)
            }
            _ => false,
        }
    }

    /// Whether a flag tells that the error is of some type, and so that there is one: `if e, ok := err.(*T); ok`.
    fn asserts_error(&self, flag: ExprId) -> bool {
        let file = self.scope.file;
        let branch = self.scope.parents().above(Node::Expr(flag)).find_map(|node| match node {
            Node::Stmt(stmt) => Some(stmt),
            _ => None,
        });
        let Some(StmtKind::IfStmt(branch)) = branch.map(|stmt| file[stmt].kind) else {
            return false;
        };
        let Some(StmtKind::AssignStmt(assign)) = branch.init.map(|init| file[init].kind) else {
            return false;
        };
        let [value] = file[assign.rhs] else { return false };
        let ExprKind::TypeAssertExpr(assertion) = file[file.unparen(value)].kind else {
            return false;
        };
        let is_flag =
            |ok: &ExprId| self.variable(*ok).is_some_and(|ok| self.variable(flag) == Some(ok));
        file[assign.lhs].get(1).is_some_and(is_flag) && self.is_error(assertion.x)
    }

    fn excludes_equal(&self, x: ExprId, y: ExprId, equal: bool, guarded: bool) -> bool {
        let (x, y) = if self.is_nil(x) { (y, x) } else { (x, y) };
        if self.is_nil(y) {
            return (guarded && self.is_error(x) && !equal) || (self.is_value(x) && equal);
        }
        // An error that equals another one is there.
        guarded && equal && (self.is_error(x) || self.is_error(y))
    }

    fn error_when(&self, call: ExprId) -> Option<bool> {
        self.ownership.error_when(call).or_else(|| usual_error_test(self.scope, call))
    }

    /// What a type switch looks at.
    fn switch_operand(&self, guard: StmtId) -> Option<ExprId> {
        let file = self.scope.file;
        let operand = match file[guard].kind {
            StmtKind::AssignStmt(assign) => *file[assign.rhs].first()?,
            StmtKind::ExprStmt(expr) => expr,
            _ => return None,
        };
        match file[file.unparen(operand)].kind {
            ExprKind::TypeAssertExpr(assertion) => Some(assertion.x),
            _ => None,
        }
    }

    fn is_error(&self, expr: ExprId) -> bool {
        matches!(self.guard, Some(Guard::Error(error)) if self.variable(expr) == Some(error))
    }

    /// Whether an expression is the value, or a part that carries it.
    fn is_value(&self, expr: ExprId) -> bool {
        let file = self.scope.file;
        let mut selected = Vec::new();
        let mut expr = file.unparen(expr);
        while let ExprKind::SelectorExpr(selector) = file[expr].kind {
            selected.push(selector.sel);
            expr = file.unparen(selector.x);
        }
        let variable = self.variable(expr);
        let Some(alias) = self.aliases.iter().find(|alias| Some(alias.variable) == variable) else {
            return false;
        };
        selected.extend(alias.selected.iter().rev());
        selected.reverse();
        selected.is_empty() || alias.selected == selected || self.ownership.carries(&selected)
    }

    fn variable(&self, expr: ExprId) -> Option<IdentId> {
        self.scope.variable(expr)
    }

    fn is_nil(&self, expr: ExprId) -> bool {
        self.scope.is_nil(expr)
    }
}

impl Scope<'_, '_> {
    /// The declaration of the variable that an expression is.
    pub(super) fn variable(&self, expr: ExprId) -> Option<IdentId> {
        let ExprKind::Ident(ident) = self.file[self.file.unparen(expr)].kind else { return None };
        match self.names.referent(ident) {
            Some(Referent::Declared(declared)) => Some(declared),
            _ => None,
        }
    }

    /// Whether an expression is the `nil` of the language.
    pub(super) fn is_nil(&self, expr: ExprId) -> bool {
        self.is_predeclared(expr, "nil")
    }

    /// Whether an expression is a name of the language.
    pub(super) fn is_predeclared(&self, expr: ExprId, name: &str) -> bool {
        match self.file[self.file.unparen(expr)].kind {
            ExprKind::Ident(ident) => {
                self.file.name(ident) == name && self.names.referent(ident).is_none()
            }
            _ => false,
        }
    }
}

/// Tests of errors by the names that Go programs use: `errors.Is` and `As`, `os.IsNotExist`, `apierrors.IsConflict`
/// are true for errors only; `assert.NoError` is false for them.
fn usual_error_test(scope: &Scope<'_, '_>, call: ExprId) -> Option<bool> {
    let name = match callee(scope.file, scope.names, call)? {
        Callee::Imported(_, name) | Callee::Method(_, name) | Callee::Undeclared(name) => name,
        Callee::Declared(ident) => scope.file.name(ident),
    };
    let name = name.strip_suffix('f').unwrap_or(name);
    match name {
        "NoError" | "Nil" => Some(false),
        "Error" | "NotNil" | "As" | "AsType" => Some(true),
        _ => (name.starts_with("Is") || name.starts_with("is")).then_some(true),
    }
}
