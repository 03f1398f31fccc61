//! Where something that a call acquired is there for certain: behind the check of its error.

use plumb_gosource::edit::{EditError, Edits};
use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{
    Basic, ExprId, ExprKind, IdentId, IfStmt, Node, StmtId, StmtKind, Token, Type, TypeKind,
};

use super::names;
use super::statements::{
    Listed, around, insert_above, leaves, line_end_of_file, list_of, listed, with_labels,
};
use crate::code::Code;

/// How many statements may stand between a call and the check of its error.
const BETWEEN_MAX: usize = 2;

/// Names of packages of assertions that end the test, also of values made by them: `require := require.New(t)`.
const ENDING: [&str; 2] = ["require", "must"];

/// Their functions that ask for no error.
const NO_ERROR: [&str; 4] = ["NoError", "NoErrorf", "Nil", "Nilf"];

/// Where a statement is to be added.
#[derive(Clone, Debug)]
pub(super) enum Spot {
    /// After a statement.
    After(StmtId),
    /// Before the first statement of a block.
    Before(StmtId),
    /// After a statement, under a condition.
    If(StmtId, String),
    /// In an `else` that an `IfStmt` has not yet.
    Else(StmtId),
}

/// Where a call stands that acquires, and where what it acquired is there.
#[derive(Clone, Debug)]
pub(super) struct Site<'c> {
    /// The statement of the call, or the `if` of which it is the header.
    pub(super) stmt: StmtId,
    /// Where it is there.
    pub(super) spot: Spot,
    /// The statements that follow the spot.
    pub(super) rest: &'c [StmtId],
    /// The block or clause in which they stand.
    pub(super) owner: StmtId,
}

/// What tells whether a call succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    /// It cannot fail.
    None,
    /// An error.
    Error(IdentId),
    /// A truth value.
    Ok(IdentId),
    /// An error that nobody looks at.
    Ignored,
    /// Something else, or somewhere else.
    Unknown,
}

/// What a condition says of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Failed,
    Succeeded,
    /// It may be either.
    Unclear,
    /// It is about something else.
    Nothing,
}

/// The site of a call of which the results go to variables, or that is a statement. `variable` holds what it acquires,
/// `None` if that is assigned to `_`; `name` is how it is called there.
pub(super) fn of_call<'c>(
    code: &Code<'c>,
    call: ExprId,
    variable: Option<IdentId>,
    name: &str,
) -> Option<Site<'c>> {
    let stmt = around(code, Node::Expr(call))?;
    let guard = guard(code, call, variable);
    if let Some(Node::Stmt(above)) = code.scope.parents().of(Node::Stmt(stmt))
        && let StmtKind::IfStmt(if_) = code.file[above].kind
        && if_.init == Some(stmt)
    {
        return of_header(code, above, if_, guard, variable);
    }
    let here = listed(code, stmt)?;
    match guard {
        Guard::Unknown => None,
        Guard::None => Some(after(code, stmt, here)),
        Guard::Ignored if is_closed_safely(code, variable) => Some(after(code, stmt, here)),
        Guard::Ignored => {
            is_nilable(code, variable).then(|| guarded(code, stmt, here, format!("{name} != nil")))
        }
        Guard::Error(_) | Guard::Ok(_) => Some(checked(code, stmt, here, guard)),
    }
}

/// The same site, but right behind the call, under the condition that it succeeded.
pub(super) fn right_behind<'c>(
    code: &Code<'c>,
    call: ExprId,
    variable: Option<IdentId>,
) -> Option<Site<'c>> {
    let stmt = around(code, Node::Expr(call))?;
    let here = listed(code, stmt)?;
    let condition = condition(code, guard(code, call, variable))?;
    Some(guarded(code, stmt, here, condition))
}

