//! Who mentions which variable of a file.

use std::sync::Arc;

pub(crate) use plumb_gosource::flow::Mention;
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Names, Referent};

use crate::code::Code;

/// The mentions of all names that a file declares, each in the order of the file.
pub(crate) struct Mentions(Arc<plumb_gosource::flow::Mentions>);

impl Mentions {
    /// Those that are found with the functions of the file.
    pub(crate) fn new(code: &Code<'_>) -> Self {
        Self(code.scope.all_mentions().clone())
    }

    /// The mentions of what an identifier declares, with that one.
    pub(crate) fn of(&self, declared: IdentId) -> &[Mention] {
        self.0.of(declared)
    }
}

impl Code<'_> {
    /// The declaration of the variable, parameter or function that an expression names.
    pub fn declared(&self, expr: ExprId) -> Option<IdentId> {
        let ExprKind::Ident(ident) = self.file[self.file.unparen(expr)].kind else { return None };
        declared(self.names, ident)
    }

    /// The declaration of the variable of a function with which an expression begins: `x` of `x.a.b`, `*x`, `x[i]`.
    pub fn root(&self, mut expr: ExprId) -> Option<IdentId> {
        loop {
            expr = match self.file[expr].kind {
                ExprKind::ParenExpr(x) | ExprKind::StarExpr(x) => x,
                ExprKind::SelectorExpr(selector) => selector.x,
                ExprKind::IndexExpr(index) => index.x,
                ExprKind::SliceExpr(slice) => slice.x,
                ExprKind::TypeAssertExpr(assertion) => assertion.x,
                ExprKind::Ident(ident) => {
                    return declared(self.names, ident).filter(|d| self.is_variable(*d));
                }
                _ => return None,
            };
        }
    }

    /// Whether an identifier declares a variable of a function.
    pub fn is_variable(&self, ident: IdentId) -> bool {
        self.names.declaration(ident).is_some_and(|declaration| {
            !declaration.top_level
                && matches!(
                    declaration.kind,
                    DeclaredAs::Var | DeclaredAs::Param | DeclaredAs::Result | DeclaredAs::Receiver
                )
        })
    }

    /// Whether a name of the language is meant: `nil`, `close`.
    pub fn is_predeclared(&self, expr: ExprId, name: &str) -> bool {
        match self.file[self.file.unparen(expr)].kind {
            ExprKind::Ident(ident) => {
                self.file.name(ident) == name && self.names.referent(ident).is_none()
            }
            _ => false,
        }
    }

    /// The arguments of a call of a function of the language.
    pub fn builtin_call(&self, call: ExprId, name: &str) -> Option<&[ExprId]> {
        let ExprKind::CallExpr(parts) = self.file[self.file.unparen(call)].kind else {
            return None;
        };
        self.is_predeclared(parts.fun, name).then(|| &self.file[parts.args])
    }
}

fn declared(names: &Names<'_>, ident: IdentId) -> Option<IdentId> {
    match names.referent(ident) {
        Some(Referent::Declared(declared)) => Some(declared),
        _ => None,
    }
}
