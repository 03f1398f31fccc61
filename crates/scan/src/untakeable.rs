//! Branches that no run takes: the error of what cannot fail (writing to memory), nil of what is never nil.

use plumb_gosource::flow::{Condition, FunctionId};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, SpecKind, StmtKind, Token, Type};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;

/// Types that take what they get and never fail: package and name. From their documentation, Go 1.27.
const SINKS: [(&str, &str); 5] = [
    ("bytes", "Buffer"),
    ("strings", "Builder"),
    ("hash", "Hash"),
    ("hash", "Hash32"),
    ("hash", "Hash64"),
];

/// Packages of which the constructors with a writer fail only if that writer does, given whatever bytes.
const ENCODERS: [&str; 7] = [
    "bufio",
    "compress/",
    "encoding/base64",
    "github.com/andybalholm/brotli",
    "github.com/golang/snappy",
    "github.com/klauspost/compress/",
    "github.com/pierrec/lz4",
];

/// Packages of which a constructor without arguments gives a hash.
const HASHES: [&str; 3] = ["crypto/", "hash/", "golang.org/x/crypto/"];

/// Methods of writers that fail only if what is below them does.
const WRITES: [&str; 6] = ["Close", "Flush", "Write", "WriteByte", "WriteRune", "WriteString"];

/// Functions that write to their first argument and fail only if it does.
const WRITERS: [(&str, &str); 4] =
    [("fmt", "Fprint"), ("fmt", "Fprintf"), ("fmt", "Fprintln"), ("io", "WriteString")];

/// Functions that copy to their first argument from the second.
const COPIES: [&str; 3] = ["Copy", "CopyBuffer", "CopyN"];

/// Functions that give something to read in memory.
const SOURCES: [(&str, &str); 4] = [
    ("bytes", "NewBuffer"),
    ("bytes", "NewBufferString"),
    ("bytes", "NewReader"),
    ("strings", "NewReader"),
];

/// How deep writers may be around each other that are looked at.
const MOST_DEPTH: usize = 4;

/// The branches of a function that no run takes.
#[derive(Debug, Default)]
pub(crate) struct Untakeable(FxHashSet<(ExprId, bool)>);

/// A value that a variable gets.
struct Given {
    /// The value, and its result if that is a call.
    value: ExprId,
    result: usize,
    /// Where it is given.
    at: u32,
    /// The end of the block or statement within which that holds.
    until: u32,
    function: Option<FunctionId>,
}

/// What the variables of a function get.
struct Values<'v, 'c> {
    code: &'v Code<'c>,
    function: FunctionId,
    given: FxHashMap<IdentId, Vec<Given>>,
    /// The loops: from where to where.
    loops: Vec<(u32, u32)>,
}

impl Untakeable {
    pub(crate) fn new(code: &Code<'_>, function: FunctionId) -> Self {
        let graph = code.graph(function);
        let edges = graph.blocks().flat_map(|block| graph.edges(block));
        let asked = edges.filter_map(|edge| match edge.when {
            Condition::Expr { expr, is: true } => Some(expr),
            _ => None,
        });
        let (conditions, others): (Vec<ExprId>, Vec<ExprId>) =
            asked.partition(|expr| matches!(code.file[*expr].kind, ExprKind::BinaryExpr(_)));
        // `for i := 0; true; i++`.
        let constants = others.into_iter().filter_map(|expr| {
            let is = |name| code.is_predeclared(expr, name);
            (is("true") || is("false")).then(|| (expr, is("false")))
        });
        let constants: FxHashSet<(ExprId, bool)> = constants.collect();
        if conditions.is_empty() {
            return Self(constants);
        }
        let values = Values::read(code, function);
        let untakeable = |expr: &ExprId| Some((*expr, !values.always(*expr)?));
        Self(conditions.iter().filter_map(untakeable).chain(constants).collect())
    }

    /// Whether a branch is one of them.
    pub(crate) fn holds(&self, branch: Condition) -> bool {
        match branch {
            Condition::Expr { expr, is } => self.0.contains(&(expr, is)),
            _ => false,
        }
    }
}