/// Adds a statement at a spot.
pub(super) fn insert(
    code: &Code<'_>,
    edits: &mut Edits<'_, '_>,
    spot: &Spot,
    text: &str,
) -> Result<(), EditError> {
    match spot {
        Spot::After(stmt) => edits.insert_after(*stmt, text),
        Spot::Before(stmt) => insert_above(code, edits, *stmt, text),
        Spot::If(stmt, condition) => {
            let text = text.replace('\n', "\n\t");
            edits.insert_after(*stmt, &format!("if {condition} {{\n\t{text}\n}}"))
        }
        Spot::Else(stmt) => {
            let end = code.file[*stmt].span.end;
            let line = code.file.lines().start(code.file.position(end).line).unwrap_or_default();
            let before = code.file.text(plumb_gosource::Span::new(line, end));
            let indent = &before[..before.len() - before.trim_start().len()];
            let line_end = line_end_of_file(code);
            let text = text.replace('\n', &format!("{line_end}{indent}\t"));
            let at = plumb_gosource::Span::new(end, end);
            edits.replace(at, format!(" else {{{line_end}{indent}\t{text}{line_end}{indent}}}"));
            Ok(())
        }
    }
}

fn after<'c>(code: &Code<'c>, stmt: StmtId, here: Listed<'c>) -> Site<'c> {
    let stmt = with_labels(code, stmt);
    Site { stmt, spot: Spot::After(stmt), rest: here.rest(), owner: here.owner }
}

fn guarded<'c>(code: &Code<'c>, stmt: StmtId, here: Listed<'c>, condition: String) -> Site<'c> {
    let stmt = with_labels(code, stmt);
    Site { stmt, spot: Spot::If(stmt, condition), rest: here.rest(), owner: here.owner }
}

/// What is true if a call succeeded.
fn condition(code: &Code<'_>, guard: Guard) -> Option<String> {
    match guard {
        Guard::Error(error) => Some(format!("{} == nil", code.file.name(error))),
        Guard::Ok(ok) => Some(code.file.name(ok).to_owned()),
        Guard::None | Guard::Ignored | Guard::Unknown => None,
    }
}

fn guard(code: &Code<'_>, call: ExprId, variable: Option<IdentId>) -> Guard {
    let Bound::To(places) = code.scope.bound(call) else { return Guard::None };
    match places.last() {
        Some(BoundTo::Variable(last)) if Some(*last) != variable => {
            let ty = code.types.of_var(*last);
            let name = code.file.name(*last).to_ascii_lowercase();
            match ty.map(Type::kind) {
                Some(TypeKind::Basic(Basic::Bool)) => Guard::Ok(*last),
                Some(_) if ty.is_some_and(Type::is_error) => Guard::Error(*last),
                Some(TypeKind::Unknown) | None if name == "ok" => Guard::Ok(*last),
                Some(TypeKind::Unknown) | None if name.contains("err") || name == "e" => {
                    Guard::Error(*last)
                }
                _ => Guard::Unknown,
            }
        }
        Some(BoundTo::Elsewhere(_)) if places.len() > 1 => Guard::Unknown,
        Some(BoundTo::Blank) if places.len() > 1 && variable.is_some() => Guard::Ignored,
        _ => Guard::None,
    }
}

/// Whether what a variable holds can be closed even if it is nil: files return an error then (`os.ErrInvalid`).
fn is_closed_safely(code: &Code<'_>, variable: Option<IdentId>) -> bool {
    let ty = variable.and_then(|variable| code.types.of_var(variable));
    ty.and_then(Type::pointee).is_some_and(|ty| ty.is_named("os", "File"))
}

/// Whether a variable can be compared with nil.
fn is_nilable(code: &Code<'_>, variable: Option<IdentId>) -> bool {
    let Some(ty) = variable.and_then(|variable| code.types.of_var(variable)) else { return false };
    match code.program.underlying(ty).kind() {
        TypeKind::Pointer(_) | TypeKind::Interface(_) => true,
        // A pointer to a type that is not known is one all the same.
        _ => ty.pointee().is_some(),
    }
}

