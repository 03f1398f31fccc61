//! Something that is acquired and that nobody takes: it is released on the spot.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFix;
use plumb_gosource::edit::Edits;
use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{
    AssignStmt, DeclaredAs, ExprId, ExprKind, Node, Span, StmtId, StmtKind, Token, Type, TypeKind,
};

use super::exits::exits;
use super::losses::{contexts, is_certain, repeats, writes};
use super::names::{fresh, statement_of, usual};
use super::outliving::{Outliving, derived, outlives};
use super::release::{ReleaseCall, call};
use super::site::{self, Site};
use super::statements::{around, insert_above, is_body, line_end_of_file, line_of, listed};
use super::{edits, fix};
use crate::code::Code;
use crate::resources::Loss;

/// Before how many ways out a cancel function is called at most.
const EXITS_MAX: usize = 4;

/// Releases what a call gives whose results are dropped.
pub(super) fn dropped(code: &Code<'_>, loss: &Loss) -> Option<SourceFix> {
    let stmt = around(code, Node::Expr(loss.call))?;
    match code.file[stmt].kind {
        StmtKind::ExprStmt(expr) if code.file.unparen(expr) == loss.call => {
            in_header(code, loss, code.file[stmt].span)
        }
        StmtKind::RangeStmt(range) => ranged_over(code, loss, stmt, range.x),
        _ => None,
    }
}

/// `if resp, err := CALL; err == nil { resp.Body.Close() }` in place of a statement.
fn in_header(code: &Code<'_>, loss: &Loss, statement: Span) -> Option<SourceFix> {
    if !fails(code, loss) {
        return None;
    }
    let stmt = around(code, Node::Expr(loss.call))?;
    listed(code, stmt)?;
    let mut edits = edits(code)?;
    let name = usual(loss.kind);
    let release = call(code, &mut edits, loss, name, None)?;
    let line = line_of(code, statement.start);
    let indent = code.file.text(Span::new(line.start, statement.start));
    let last = line_of(code, statement.end);
    let rest = code.file.text(Span::new(statement.end, last.end)).trim();
    if !indent.trim().is_empty() || !(rest.is_empty() || rest.starts_with("//")) {
        return None;
    }
    let line_end = line_end_of_file(code);
    let called = code.text(loss.call);
    edits.replace(statement, format!("if {name}, err := {called}; err == nil {{"));
    let behind = Span::new(last.end, last.end);
    edits.replace(behind, format!("{line_end}{indent}\t{}{line_end}{indent}}}", release.text));
    let safe = release.certain && is_certain(code, loss) && !writes(code, loss);
    fix(&edits, safe, format!("call `{}` if there was no error", release.text))
}

/// Whether a call gives something and an error, as far as is known.
fn fails(code: &Code<'_>, loss: &Loss) -> bool {
    match code.types.of(loss.call).map(Type::kind) {
        Some(TypeKind::Tuple(types)) => {
            matches!(&types[..], [_, error] if error.is_error())
        }
        None | Some(TypeKind::Unknown) => loss.kind == ResourceKind::Body,
        _ => false,
    }
}

/// `for range time.NewTicker(d).C`: the ticker gets a name, and is stopped.
fn ranged_over(code: &Code<'_>, loss: &Loss, stmt: StmtId, over: ExprId) -> Option<SourceFix> {
    let is_ticker = loss.kind == ResourceKind::Ticker
        && code.file[over].span.contains(code.file[loss.call].span)
        && matches!(code.file[code.file.unparen(over)].kind, ExprKind::SelectorExpr(_));
    if !is_ticker || code.loop_around(Node::Stmt(stmt)).is_some() {
        return None;
    }
    let name = fresh(code, code.file[loss.call].span.start, "ticker");
    let mut edits = edits(code)?;
    let release = call(code, &mut edits, loss, &name, None)?;
    let made = code.text(loss.call);
    edits.insert_before(stmt, &format!("{name} := {made}\ndefer {}", release.text)).ok()?;
    edits.replace(code.file[loss.call].span, &*name);
    fix(
        &edits,
        release.certain && is_certain(code, loss),
        format!("stop the ticker: `defer {}`", release.text),
    )
}

