//! What libraries promise of a response: a status that comes without a body, and one without which there is none.

use plumb_evidence::catalogue::ResourceKind;
use plumb_gosource::flow::Condition;
use plumb_gosource::{ExprId, ExprKind, IdentId, Token};

use super::acquired::Acquired;
use super::made::variable;
use crate::code::Code;

/// Statuses of responses without a body. From `bodyAllowedForStatus` of `net/http`, Go 1.27: nothing is read for them, and
/// the connection is given back at once.
const WITHOUT_BODY: [&str; 4] = ["204", "304", "http.StatusNoContent", "http.StatusNotModified"];

/// The status of every handshake that has not failed. From `Dialer.DialContext` of `github.com/gorilla/websocket` v1.5.3
/// and `Dial` of `github.com/coder/websocket` v1.8.13: any other one is an error.
const SWITCHED: [&str; 2] = ["101", "http.StatusSwitchingProtocols"];

/// Whether the status of a response tells that there is nothing to release on a way with these branches.
///
/// `flags` are the other results of the call.
pub(super) fn by_status(
    code: &Code<'_>,
    mut branches: impl Iterator<Item = Condition>,
    acquired: &Acquired,
    variables: &[IdentId],
    flags: impl FnOnce() -> Vec<IdentId>,
) -> bool {
    match acquired.kind {
        ResourceKind::Body => {
            branches.any(|branch| compares(code, branch, variables, &WITHOUT_BODY) == Some(true))
        }
        ResourceKind::Connection | ResourceKind::Client => {
            let flags = flags();
            !flags.is_empty()
                && branches.any(|branch| compares(code, branch, &flags, &SWITCHED) == Some(false))
        }
        _ => false,
    }
}

/// Whether a branch is taken if the status of one of these variables is one of these, or if it is none of them; `None`
/// if it says nothing of that.
fn compares(
    code: &Code<'_>,
    branch: Condition,
    variables: &[IdentId],
    statuses: &[&str],
) -> Option<bool> {
    let (x, y, is) = match branch {
        Condition::Expr { expr, is } => match code.file[expr].kind {
            ExprKind::BinaryExpr(both) if both.op == Token::Eql => (both.x, both.y, is),
            ExprKind::BinaryExpr(both) if both.op == Token::Neq => (both.x, both.y, !is),
            _ => return None,
        },
        Condition::Case { tag, value, is } => (tag, value, is),
        _ => return None,
    };
    let is_status = |expr: ExprId| match code.file[code.file.unparen(expr)].kind {
        ExprKind::SelectorExpr(selector) => {
            code.file.name(selector.sel) == "StatusCode"
                && variable(code, selector.x).is_some_and(|v| variables.contains(&v))
        }
        _ => false,
    };
    let compared = if is_status(x) { y } else { is_status(y).then_some(x)? };
    statuses.contains(&code.text(compared)).then_some(is)
}
