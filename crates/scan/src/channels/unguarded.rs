//! Sends that wait for the receiver alone, where others on the same channel also heed the signal to end: the receiver
//! may be gone, as the others know.
//!
//! Judged are channels in parameters, and those that the function makes without room. What is in a field mostly has
//! room, and an owner who waits for what still comes.

use plumb_gosource::flow::{BlockId, Condition, Edge, Exit, FunctionId, StepId};
use plumb_gosource::{
    DeclaredAs, ExprId, ExprKind, IdentId, Kind, Node, StmtId, StmtKind, Token, TypeKind,
};

use super::local::{Capacity, capacity};
use super::operations::select_around;
use crate::code::Code;
use crate::endless::{is_signal, received};
use crate::goroutines::{called_here, only_value, parameter_index};
use crate::ways::{Journey, Onward, recurs, search};

/// A send that does not heed the signal which others on the same channel heed.
#[derive(Clone, Debug)]
pub struct UnguardedSend {
    /// The send.
    pub send: StmtId,
    /// How the function calls the channel.
    pub channel: String,
    /// A send on the channel in a select that also waits for the signal.
    pub guarded: StmtId,
    /// What that select receives from: the signal.
    pub signal: ExprId,
}

/// A send on a channel in a variable.
struct Send {
    stmt: StmtId,
    variable: IdentId,
    /// The declared function around it.
    around: FunctionId,
    /// The select of which it is a case.
    select: Option<StmtId>,
    /// The signal for which another case of that select waits.
    signal: Option<ExprId>,
}

/// The sends of a file that wait for the receiver alone, though others on the same channel do not.
pub fn unguarded_sends(code: &Code<'_>) -> Vec<UnguardedSend> {
    if code.in_test || !code.mentions_channels() {
        return Vec::new();
    }
    let sends: Vec<Send> =
        code.file.find(Node::File, [Kind::SendStmt]).filter_map(|node| send(code, node)).collect();
    if sends.iter().all(|send| send.signal.is_none()) {
        return Vec::new();
    }
    let bare = sends.iter().filter(|send| send.select.is_none());
    let found = bare.filter_map(|bare| {
        let same = |other: &&Send| other.variable == bare.variable && other.around == bare.around;
        let others: Vec<&Send> = sends.iter().filter(same).collect();
        let guard = others.iter().find(|other| other.signal.is_some())?;
        let waits = !code.ends_program(bare.around)
            && !was_tried(code, bare, &others)
            && comes_without_signal(code, bare.stmt)
            && may_wait(code, bare, &others);
        waits.then_some(UnguardedSend {
            send: bare.stmt,
            channel: code.file.name(bare.variable).to_owned(),
            guarded: guard.stmt,
            signal: guard.signal?,
        })
    });
    found.collect()
}

fn send(code: &Code<'_>, node: Node) -> Option<Send> {
    let Node::Stmt(stmt) = node else { return None };
    let StmtKind::SendStmt(parts) = code.file[stmt].kind else { return None };
    let variable = code.declared(parts.chan)?;
    let around = code.declared_at(code.file[stmt].span.start)?;
    let select = select_around(code, node);
    let signal = select.and_then(|select| signal_of(code, select));
    Some(Send { stmt, variable, around, select, signal })
}

/// The signal to end that a case of a select waits for.
fn signal_of(code: &Code<'_>, select: StmtId) -> Option<ExprId> {
    let StmtKind::SelectStmt(parts) = code.file[select].kind else { return None };
    code.file.block(parts.body).iter().find_map(|clause| signal_in(code, *clause))
}

/// The signal to end that a case waits for.
fn signal_in(code: &Code<'_>, clause: StmtId) -> Option<ExprId> {
    let StmtKind::CommClause(clause) = code.file[clause].kind else { return None };
    received(code, clause.comm?).filter(|channel| is_signal(code, *channel))
}

/// Whether a send stands in a select that has tried to send on the channel.
fn was_tried(code: &Code<'_>, send: &Send, others: &[&Send]) -> bool {
    code.scope.parents().above(Node::Stmt(send.stmt)).any(|above| match above {
        Node::Stmt(above) => others.iter().any(|other| other.select == Some(above)),
        _ => false,
    })
}

/// Whether control comes to a send also without having received the signal: after that it is a last word, to somebody
/// who waits for it.
fn comes_without_signal(code: &Code<'_>, send: StmtId) -> bool {
    let start = code.file[send].span.start;
    let Some(function) = code.scope.function_at(start) else { return false };
    let Some(step) = code.graph(function).step_at(start) else { return false };
    !search(code, function, &Untold { code, step }, ()).is_empty()
}

