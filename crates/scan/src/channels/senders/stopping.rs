//! Senders that are told to stop: who looks for a signal between any two sends that do not both fit into the buffer
//! leaves once that signal is given, whether somebody still receives or not.

use plumb_gosource::flow::{Callee, Exit, FunctionId, StepId, callee};
use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, StmtKind, Token};
use rustc_hash::{FxHashMap, FxHashSet};

use super::sending::Sending;
use crate::channels::local::Channel;
use crate::code::Code;
use crate::goroutines;
use crate::mentions::Mentions;
use crate::ways::{self, Journey, Onward};

/// The steps of the function that makes a channel at which its only sender is told to stop; `None` if a `defer` tells
/// it in any case.
pub(super) fn told(
    code: &Code<'_>,
    mentions: &Mentions,
    channel: &Channel,
    sending: &Sending,
    capacity: u8,
) -> Option<Vec<StepId>> {
    let mut steps = Vec::new();
    for (signal, looks) in signals(code, sending.body) {
        if !looks_often(code, mentions, channel, sending.body, &looks, capacity) {
            continue;
        }
        for given in given(code, channel.function, signal) {
            if given.deferred {
                return None;
            }
            steps.extend(code.graph(channel.function).step_at(given.at));
        }
    }
    Some(steps)
}

/// What a goroutine waits for in a `select`, or alone: the variables of channels and contexts, and the steps.
fn signals(code: &Code<'_>, body: FunctionId) -> FxHashMap<IdentId, FxHashSet<StepId>> {
    let mut signals: FxHashMap<IdentId, FxHashSet<StepId>> = FxHashMap::default();
    for visit in code.file.walk(Node::Stmt(code.scope[body].body)) {
        let Node::Expr(expr) = visit.node else { continue };
        let ExprKind::UnaryExpr(unary) = code.file[expr].kind else { continue };
        if unary.op != Token::Arrow
            || code.scope.function_at(code.file[expr].span.start) != Some(body)
        {
            continue;
        }
        let variable = match callee(code.file, code.names, unary.x) {
            Some(Callee::Method(context, "Done")) => code.root(context),
            _ => code.declared(unary.x),
        };
        if let Some(variable) = variable
            && let Some(step) = code.graph(body).step_at(looked_at(code, expr))
        {
            signals.entry(variable).or_default().insert(step);
        }
    }
    signals
}

/// From where a receive is looked at: from the `select` of which it is a case, or itself.
fn looked_at(code: &Code<'_>, receive: ExprId) -> u32 {
    let mut above = code.scope.parents().above(Node::Expr(receive));
    let clause = above.find_map(|node| match node {
        Node::Stmt(stmt) => match code.file[stmt].kind {
            StmtKind::CommClause(clause) => Some(clause.comm.map(|comm| (stmt, comm))),
            StmtKind::ExprStmt(_) | StmtKind::AssignStmt(_) => None,
            _ => Some(None),
        },
        _ => None,
    });
    let at = code.file[receive].span;
    let Some(Some((clause, comm))) = clause else { return at.start };
    if !code.file[comm].span.contains(at) {
        return at.start;
    }
    let select = code.scope.parents().above(Node::Stmt(clause)).find_map(|node| match node {
        Node::Stmt(stmt) if matches!(code.file[stmt].kind, StmtKind::SelectStmt(_)) => Some(stmt),
        _ => None,
    });
    select.map_or(at.start, |select| code.file[select].span.start)
}

/// Whether a goroutine never sends more than fits into the buffer without looking for a signal in between.
fn looks_often(
    code: &Code<'_>,
    mentions: &Mentions,
    channel: &Channel,
    body: FunctionId,
    looks: &FxHashSet<StepId>,
    capacity: u8,
) -> bool {
    let graph = code.graph(body);
    let mut sends = FxHashSet::default();
    for send in channel.operations.iter().filter(|operation| operation.is_send()) {
        let runs = goroutines::runs(code, mentions, send.at, body);
        if code.scope.function_at(send.at) != Some(body) || runs.len() != 1 {
            return false;
        }
        let Some(step) = graph.step_at(send.at) else { return false };
        sends.insert(step);
    }
    ways::search(code, body, &Between { sends: &sends, looks, capacity }, 0).is_empty()
}

/// Ways on which more is sent than fits into the buffer, with no look for the signal in between.
struct Between<'s> {
    sends: &'s FxHashSet<StepId>,
    looks: &'s FxHashSet<StepId>,
    capacity: u8,
}

impl Journey for Between<'_> {
    /// How many sends there were since the last look.
    type State = u8;

    fn step(&self, step: StepId, sent: u8) -> Onward<u8> {
        if self.looks.contains(&step) {
            return Onward::With(0);
        }
        match self.sends.contains(&step) {
            true if sent >= self.capacity => Onward::Bad,
            true => Onward::With(sent + 1),
            false => Onward::With(sent),
        }
    }

    fn is_bad(&self, _exit: Exit, _sent: u8) -> bool {
        false
    }
}

/// A place where a signal is given.
struct Given {
    at: u32,
    deferred: bool,
}

/// Where a function closes a channel, or cancels a context.
fn given(code: &Code<'_>, function: FunctionId, signal: IdentId) -> Vec<Given> {
    let cancels = cancels_of(code, signal);
    let calls = code.file.walk(Node::Stmt(code.scope[function].body)).filter_map(|visit| {
        let Node::Expr(expr) = visit.node else { return None };
        let ExprKind::CallExpr(call) = code.file[expr].kind else { return None };
        let at = code.file[expr].span.start;
        let closes = code
            .builtin_call(expr, "close")
            .and_then(|args| args.first())
            .is_some_and(|closed| code.declared(*closed) == Some(signal));
        let cancels = || code.declared(call.fun).is_some_and(|f| cancels.contains(&f));
        let here = code.scope.function_at(at) == Some(function);
        (here && (closes || cancels())).then(|| Given {
            at,
            deferred: goroutines::of_call(code, expr) == goroutines::Runs::Deferred,
        })
    });
    calls.collect()
}

/// The variables that are set together with a context: its cancel function.
fn cancels_of(code: &Code<'_>, context: IdentId) -> Vec<IdentId> {
    let sets = code.statements_of([Kind::AssignStmt]).filter_map(|stmt| {
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
        let [value, cancel] = code.file[assign.lhs] else { return None };
        let [made] = code.file[assign.rhs] else { return None };
        let by_context = code.callee(made).is_some_and(|callee| callee.path == "context");
        (by_context && code.declared(value) == Some(context)).then(|| code.declared(cancel))?
    });
    sets.collect()
}
