//! Functions that give back a channel on which a goroutine of theirs sends: who gets it must receive everything.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, Span, StmtId, StmtKind, Token};

use super::local::{Capacity, capacity};
use super::operations::select_around;
use super::receivers::caller::jumps_out;
use crate::code::Code;
use crate::endless::is_signal;
use crate::goroutines::{called_here, only_value, parameter_index};
use crate::mentions::Mentions;
use crate::ways::recurs;

/// A function that gives back an unbuffered channel on which its goroutine sends again and again, and waits for the
/// receiver alone.
#[derive(Clone, Debug)]
pub struct Producer {
    /// The function.
    pub function: FunctionId,
    /// The call that makes the channel.
    pub make: ExprId,
    /// How reports call the channel: its variable.
    pub channel: String,
    /// The `go` statement.
    pub started: Span,
    /// The send.
    pub send: StmtId,
    /// The context that the function gets, and that the send does not heed.
    pub context: IdentId,
}

/// The functions of a file that give back a channel which its goroutine does not leave before all is received.
pub fn producers(code: &Code<'_>) -> Vec<Producer> {
    if code.in_test || !code.mentions_channels() {
        return Vec::new();
    }
    let mut mentions = None;
    let mut found = Vec::new();
    for stmt in code.statements_of([Kind::GoStmt]) {
        let StmtKind::GoStmt(call) = code.file[stmt].kind else { continue };
        let Some(body) = called_here(code, call) else { continue };
        let mentions = mentions.get_or_insert_with(|| Mentions::new(code));
        found.extend(producer(code, mentions, stmt, call, body));
    }
    found
}

fn producer(
    code: &Code<'_>,
    mentions: &Mentions,
    started: StmtId,
    call: ExprId,
    body: FunctionId,
) -> Option<Producer> {
    let started = code.file[started].span;
    let function = code.scope.function_at(started.start)?;
    // A literal's caller is nobody knows who.
    if code.scope[function].parent.is_some() || heeds_signal(code, body) {
        return None;
    }
    let graph = code.graph(body);
    let (send, variable) = code.file.walk(Node::Stmt(code.scope[body].body)).find_map(|visit| {
        let Node::Stmt(stmt) = visit.node else { return None };
        let StmtKind::SendStmt(parts) = code.file[stmt].kind else { return None };
        let start = code.file[stmt].span.start;
        let again = code.scope.function_at(start) == Some(body)
            && graph.step_at(start).is_some_and(|step| recurs(graph, step));
        let alone = again && select_around(code, visit.node).is_none();
        let variable = code.declared(parts.chan).filter(|_| alone)?;
        Some((stmt, argument_for(code, call, body, variable).unwrap_or(variable)))
    })?;
    if is_drained(code, function) {
        return None;
    }
    let own = code.scope.function_at(code.file[variable].span.start) == Some(function);
    let (make, context) = (made(code, variable)?, context(code, function)?);
    (own && is_returned(code, mentions, variable)).then(|| Producer {
        function,
        make,
        channel: code.file.name(variable).to_owned(),
        started,
        send,
        context,
    })
}

/// The variable that a parameter of what a call calls stands for.
fn argument_for(
    code: &Code<'_>,
    call: ExprId,
    body: FunctionId,
    variable: IdentId,
) -> Option<IdentId> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let index = parameter_index(code, code.scope[body].ty, variable)?;
    code.declared(*code.file[parts.args].get(index)?)
}

/// The call that makes an unbuffered channel for a variable.
fn made(code: &Code<'_>, variable: IdentId) -> Option<ExprId> {
    let make = only_value(code, variable)?;
    (capacity(code, make) == Some(Capacity::Constant(0))).then_some(make)
}

/// Whether a variable is given back.
fn is_returned(code: &Code<'_>, mentions: &Mentions, variable: IdentId) -> bool {
    let mut above = mentions
        .of(variable)
        .iter()
        .filter_map(|mention| code.scope.parents().of(Node::Expr(mention.expr?)));
    above.any(|node| match node {
        Node::Stmt(stmt) => matches!(code.file[stmt].kind, StmtKind::ReturnStmt(_)),
        _ => false,
    })
}

/// Whether a goroutine waits for a signal to end anywhere.
fn heeds_signal(code: &Code<'_>, body: FunctionId) -> bool {
    code.file.walk(Node::Stmt(code.scope[body].body)).any(|visit| match visit.node {
        Node::Expr(expr) => match code.file[expr].kind {
            ExprKind::UnaryExpr(unary) => unary.op == Token::Arrow && is_signal(code, unary.x),
            _ => false,
        },
        _ => false,
    })
}

/// Whether the file calls a function only to receive everything: then those who do not are elsewhere, if there are any.
fn is_drained(code: &Code<'_>, function: FunctionId) -> bool {
    let mut ranged = false;
    for call in code.expressions_of([Kind::CallExpr]) {
        if called_here(code, call) != Some(function) {
            continue;
        }
        match range_over(code, call) {
            Some(range) if !jumps_out(code, range) => ranged = true,
            _ => return false,
        }
    }
    ranged
}

/// The loop over what a call gives back, on the spot or through a variable that is used for nothing else.
fn range_over(code: &Code<'_>, call: ExprId) -> Option<StmtId> {
    let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(call)) else { return None };
    match code.file[stmt].kind {
        StmtKind::RangeStmt(range) => (code.file.unparen(range.x) == call).then_some(stmt),
        StmtKind::AssignStmt(assign) => {
            let variable = code.declared(*code.file[assign.lhs].first()?)?;
            code.statements_of([Kind::RangeStmt]).find(|stmt| match code.file[*stmt].kind {
                StmtKind::RangeStmt(range) => code.declared(range.x) == Some(variable),
                _ => false,
            })
        }
        _ => None,
    }
}

/// The parameter of a function that is a context.
fn context(code: &Code<'_>, function: FunctionId) -> Option<IdentId> {
    let params = code.file[code.scope[function].ty].params;
    let fields = code.file[code.file[params].list].iter();
    let mut contexts = fields.filter(|f| code.is_type(code.file[**f].ty, "context", "Context"));
    let field = contexts.next()?;
    let name = code.file[code.file[*field].names].first().copied()?;
    (code.file.name(name) != "_").then_some(name)
}
