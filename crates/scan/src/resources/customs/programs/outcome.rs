//! What becomes of a program after a call: it ends, or the function around the call does, whatever the call gives or if
//! that is an error.

use plumb_gosource::flow::{CallEffect, FunctionId};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtId, StmtKind, Token};

use crate::code::Code;
use crate::resources::inferred::is_in_module;
use crate::resources::made::variable;
use crate::resources::untaken::gives_error;

/// How names of functions and methods begin that end the process: `log.Fatalf` of whatever logger, own helpers.
const EXITS: [&str; 3] = ["fatal", "exit", "die"];

/// How those begin that panic after they have written it to a log: `logger.Panicf`.
const PANICS: &str = "panic";

/// Functions that end the process if they get an error.
const CHECKS: [(&str, &str); 2] =
    [("github.com/spf13/cobra", "CheckErr"), ("k8s.io/kubectl/pkg/cmd/util", "CheckErr")];

/// How names of functions begin, in lower case, with which programs do the same.
const OWN_CHECKS: [&str; 6] = ["checkerr", "dieif", "dieon", "exitif", "exitonerr", "fatalon"];

/// What follows a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The process ends.
    Ends,
    /// The process ends if the call gives an error.
    EndsOnError,
    /// The function around it returns what the call gives.
    Returns,
    /// The function around it returns an error if the call gives one.
    ReturnsError,
    /// Something else.
    GoesOn,
}

/// What follows a call in a function. `whole` is whether a bare `return` there ends what it is a body of: `main`, or a
/// command without results.
pub(super) fn of(code: &Code<'_>, call: ExprId, function: FunctionId, whole: bool) -> Outcome {
    let Some(stmt) = statement(code, call) else { return Outcome::GoesOn };
    let asks = Asks { code, function, whole };
    match code.file[stmt].kind {
        StmtKind::ReturnStmt(results) => match &code.file[results] {
            [only] if code.file.unparen(*only) == call => Outcome::Returns,
            _ => Outcome::GoesOn,
        },
        StmtKind::GoStmt(_) | StmtKind::DeferStmt(_) => Outcome::GoesOn,
        _ if asks.is_followed_by_end(whole_statement(code, stmt)) => Outcome::Ends,
        _ if whole && asks.is_last(whole_statement(code, stmt)) => Outcome::Ends,
        StmtKind::AssignStmt(assign) => {
            let to = code.file[assign.lhs].last().and_then(|to| variable(code, *to));
            to.map_or(Outcome::GoesOn, |error| asks.after_error(stmt, error))
        }
        StmtKind::ExprStmt(checked) if is_check(code, checked) => Outcome::EndsOnError,
        _ => Outcome::GoesOn,
    }
}

/// Whether a statement ends the process. A panic does where nobody is likely to stop it: in a program's own package, in a
/// goroutine, and in what says by its name that nothing goes on without it.
pub(super) fn ends_process(code: &Code<'_>, stmt: StmtId) -> bool {
    let StmtKind::ExprStmt(call) = code.file[stmt].kind else { return false };
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    match code.effect(call) {
        CallEffect::NeverReturns => true,
        CallEffect::Panics => is_uncaught(code, stmt),
        CallEffect::Returns => {
            let name = match code.file[code.file.unparen(parts.fun)].kind {
                ExprKind::SelectorExpr(selector) => selector.sel,
                ExprKind::Ident(name) => name,
                _ => return false,
            };
            let name = code.file.name(name).to_ascii_lowercase();
            EXITS.iter().any(|exit| name.starts_with(exit))
                || (name.starts_with(PANICS) && is_uncaught(code, stmt))
        }
    }
}

/// Whether nobody is likely to stop a panic of a statement.
fn is_uncaught(code: &Code<'_>, stmt: StmtId) -> bool {
    code.is_of_program() || is_in_goroutine(code, stmt) || is_in_must(code, stmt)
}

/// Whether a statement stands in a literal that a `go` statement runs.
fn is_in_goroutine(code: &Code<'_>, stmt: StmtId) -> bool {
    let start = code.file[stmt].span.start;
    let Some(function) = code.scope.function_at(start) else { return false };
    let Node::Expr(literal) = code.scope[function].node else { return false };
    let Some(Node::Expr(call)) = code.scope.parents().of(Node::Expr(literal)) else { return false };
    match code.scope.parents().of(Node::Expr(call)) {
        Some(Node::Stmt(stmt)) => matches!(code.file[stmt].kind, StmtKind::GoStmt(_)),
        _ => false,
    }
}

/// Whether a statement stands in a function with the name that Go programs give to those that panic if they cannot do what
/// they are for: `MustOpen`.
fn is_in_must(code: &Code<'_>, stmt: StmtId) -> bool {
    let function = code.declared_at(code.file[stmt].span.start);
    let name = function.and_then(|function| code.declared_name(function)).unwrap_or_default();
    let rest = name.strip_prefix("Must").or_else(|| name.strip_prefix("must"));
    rest.is_some_and(|rest| !rest.starts_with(char::is_lowercase))
}

