//! Who can be a client of a server: only programs of the same machine, who debugs or tries it, or connections that have
//! limits already.

use plumb_gosource::{ExprId, ExprKind, IdentId, Node, SpecKind, StmtKind, Token};
use plumb_scan::Code;

use super::{lifetime, listeners, purpose};

/// How addresses begin that only programs of the same machine reach.
const LOOPBACK: [&str; 3] = ["127.", "localhost:", "[::1]:"];

/// Through how many variables and operands an address is followed. Nobody writes as many.
pub(super) const MAX_DEPTH: usize = 8;

/// Whether a server, its literal or the call that serves, has no clients that could stay for ever: it listens for
/// programs of the same machine, its listener has got a timeout, or it is there for one login or for tests.
pub(super) fn are_bounded(code: &Code<'_>, server: ExprId) -> bool {
    address(code, server).is_some_and(|address| is_loopback(code, address, MAX_DEPTH))
        || listeners::are_bounded(code, server)
        || purpose::is_for_a_while(code, server)
        || lifetime::ends_with_function(code, server)
        || is_local_listener(code, server)
        || is_left_to_callers(code, server)
}

/// Whether a value mentions a timeout or a deadline by its name.
pub(super) fn is_timed(code: &Code<'_>, value: ExprId) -> bool {
    let text = code.text(value).to_lowercase();
    text.contains("timeout") || text.contains("deadline")
}

/// The address that a server is told: its field, or the first argument of the call.
pub(super) fn address(code: &Code<'_>, server: ExprId) -> Option<ExprId> {
    match code.file[server].kind {
        ExprKind::CompositeLit(_) => code.field(server, "Addr"),
        ExprKind::CallExpr(call) => code.file[call.args].first().copied(),
        _ => None,
    }
}

/// Whether an address begins with that of the loopback interface.
pub(super) fn is_loopback(code: &Code<'_>, address: ExprId, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let address = code.file.unparen(address);
    match code.file[address].kind {
        ExprKind::BasicLit(_) => {
            let text = code.text(address).trim_matches(['"', '`']);
            LOOPBACK.iter().any(|start| text.starts_with(start))
                || matches!(text, "localhost" | "::1")
        }
        ExprKind::BinaryExpr(both) => is_loopback(code, both.x, depth),
        // fmt.Sprintf("127.0.0.1:%d", port), net.JoinHostPort("localhost", port)
        ExprKind::CallExpr(call) => {
            let args = &code.file[call.args];
            let joins = code.callee(address).is_some_and(|callee| {
                matches!(
                    (callee.path, callee.name),
                    ("fmt", "Sprintf" | "Sprint") | ("net", "JoinHostPort")
                )
            });
            joins && args.first().is_some_and(|arg| is_loopback(code, *arg, depth))
        }
        ExprKind::Ident(_) => code.declared(address).is_some_and(|name| {
            let values = values(code, name);
            !values.is_empty() && values.iter().all(|value| is_loopback(code, *value, depth))
        }),
        // The value of a flag: `*addr`, `c.addr`.
        ExprKind::StarExpr(pointer) => is_flag_of_loopback(code, pointer),
        ExprKind::SelectorExpr(_) => is_flag_of_loopback(code, address),
        _ => false,
    }
}

/// Whether a variable or a field gets its value from a flag whose default is an address of the loopback interface.
fn is_flag_of_loopback(code: &Code<'_>, place: ExprId) -> bool {
    let is_default = |call: &ExprId| {
        let text = code.text(*call);
        LOOPBACK.iter().any(|start| text.contains(&format!("\"{start}")))
            || text.contains("\"localhost\"")
    };
    let flags = flags(code, place);
    !flags.is_empty() && flags.iter().all(is_default)
}

/// The calls that give a variable or a field its value as a flag: `flag.String("addr", "127.0.0.1:80", …)`,
/// `f.StringVar(&c.addr, "addr", "localhost:80", …)`. Of fields of one name of several structures all are flags of it.
pub(super) fn flags(code: &Code<'_>, place: ExprId) -> Vec<ExprId> {
    let place = code.file.unparen(place);
    let field = match code.file[place].kind {
        ExprKind::StarExpr(pointer) => return flags(code, pointer),
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel),
        ExprKind::Ident(_) => {
            return code.declared(place).map(|name| values(code, name)).unwrap_or_default();
        }
        _ => return Vec::new(),
    };
    let names_field = |arg: &ExprId| match code.file[*arg].kind {
        ExprKind::UnaryExpr(unary) => {
            unary.op == Token::And
                && matches!(code.file[unary.x].kind, ExprKind::SelectorExpr(s) if code.file.name(s.sel) == field)
        }
        _ => false,
    };
    let calls = code.expressions().filter(|call| match code.file[*call].kind {
        ExprKind::CallExpr(parts) => code.file[parts.args].iter().any(names_field),
        _ => false,
    });
    calls.collect()
}

/// The values that a variable or constant gets where it is named.
pub(super) fn values(code: &Code<'_>, name: IdentId) -> Vec<ExprId> {
    let mut all = Vec::new();
    for visit in code.file.walk(Node::File) {
        match visit.node {
            Node::Stmt(stmt) => {
                let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { continue };
                let index =
                    code.file[assign.lhs].iter().position(|to| code.declared(*to) == Some(name));
                all.extend(index.and_then(|index| code.file[assign.rhs].get(index)));
            }
            Node::Spec(spec) => {
                let SpecKind::ValueSpec(spec) = code.file[spec].kind else { continue };
                let index = code.file[spec.names].iter().position(|to| *to == name);
                all.extend(index.and_then(|index| code.file[spec.values].get(index)));
            }
            _ => {}
        }
    }
    all
}

/// Whether the listener of `http.Serve` says by its name that it is the one for the same machine.
fn is_local_listener(code: &Code<'_>, server: ExprId) -> bool {
    let is_call = matches!(code.file[server].kind, ExprKind::CallExpr(_));
    is_call
        && address(code, server).is_some_and(|listener| {
            matches!(code.file[listener].kind, ExprKind::Ident(name) if code.file.name(name).starts_with("local"))
        })
}

/// Whether a literal without an address is what its function gives back: callers serve with it, on what they listen.
fn is_left_to_callers(code: &Code<'_>, server: ExprId) -> bool {
    if !matches!(code.file[server].kind, ExprKind::CompositeLit(_))
        || address(code, server).is_some()
    {
        return false;
    }
    let mut above = code.scope.parents().above(Node::Expr(server));
    let Some(Node::Stmt(stmt)) = above.find(|node| matches!(node, Node::Stmt(_))) else {
        return false;
    };
    match code.file[stmt].kind {
        StmtKind::ReturnStmt(_) => true,
        StmtKind::AssignStmt(assign) => {
            let [to] = code.file[assign.lhs] else { return false };
            code.declared(to).is_some_and(|variable| is_returned(code, server, variable))
        }
        _ => false,
    }
}

/// Whether the function around an expression gives back a variable.
fn is_returned(code: &Code<'_>, within: ExprId, variable: IdentId) -> bool {
    let function = code.scope.function_at(code.file[within].span.start);
    let body = function.map(|function| code.scope[function].body);
    let mut statements = body.into_iter().flat_map(|body| code.file.walk(Node::Stmt(body)));
    statements.any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::ReturnStmt(results) = code.file[stmt].kind else { return false };
        code.file[results].iter().any(|result| code.declared(*result) == Some(variable))
    })
}
