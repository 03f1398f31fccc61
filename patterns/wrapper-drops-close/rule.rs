//! The source rule: what a function opens is returned within something that cannot close it.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind};
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::flow::{Bound, BoundTo, Mention};
use plumb_gosource::{
    ExprId, ExprKind, IdentId, Lookup, MemberKind, Node, SpecKind, StmtKind, Type, TypeKind,
};
use plumb_scan::{Code, FunctionKey, Rule};

pub(crate) static RULE: Rule = Rule { pattern: "wrapper-drops-close", linters: &[], check };

/// Functions of the standard library that read from their argument and have no `Close`, or one that does not close it
/// (documentation of Go 1.27): package, name.
const WRAPPERS: [(&str, &str); 19] = [
    ("io", "NopCloser"),
    ("io/ioutil", "NopCloser"),
    ("io", "LimitReader"),
    ("io", "TeeReader"),
    ("io", "MultiReader"),
    ("io", "NewSectionReader"),
    ("bufio", "NewReader"),
    ("bufio", "NewReaderSize"),
    ("bufio", "NewScanner"),
    ("compress/gzip", "NewReader"),
    ("compress/zlib", "NewReader"),
    ("compress/flate", "NewReader"),
    ("compress/bzip2", "NewReader"),
    ("archive/tar", "NewReader"),
    ("encoding/csv", "NewReader"),
    ("encoding/json", "NewDecoder"),
    ("encoding/xml", "NewDecoder"),
    ("encoding/gob", "NewDecoder"),
    ("encoding/hex", "NewDecoder"),
];

/// Types of which each value must be closed, whoever makes it. What is closed of a response is its `Body`.
const CLOSABLE: [(&str, &str); 5] = [
    ("os", "File"),
    ("io", "ReadCloser"),
    ("net", "Conn"),
    ("net", "TCPConn"),
    ("net/http", "Response"),
];

/// Through how many wrappers and variables in each other a value is followed. Nobody writes as many.
const MAX_DEPTH: usize = 8;

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    let confidence = if code.in_test { Confidence::Possible } else { Confidence::Likely };
    code.calls().filter_map(|(call, callee)| found(code, call, &callee, confidence)).collect()
}

/// A finding if a call opens something that leaves the function only within a wrapper.
fn found(
    code: &Code<'_>,
    call: ExprId,
    callee: &FunctionKey<'_>,
    confidence: Confidence,
) -> Option<SourceFinding> {
    let Bound::To(places) = code.scope.bound(call) else { return None };
    let Some(BoundTo::Variable(variable)) = places.first() else { return None };
    let known = code.acquired_by(callee).first();
    if callee.name == "NopCloser" || known.is_some_and(|(object, _)| !is_open(object)) {
        return None;
    }
    if known.is_none() && !is_closable(code, *variable) {
        return None;
    }
    let wrapper = wrapped_only(code, *variable)?;
    let name = code.file.name(*variable);
    let message = format!(
        "`{name}` is opened here and returned only within `{}`, through which nobody can close it",
        shortened(code.text(wrapper)),
    );
    let mut finding = code.finding(RULE.pattern, code.file[call].span, confidence, message);
    finding.path.push(code.step(code.file[call].span, format!("`{name}` is opened")));
    let text = "wrapped in what has no Close that reaches it, and returned";
    finding.path.push(code.step(code.file[wrapper].span, text));
    Some(finding)
}

/// The first line of a text.
fn shortened(text: &str) -> String {
    match text.split_once('\n') {
        Some((first, _)) => format!("{first} …"),
        None => text.to_owned(),
    }
}

/// Whether a record is of what its caller must close to let go of a file or a connection.
fn is_open(object: &LibraryObject) -> bool {
    matches!(object.source.kind, ResourceKind::File | ResourceKind::Connection | ResourceKind::Body)
}

/// The same of what no record names, by the type of the variable that holds it.
fn is_closable(code: &Code<'_>, variable: IdentId) -> bool {
    let ty = code.types.of_var(variable).and_then(Type::named);
    ty.is_some_and(|ty| CLOSABLE.contains(&(&*ty.path, &*ty.name)))
}

