//! The source rule: a handshake that no deadline ends.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, Referent};
use plumb_scan::{Code, FunctionKey, Rule, fixes};

pub(crate) static RULE: Rule = Rule { pattern: "handshake-without-deadline", linters: &[], check };

/// Functions that connect and shake hands, of which the handshake has no limit. `ssh.ClientConfig.Timeout` bounds only
/// the TCP connection (x/crypto v0.54, `ssh.Dial`); `tls.Dial` has a dialer without a timeout.
const CONNECTING: [(&str, &str); 2] = [("golang.org/x/crypto/ssh", "Dial"), ("crypto/tls", "Dial")];

/// Functions and methods that shake hands on a connection that they get: the place of the connection among the
/// arguments, `None` for what the method is called on.
const SHAKING: [(&str, Option<&str>, &str, Option<usize>); 3] = [
    ("golang.org/x/crypto/ssh", None, "NewClientConn", Some(0)),
    ("golang.org/x/crypto/ssh", None, "NewServerConn", Some(0)),
    ("crypto/tls", Some("Conn"), "Handshake", None),
];

/// Methods that end what waits on a connection.
const DEADLINES: [&str; 3] = ["SetDeadline", "SetReadDeadline", "SetWriteDeadline"];

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test {
        return Vec::new();
    }
    let calls = code.expressions_of([Kind::CallExpr]).filter_map(|expr| {
        let callee = code.callee(expr).or_else(|| handshake_of_tls(code, expr))?;
        found(code, expr, &callee)
    });
    calls.collect()
}

fn found(code: &Code<'_>, call: ExprId, callee: &FunctionKey<'_>) -> Option<SourceFinding> {
    let package = callee.path.rsplit('/').next().unwrap_or(callee.path);
    let is_connecting =
        callee.receiver.is_none() && CONNECTING.contains(&(callee.path, callee.name));
    let (message, fix) = if is_connecting {
        let message = format!(
            "{package}.{} connects and shakes hands, and nothing bounds the handshake: a peer that accepts and stays \
             silent keeps this goroutine and its connection for ever",
            callee.name
        );
        (message, fixes::dialed_with_deadline(code, call))
    } else {
        let shaking = SHAKING.iter().find(|(path, receiver, name, _)| {
            (*path, *receiver, *name) == (callee.path, callee.receiver, callee.name)
        })?;
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
        let connection = match shaking.3 {
            Some(index) => *code.file[parts.args].get(index)?,
            None => match code.file[code.file.unparen(parts.fun)].kind {
                ExprKind::SelectorExpr(selector) => selector.x,
                _ => return None,
            },
        };
        // A connection from elsewhere may have its deadline from there.
        let made_here = made_in_function(code, connection)?;
        if made_here.iter().any(|variable| has_deadline(code, *variable)) {
            return None;
        }
        let message = format!(
            "{package}.{} shakes hands on `{}`, and no deadline is set on it: a peer that stays silent keeps this \
             goroutine and its connection for ever",
            callee.name,
            code.text(connection)
        );
        (message, fixes::with_deadline(code, call, connection))
    };
    let span = code.file[call].span;
    let mut finding = code.finding(RULE.pattern, span, Confidence::Likely, message);
    finding.object = if callee.path.ends_with("ssh") { "ssh connection" } else { "tls.Conn" };
    finding.fix = fix;
    Some(finding)
}

/// `t.Handshake()` of a variable that `tls.Client` or `tls.Server` made, where the type of their results is not at hand.
fn handshake_of_tls(code: &Code<'_>, call: ExprId) -> Option<FunctionKey<'static>> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return None;
    };
    let is_handshake =
        code.file.name(selector.sel) == "Handshake" && code.types.of(selector.x).is_none();
    // A wrapper has at least two variables: the inner connection and itself.
    let is_wrapper = || made_in_function(code, selector.x).is_some_and(|made| made.len() > 1);
    (is_handshake && is_wrapper()).then_some(FunctionKey {
        path: "crypto/tls",
        receiver: Some("Conn"),
        name: "Handshake",
    })
}

/// The variables that stand for a connection which a call in the same function made; `None` if it is not made there.
fn made_in_function(code: &Code<'_>, connection: ExprId) -> Option<Vec<IdentId>> {
    let variable = variable(code, connection)?;
    let (call, args) = code.expressions_of([Kind::CallExpr]).find_map(|expr| {
        let ExprKind::CallExpr(parts) = code.file[expr].kind else { return None };
        let Bound::To(places) = code.scope.bound(expr) else { return None };
        places.contains(&BoundTo::Variable(variable)).then_some((expr, parts.args))
    })?;
    let callee = code.callee(call)?;
    match (callee.path, callee.name) {
        // A wrapper: the connection in it has the deadline, or this one.
        ("crypto/tls", "Client" | "Server") => {
            let inner = *code.file[args].first()?;
            let mut all = made_in_function(code, inner)?;
            all.push(variable);
            Some(all)
        }
        ("net", name) if name.starts_with("Dial") || name == "Accept" => Some(vec![variable]),
        _ => None,
    }
}

