//! The source rule: a connection of which nobody would notice that its peer has vanished.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::{ExprId, ExprKind, Kind, Node, Token};
use plumb_scan::fixes::{probed, with_probes};
use plumb_scan::{Code, FunctionKey, Rule};

mod probes;

pub(crate) static RULE: Rule = Rule { pattern: "half-open-connection", linters: &[], check };

/// Since this version a dialer without [`KEEP_ALIVE`] sends keepalive probes each 15 s (release notes of Go 1.13).
const PROBES_BY_DEFAULT: (u32, u32) = (1, 13);

const KEEP_ALIVE: &str = "KeepAlive";

/// Fields of `net.Dialer` by which the code itself decides on probes, or on other limits of the socket.
const OTHER_LIMITS: [&str; 3] = ["KeepAliveConfig", "Control", "ControlContext"];

/// Methods that let a silent peer end a connection.
const LIMITS: [&str; 3] = ["SetDeadline", "SetReadDeadline", "SetKeepAlivePeriod"];

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test {
        return Vec::new();
    }
    let dialers = code.literals_of("net", "Dialer").chain(code.literals_of("net", "ListenConfig"));
    let dialers = dialers.filter_map(|literal| dialer(code, literal));
    let found: Vec<SourceFinding> = dialers
        .chain(code.calls().filter_map(|(call, callee)| turned_off(code, call, callee)))
        .collect();
    // Few files dial at all: only of those it is asked what the file and its package know of silent peers.
    match found.is_empty() || limits_reading(code) || probes::has_own(code) {
        true => Vec::new(),
        false => found,
    }
}

/// A call that turns keepalive off.
fn turned_off(code: &Code<'_>, call: ExprId, callee: FunctionKey<'_>) -> Option<SourceFinding> {
    let turns_off = callee.path == "net"
        && callee.name == "SetKeepAlive"
        && code.arguments(call).first().is_some_and(|arg| code.text(*arg) == "false");
    let message = "keepalive is turned off and no read has a deadline: a peer that vanishes without a word is never \
                   noticed, and what reads from this connection waits for ever";
    turns_off.then(|| {
        let mut finding = finding(code, call, Confidence::Likely, message);
        finding.fix = probed(code, call);
        finding
    })
}

fn dialer(code: &Code<'_>, literal: ExprId) -> Option<SourceFinding> {
    if OTHER_LIMITS.iter().any(|field| code.field(literal, field).is_some()) {
        return None;
    }
    match code.field(literal, KEEP_ALIVE) {
        Some(value) => is_negative(code, value).then(|| {
            let message = "this turns keepalive off and no read has a deadline: a peer that vanishes without a word is \
                           never noticed, and what reads from its connections waits for ever";
            let mut finding = finding(code, literal, Confidence::Likely, message);
            finding.fix = with_probes(code, literal, value);
            finding
        }),
        None => {
            let ExprKind::CompositeLit(parts) = code.file[literal].kind else { return None };
            let is_old = code.go < PROBES_BY_DEFAULT
                && !parts.elts.is_empty()
                && code.literals_of("net", "Dialer").any(|dialer| dialer == literal)
                && !is_in_literal(code, literal);
            let message = "before Go 1.13 a dialer sends no keepalive probes unless KeepAlive is set, and no read has a \
                           deadline: a peer that vanishes without a word is never noticed";
            is_old.then(|| finding(code, literal, Confidence::Possible, message))
        }
    }
}

/// Whether it is a part of another literal: of a transport, which has limits of its own.
fn is_in_literal(code: &Code<'_>, literal: ExprId) -> bool {
    code.scope.parents().above(Node::Expr(literal)).any(|above| match above {
        Node::Expr(expr) => matches!(code.file[expr].kind, ExprKind::KeyValueExpr(_)),
        _ => false,
    })
}

fn is_negative(code: &Code<'_>, value: ExprId) -> bool {
    match code.file[code.file.unparen(value)].kind {
        ExprKind::UnaryExpr(unary) => unary.op == Token::Sub,
        ExprKind::BinaryExpr(binary) if binary.op == Token::Mul => {
            is_negative(code, binary.x) != is_negative(code, binary.y)
        }
        // A conversion: time.Duration(-1).
        ExprKind::CallExpr(call) => match code.file[call.args] {
            [value] => is_negative(code, value),
            _ => false,
        },
        _ => false,
    }
}

/// Whether the file sets a limit to reading, other than taking one away again. Whose it is does not matter, since code
/// that knows of such limits has thought of them; but one only around a handshake is taken away after it.
fn limits_reading(code: &Code<'_>) -> bool {
    let mut clears = false;
    let mut sets = 0;
    for expr in code.expressions_of([Kind::CallExpr]) {
        let ExprKind::CallExpr(call) = code.file[expr].kind else { continue };
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(call.fun)].kind else {
            continue;
        };
        if !LIMITS.contains(&code.file.name(selector.sel)) {
            continue;
        }
        match code.file[call.args].first().map(|arg| code.text(*arg)) {
            Some("time.Time{}") => clears = true,
            _ => sets += 1,
        }
    }
    sets > usize::from(clears)
}

