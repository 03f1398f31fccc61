//! Locks that are still held when a function returns.

use plumb_evidence::source::SourceFix;
use plumb_gosource::flow::{Exit, FunctionId};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, Span, StmtId, StmtKind};

use super::exits::exits;
use super::statements::{around, insert_above, is_body, listed, removable};
use super::{edits, fix};
use crate::code::Code;
use crate::locks::HeldLock;
use crate::ways::WayEnd;

/// Releases a lock before the returns that still hold it; if that would read what it protects without it, the release
/// is deferred.
pub fn unlocked(code: &Code<'_>, held: &HeldLock) -> Option<SourceFix> {
    before_returns(code, held).or_else(|| deferred(code, held))
}

fn before_returns(code: &Code<'_>, held: &HeldLock) -> Option<SourceFix> {
    let lock = around(code, Node::Expr(held.lock))?;
    let here = listed(code, lock)?;
    let settled: Vec<Span> =
        releases(code, held).into_iter().map(|call| code.file[call].span).collect();
    let found = exits(code, here.rest(), &settled)?;
    let mut edits = edits(code)?;
    let text = format!("{}.{}()", held.name, held.unlock);
    let mut lines = Vec::new();
    for way in &held.ways {
        let WayEnd::Exit(exit) = way.end else { return None };
        match exit {
            Exit::Return(stmt) if found.jumps.contains(&stmt) && is_free(code, held, stmt) => {
                insert_above(code, &mut edits, stmt, &text).ok()?;
                lines.push(code.place(code.file[stmt].span).line);
            }
            Exit::End if found.at_end && is_body(code, here.owner, held.function) => {
                edits.insert_after(*here.list.last()?, &text).ok()?;
                lines.push(code.place(code.file[here.owner].span).end_line);
            }
            _ => return None,
        }
    }
    let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
    let at = if lines.len() == 1 { "line" } else { "lines" };
    fix(&edits, held.known, format!("call `{text}` before {at} {}", lines.join(", ")))
}

/// Whether what a return gives can be told without the lock: nothing of what is locked is read.
fn is_free(code: &Code<'_>, held: &HeldLock, stmt: StmtId) -> bool {
    let owner = held.name.rsplit_once('.').map_or("", |(owner, _)| owner);
    code.file.walk(Node::Stmt(stmt)).all(|visit| {
        let Node::Expr(expr) = visit.node else { return true };
        match code.file[expr].kind {
            ExprKind::FuncLit(_) | ExprKind::IndexExpr(_) | ExprKind::StarExpr(_) => false,
            ExprKind::SelectorExpr(_) => code.imported_name(expr),
            ExprKind::Ident(name) => {
                let text = code.file.name(name);
                let is_shared =
                    code.declared(expr).is_some_and(|declared| is_shared(code, declared));
                (text != owner || owner.is_empty()) && !is_shared
            }
            _ => true,
        }
    })
}

/// Whether a variable is one of the package.
fn is_shared(code: &Code<'_>, declared: IdentId) -> bool {
    code.names.declaration(declared).is_some_and(|declaration| {
        declaration.top_level && declaration.kind == plumb_gosource::DeclaredAs::Var
    })
}

impl Code<'_> {
    /// Whether an expression is a name of a package, or a method of a value that is no field: `errors.New`, `err.Error`.
    fn imported_name(&self, expr: ExprId) -> bool {
        let ExprKind::SelectorExpr(selector) = self.file[expr].kind else { return false };
        self.imported(selector.x).is_some() || self.file.name(selector.sel) == "Error"
    }
}

/// The calls that release the lock in a function.
fn releases(code: &Code<'_>, held: &HeldLock) -> Vec<ExprId> {
    let within = code.file.span(code.scope[held.function].node);
    let calls = code.expressions().filter(|expr| {
        within.contains(code.file[*expr].span) && is_call(code, *expr, held, held.unlock)
    });
    calls.collect()
}

fn is_call(code: &Code<'_>, expr: ExprId, held: &HeldLock, method: &str) -> bool {
    let ExprKind::CallExpr(call) = code.file[expr].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(call.fun)].kind else {
        return false;
    };
    code.file.name(selector.sel) == method && code.text(selector.x) == held.name
}

/// Defers the release of a lock that the function takes once, and takes all others away.
fn deferred(code: &Code<'_>, held: &HeldLock) -> Option<SourceFix> {
    let lock = around(code, Node::Expr(held.lock))?;
    let here = listed(code, lock)?;
    if !is_body(code, here.owner, held.function) || is_locked_again(code, held) {
        return None;
    }
    let mut edits = edits(code)?;
    let text = format!("defer {}.{}()", held.name, held.unlock);
    edits.insert_after(lock, &text).ok()?;
    for release in releases(code, held) {
        let stmt = plain_statement(code, release, held.function)?;
        edits.replace(removable(code, stmt)?, "");
    }
    fix(&edits, false, format!("add `{text}` in place of the other releases"))
}

fn is_locked_again(code: &Code<'_>, held: &HeldLock) -> bool {
    let within = code.file.span(code.scope[held.function].node);
    let method = if held.unlock == "RUnlock" { "RLock" } else { "Lock" };
    let locks = code.expressions().filter(|expr| {
        within.contains(code.file[*expr].span) && is_call(code, *expr, held, method)
    });
    locks.count() != 1
}

fn plain_statement(code: &Code<'_>, call: ExprId, function: FunctionId) -> Option<StmtId> {
    let stmt = around(code, Node::Expr(call))?;
    let plain = matches!(code.file[stmt].kind, StmtKind::ExprStmt(_))
        && code.scope.function_at(code.file[call].span.start) == Some(function);
    plain.then_some(stmt)
}
