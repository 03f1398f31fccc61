//! Goroutines that nothing can end.

use plumb_gosource::flow::{BlockId, Condition, Edge, Exit, FunctionId, StepId};
use plumb_gosource::{
    ExprId, ExprKind, IdentId, Kind, Node, Span, StmtId, StmtKind, Token, Type, TypeKind,
};

use crate::code::Code;
use crate::goroutines::{called_here, only_value};
use crate::ways::{self, Journey, Onward};

/// How the names of functions begin that make an object.
const CONSTRUCTORS: [&str; 6] = ["new", "open", "dial", "connect", "create", "make"];

/// Methods that end what an object has started.
const STOPS: [&str; 7] = ["Close", "Stop", "Shutdown", "close", "stop", "shutdown", "Destroy"];

/// Parts of the names of channels by which goroutines are told to end, in lower case.
const SIGNALS: [&str; 6] = ["done", "stop", "quit", "exit", "shutdown", "closed"];

/// Why a goroutine that cannot end is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endless {
    /// A case of its select waits for the signal to end, and does not leave the loop; the case.
    IgnoresSignal(StmtId),
    /// Each object that a constructor makes starts one.
    PerObject,
    /// The type has a method to stop it, and the goroutine goes on.
    OutlivesStop,
    /// Each request starts one.
    PerRequest,
}

/// A goroutine that nothing can end.
#[derive(Clone, Debug)]
pub struct EndlessGoroutine {
    /// The `go` statement.
    pub start: Span,
    /// What it runs.
    pub body: FunctionId,
    /// Its first loop.
    pub in_loop: Span,
    /// Why that is too many.
    pub why: Endless,
}

/// The goroutines of a file that nothing can end, and of which there may be more and more.
pub fn endless_goroutines(code: &Code<'_>) -> Vec<EndlessGoroutine> {
    let statements = code.statements_of([Kind::GoStmt]).filter_map(|stmt| {
        let StmtKind::GoStmt(call) = code.file[stmt].kind else { return None };
        Some((stmt, call))
    });
    statements.filter_map(|(stmt, call)| endless(code, stmt, call)).collect()
}

fn endless(code: &Code<'_>, stmt: StmtId, call: ExprId) -> Option<EndlessGoroutine> {
    let body = called_here(code, call)?;
    let in_loop = first_loop(code, body)?;
    if !ways::search(code, body, &Leaving { code }, ()).is_empty() {
        return None;
    }
    let start = code.file[stmt].span;
    let starter = code.declared_at(start.start)?;
    let why = match ignored_signal(code, body) {
        Some(clause) => Endless::IgnoresSignal(clause),
        None => why(code, starter, stmt, ticker(code, body)?)?,
    };
    Some(EndlessGoroutine { start, body, in_loop, why })
}

