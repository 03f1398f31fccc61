//! Locks that a function releases on some ways and still holds when it returns on others.
//!
//! A function that never releases what it locks is taken for one that locks for its caller.

use plumb_gosource::flow::{BlockId, Condition, Edge, Exit, FunctionId, StepId};
use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, StmtId, StmtKind, Token};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;
use crate::goroutines::{self, Runs, called_here};
use crate::mentions::Mentions;
use crate::ways::{self, Journey, Onward, Way, WayEnd};

/// Parts of the names of functions that may return with a lock held on purpose, in lower case.
const HOLDERS: [&str; 5] = ["lock", "acquire", "begin", "enter", "reserve"];

/// A lock that is still held when a function returns.
#[derive(Clone, Debug)]
pub struct HeldLock {
    /// The call that locks.
    pub lock: ExprId,
    /// What is locked, as the code spells it: `s.mu`.
    pub name: String,
    /// The method that releases it: `Unlock`, `RUnlock`.
    pub unlock: &'static str,
    /// The function.
    pub function: FunctionId,
    /// The ways on which it is held at the end, the shortest first.
    pub ways: Vec<Way>,
    /// Whether it is a lock of package sync.
    pub known: bool,
}

/// The locks of a file that are still held when a function returns.
pub fn held_locks(code: &Code<'_>) -> Vec<HeldLock> {
    // Most files take no lock.
    if memchr::memmem::find(code.file.source(), b"Lock").is_none() {
        return Vec::new();
    }
    let mut calls: FxHashMap<FunctionId, Vec<LockCall<'_>>> = FxHashMap::default();
    let mut values: FxHashSet<FunctionId> = FxHashSet::default();
    for expr in code.expressions_of([Kind::CallExpr, Kind::SelectorExpr]) {
        let at = code.file[expr].span.start;
        if let Some(call) = lock_call(code, expr) {
            let Some(function) = code.declared_at(at) else { continue };
            calls.entry(function).or_default().push(call);
        } else if is_unlock_value(code, expr) {
            values.extend(code.declared_at(at));
        }
    }
    let handed_over = handed_over(code, &calls);
    calls.retain(|function, calls| {
        !values.contains(function)
            && calls.iter().any(|call| call.locks)
            && calls.iter().any(|call| !call.locks)
    });
    if calls.is_empty() {
        return Vec::new();
    }
    let mentions = Mentions::new(code);
    let mut found: Vec<HeldLock> = Vec::new();
    for calls in calls.values() {
        let mut done = FxHashSet::default();
        for call in calls.iter().filter(|call| call.locks) {
            if handed_over.contains(last_name(call.name)) {
                continue;
            }
            let Some(function) = code.scope.function_at(code.file[call.call].span.start) else {
                continue;
            };
            if done.insert((function, call.name)) && !may_hold(code, function) {
                found.extend(held(code, &mentions, function, call.name, calls));
            }
        }
    }
    found.sort_by_key(|held| code.file[held.lock].span.start);
    found
}

/// A call of `Lock`, `RLock`, `Unlock` or `RUnlock` without arguments.
struct LockCall<'c> {
    call: ExprId,
    name: &'c str,
    /// The variable with which the name begins.
    root: Option<IdentId>,
    locks: bool,
    read: bool,
    known: bool,
}

fn lock_call<'c>(code: &Code<'c>, expr: ExprId) -> Option<LockCall<'c>> {
    let file = code.file;
    let ExprKind::CallExpr(call) = file[expr].kind else { return None };
    let ExprKind::SelectorExpr(selector) = file[file.unparen(call.fun)].kind else { return None };
    let (locks, read) = match file.name(selector.sel) {
        "Lock" => (true, false),
        "RLock" => (true, true),
        "Unlock" => (false, false),
        "RUnlock" => (false, true),
        _ => return None,
    };
    if !call.args.is_empty() || !is_path(code, selector.x) {
        return None;
    }
    let key = code.callee(expr);
    let known = key.as_ref().is_some_and(|key| key.path == "sync");
    let name = file.text(file[file.unparen(selector.x)].span);
    Some(LockCall { call: expr, name, root: code.root(selector.x), locks, read, known })
}

/// Whether an expression is a name or fields of one: what it means does not change from call to call.
fn is_path(code: &Code<'_>, expr: ExprId) -> bool {
    match code.file[expr].kind {
        ExprKind::Ident(_) => true,
        ExprKind::ParenExpr(x) | ExprKind::StarExpr(x) => is_path(code, x),
        ExprKind::UnaryExpr(unary) if unary.op == Token::And => is_path(code, unary.x),
        ExprKind::SelectorExpr(selector) => is_path(code, selector.x),
        _ => false,
    }
}

