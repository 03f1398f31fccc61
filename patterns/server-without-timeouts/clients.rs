//! Who can be a client of a server: only programs of the same machine, who debugs or tries it, or connections that have
//! limits already.

use plumb_gosource::{ExprId, ExprKind, IdentId, Node, SpecKind, StmtId, StmtKind, Token, Type};
use plumb_scan::Code;

/// How addresses begin that only programs of the same machine reach.
const LOOPBACK: [&str; 3] = ["127.", "localhost:", "[::1]:"];

/// Parts of names, in lower case, of servers that wait for one redirect of the user's own browser.
const FOR_ONE_LOGIN: [&str; 4] = ["callback", "oauth", "oidc", "login"];

/// Parts of names, in lower case, of servers that are switched on to look into a program.
const FOR_DEBUGGING: [&str; 2] = ["debug", "pprof"];

/// How names of folders begin whose programs show something or try it.
const FOR_TRYING: [&str; 9] =
    ["_example", "demo", "docs", "e2e", "example", "hack", "sample", "test", "tutorial"];

/// Constraints with which no build of the module has a file: it is run by its name, by hand.
const RUN_BY_NAME: [&str; 2] = ["//go:build ignore", "//go:build none"];

/// Through how many variables and operands an address is followed. Nobody writes as many.
const MAX_DEPTH: usize = 8;

/// Whether a server, its literal or the call that serves, has no clients that could stay for ever: it listens for
/// programs of the same machine, its listener has got a timeout, or it is there for one login or for tests.
pub(super) fn are_bounded(code: &Code<'_>, server: ExprId) -> bool {
    address(code, server).is_some_and(|address| is_loopback(code, address, MAX_DEPTH))
        || listens_within_bounds(code, server)
        || is_for_one_login(code, server)
        || is_in_test_tool(code)
        || is_for_debugging(code, server)
        || is_for_trying(code)
        || is_local_listener(code, server)
        || is_left_to_callers(code, server)
}

/// Whether a value mentions a timeout or a deadline by its name.
pub(super) fn is_timed(code: &Code<'_>, value: ExprId) -> bool {
    let text = code.text(value).to_lowercase();
    text.contains("timeout") || text.contains("deadline")
}

/// The address that a server is told: its field, or the first argument of the call.
fn address(code: &Code<'_>, server: ExprId) -> Option<ExprId> {
    match code.file[server].kind {
        ExprKind::CompositeLit(_) => code.field(server, "Addr"),
        ExprKind::CallExpr(call) => code.file[call.args].first().copied(),
        _ => None,
    }
}

/// Whether an address begins with that of the loopback interface.
fn is_loopback(code: &Code<'_>, address: ExprId, depth: usize) -> bool {
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

/// Whether a variable or a field gets its value from a flag whose default is an address of the loopback interface:
/// `flag.String("addr", "127.0.0.1:80", …)`, `f.StringVar(&c.addr, "addr", "localhost:80", …)`.
fn is_flag_of_loopback(code: &Code<'_>, place: ExprId) -> bool {
    let is_default = |call: ExprId| {
        let text = code.text(call);
        LOOPBACK.iter().any(|start| text.contains(&format!("\"{start}")))
            || text.contains("\"localhost\"")
    };
    let place = code.file.unparen(place);
    let field = match code.file[place].kind {
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel),
        ExprKind::Ident(_) => {
            let values = code.declared(place).map(|name| values(code, name)).unwrap_or_default();
            return !values.is_empty() && values.iter().all(|value| is_default(*value));
        }
        _ => return false,
    };
    let names_field = |arg: &ExprId| match code.file[*arg].kind {
        ExprKind::UnaryExpr(unary) => {
            unary.op == Token::And
                && matches!(code.file[unary.x].kind, ExprKind::SelectorExpr(s) if code.file.name(s.sel) == field)
        }
        _ => false,
    };
    code.file.walk(Node::File).any(|visit| {
        let Node::Expr(call) = visit.node else { return false };
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
        code.file[parts.args].iter().any(names_field) && is_default(call)
    })
}

/// The values that a variable or constant gets where it is named.
fn values(code: &Code<'_>, name: IdentId) -> Vec<ExprId> {
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

/// Whether the declared function around a server makes listeners, and each of them is for programs of the same machine
/// or has got a timeout.
fn listens_within_bounds(code: &Code<'_>, server: ExprId) -> bool {
    let Some(function) = code.declared_at(code.file[server].span.start) else { return false };
    let body = code.scope[function].body;
    let mut listens = code.file.walk(Node::Stmt(body)).filter_map(|visit| match visit.node {
        Node::Expr(expr) => is_bounded_listen(code, expr),
        _ => None,
    });
    let Some(first) = listens.next() else { return false };
    first && listens.all(|is_bounded| is_bounded)
}

/// Whether the listener that a call makes has bounds; `None` if it makes none.
fn is_bounded_listen(code: &Code<'_>, call: ExprId) -> Option<bool> {
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
    Some(args.iter().any(|arg| is_duration(code, *arg)))
}

fn is_duration(code: &Code<'_>, value: ExprId) -> bool {
    match code.types.of(value) {
        Some(ty) => Type::is_named(ty, "time", "Duration"),
        None => code.text(value).contains("time.Duration("),
    }
}

/// Whether the names around a server say that it waits for one login: of its function, the type of that one, or the
/// package.
fn is_for_one_login(code: &Code<'_>, server: ExprId) -> bool {
    let function = code.declared_at(code.file[server].span.start);
    let name = code.function_name(function).to_lowercase();
    let name = name.rsplit('/').next().unwrap_or(&name);
    FOR_ONE_LOGIN.iter().any(|part| name.contains(part))
}

/// Whether a file serves with the servers for tests too: its program runs tests, and its clients are its own.
fn is_in_test_tool(code: &Code<'_>) -> bool {
    code.names.imports().iter().any(|import| import.path == "net/http/httptest")
}

/// Whether a server is there to look into the program: its address says so, or what is around it in its function serves
/// profiles.
fn is_for_debugging(code: &Code<'_>, server: ExprId) -> bool {
    let says_so = |text: &str| {
        let text = text.to_lowercase();
        FOR_DEBUGGING.iter().any(|part| text.contains(part))
    };
    let function = code.scope.function_at(code.file[server].span.start);
    let serves_profiles = |body: StmtId| {
        let text = code.file.text(code.file[body].span);
        text.contains("/debug/pprof") || text.contains("pprof.Index")
    };
    address(code, server).is_some_and(|address| says_so(code.text(address)))
        || function.is_some_and(|function| serves_profiles(code.scope[function].body))
}

/// Whether a file is a program that shows something, or is run by hand: nobody serves others with it for long.
fn is_for_trying(code: &Code<'_>) -> bool {
    // A module of its own in such a folder says so in its path, behind host, owner and repository, if it is scanned alone.
    let of_module = code.package.path.split('/').skip(3);
    let mut folders = code.path.split('/').rev().skip(1).chain(of_module);
    let is_program = &*code.package.name == "main";
    let shows = folders.any(|folder| FOR_TRYING.iter().any(|start| folder.starts_with(start)));
    let source = String::from_utf8_lossy(code.file.source());
    let header = source.lines().take_while(|line| !line.starts_with("package "));
    (is_program && shows) || header.into_iter().any(|line| RUN_BY_NAME.contains(&line.trim_end()))
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
