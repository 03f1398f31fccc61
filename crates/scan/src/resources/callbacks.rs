//! Calls that give back what a literal gives that they get: `resp, err := run(func() (*Response, error) {…})`.

use plumb_evidence::catalogue;
use plumb_gosource::flow::{Bound, BoundTo, FunctionId};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtKind};

use super::acquired::Acquired;
use crate::code::Code;

/// Whether no literal that a call gets ever returns what the call gives without an error: then there is nothing when it
/// succeeds.
pub(super) fn gives_none(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let catalogue::Acquired::Result(index) = acquired.what else { return false };
    returned(code, call).is_some_and(|returned| {
        let mut successes = returned.iter().filter(|results| is_success(code, results)).peekable();
        let is_none = |results: &&&[ExprId]| {
            results.get(usize::from(index)).is_some_and(|r| code.is_predeclared(*r, "nil"))
        };
        successes.peek().is_some() && successes.all(|results| is_none(&results))
    })
}

/// Whether a literal that a call gets gives what a variable gets from the call with an error too, and nowhere nil in its
/// place: then it is there whatever the error is.
pub fn gives_with_error(code: &Code<'_>, call: ExprId, variable: IdentId) -> bool {
    let Bound::To(places) = code.scope.bound(call) else { return false };
    let Some(index) = places.iter().position(|place| *place == BoundTo::Variable(variable)) else {
        return false;
    };
    returned(code, call).is_some_and(|returned| {
        let is_value = |results: &&[ExprId]| {
            results.get(index).is_some_and(|result| !code.is_predeclared(*result, "nil"))
        };
        returned.iter().any(|results| !is_success(code, results)) && returned.iter().all(is_value)
    })
}

fn is_success(code: &Code<'_>, results: &[ExprId]) -> bool {
    results.last().is_some_and(|error| code.is_predeclared(*error, "nil"))
}

/// What the only literal that a call gets returns, if it returns two results or more, an error as the last, and each
/// `return` names them all.
fn returned<'c>(code: &Code<'c>, call: ExprId) -> Option<Vec<&'c [ExprId]>> {
    let literals = code.arguments(call).iter().filter_map(|arg| {
        let arg = code.file.unparen(*arg);
        match code.file[arg].kind {
            ExprKind::FuncLit(literal) => Some((arg, literal)),
            _ => None,
        }
    });
    let [(expr, literal)] = literals.collect::<Vec<_>>()[..] else { return None };
    let results = code.file[literal.ty].results?;
    let fields = &code.file[code.file[results].list];
    let count: usize = fields.iter().map(|field| code.file[*field].names.len().max(1)).sum();
    let last = code.file[*fields.last()?].ty;
    if count < 2 || !code.is_predeclared(last, "error") {
        return None;
    }
    let function = function_of(code, expr)?;
    let mut all = Vec::new();
    for visit in code.file.walk(Node::Stmt(code.scope[function].body)) {
        let Node::Stmt(stmt) = visit.node else { continue };
        let StmtKind::ReturnStmt(list) = code.file[stmt].kind else { continue };
        if code.scope.function_at(code.file[stmt].span.start) != Some(function) {
            continue;
        }
        let list = &code.file[list];
        if list.len() != count {
            return None;
        }
        all.push(list);
    }
    Some(all)
}

/// The function of a literal.
fn function_of(code: &Code<'_>, literal: ExprId) -> Option<FunctionId> {
    code.scope.functions().find(|function| code.scope[*function].node == Node::Expr(literal))
}
