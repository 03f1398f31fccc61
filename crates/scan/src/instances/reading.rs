//! Reads what a file makes.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{
    DeclKind, ExprId, ExprKind, IdentId, Node, StmtId, StmtKind, Token, TypeKind,
};
use rustc_hash::FxHashMap;

use super::flow::{Flow, flow};
use super::{FileInstances, Kept, Returned, Serves};
use crate::code::Code;
use crate::maps::is_made_at_start;
use crate::mentions::Mentions;

/// Types, and the objects of the catalogue that their connections are. They keep idle connections for ever unless told otherwise: `http2.Transport` and `http.Transport` have no
/// idle timeout as their zero values (documentation of net/http, Go 1.27, and x/net v0.47).
const POOLS: [(&str, &str, &str); 2] = [
    ("net/http", "Transport", "http.persistConn"),
    ("golang.org/x/net/http2", "Transport", "http2.ClientConn"),
];

/// Fields that end idle connections, or let there be none.
const LIMITING: [&str; 2] = ["IdleConnTimeout", "DisableKeepAlives"];

/// Fields with functions that make connections.
const DIALERS: [&str; 4] = ["Dial", "DialContext", "DialTLS", "DialTLSContext"];

/// Parts of names, in lower case, of functions that make connections.
const CONNECTING: [&str; 3] = ["conn", "dial", "open"];

/// Types of parameters by which a function serves requests.
const REQUESTS: [(&str, &str); 5] = [
    ("net/http", "ResponseWriter"),
    ("net/http", "Request"),
    ("github.com/gin-gonic/gin", "Context"),
    ("github.com/labstack/echo/v4", "Context"),
    ("github.com/gofiber/fiber/v2", "Ctx"),
];

/// Names of functions that run once in a program.
const ONCE: [&str; 10] =
    ["main", "Main", "run", "Run", "Execute", "start", "Start", "serve", "Serve", "Open"];

impl FileInstances {
    /// Reads a file.
    pub(crate) fn read(code: &Code<'_>) -> Self {
        let mut facts = Self::default();
        let reader = Reader { code, mentions: Mentions::new(code) };
        let mut ours: FxHashMap<String, bool> = FxHashMap::default();
        for (path, name, object) in POOLS {
            for literal in code.literals_of(path, name) {
                if !reader.is_limited(literal) {
                    reader.pool(literal, object, &mut facts);
                }
            }
        }
        let mut is_ours = |path: &str| {
            path == &*code.package.path
                || *ours.entry(path.to_owned()).or_insert_with(|| {
                    code.program.package(path).is_some_and(|package| package.is_main)
                })
        };
        for (call, callee) in code.calls() {
            if reader.may_hold(call) && is_ours(callee.path) {
                let name = qualified(callee.path, callee.receiver, callee.name);
                reader.call(call, &name, &mut facts);
            }
        }
        facts
    }
}

/// A file that is read.
struct Reader<'c, 'p> {
    code: &'c Code<'p>,
    mentions: Mentions,
}

impl Reader<'_, '_> {
    /// Whether a pool does not keep idle connections for ever.
    fn is_limited(&self, literal: ExprId) -> bool {
        LIMITING.iter().any(|name| self.code.field(literal, name).is_some())
            || dials_nothing(self.code, literal)
            || self.is_limited_later(literal)
    }

