//! Ways out of the function that should receive, on which more was sent than is received.

use plumb_gosource::flow::{
    BlockId, Callee, Condition, Edge, Exit, FunctionId, Graph, StepId, callee,
};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtId, StmtKind, Token};
use rustc_hash::{FxHashMap, FxHashSet};

use super::sending::{MANY, Sending, signals, stands_in};
use super::stopping;
use crate::channels::failing::fails;
use crate::channels::local::Channel;
use crate::channels::operations::{Operation, What};
use crate::code::Code;
use crate::goroutines::{self, Runs};
use crate::mentions::Mentions;
use crate::ways::{self, Journey, Onward, Way, reaching};

/// What a step of the function does to the count of those that wait to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// Goroutines are started that will send so often.
    Sends(u8),
    /// One value is received.
    Receives,
    /// Nobody sends any more.
    Settles,
    /// The channel is made again.
    Makes,
}

/// The question which ways leave the function with senders behind.
pub(super) struct Leaving<'a, 'c> {
    code: &'a Code<'c>,
    function: FunctionId,
    events: FxHashMap<StepId, Vec<Event>>,
    /// Variables with what was received.
    received: FxHashSet<IdentId>,
    /// Variables that tell whether the channel is still open.
    open: FxHashSet<IdentId>,
    /// Loops that receive.
    loops: Vec<StmtId>,
    /// Those that range over the channel.
    ranges: Vec<StmtId>,
    /// By block, whether control can still get to a receive.
    receives_later: Vec<bool>,
    /// Whether one goroutine sends several times and its last value may say so.
    tells_end: bool,
    capacity: u8,
    /// A function that should receive and may come back without.
    helper: Option<(FunctionId, Vec<Way>)>,
}

impl<'a, 'c> Leaving<'a, 'c> {
    /// `None` if what receives is too intricate.
    pub(super) fn new(
        code: &'a Code<'c>,
        mentions: &Mentions,
        channel: &Channel,
        goroutines: &[Sending],
        all: &[Channel],
        capacity: u64,
    ) -> Option<Self> {
        let graph = code.graph(channel.function);
        let in_loop =
            |at: u32| graph.step_at(at).is_some_and(|step| super::again(code, channel, step));
        let one = goroutines.len() == 1 && !in_loop(goroutines[0].at);
        let streams = goroutines.iter().any(|g| g.most >= MANY);
        // Whether a buffer of some size is enough is not seen, but for one that sends without end.
        if capacity > 1
            && !(one && streams)
            && (streams || goroutines.iter().any(|g| in_loop(g.at)))
        {
            return None;
        }
        let mut leaving = Self {
            code,
            function: channel.function,
            events: FxHashMap::default(),
            received: FxHashSet::default(),
            open: FxHashSet::default(),
            loops: Vec::new(),
            ranges: Vec::new(),
            receives_later: Vec::new(),
            tells_end: one && goroutines[0].has_last,
            capacity: u8::try_from(capacity).unwrap_or(MANY).min(MANY - 1),
            helper: None,
        };
        leaving.event(graph, code.file[channel.make].span.start, Event::Makes);
        for goroutine in goroutines {
            leaving.event(graph, goroutine.at, Event::Sends(goroutine.most));
        }
        leaving.receives(mentions, channel)?;
        leaving.settles(graph, goroutines, all, one);
        if let ([sending], true) = (goroutines, one && capacity > 0) {
            for told in stopping::told(code, mentions, channel, sending, leaving.capacity)? {
                leaving.events.entry(told).or_default().push(Event::Settles);
            }
        }
        Some(leaving)
    }

    /// The ways that leave senders behind, and the function that should have received.
    pub(super) fn ways(self) -> (Vec<Way>, Option<(FunctionId, Vec<Way>)>) {
        let ways = ways::search(self.code, self.function, &self, 0);
        (ways, self.helper)
    }

    fn event(&mut self, graph: &Graph, at: u32, event: Event) {
        if let Some(step) = graph.step_at(at) {
            self.events.entry(step).or_default().push(event);
        }
    }

    fn receives(&mut self, mentions: &Mentions, channel: &Channel) -> Option<()> {
        let graph = self.code.graph(channel.function);
        let mut steps = Vec::new();
        let mut helped = FxHashSet::default();
        for operation in channel.operations.iter().filter(|operation| operation.receives()) {
            let here = operation.function == channel.function;
            for run in &operation.runs {
                let step = graph.step_at(run.at)?;
                if !here {
                    // What is called receives, or may come back without.
                    if helped.insert(run.at)
                        && self.helper_receives(mentions, channel, operation)?
                    {
                        self.event(graph, run.at, Event::Settles);
                    }
                    continue;
                }
                steps.push(step);
                match operation.what {
                    // The rounds of a range count at its edges.
                    What::Range(stmt) => self.ranges.push(stmt),
                    _ => self.event(graph, run.at, Event::Receives),
                }
            }
            if here {
                self.variables(operation);
                self.loops_around(operation.at);
            }
        }
        self.receives_later = reaching(graph, &steps);
        Some(())
    }

