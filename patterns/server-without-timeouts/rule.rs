//! The source rule: an HTTP server that waits for its clients without a limit.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::{ExprId, ExprKind, Kind, StmtKind};
use plumb_scan::{Code, Rule};

mod clients;
mod lifetime;
mod listeners;
mod purpose;

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
    let calls = code.calls().filter(|(call, callee)| {
        callee.path == "net/http"
            && callee.receiver.is_none()
            && SERVING.contains(&callee.name)
            && !clients::are_bounded(code, *call)
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
    let literals = code
        .literals_of("net/http", "Server")
        .filter(|literal| !has_timeout(code, *literal) && !clients::are_bounded(code, *literal));
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

/// Whether a literal sets a timeout, or another one of the file, or an assignment to a field of that name: whose field it
/// is does not matter, since a file that knows of timeouts has thought of them.
fn has_timeout(code: &Code<'_>, literal: ExprId) -> bool {
    let ExprKind::CompositeLit(parts) = code.file[literal].kind else { return true };
    let elements = &code.file[parts.elts];
    let positional =
        elements.iter().any(|e| !matches!(code.file[*e].kind, ExprKind::KeyValueExpr(_)));
    positional
        || code.literals_of("net/http", "Server").any(|any| sets_timeout(code, any))
        || is_assigned_later(code)
}

fn sets_timeout(code: &Code<'_>, literal: ExprId) -> bool {
    HEADER_TIMEOUTS.iter().any(|name| code.field(literal, name).is_some())
        || code.field(literal, "ConnState").is_some_and(|watch| clients::is_timed(code, watch))
}

fn is_assigned_later(code: &Code<'_>) -> bool {
    code.statements_of([Kind::AssignStmt]).any(|stmt| {
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
    use crate::testing::{lines_found, lines_found_at, lines_found_in};

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
        silent("var s = http.Server{ConnState: limited(headerTimeout)}");
    }

    #[test]
    fn servers_whose_clients_are_bounded_are_not() {
        let head = "package p\nimport (\n\"fmt\"\n\"net\"\n\"net/http\"\n\"time\"\n)\n\
            var _ = time.Second\nvar _ = fmt.Sprint\nvar _ net.Conn\n";
        let found = |body: &str| lines_found(&RULE, &format!("{head}{body}"));
        let silent = |body: &str| assert_eq!(found(body), [0; 0], "{body}");
        silent("func f() { http.ListenAndServe(\"localhost:6060\", nil) }");
        silent("func f() { http.ListenAndServe(\"127.0.0.1:\"+port, nil) }");
        silent(
            "func f(n int) { addr := fmt.Sprintf(\"127.0.0.1:%d\", n)\nhttp.ListenAndServe(addr, nil) }",
        );
        silent("const addr = \"[::1]:80\"\nvar s = http.Server{Addr: addr}");
        silent(
            "func f() { l, _ := net.Listen(\"tcp\", \"127.0.0.1:0\")\ns := &http.Server{}\ns.Serve(l) }",
        );
        silent("func f(path string) { l, _ := net.Listen(\"unix\", path)\nhttp.Serve(l, nil) }");
        silent(
            "func f(a string, d time.Duration) { l, _ := newListener(a, d)\ns := &http.Server{}\ns.Serve(l) }\n\
             func newListener(a string, d time.Duration) (net.Listener, error) { return nil, nil }",
        );
        silent("type loginServer struct{}\nfunc (s *loginServer) start() { _ = &http.Server{} }");
        silent("func newCallbackServer() *http.Server { return &http.Server{} }");
        let text = "package p\nimport (\n\"net/http\"\n\"net/http/httptest\"\n)\n\
            func f(h http.Handler, own bool) {\nif own { httptest.NewServer(h) } else { http.ListenAndServe(\":80\", h) }\n}";
        assert_eq!(lines_found(&RULE, text), [0; 0]);
        // Whose address is a flag with such a default.
        silent(
            "func f(c *cfg) { flag.StringVar(&c.addr, \"addr\", \"localhost:80\", \"\")\nhttp.ListenAndServe(c.addr, nil) }",
        );
        silent(
            "var addr = flag.String(\"addr\", \"127.0.0.1:80\", \"\")\nfunc f() { http.ListenAndServe(*addr, nil) }",
        );
        // To look into the program.
        silent("func f(c *cfg) { http.ListenAndServe(fmt.Sprintf(\":%d\", *c.debugPort), nil) }");
        silent(
            "func f(m *http.ServeMux) { m.Handle(\"/debug/pprof/\", nil)\nhttp.ListenAndServe(\":80\", m) }",
        );
        // The second listener, for the same machine; what callers serve with; one that is told its timeout.
        silent("func f(localListener net.Listener) { http.Serve(localListener, nil) }");
        silent("func f(h http.Handler) *http.Server { return &http.Server{Handler: h} }");
        silent("func f(h http.Handler) *http.Server { s := &http.Server{Handler: h}\nreturn s }");
        silent(
            "var a = http.Server{ReadTimeout: time.Second}\nvar b = http.Server{Addr: \"builtin\"}",
        );
        // What a function closes when it is done with something else.
        let probe = |rest: &str| {
            format!(
                "func probe(a string, stop chan bool) error {{\n\
                 s := &http.Server{{Addr: a}}\ngo s.ListenAndServe()\ndefer s.Close()\n{rest}\n}}"
            )
        };
        silent(&probe("return accept(a)"));
        silent(&probe("if err := accept(a); err != nil { return err }\nreturn await(a)"));
        assert_eq!(found(&probe("<-stop\nreturn nil")), [12]);
        assert_eq!(found(&probe("select {\ncase <-stop:\n}\nreturn nil")), [12]);
        assert_eq!(found(&probe("return group.Wait()")), [12]);
        assert_eq!(found(&probe("for {\naccept(a)\n}")), [12]);
        assert_eq!(found(&probe("return accept(a)").replace("go s.", "s.")), [12]);
        assert_eq!(found(&probe("return accept(a)").replace("defer s.Close()", "")), [12]);
        // Those that others may reach.
        assert_eq!(found("func f() { http.ListenAndServe(\":6060\", nil) }"), [11]);
        assert_eq!(found("func f() { http.ListenAndServe(\"0.0.0.0:80\", nil) }"), [11]);
        assert_eq!(
            found("func f(host string) { http.ListenAndServe(fmt.Sprintf(\"%s:80\", host), nil) }"),
            [11]
        );
        assert_eq!(
            found(
                "func f(a string) { l, _ := net.Listen(\"tcp\", a)\ns := &http.Server{}\ns.Serve(l) }"
            ),
            [12]
        );
        assert_eq!(
            found(
                "func f(a string) { m, _ := net.Listen(\"tcp\", \"localhost:1\")\nl, _ := net.Listen(\"tcp\", a)\nhttp.Serve(l, m) }"
            ),
            [13]
        );
        assert_eq!(
            found("func f(d time.Duration) { time.Sleep(d)\nhttp.ListenAndServe(\":80\", nil) }"),
            [12]
        );
        assert_eq!(found("var s = http.Server{ConnState: count}"), [11]);
        assert_eq!(
            found(
                "func f(c *cfg) { flag.StringVar(&c.addr, \"addr\", \":80\", \"\")\nhttp.ListenAndServe(c.addr, nil) }"
            ),
            [12]
        );
        assert_eq!(
            found(
                "func f(c *cfg) { flag.StringVar(&c.other, \"o\", \"localhost:80\", \"\")\nhttp.ListenAndServe(c.addr, nil) }"
            ),
            [12]
        );
        assert_eq!(
            found("func f(publicListener net.Listener) { http.Serve(publicListener, nil) }"),
            [11]
        );
        assert_eq!(
            found(
                "func f(h http.Handler) *http.Server { return &http.Server{Addr: \":80\", Handler: h} }"
            ),
            [11]
        );
    }

    #[test]
    fn listeners_inside_of_the_machine_are_not() {
        let head = "package p\nimport (\n\"net\"\n\"net/http\"\n)\nvar _ net.Conn\n";
        let found = |body: &str| lines_found(&RULE, &format!("{head}{body}"));
        let silent = |body: &str| assert_eq!(found(body), [0; 0], "{body}");
        // In memory, and without a network.
        silent("func f(h http.Handler) { l := memnet.Listen(\"local:80\")\nhttp.Serve(l, h) }");
        silent(
            "func f(h http.Handler) { l := bufconn.Listen(1 << 20)\ns := http.Server{Handler: h}\ns.Serve(l) }",
        );
        // Of a field: what the file gives to it.
        let of_field = |address: &str| {
            format!(
                "type files struct {{ ln net.Listener }}\n\
                 func newFiles() *files {{\nln, _ := net.Listen(\"tcp\", {address})\nreturn &files{{ln: ln}}\n}}\n\
                 func (f *files) Serve(h http.Handler) error {{\nreturn http.Serve(f.ln, h)\n}}"
            )
        };
        silent(&of_field("\"127.0.0.1:0\""));
        assert_eq!(found(&of_field("\":80\"")), [13]);
        let of_literal = |address: &str| {
            format!(
                "type files struct {{ ln net.Listener }}\n\
                 func (f *files) open() {{ f.ln, _ = net.Listen(\"tcp\", {address}) }}\n\
                 func (f *files) start(h http.Handler) {{\ns := &http.Server{{Handler: h}}\ngo s.Serve(f.ln)\n}}"
            )
        };
        silent(&of_literal("\"localhost:0\""));
        assert_eq!(found(&of_literal("\"0.0.0.0:0\"")), [10]);
        assert_eq!(
            found("type t struct { l net.Listener }\nfunc (t *t) f() { http.Serve(t.l, nil) }"),
            [8]
        );
        // One of two.
        let two = "func f(path string, h http.Handler) {\nl, _ := net.Listen(\"unix\", path)\n\
            if h != nil { http.Serve(l, h) }\nfor _, o := range activationListeners() { http.Serve(o, h) }\n}";
        assert_eq!(found(two), [10]);
        // What is made of a listener has its bounds.
        silent(
            "func f() { l, _ := net.Listen(\"tcp\", \"127.0.0.1:0\")\nlog(urlOfListener(l))\nhttp.Serve(l, nil) }",
        );
        assert_eq!(
            found(
                "func f() { l, _ := net.Listen(\"tcp\", \":0\")\nhttp.Serve(limitListener(l, 3), nil) }"
            ),
            [8]
        );
    }

    #[test]
    fn servers_to_look_into_a_program_are_not() {
        let head = "package p\nimport (\n\"flag\"\n\"net/http\"\n)\nvar _ = flag.Parse\n";
        let found = |body: &str| lines_found(&RULE, &format!("{head}{body}"));
        let silent = |body: &str| assert_eq!(found(body), [0; 0], "{body}");
        silent(
            "func runDebugServer(addr string) { s := &http.Server{Addr: addr}\ns.ListenAndServe() }",
        );
        silent("func f(o Options) { http.ListenAndServe(o.ProfilerAddr, nil) }");
        silent(
            "func f(m http.Handler) { l, _ := ts.Listen(\"tcp\", port(*debugPort))\ngo http.Serve(l, m) }",
        );
        silent(
            "func f(m http.Handler) { s := &http.Server{Handler: m}\nl, _ := ts.Listen(\"tcp\", debugAddr)\ns.Serve(l) }",
        );
        silent(
            "var addr = flag.String(\"http\", \":80\", \"address of the debug server\")\nfunc f() { http.ListenAndServe(*addr, nil) }",
        );
        // Another one of the same function is not.
        assert_eq!(
            found(
                "func f(m http.Handler) { l, _ := ts.Listen(\"tcp\", debugAddr)\no, _ := ts.Listen(\"tcp\", addr)\ngo http.Serve(l, m)\nhttp.Serve(o, m) }"
            ),
            [10]
        );
        assert_eq!(
            found(
                "var addr = flag.String(\"http\", \":80\", \"address\")\nfunc f() { http.ListenAndServe(*addr, nil) }"
            ),
            [8]
        );
    }

    #[test]
    fn programs_for_a_trial_are_not() {
        let program =
            "package main\nimport \"net/http\"\nfunc main() { http.ListenAndServe(\":80\", nil) }";
        let by_hand = |first: &str| lines_found(&RULE, &format!("{first}\n\n{program}"));
        assert_eq!(lines_found(&RULE, program), [3]);
        assert_eq!(by_hand("//go:build ignore"), [0; 0]);
        assert_eq!(by_hand("//go:build linux"), [5]);
        let in_folder =
            |folder: &str| lines_found_at(&RULE, &format!("{folder}/main.go"), program).len();
        assert_eq!(in_folder("examples/web"), 0);
        assert_eq!(in_folder("cmd/demo-server"), 0);
        assert_eq!(in_folder("cmd/server"), 1);
        assert_eq!(in_folder("cmd/proxy-test-server"), 0);
        assert_eq!(in_folder("bus/debug-demo"), 0);
        assert_eq!(in_folder("engine/bench"), 0);
        assert_eq!(in_folder("cmd/latest"), 1);
        assert_eq!(in_folder("cmd/device"), 1);
        let module = |folder: &str| {
            let (own, file) = (format!("/m/{folder}/go.mod"), format!("/m/{folder}/main.go"));
            let files = [
                ("/m/go.mod", "module example.com/m\n\ngo 1.24\n"),
                (own.as_str(), "module shop\n\ngo 1.24\n"),
                (file.as_str(), program),
            ];
            lines_found_in(&RULE, &files, &format!("/m/{folder}")).len()
        };
        assert_eq!(module("examples/web/shop"), 0);
        assert_eq!(module("services/shop"), 1);
        let library = program.replace("package main", "package p").replace("main()", "Serve()");
        assert_eq!(lines_found_at(&RULE, "examples/web/a.go", &library).len(), 1);
        assert_eq!(lines_found_at(&RULE, "nettest/sim/a.go", &library).len(), 0);
        assert_eq!(lines_found_at(&RULE, "internal/mock/a.go", &library).len(), 0);
        assert_eq!(lines_found_at(&RULE, "latest/a.go", &library).len(), 1);
        let helper = library
            .replace("import ", "import (\n\"testing\"\n")
            .replace("\"net/http\"\n", "\"net/http\"\n)\nvar _ testing.TB\n");
        assert_eq!(lines_found_at(&RULE, "web/a.go", &helper).len(), 0);
    }
}
