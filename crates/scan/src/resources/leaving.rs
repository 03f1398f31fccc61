//! Whether what a call gives back leaves the function: then whoever gets it may release what it refers to.

use std::cell::RefCell;

use plumb_gosource::flow::{
    Acquisition, Bound, BoundTo, Effect, Exits, Ownership, Paths, Step, Use, UseKind,
};
use plumb_gosource::{
    ArrayType, DeclaredAs, ExprId, ExprKind, FieldId, FieldListId, IdentId, Node, StmtKind, Token,
    Type, TypeKind,
};
use rustc_hash::FxHashSet;

use super::acquired::result;
use super::reading::{
    Reading, guessed, is_plain, is_plain_type, is_reading_builtin, known, may_refer,
};
use crate::code::Code;
use crate::summaries::Parameter;

/// How what a call gives back leaves the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WayOut {
    /// It does not.
    Stays,
    /// It is stored, or given to somebody, or returned on the spot.
    Leaves,
    /// Its variable is returned, by these mentions and in no other way.
    Returned(Vec<IdentId>),
}

/// A question about one function.
pub(super) struct Leaving<'l, 'c> {
    code: &'l Code<'c>,
    paths: &'l Paths<'l, 'c, 'c>,
    /// Variables that have been looked at: `q = q.Where(…)` is looked at once.
    met: RefCell<FxHashSet<IdentId>>,
    /// Whether bytes refer to what was acquired: those of a buffer that a pool lent.
    bytes: bool,
}

impl<'l, 'c> Leaving<'l, 'c> {
    pub(super) fn new(code: &'l Code<'c>, paths: &'l Paths<'l, 'c, 'c>) -> Self {
        Self { code, paths, met: RefCell::default(), bytes: false }
    }

    /// The same, if bytes refer to what was acquired: those of a buffer that a pool lent.
    pub(super) fn with_bytes(code: &'l Code<'c>, paths: &'l Paths<'l, 'c, 'c>) -> Self {
        Self { bytes: true, ..Self::new(code, paths) }
    }

    fn may_refer(&self, ty: Option<&Type>) -> bool {
        (self.bytes && ty.is_some_and(|ty| matches!(ty.kind(), TypeKind::Slice(_))))
            || may_refer(ty)
    }

    /// How what a call gives back leaves the function.
    pub(super) fn way_out(&self, call: ExprId) -> WayOut {
        if !self.leaves(call) {
            return WayOut::Stays;
        }
        let Bound::To(places) = self.code.scope.bound(call) else { return WayOut::Leaves };
        let [BoundTo::Variable(variable), ..] = places[..] else { return WayOut::Leaves };
        if self.outlives(call, variable) {
            return WayOut::Leaves;
        }
        let mentions = self.mentions_that_leave(call, variable);
        match mentions.iter().all(|mention| self.is_in_return(*mention)) {
            true => WayOut::Returned(mentions),
            false => WayOut::Leaves,
        }
    }

    fn is_in_return(&self, mention: IdentId) -> bool {
        let code = self.code;
        let start = code.file[mention].span.start;
        let Some(graph) = code.scope.function_at(start).map(|f| code.graph(f)) else {
            return false;
        };
        match graph.step_at(start).map(|step| graph.step(step)) {
            Some(Step::Stmt(stmt)) => matches!(code.file[stmt].kind, StmtKind::ReturnStmt(_)),
            _ => false,
        }
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
                BoundTo::Elsewhere(_) => self.may_refer(result(code, call, index)),
                BoundTo::Variable(variable) => {
                    self.may_refer(code.types.of_var(*variable))
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
        let slice = |array: ArrayType| array.len.is_none();
        let bytes = matches!(self.code.file[ty].kind, ExprKind::ArrayType(a) if slice(a));
        (self.bytes && bytes) || type_refers(self.code, ty)
    }

    fn leaves_through(&self, call: ExprId, above: ExprId) -> bool {
        let code = self.code;
        match code.file[above].kind {
            ExprKind::SelectorExpr(_) => match code.scope.parents().of(Node::Expr(above)) {
                Some(Node::Expr(outer)) if is_called(code, outer, above) => {
                    self.may_refer(code.types.of(outer)) && self.leaves(outer)
                }
                _ => self.may_refer(code.types.of(above)),
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
        let reading = match known(&callee) {
            Some(reading) => Some(reading),
            None => match code.summaries.parameter(&callee, Parameter::Index(index)) {
                Some(use_) => return use_.keeps,
                None => guessed(&callee),
            },
        };
        match reading {
            Some(Reading::Reads) => false,
            Some(Reading::Wraps) => self.leaves(call),
            None => true,
        }
    }

    fn variable_leaves(&self, call: ExprId, variable: IdentId) -> bool {
        if self.outlives(call, variable) {
            return true;
        }
        if !self.met.borrow_mut().insert(variable) {
            return false;
        }
        !self.mentions_that_leave(call, variable).is_empty()
    }

    /// Whether a variable is of another function than the call, or a named result.
    fn outlives(&self, call: ExprId, variable: IdentId) -> bool {
        let code = self.code;
        let at = |offset| code.scope.function_at(offset);
        let declared = code.names.declaration(variable);
        declared.is_none_or(|declared| declared.kind == DeclaredAs::Result)
            || at(code.file[variable].span.start) != at(code.file[call].span.start)
    }

    fn mentions_that_leave(&self, call: ExprId, variable: IdentId) -> Vec<IdentId> {
        let acquisition = Acquisition { call, variables: vec![variable], guard: None };
        let mut answer = self.paths.leaks(&acquisition, self, Exits::default());
        answer.handed_on.append(&mut answer.releases);
        answer.handed_on
    }
}

/// Of what refers to something acquired: all that counts is whether it leaves, here called a release or handing on.
impl Ownership for Leaving<'_, '_> {
    fn releases(&self, use_: &Use<'_>) -> bool {
        let UseKind::Call(call) = use_.kind else { return false };
        self.may_refer(self.code.types.of(call)) && self.leaves(call)
    }

    fn keeps(&self, use_: &Use<'_>) -> Effect {
        let UseKind::Argument { call, index } = use_.kind else { return Effect::HandsOn };
        match self.argument_leaves(call, Some(index)) {
            true => Effect::HandsOn,
            false => Effect::None,
        }
    }
}

/// Whether a type, as it is written, can refer to something.
fn type_refers(code: &Code<'_>, ty: ExprId) -> bool {
    let file = code.file;
    match file[ty].kind {
        ExprKind::Ident(name) if code.names.referent(name).is_none() => {
            may_refer(code.types.type_expr(ty)) && !is_plain_type(file.name(name))
        }
        ExprKind::ParenExpr(inner) | ExprKind::StarExpr(inner) => type_refers(code, inner),
        ExprKind::ArrayType(array) => type_refers(code, array.elt),
        ExprKind::MapType(map) => type_refers(code, map.key) || type_refers(code, map.value),
        ExprKind::SelectorExpr(selector) => {
            let name = file.name(selector.sel);
            code.imported(selector.x).is_none_or(|path| !is_plain(path, name))
        }
        _ => true,
    }
}

fn is_called(code: &Code<'_>, call: ExprId, fun: ExprId) -> bool {
    matches!(code.file[call].kind, ExprKind::CallExpr(parts) if parts.fun == fun)
}
