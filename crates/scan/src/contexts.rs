//! Contexts that only a goroutine cancels, when a channel of the caller's tells it to: when the function is done before
//! that, context and goroutine stay.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Node, StmtId, StmtKind, Token};

use crate::code::Code;
use crate::goroutines::{called_here, parameter_index};
use crate::mentions::Mentions;

/// How the names of functions begin that work for as long as the program, or keep the context that they get.
const LASTING: [&str; 14] = [
    "run",
    "serve",
    "start",
    "listen",
    "watch",
    "main",
    "loop",
    "new",
    "with",
    "subscribe",
    "go",
    "spawn",
    "open",
    "dial",
];

/// A context that is cancelled only on the word of a channel.
#[derive(Clone, Debug)]
pub struct ForeignCancel {
    /// The call that makes the context.
    pub call: ExprId,
    /// The variable of its cancel function.
    pub cancel: IdentId,
    /// The goroutine: its `go` statement.
    pub started: StmtId,
    /// What the goroutine waits for before it cancels.
    pub wait: StmtId,
    /// The parameter that is the channel.
    pub channel: IdentId,
}

/// The contexts of a file that nothing but a goroutine cancels, which first waits for a channel that the function gets.
pub fn foreign_cancels(code: &Code<'_>) -> Vec<ForeignCancel> {
    if code.in_test || !code.mentions_channels() {
        return Vec::new();
    }
    let calls: Vec<ExprId> = code
        .calls()
        .filter(|(_, key)| key.path == "context" && key.receiver.is_none())
        .filter(|(_, key)| matches!(key.name, "WithCancel" | "WithCancelCause"))
        .map(|(call, _)| call)
        .collect();
    if calls.is_empty() {
        return Vec::new();
    }
    let mentions = Mentions::new(code);
    calls.into_iter().filter_map(|call| foreign_cancel(code, &mentions, call)).collect()
}

fn foreign_cancel(code: &Code<'_>, mentions: &Mentions, call: ExprId) -> Option<ForeignCancel> {
    let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(call)) else { return None };
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
    let [context, cancel] = code.file[assign.lhs] else { return None };
    let (context, cancel) = (code.declared(context)?, code.declared(cancel)?);
    let function = code.scope.function_at(code.file[call].span.start)?;
    let declared = code.declared_at(code.file[call].span.start)?;
    let own = |v: IdentId| code.scope.function_at(code.file[v].span.start) == Some(function);
    if !own(context) || !own(cancel) || lasts(code.declared_name(declared)?) {
        return None;
    }
    let (started, wait, channel) = canceller(code, mentions, function, cancel)?;
    let stays = uses(mentions, context).all(|expr| is_asked_for(code, function, expr));
    stays.then_some(ForeignCancel { call, cancel, started, wait, channel })
}

/// Whether a name says that what it does goes on.
pub(crate) fn lasts(name: &str) -> bool {
    let lower = name.to_lowercase();
    LASTING.iter().any(|beginning| lower.starts_with(beginning))
}

/// The uses of a variable, without its declaration.
fn uses(mentions: &Mentions, variable: IdentId) -> impl Iterator<Item = ExprId> {
    // The first mention is where it is declared.
    mentions.of(variable).iter().skip(1).filter_map(|mention| mention.expr)
}

/// The goroutine that alone cancels, with what it waits for before and the parameter that is its channel.
fn canceller(
    code: &Code<'_>,
    mentions: &Mentions,
    function: FunctionId,
    cancel: IdentId,
) -> Option<(StmtId, StmtId, IdentId)> {
    let mut bodies = uses(mentions, cancel).map(|expr| {
        let is_call = match code.scope.parents().of(Node::Expr(expr)) {
            Some(Node::Expr(above)) => {
                matches!(code.file[above].kind, ExprKind::CallExpr(call) if call.fun == expr)
            }
            _ => false,
        };
        code.scope.function_at(code.file[expr].span.start).filter(|_| is_call)
    });
    let body = bodies.next()??;
    if code.scope[body].parent != Some(function) || !bodies.all(|other| other == Some(body)) {
        return None;
    }
    let started = code.file.walk(Node::Stmt(code.scope[function].body)).find_map(|visit| {
        let Node::Stmt(stmt) = visit.node else { return None };
        let StmtKind::GoStmt(call) = code.file[stmt].kind else { return None };
        (called_here(code, call) == Some(body)).then_some(stmt)
    })?;
    let wait = *code.file.block(code.scope[body].body).first()?;
    let channel = awaited(code, wait)?;
    let declaration = code.names.declaration(channel)?;
    // Who waits for it in the function too leaves no sooner than the goroutine.
    let once = uses(mentions, channel).count() == 1;
    (declaration.kind == DeclaredAs::Param && once && is_of(code, channel, function))
        .then_some((started, wait, channel))
}

/// Whether a parameter is one of the function, or of one around it.
fn is_of(code: &Code<'_>, parameter: IdentId, function: FunctionId) -> bool {
    let mut around = std::iter::successors(Some(function), |f| code.scope[*f].parent);
    around.any(|f| parameter_index(code, code.scope[f].ty, parameter).is_some())
}

/// The variable from which a statement receives, and does nothing else: by itself, or as the only case of a select.
fn awaited(code: &Code<'_>, stmt: StmtId) -> Option<IdentId> {
    match code.file[stmt].kind {
        StmtKind::SelectStmt(select) => {
            let [only] = code.file.block(select.body) else { return None };
            let StmtKind::CommClause(clause) = code.file[*only].kind else { return None };
            awaited(code, clause.comm?)
        }
        StmtKind::ExprStmt(expr) => match code.file[code.file.unparen(expr)].kind {
            ExprKind::UnaryExpr(unary) if unary.op == Token::Arrow => code.declared(unary.x),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a context is only given to calls that are done with it when they come back, as far as their names tell.
fn is_asked_for(code: &Code<'_>, function: FunctionId, context: ExprId) -> bool {
    let parents = code.scope.parents();
    let Some(Node::Expr(call)) = parents.of(Node::Expr(context)) else { return false };
    let fun = match code.file[call].kind {
        ExprKind::CallExpr(parts) => parts.fun,
        // A method of the context itself.
        ExprKind::SelectorExpr(_) => return true,
        _ => return false,
    };
    let name = match code.file[code.file.unparen(fun)].kind {
        ExprKind::Ident(name) => code.file.name(name),
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel),
        _ => return false,
    };
    let here = code.scope.function_at(code.file[context].span.start) == Some(function);
    let starts = match parents.of(Node::Expr(call)) {
        Some(Node::Stmt(stmt)) => {
            matches!(code.file[stmt].kind, StmtKind::GoStmt(_) | StmtKind::DeferStmt(_))
        }
        _ => false,
    };
    here && !starts && !lasts(name)
}