/// The wrapper within which alone a variable leaves its function; `None` if it leaves otherwise too, or is closed.
fn wrapped_only(code: &Code<'_>, variable: IdentId) -> Option<ExprId> {
    let function = code.scope.function_at(code.file[variable].span.start)?;
    let mut wrapper = None;
    for mention in uses(code, variable) {
        if code.scope.function_at(code.file[mention.ident].span.start) != Some(function) {
            return None;
        }
        match use_of(code, mention.expr?) {
            Use::Reads => {}
            Use::Wrapped(by) => wrapper = Some(by),
            Use::Other => return None,
        }
    }
    wrapper
}

/// The mentions of a variable but for its declaration.
fn uses<'c>(code: &'c Code<'_>, variable: IdentId) -> impl Iterator<Item = &'c Mention> {
    let all = code.scope.all_mentions().of(variable).iter();
    all.filter(move |mention| mention.ident != variable)
}

/// What is done with a variable that holds something open.
enum Use {
    /// It stays where it is.
    Reads,
    /// It is returned within this.
    Wrapped(ExprId),
    /// It is closed, or handed on, or nobody knows.
    Other,
}

fn use_of(code: &Code<'_>, mut expr: ExprId) -> Use {
    let file = code.file;
    let Some(above) = code.scope.parents().of(Node::Expr(expr)) else { return Use::Other };
    if let Node::Expr(above) = above
        && let ExprKind::SelectorExpr(selector) = file[above].kind
    {
        match file.name(selector.sel) {
            "Body" => expr = above,
            "Close" => return Use::Other,
            _ => {
                let calls = matches!(code.scope.parents().of(Node::Expr(above)),
                    Some(Node::Expr(call)) if matches!(file[call].kind, ExprKind::CallExpr(parts) if parts.fun == above));
                let is_method = matches!(
                    member(code, selector.x, file.name(selector.sel)),
                    Some(MemberKind::Method | MemberKind::InterfaceMethod)
                );
                // A method value may be kept.
                return if calls || !is_method { Use::Reads } else { Use::Other };
            }
        }
    }
    match code.scope.parents().of(Node::Expr(expr)) {
        Some(Node::Expr(above)) => match file[above].kind {
            ExprKind::BinaryExpr(_) => Use::Reads,
            ExprKind::SelectorExpr(selector) if file.name(selector.sel) != "Close" => Use::Reads,
            _ => match wrapping(code, expr) {
                Some(wrapper) if is_returned(code, wrapper, MAX_DEPTH) => Use::Wrapped(wrapper),
                _ => Use::Other,
            },
        },
        _ => Use::Other,
    }
}

fn member(code: &Code<'_>, of: ExprId, name: &str) -> Option<MemberKind> {
    match code.program.member(code.types.of(of)?, name, &code.package.path) {
        Lookup::Found(member) => Some(member.kind),
        _ => None,
    }
}

/// The call or literal right above an expression, if it wraps it without a way to close it.
fn wrapping(code: &Code<'_>, expr: ExprId) -> Option<ExprId> {
    let file = code.file;
    let Some(Node::Expr(above)) = code.scope.parents().of(Node::Expr(expr)) else { return None };
    match file[above].kind {
        ExprKind::CallExpr(call) if call.fun != expr => {
            let callee = code.callee(above)?;
            let wraps = callee.receiver.is_none() && WRAPPERS.contains(&(callee.path, callee.name));
            wraps.then_some(above)
        }
        ExprKind::KeyValueExpr(pair) if pair.value == expr => {
            let ExprKind::Ident(field) = file[pair.key].kind else { return None };
            let Some(Node::Expr(literal)) = code.scope.parents().of(Node::Expr(above)) else {
                return None;
            };
            holds_for_ever(code, literal, file.name(field)).then_some(literal)
        }
        _ => None,
    }
}