    /// Whether the function sets a limit after it has made a pool; whose field it is does not matter, since a function
    /// that knows of limits has thought of them.
    fn is_limited_later(&self, literal: ExprId) -> bool {
        let code = self.code;
        let Some(function) = code.declared_at(code.file[literal].span.start) else { return false };
        code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
            let Node::Stmt(stmt) = visit.node else { return false };
            let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
            // A request that closes its connection: `req.Close = true`.
            let closes =
                matches!(code.file[assign.rhs], [value] if code.is_predeclared(value, "true"));
            code.file[assign.lhs].iter().any(|place| match code.file[*place].kind {
                ExprKind::SelectorExpr(selector) => {
                    let name = code.file.name(selector.sel);
                    LIMITING.contains(&name) || (closes && name == "Close")
                }
                _ => false,
            })
        })
    }

    fn pool(&self, literal: ExprId, object: &'static str, facts: &mut FileInstances) {
        let code = self.code;
        let value = match code.scope.parents().of(Node::Expr(literal)) {
            Some(Node::Expr(above)) if matches!(code.file[above].kind, ExprKind::UnaryExpr(unary) if unary.op == Token::And) => {
                above
            }
            _ => literal,
        };
        match flow(code, &self.mentions, value) {
            Flow::Stays => facts.kept.extend(self.kept(value, object)),
            Flow::Returned => {
                let Some((by, _)) = self.function(value) else { return };
                let (file, span) = (code.path.into(), code.file[value].span);
                facts.returned.push(Returned { file, span, by: by.into(), object });
            }
            Flow::Elsewhere => {}
        }
    }

    /// Whether the first result of a call is something that may have a pool: a value of a declared type.
    fn may_hold(&self, call: ExprId) -> bool {
        let Some(ty) = self.code.types.of(call) else { return true };
        let first = match ty.kind() {
            TypeKind::Tuple(results) => results.first(),
            _ => Some(ty),
        };
        first.is_some_and(|ty| ty.is_unknown() || ty.named().is_some_and(|n| !n.path.is_empty()))
    }

    /// The result of a function of the modules.
    fn call(&self, call: ExprId, callee: &str, facts: &mut FileInstances) {
        match flow(self.code, &self.mentions, call) {
            Flow::Stays => {
                if let Some(kept) = self.kept(call, "") {
                    facts.calls.entry(callee.into()).or_default().push(kept);
                }
            }
            Flow::Returned => {
                if let Some((by, _)) = self.function(call) {
                    facts.returns.entry(callee.into()).or_default().insert(by.into());
                }
            }
            Flow::Elsewhere => {}
        }
    }

    /// The declared function around an expression: among all packages, and by its name alone.
    fn function(&self, expr: ExprId) -> Option<(String, &str)> {
        let code = self.code;
        let function = code.declared_at(code.file[expr].span.start)?;
        let Node::Decl(decl) = code.scope[function].node else { return None };
        let DeclKind::FuncDecl(decl) = code.file[decl].kind else { return None };
        let name = code.file.name(decl.name);
        let receiver = decl.recv.and_then(|recv| code.receiver(recv)).map(|(receiver, _)| receiver);
        Some((qualified(&code.package.path, receiver, name), name))
    }

    /// What is made and forgotten, unless that happens once in a program.
    fn kept(&self, expr: ExprId, object: &'static str) -> Option<Kept> {
        let code = self.code;
        let (_, name) = self.function(expr)?;
        if is_made_at_start(name) || ONCE.contains(&name) {
            return None;
        }
        let span = code.file[expr].span;
        let (file, function) = (code.path.into(), name.into());
        Some(Kept { file, span, function, serves: self.serves(expr), object })
    }

    /// Which calls the functions around an expression serve.
    fn serves(&self, expr: ExprId) -> Serves {
        let code = self.code;
        // A range has an end, which is mostly near.
        let around = |stmt: StmtId| match code.file[stmt].kind {
            StmtKind::ForStmt(_) => Serves::Requests,
            StmtKind::RangeStmt(_) => Serves::Calls,
            _ => Serves::Unknown,
        };
        let loops = code.scope.parents().above(Node::Expr(expr)).filter_map(|above| match above {
            Node::Stmt(stmt) => Some(around(stmt)),
            _ => None,
        });
        let looping = loops.max().unwrap_or(Serves::Unknown);
        let function = code.scope.function_at(code.file[expr].span.start);
        let around = std::iter::successors(function, |function| code.scope[*function].parent);
        around.map(|function| self.parameters(function)).fold(looping, Serves::max)
    }

    fn parameters(&self, function: FunctionId) -> Serves {
        let code = self.code;
        let fields = code.file[code.scope[function].ty].params;
        let names = code.file[code.file[fields].list].iter();
        let names = names.flat_map(|field| code.file[code.file[*field].names].iter());
        names.map(|name| self.parameter(*name)).max().unwrap_or(Serves::Unknown)
    }

    fn parameter(&self, name: IdentId) -> Serves {
        let Some(named) = self.code.types.of_var(name).and_then(|ty| ty.named()) else {
            return Serves::Unknown;
        };
        let ty = (&*named.path, &*named.name);
        match ty {
            ("context", "Context") => Serves::Calls,
            _ if REQUESTS.contains(&ty) => Serves::Requests,
            _ => Serves::Unknown,
        }
    }
}

/// Whether a transport is given connections that are there already, and makes none: the functions of its fields for that
/// call nothing that dials or connects.
fn dials_nothing(code: &Code<'_>, literal: ExprId) -> bool {
    let mut dialers = DIALERS.iter().filter_map(|name| code.field(literal, name)).peekable();
    let gives = |dialer: ExprId| {
        let ExprKind::FuncLit(function) = code.file[dialer].kind else { return false };
        !code.file.walk(Node::Stmt(function.body)).any(|visit| {
            let Node::Expr(call) = visit.node else { return false };
            matches!(code.file[call].kind, ExprKind::CallExpr(parts) if connects(code, parts.fun))
        })
    };
    dialers.peek().is_some() && dialers.all(gives)
}

/// Whether what is called makes a connection, by its name: `net.Dial`, `d.DialContext`, `s.connect`.
fn connects(code: &Code<'_>, called: ExprId) -> bool {
    let name = match code.file[code.file.unparen(called)].kind {
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel),
        ExprKind::Ident(name) => code.file.name(name),
        // What it is, nobody knows.
        _ => return true,
    };
    let name = name.to_ascii_lowercase();
    CONNECTING.iter().any(|part| name.contains(part))
}

/// How a function is called among all packages.
fn qualified(path: &str, receiver: Option<&str>, name: &str) -> String {
    match receiver {
        Some(receiver) => format!("{path}.{receiver}.{name}"),
        None => format!("{path}.{name}"),
    }
}
