//! Whether what a call gives back leaves the function: then whoever gets it may release what it refers to.

use std::cell::RefCell;

use plumb_gosource::flow::{
    Acquisition, Bound, BoundTo, Effect, Exits, Ownership, Paths, Use, UseKind,
};
use plumb_gosource::{
    DeclaredAs, ExprId, ExprKind, FieldId, FieldListId, IdentId, Node, StmtKind, Token,
};
use rustc_hash::FxHashSet;

use super::acquired::result;
use super::reading::{Reading, is_reading_builtin, may_refer, reading};
use crate::code::Code;
use crate::summaries::Parameter;

/// A question about one function.
pub(super) struct Leaving<'l, 'c> {
    code: &'l Code<'c>,
    paths: &'l Paths<'l, 'c, 'c>,
    /// Variables that have been looked at: `q = q.Where(…)` is looked at once.
    met: RefCell<FxHashSet<IdentId>>,
}

impl<'l, 'c> Leaving<'l, 'c> {
    pub(super) fn new(code: &'l Code<'c>, paths: &'l Paths<'l, 'c, 'c>) -> Self {
        Self { code, paths, met: RefCell::default() }
    }

    /// Whether what a call gives back may outlive the function: it is returned, stored, or given to somebody of whom
    /// nothing is known.
    pub(super) fn leaves(&self, call: ExprId) -> bool {
        let code = self.code;
        match code.scope.bound(call) {
            Bound::Dropped => false,
            Bound::Used(Node::Stmt(stmt)) => match code.file[stmt].kind {
                StmtKind::ReturnStmt(results) => self.is_returned(call, &code.file[results]),
                StmtKind::SendStmt(_) => true,
                _ => false,
            },
            Bound::Used(Node::Expr(above)) => self.leaves_through(call, above),
            Bound::Used(_) => true,
            Bound::To(places) => places.iter().enumerate().any(|(index, place)| match place {
                BoundTo::Blank => false,
                BoundTo::Elsewhere(_) => may_refer(result(code, call, index)),
                BoundTo::Variable(variable) => {
                    may_refer(code.types.of_var(*variable))
                        && !code.file.name(*variable).ends_with("err")
                        && self.variable_leaves(call, *variable)
                }
            }),
        }
    }

    /// Whether a call that stands in a `return` gives its caller something that refers to anything.
    fn is_returned(&self, call: ExprId, results: &[ExprId]) -> bool {
        let code = self.code;
        let index = results.iter().position(|result| code.file.unparen(*result) == call);
        let function = code.scope.function_at(code.file[call].span.start);
        let Some(fields) = function.and_then(|f| code.file[code.scope[f].ty].results) else {
            return true;
        };
        let mut fields = self.each_result(fields);
        match index {
            // One call gives all results.
            Some(0) if results.len() == 1 => fields.any(|field| self.refers(field)),
            Some(index) => fields.nth(index).is_none_or(|field| self.refers(field)),
            None => true,
        }
    }

    /// The field of each result: one for each name.
    fn each_result(&self, fields: FieldListId) -> impl Iterator<Item = FieldId> {
        let file = self.code.file;
        let fields = &file[file[fields].list];
        fields.iter().flat_map(|field| std::iter::repeat_n(*field, file[*field].names.len().max(1)))
    }

    /// Whether what a result is declared as can refer to something.
    fn refers(&self, field: FieldId) -> bool {
        let ty = self.code.file[field].ty;
        match self.code.file[ty].kind {
            ExprKind::Ident(name) if self.code.file.name(name) == "error" => false,
            _ => may_refer(self.code.types.type_expr(ty)),
        }
    }

    fn leaves_through(&self, call: ExprId, above: ExprId) -> bool {
        let code = self.code;
        match code.file[above].kind {
            ExprKind::SelectorExpr(_) => match code.scope.parents().of(Node::Expr(above)) {
                Some(Node::Expr(outer)) if is_called(code, outer, above) => {
                    may_refer(code.types.of(outer)) && self.leaves(outer)
                }
                _ => may_refer(code.types.of(above)),
            },
            ExprKind::CallExpr(parts) => {
                let args = &code.file[parts.args];
                let index = args.iter().position(|arg| code.file.unparen(*arg) == call);
                self.argument_leaves(above, index)
            }
            ExprKind::BinaryExpr(_) | ExprKind::IndexExpr(_) | ExprKind::SliceExpr(_) => false,
            ExprKind::UnaryExpr(unary) => unary.op == Token::And,
            _ => true,
        }
    }

    /// Whether anything that a call gets leaves by it.
    pub(super) fn any_argument_leaves(&self, call: ExprId) -> bool {
        let ExprKind::CallExpr(parts) = self.code.file[call].kind else { return true };
        (0..parts.args.len()).any(|index| self.argument_leaves(call, Some(index)))
    }

    /// Whether what a call gets as an argument leaves by it.
    fn argument_leaves(&self, call: ExprId, index: Option<usize>) -> bool {
        let code = self.code;
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return true };
        if code.types.builtin(parts.fun).is_some_and(is_reading_builtin) {
            return false;
        }
        let (Some(callee), Some(index)) = (code.callee(call), index) else { return true };
        if let Some(use_) = code.summaries.parameter(&callee, Parameter::Index(index)) {
            return use_.keeps;
        }
        match reading(&callee) {
            Some(Reading::Reads) => false,
            Some(Reading::Wraps) => self.leaves(call),
            None => true,
        }
    }

    fn variable_leaves(&self, call: ExprId, variable: IdentId) -> bool {
        let code = self.code;
        let at = |offset| code.scope.function_at(offset);
        let is_result = code
            .names
            .declaration(variable)
            .is_none_or(|declared| declared.kind == DeclaredAs::Result);
        if is_result || at(code.file[variable].span.start) != at(code.file[call].span.start) {
            return true;
        }
        if !self.met.borrow_mut().insert(variable) {
            return false;
        }
        let acquisition = Acquisition { call, variables: vec![variable], guard: None };
        let answer = self.paths.leaks(&acquisition, self, Exits::default());
        !answer.handed_on.is_empty() || !answer.releases.is_empty()
    }
}

/// Of what refers to something acquired: all that counts is whether it leaves, here called a release or handing on.
impl Ownership for Leaving<'_, '_> {
    fn releases(&self, use_: &Use<'_>) -> bool {
        let UseKind::Call(call) = use_.kind else { return false };
        may_refer(self.code.types.of(call)) && self.leaves(call)
    }

    fn keeps(&self, use_: &Use<'_>) -> Effect {
        let UseKind::Argument { call, index } = use_.kind else { return Effect::HandsOn };
        match self.argument_leaves(call, Some(index)) {
            true => Effect::HandsOn,
            false => Effect::None,
        }
    }
}

fn is_called(code: &Code<'_>, call: ExprId, fun: ExprId) -> bool {
    matches!(code.file[call].kind, ExprKind::CallExpr(parts) if parts.fun == fun)
}
