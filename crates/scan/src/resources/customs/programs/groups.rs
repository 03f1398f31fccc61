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

/// Functions that call a literal for each file of a tree, by package, and give its first error.
const WALKS: [(&str, &str); 3] =
    [("io/fs", "WalkDir"), ("path/filepath", "Walk"), ("path/filepath", "WalkDir")];

/// Whether a call walks over files with a literal, and its error is handed on or ends the process: so is that of the
/// literal, which ends the walk.
pub(super) fn walks(code: &Code<'_>, call: ExprId, literal: ExprId, function: FunctionId) -> bool {
    let is_walk = code.callee(call).is_some_and(|callee| {
        callee.receiver.is_none() && WALKS.contains(&(callee.path, callee.name))
    });
    is_walk
        && code.arguments(call).last() == Some(&literal)
        && outcome::of(code, call, function, false) != Outcome::GoesOn
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
