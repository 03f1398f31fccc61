//! What a function acquires and need not release: it ends with something else, or on some way there was nothing.

use plumb_evidence::catalogue::{self, ResourceKind};
use plumb_gosource::flow::{
    Acquisition, Bound, BoundTo, Callee, Condition, Exit, FunctionId, Guard, Leak, LeakExit, callee,
};
use plumb_gosource::{
    DeclKind, ExprId, ExprKind, IdentId, Node, SpecKind, StmtId, StmtKind, Token, Type,
};

use rustc_hash::FxHashSet;

use super::acquired::{Acquired, Origin};
use super::callbacks;
use super::cancelled::is_cancelled_with_function;
use super::elsewhere::is_elsewhere;
use super::inferred;
use super::made::variable;
use super::ownership::is_releasing;
use super::parentless::is_parentless;
use super::pieces;
use super::promised;
use super::signals::awaits_the_end;
use super::untaken::{branches, is_no_descriptor, is_typed_error, made_of_error};
use crate::code::Code;
use crate::goroutines::only_value;

/// The field of a configuration that leaves processes to the library that starts them: `plugin.CleanupClients` of
/// `github.com/hashicorp/go-plugin` ends them.
const MANAGED: &str = "Managed";

/// Whether what a call acquires ends with something that is not the function's: a connection that is a parameter, what is
/// in memory, the process.
///
/// `closed` are the variables that are closed anywhere in the file.
pub(super) fn is_anothers(
    code: &Code<'_>,
    call: ExprId,
    acquired: &Acquired,
    closed: &FxHashSet<IdentId>,
) -> bool {
    let is_guess = matches!(acquired.origin, Origin::Signature | Origin::Custom);
    if is_guess && acquired.object.is_none() && inferred::is_around(code, call, closed) {
        return true;
    }
    if is_elsewhere(code, call, acquired)
        || (is_guess && callbacks::gives_none(code, call, acquired))
    {
        return true;
    }
    let is_unnamed = acquired.object.is_none();
    if is_unnamed && is_guess && pieces::is_piece(code, call, acquired) {
        return true;
    }
    if pieces::is_memory(code, call, acquired) || pieces::is_embedded(code, call) {
        return true;
    }
    if is_unnamed && acquired.kind == ResourceKind::Stream && pieces::shares(code, call) {
        return true;
    }
    match acquired.kind {
        ResourceKind::Client | ResourceKind::Connection => inferred::wraps_a_parameter(code, call),
        ResourceKind::Subscription => awaits_the_end(code, call),
        ResourceKind::Process => is_managed(code, call),
        ResourceKind::Cancel => is_parentless(code, call),
        ResourceKind::Body => {
            is_head(code, call)
                || is_cancelled_with_function(code, call)
                || (is_guess && (is_decoded(code, call) || is_accessor(code, call)))
        }
        _ => false,
    }
}

/// Whether a call asks for the head alone: such a response has no body that holds a connection. The method is named where
/// the request is made, be it in a call of another one: `must(http.NewRequest(http.MethodHead, u, nil))`, or to a function
/// around that of the client: `s.request(ctx, "HEAD", key)`.
fn is_head(code: &Code<'_>, call: ExprId) -> bool {
    // Not a piece of an address.
    let is_alone = |expr: ExprId| match code.scope.parents().of(Node::Expr(expr)) {
        Some(Node::Expr(above)) => {
            matches!(code.file[above].kind, ExprKind::CallExpr(_) | ExprKind::KeyValueExpr(_))
        }
        _ => false,
    };
    let is_method = |expr: ExprId| match code.file[expr].kind {
        ExprKind::BasicLit(_) => code.text(expr) == "\"HEAD\"" && is_alone(expr),
        ExprKind::SelectorExpr(selector) => {
            matches!(code.file.name(selector.sel), "HEAD" | "MethodHead")
        }
        _ => false,
    };
    let requests = code.arguments(call).iter().map(|arg| match variable(code, *arg) {
        Some(request) => only_value(code, request).unwrap_or(*arg),
        None => *arg,
    });
    let mut mentioned = requests.flat_map(|request| code.file.walk(Node::Expr(request)));
    mentioned.any(|visit| matches!(visit.node, Node::Expr(expr) if is_method(expr)))
}

