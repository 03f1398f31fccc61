//! Releases that are deferred before there is something to release, or in each round of a loop.

use plumb_evidence::source::SourceFix;
use plumb_gosource::{ExprKind, Node, Span, StmtId, StmtKind};

use super::exits::exits;
use super::names::any_in;
use super::outliving::derived;
use super::statements::{
    comment_above, insert_above, is_one_line, leaves, lines_of, list_of, listed, removable,
    removable_lines,
};
use super::{edits, fix};
use crate::code::Code;

/// Before how many ways out of a round a release is written at most.
const EXITS_MAX: usize = 4;

/// Moves a deferred call behind the check of an error that follows it.
pub fn after_check(code: &Code<'_>, defer: StmtId, check: StmtId) -> Option<SourceFix> {
    let StmtKind::IfStmt(if_) = code.file[check].kind else { return None };
    if if_.els.is_some() || !leaves(code, code.file.block(if_.body)) {
        return None;
    }
    let mut edits = edits(code)?;
    let lines = lines_of(code, defer)?;
    let comment = comment_above(code, defer);
    let start = comment.unwrap_or(lines.start);
    edits.replace(removable_lines(code, Span::new(start, lines.end)), "");
    let mut text = unindented(code, defer);
    if let Some(comment) = comment {
        let comment = code.file.text(Span::new(comment, lines.start));
        let comment: Vec<&str> = comment.lines().map(str::trim).collect();
        text = format!("{}\n{text}", comment.join("\n"));
    }
    edits.insert_after(check, &text).ok()?;
    fix(&edits, true, "defer it behind the check of the error".to_owned())
}

/// The lines of a statement, with the indentation that they have against its first; with the comment behind it.
fn unindented(code: &Code<'_>, stmt: StmtId) -> String {
    let span = code.file[stmt].span;
    let start = code.file.lines().start(code.file.position(span.start).line).unwrap_or(span.start);
    let indent = code.file.text(Span::new(start, span.start));
    let rest = code.file.source()[span.end as usize..].iter().position(|b| *b == b'\n');
    let end = rest.map_or(span.end, |rest| span.end + rest as u32);
    let text = code.file.text(Span::new(span.start, end)).trim_end();
    let lines = text.lines().map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Calls what is deferred in a loop before each way out of the round instead.
pub fn each_round(code: &Code<'_>, defer: StmtId) -> Option<SourceFix> {
    let StmtKind::DeferStmt(call) = code.file[defer].kind else { return None };
    let here = listed(code, defer)?;
    let in_loop = code.loop_around(Node::Stmt(defer))?;
    let body = match code.file[in_loop].kind {
        StmtKind::ForStmt(for_) => for_.body,
        StmtKind::RangeStmt(range) => range.body,
        _ => return None,
    };
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let is_literal = matches!(code.file[code.file.unparen(parts.fun)].kind, ExprKind::FuncLit(_));
    // In a block within the round it may be used after that.
    if here.owner != body || is_literal || !is_one_line(code, code.file[defer].span) {
        return None;
    }
    let list = list_of(code, body)?;
    let found = exits(code, list.get(here.index + 1..)?, &[])?;
    let root = match code.file[code.file.unparen(parts.fun)].kind {
        ExprKind::SelectorExpr(selector) => code.root(selector.x),
        _ => code.root(parts.fun),
    }?;
    let function = code.scope.function_at(code.file[defer].span.start)?;
    let mut used = derived(code, function, &[root]);
    used.push(root);
    let is_used = found.jumps.iter().any(|jump| any_in(code, &used, code.file[*jump].span));
    if is_used || found.jumps.len() > EXITS_MAX {
        return None;
    }
    let mut edits = edits(code)?;
    let text = code.text(call);
    match list.last() {
        Some(last) if *last == defer => edits.replace(code.file[defer].span, text),
        last => {
            edits.replace(removable(code, defer)?, "");
            if let Some(last) = last.filter(|_| found.at_end) {
                edits.insert_after(*last, text).ok()?;
            }
        }
    }
    for jump in &found.jumps {
        insert_above(code, &mut edits, *jump, text).ok()?;
    }
    fix(&edits, false, format!("call `{text}` at the end of each round, also if it is left early"))
}
