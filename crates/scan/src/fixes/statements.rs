//! Statements in their lists, their lines, and where control goes after them.

use plumb_gosource::edit::{EditError, Edits};
use plumb_gosource::flow::{CallEffect, FunctionId};
use plumb_gosource::{ExprId, ExprKind, Node, Span, StmtId, StmtKind, Token};

use crate::code::Code;

/// A statement as one of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed<'c> {
    /// The list.
    pub(super) list: &'c [StmtId],
    /// Its place there.
    pub(super) index: usize,
    /// The block or clause of which the list is the body.
    pub(super) owner: StmtId,
}

impl<'c> Listed<'c> {
    /// The statements after it.
    pub(super) fn rest(&self) -> &'c [StmtId] {
        self.list.get(self.index + 1..).unwrap_or_default()
    }
}

/// The list in which a statement stands; `None` for the header of another one.
pub(super) fn listed<'c>(code: &Code<'c>, stmt: StmtId) -> Option<Listed<'c>> {
    let Node::Stmt(owner) = code.scope.parents().of(Node::Stmt(stmt))? else { return None };
    if let StmtKind::LabeledStmt(_) = code.file[owner].kind {
        return listed(code, owner);
    }
    let list = list_of(code, owner)?;
    let index = list.iter().position(|other| *other == stmt)?;
    Some(Listed { list, index, owner })
}

/// The statements of a block or clause.
pub(super) fn list_of<'c>(code: &Code<'c>, owner: StmtId) -> Option<&'c [StmtId]> {
    Some(match code.file[owner].kind {
        StmtKind::BlockStmt(list) => &code.file[list],
        StmtKind::CaseClause(clause) => &code.file[clause.body],
        StmtKind::CommClause(clause) => &code.file[clause.body],
        _ => return None,
    })
}

/// The innermost statement around a node.
pub(super) fn around(code: &Code<'_>, node: Node) -> Option<StmtId> {
    std::iter::once(node).chain(code.scope.parents().above(node)).find_map(|node| match node {
        Node::Stmt(stmt) => Some(stmt),
        _ => None,
    })
}

/// The statement with its labels.
pub(super) fn with_labels(code: &Code<'_>, stmt: StmtId) -> StmtId {
    match code.scope.parents().of(Node::Stmt(stmt)) {
        Some(Node::Stmt(above)) if matches!(code.file[above].kind, StmtKind::LabeledStmt(_)) => {
            with_labels(code, above)
        }
        _ => stmt,
    }
}

/// Whether control never gets behind the end of a list.
pub(super) fn leaves(code: &Code<'_>, list: &[StmtId]) -> bool {
    list.last().is_some_and(|last| stmt_leaves(code, *last))
}

fn stmt_leaves(code: &Code<'_>, stmt: StmtId) -> bool {
    match code.file[stmt].kind {
        StmtKind::ReturnStmt(_) => true,
        StmtKind::BranchStmt(branch) => branch.tok != Token::Fallthrough,
        StmtKind::ExprStmt(call) => is_last_call(code, call) || is_fatal_by_name(code, call),
        StmtKind::BlockStmt(list) => leaves(code, &code.file[list]),
        StmtKind::LabeledStmt(labeled) => stmt_leaves(code, labeled.stmt),
        StmtKind::IfStmt(if_) => {
            leaves(code, code.file.block(if_.body))
                && if_.els.is_some_and(|els| stmt_leaves(code, els))
        }
        _ => false,
    }
}

/// Whether a call is one of a logger's that end the program, by its name. If it came back after all, what was not
/// acquired would be used anyway.
fn is_fatal_by_name(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[code.file.unparen(call)].kind else { return false };
    match code.file[code.file.unparen(parts.fun)].kind {
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel).starts_with("Fatal"),
        _ => false,
    }
}

/// Whether a statement is a call that does not come back.
pub(super) fn is_last_call(code: &Code<'_>, call: ExprId) -> bool {
    let call = code.file.unparen(call);
    matches!(code.file[call].kind, ExprKind::CallExpr(_))
        && code.effect(call) != CallEffect::Returns
}

/// Whether the list of a block or clause is the body of a function.
pub(super) fn is_body(code: &Code<'_>, owner: StmtId, function: FunctionId) -> bool {
    code.scope[function].body == owner
}

/// The lines of a statement that shares them with no other code, comment and line end included.
pub(super) fn lines_of(code: &Code<'_>, stmt: StmtId) -> Option<Span> {
    let source = code.file.source();
    let span = code.file[stmt].span;
    let start =
        source[..span.start as usize].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let end = line_end(source, span.end as usize);
    let blank = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_whitespace);
    let rest = source.get(span.end as usize..end)?.trim_ascii();
    let alone = blank(source.get(start..span.start as usize)?)
        && (rest.is_empty() || rest.starts_with(b"//"));
    alone.then(|| Span::new(start as u32, end as u32))
}