fn variable(code: &Code<'_>, expr: ExprId) -> Option<IdentId> {
    let ExprKind::Ident(ident) = code.file[code.file.unparen(expr)].kind else { return None };
    match code.names.referent(ident)? {
        Referent::Declared(declared) => Some(declared),
        _ => None,
    }
}

/// Whether a deadline is set on a variable anywhere, or it is given to a function that may set one.
fn has_deadline(code: &Code<'_>, of: IdentId) -> bool {
    code.expressions_of([Kind::CallExpr]).any(|expr| {
        let ExprKind::CallExpr(parts) = code.file[expr].kind else { return false };
        let sets = match code.file[code.file.unparen(parts.fun)].kind {
            ExprKind::SelectorExpr(selector) => {
                DEADLINES.contains(&code.file.name(selector.sel))
                    && variable(code, selector.x) == Some(of)
            }
            _ => false,
        };
        let given = || code.file[parts.args].iter().any(|arg| variable(code, *arg) == Some(of));
        let shakes = || {
            code.callee(expr).is_some_and(|callee| {
                callee.path == "crypto/tls"
                    || SHAKING
                        .iter()
                        .any(|(path, _, name, _)| (*path, *name) == (callee.path, callee.name))
            })
        };
        sets || (given() && !shakes())
    }) || closes_it_elsewhere(code, of)
}

/// Whether a function literal closes it: a watchdog that ends the handshake from outside.
fn closes_it_elsewhere(code: &Code<'_>, of: IdentId) -> bool {
    let owner = code.declared_at(code.file[of].span.start);
    code.expressions_of([Kind::CallExpr]).any(|expr| {
        let ExprKind::CallExpr(parts) = code.file[expr].kind else { return false };
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
            return false;
        };
        let within = code.scope.function_at(code.file[expr].span.start);
        let is_deferred =
            code.scope.parents().of(Node::Expr(expr)).is_some_and(|above| match above {
                Node::Stmt(stmt) => {
                    matches!(code.file[stmt].kind, plumb_gosource::StmtKind::DeferStmt(_))
                }
                _ => false,
            });
        code.file.name(selector.sel) == "Close"
            && variable(code, selector.x) == Some(of)
            && within != owner
            && !is_deferred
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::lines_found;

    const HEAD: &str = "package p\nimport (\n\"net\"\n\"time\"\n\"crypto/tls\"\n\"golang.org/x/crypto/ssh\"\n)\n\
        var _ = time.Second\nvar _ *tls.Config\nvar _ net.Conn\nvar config *ssh.ClientConfig\n";

    fn lines(body: &str) -> Vec<u32> {
        let first = HEAD.lines().count() as u32;
        let found = lines_found(&RULE, &format!("{HEAD}{body}"));
        found.into_iter().map(|line| line - first).collect()
    }

    #[test]
    fn connecting_without_a_limit_is_found() {
        assert_eq!(lines("func f() { ssh.Dial(\"tcp\", \"h:22\", config) }"), [1]);
        assert_eq!(lines("func f() { go func() {\ntls.Dial(\"tcp\", \"h:22\", nil)\n}() }"), [2]);
    }

    #[test]
    fn a_handshake_on_a_connection_of_the_function_needs_a_deadline() {
        let dialed = "func f() {\nc, err := net.DialTimeout(\"tcp\", \"h:22\", time.Second)\nif err != nil { return }\n";
        assert_eq!(lines(&format!("{dialed}ssh.NewClientConn(c, \"h\", config)\n}}")), [4]);
        assert_eq!(lines(&format!("{dialed}t := tls.Client(c, nil)\nt.Handshake()\n}}")), [5]);
        let set = "c.SetDeadline(time.Now().Add(time.Second))\n";
        assert_eq!(lines(&format!("{dialed}{set}ssh.NewClientConn(c, \"h\", config)\n}}")), [0; 0]);
        assert_eq!(
            lines(&format!("{dialed}{set}t := tls.Client(c, nil)\nt.Handshake()\n}}")),
            [0; 0]
        );
    }

    #[test]
    fn what_may_have_a_limit_is_not_found() {
        let dialed =
            "func f() {\nc, err := net.Dial(\"tcp\", \"h:22\")\nif err != nil { return }\n";
        assert_eq!(lines("func f(c net.Conn) { ssh.NewServerConn(c, nil) }"), [0; 0]);
        assert_eq!(lines("func f(c *tls.Conn) { c.Handshake() }"), [0; 0]);
        assert_eq!(
            lines(&format!("{dialed}limit(c)\nssh.NewClientConn(c, \"h\", config)\n}}")),
            [0; 0]
        );
        let watched = "t := time.AfterFunc(time.Second, func() { c.Close() })\ndefer t.Stop()\n";
        assert_eq!(
            lines(&format!("{dialed}{watched}ssh.NewClientConn(c, \"h\", config)\n}}")),
            [0; 0]
        );
        assert_eq!(
            lines("func f(d *net.Dialer) { tls.DialWithDialer(d, \"tcp\", \"h\", nil) }"),
            [0; 0]
        );
    }

    #[test]
    fn a_deferred_close_is_no_limit() {
        let body = "func f() {\nc, _ := net.Dial(\"tcp\", \"h:22\")\ndefer c.Close()\nssh.NewClientConn(c, \"h\", config)\n}";
        assert_eq!(lines(body), [4]);
    }
}