/// Whether an expression is a method value `x.Unlock`: whoever gets it releases the lock.
fn is_unlock_value(code: &Code<'_>, expr: ExprId) -> bool {
    let ExprKind::SelectorExpr(selector) = code.file[expr].kind else { return false };
    if !matches!(code.file.name(selector.sel), "Unlock" | "RUnlock") {
        return false;
    }
    match code.scope.parents().of(Node::Expr(expr)) {
        Some(Node::Expr(above)) => match code.file[above].kind {
            ExprKind::CallExpr(call) => call.fun != expr,
            _ => true,
        },
        _ => true,
    }
}

/// Whether a function may be there to leave something locked, by the names of it and of those around it.
fn may_hold(code: &Code<'_>, function: FunctionId) -> bool {
    let declared = std::iter::successors(Some(function), |f| code.scope[*f].parent).last();
    let name = declared.and_then(|f| code.declared_name(f)).unwrap_or_default().to_lowercase();
    HOLDERS.iter().any(|part| name.contains(part))
}

fn held(
    code: &Code<'_>,
    mentions: &Mentions,
    function: FunctionId,
    name: &str,
    calls: &[LockCall<'_>],
) -> Option<HeldLock> {
    let graph = code.graph(function);
    let mut events: FxHashMap<StepId, Vec<Event>> = FxHashMap::default();
    let mut released = false;
    let first = calls.iter().find(|call| call.name == name && call.locks)?;
    if first.root.is_some_and(|root| is_reassigned(code, function, root)) {
        return None;
    }
    for call in calls.iter().filter(|call| call.name == name) {
        let at = code.file[call.call].span.start;
        let here = code.scope.function_at(at) == Some(function);
        if call.locks && here {
            // What is not a statement of its own, or is deferred, is no plain lock.
            let step = graph.step_at(at)?;
            let plain =
                goroutines::of_call(code, call.call) == Runs::InLine && is_statement(code, call);
            events.entry(step).or_default().extend(plain.then_some(Event::Locks(call.call)));
        } else if !call.locks {
            for run in runs_here(code, mentions, at, function) {
                let run = run?;
                let deferred = run.1 == Runs::Deferred
                    || (here && goroutines::of_call(code, call.call) == Runs::Deferred);
                released = true;
                let event = if deferred { Event::Defers } else { Event::Releases };
                events.entry(graph.step_at(run.0)?).or_default().push(event);
            }
        }
    }
    if !released {
        return None;
    }
    helpers(code, function, name, &mut events);
    let loops = releasing_loops(code, function, name, calls);
    let holding = Holding { code, function, events: &events, loops: &loops };
    let mut ways = ways::search(code, function, &holding, State::default());
    ways.retain(|way| !contradicts(code, way));
    let first_way = ways.first()?;
    let lock = locked_before(code, calls, name, function, first_way)?;
    Some(HeldLock {
        lock: lock.call,
        name: name.to_owned(),
        unlock: if lock.read { "RUnlock" } else { "Unlock" },
        function,
        known: lock.known,
        ways,
    })
}

/// Whether a way takes one of two `if` statements with the same condition and not the other: whoever locks and unlocks
/// under it means that it does not change in between. An error that is checked twice is another one each time.
fn contradicts(code: &Code<'_>, way: &Way) -> bool {
    let asked = |branch: &Condition| {
        let Condition::Expr { expr, is } = *branch else { return None };
        let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(expr)) else { return None };
        let is_if = matches!(code.file[stmt].kind, StmtKind::IfStmt(_));
        let of_nil = matches!(code.file[expr].kind,
            ExprKind::BinaryExpr(both) if code.is_predeclared(both.y, "nil"));
        (is_if && !of_nil).then(|| (expr, code.text(expr), is))
    };
    let all: Vec<_> = way.branches.iter().filter_map(asked).collect();
    all.iter().enumerate().any(|(index, (expr, text, is))| {
        all[index + 1..].iter().any(|(other, same, but)| other != expr && same == text && but != is)
    })
}

/// Whether a call stands alone: one with a result may not have locked anything.
fn is_statement(code: &Code<'_>, call: &LockCall<'_>) -> bool {
    match code.scope.parents().of(Node::Expr(call.call)) {
        Some(Node::Stmt(stmt)) => matches!(code.file[stmt].kind, StmtKind::ExprStmt(_)),
        _ => false,
    }
}

