//! Results that a function has closed before it returns them: only their names are of use to the caller.

use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtId, StmtKind};

use super::made::variable as named;
use super::ownership::is_releasing;
use crate::code::Code;

/// Whether a variable is released whenever control comes to a `return`: by a statement before it, in its own block or in
/// one around it.
pub(super) fn is_closed_before(code: &Code<'_>, variable: IdentId, ret: StmtId) -> bool {
    let mut within = ret;
    for above in code.scope.parents().above(Node::Stmt(ret)) {
        let Node::Stmt(stmt) = above else { return false };
        let list = match code.file[stmt].kind {
            StmtKind::BlockStmt(list) => &code.file[list],
            StmtKind::CaseClause(clause) => &code.file[clause.body],
            StmtKind::CommClause(clause) => &code.file[clause.body],
            _ => &[],
        };
        let before = list.iter().take_while(|stmt| **stmt != within);
        if before.into_iter().any(|stmt| closes(code, *stmt, variable)) {
            return true;
        }
        within = stmt;
    }
    false
}

/// Whether a statement releases a variable in any case: `f.Close()`, `err := f.Close()`, `if err := f.Close(); err != nil`.
fn closes(code: &Code<'_>, stmt: StmtId, variable: IdentId) -> bool {
    match code.file[stmt].kind {
        StmtKind::ExprStmt(call) => is_closing(code, call, variable),
        StmtKind::AssignStmt(assign) => {
            code.file[assign.rhs].iter().any(|call| is_closing(code, *call, variable))
        }
        StmtKind::IfStmt(branch) => branch.init.is_some_and(|init| closes(code, init, variable)),
        _ => false,
    }
}

fn is_closing(code: &Code<'_>, call: ExprId, variable: IdentId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[code.file.unparen(call)].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return false;
    };
    parts.args.is_empty()
        && is_releasing(code.file.name(selector.sel))
        && named(code, selector.x) == Some(variable)
}