/// Behind the check of the error that follows a statement; under a condition if there is none.
fn checked<'c>(code: &Code<'c>, stmt: StmtId, here: Listed<'c>, guard: Guard) -> Site<'c> {
    let fallback = || {
        let condition = condition(code, guard).unwrap_or_default();
        guarded(code, stmt, here, condition)
    };
    let rest = here.rest();
    let mut between = 0;
    for (i, next) in rest.iter().enumerate() {
        let StmtKind::IfStmt(if_) = code.file[*next].kind else {
            if is_assertion(code, *next, guard) {
                let (rest, spot) = (&rest[i + 1..], Spot::After(with_labels(code, *next)));
                return Site { stmt, spot, rest, owner: here.owner };
            }
            between += 1;
            if between > BETWEEN_MAX || !is_plain(code, *next, guard) {
                return fallback();
            }
            continue;
        };
        let body = code.file.block(if_.body);
        let said = match if_.init {
            None => said(code, if_.cond, guard),
            Some(_) => Said::Unclear,
        };
        match (said, if_.els) {
            _ if is_chain_of_errors(code, if_, guard) => {
                let rest = &rest[i + 1..];
                let spot = Spot::After(with_labels(code, *next));
                return Site { stmt, spot, rest, owner: here.owner };
            }
            (Said::Failed, Some(els)) => return in_block(code, stmt, els).unwrap_or_else(fallback),
            (Said::Succeeded, _) => {
                return in_block(code, stmt, if_.body).unwrap_or_else(fallback);
            }
            // One kind of error is looked at before the others.
            (Said::Unclear, None) if leaves(code, body) && implies_error(code, if_.cond, guard) => {
            }
            _ => return fallback(),
        }
    }
    fallback()
}

/// Whether all branches of an `if` leave, are taken only if there was an error, and together always if there was one:
/// `if errors.Is(err, …) { return … } else if err != nil { return … }`.
fn is_chain_of_errors(code: &Code<'_>, if_: IfStmt, guard: Guard) -> bool {
    let fails = said(code, if_.cond, guard) == Said::Failed;
    let leaves = if_.init.is_none() && leaves(code, code.file.block(if_.body));
    match if_.els.map(|els| code.file[els].kind) {
        None => fails && leaves,
        Some(StmtKind::IfStmt(next)) => {
            leaves && implies_error(code, if_.cond, guard) && is_chain_of_errors(code, next, guard)
        }
        Some(_) => false,
    }
}

/// At the beginning of a block; `None` for an `else if` and for empty blocks.
fn in_block<'c>(code: &Code<'c>, stmt: StmtId, block: StmtId) -> Option<Site<'c>> {
    let rest = list_of(code, block)?;
    let first = *rest.first()?;
    matches!(code.file[block].kind, StmtKind::BlockStmt(_)).then_some(Site {
        stmt,
        spot: Spot::Before(first),
        rest,
        owner: block,
    })
}

/// Of a call in the header of an `if`.
fn of_header<'c>(
    code: &Code<'c>,
    stmt: StmtId,
    if_: IfStmt,
    guard: Guard,
    variable: Option<IdentId>,
) -> Option<Site<'c>> {
    match (said(code, if_.cond, guard), if_.els) {
        (Said::Succeeded, _) => in_block(code, stmt, if_.body),
        (Said::Failed, Some(els)) => in_block(code, stmt, els),
        (Said::Failed, None) => {
            let here = listed(code, stmt)?;
            let declares = if_.init.is_some_and(|init| match variable {
                Some(variable) => code.file[init].span.contains(code.file[variable].span),
                None => {
                    matches!(code.file[init].kind, StmtKind::AssignStmt(a) if a.tok == Token::Define)
                }
            });
            let spot = match declares {
                true => Spot::Else(stmt),
                false if leaves(code, code.file.block(if_.body)) => {
                    Spot::After(with_labels(code, stmt))
                }
                false => return None,
            };
            let rest = if declares { &[][..] } else { here.rest() };
            Some(Site { stmt, spot, rest, owner: here.owner })
        }
        _ => None,
    }
}

