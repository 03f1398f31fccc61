//! Who mentions which variable of a file.

use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Names, Node, Referent};
use rustc_hash::FxHashMap;

use crate::code::Code;

/// One mention of a variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mention {
    /// The expression that it is; `None` where a declaration names it.
    pub(crate) expr: Option<ExprId>,
}

/// The mentions of all names that a file declares, each in the order of the file.
pub(crate) struct Mentions(FxHashMap<IdentId, Vec<Mention>>);

impl Mentions {
    pub(crate) fn new(code: &Code<'_>) -> Self {
        let mut mentions: FxHashMap<IdentId, Vec<Mention>> = FxHashMap::default();
        for visit in code.file.walk(Node::File) {
            let (ident, expr) = match visit.node {
                Node::Ident(ident) => (ident, None),
                Node::Expr(expr) => match code.file[expr].kind {
                    ExprKind::Ident(ident) => (ident, Some(expr)),
                    _ => continue,
                },
                _ => continue,
            };
            if let Some(Referent::Declared(declared)) = code.names.referent(ident) {
                mentions.entry(declared).or_default().push(Mention { expr });
            }
        }
        Self(mentions)
    }

    /// The mentions of what an identifier declares, with that one.
    pub(crate) fn of(&self, declared: IdentId) -> &[Mention] {
        self.0.get(&declared).map_or(&[], Vec::as_slice)
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
