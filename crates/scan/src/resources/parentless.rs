//! Contexts that nothing refers to but the function that makes them: without a parent that can end and without a
//! deadline there is nothing that a call of the cancel function would free.

use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtKind};

use crate::code::Code;
use crate::contexts::lasts;
use crate::goroutines::only_value;

/// How many contexts made of each other are followed.
const MAX_STEPS: usize = 4;

/// Whether a call makes a context of `context.Background()` that can be cancelled, has no deadline, and stays with the
/// function: `propagateCancel` registers nothing with a parent that never ends (Go 1.27), so the context goes with the
/// last that knows it. What another goroutine gets may wait for its end, as may what serves, watches or runs.
pub(super) fn is_parentless(code: &Code<'_>, call: ExprId) -> bool {
    let cancels = code.callee(call).is_some_and(|of| {
        of.path == "context" && matches!(of.name, "WithCancel" | "WithCancelCause")
    });
    let parent = code.arguments(call).first().copied();
    if !cancels || !parent.is_some_and(|parent| is_endless(code, parent, MAX_STEPS)) {
        return false;
    }
    let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(call)) else { return false };
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
    let context = code.file[assign.lhs].first().and_then(|first| code.declared(*first));
    context.is_some_and(|context| stays(code, context, MAX_STEPS))
}

/// Whether a context can never end: `context.Background()`, or one with values of it.
fn is_endless(code: &Code<'_>, context: ExprId, steps: usize) -> bool {
    let context = code.file.unparen(context);
    if let Some(variable) = code.declared(context) {
        let value = only_value(code, variable).filter(|_| steps > 0);
        return value.is_some_and(|value| is_endless(code, value, steps - 1));
    }
    let Some(of) = code.callee(context).filter(|of| of.path == "context") else { return false };
    match of.name {
        "Background" | "TODO" | "WithoutCancel" => true,
        "WithValue" => code
            .arguments(context)
            .first()
            .is_some_and(|parent| steps > 0 && is_endless(code, *parent, steps - 1)),
        _ => false,
    }
}

/// Whether a variable's context only goes to calls that are over before the function is.
fn stays(code: &Code<'_>, context: IdentId, steps: usize) -> bool {
    let own = code.scope.function_at(code.file[context].span.start);
    let mut uses = code.scope.all_mentions().of(context).iter().filter_map(|use_| use_.expr);
    uses.all(|use_| {
        code.scope.function_at(code.file[use_].span.start) == own && ends_here(code, use_, steps)
    })
}

/// Whether what an expression is used for is over when its statement is, or ends with a variable of which that is so.
fn ends_here(code: &Code<'_>, use_: ExprId, steps: usize) -> bool {
    for above in code.scope.parents().above(Node::Expr(use_)) {
        match above {
            Node::Expr(expr) => match code.file[expr].kind {
                ExprKind::CallExpr(call) if goes_on(code, expr, call.fun) => return false,
                ExprKind::CompositeLit(_) | ExprKind::UnaryExpr(_) | ExprKind::IndexExpr(_) => {
                    return false;
                }
                _ => {}
            },
            Node::Stmt(stmt) => match code.file[stmt].kind {
                StmtKind::AssignStmt(assign) => {
                    let used = code.declared(use_);
                    let places = &code.file[assign.lhs];
                    let is_set = places.contains(&use_);
                    return is_set
                        || places.iter().all(|place| match code.declared(*place) {
                            Some(made)
                                if Some(made) == used || code.is_plain(made) == Some(true) =>
                            {
                                true
                            }
                            Some(made) => steps > 0 && stays(code, made, steps - 1),
                            None => code.text(*place) == "_",
                        });
                }
                StmtKind::ExprStmt(_) | StmtKind::IfStmt(_) | StmtKind::DeferStmt(_) => {
                    return true;
                }
                _ => return false,
            },
            _ => return false,
        }
    }
    false
}

/// Whether what a call does may go on when it has returned. A context that is made of another goes on nowhere.
fn goes_on(code: &Code<'_>, call: ExprId, fun: ExprId) -> bool {
    let makes_context = code.callee(call).is_some_and(|of| of.path == "context");
    !makes_context && lasts(called_name(code, fun))
}

/// The name that a call says last.
fn called_name<'c>(code: &Code<'c>, fun: ExprId) -> &'c str {
    match code.file[code.file.unparen(fun)].kind {
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel),
        ExprKind::Ident(name) => code.file.name(name),
        _ => "",
    }
}
