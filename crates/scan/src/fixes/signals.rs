//! Goroutines that see the signal to end and go on.

use plumb_evidence::source::SourceFix;
use plumb_gosource::flow::FunctionId;
use plumb_gosource::{Node, StmtId, StmtKind, Token};

use super::statements::{insert_in_clause, is_body, listed, with_labels};
use super::{edits, fix};
use crate::code::Code;

/// Leaves a goroutine where it waits for the signal to end: a `return` at the end of the case, in place of the `break`
/// that only leaves the select. Not where something stands behind the loop, which a return would pass over.
pub fn left_on_signal(code: &Code<'_>, body: FunctionId, clause: StmtId) -> Option<SourceFix> {
    let StmtKind::CommClause(parts) = code.file[clause].kind else { return None };
    let ends_with_loop = || {
        let around = with_labels(code, code.loop_around(Node::Stmt(clause))?);
        let here = listed(code, around)?;
        (here.rest().is_empty() && is_body(code, here.owner, body)).then_some(())
    };
    if code.file[code.scope[body].ty].results.is_some() {
        return None;
    }
    ends_with_loop()?;
    let mut edits = edits(code)?;
    match code.file[parts.body].last() {
        None => insert_in_clause(code, &mut edits, clause, "return")?,
        Some(last) if leaves_select(code, *last) => {
            edits.replace(code.file[*last].span, "return");
        }
        Some(last) => edits.insert_after(*last, "return").ok()?,
    }
    fix(&edits, false, "leave the goroutine: `return`".to_owned())
}

fn leaves_select(code: &Code<'_>, stmt: StmtId) -> bool {
    matches!(code.file[stmt].kind,
        StmtKind::BranchStmt(branch) if branch.tok == Token::Break && branch.label.is_none())
}