/// Whether a struct holds a reader without a way to close it: it has no `Close`, and its field is an interface without
/// one.
fn holds_for_ever(code: &Code<'_>, literal: ExprId, field: &str) -> bool {
    let Some(ty) = code.types.of(literal) else { return false };
    let from = &code.package.path;
    let has_close = |ty: &Type| !matches!(code.program.member(ty, "Close", from), Lookup::Absent);
    if has_close(&Type::pointer(ty.clone())) || !matches!(ty.kind(), TypeKind::Named(_)) {
        return false;
    }
    match code.program.member(ty, field, from) {
        // Also if the standard library is not at hand.
        Lookup::Found(field) if field.ty.is_named("io", "Reader") => true,
        Lookup::Found(field) => {
            let is_interface =
                matches!(code.program.underlying(&field.ty).kind(), TypeKind::Interface(_));
            is_interface && !has_close(&field.ty)
        }
        _ => false,
    }
}

/// Whether a value leaves its function only by its results, itself or within more wrappers.
fn is_returned(code: &Code<'_>, value: ExprId, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let file = code.file;
    match code.scope.parents().of(Node::Expr(value)) {
        Some(Node::Expr(above)) => match file[above].kind {
            ExprKind::ParenExpr(_) | ExprKind::UnaryExpr(_) => is_returned(code, above, depth),
            _ => wrapping(code, value).is_some_and(|by| is_returned(code, by, depth)),
        },
        Some(Node::Stmt(stmt)) => match file[stmt].kind {
            StmtKind::ReturnStmt(_) => true,
            StmtKind::AssignStmt(_) => variable_is_returned(code, value, depth),
            _ => false,
        },
        Some(Node::Spec(spec)) => {
            matches!(file[spec].kind, SpecKind::ValueSpec(_))
                && variable_is_returned(code, value, depth)
        }
        _ => false,
    }
}

