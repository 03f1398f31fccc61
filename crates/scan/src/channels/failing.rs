//! Cases of a select at which a test has failed: what it leaves behind then ends with the test program.

use plumb_gosource::flow::Condition;
use plumb_gosource::{ExprId, ExprKind, StmtKind};

use crate::code::Code;

/// Methods of a test, and functions of packages of assertions, that report a failure.
const FAILS: [&str; 7] = ["Error", "Errorf", "Fail", "FailNow", "Failf", "Fatal", "Fatalf"];

/// How parameters of tests are called.
const TESTS: [&str; 5] = ["t", "b", "f", "tb", "c"];

/// Last parts of the paths of packages of assertions.
const ASSERTIONS: [&str; 2] = ["assert", "require"];

/// Whether a branch is a case that does nothing but report that the test has failed: `case <-time.After(d): t.Error(…)`.
pub(crate) fn fails(code: &Code<'_>, branch: Condition) -> bool {
    let Condition::Comm(clause) = branch else { return false };
    let StmtKind::CommClause(parts) = code.file[clause].kind else { return false };
    code.in_test
        && code.file[parts.body].first().is_some_and(|stmt| match code.file[*stmt].kind {
            StmtKind::ExprStmt(call) => reports_failure(code, call),
            _ => false,
        })
}

fn reports_failure(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return false;
    };
    let by_package = || {
        let last = code.imported(selector.x).and_then(|path| path.rsplit('/').next());
        last.is_some_and(|last| ASSERTIONS.contains(&last))
    };
    FAILS.contains(&code.file.name(selector.sel))
        && (TESTS.contains(&code.text(selector.x)) || by_package())
}
