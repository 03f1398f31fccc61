//! The source rule: an HTTP server that waits for its clients without a limit.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::{ExprId, ExprKind, Node, StmtKind};
use plumb_scan::{Code, Rule};

/// Fields of `http.Server` of which one bounds how long a client may take to send its request's header.
const HEADER_TIMEOUTS: [&str; 2] = ["ReadHeaderTimeout", "ReadTimeout"];

/// Functions of `net/http` that serve with a server without any timeout.
const SERVING: [&str; 4] = ["ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"];

pub(crate) static RULE: Rule = Rule {
    pattern: "server-without-timeouts",
    // gosec: G112 is the literal, G114 the functions.
    linters: &["gosec", "G112", "G114"],
    check,
};

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test {
        return Vec::new();
    }
    let calls = code.calls().filter(|(_, callee)| {
        callee.path == "net/http" && callee.receiver.is_none() && SERVING.contains(&callee.name)
    });
    let calls = calls.map(|(call, callee)| {
        let message = format!(
            "http.{} serves without timeouts: a client that never finishes its request, or stays away without \
             closing, keeps a goroutine and a descriptor for ever",
            callee.name
        );
        let mut finding = finding(code, call, message);
        finding.fix = plumb_scan::fixes::call_with_timeout(code, call);
        finding
    });
    let literals =
        code.literals_of("net/http", "Server").filter(|literal| !has_timeout(code, *literal));
    let literals = literals.map(|literal| {
        let message = "this http.Server has neither ReadHeaderTimeout nor ReadTimeout: a client that never finishes \
                       its request keeps a goroutine and a descriptor for ever";
        let mut finding = finding(code, literal, message.to_owned());
        finding.fix = plumb_scan::fixes::literal_with_timeout(code, literal);
        finding
    });
    calls.chain(literals).collect()
}

fn finding(code: &Code<'_>, at: ExprId, message: String) -> SourceFinding {
    let span = code.file[at].span;
    let mut finding = code.finding(RULE.pattern, span, Confidence::Possible, message);
    finding.object = "http server connection";
    finding
}

/// Whether a literal sets a timeout, itself or in an assignment to a field of that name: whose field it is does not
/// matter, since a file that knows of timeouts has thought of them.
fn has_timeout(code: &Code<'_>, literal: ExprId) -> bool {
    let ExprKind::CompositeLit(parts) = code.file[literal].kind else { return true };
    let elements = &code.file[parts.elts];
    let positional =
        elements.iter().any(|e| !matches!(code.file[*e].kind, ExprKind::KeyValueExpr(_)));
    positional
        || HEADER_TIMEOUTS.iter().any(|name| code.field(literal, name).is_some())
        || is_assigned_later(code)
}

fn is_assigned_later(code: &Code<'_>) -> bool {
    code.file.walk(Node::File).any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
        code.file[assign.lhs].iter().any(|to| match code.file[*to].kind {
            ExprKind::SelectorExpr(selector) => {
                HEADER_TIMEOUTS.contains(&code.file.name(selector.sel))
            }
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::lines_found;

    #[test]
    fn servers_without_a_limit_are_found() {
        let found = |body: &str| {
            let text = format!(
                "package p\nimport (\n\"net/http\"\n\"time\"\n)\nvar _ = time.Second\n{body}"
            );
            lines_found(&RULE, &text)
        };
        let lines = found("func f() error { return http.ListenAndServe(\":80\", nil) }");
        assert_eq!(lines, [7]);
        assert_eq!(found("var s = &http.Server{\nAddr: \":80\",\n}"), [7]);
        assert_eq!(found("var s = http.Server{}"), [7]);
        assert_eq!(found("var s = []*http.Server{{Addr: \":80\"}}"), [7]);
    }

    #[test]
    fn servers_with_a_limit_are_not() {
        let silent = |body: &str| {
            let text = format!(
                "package p\nimport (\n\"net/http\"\n\"time\"\n)\nvar _ = time.Second\n{body}"
            );
            assert_eq!(lines_found(&RULE, &text), [0; 0], "{body}");
        };
        silent("var s = http.Server{ReadHeaderTimeout: time.Second}");
        silent("var s = http.Server{ReadTimeout: time.Second}");
        silent("func f() { s := &http.Server{}\ns.ReadTimeout = time.Second\ns.ListenAndServe() }");
        silent("type Server struct{}\nvar s = Server{}");
        silent("func f(s *http.Server) error { return s.ListenAndServe() }");
        silent("func f(c *http.Client) *http.Client { return &http.Client{} }");
    }
}
