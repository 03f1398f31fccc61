//! A function that waits for a goroutine which may end without a signal.

use plumb_gosource::flow::{BlockId, Condition, Edge, Exit, FunctionId, Graph, StepId};
use plumb_gosource::{ExprId, ExprKind, Node, Span, StmtId, StmtKind, Token};
use rustc_hash::FxHashSet;

use super::{BlockedReceiver, WaitsFor};
use crate::channels::local::Channel;
use crate::channels::operations::{Operation, What};
use crate::channels::senders::again;
use crate::code::Code;
use crate::goroutines::{self, Runs};
use crate::mentions::Mentions;
use crate::ways::{self, Journey, Onward, Way};

/// Whether the function that makes a channel waits for a goroutine that may end without a signal.
pub(super) fn waits(
    code: &Code<'_>,
    mentions: &Mentions,
    channel: &Channel,
) -> Option<BlockedReceiver> {
    let receives: Vec<&Operation> =
        channel.operations.iter().filter(|operation| operation.receives()).collect();
    let here = receives.iter().all(|receive| receive.all_run(Runs::InLine));
    let wait = receives.iter().find(|receive| is_wait(code, channel, receive))?;
    let (span, waits_for) = match wait.what {
        What::Range(stmt) => (range_span(code, stmt)?, WaitsFor::Close),
        What::Receive(expr) => (code.file[expr].span, WaitsFor::Signal),
        _ => return None,
    };
    let signals: Vec<&Operation> = channel
        .operations
        .iter()
        .filter(|operation| match operation.what {
            What::Close => true,
            What::Send(_) => waits_for == WaitsFor::Signal,
            _ => false,
        })
        .collect();
    if !here
        || asks_length(code, channel)
        || !signals.iter().all(|signal| signal.all_run(Runs::Goroutine))
    {
        return None;
    }
    let found = |started, ways_of, ways| BlockedReceiver {
        make: channel.make,
        channel: code.file.name(channel.variable).to_owned(),
        function: channel.function,
        started,
        wait: span,
        waits_for,
        caller_waits: true,
        ways_of,
        ways,
        certain: true,
    };
    let Some(first) = signals.first() else {
        return all_senders_end(code, channel).then(|| found(None, channel.function, Vec::new()));
    };
    let run = first.runs.first()?;
    let body = run.body?;
    let one = signals.iter().all(|s| {
        s.runs.len() == 1 && s.runs.iter().all(|r| r.body == Some(body) && r.at == run.at)
    });
    let graph = code.graph(channel.function);
    let often = graph.step_at(run.at).is_none_or(|step| again(code, channel, step));
    if !one || often {
        return None;
    }
    let ways = without_signal(code, mentions, &signals, body)?;
    let known = conditions(code, channel.function);
    let ways: Vec<Way> = ways.into_iter().filter(|way| !is_known(code, way, &known)).collect();
    (!ways.is_empty()).then(|| found(Some(run.at), body, ways))
}

/// Whether the function asks how many values wait in a channel: `if len(errs) > 0 { return <-errs }`.
fn asks_length(code: &Code<'_>, channel: &Channel) -> bool {
    let body = code.scope[channel.function].body;
    code.file.walk(Node::Stmt(body)).any(|visit| match visit.node {
        Node::Expr(expr) => code
            .builtin_call(expr, "len")
            .is_some_and(|args| args.iter().any(|arg| code.root(*arg) == Some(channel.variable))),
        _ => false,
    })
}

/// Whether a receive stands in the function itself and blocks until there is something.
fn is_wait(code: &Code<'_>, channel: &Channel, receive: &Operation) -> bool {
    if receive.function != channel.function
        || receive.select.is_some()
        || is_told_before(code, receive.at)
    {
        return false;
    }
    match receive.what {
        What::Range(stmt) => !jumps_out(code, stmt),
        What::Receive(_) => true,
        _ => false,
    }
}

/// Whether a place is only reached if another channel was closed without a value: `conn, ok := <-won; if !ok { … }`. Who
/// closes that one knows what it has sent on the other.
fn is_told_before(code: &Code<'_>, at: u32) -> bool {
    code.file.walk(Node::File).any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::IfStmt(branch) = code.file[stmt].kind else { return false };
        let span = code.file[branch.body].span;
        (span.start..span.end).contains(&at) && is_not_received(code, branch.cond)
    })
}

/// Whether a condition is that a receive gave no value.
fn is_not_received(code: &Code<'_>, condition: ExprId) -> bool {
    let ExprKind::UnaryExpr(unary) = code.file[code.file.unparen(condition)].kind else {
        return false;
    };
    let Some(ok) = code.declared(unary.x).filter(|_| unary.op == Token::Not) else { return false };
    code.file.walk(Node::File).any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
        let ([_, told], [value]) = (&code.file[assign.lhs], &code.file[assign.rhs]) else {
            return false;
        };
        code.declared(*told) == Some(ok)
            && matches!(code.file[code.file.unparen(*value)].kind, ExprKind::UnaryExpr(receive)
                if receive.op == Token::Arrow)
    })
}