/// The first loop of a function itself, without what its literals do.
fn first_loop(code: &Code<'_>, body: FunctionId) -> Option<Span> {
    let mut walk = code.file.walk(Node::Stmt(code.scope[body].body));
    while let Some(visit) = walk.next() {
        match visit.node {
            Node::Expr(expr) if matches!(code.file[expr].kind, ExprKind::FuncLit(_)) => {
                walk.skip_children();
            }
            Node::Stmt(stmt) => match code.file[stmt].kind {
                StmtKind::ForStmt(_) => {
                    let start = code.file[stmt].span.start;
                    return Some(Span::new(start, start + "for".len() as u32));
                }
                StmtKind::RangeStmt(range) => {
                    let start = code.file[stmt].span.start;
                    return Some(Span::new(start, code.file[range.x].span.end));
                }
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// The question whether a function is ever left: a range over a ticker never ends.
struct Leaving<'a, 'c> {
    code: &'a Code<'c>,
}

impl Journey for Leaving<'_, '_> {
    type State = ();

    fn step(&self, _step: StepId, (): ()) -> Onward<()> {
        Onward::With(())
    }

    fn edge(&self, _from: BlockId, edge: &Edge, (): ()) -> Option<()> {
        match edge.when {
            Condition::RangeEnds(stmt) if ranges_over_ticker(self.code, stmt) => None,
            _ => Some(()),
        }
    }

    fn is_bad(&self, exit: Exit, (): ()) -> bool {
        !matches!(exit, Exit::Endless(_))
    }
}

/// Whether a range is over the channel of a ticker or timer, which nobody closes.
pub fn ranges_over_ticker(code: &Code<'_>, stmt: StmtId) -> bool {
    let StmtKind::RangeStmt(range) = code.file[stmt].kind else { return false };
    is_ticker(code, range.x)
}

/// Whether an expression is the channel of a ticker or timer.
fn is_ticker(code: &Code<'_>, x: ExprId) -> bool {
    let x = code.file.unparen(x);
    match code.file[x].kind {
        ExprKind::CallExpr(_) => code
            .callee(x)
            .is_some_and(|key| key.path == "time" && matches!(key.name, "Tick" | "After")),
        ExprKind::SelectorExpr(selector) if code.file.name(selector.sel) == "C" => {
            let by_type = code.types.of(selector.x).and_then(Type::named);
            let by_call = || {
                let variable = code.declared(selector.x);
                let made = variable.and_then(|v| only_value(code, v)).unwrap_or(selector.x);
                code.callee(code.file.unparen(made))
                    .is_some_and(|key| key.path == "time" && key.receiver.is_none())
            };
            by_type.is_some_and(|named| &*named.path == "time") || by_call()
        }
        _ => false,
    }
}

/// A case of a select of the goroutine that waits for the signal to end; as the goroutine cannot end, it does not
/// heed it.
fn ignored_signal(code: &Code<'_>, body: FunctionId) -> Option<StmtId> {
    let mut walk = code.file.walk(Node::Stmt(code.scope[body].body));
    while let Some(visit) = walk.next() {
        match visit.node {
            Node::Expr(expr) if matches!(code.file[expr].kind, ExprKind::FuncLit(_)) => {
                walk.skip_children();
            }
            Node::Stmt(stmt) => {
                if let StmtKind::CommClause(clause) = code.file[stmt].kind
                    && let Some(comm) = clause.comm
                    && received(code, comm).is_some_and(|channel| is_signal(code, channel))
                    && code.loop_around(Node::Stmt(stmt)).is_some()
                    && !changes_channel(code, stmt)
                {
                    return Some(stmt);
                }
            }
            _ => {}
        }
    }
    None
}

/// The channel from which a case receives without looking at the value.
pub(crate) fn received(code: &Code<'_>, comm: StmtId) -> Option<ExprId> {
    let StmtKind::ExprStmt(expr) = code.file[comm].kind else { return None };
    match code.file[code.file.unparen(expr)].kind {
        ExprKind::UnaryExpr(unary) if unary.op == Token::Arrow => Some(unary.x),
        _ => None,
    }
}

/// Whether a channel is one by which goroutines are told to end, by its name.
pub(crate) fn is_signal(code: &Code<'_>, channel: ExprId) -> bool {
    let named = |name: IdentId| {
        let name = code.file.name(name).to_lowercase();
        SIGNALS.iter().any(|signal| name.contains(signal))
    };
    match code.file[code.file.unparen(channel)].kind {
        ExprKind::Ident(name) => named(name),
        ExprKind::SelectorExpr(selector) => named(selector.sel),
        ExprKind::CallExpr(_) => is_done_call(code, channel),
        _ => false,
    }
}

/// Whether an expression calls a method `Done` without arguments: of a context.
pub(crate) fn is_done_call(code: &Code<'_>, expr: ExprId) -> bool {
    let ExprKind::CallExpr(call) = code.file[code.file.unparen(expr)].kind else { return false };
    match code.file[call.fun].kind {
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel) == "Done",
        _ => false,
    }
}

/// Whether a case does more than stop something: sets a variable or channel, or calls what may tell others.
fn changes_channel(code: &Code<'_>, clause: StmtId) -> bool {
    let StmtKind::CommClause(parts) = code.file[clause].kind else { return false };
    code.file[parts.body].iter().any(|stmt| match code.file[*stmt].kind {
        StmtKind::BranchStmt(branch) => branch.tok != Token::Break || branch.label.is_some(),
        StmtKind::ExprStmt(expr) => match code.file[code.file.unparen(expr)].kind {
            ExprKind::CallExpr(call) => match code.file[call.fun].kind {
                ExprKind::SelectorExpr(selector) => code.file.name(selector.sel) != "Stop",
                _ => true,
            },
            _ => true,
        },
        _ => true,
    })
}

/// Whose ticker a goroutine waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ticker {
    /// A field's: that of the object for which it works.
    Field,
    /// One that it makes itself.
    Own,
    /// That of the function that starts it.
    Starters,
}

/// The ticker that a goroutine waits for: it is there to do something again and again for its owner. Others that
/// nothing ends, and that wait for work, are mostly as many as the program has services.
fn ticker(code: &Code<'_>, body: FunctionId) -> Option<Ticker> {
    let within = code.file[code.scope[body].body].span;
    let channel = code.file.walk(Node::Stmt(code.scope[body].body)).find_map(|visit| {
        let channel = match visit.node {
            Node::Stmt(stmt) => match code.file[stmt].kind {
                StmtKind::RangeStmt(range) => range.x,
                _ => return None,
            },
            Node::Expr(expr) => match code.file[expr].kind {
                ExprKind::UnaryExpr(unary) if unary.op == Token::Arrow => unary.x,
                _ => return None,
            },
            _ => return None,
        };
        is_ticker(code, channel).then_some(channel)
    })?;
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(channel)].kind else {
        return Some(Ticker::Own);
    };
    match code.file[code.file.unparen(selector.x)].kind {
        ExprKind::SelectorExpr(_) => Some(Ticker::Field),
        ExprKind::Ident(_) => {
            let declared = code.declared(selector.x)?;
            let own = within.contains(code.file[declared].span);
            Some(if own { Ticker::Own } else { Ticker::Starters })
        }
        _ => Some(Ticker::Own),
    }
}

/// Why the goroutines that a function starts become more and more, as far as names and types tell.
fn why(code: &Code<'_>, starter: FunctionId, stmt: StmtId, ticker: Ticker) -> Option<Endless> {
    if code.is_of_program() || starts_once(code, stmt) || is_of_package(code, starter) {
        return None;
    }
    if has_request(code, starter) {
        return Some(Endless::PerRequest);
    }
    let name = code.declared_name(starter)?;
    if code.receiver_name(starter).is_some() {
        let stops = || Some(has_stop(code, &receiver_type(code, starter)?));
        return (ticker == Ticker::Field && stops()?).then_some(Endless::OutlivesStop);
    }
    let lower = name.to_lowercase();
    if !CONSTRUCTORS.iter().any(|prefix| lower.starts_with(prefix)) {
        return None;
    }
    let made = made_type(code, starter)?;
    if has_stop(code, &made) {
        return Some(Endless::OutlivesStop);
    }
    // What only its package makes is mostly made once.
    let exported = name.starts_with(char::is_uppercase);
    (exported && ticker != Ticker::Starters).then_some(Endless::PerObject)
}

/// Whether a statement is in a literal that runs once in a program.
fn starts_once(code: &Code<'_>, stmt: StmtId) -> bool {
    code.scope.parents().above(Node::Stmt(stmt)).any(|node| match node {
        Node::Expr(expr) => match code.file[expr].kind {
            ExprKind::CallExpr(call) => match code.file[call.fun].kind {
                ExprKind::SelectorExpr(selector) => code.file.name(selector.sel) == "Do",
                _ => false,
            },
            _ => false,
        },
        _ => false,
    })
}

/// Whether a variable of the package is set by a call of a function: then there is one of what it makes.
fn is_of_package(code: &Code<'_>, starter: FunctionId) -> bool {
    code.expressions_of([Kind::CallExpr]).any(|expr| {
        code.scope.function_at(code.file[expr].span.start).is_none()
            && called_here(code, expr) == Some(starter)
    })
}

fn parameters<'f>(code: &'f Code<'_>, function: FunctionId) -> impl Iterator<Item = &'f Type> {
    let params = code.file[code.scope[function].ty].params;
    let fields = code.file[code.file[params].list].iter();
    let names = fields.flat_map(|field| code.file[code.file[*field].names].iter());
    names.filter_map(|name| code.types.of_var(*name))
}

fn has_request(code: &Code<'_>, function: FunctionId) -> bool {
    parameters(code, function).any(|ty| {
        ty.named().is_some_and(|named| (&*named.path, &*named.name) == ("net/http", "Request"))
    })
}

fn receiver_type(code: &Code<'_>, function: FunctionId) -> Option<Type> {
    let Node::Decl(decl) = code.scope[function].node else { return None };
    let plumb_gosource::DeclKind::FuncDecl(f) = code.file[decl].kind else { return None };
    let field = *code.file[code.file[f.recv?].list].first()?;
    let name = code.file[code.file[field].names].first()?;
    code.types.of_var(*name).cloned()
}

/// The type of the package that a constructor returns first.
fn made_type(code: &Code<'_>, function: FunctionId) -> Option<Type> {
    let name = code.declared_name(function)?;
    let declared = code.package.function(code.program, name)?;
    let first = declared.ty.signature()?.results.first()?;
    let named = first.named()?;
    let is_struct = matches!(
        code.program.underlying(first.pointee_or_self()).kind(),
        TypeKind::Struct(_) | TypeKind::Interface(_)
    );
    (named.path == code.package.path && is_struct).then(|| first.clone())
}

fn has_stop(code: &Code<'_>, ty: &Type) -> bool {
    let ty = match ty.kind() {
        TypeKind::Named(_)
            if !matches!(code.program.underlying(ty).kind(), TypeKind::Interface(_)) =>
        {
            Type::pointer(ty.clone())
        }
        _ => ty.clone(),
    };
    STOPS.iter().any(|stop| code.program.member(&ty, stop, &code.package.path).found().is_some())
}