    /// Whether a function that is called receives on every way; where it does not is kept.
    fn helper_receives(
        &mut self,
        mentions: &Mentions,
        channel: &Channel,
        operation: &Operation,
    ) -> Option<bool> {
        let code = self.code;
        let around = std::iter::successors(Some(operation.function), |f| code.scope[*f].parent);
        let function = around.take_while(|f| *f != channel.function).last()?;
        let graph = code.graph(function);
        let mut steps = FxHashSet::default();
        for receive in channel.operations.iter().filter(|o| o.receives()) {
            if !stands_in(code, receive.at, function) {
                continue;
            }
            for run in goroutines::runs(code, mentions, receive.at, function) {
                steps.insert(graph.step_at(run.at)?);
            }
        }
        let starts = started_in(code, mentions, channel, function)?;
        let without = Without { receives: &steps, starts: &starts };
        let ways = ways::search(code, function, &without, starts.is_empty());
        let always = ways.is_empty();
        if !always {
            self.helper = Some((function, ways));
        }
        Some(always)
    }

    /// The variables that a receive sets.
    fn variables(&mut self, operation: &Operation) {
        let file = self.code.file;
        let targets: Vec<ExprId> = match operation.what {
            What::Range(stmt) => match file[stmt].kind {
                StmtKind::RangeStmt(range) => range.key.into_iter().collect(),
                _ => Vec::new(),
            },
            What::Receive(expr) => match self.code.scope.parents().of(Node::Expr(expr)) {
                Some(Node::Stmt(stmt)) => match file[stmt].kind {
                    StmtKind::AssignStmt(assign) => file[assign.lhs].to_vec(),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        self.received.extend(targets.first().and_then(|expr| self.code.root(*expr)));
        self.open.extend(targets.get(1).and_then(|expr| self.code.root(*expr)));
    }

    fn loops_around(&mut self, at: u32) {
        let code = self.code;
        for visit in code.file.walk(Node::Stmt(code.scope[self.function].body)) {
            if let Node::Stmt(stmt) = visit.node
                && code.file[stmt].span.range().contains(&(at as usize))
                && matches!(code.file[stmt].kind, StmtKind::ForStmt(_) | StmtKind::RangeStmt(_))
            {
                self.loops.push(stmt);
            }
        }
    }

    /// Other ways to know that nobody sends any more: a `Wait`, and channels that the senders close or send on.
    fn settles(&mut self, graph: &Graph, goroutines: &[Sending], all: &[Channel], one: bool) {
        let code = self.code;
        for visit in code.file.walk(Node::Stmt(code.scope[self.function].body)) {
            let Node::Expr(expr) = visit.node else { continue };
            let at = code.file[expr].span.start;
            if code.scope.function_at(at) != Some(self.function) {
                continue;
            }
            if is_wait(code, expr) {
                self.event(graph, at, Event::Settles);
            }
            let ExprKind::UnaryExpr(unary) = code.file[expr].kind else { continue };
            if unary.op != Token::Arrow {
                continue;
            }
            let Some(other) = code.root(unary.x) else { continue };
            let by_sender = || goroutines.iter().any(|g| signals(code, all, other, g.body));
            if (one && by_sender()) || follows_wait(code, all, other) {
                self.event(graph, at, Event::Settles);
            }
        }
    }

    /// Whether a condition mentions a variable.
    fn mentions_any(&self, expr: ExprId, of: &FxHashSet<IdentId>) -> bool {
        self.code.file.walk(Node::Expr(expr)).any(|visit| match visit.node {
            Node::Expr(expr) => self.code.declared(expr).is_some_and(|d| of.contains(&d)),
            _ => false,
        })
    }

    /// Whether a condition compares a variable that counts.
    fn counts(&self, expr: ExprId) -> bool {
        let code = self.code;
        let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
        let compares = matches!(
            both.op,
            Token::Eql | Token::Neq | Token::Lss | Token::Leq | Token::Gtr | Token::Geq
        );
        compares
            && [both.x, both.y].into_iter().filter_map(|x| code.root(x)).any(|v| self.is_counter(v))
    }

    fn is_counter(&self, variable: IdentId) -> bool {
        let code = self.code;
        code.file.walk(Node::Stmt(code.scope[self.function].body)).any(|visit| match visit.node {
            Node::Stmt(stmt) => match code.file[stmt].kind {
                StmtKind::IncDecStmt(change) => code.root(change.x) == Some(variable),
                StmtKind::AssignStmt(assign) if assign.tok != Token::Define => {
                    let to = &code.file[assign.lhs];
                    let plain = assign.tok == Token::Assign;
                    let calls = plain
                        && code.file[assign.rhs].iter().any(|value| {
                            !matches!(code.file[*value].kind, ExprKind::BinaryExpr(_))
                                && code.builtin_call(*value, "append").is_none()
                        });
                    !calls && to.iter().any(|to| code.root(*to) == Some(variable))
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// Whether an edge leaves a loop that receives in the way in which loops end, not by a jump.
    fn ends_loop(&self, edge: &Edge) -> bool {
        let code = self.code;
        self.loops.iter().any(|stmt| match (code.file[*stmt].kind, edge.when) {
            (_, Condition::RangeEnds(range)) => range == *stmt,
            (StmtKind::ForStmt(for_), Condition::Expr { expr, .. }) => {
                let within = |cond: ExprId| code.file[cond].span.contains(code.file[expr].span);
                for_.cond.is_some_and(within) && self.is_outside(edge, *stmt)
            }
            _ => false,
        })
    }

    /// Whether an edge leads to what stands behind a statement.
    fn is_outside(&self, edge: &Edge, stmt: StmtId) -> bool {
        let graph = self.code.graph(self.function);
        let mut block = edge.to;
        for _ in 0..graph.blocks().len() {
            if let Some(step) = graph.steps(block).next() {
                let span = graph.step(step).span(self.code.file);
                return !self.code.file[stmt].span.contains(span);
            }
            match graph.edges(block) {
                [only] => block = only.to,
                _ => return true,
            }
        }
        true
    }
}

impl Journey for Leaving<'_, '_> {
    /// How many sends are waiting; [`MANY`] has no end.
    type State = u8;

    fn step(&self, step: StepId, mut waiting: u8) -> Onward<u8> {
        for event in self.events.get(&step).into_iter().flatten() {
            waiting = match event {
                Event::Sends(n) => waiting.saturating_add(*n).min(MANY),
                Event::Receives if waiting == MANY => MANY,
                Event::Receives => waiting.saturating_sub(1),
                Event::Settles => 0,
                Event::Makes if waiting > self.capacity => return Onward::Bad,
                Event::Makes => 0,
            };
        }
        Onward::With(waiting)
    }

    fn edge(&self, _from: BlockId, edge: &Edge, waiting: u8) -> Option<u8> {
        if fails(self.code, edge.when) {
            return None;
        }
        if self.ends_loop(edge) {
            return Some(0);
        }
        let leaves_loop = !self.receives_later[edge.to.index()];
        Some(match edge.when {
            Condition::RangeNext(stmt) if self.ranges.contains(&stmt) => {
                if waiting == MANY {
                    MANY
                } else {
                    waiting.saturating_sub(1)
                }
            }
            Condition::Expr { expr, is } => {
                let closed =
                    !is && self.code.declared(expr).is_some_and(|d| self.open.contains(&d));
                let told = self.tells_end && leaves_loop && self.mentions_any(expr, &self.received);
                let counted = leaves_loop && self.counts(expr);
                if closed || told || counted { 0 } else { waiting }
            }
            Condition::Case { tag, value, .. } => {
                let tells = |expr| self.mentions_any(expr, &self.received);
                if self.tells_end && leaves_loop && (tells(tag) || tells(value)) {
                    0
                } else {
                    waiting
                }
            }
            _ => waiting,
        })
    }

    fn is_bad(&self, exit: Exit, waiting: u8) -> bool {
        matches!(exit, Exit::Return(_) | Exit::End) && waiting > self.capacity
    }
}

/// The steps at which a function starts the goroutines that send; none if others start them.
fn started_in(
    code: &Code<'_>,
    mentions: &Mentions,
    channel: &Channel,
    function: FunctionId,
) -> Option<FxHashSet<StepId>> {
    let mut starts = FxHashSet::default();
    for send in channel.operations.iter().filter(|operation| operation.is_send()) {
        if !stands_in(code, send.at, function) {
            return Some(FxHashSet::default());
        }
        for run in goroutines::runs(code, mentions, send.at, function) {
            starts.insert(code.graph(function).step_at(run.at)?);
        }
    }
    Some(starts)
}

/// Ways through a function that do not receive, once there is a sender.
struct Without<'s> {
    receives: &'s FxHashSet<StepId>,
    starts: &'s FxHashSet<StepId>,
}

impl Journey for Without<'_> {
    /// Whether a sender has been started.
    type State = bool;

    fn step(&self, step: StepId, started: bool) -> Onward<bool> {
        match self.receives.contains(&step) {
            true => Onward::Done,
            false => Onward::With(started || self.starts.contains(&step)),
        }
    }

    fn is_bad(&self, exit: Exit, started: bool) -> bool {
        matches!(exit, Exit::Return(_) | Exit::End) && started
    }
}

/// Whether an expression calls a method `Wait`: of a `WaitGroup`, an `errgroup.Group`, a pool.
fn is_wait(code: &Code<'_>, expr: ExprId) -> bool {
    matches!(callee(code.file, code.names, expr), Some(Callee::Method(_, "Wait")))
}

/// Whether a channel is closed, or sent on, by a goroutine that first waits for others.
fn follows_wait(code: &Code<'_>, all: &[Channel], other: IdentId) -> bool {
    let Some(other) = all.iter().find(|channel| channel.variable == other) else { return false };
    let mut signals = other.operations.iter().filter(|operation| !operation.receives());
    signals.any(|operation| {
        operation.runs.iter().any(|run| {
            run.runs == Runs::Goroutine
                && run.body.is_some_and(|body| {
                    let body = Node::Stmt(code.scope[body].body);
                    code.file.walk(body).any(|visit| match visit.node {
                        Node::Expr(expr) => is_wait(code, expr),
                        _ => false,
                    })
                })
        })
    })
}