/// Whether a loop is left by a jump.
pub(in crate::channels) fn jumps_out(code: &Code<'_>, range: StmtId) -> bool {
    let StmtKind::RangeStmt(parts) = code.file[range].kind else { return true };
    let mut walk = code.file.walk(Node::Stmt(parts.body));
    while let Some(visit) = walk.next() {
        match visit.node {
            Node::Expr(expr) => match code.file[expr].kind {
                ExprKind::FuncLit(_) => walk.skip_children(),
                ExprKind::CallExpr(_)
                    if code.effect(expr) != plumb_gosource::flow::CallEffect::Returns =>
                {
                    return true;
                }
                _ => {}
            },
            Node::Stmt(stmt) => match code.file[stmt].kind {
                StmtKind::ReturnStmt(_) => return true,
                StmtKind::BranchStmt(branch) => {
                    if matches!(branch.tok, Token::Break | Token::Goto) {
                        return true;
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    false
}

fn range_span(code: &Code<'_>, stmt: StmtId) -> Option<Span> {
    let StmtKind::RangeStmt(range) = code.file[stmt].kind else { return None };
    Some(Span::new(code.file[stmt].span.start, code.file[range.x].span.end))
}

/// Whether there are senders, and all of them come to an end.
fn all_senders_end(code: &Code<'_>, channel: &Channel) -> bool {
    let mut sends = channel.operations.iter().filter(|operation| operation.is_send()).peekable();
    sends.peek().is_some()
        && sends.all(|send| {
            send.all_run(Runs::Goroutine)
                && send.runs.iter().all(|run| run.body.is_some_and(|b| code.graph(b).may_return()))
        })
}

/// The ways through a goroutine on which it does not signal; `None` if that is too intricate.
fn without_signal(
    code: &Code<'_>,
    mentions: &Mentions,
    signals: &[&Operation],
    body: FunctionId,
) -> Option<Vec<Way>> {
    let graph = code.graph(body);
    let mut steps = FxHashSet::default();
    for signal in signals {
        let runs = goroutines::runs(code, mentions, signal.at, body);
        if runs.is_empty() {
            return None;
        }
        for run in runs {
            if run.runs > Runs::Deferred {
                return None;
            }
            steps.insert(graph.step_at(run.at)?);
        }
    }
    let loops = signalling_loops(code, body, graph, &steps);
    let ways = ways::search(code, body, &Silent { code, steps: &steps, loops }, ());
    // What another channel tells the goroutine may come from the one that waits.
    let is_told =
        |way: &Way| way.branches.iter().any(|branch| matches!(branch, Condition::Comm(_)));
    Some(ways.into_iter().filter(|way| !is_told(way)).collect())
}

/// Loops that signal in a round: there will be a round.
fn signalling_loops(
    code: &Code<'_>,
    body: FunctionId,
    graph: &Graph,
    steps: &FxHashSet<StepId>,
) -> Vec<StmtId> {
    let loops = code.file.walk(Node::Stmt(code.scope[body].body)).filter_map(|visit| {
        let Node::Stmt(stmt) = visit.node else { return None };
        let within = code.loop_body(stmt)?;
        let signals = steps.iter().any(|step| within.contains(graph.step(*step).span(code.file)));
        signals.then_some(stmt)
    });
    loops.collect()
}

struct Silent<'s, 'c> {
    code: &'s Code<'c>,
    steps: &'s FxHashSet<StepId>,
    loops: Vec<StmtId>,
}

impl Journey for Silent<'_, '_> {
    type State = ();

    fn step(&self, step: StepId, (): ()) -> Onward<()> {
        if self.steps.contains(&step) { Onward::Done } else { Onward::With(()) }
    }

    fn edge(&self, _from: BlockId, edge: &Edge, (): ()) -> Option<()> {
        let file = self.code.file;
        let ends = self.loops.iter().any(|stmt| match (file[*stmt].kind, edge.when) {
            (_, Condition::RangeEnds(range)) => range == *stmt,
            (StmtKind::ForStmt(for_), Condition::Expr { expr, is: false }) => {
                for_.cond.is_some_and(|cond| file[cond].span.contains(file[expr].span))
            }
            _ => false,
        });
        (!ends).then_some(())
    }

    fn is_bad(&self, exit: Exit, (): ()) -> bool {
        matches!(exit, Exit::Return(_) | Exit::End)
    }
}

/// The texts of the conditions of a function: what it may know of the goroutine.
fn conditions<'c>(code: &Code<'c>, function: FunctionId) -> FxHashSet<&'c str> {
    let graph = code.graph(function);
    let edges = graph.blocks().flat_map(|block| graph.edges(block));
    let texts = edges.filter_map(|edge| match edge.when {
        Condition::Expr { expr, .. } => Some(text(code, expr)),
        _ => None,
    });
    texts.collect()
}

fn is_known(code: &Code<'_>, way: &Way, known: &FxHashSet<&str>) -> bool {
    way.branches.iter().any(|branch| match branch {
        Condition::Expr { expr, .. } => known.contains(text(code, *expr)),
        _ => false,
    })
}

/// The text of a condition without what it is compared with; of `err`, which is another one each time, the whole.
fn text<'c>(code: &Code<'c>, expr: ExprId) -> &'c str {
    let x = match code.file[expr].kind {
        ExprKind::BinaryExpr(both) if !code.is_predeclared(both.y, "nil") => both.x,
        _ => expr,
    };
    code.file.text(code.file[x].span)
}