/// Whether a statement ends a test if there was an error: `require.NoError(t, err)`, `must.NoError(t, err)`.
fn is_assertion(code: &Code<'_>, stmt: StmtId, guard: Guard) -> bool {
    let (StmtKind::ExprStmt(call), Guard::Error(error)) = (code.file[stmt].kind, guard) else {
        return false;
    };
    let ExprKind::CallExpr(parts) = code.file[code.file.unparen(call)].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return false;
    };
    let args = &code.file[parts.args];
    ENDING.contains(&code.text(selector.x))
        && NO_ERROR.contains(&code.file.name(selector.sel))
        && args.iter().take(2).any(|arg| code.declared(*arg) == Some(error))
}

/// Whether a statement between a call and its check neither leaves nor changes what tells of the error.
fn is_plain(code: &Code<'_>, stmt: StmtId, guard: Guard) -> bool {
    let changes = |lhs: &[ExprId]| {
        lhs.iter().any(|to| match guard {
            Guard::Error(variable) | Guard::Ok(variable) => code.declared(*to) == Some(variable),
            Guard::None | Guard::Ignored | Guard::Unknown => false,
        })
    };
    match code.file[stmt].kind {
        StmtKind::AssignStmt(assign) => !changes(&code.file[assign.lhs]),
        StmtKind::ExprStmt(call) => !super::statements::is_last_call(code, call),
        StmtKind::IncDecStmt(_) | StmtKind::DeclStmt(_) => true,
        StmtKind::DeferStmt(_) => true,
        _ => false,
    }
}

fn said(code: &Code<'_>, cond: ExprId, guard: Guard) -> Said {
    let cond = code.file.unparen(cond);
    match (code.file[cond].kind, guard) {
        (ExprKind::BinaryExpr(both), Guard::Error(error)) => {
            let of = |x: ExprId, y: ExprId| {
                code.declared(x) == Some(error) && code.is_predeclared(y, "nil")
            };
            match both.op {
                Token::Neq if of(both.x, both.y) || of(both.y, both.x) => Said::Failed,
                Token::Eql if of(both.x, both.y) || of(both.y, both.x) => Said::Succeeded,
                _ if names::any_in(code, &[error], code.file[cond].span) => Said::Unclear,
                _ => Said::Nothing,
            }
        }
        (ExprKind::UnaryExpr(not), Guard::Ok(ok)) if not.op == Token::Not => {
            if code.declared(not.x) == Some(ok) { Said::Failed } else { Said::Unclear }
        }
        (ExprKind::Ident(_), Guard::Ok(ok)) if code.declared(cond) == Some(ok) => Said::Succeeded,
        (_, Guard::Error(variable) | Guard::Ok(variable))
            if names::any_in(code, &[variable], code.file[cond].span) =>
        {
            Said::Unclear
        }
        _ => Said::Nothing,
    }
}

/// Whether a condition can only be true if there was an error: `errors.Is(err, …)`, `err == io.EOF`, `err != nil && …`.
fn implies_error(code: &Code<'_>, cond: ExprId, guard: Guard) -> bool {
    let Guard::Error(error) = guard else { return false };
    let cond = code.file.unparen(cond);
    match code.file[cond].kind {
        ExprKind::BinaryExpr(both) => match both.op {
            Token::LAnd => [both.x, both.y].iter().any(|side| {
                said(code, *side, guard) == Said::Failed || implies_error(code, *side, guard)
            }),
            Token::Eql => {
                code.declared(both.x) == Some(error) && !code.is_predeclared(both.y, "nil")
            }
            _ => false,
        },
        ExprKind::CallExpr(call) => {
            let is_test = code.callee(cond).is_some_and(|callee| {
                matches!(
                    (callee.path, callee.name),
                    ("errors", "Is" | "As")
                        | ("os", "IsNotExist" | "IsExist" | "IsPermission" | "IsTimeout")
                )
            });
            let first = code.file[call.args].first();
            is_test && first.is_some_and(|arg| code.declared(*arg) == Some(error))
        }
        _ => false,
    }
}
