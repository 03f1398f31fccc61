//! Releases that are written and do not release what they should: a method value that nobody calls, and the release of
//! one variable after the check of another.

use plumb_evidence::catalogue::ResourceKind;
use plumb_gosource::flow::UseKind;
use plumb_gosource::{
    ExprId, ExprKind, IdentId, IfStmt, Kind, Lookup, MemberKind, StmtId, StmtKind, Token, Type,
};

use super::inferred;
use super::made;
use super::ownership::is_releasing;
use crate::code::Code;

/// A release that misses what it is meant for.
#[derive(Debug)]
pub(crate) struct Slip {
    /// The method value, or the call.
    pub(crate) at: ExprId,
    /// What is not released.
    pub(crate) kind: ResourceKind,
    /// What is wrong, for reports.
    pub(crate) message: String,
}

/// The slips of a file, in its order. Tests try out what programs must not do.
pub(crate) fn slips(code: &Code<'_>) -> Vec<Slip> {
    if code.in_test {
        return Vec::new();
    }
    let mut all = Vec::new();
    let kinds = [Kind::AssignStmt, Kind::BlockStmt, Kind::CaseClause, Kind::CommClause];
    for stmt in code.statements_of(kinds) {
        match code.file[stmt].kind {
            StmtKind::AssignStmt(_) => all.extend(not_called(code, stmt)),
            StmtKind::BlockStmt(list) => all.extend(mixed_up(code, &code.file[list])),
            StmtKind::CaseClause(clause) => all.extend(mixed_up(code, &code.file[clause.body])),
            StmtKind::CommClause(clause) => all.extend(mixed_up(code, &code.file[clause.body])),
            _ => {}
        }
    }
    all
}

/// `_ = conn.Close`: the method is named and not called. A field with a function is mentioned so that it counts as
/// used, and the method of a type so that the type is known to have it.
fn not_called(code: &Code<'_>, stmt: StmtId) -> Option<Slip> {
    let file = code.file;
    let StmtKind::AssignStmt(assign) = file[stmt].kind else { return None };
    let ([place], [value]) = (&file[assign.lhs], &file[assign.rhs]) else { return None };
    let ExprKind::Ident(blank) = file[*place].kind else { return None };
    let at = file.unparen(*value);
    let ExprKind::SelectorExpr(selector) = file[at].kind else { return None };
    let name = file.name(selector.sel);
    if file.name(blank) != "_"
        || assign.tok != Token::Assign
        || !is_releasing(name)
        || code.types.type_expr(file.unparen(selector.x)).is_some()
    {
        return None;
    }
    let ty = code.types.of(selector.x)?;
    if !is_bare_method(code, ty, name) || is_deferred(code, at) {
        return None;
    }
    let message = format!("{} is named here and not called: it releases nothing", code.text(at));
    Some(Slip { at, kind: kind_of(code, ty)?, message })
}

/// Whether a type has a method without parameters that gives back nothing but an error.
fn is_bare_method(code: &Code<'_>, ty: &Type, name: &str) -> bool {
    let from = &code.package.path;
    let member = match code.program.member(ty, name, from) {
        Lookup::Found(member) => member,
        _ => match code.program.member(&Type::pointer(ty.clone()), name, from) {
            Lookup::Found(member) => member,
            _ => return false,
        },
    };
    let is_bare = member.ty.signature().is_some_and(|signature| {
        signature.params.is_empty() && signature.results.iter().all(Type::is_error)
    });
    is_bare && matches!(member.kind, MemberKind::Method | MemberKind::InterfaceMethod)
}

/// Whether the function defers a call of the same: then the mention has another purpose.
fn is_deferred(code: &Code<'_>, value: ExprId) -> bool {
    let function = code.scope.function_at(code.file[value].span.start);
    code.statements_of([Kind::DeferStmt]).any(|stmt| {
        let StmtKind::DeferStmt(call) = code.file[stmt].kind else { return false };
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
        code.text(parts.fun) == code.text(value)
            && code.scope.function_at(code.file[stmt].span.start) == function
    })
}

/// An `if v != nil { w.Close() }`, and nothing else.
struct Checked<'c> {
    checked: IdentId,
    released: IdentId,
    method: &'c str,
    call: ExprId,
}

/// Two checks in a row that release the same variable, one of them after the check of another variable of the same
/// type, which nothing releases: a copied line that was not changed everywhere.
fn mixed_up(code: &Code<'_>, list: &[StmtId]) -> Option<Slip> {
    let pairs = list.windows(2).filter_map(|pair| {
        let [first, second] = [checked(code, pair[0])?, checked(code, pair[1])?];
        let same = first.released == second.released && first.method == second.method;
        same.then_some([first, second])
    });
    pairs.flatten().find_map(|one| {
        let ty = code.types.of_var(one.checked)?;
        let wrong = one.checked != one.released
            && code.types.of_var(one.released) == Some(ty)
            && !is_released(code, one.checked);
        let names = || (code.file.name(one.checked), code.file.name(one.released));
        let message = || {
            let (checked, released) = names();
            format!(
                "`{checked}` is checked and `{released}` released: nothing releases `{checked}`"
            )
        };
        wrong.then(|| Some(Slip { at: one.call, kind: kind_of(code, ty)?, message: message() }))?
    })
}

fn checked<'c>(code: &Code<'c>, stmt: StmtId) -> Option<Checked<'c>> {
    let StmtKind::IfStmt(branch) = code.file[stmt].kind else { return None };
    let checked = not_nil(code, &branch)?;
    let StmtKind::BlockStmt(body) = code.file[branch.body].kind else { return None };
    let [only] = code.file[body] else { return None };
    let call = match code.file[only].kind {
        StmtKind::ExprStmt(call) => call,
        StmtKind::AssignStmt(assign) => *code.file[assign.rhs].first()?,
        _ => return None,
    };
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return None;
    };
    let method = code.file.name(selector.sel);
    let released = made::variable(code, selector.x)?;
    let is_release = parts.args.is_empty() && is_releasing(method);
    is_release.then_some(Checked { checked, released, method, call })
}

/// The variable of a condition `v != nil`, without a statement before it and without an `else`.
fn not_nil(code: &Code<'_>, branch: &IfStmt) -> Option<IdentId> {
    let ExprKind::BinaryExpr(both) = code.file[code.file.unparen(branch.cond)].kind else {
        return None;
    };
    let bare = branch.init.is_none() && branch.els.is_none();
    let compares = both.op == Token::Neq && code.is_predeclared(both.y, "nil");
    (bare && compares).then(|| made::variable(code, both.x))?
}

/// Whether anything releases a variable, or gives it to a function of such a name.
fn is_released(code: &Code<'_>, variable: IdentId) -> bool {
    let Some(owner) = code.scope.owner(variable) else { return true };
    code.scope.uses_of(variable, owner).iter().any(|use_| match use_.kind {
        UseKind::Call(_) => {
            use_.selected.last().is_some_and(|name| is_releasing(code.file.name(*name)))
        }
        UseKind::Argument { call, .. } => {
            let ExprKind::CallExpr(parts) = code.file[call].kind else { return true };
            let called = code.text(parts.fun);
            is_releasing(called.rsplit('.').next().unwrap_or(called))
        }
        _ => false,
    })
}

/// What is not released, by its type.
fn kind_of(code: &Code<'_>, ty: &Type) -> Option<ResourceKind> {
    if let Some(acquired) = inferred::of_type(code, ty) {
        return Some(acquired.kind);
    }
    Some(inferred::kind_of(&inferred::type_name(ty)?))
}