/// The fields of which some function of the file defers the release of a lock without taking it: another one took it,
/// and returned with it on purpose.
fn handed_over(
    code: &Code<'_>,
    calls: &FxHashMap<FunctionId, Vec<LockCall<'_>>>,
) -> FxHashSet<String> {
    let mut fields = FxHashSet::default();
    for calls in calls.values() {
        let deferred = |call: &&LockCall<'_>| {
            !call.locks && goroutines::of_call(code, call.call) == Runs::Deferred
        };
        for call in calls.iter().filter(deferred) {
            let field = last_name(call.name);
            let takes = |other: &LockCall<'_>| {
                other.locks && other.read == call.read && last_name(other.name) == field
            };
            if !calls.iter().any(takes) {
                fields.insert(field.to_owned());
            }
        }
    }
    fields
}

fn last_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// From where in the function what is at a byte runs; `None` in it if that is a goroutine, or nobody knows.
fn runs_here(
    code: &Code<'_>,
    mentions: &Mentions,
    at: u32,
    function: FunctionId,
) -> Vec<Option<(u32, Runs)>> {
    let inner = code.scope.function_at(at);
    let within = std::iter::successors(inner, |f| code.scope[*f].parent).any(|f| f == function);
    if !within {
        return Vec::new();
    }
    let runs = goroutines::runs(code, mentions, at, function);
    if runs.is_empty() {
        return vec![None];
    }
    let known = |run: &goroutines::Run| (run.runs <= Runs::Deferred).then_some((run.at, run.runs));
    runs.iter().map(known).collect()
}

/// Whether a variable is set to something else: then its name stands for several locks.
fn is_reassigned(code: &Code<'_>, function: FunctionId, variable: IdentId) -> bool {
    let file = code.file;
    file.walk(Node::Stmt(code.scope[function].body)).any(|visit| match visit.node {
        Node::Stmt(stmt) => match file[stmt].kind {
            StmtKind::AssignStmt(assign) => file[assign.lhs].iter().any(|to| {
                let ident = matches!(file[file.unparen(*to)].kind, ExprKind::Ident(_));
                ident
                    && code.declared(*to) == Some(variable)
                    && file[*to].span != file[variable].span
            }),
            _ => false,
        },
        _ => false,
    })
}

/// Calls that release the lock for the function: by their names, or seen in this file.
fn helpers(
    code: &Code<'_>,
    function: FunctionId,
    name: &str,
    events: &mut FxHashMap<StepId, Vec<Event>>,
) {
    let graph = code.graph(function);
    let field = last_name(name);
    for visit in code.file.walk(Node::Stmt(code.scope[function].body)) {
        let Node::Expr(expr) = visit.node else { continue };
        let ExprKind::CallExpr(call) = code.file[expr].kind else { continue };
        let called = match code.file[code.file.unparen(call.fun)].kind {
            ExprKind::SelectorExpr(selector) => code.file.name(selector.sel),
            ExprKind::Ident(name) => code.file.name(name),
            _ => continue,
        };
        let plain = matches!(called, "Lock" | "RLock" | "Unlock" | "RUnlock");
        let by_name = || called.to_lowercase().contains("unlock");
        let seen =
            || called_here(code, expr).is_some_and(|f| f != function && releases(code, f, field));
        if !plain
            && (by_name() || seen())
            && let Some(step) = graph.step_at(code.file[expr].span.start)
        {
            let deferred = goroutines::of_call(code, expr) == Runs::Deferred;
            let event = if deferred { Event::Defers } else { Event::MayRelease };
            events.entry(step).or_default().push(event);
        }
    }
}

/// Whether a function releases a lock of a name, and does not first take it.
fn releases(code: &Code<'_>, function: FunctionId, field: &str) -> bool {
    let mut first = code.file.walk(Node::Stmt(code.scope[function].body)).filter_map(|visit| {
        let Node::Expr(expr) = visit.node else { return None };
        let call = lock_call(code, expr)?;
        (last_name(call.name) == field).then_some(call.locks)
    });
    first.next() == Some(false)
}

