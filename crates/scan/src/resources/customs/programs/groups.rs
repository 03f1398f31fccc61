//! Groups of goroutines: an error of one of them is that of whoever waits for all.

use plumb_gosource::flow::{Callee, FunctionId, callee};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, Node};

use super::outcome::{self, Outcome};
use crate::code::Code;
use crate::resources::untaken::ends_in_error;

/// Methods that start a goroutine of a group, how many functions they get, and the method that gives the first error:
/// of `errgroup.Group` (golang.org/x/sync) and of `run.Group` (github.com/oklog/run).
const GROUPS: [(&str, usize, &str); 2] = [("Go", 1, "Wait"), ("Add", 2, "Run")];

/// Whether a literal that a call gets gives its error to the function around it, or to one that calls that: it is run in
/// a group which is waited for there, and the error of that is handed on or ends the process.
pub(super) fn follows(
    code: &Code<'_>,
    call: ExprId,
    literal: ExprId,
    function: FunctionId,
) -> bool {
    let Some(Callee::Method(group, starts)) = callee(code.file, code.names, call) else {
        return false;
    };
    let ExprKind::FuncLit(parts) = code.file[literal].kind else { return false };
    let arguments = code.arguments(call);
    let is_first = arguments.first() == Some(&literal) && ends_in_error(code, parts.ty);
    let waits = GROUPS
        .iter()
        .find(|(name, functions, _)| *name == starts && arguments.len() == *functions && is_first);
    waits.is_some_and(|(.., wait)| {
        is_given(code, group) || is_waited_for(code, code.text(group), wait, function)
    })
}

/// Whether a group is a parameter: who gives it waits for it.
fn is_given(code: &Code<'_>, group: ExprId) -> bool {
    let declared = code.declared(group).and_then(|group| code.names.declaration(group));
    declared.is_some_and(|declared| declared.kind == DeclaredAs::Param)
}

/// Whether a function waits for a group and does not go on after an error.
fn is_waited_for(code: &Code<'_>, group: &str, wait: &str, function: FunctionId) -> bool {
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Expr(call) = visit.node else { return false };
        let Some(Callee::Method(on, method)) = callee(code.file, code.names, call) else {
            return false;
        };
        method == wait
            && code.text(on) == group
            && outcome::of(code, call, function, false) != Outcome::GoesOn
    })
}