/// Whether a call of a method gets nothing and gives nothing else, not even an error: it gives what the receiver has, and
/// no request is sent.
fn is_accessor(code: &Code<'_>, call: ExprId) -> bool {
    let is_method = match code.file[call].kind {
        ExprKind::CallExpr(parts) => match code.file[code.file.unparen(parts.fun)].kind {
            ExprKind::SelectorExpr(selector) => code.imported(selector.x).is_none(),
            _ => false,
        },
        _ => false,
    };
    let gives_one = match code.scope.parents().of(Node::Expr(call)) {
        Some(Node::Stmt(stmt)) => match code.file[stmt].kind {
            StmtKind::AssignStmt(assign) => {
                code.file[assign.lhs].len() == code.file[assign.rhs].len()
            }
            _ => false,
        },
        Some(Node::Expr(_)) => true,
        _ => false,
    };
    is_method && gives_one && code.arguments(call).is_empty()
}

/// Whether a call gets the address of a variable without a value: what it has read into that it has closed.
fn is_decoded(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let is_unset = |variable: IdentId| match code.scope.parents().of(Node::Ident(variable)) {
        Some(Node::Spec(spec)) => {
            matches!(code.file[spec].kind, SpecKind::ValueSpec(spec) if spec.values.is_empty())
        }
        _ => false,
    };
    code.file[parts.args].iter().any(|arg| match code.file[*arg].kind {
        ExprKind::UnaryExpr(unary) if unary.op == Token::And => {
            variable(code, unary.x).is_some_and(is_unset)
        }
        _ => false,
    })
}

/// Whether a call gets a literal with `Managed: true`, itself or as a variable.
fn is_managed(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    code.file[parts.args].iter().any(|argument| {
        let argument = code.file.unparen(*argument);
        let value = variable(code, argument).and_then(|v| only_value(code, v)).unwrap_or(argument);
        let literal = match code.file[value].kind {
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => code.file.unparen(unary.x),
            _ => value,
        };
        code.field(literal, MANAGED).is_some_and(|value| code.is_predeclared(value, "true"))
    })
}

/// Whether a way tells that there is nothing on it: another result of the call says something of what it gave, or
/// carries it, or the context is over with which it was asked for.
pub(super) fn has_nothing(
    code: &Code<'_>,
    leak: &Leak,
    acquired: &Acquired,
    acquisition: &Acquisition,
) -> bool {
    use ResourceKind::{Body, Rows, Stream};
    let branches = || branches(leak);
    let variables = &acquisition.variables;
    let says_none = |branch| {
        is_empty(code, branch, variables)
            || is_no_descriptor(code, branch, variables)
            || is_typed_error(code, branch, acquisition)
            || is_error_itself(code, branch, acquired, variables)
    };
    if branches().any(says_none) || has_ended(code, branches(), acquired, variables) {
        return true;
    }
    if promised::by_status(code, branches(), acquired, variables, || flags(code, acquisition)) {
        return true;
    }
    let decodes_nothing =
        || branches().any(|branch| pieces::decodes_nothing(code, branch, &acquisition.variables));
    if pieces::has_failed(code, leak, acquired, acquisition) || decodes_nothing() {
        return true;
    }
    if branches().any(|branch| is_told(code, branch, acquired, acquisition)) {
        return true;
    }
    // A record, or the function itself, says when there is something.
    let is_guess = matches!(acquired.origin, Origin::Signature | Origin::Custom);
    let flags = flags(code, acquisition);
    if !flags.is_empty() {
        // Who has not asked for the error yet asks for what comes with it.
        let decides =
            is_guess && branches().next_back().is_some_and(|last| asks(code, last, &flags));
        let is_own = |branch| releases_if(code, branch, &flags, variables);
        let asks_first = || {
            !asks_error(code, acquisition, branches())
                && branches().any(|branch| asks(code, branch, &flags))
        };
        if decides || asks_first() || branches().any(is_own) {
            return true;
        }
        // A context that is nil has been given up with its function.
        if acquired.kind == ResourceKind::Cancel
            && branches().any(|branch| is_nil(code, branch, &flags))
        {
            return true;
        }
        if acquired.kind == ResourceKind::Span && is_returned(code, leak, &flags) {
            return true;
        }
    }
    if !asks_error(code, acquisition, branches()) {
        let made = made_of_error(code, acquisition);
        if branches().any(|branch| asks(code, branch, &made)) {
            return true;
        }
    }
    let contexts = match acquired.kind {
        Body | Rows | Stream => contexts(code, acquisition.call),
        _ => Vec::new(),
    };
    !contexts.is_empty() && branches().any(|branch| is_over(code, branch, &contexts))
}