/// Loops that release the lock and do not take it: all that was locked in another loop.
fn releasing_loops(
    code: &Code<'_>,
    function: FunctionId,
    name: &str,
    calls: &[LockCall<'_>],
) -> Vec<StmtId> {
    let file = code.file;
    let loops = file.walk(Node::Stmt(code.scope[function].body)).filter_map(|visit| {
        let Node::Stmt(stmt) = visit.node else { return None };
        let is_loop = matches!(file[stmt].kind, StmtKind::ForStmt(_) | StmtKind::RangeStmt(_));
        let within = |call: &&LockCall<'_>| {
            call.name == name && file[stmt].span.contains(file[call.call].span)
        };
        let locks = calls.iter().filter(within).any(|call| call.locks);
        let unlocks = calls.iter().filter(within).any(|call| !call.locks);
        (is_loop && unlocks && !locks).then_some(stmt)
    });
    loops.collect()
}

/// The lock that is held on a way: the last one before its end.
fn locked_before<'l, 'c>(
    code: &Code<'_>,
    calls: &'l [LockCall<'c>],
    name: &str,
    function: FunctionId,
    way: &Way,
) -> Option<&'l LockCall<'c>> {
    let graph = code.graph(function);
    let end = match way.end {
        WayEnd::Exit(Exit::Return(stmt)) => code.file[stmt].span.start,
        WayEnd::Step(step) => graph.step(step).span(code.file).start + 1,
        WayEnd::Exit(_) => u32::MAX,
    };
    let here = |call: &&LockCall<'_>| {
        let at = code.file[call.call].span.start;
        call.locks && call.name == name && code.scope.function_at(at) == Some(function)
    };
    let mut locks = calls.iter().filter(here);
    locks.clone().rfind(|call| code.file[call.call].span.start < end).or_else(|| locks.next())
}

#[derive(Clone, Copy)]
enum Event {
    Locks(ExprId),
    Releases,
    /// A function is called that releases it, if it is held.
    MayRelease,
    Defers,
}

/// What a way knows of the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    held: bool,
    deferred: bool,
    /// Whether it was held before.
    released: bool,
}

/// The question which ways end with the lock held.
struct Holding<'a, 'c> {
    code: &'a Code<'c>,
    function: FunctionId,
    events: &'a FxHashMap<StepId, Vec<Event>>,
    loops: &'a [StmtId],
}

impl Holding<'_, '_> {
    /// Whether an edge leaves one of the loops in the way in which loops end.
    fn ends_loop(&self, edge: &Edge) -> bool {
        let file = self.code.file;
        self.loops.iter().any(|stmt| match (file[*stmt].kind, edge.when) {
            (_, Condition::RangeEnds(range)) => range == *stmt,
            (StmtKind::ForStmt(for_), Condition::Expr { expr, is: false }) => {
                for_.cond.is_some_and(|cond| file[cond].span.contains(file[expr].span))
            }
            _ => false,
        })
    }

    /// Whether the innermost loop around a lock also releases it.
    fn is_released_in_loop(&self, lock: ExprId) -> bool {
        let code = self.code;
        let mut above = code.scope.parents().above(Node::Expr(lock));
        let innermost = above.find_map(|node| match node {
            Node::Stmt(stmt) => {
                matches!(code.file[stmt].kind, StmtKind::ForStmt(_) | StmtKind::RangeStmt(_))
                    .then_some(stmt)
            }
            _ => None,
        });
        let Some(innermost) = innermost else { return false };
        let graph = code.graph(self.function);
        self.events.iter().any(|(step, events)| {
            events.iter().any(|event| matches!(event, Event::Releases | Event::MayRelease))
                && code.file[innermost].span.contains(graph.step(*step).span(code.file))
        })
    }
}

impl Journey for Holding<'_, '_> {
    type State = State;

    fn step(&self, step: StepId, mut state: State) -> Onward<State> {
        for event in self.events.get(&step).into_iter().flatten() {
            match event {
                Event::Locks(lock) if state.held && self.is_released_in_loop(*lock) => {
                    return Onward::Bad;
                }
                Event::Locks(_) => state.held = true,
                // The caller has locked it, and gets it back locked.
                Event::Releases if !state.held && !state.released => return Onward::Done,
                Event::Releases => state = State { held: false, released: true, ..state },
                Event::MayRelease => {
                    state = State { held: false, released: state.released || state.held, ..state };
                }
                Event::Defers => state.deferred = true,
            }
        }
        if state.deferred { Onward::Done } else { Onward::With(state) }
    }

    fn edge(&self, _from: BlockId, edge: &Edge, state: State) -> Option<State> {
        Some(if self.ends_loop(edge) { State { held: false, ..state } } else { state })
    }

    fn is_bad(&self, exit: Exit, state: State) -> bool {
        matches!(exit, Exit::Return(_) | Exit::End) && state.held
    }
}
