//! On what a server listens: a listener of the same machine or the same process, or one that has limits.

use plumb_gosource::{ExprId, ExprKind, Node, StmtKind, Type};
use plumb_scan::Code;

use super::clients::{MAX_DEPTH, is_loopback, values};

/// Parts of calls, in lower case, that make a listener inside of the process or of the machine: `bufconn.Listen`,
/// `winio.ListenPipe`, `nettest.NewLocalListener`, `newConnListener`, which gets its connections one by one.
const INSIDE: [&str; 9] = [
    "bufconn",
    "chanlistener",
    "inmemory",
    "listenpipe",
    "locallistener",
    "memconn",
    "memnet",
    "newconnlistener",
    "pipelistener",
];

/// Whether all listeners that may be those of a server have bounds: those of the variable or field that it serves, else
/// those that the declared function around it makes.
pub(super) fn are_bounded(code: &Code<'_>, server: ExprId) -> bool {
    if let Some(listener) = served(code, server) {
        let is_field =
            matches!(code.file[code.file.unparen(listener)].kind, ExprKind::SelectorExpr(_));
        let is_inside = all(made(code, listener).iter().map(|call| is_bounded(code, *call)));
        if is_field || is_inside {
            return is_inside;
        }
    }
    let Some(function) = code.declared_at(code.file[server].span.start) else { return false };
    let body = code.scope[function].body;
    all(code.file.walk(Node::Stmt(body)).filter_map(|visit| match visit.node {
        Node::Expr(expr) => is_bounded(code, expr).map(Some),
        _ => None,
    }))
}

/// Whether there is a listener, and each is known to have bounds.
fn all(bounds: impl Iterator<Item = Option<bool>>) -> bool {
    let mut bounds = bounds.peekable();
    bounds.peek().is_some() && bounds.all(|is_bounded| is_bounded == Some(true))
}

/// The calls that make the listener that a server serves, as far as the file tells; values that are none included.
pub(super) fn makers(code: &Code<'_>, server: ExprId) -> Vec<ExprId> {
    served(code, server).map(|listener| made(code, listener)).unwrap_or_default()
}

/// The listener that a server is told to serve: by the call itself, or by one on the variable that has the literal.
fn served(code: &Code<'_>, server: ExprId) -> Option<ExprId> {
    if let ExprKind::CallExpr(call) = code.file[server].kind {
        let serves = code.callee(server).is_some_and(|callee| is_serving(callee.name));
        return code.file[call.args].first().copied().filter(|_| serves);
    }
    let mut above = code.scope.parents().above(Node::Expr(server));
    let Some(Node::Stmt(stmt)) = above.find(|node| matches!(node, Node::Stmt(_))) else {
        return None;
    };
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
    let [place] = code.file[assign.lhs] else { return None };
    let place = code.text(place);
    let body = code.scope[code.declared_at(code.file[server].span.start)?].body;
    code.file.walk(Node::Stmt(body)).find_map(|visit| {
        let Node::Expr(expr) = visit.node else { return None };
        let ExprKind::CallExpr(call) = code.file[expr].kind else { return None };
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(call.fun)].kind else {
            return None;
        };
        let serves = is_serving(code.file.name(selector.sel)) && code.text(selector.x) == place;
        code.file[call.args].first().copied().filter(|_| serves)
    })
}

fn is_serving(name: &str) -> bool {
    matches!(name, "Serve" | "ServeTLS")
}

/// The values of a variable; of a field those that the file gives to a field of that name.
fn made(code: &Code<'_>, listener: ExprId) -> Vec<ExprId> {
    let listener = code.file.unparen(listener);
    let ExprKind::SelectorExpr(field) = code.file[listener].kind else {
        return code.declared(listener).map(|name| values(code, name)).unwrap_or_default();
    };
    let field = code.file.name(field.sel);
    let given = code.file.walk(Node::File).flat_map(|visit| match visit.node {
        Node::Expr(expr) => match code.file[expr].kind {
            ExprKind::KeyValueExpr(pair) if code.text(pair.key) == field => vec![pair.value],
            _ => Vec::new(),
        },
        Node::Stmt(stmt) => match code.file[stmt].kind {
            StmtKind::AssignStmt(assign) => {
                let is_field = |to: &ExprId| matches!(code.file[*to].kind, ExprKind::SelectorExpr(s) if code.file.name(s.sel) == field);
                let index = code.file[assign.lhs].iter().position(is_field);
                index.and_then(|index| code.file[assign.rhs].get(index)).copied().into_iter().collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    });
    let of_value = |value: ExprId| match code.declared(value) {
        Some(name) => values(code, name),
        None => vec![value],
    };
    given.flat_map(of_value).collect()
}

/// Whether the listener that a call makes has bounds; `None` if it makes none.
fn is_bounded(code: &Code<'_>, call: ExprId) -> Option<bool> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let args = &code.file[parts.args];
    let name = match code.file[code.file.unparen(parts.fun)].kind {
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel),
        ExprKind::Ident(name) => code.file.name(name),
        _ => return None,
    };
    if name.starts_with("ListenAndServe") || !name.to_lowercase().contains("listen") {
        return None;
    }
    if code.callee(call).is_some_and(|callee| callee.path == "net") {
        let [.., network, address] = args else { return None };
        let is_unix = code.text(*network).trim_matches('"').starts_with("unix");
        return Some(is_unix || is_loopback(code, *address, MAX_DEPTH));
    }
    // What is made of a listener has its bounds: netutil.LimitListener(l, 10), tls.NewListener(l, config), urlOf(l).
    if args.iter().any(|arg| is_listener(code, *arg)) {
        return None;
    }
    let fun = code.text(parts.fun).to_lowercase();
    let is_inside = INSIDE.iter().any(|part| fun.contains(part));
    Some(is_inside || args.iter().any(|arg| is_duration(code, *arg)))
}

/// Whether a value is a listener: by its type, else by the call that gives it to its variable.
fn is_listener(code: &Code<'_>, value: ExprId) -> bool {
    if let Some(ty) = code.types.of(value).filter(|ty| !ty.is_unknown()) {
        return Type::is_named(ty, "net", "Listener");
    }
    let of_call = |value: &ExprId| {
        let ExprKind::CallExpr(call) = code.file[*value].kind else { return false };
        code.text(call.fun).rsplit('.').next().is_some_and(|name| name.starts_with("Listen"))
    };
    code.declared(value).is_some_and(|name| values(code, name).iter().any(of_call))
}

/// Whether a value is a time, and one that limits: 0 mostly says that there is no limit.
fn is_duration(code: &Code<'_>, value: ExprId) -> bool {
    if code.text(value) == "0" {
        return false;
    }
    match code.types.of(value) {
        Some(ty) => Type::is_named(ty, "time", "Duration"),
        None => code.text(value).contains("time.Duration("),
    }
}