/// Whether a branch is taken if a value of which no record tells is an error and nothing else: `resp.Error != nil`.
fn is_error_itself(
    code: &Code<'_>,
    branch: Condition,
    acquired: &Acquired,
    variables: &[IdentId],
) -> bool {
    let Condition::Expr { expr, is } = branch else { return false };
    let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[both.x].kind else { return false };
    acquired.object.is_none()
        && matches!((both.op, is), (Token::Neq, true) | (Token::Eql, false))
        && code.is_predeclared(both.y, "nil")
        && matches!(code.file.name(selector.sel), "Err" | "Error")
        && variable(code, selector.x).is_some_and(|v| variables.contains(&v))
}

/// Results of the call that are neither what it acquires nor its error.
fn flags(code: &Code<'_>, acquisition: &Acquisition) -> Vec<IdentId> {
    let Bound::To(places) = code.scope.bound(acquisition.call) else { return Vec::new() };
    let variables = places.iter().filter_map(|place| match place {
        BoundTo::Variable(variable) => Some(*variable),
        _ => None,
    });
    let is_flag = |variable: &IdentId| {
        let is_error = code.types.of_var(*variable).is_some_and(Type::is_error)
            || code.file.name(*variable).eq_ignore_ascii_case("err");
        !is_error && !acquisition.variables.contains(variable)
    };
    variables.filter(is_flag).collect()
}

/// Whether any of these branches is about the error of a call; also if there is none.
fn asks_error(
    code: &Code<'_>,
    acquisition: &Acquisition,
    mut branches: impl Iterator<Item = Condition>,
) -> bool {
    match acquisition.guard {
        Some(Guard::Error(error)) => branches.any(|branch| asks(code, branch, &[error])),
        Some(Guard::Ok(_)) | None => true,
    }
}

/// Whether a way ends in a `return` of one of these variables: the context that carries a span.
fn is_returned(code: &Code<'_>, leak: &Leak, variables: &[IdentId]) -> bool {
    let LeakExit::Exit(Exit::Return(stmt)) = leak.exit else { return false };
    let StmtKind::ReturnStmt(results) = code.file[stmt].kind else { return false };
    code.file[results]
        .iter()
        .any(|result| variable(code, *result).is_some_and(|v| variables.contains(&v)))
}

/// Whether a function returns another result of a call: the context that carries a span, from which it is ended.
pub(super) fn is_carried_away(code: &Code<'_>, function: FunctionId, places: &[BoundTo]) -> bool {
    let carries = |result: &ExprId| {
        let returned = variable(code, *result);
        places.iter().any(|place| matches!(place, BoundTo::Variable(v) if returned == Some(*v)))
    };
    returns(code, code.scope[function].body).iter().any(|results| results.iter().any(carries))
}

/// Whether a `defer` calls what a call gives beside what it acquires: `session, cleanup, err := open()`.
pub(super) fn is_released_beside(
    code: &Code<'_>,
    function: FunctionId,
    places: &[BoundTo],
    index: usize,
) -> bool {
    let mut others = places.iter().enumerate().filter(|(place, _)| *place != index);
    others.any(|(_, place)| {
        matches!(place, BoundTo::Variable(v) if is_called_by_defer(code, function, *v))
    })
}

