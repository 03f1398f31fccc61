//! What somebody else ends, or what holds nothing, as the call that acquires it tells: a process that runs already, a
//! stream of a session that the function closes, memory of the garbage collector.

use plumb_evidence::catalogue::{Release, ResourceKind};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Lookup, MemberKind, Node};

use super::acquired::{Acquired, Origin, results};
use super::inferred;
use super::made::variable;
use super::reading::may_refer;
use crate::code::Code;
use crate::goroutines::only_value;

/// The field of a `plugin.ClientConfig` of `github.com/hashicorp/go-plugin` by which a client gets a process that runs
/// already, and that of the command which it starts otherwise.
const REATTACH: (&str, &str) = ("Reattach", "Cmd");

/// The field of a `syscall.SysProcAttr` that asks for a descriptor of the process: who has that waits with it.
const DESCRIPTOR: &str = "PidFD";

/// Modules whose clients, made for the address "", do not connect: the program itself serves them.
const SERVED_INSIDE: &str = "github.com/containerd/containerd";

/// Readers of this module take memory of the garbage collector, unless an option names an allocator.
const COUNTED: (&str, &str, &str) = ("github.com/apache/arrow", "NewReader", "WithAllocator");

/// How the names of types end of which values are parts of a connection, and end with it.
const PARTS: [&str; 3] = ["stream", "session", "channel"];

/// Whether what a call acquires is ended by somebody else, or need not be.
pub(super) fn ends_elsewhere(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    use ResourceKind::{Client, Connection, Process, Worker};
    let is_guess = matches!(acquired.origin, Origin::Signature | Origin::Custom);
    match acquired.kind {
        Process => is_attached(code, call) || has_descriptor(code, call),
        Client | Connection => {
            is_served_inside(code, call, acquired)
                || ends_with_whole(code, call, acquired, is_guess)
        }
        Worker if is_guess => is_product(code, call, acquired) || is_registered(code, call),
        Worker => is_collected(code, call),
        _ => false,
    }
}

/// Whether a call gets a configuration with the process that it is about to talk to.
fn is_attached(code: &Code<'_>, call: ExprId) -> bool {
    let (reattach, command) = REATTACH;
    arguments(code, call).iter().any(|argument| {
        let argument = code.file.unparen(*argument);
        let value = variable(code, argument).and_then(|v| only_value(code, v)).unwrap_or(argument);
        let literal = match code.file[value].kind {
            ExprKind::UnaryExpr(unary) => code.file.unparen(unary.x),
            _ => value,
        };
        let given = code.field(literal, reattach);
        given.is_some_and(|given| !code.is_predeclared(given, "nil"))
            && code.field(literal, command).is_none()
    })
}

fn has_descriptor(code: &Code<'_>, call: ExprId) -> bool {
    code.file.walk(Node::Expr(call)).any(|visit| {
        let Node::Expr(pair) = visit.node else { return false };
        let ExprKind::KeyValueExpr(pair) = code.file[pair].kind else { return false };
        matches!(code.file[pair.key].kind, ExprKind::Ident(key) if code.file.name(key) == DESCRIPTOR)
    })
}

fn is_served_inside(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let is_client = acquired.object.is_some_and(|object| object.module.starts_with(SERVED_INSIDE));
    let address = arguments(code, call).first();
    is_client && address.is_some_and(|address| code.text(*address) == "\"\"")
}

/// Whether a call makes a part of a connection that the function closes, or of a parameter that its caller may close.
fn ends_with_whole(code: &Code<'_>, call: ExprId, acquired: &Acquired, is_guess: bool) -> bool {
    let name = acquired.name.to_ascii_lowercase();
    let Some(whole) = operand(code, call) else { return false };
    if PARTS.iter().all(|part| !name.ends_with(part)) {
        return false;
    }
    let Some(root) = code.root(whole) else { return false };
    let is_parameter = code.names.declaration(root).is_some_and(|d| d.kind == DeclaredAs::Param);
    (is_guess && is_parameter && variable(code, whole).is_some())
        || is_closed(code, call, code.text(whole))
        || made_around(code, root).iter().any(|inner| is_closed(code, call, code.text(*inner)))
}

/// What a variable was made of: the arguments of the one call that gives it its value.
fn made_around<'c>(code: &Code<'c>, of: IdentId) -> &'c [ExprId] {
    let made = only_value(code, of).map(|value| code.file.unparen(value));
    made.map_or(&[], |made| arguments(code, made))
}

/// Whether the function around a call closes what has a path, or what that is a part of: `conn` of `conn.session`.
fn is_closed(code: &Code<'_>, call: ExprId, path: &str) -> bool {
    let Some(function) = code.scope.function_at(code.file[call].span.start) else { return false };
    let leads = |closed: &str| {
        path.strip_prefix(closed).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Expr(expr) = visit.node else { return false };
        let ExprKind::CallExpr(parts) = code.file[expr].kind else { return false };
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
            return false;
        };
        code.file.name(selector.sel) == "Close" && leads(code.text(selector.x))
    })
}

/// Whether a factory that is an interface makes what is shut down, and cannot fail to: it asks the system for nothing.
fn is_product(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let is_shut_down = acquired.releases == [Release::Method("Shutdown")];
    let Some(factory) = operand(code, call).and_then(|factory| code.types.of(factory)) else {
        return false;
    };
    let from = &code.package.path;
    let name = inferred::called_name(code, call).unwrap_or_default();
    is_shut_down
        && results(code, call).len() == 1
        && matches!(
            code.program.member(factory, name, from),
            Lookup::Found(member) if member.kind == MemberKind::InterfaceMethod
        )
}

/// Whether a method that does not say that it makes anything gets a parameter of the function: that is known to it
/// afterwards, and ends with whoever made it.
fn is_registered(code: &Code<'_>, call: ExprId) -> bool {
    let makes = inferred::called_name(code, call).is_none_or(inferred::makes);
    let is_parameter = |argument: &ExprId| {
        let declared = variable(code, *argument).and_then(|v| code.names.declaration(v));
        may_refer(code.types.of(*argument))
            && declared.is_some_and(|declared| declared.kind == DeclaredAs::Param)
    };
    !makes && operand(code, call).is_some() && arguments(code, call).iter().any(is_parameter)
}

fn is_collected(code: &Code<'_>, call: ExprId) -> bool {
    let (module, reader, option) = COUNTED;
    let is_reader = code
        .callee(call)
        .is_some_and(|callee| callee.path.starts_with(module) && callee.name == reader);
    is_reader && arguments(code, call).iter().all(|argument| !code.text(*argument).contains(option))
}

fn arguments<'c>(code: &Code<'c>, call: ExprId) -> &'c [ExprId] {
    match code.file[call].kind {
        ExprKind::CallExpr(parts) => &code.file[parts.args],
        _ => &[],
    }
}

/// What a method is called on; `None` for a function of a package.
fn operand(code: &Code<'_>, call: ExprId) -> Option<ExprId> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return None;
    };
    code.imported(selector.x).is_none().then_some(selector.x)
}