fn variable_is_returned(code: &Code<'_>, value: ExprId, depth: usize) -> bool {
    let file = code.file;
    let Bound::To(places) = code.scope.bound(value) else { return false };
    let Some(BoundTo::Variable(variable)) = places.first() else { return false };
    let mut returned = false;
    for mention in uses(code, *variable) {
        let Some(expr) = mention.expr else { return false };
        match code.scope.parents().of(Node::Expr(expr)) {
            // What is called on the wrapper does not reach what is wrapped.
            Some(Node::Expr(above))
                if matches!(
                    file[above].kind,
                    ExprKind::SelectorExpr(_) | ExprKind::BinaryExpr(_)
                ) => {}
            Some(Node::Stmt(stmt)) if matches!(file[stmt].kind, StmtKind::AssignStmt(assign) if file[assign.lhs].contains(&expr)) =>
                {}
            _ if is_returned(code, expr, depth) => returned = true,
            _ => return false,
        }
    }
    returned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::lines_found;

    const HEAD: &str = "package p\nimport (\n\"bufio\"\n\"compress/gzip\"\n\"encoding/json\"\n\"io\"\n\"net\"\n\"net/http\"\n\"os\"\n)\n\
        var _ = bufio.NewReader\nvar _ = gzip.NewReader\nvar _ = json.NewDecoder\nvar _ = net.Dial\nvar _ = http.Get\nvar _ = io.EOF\n";

    fn lines(body: &str) -> Vec<u32> {
        let first = HEAD.lines().count() as u32;
        let found = lines_found(&RULE, &format!("{HEAD}{body}"));
        found.into_iter().map(|line| line - first).collect()
    }

    /// After a file was opened.
    fn after_open(body: &str) -> Vec<u32> {
        lines(&format!(
            "func f(path string) (io.Reader, error) {{\nr, err := os.Open(path)\nif err != nil {{ return nil, err }}\n{body}\n}}"
        ))
    }

    /// After a response was got.
    fn after_get(body: &str) -> Vec<u32> {
        lines(&format!(
            "func f(url string) (io.Reader, error) {{\nresp, err := http.Get(url)\nif err != nil {{ return nil, err }}\n{body}\n}}"
        ))
    }

    const PLAIN: &str = "type counted struct { r io.Reader\nn int }\nfunc (c *counted) Read(p []byte) (int, error) { return c.r.Read(p) }\n";

    #[test]
    fn what_is_returned_within_a_reader_is_found() {
        assert_eq!(after_open("return bufio.NewReader(r), nil"), [2]);
        assert_eq!(after_open("return io.LimitReader(r, 10), nil"), [2]);
        assert_eq!(after_open("b := bufio.NewReader(r)\nb.Peek(1)\nreturn b, nil"), [2]);
        assert_eq!(after_open("return bufio.NewReader(io.LimitReader(r, 10)), nil"), [2]);
        assert_eq!(
            after_open(
                "z, err := gzip.NewReader(r)\nif err != nil { return nil, err }\nreturn z, nil"
            ),
            [2]
        );
        assert_eq!(after_open("r.Seek(0, 0)\nreturn io.MultiReader(r), nil"), [2]);
        assert_eq!(after_get("return io.NopCloser(resp.Body), nil"), [2]);
        assert_eq!(
            after_get(
                "if resp.StatusCode != 200 { return nil, nil }\nreturn io.TeeReader(resp.Body, os.Stdout), nil"
            ),
            [2]
        );
        assert_eq!(after_get("d := json.NewDecoder(resp.Body)\nreturn d.Buffered(), nil"), [0; 0]);
        let decoder = "func f() (*json.Decoder, error) {\nc, err := net.Dial(\"tcp\", \"h:1\")\nif err != nil { return nil, err }\nreturn json.NewDecoder(c), nil\n}";
        assert_eq!(lines(decoder), [2]);
        let own = format!(
            "{PLAIN}func f() (io.Reader, error) {{\nr, err := os.Open(\"x\")\nif err != nil {{ return nil, err }}\nreturn &counted{{r: r}}, nil\n}}"
        );
        assert_eq!(lines(&own), [5]);
    }

    #[test]
    fn what_can_be_closed_is_not() {
        let silent = |body: &str| assert_eq!(after_open(body), [0; 0], "{body}");
        silent("return r, nil");
        silent("defer r.Close()\nreturn bufio.NewReader(r), nil");
        silent("keep(r)\nreturn bufio.NewReader(r), nil");
        silent("opened = append(opened, r)\nreturn bufio.NewReader(r), nil");
        silent("go func() { r.Close() }()\nreturn bufio.NewReader(r), nil");
        silent("b := bufio.NewReader(r)\nb.Peek(1)\nreturn nil, nil");
        silent("return struct { io.Reader; io.Closer }{bufio.NewReader(r), r}, nil");
        silent("closers = r.Close\nreturn bufio.NewReader(r), nil");
        silent("return wrap(r), nil");
        let both = "func f() (io.Reader, io.Closer, error) {\nr, err := os.Open(\"x\")\nif err != nil { return nil, nil, err }\nreturn bufio.NewReader(r), r, nil\n}";
        assert_eq!(lines(both), [0; 0]);
        assert_eq!(
            lines("func f(r io.ReadCloser) io.Reader {\nreturn bufio.NewReader(r)\n}"),
            [0; 0]
        );
        let closable = "type owned struct { r io.Reader }\nfunc (o *owned) Close() error { return o.r.(io.Closer).Close() }\n";
        let own = format!(
            "{closable}func f() (*owned, error) {{\nr, err := os.Open(\"x\")\nif err != nil {{ return nil, err }}\nreturn &owned{{r: r}}, nil\n}}"
        );
        assert_eq!(lines(&own), [0; 0]);
        let file = "type owned struct { r *os.File }\n";
        let own = format!(
            "{file}func f() (*owned, error) {{\nr, err := os.Open(\"x\")\nif err != nil {{ return nil, err }}\nreturn &owned{{r: r}}, nil\n}}"
        );
        assert_eq!(lines(&own), [0; 0]);
        let made =
            "func f(b []byte) io.Reader {\nr := io.NopCloser(nil)\nreturn bufio.NewReader(r)\n}";
        assert_eq!(lines(made), [0; 0]);
    }
}
