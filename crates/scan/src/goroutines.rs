//! How code within a function runs, seen from that function: in line, deferred, as a goroutine, or nobody knows.

use memchr::memmem;
use plumb_gosource::flow::{Callee, FunctionId, callee};
use plumb_gosource::{
    DeclKind, ExprId, ExprKind, FuncTypeId, IdentId, Node, SpecKind, StmtId, StmtKind,
};

use crate::code::Code;
use crate::functions::FunctionKey;
use crate::mentions::Mentions;
use crate::resources;

/// Through how many functions in each other code is followed. Nobody writes as many.
const MAX_DEPTH: usize = 8;

/// Functions and methods that run their argument as a goroutine.
const STARTERS: [(&str, Option<&str>, &str); 4] = [
    ("golang.org/x/sync/errgroup", Some("Group"), "Go"),
    ("golang.org/x/sync/errgroup", Some("Group"), "TryGo"),
    ("sync", Some("WaitGroup"), "Go"),
    ("time", None, "AfterFunc"),
];

/// How code runs; of literals in each other, the last of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Runs {
    /// When control comes there.
    InLine,
    /// When the function ends.
    Deferred,
    /// In a goroutine that is started there.
    Goroutine,
    /// Somewhere and sometime, or never: its literal is passed or kept.
    Callback,
}

/// How code runs, seen from a function around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) runs: Runs,
    /// The byte of the function from where it runs: of itself, or of the statement that starts it.
    pub(crate) at: u32,
    /// The function that the goroutine runs.
    pub(crate) body: Option<FunctionId>,
}

/// How the code at a byte runs, seen from `outer`: once for each place from where; empty if that is too intricate.
pub(crate) fn runs(
    code: &Code<'_>,
    mentions: &Mentions,
    offset: u32,
    outer: FunctionId,
) -> Vec<Run> {
    runs_within(code, mentions, offset, outer, MAX_DEPTH)
}

fn runs_within(
    code: &Code<'_>,
    mentions: &Mentions,
    offset: u32,
    outer: FunctionId,
    depth: usize,
) -> Vec<Run> {
    let Some(inner) = code.scope.function_at(offset) else { return Vec::new() };
    if inner == outer {
        return vec![Run { runs: Runs::InLine, at: offset, body: None }];
    }
    if depth == 0 {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (how, at) in starts(code, mentions, inner) {
        // A literal that calls itself.
        let within = |f| std::iter::successors(Some(f), |f| code.scope[*f].parent);
        if code.scope.function_at(at).is_some_and(|f| within(f).any(|f| f == inner)) {
            continue;
        }
        let around = runs_within(code, mentions, at, outer, depth - 1);
        all.extend(around.into_iter().map(|run| nested(run, how, inner)));
    }
    all
}

/// How a function runs that something starts `how` which itself runs as `around` tells.
pub(crate) fn nested(around: Run, how: Runs, function: FunctionId) -> Run {
    match (around.runs, how) {
        (Runs::Goroutine, _) => around,
        (Runs::InLine, Runs::Goroutine) => {
            Run { runs: Runs::Goroutine, body: Some(function), ..around }
        }
        (Runs::Deferred | Runs::Callback, Runs::Goroutine) => {
            Run { runs: Runs::Callback, ..around }
        }
        (runs, how) => Run { runs: runs.max(how), ..around },
    }
}

/// How a function literal runs, and from which bytes.
fn starts(code: &Code<'_>, mentions: &Mentions, literal: FunctionId) -> Vec<(Runs, u32)> {
    let Node::Expr(lit) = code.scope[literal].node else { return Vec::new() };
    let file = code.file;
    let start = file[lit].span.start;
    let at = outermost_paren(code, lit);
    match code.scope.parents().of(Node::Expr(at)) {
        Some(Node::Expr(above)) => vec![(of_operand(code, at, above), file[above].span.start)],
        Some(Node::Stmt(above)) => {
            let StmtKind::AssignStmt(assign) = file[above].kind else {
                return vec![(Runs::Callback, start)];
            };
            let index = file[assign.rhs].iter().position(|value| *value == at);
            let to = index.and_then(|index| file[assign.lhs].get(index));
            of_variable(code, mentions, to.and_then(|to| code.root(*to)), start)
        }
        Some(Node::Spec(above)) => {
            let SpecKind::ValueSpec(spec) = file[above].kind else {
                return vec![(Runs::Callback, start)];
            };
            let index = file[spec.values].iter().position(|value| *value == at);
            let name = index.and_then(|index| file[spec.names].get(index));
            of_variable(code, mentions, name.copied(), start)
        }
        _ => vec![(Runs::Callback, start)],
    }
}

fn outermost_paren(code: &Code<'_>, expr: ExprId) -> ExprId {
    let mut at = expr;
    while let Some(Node::Expr(above)) = code.scope.parents().of(Node::Expr(at))
        && matches!(code.file[above].kind, ExprKind::ParenExpr(_))
    {
        at = above;
    }
    at
}

/// How a function runs that is an operand of an expression: of a call that calls it, or gets it.
fn of_operand(code: &Code<'_>, function: ExprId, above: ExprId) -> Runs {
    match code.file[above].kind {
        ExprKind::CallExpr(call) if call.fun == function => of_call(code, above),
        ExprKind::CallExpr(_) if starts_goroutine(code, above) => Runs::Goroutine,
        ExprKind::CallExpr(_) if is_once(code, above) => Runs::InLine,
        _ => Runs::Callback,
    }
}

/// How a call runs.
pub(crate) fn of_call(code: &Code<'_>, call: ExprId) -> Runs {
    let at = outermost_paren(code, call);
    let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(at)) else {
        return Runs::InLine;
    };
    match code.file[stmt].kind {
        StmtKind::GoStmt(_) => Runs::Goroutine,
        StmtKind::DeferStmt(_) => Runs::Deferred,
        _ => Runs::InLine,
    }
}