fn finding(code: &Code<'_>, at: ExprId, confidence: Confidence, message: &str) -> SourceFinding {
    code.finding(RULE.pattern, code.file[at].span, confidence, message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::lines_found;

    const HEAD: &str =
        "package p\nimport (\n\"net\"\n\"time\"\n)\nvar _ = time.Second\nvar _ net.Conn\n";

    fn lines(body: &str) -> Vec<u32> {
        let first = HEAD.lines().count() as u32;
        let found = lines_found(&RULE, &format!("{HEAD}{body}"));
        found.into_iter().map(|line| line - first).collect()
    }

    fn lines_of_go(version: &str, body: &str) -> Vec<u32> {
        let knowledge = plumb_scan::Knowledge::new(&crate::objects::OBJECTS);
        let text = format!("{HEAD}{body}");
        let scan = plumb_scan::memory::scan_text(&[&RULE], &knowledge, version, &text);
        let first = HEAD.lines().count() as u32;
        scan.findings.iter().map(|finding| finding.place.line - first).collect()
    }

    #[test]
    fn a_dialer_without_probes_is_found() {
        assert_eq!(lines("func f() { (&net.Dialer{KeepAlive: -1}).Dial(\"tcp\", \"h:1\") }"), [1]);
        assert_eq!(
            lines("var d = net.Dialer{Timeout: time.Second,\nKeepAlive: -1 * time.Second}"),
            [1]
        );
        assert_eq!(lines("var d = &net.Dialer{KeepAlive: -time.Second}"), [1]);
        assert_eq!(lines("var d = net.Dialer{KeepAlive: time.Duration(-1)}"), [1]);
        assert_eq!(lines("var l = net.ListenConfig{KeepAlive: -1}"), [1]);
        assert_eq!(lines("func f(c *net.TCPConn) {\nc.SetKeepAlive(false)\nc.Read(nil)\n}"), [2]);
        assert_eq!(
            lines(
                "func f(c net.Conn) { c.SetDeadline(time.Now())\nc.SetDeadline(time.Time{}) }\nvar d = net.Dialer{KeepAlive: -1}"
            ),
            [3]
        );
        assert_eq!(
            lines("type T struct { D net.Dialer }\nvar t = T{D: net.Dialer{KeepAlive: -1}}"),
            [2]
        );
        assert_eq!(
            lines("func f() { d := net.Dialer{KeepAlive: (-1)}\nd.Dial(\"tcp\", \"h:1\") }"),
            [1]
        );
    }

    #[test]
    fn old_versions_of_go_need_the_field() {
        let dialer = "var d = net.Dialer{Timeout: time.Second}";
        assert_eq!(lines_of_go("1.12", dialer), [1]);
        assert_eq!(lines_of_go("1.13", dialer), [0; 0]);
        assert_eq!(lines_of_go("1.12", "var d = net.Dialer{KeepAlive: time.Second}"), [0; 0]);
    }

    #[test]
    fn protocols_with_probes_of_their_own_are_not() {
        let silent = |body: &str| assert_eq!(lines(body), [0; 0], "{body}");
        let dialer = "var d = net.Dialer{KeepAlive: -1}";
        silent(&format!("{dialer}\nconst DEFAULT_PING_INTERVAL = 2 * time.Minute"));
        silent(&format!("{dialer}\ntype client struct{{}}\nfunc (c *client) setPingTimer() {{}}"));
        silent(&format!("{dialer}\nfunc sendHeartbeats(c net.Conn) {{}}"));
        for other in [
            "func ping(c net.Conn) {}",
            "var mappingInterval = time.Second",
            "func stoppingTimer() {}",
            "var pollInterval = time.Second",
        ] {
            assert_eq!(lines(&format!("{dialer}\n{other}")), [1], "{other}");
        }
    }

    #[test]
    fn connections_with_limits_are_not() {
        let silent = |body: &str| assert_eq!(lines(body), [0; 0], "{body}");
        silent("var d = net.Dialer{}");
        silent("var d = net.Dialer{Timeout: time.Second}");
        silent("var d = net.Dialer{KeepAlive: 30 * time.Second}");
        silent("var d = net.Dialer{KeepAlive: 0}");
        silent(
            "var d = net.Dialer{KeepAlive: -1, KeepAliveConfig: net.KeepAliveConfig{Enable: true}}",
        );
        silent("var d = net.Dialer{KeepAlive: -1, Control: userTimeout}");
        silent(
            "func f(c net.Conn) { c.SetReadDeadline(time.Now().Add(time.Minute)) }\nvar d = net.Dialer{KeepAlive: -1}",
        );
        silent("func f(c *net.TCPConn) { c.SetKeepAlive(true) }");
        silent(
            "func f(c *net.TCPConn) { c.SetKeepAlive(false)\nc.SetDeadline(time.Now().Add(time.Minute)) }",
        );
        silent("type Dialer struct { KeepAlive int }\nvar d = Dialer{KeepAlive: -1}");
        silent("func f(period time.Duration) net.Dialer { return net.Dialer{KeepAlive: period} }");
    }
}
