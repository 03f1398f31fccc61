//! The source rule: the release of a value is deferred before it is known that there is a value.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, StmtId, StmtKind, Token, Type, TypeKind};
use plumb_scan::{Code, Rule};

/// Methods that release.
const RELEASES: [&str; 9] = [
    "Close",
    "Stop",
    "Release",
    "Cancel",
    "End",
    "Shutdown",
    "Rollback",
    "Disconnect",
    "Unsubscribe",
];

pub(crate) static RULE: Rule =
    Rule { pattern: "defer-before-error-check", linters: &["SA5001", "httpresponse"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    let mut found = Vec::new();
    for stmt in code.statements_of([Kind::BlockStmt, Kind::CaseClause, Kind::CommClause]) {
        let list = match code.file[stmt].kind {
            StmtKind::BlockStmt(list) => list,
            StmtKind::CaseClause(clause) => clause.body,
            StmtKind::CommClause(clause) => clause.body,
            _ => continue,
        };
        let list = &code.file[list];
        for (i, stmt) in list.iter().enumerate() {
            if let Some(acquired) = acquired(code, *stmt) {
                found.extend(deferred(code, &acquired, &list[i + 1..]));
            }
        }
    }
    found
}

/// Values and an error that one call gives.
struct Acquired {
    call: ExprId,
    values: Vec<IdentId>,
    error: IdentId,
}

fn acquired(code: &Code<'_>, stmt: StmtId) -> Option<Acquired> {
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
    let [call] = code.file[assign.rhs] else { return None };
    let ExprKind::CallExpr(_) = code.file[code.file.unparen(call)].kind else { return None };
    let (error, values) = code.file[assign.lhs].split_last()?;
    let error = code.declared(*error)?;
    let is_error = match code.types.of_var(error) {
        Some(ty) => ty.is_error(),
        None => code.file.name(error).to_lowercase().ends_with("err"),
    };
    let values: Vec<IdentId> = values.iter().filter_map(|value| code.declared(*value)).collect();
    (is_error && !values.is_empty()).then_some(Acquired { call, values, error })
}

/// The first statements after the call defer a release, and then the error is looked at.
fn deferred(code: &Code<'_>, acquired: &Acquired, rest: &[StmtId]) -> Option<SourceFinding> {
    let defers = rest.iter().take_while(|stmt| is_defer(code, **stmt)).count();
    let checked = rest.get(defers).is_some_and(|stmt| checks(code, *stmt, acquired.error));
    if !checked {
        return None;
    }
    let (defer, value, field) =
        rest[..defers].iter().find_map(|stmt| releases(code, *stmt, &acquired.values))?;
    let ty = code.types.of_var(value);
    if plumb_scan::resources::gives_with_error(code, acquired.call, value)
        || ty.is_some_and(|ty| !may_be_nil(code, ty))
    {
        return None;
    }
    let name = code.file.name(value);
    let (confidence, what) = match (field, ty) {
        (true, _) => (Confidence::Likely, "the deferred call panics"),
        (false, Some(ty)) if is_file(ty) => {
            (Confidence::Possible, "the deferred call has nothing to close")
        }
        _ => (Confidence::Possible, "the deferred call may panic"),
    };
    let span = code.file[defer].span;
    let message = format!(
        "`{name}` is released by a defer before the error is checked: if there is one, `{name}` may be nil and {what}"
    );
    let mut finding = code.finding(RULE.pattern, span, confidence, message);
    finding.path = vec![
        code.step(code.file[acquired.call].span, format!("gives `{name}` or an error")),
        code.step(span, format!("defers the release of `{name}`")),
        code.step(code.file[rest[defers]].span, "checks the error"),
    ];
    finding.fix = plumb_scan::fixes::after_check(code, defer, rest[defers]);
    Some(finding)
}

fn is_defer(code: &Code<'_>, stmt: StmtId) -> bool {
    matches!(code.file[stmt].kind, StmtKind::DeferStmt(_))
}

/// Whether a statement leaves when an error is there.
fn checks(code: &Code<'_>, stmt: StmtId, error: IdentId) -> bool {
    let StmtKind::IfStmt(if_) = code.file[stmt].kind else { return false };
    let ExprKind::BinaryExpr(both) = code.file[code.file.unparen(if_.cond)].kind else {
        return false;
    };
    if_.init.is_none()
        && both.op == Token::Neq
        && code.declared(both.x) == Some(error)
        && code.is_predeclared(both.y, "nil")
}

/// The value that a deferred call of a method releases, and whether through a field.
fn releases(code: &Code<'_>, stmt: StmtId, values: &[IdentId]) -> Option<(StmtId, IdentId, bool)> {
    let StmtKind::DeferStmt(call) = code.file[stmt].kind else { return None };
    let ExprKind::CallExpr(call) = code.file[call].kind else { return None };
    let fun = code.file.unparen(call.fun);
    let ExprKind::SelectorExpr(selector) = code.file[fun].kind else { return None };
    if !RELEASES.contains(&code.file.name(selector.sel)) {
        return None;
    }
    let root = code.root(selector.x).filter(|root| values.contains(root))?;
    let field = code.declared(selector.x).is_none();
    Some((stmt, root, field))
}

fn may_be_nil(code: &Code<'_>, ty: &Type) -> bool {
    !matches!(
        code.program.underlying(ty).kind(),
        TypeKind::Struct(_) | TypeKind::Basic(_) | TypeKind::Array(_)
    )
}

fn is_file(ty: &Type) -> bool {
    ty.named().is_some_and(|named| (&*named.path, &*named.name) == ("os", "File"))
}

#[cfg(test)]
mod tests {
    use crate::shapes;

    #[test]
    fn shapes() {
        shapes::check(&super::RULE, "1.24", include_str!("testdata/shapes.go"));
    }
}