/// Ways to a step that do not take the case of a signal.
struct Untold<'a, 'c> {
    code: &'a Code<'c>,
    step: StepId,
}

impl Journey for Untold<'_, '_> {
    type State = ();

    fn step(&self, step: StepId, (): ()) -> Onward<()> {
        if step == self.step { Onward::Bad } else { Onward::With(()) }
    }

    fn edge(&self, _from: BlockId, edge: &Edge, (): ()) -> Option<()> {
        match edge.when {
            Condition::Comm(clause) if signal_in(self.code, clause).is_some() => None,
            _ => Some(()),
        }
    }

    fn is_bad(&self, _exit: Exit, (): ()) -> bool {
        false
    }
}

/// Whether a send may wait: nothing says that the channel has room, and the file itself does not receive.
fn may_wait(code: &Code<'_>, send: &Send, others: &[&Send]) -> bool {
    let variable = send.variable;
    let Some(declaration) = code.names.declaration(variable) else { return false };
    if declaration.top_level || is_received(code, variable) {
        return false;
    }
    match declaration.kind {
        DeclaredAs::Param => {
            let is_channel = code
                .types
                .of_var(variable)
                .is_none_or(|ty| matches!(code.program.underlying(ty).kind(), TypeKind::Chan(..)));
            is_channel && !is_given_room(code, send, others) && !is_drained_by_callers(code, send)
        }
        DeclaredAs::Var => made(code, variable) == Some(Capacity::Constant(0)),
        _ => false,
    }
}

/// The capacity of the channel that a variable holds, if it is made for it and for nothing else.
fn made(code: &Code<'_>, variable: IdentId) -> Option<Capacity> {
    capacity(code, only_value(code, variable)?)
}

/// Whether the file calls the function of a parameter with a channel that has room for what is sent. Sends without end
/// fill any room.
fn is_given_room(code: &Code<'_>, send: &Send, sends: &[&Send]) -> bool {
    let Some((function, index)) = parameter(code, send) else { return false };
    let stream = sends.iter().any(|send| is_repeated(code, send.stmt));
    code.expressions_of([Kind::CallExpr]).any(|call| {
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
        let given = code.file[parts.args].get(index).and_then(|arg| code.declared(*arg));
        match given.and_then(|held| made(code, held)) {
            Some(Capacity::Constant(0)) | None => false,
            Some(Capacity::Constant(_)) if stream => false,
            Some(_) => called_here(code, call) == Some(function),
        }
    })
}

/// The function around a send of which the channel is a parameter, and its place.
fn parameter(code: &Code<'_>, send: &Send) -> Option<(FunctionId, usize)> {
    let inner = code.scope.function_at(code.file[send.stmt].span.start);
    let mut around = std::iter::successors(inner, |f| code.scope[*f].parent);
    around.find_map(|function| {
        Some((function, parameter_index(code, code.scope[function].ty, send.variable)?))
    })
}

/// Whether those who make the channel of a parameter receive from it until it is closed: nobody leaves.
fn is_drained_by_callers(code: &Code<'_>, send: &Send) -> bool {
    parameter(code, send).is_some_and(|(function, index)| {
        let name = code.declared_name(function);
        name.is_some_and(|name| code.summaries.across.drains.are_drained(name, index))
    })
}

fn is_repeated(code: &Code<'_>, stmt: StmtId) -> bool {
    let start = code.file[stmt].span.start;
    code.scope.function_at(start).is_some_and(|function| {
        let graph = code.graph(function);
        graph.step_at(start).is_some_and(|step| recurs(graph, step))
    })
}

/// Whether the file receives from the channel in a variable by its name.
fn is_received(code: &Code<'_>, variable: IdentId) -> bool {
    let mut nodes = code.file.find(Node::File, [Kind::UnaryExpr, Kind::RangeStmt]);
    nodes.any(|node| match node {
        Node::Expr(expr) => match code.file[expr].kind {
            ExprKind::UnaryExpr(unary) => {
                unary.op == Token::Arrow && code.declared(unary.x) == Some(variable)
            }
            _ => false,
        },
        Node::Stmt(stmt) => match code.file[stmt].kind {
            StmtKind::RangeStmt(range) => code.declared(range.x) == Some(variable),
            _ => false,
        },
        _ => false,
    })
}