/// The statement of which a call is all there is, or all that is assigned or returned, or that checks its error.
fn statement(code: &Code<'_>, call: ExprId) -> Option<StmtId> {
    let mut at = call;
    loop {
        match code.scope.parents().of(Node::Expr(at))? {
            Node::Stmt(stmt) => return Some(stmt),
            Node::Expr(above) => match code.file[above].kind {
                ExprKind::ParenExpr(_) => at = above,
                ExprKind::CallExpr(_) if is_check(code, above) => at = above,
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// The `if` of which a statement is the first part; else the statement itself.
fn whole_statement(code: &Code<'_>, stmt: StmtId) -> StmtId {
    match code.scope.parents().of(Node::Stmt(stmt)) {
        Some(Node::Stmt(above)) => match code.file[above].kind {
            StmtKind::IfStmt(branch) if branch.init == Some(stmt) => above,
            _ => stmt,
        },
        _ => stmt,
    }
}

/// The statements behind one in its list.
fn behind<'c>(code: &Code<'c>, stmt: StmtId) -> &'c [StmtId] {
    let Some(Node::Stmt(owner)) = code.scope.parents().of(Node::Stmt(stmt)) else { return &[] };
    let list = match code.file[owner].kind {
        StmtKind::BlockStmt(list) => &code.file[list],
        StmtKind::CaseClause(clause) => &code.file[clause.body],
        StmtKind::CommClause(clause) => &code.file[clause.body],
        _ => return &[],
    };
    let index = list.iter().position(|other| *other == stmt);
    index.map_or(&[], |index| &list[index + 1..])
}

/// Whether a call is one of a function that ends the process if it gets an error: of one that is known to, or one of the
/// module with such a name.
fn is_check(code: &Code<'_>, call: ExprId) -> bool {
    code.callee(call).is_some_and(|callee| {
        let name = callee.name.to_ascii_lowercase();
        CHECKS.contains(&(callee.path, callee.name))
            || (is_in_module(code, callee.path)
                && OWN_CHECKS.iter().any(|beginning| name.starts_with(beginning)))
    })
}

/// The statements around a call.
struct Asks<'q, 'c> {
    code: &'q Code<'c>,
    function: FunctionId,
    whole: bool,
}

impl Asks<'_, '_> {
    /// Whether control can only come from a statement to one behind it in its list that ends the process.
    fn is_followed_by_end(&self, stmt: StmtId) -> bool {
        let code = self.code;
        if self.leaves(stmt) {
            return false;
        }
        for next in behind(code, stmt) {
            if ends_process(code, *next) {
                return true;
            }
            if self.leaves(*next) {
                return false;
            }
        }
        false
    }

    /// Whether a statement is the last one of the function.
    fn is_last(&self, stmt: StmtId) -> bool {
        let body = self.code.scope[self.function].body;
        self.code.file.block(body).last() == Some(&stmt)
    }

    /// Whether a statement has another one in it that leaves the list.
    fn leaves(&self, stmt: StmtId) -> bool {
        let mut walk = self.code.file.walk(Node::Stmt(stmt));
        while let Some(visit) = walk.next() {
            match visit.node {
                Node::Expr(expr) if matches!(self.code.file[expr].kind, ExprKind::FuncLit(_)) => {
                    walk.skip_children();
                }
                Node::Stmt(stmt) => {
                    let kind = &self.code.file[stmt].kind;
                    if matches!(kind, StmtKind::ReturnStmt(_) | StmtKind::BranchStmt(_)) {
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// What follows an assignment of an error: the `if` that asks for it.
    fn after_error(&self, assign: StmtId, error: IdentId) -> Outcome {
        let code = self.code;
        let whole = whole_statement(code, assign);
        let next =
            if whole == assign { behind(code, assign).first().copied() } else { Some(whole) };
        let Some(next) = next else { return Outcome::GoesOn };
        match code.file[next].kind {
            StmtKind::IfStmt(branch) if self.is_failure(branch.cond, error) => {
                self.of_failure(branch.body)
            }
            StmtKind::ExprStmt(check) if is_check(code, check) => Outcome::EndsOnError,
            _ => Outcome::GoesOn,
        }
    }

    fn is_failure(&self, condition: ExprId, error: IdentId) -> bool {
        let code = self.code;
        let condition = code.file.unparen(condition);
        let ExprKind::BinaryExpr(both) = code.file[condition].kind else { return false };
        // `err != nil && !errors.Is(err, context.Canceled)`: what it does not fail for is expected.
        if both.op == Token::LAnd {
            return self.is_failure(both.x, error) && self.is_unexpected(both.y, error);
        }
        both.op == Token::Neq
            && variable(code, both.x) == Some(error)
            && code.is_predeclared(both.y, "nil")
    }

    /// Whether a condition is that an error is not one of those that a function knows.
    fn is_unexpected(&self, condition: ExprId, error: IdentId) -> bool {
        let code = self.code;
        let ExprKind::UnaryExpr(unary) = code.file[code.file.unparen(condition)].kind else {
            return false;
        };
        let known = code.file.unparen(unary.x);
        unary.op == Token::Not
            && matches!(code.file[known].kind, ExprKind::CallExpr(_))
            && code.arguments(known).iter().any(|arg| variable(code, *arg) == Some(error))
    }

    /// What the statements for a failure come to.
    fn of_failure(&self, body: StmtId) -> Outcome {
        let code = self.code;
        let list = code.file.block(body);
        let Some((last, before)) = list.split_last() else { return Outcome::GoesOn };
        if before.iter().any(|stmt| self.leaves(*stmt)) {
            return Outcome::GoesOn;
        }
        if ends_process(code, *last) {
            return Outcome::EndsOnError;
        }
        let StmtKind::ReturnStmt(results) = code.file[*last].kind else { return Outcome::GoesOn };
        let returns = match code.file[results].last() {
            None => self.whole,
            Some(result) => {
                gives_error(code, self.function) && !code.is_predeclared(*result, "nil")
            }
        };
        if returns { Outcome::ReturnsError } else { Outcome::GoesOn }
    }
}