/// How a function runs that is in a variable, from its mentions: `f()`, `go f()`, `g.Go(f)`.
fn of_variable(
    code: &Code<'_>,
    mentions: &Mentions,
    variable: Option<IdentId>,
    start: u32,
) -> Vec<(Runs, u32)> {
    let Some(variable) = variable else { return vec![(Runs::Callback, start)] };
    let mut all = Vec::new();
    for mention in mentions.of(variable) {
        let Some(expr) = mention.expr else { continue };
        let above = match code.scope.parents().of(Node::Expr(outermost_paren(code, expr))) {
            Some(Node::Expr(above)) => above,
            Some(Node::Stmt(stmt)) if defines(code, stmt, expr) => continue,
            _ => return vec![(Runs::Callback, start)],
        };
        all.push((of_operand(code, expr, above), code.file[above].span.start));
    }
    all
}

/// Whether a statement gives a value to a variable that is named on its left.
fn defines(code: &Code<'_>, stmt: plumb_gosource::StmtId, name: ExprId) -> bool {
    match code.file[stmt].kind {
        StmtKind::AssignStmt(assign) => code.file[assign.lhs].contains(&name),
        _ => false,
    }
}

/// Whether a call runs its argument as a goroutine: known ones, and methods `Go` that get nothing but a literal.
pub(crate) fn starts_goroutine(code: &Code<'_>, call: ExprId) -> bool {
    if let Some(key) = code.callee(call)
        && STARTERS.contains(&(key.path, key.receiver, key.name))
    {
        return true;
    }
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    match callee(code.file, code.names, call) {
        Some(Callee::Method(_, "Go")) => parts.args.len() == 1,
        _ => false,
    }
}

/// Whether a call is one of `sync.Once.Do`.
pub(crate) fn is_once(code: &Code<'_>, call: ExprId) -> bool {
    let key = FunctionKey { path: "sync", receiver: Some("Once"), name: "Do" };
    code.callee(call) == Some(key)
}

/// The function of this file that a call calls: a literal, or one that is declared here.
pub(crate) fn called_here(code: &Code<'_>, call: ExprId) -> Option<FunctionId> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let fun = code.file.unparen(parts.fun);
    if let ExprKind::FuncLit(_) = code.file[fun].kind {
        return code.scope.functions().find(|f| code.scope[*f].node == Node::Expr(fun));
    }
    if let Some(Callee::Declared(name)) = callee(code.file, code.names, call) {
        let node = match literal_of(code, name) {
            Some(literal) => Node::Expr(literal),
            None => code.scope.parents().of(Node::Ident(name))?,
        };
        return code.scope.functions().find(|f| code.scope[*f].node == node);
    }
    let key = code.callee(call)?;
    let receiver = key.receiver.filter(|_| key.path == &*code.package.path)?;
    code.scope.functions().find(|f| {
        declared_name(code, *f).is_some_and(|name| code.file.name(name) == key.name)
            && code.receiver_name(*f) == Some(receiver)
    })
}

/// The literal that a variable is declared with, if it gets no other value.
fn literal_of(code: &Code<'_>, name: IdentId) -> Option<ExprId> {
    only_value(code, name).filter(|v| matches!(code.file[*v].kind, ExprKind::FuncLit(_)))
}