impl<'v, 'c> Values<'v, 'c> {
    fn read(code: &'v Code<'c>, function: FunctionId) -> Self {
        let mut values = Self { code, function, given: FxHashMap::default(), loops: Vec::new() };
        for visit in code.file.walk(Node::Stmt(code.scope[function].body)) {
            match visit.node {
                Node::Stmt(stmt) => match code.file[stmt].kind {
                    StmtKind::AssignStmt(assign) => {
                        let names = code.file[assign.lhs].iter().map(|to| code.root(*to));
                        values.give(visit.node, names, &code.file[assign.rhs]);
                    }
                    StmtKind::ForStmt(_) | StmtKind::RangeStmt(_) => {
                        let span = code.file[stmt].span;
                        values.loops.push((span.start, span.end));
                        if let StmtKind::RangeStmt(range) = code.file[stmt].kind {
                            let names = range.key.into_iter().chain(range.value);
                            let names = names.map(|to| code.root(to));
                            values.give(visit.node, names, &[]);
                        }
                    }
                    _ => {}
                },
                Node::Spec(spec) => {
                    if let SpecKind::ValueSpec(spec) = code.file[spec].kind
                        && !spec.values.is_empty()
                    {
                        let names = code.file[spec.names].iter().map(|name| Some(*name));
                        values.give(visit.node, names, &code.file[spec.values]);
                    }
                }
                // Whoever has the address may set it.
                Node::Expr(expr) => {
                    if let ExprKind::UnaryExpr(unary) = code.file[expr].kind
                        && unary.op == Token::And
                        && let Some(variable) = code.declared(unary.x)
                        && !values.is_memory(variable)
                    {
                        values.give(visit.node, [Some(variable)].into_iter(), &[]);
                    }
                }
                _ => {}
            }
        }
        values
    }

    fn give(
        &mut self,
        node: Node,
        names: impl Iterator<Item = Option<IdentId>>,
        values: &[ExprId],
    ) {
        let code = self.code;
        let span = code.file.span(node);
        let above = code.scope.parents().of(node).map(|above| code.file.span(above).end);
        for (index, name) in names.enumerate() {
            let Some(name) = name else { continue };
            let (value, result) = match values {
                [only] => (Some(*only), index),
                _ => (values.get(index).copied(), 0),
            };
            // What is not known stands for itself: a mention of the variable makes nothing.
            let unknown = || match node {
                Node::Expr(expr) => Some(expr),
                Node::Stmt(stmt) => match code.file[stmt].kind {
                    StmtKind::RangeStmt(range) => Some(range.x),
                    _ => None,
                },
                _ => None,
            };
            let Some(value) = value.or_else(unknown) else { continue };
            let given = Given {
                value: code.file.unparen(value),
                result,
                at: span.start,
                until: above.unwrap_or(span.end),
                function: code.scope.function_at(span.start),
            };
            self.given.entry(name).or_default().push(given);
        }
    }

    /// What a comparison always is, if that is known.
    fn always(&self, condition: ExprId) -> Option<bool> {
        let code = self.code;
        let ExprKind::BinaryExpr(both) = code.file[condition].kind else { return None };
        let (x, y) = match code.is_predeclared(both.x, "nil") {
            true => (both.y, both.x),
            false => (both.x, both.y),
        };
        let given = self.last(code.declared(x)?, code.file[condition].span.start)?;
        let ExprKind::CallExpr(_) = code.file[given.value].kind else { return None };
        if code.is_predeclared(y, "nil") {
            let is_nil = match code.summaries.across.sure.is_nil(code, given.value, given.result) {
                Some(is_nil) => is_nil,
                None if self.is_error(x) && self.never_fails(given.value) => true,
                None => return None,
            };
            return match both.op {
                Token::Eql => Some(is_nil),
                Token::Neq => Some(!is_nil),
                _ => None,
            };
        }
        // Everything is written.
        let falls_short = match both.op {
            Token::Neq | Token::Lss => false,
            Token::Eql => true,
            _ => return None,
        };
        (given.result == 0 && !self.is_error(x) && self.never_fails(given.value))
            .then_some(falls_short)
    }

    fn is_error(&self, expr: ExprId) -> bool {
        let code = self.code;
        code.declared(expr).is_some_and(|variable| {
            code.file.name(variable).to_ascii_lowercase().ends_with("err")
                || code.types.of_var(variable).is_some_and(Type::is_error)
        })
    }

    /// What a variable holds at a byte, if that is the value that it got last before, on all ways.
    fn last(&self, variable: IdentId, at: u32) -> Option<&Given> {
        let all = self.given.get(&variable)?;
        let last = all.iter().filter(|given| given.at < at).max_by_key(|given| given.at)?;
        let holds = at < last.until
            && self.code.scope.function_at(at) == Some(self.function)
            && all.iter().all(|given| given.function == Some(self.function));
        // What a loop sets later it sets before the next round too.
        let around = |(start, end): &&(u32, u32)| (*start..*end).contains(&at) && last.at < *start;
        let is_set_again = self
            .loops
            .iter()
            .filter(around)
            .any(|(start, end)| all.iter().any(|given| given.at >= *start && given.at < *end));
        (holds && !is_set_again).then_some(last)
    }

    /// Whether a call fails only if memory does.
    fn never_fails(&self, call: ExprId) -> bool {
        let code = self.code;
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
        let args = &code.file[parts.args];
        if let Some(on) = code.operand(call) {
            let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind
            else {
                return false;
            };
            return match code.file.name(selector.sel) {
                "ReadFrom" => self.is_sink(on, 0) && args.iter().all(|arg| self.is_source(*arg)),
                name => WRITES.contains(&name) && self.is_sink(on, 0),
            };
        }
        let (Some(callee), Some(first)) = (code.callee(call), args.first()) else { return false };
        if WRITERS.contains(&(callee.path, callee.name)) {
            return self.is_sink(*first, 0);
        }
        let copies = callee.path == "io" && COPIES.contains(&callee.name);
        copies
            && self.is_sink(*first, 0)
            && args.get(1).is_some_and(|source| {
                self.is_source(*source)
                    && (callee.name != "CopyN" || self.has_as_many(*source, args.get(2)))
            })
    }

