//! Calls and literals of a file, with what they are: where most rules begin.

use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, StmtId, TypeKind};

use crate::code::Code;
use crate::functions::FunctionKey;

impl<'c> Code<'c> {
    /// All calls of functions that are known, in the order of the file; found once.
    pub fn calls(&self) -> impl Iterator<Item = (ExprId, FunctionKey<'c>)> + '_ {
        let calls = self.calls.get_or_init(|| {
            let calls = self.expressions_of([Kind::CallExpr]);
            calls.filter_map(|expr| Some((expr, self.callee(expr)?))).collect()
        });
        calls.iter().copied()
    }

    /// All expressions, in the order of the file.
    pub fn expressions(&self) -> impl Iterator<Item = ExprId> + '_ {
        self.file.walk(Node::File).filter_map(|visit| match visit.node {
            Node::Expr(expr) => Some(expr),
            _ => None,
        })
    }

    /// The expressions of some kinds, in the order of the file.
    pub fn expressions_of<const N: usize>(
        &self,
        kinds: [Kind; N],
    ) -> impl Iterator<Item = ExprId> + '_ {
        self.file.find(Node::File, kinds).filter_map(|node| match node {
            Node::Expr(expr) => Some(expr),
            _ => None,
        })
    }

    /// The statements of some kinds, in the order of the file.
    pub fn statements_of<const N: usize>(
        &self,
        kinds: [Kind; N],
    ) -> impl Iterator<Item = StmtId> + '_ {
        self.file.find(Node::File, kinds).filter_map(|node| match node {
            Node::Stmt(stmt) => Some(stmt),
            _ => None,
        })
    }

    /// The composite literals of a named type, in the order of the file.
    pub fn literals_of(&self, path: &str, name: &str) -> impl Iterator<Item = ExprId> {
        self.expressions_of([Kind::CompositeLit]).filter(move |expr| {
            let ExprKind::CompositeLit(literal) = self.file[*expr].kind else { return false };
            literal.ty.is_some_and(|ty| self.is_type(ty, path, name))
                || self.types.of(*expr).is_some_and(|ty| ty.pointee_or_self().is_named(path, name))
        })
    }

    /// Whether a variable holds nothing but an error, a number or text; `None` if its type is not known.
    pub fn is_plain(&self, variable: IdentId) -> Option<bool> {
        let ty = self.types.of_var(variable)?;
        Some(matches!(ty.kind(), TypeKind::Basic(_)) || ty.is_error())
    }

    /// Whether an expression names a type, also if its package is not at hand.
    pub(crate) fn is_type(&self, expr: ExprId, path: &str, name: &str) -> bool {
        if let Some(ty) = self.types.type_expr(expr) {
            return ty.is_named(path, name);
        }
        let ExprKind::SelectorExpr(selector) = self.file[expr].kind else { return false };
        self.file.name(selector.sel) == name && self.imported(selector.x) == Some(path)
    }

    /// The path of the package that an expression names.
    pub fn imported(&self, expr: ExprId) -> Option<&str> {
        let ExprKind::Ident(ident) = self.file[self.file.unparen(expr)].kind else { return None };
        match self.names.referent(ident)? {
            plumb_gosource::Referent::Import(spec) => Some(self.names.import(spec)?.path),
            _ => None,
        }
    }

    /// The value of a field in a composite literal with keys.
    pub fn field(&self, literal: ExprId, name: &str) -> Option<ExprId> {
        let ExprKind::CompositeLit(literal) = self.file[literal].kind else { return None };
        self.file[literal.elts].iter().find_map(|element| {
            let ExprKind::KeyValueExpr(pair) = self.file[*element].kind else { return None };
            let ExprKind::Ident(key) = self.file[pair.key].kind else { return None };
            (self.file.name(key) == name).then_some(pair.value)
        })
    }

    /// The text of an expression.
    pub fn text(&self, expr: ExprId) -> &str {
        self.file.text(self.file[expr].span)
    }

    /// The arguments of a call; none if it is no call.
    pub fn arguments(&self, call: ExprId) -> &[ExprId] {
        match self.file[call].kind {
            ExprKind::CallExpr(parts) => &self.file[parts.args],
            _ => &[],
        }
    }

    /// What a method is called on; `None` for a function of a package.
    pub(crate) fn operand(&self, call: ExprId) -> Option<ExprId> {
        let ExprKind::CallExpr(parts) = self.file[call].kind else { return None };
        let ExprKind::SelectorExpr(selector) = self.file[self.file.unparen(parts.fun)].kind else {
            return None;
        };
        self.imported(selector.x).is_none().then_some(selector.x)
    }
}