/// Whether a `defer` of a function calls a variable, itself or in a literal.
pub(super) fn is_called_by_defer(code: &Code<'_>, function: FunctionId, called: IdentId) -> bool {
    let calls = |node: Node| match node {
        Node::Expr(expr) => match code.file[expr].kind {
            ExprKind::CallExpr(parts) => variable(code, parts.fun) == Some(called),
            _ => false,
        },
        _ => false,
    };
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::DeferStmt(deferred) = code.file[stmt].kind else { return false };
        code.scope.function_at(code.file[stmt].span.start) == Some(function)
            && code.file.walk(Node::Expr(deferred)).any(|visit| calls(visit.node))
    })
}

/// Whether a branch is about a flag with which a function of the file gives nil, and nothing else: `return nil, true, nil`.
fn is_told(
    code: &Code<'_>,
    branch: Condition,
    acquired: &Acquired,
    acquisition: &Acquisition,
) -> bool {
    let (Condition::Expr { expr, is }, catalogue::Acquired::Result(index)) =
        (branch, acquired.what)
    else {
        return false;
    };
    let Bound::To(places) = code.scope.bound(acquisition.call) else { return false };
    let is_flag =
        |place: &BoundTo| matches!(place, BoundTo::Variable(v) if variable(code, expr) == Some(*v));
    let Some(flag) = places.iter().position(is_flag) else { return false };
    let Some(Callee::Declared(name)) = callee(code.file, code.names, acquisition.call) else {
        return false;
    };
    let Some(Node::Decl(decl)) = code.scope.parents().of(Node::Ident(name)) else { return false };
    let DeclKind::FuncDecl(function) = code.file[decl].kind else { return false };
    let Some(body) = function.body else { return false };
    let other = if is { "false" } else { "true" };
    returns(code, body).iter().all(|results| {
        let (value, flag) = (results.get(usize::from(index)), results.get(flag));
        let is_nil = value.is_some_and(|value| code.is_predeclared(*value, "nil"));
        is_nil || flag.is_some_and(|flag| code.is_predeclared(*flag, other))
    })
}

/// The results of the `return` statements of the body of a function, without those of literals in it.
fn returns<'c>(code: &Code<'c>, body: StmtId) -> Vec<&'c [ExprId]> {
    let mut all = Vec::new();
    let mut walk = code.file.walk(Node::Stmt(body));
    while let Some(visit) = walk.next() {
        match visit.node {
            Node::Expr(_) => walk.skip_children(),
            Node::Stmt(stmt) => {
                if let StmtKind::ReturnStmt(results) = code.file[stmt].kind {
                    all.push(&code.file[results]);
                }
            }
            _ => {}
        }
    }
    all
}

/// Whether a branch is taken if one of these variables is nil.
fn is_nil(code: &Code<'_>, branch: Condition, variables: &[IdentId]) -> bool {
    let Condition::Expr { expr, is } = branch else { return false };
    let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
    let is_it = variable(code, both.x).is_some_and(|v| variables.contains(&v));
    let equal = match both.op {
        Token::Eql => is,
        Token::Neq => !is,
        _ => return false,
    };
    is_it && equal && code.is_predeclared(both.y, "nil")
}

/// Whether a branch is about one of these variables, or a part of one: `empty`, `code != ok`, `resp.StatusCode`.
fn asks(code: &Code<'_>, branch: Condition, flags: &[IdentId]) -> bool {
    let is_flag = |expr: ExprId| code.root(expr).is_some_and(|v| flags.contains(&v));
    match branch {
        Condition::Expr { expr, .. } => match code.file[expr].kind {
            // A size that is compared says nothing.
            ExprKind::BinaryExpr(both) if matches!(both.op, Token::Eql | Token::Neq) => {
                is_flag(both.x) || is_flag(both.y)
            }
            ExprKind::BinaryExpr(_) => false,
            _ => is_flag(expr),
        },
        Condition::Case { tag, .. } => is_flag(tag),
        _ => false,
    }
}