    /// Whether an expression is something in memory to write to, or an encoder around that.
    fn is_sink(&self, expr: ExprId, depth: usize) -> bool {
        let code = self.code;
        let expr = code.file.unparen(expr);
        match code.file[expr].kind {
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => {
                code.declared(unary.x).is_some_and(|variable| self.is_memory(variable))
            }
            ExprKind::SelectorExpr(selector) => {
                code.imported(selector.x) == Some("io") && code.file.name(selector.sel) == "Discard"
            }
            ExprKind::CallExpr(_) => self.makes_sink(expr, depth),
            ExprKind::Ident(_) => code.declared(expr).is_some_and(|variable| {
                self.is_memory(variable)
                    || self.made(variable).is_some_and(|mut values| {
                        depth < MOST_DEPTH && values.all(|value| self.is_sink(value, depth + 1))
                    })
            }),
            _ => false,
        }
    }

    fn makes_sink(&self, call: ExprId, depth: usize) -> bool {
        let code = self.code;
        let args = code.arguments(call);
        let Some(callee) = code.callee(call) else {
            let made = code.builtin_call(call, "new").and_then(|args| args.first());
            return made.is_some_and(|ty| SINKS.iter().any(|(p, name)| code.is_type(*ty, p, name)));
        };
        let is_within = |folders: &[&str]| folders.iter().any(|p| callee.path.starts_with(p));
        let is_named = |names: &[&str]| names.iter().any(|name| callee.name.starts_with(name));
        let gives_buffer = callee.path == "bytes" && is_named(&["NewBuffer"]);
        let gives_hash = is_within(&HASHES)
            && is_named(&["New"])
            && (args.is_empty() || callee.path == "crypto/hmac");
        let encodes = || {
            is_within(&ENCODERS)
                && is_named(&["NewWriter", "NewBufferedWriter", "NewEncoder"])
                && depth < MOST_DEPTH
                && args.iter().any(|arg| self.is_sink(*arg, depth + 1))
        };
        callee.receiver.is_none() && (gives_buffer || gives_hash || encodes())
    }

    /// Whether an expression is something in memory to read from.
    fn is_source(&self, expr: ExprId) -> bool {
        let code = self.code;
        let makes = |call: ExprId| {
            code.callee(call).is_some_and(|callee| {
                callee.receiver.is_none() && SOURCES.contains(&(callee.path, callee.name))
            })
        };
        let expr = code.file.unparen(expr);
        match code.file[expr].kind {
            ExprKind::CallExpr(_) => makes(expr),
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => {
                code.declared(unary.x).is_some_and(|variable| self.is_memory(variable))
            }
            ExprKind::Ident(_) => code.declared(expr).is_some_and(|variable| {
                self.made(variable).is_some_and(|mut values| values.all(makes))
            }),
            _ => false,
        }
    }

    /// Whether as many bytes are copied as the source was made of: what says how many is mentioned in both.
    fn has_as_many(&self, source: ExprId, count: Option<&ExprId>) -> bool {
        let code = self.code;
        let mentioned = |expr: ExprId| {
            code.file.walk(Node::Expr(expr)).filter_map(|visit| match visit.node {
                Node::Expr(expr) => code.declared(expr),
                _ => None,
            })
        };
        let Some(count) = count else { return false };
        let made = match code.declared(source).and_then(|variable| self.made(variable)) {
            Some(values) => values.collect(),
            None => vec![source],
        };
        let of_source: FxHashSet<IdentId> = made.into_iter().flat_map(mentioned).collect();
        mentioned(*count).any(|variable| of_source.contains(&variable))
    }

    /// The values that a variable of the function gets; `None` if it has another one from the start, or gets one that
    /// is not made by a call.
    fn made(&self, variable: IdentId) -> Option<impl Iterator<Item = ExprId>> {
        let code = self.code;
        let is_local = code
            .names
            .declaration(variable)
            .is_some_and(|d| !d.top_level && d.kind == plumb_gosource::DeclaredAs::Var);
        let given = self.given.get(&variable).filter(|_| is_local)?;
        let is_call = |given: &Given| {
            given.result == 0 && matches!(code.file[given.value].kind, ExprKind::CallExpr(_))
        };
        given.iter().all(is_call).then(|| given.iter().map(|given| given.value))
    }

    /// Whether a variable is a sink by its type.
    fn is_memory(&self, variable: IdentId) -> bool {
        let ty = self.code.types.of_var(variable).map(Type::pointee_or_self);
        ty.is_some_and(|ty| SINKS.iter().any(|(path, name)| ty.is_named(path, name)))
    }
}