/// The value that a variable of a function gets, if it is assigned once.
pub(crate) fn only_value(code: &Code<'_>, name: IdentId) -> Option<ExprId> {
    let file = code.file;
    code.declared_at(file[name].span.start)?;
    let mut only: Option<(StmtId, ExprId)> = None;
    for mention in code.scope.all_mentions().of(name) {
        let Some((stmt, to)) = mention.expr.and_then(|expr| statement_of(code, expr)) else {
            continue;
        };
        let StmtKind::AssignStmt(assign) = file[stmt].kind else { continue };
        let Some(index) = file[assign.lhs].iter().position(|expr| *expr == to) else { continue };
        match only {
            // It is there twice, and the first place counts.
            Some((known, _)) if known == stmt => continue,
            Some(_) => return None,
            None => only = Some((stmt, *file[assign.rhs].get(index)?)),
        }
    }
    only.map(|(_, value)| value)
}

/// The statement of which an expression is a part by itself, and that part: with its parentheses.
fn statement_of(code: &Code<'_>, mut expr: ExprId) -> Option<(StmtId, ExprId)> {
    loop {
        match code.scope.parents().of(Node::Expr(expr))? {
            Node::Stmt(stmt) => return Some((stmt, expr)),
            Node::Expr(above) if matches!(code.file[above].kind, ExprKind::ParenExpr(_)) => {
                expr = above;
            }
            _ => return None,
        }
    }
}

fn declared_name(code: &Code<'_>, function: FunctionId) -> Option<IdentId> {
    let Node::Decl(decl) = code.scope[function].node else { return None };
    match code.file[decl].kind {
        DeclKind::FuncDecl(f) => Some(f.name),
        _ => None,
    }
}

/// The name of a parameter by its place; `None` if it has none, or is variadic.
pub(crate) fn parameter(code: &Code<'_>, ty: FuncTypeId, index: usize) -> Option<IdentId> {
    let fields = &code.file[code.file[code.file[ty].params].list];
    let mut before = 0;
    for field in fields {
        let field = code.file[*field];
        let count = field.names.len().max(1);
        if index < before + count {
            let variadic = matches!(code.file[field.ty].kind, ExprKind::Ellipsis(_));
            return code.file[field.names].get(index - before).copied().filter(|_| !variadic);
        }
        before += count;
    }
    None
}

/// The place of a parameter by its name; `None` if it is not one of these.
pub(crate) fn parameter_index(code: &Code<'_>, ty: FuncTypeId, name: IdentId) -> Option<usize> {
    let mut before = 0;
    for field in &code.file[code.file[code.file[ty].params].list] {
        let names = &code.file[code.file[*field].names];
        if let Some(index) = names.iter().position(|other| *other == name) {
            return Some(before + index);
        }
        before += names.len().max(1);
    }
    None
}

impl Code<'_> {
    /// The name of a declared function or method; `None` for literals.
    pub fn declared_name(&self, function: FunctionId) -> Option<&str> {
        declared_name(self, function).map(|name| self.file.name(name))
    }

    /// The name of the type of a method's receiver.
    pub fn receiver_name(&self, function: FunctionId) -> Option<&str> {
        let Node::Decl(decl) = self.scope[function].node else { return None };
        let DeclKind::FuncDecl(f) = self.file[decl].kind else { return None };
        let field = *self.file[self.file[f.recv?].list].first()?;
        let mut ty = self.file[field].ty;
        loop {
            ty = match self.file[ty].kind {
                ExprKind::ParenExpr(x) | ExprKind::StarExpr(x) => x,
                ExprKind::IndexExpr(index) => index.x,
                ExprKind::IndexListExpr(index) => index.x,
                ExprKind::Ident(name) => return Some(self.file.name(name)),
                _ => return None,
            };
        }
    }
}

impl Code<'_> {
    /// Whether the program ends with a function: what it leaves behind is nobody's trouble.
    pub fn ends_program(&self, function: FunctionId) -> bool {
        self.is_of_program()
            && self.scope[function].parent.is_none()
            && self.declared_name(function) == Some("main")
            && self.receiver_name(function).is_none()
    }

    /// Whether the file belongs to a program: by its own clause, since one that a build tag leaves out may stand in the
    /// folder of a package.
    pub(crate) fn is_of_program(&self) -> bool {
        self.file.package().is_some_and(|package| self.file.name(package.name) == "main")
    }

    /// Whether the program ends soon after a function: it is `main`, a command, or a piece of one that runs once.
    pub(crate) fn is_part_of_main(&self, function: FunctionId) -> bool {
        self.ends_program(function) || resources::is_part_of_main(self, function)
    }

    /// Whether the file has channels at all, found once: most have none.
    pub fn mentions_channels(&self) -> bool {
        *self.mentions_channels.get_or_init(|| memmem::find(self.file.source(), CHANNEL).is_some())
    }
}

/// What every file spells that makes a channel, but for those that make one of a named type.
const CHANNEL: &[u8] = b"chan";