/// Whether a branch is taken if there is no element in one of these variables: `len(files) == 0`.
fn is_empty(code: &Code<'_>, branch: Condition, variables: &[IdentId]) -> bool {
    let Condition::Expr { expr, is } = branch else { return false };
    let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
    let is_length = code.builtin_call(both.x, "len").is_some_and(|args| {
        args.iter().any(|arg| variable(code, *arg).is_some_and(|v| variables.contains(&v)))
    });
    let empty = match (both.op, code.text(both.y)) {
        (Token::Eql, "0") | (Token::Lss, "1") | (Token::Leq, "0") => true,
        (Token::Neq | Token::Gtr, "0") | (Token::Geq, "1") => false,
        _ => return false,
    };
    is_length && is == empty
}

/// Whether one of these branches is taken when the thing itself says that it is over: `case <-session.Done():`. A
/// process that has ended is still to be waited for.
fn has_ended(
    code: &Code<'_>,
    mut branches: impl Iterator<Item = Condition>,
    acquired: &Acquired,
    variables: &[IdentId],
) -> bool {
    use ResourceKind::{Client, Connection, Subscription, Worker};
    matches!(acquired.kind, Client | Connection | Subscription | Worker)
        && branches
            .any(|branch| matches!(branch, Condition::Comm(_)) && is_over(code, branch, variables))
}

/// Whether a branch is not taken that releases one of these variables, and that one of these flags decides:
/// `if created { defer logger.Close() }`. Without it, the thing is somebody else's.
fn releases_if(
    code: &Code<'_>,
    branch: Condition,
    flags: &[IdentId],
    variables: &[IdentId],
) -> bool {
    let Condition::Expr { expr, is: false } = branch else { return false };
    if !variable(code, expr).is_some_and(|v| flags.contains(&v)) {
        return false;
    }
    let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(expr)) else { return false };
    let StmtKind::IfStmt(parts) = code.file[stmt].kind else { return false };
    code.file.walk(Node::Stmt(parts.body)).any(|visit| match visit.node {
        Node::Expr(expr) => match code.file[expr].kind {
            ExprKind::SelectorExpr(selector) => {
                is_releasing(code.file.name(selector.sel))
                    && variable(code, selector.x).is_some_and(|v| variables.contains(&v))
            }
            _ => false,
        },
        _ => false,
    })
}

/// The contexts that a call gets.
fn contexts(code: &Code<'_>, call: ExprId) -> Vec<IdentId> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return Vec::new() };
    let variables = code.file[parts.args].iter().filter_map(|arg| variable(code, *arg));
    let is_context = |variable: &IdentId| match code.types.of_var(*variable) {
        Some(ty) => ty.is_named("context", "Context"),
        None => code.file.name(*variable) == "ctx",
    };
    variables.filter(is_context).collect()
}

/// Whether a branch is taken if a context is over: `ctx.Err() != nil`, `<-ctx.Done()`.
fn is_over(code: &Code<'_>, branch: Condition, contexts: &[IdentId]) -> bool {
    let calls = |expr: ExprId, method: &str| {
        let ExprKind::CallExpr(parts) = code.file[code.file.unparen(expr)].kind else {
            return false;
        };
        let ExprKind::SelectorExpr(selector) = code.file[parts.fun].kind else { return false };
        code.file.name(selector.sel) == method
            && variable(code, selector.x).is_some_and(|context| contexts.contains(&context))
    };
    match branch {
        Condition::Expr { expr, is } => match code.file[expr].kind {
            ExprKind::BinaryExpr(both) if both.op == Token::Neq => is && calls(both.x, "Err"),
            ExprKind::BinaryExpr(both) if both.op == Token::Eql => !is && calls(both.x, "Err"),
            _ => false,
        },
        Condition::Comm(clause) => {
            let StmtKind::CommClause(clause) = code.file[clause].kind else { return false };
            let Some(comm) = clause.comm else { return false };
            code.file
                .walk(Node::Stmt(comm))
                .any(|visit| matches!(visit.node, Node::Expr(expr) if calls(expr, "Done")))
        }
        _ => false,
    }
}