/// Gives what is assigned to `_` a name, and releases it.
pub(super) fn blank(code: &Code<'_>, loss: &Loss) -> Option<SourceFix> {
    let stmt = around(code, Node::Expr(loss.call))?;
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
    let Bound::To(places) = code.scope.bound(loss.call) else { return None };
    if places.iter().all(|place| *place == BoundTo::Blank) {
        let alone = listed(code, stmt).is_some() && places.len() == 2;
        return alone.then(|| in_header(code, loss, code.file[stmt].span)).flatten();
    }
    let index = match loss.kind {
        ResourceKind::Cancel => places.len().checked_sub(1)?,
        _ => 0,
    };
    if places.get(index) != Some(&BoundTo::Blank) {
        return None;
    }
    let name = fresh(code, code.file[stmt].span.start, usual(loss.kind));
    let mut edits = edits(code)?;
    let release = call(code, &mut edits, loss, &name, None)?;
    define(code, &mut edits, stmt, &assign)?;
    edits.replace(code.file[code.file[assign.lhs][index]].span, &*name);
    let site = site::of_call(code, loss.call, None, &name)?;
    match loss.kind {
        ResourceKind::Cancel => cancelled(code, loss, &mut edits, &site, &release),
        _ => {
            site::insert(code, &mut edits, &site.spot, &release.text).ok()?;
            let safe = release.certain && is_certain(code, loss) && !writes(code, loss);
            fix(&edits, safe, format!("call `{}` where it is known to be there", release.text))
        }
    }
}

/// Makes an assignment a declaration, if all that it assigns to is declared in the same scope.
fn define(
    code: &Code<'_>,
    edits: &mut Edits<'_, '_>,
    stmt: StmtId,
    assign: &AssignStmt,
) -> Option<()> {
    if assign.tok == Token::Define {
        return Some(());
    }
    let here = listed(code, stmt)?;
    let function = code.scope.function_at(code.file[stmt].span.start)?;
    let all_here = code.file[assign.lhs].iter().filter(|to| code.text(**to) != "_").all(|to| {
        let Some(variable) = code.declared(*to) else { return false };
        let Some(declaration) = code.names.declaration(variable) else { return false };
        match declaration.kind {
            DeclaredAs::Param | DeclaredAs::Result | DeclaredAs::Receiver => {
                is_body(code, here.owner, function)
            }
            DeclaredAs::Var => statement_of(code, variable)
                .and_then(|declared| listed(code, declared))
                .is_some_and(|declared| declared.owner == here.owner),
            _ => false,
        }
    });
    if all_here {
        edits.replace(Span::new(assign.tok_pos, assign.tok_pos + 1), ":=");
    }
    all_here.then_some(())
}

/// Calls a cancel function that got a name: deferred, in a loop before each way out of the round.
fn cancelled(
    code: &Code<'_>,
    loss: &Loss,
    edits: &mut Edits<'_, '_>,
    site: &Site<'_>,
    release: &ReleaseCall,
) -> Option<SourceFix> {
    let from = code.file[loss.call].span.end;
    let roots = contexts(code, loss.call);
    let mut all = derived(code, loss.function, &roots);
    all.extend(roots);
    let outliving = outlives(code, loss.function, &all, from, false);
    if outliving == Outliving::Yes {
        return None;
    }
    let safe = release.certain && is_certain(code, loss) && outliving == Outliving::No;
    if !repeats(code, loss) {
        let text = format!("defer {}", release.text);
        site::insert(code, edits, &site.spot, &text).ok()?;
        return fix(edits, safe, format!("keep the cancel function, and `{text}`"));
    }
    let found = exits(code, site.rest, &[])?;
    let is_used = |jump: &StmtId| super::names::any_in(code, &all, code.file[*jump].span);
    let is_body = code.scope[loss.function].body == site.owner;
    if found.jumps.len() > EXITS_MAX || found.jumps.iter().any(is_used) || is_body {
        return None;
    }
    for jump in &found.jumps {
        insert_above(code, edits, *jump, &release.text).ok()?;
    }
    if found.at_end {
        match (site.rest.last(), &site.spot) {
            (Some(last), _) => edits.insert_after(*last, &release.text).ok()?,
            (None, spot) => site::insert(code, edits, spot, &release.text).ok()?,
        }
    }
    fix(edits, safe, format!("keep the cancel function, and call `{}` in each round", release.text))
}