/// The lines of a statement to take away: with the empty line behind it if there is one before it too.
pub(super) fn removable(code: &Code<'_>, stmt: StmtId) -> Option<Span> {
    Some(removable_lines(code, lines_of(code, stmt)?))
}

/// The same of whole lines.
pub(super) fn removable_lines(code: &Code<'_>, lines: Span) -> Span {
    let source = code.file.source();
    let before = source[..(lines.start as usize).saturating_sub(1)]
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |i| i + 1);
    let is_blank = |start: usize, end: usize| source[start..end].trim_ascii().is_empty();
    let next = line_end(source, lines.end as usize);
    let opens = source[before..lines.start as usize].trim_ascii_end().ends_with(b"{");
    let blank_before = is_blank(before, lines.start as usize);
    let blank_after = next > lines.end as usize && is_blank(lines.end as usize, next);
    let closes = source[lines.end as usize..next].trim_ascii().starts_with(b"}");
    match () {
        () if blank_after && (blank_before || opens) => Span::new(lines.start, next as u32),
        () if blank_before && closes => Span::new(before as u32, lines.end),
        () => lines,
    }
}

/// The start of the lines of a comment that stands right above a statement.
pub(super) fn comment_above(code: &Code<'_>, stmt: StmtId) -> Option<u32> {
    let start = code.file[stmt].span.start;
    let line = code.file.position(start).line;
    let own = code.file.lines().start(line)?;
    let group = code.file.comment_groups().find(|group| {
        let span = code.file[*group].span;
        span.end <= own && code.file.position(span.end).line + 1 == line
    })?;
    let span = code.file[group].span;
    let line = code.file.lines().start(code.file.position(span.start).line)?;
    let blank = |from, to| code.file.text(Span::new(from, to)).trim().is_empty();
    (blank(line, span.start) && blank(own, start)).then_some(line)
}

/// Adds a statement on one line before another one, and before the comment that stands right above that.
pub(super) fn insert_above(
    code: &Code<'_>,
    edits: &mut Edits<'_, '_>,
    stmt: StmtId,
    text: &str,
) -> Result<(), EditError> {
    match comment_above(code, with_labels(code, stmt)) {
        Some(comment) if with_labels(code, stmt) == stmt && !text.contains('\n') => {
            let start = code.file[stmt].span.start;
            let own = code.file.lines().start(code.file.position(start).line).unwrap_or(start);
            let indent = code.file.text(Span::new(own, start));
            let line_end = line_end_of_file(code);
            edits.replace(Span::new(comment, comment), format!("{indent}{text}{line_end}"));
            Ok(())
        }
        _ => edits.insert_before(stmt, text),
    }
}

/// Adds a statement on one line at the beginning of a case.
pub(super) fn insert_in_clause(
    code: &Code<'_>,
    edits: &mut Edits<'_, '_>,
    clause: StmtId,
    text: &str,
) -> Option<()> {
    let colon = match code.file[clause].kind {
        StmtKind::CommClause(parts) => parts.colon,
        StmtKind::CaseClause(parts) => parts.colon,
        _ => return None,
    };
    let source = code.file.source();
    let line = line_end(source, colon as usize);
    let rest = code.file.text(Span::new(colon + 1, line as u32)).trim();
    let start = code.file.lines().start(code.file.position(code.file[clause].span.start).line)?;
    let indent = code.file.text(Span::new(start, code.file[clause].span.start));
    if !indent.trim().is_empty() || !(rest.is_empty() || rest.starts_with("//")) {
        return None;
    }
    let at = Span::new(line as u32, line as u32);
    edits.replace(at, format!("{indent}\t{text}{}", line_end_of_file(code)));
    Some(())
}

/// The line end of the first line.
pub(super) fn line_end_of_file(code: &Code<'_>) -> &'static str {
    let source = code.file.source();
    let first = source.iter().position(|b| *b == b'\n');
    if first.is_some_and(|i| i > 0 && source[i - 1] == b'\r') { "\r\n" } else { "\n" }
}

/// The line of an offset, without its end.
pub(super) fn line_of(code: &Code<'_>, offset: u32) -> Span {
    let source = code.file.source();
    let start = source[..offset as usize].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let end = line_end(source, offset as usize);
    let text = &source[..end];
    let end = text.strip_suffix(b"\n").map_or(end, <[u8]>::len);
    let end = if source[..end].ends_with(b"\r") { end - 1 } else { end };
    Span::new(start as u32, end as u32)
}

/// The offset behind the line end that follows an offset.
fn line_end(source: &[u8], from: usize) -> usize {
    let rest = source.get(from..).unwrap_or_default();
    rest.iter().position(|b| *b == b'\n').map_or(source.len(), |i| from + i + 1)
}

/// Whether a range is on one line.
pub(super) fn is_one_line(code: &Code<'_>, span: Span) -> bool {
    code.file.position(span.start).line == code.file.position(span.end).line
}
