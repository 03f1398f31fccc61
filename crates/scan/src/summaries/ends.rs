//! Whether control comes back from a function.

use plumb_gosource::flow::{CallEffect, Exit, FunctionId};
use plumb_gosource::{ExprId, ExprKind, Node, StmtKind};

use super::collect::Reading;
use super::facts::{End, Key, Outline, OutlineBlock, OutlineExit};
use crate::code::Code;
use crate::functions::first_element;

/// How a function ends.
pub(super) fn of(reading: &Reading<'_, '_>, function: FunctionId) -> End {
    // Even if none of the calls that may stop comes back, a way leads out: nearly always.
    if leads_out(reading, function) {
        return End::Returns;
    }
    let outline = outline(reading, function);
    let deferred = deferred(reading, function);
    let certain = outline.blocks.iter().all(|block| block.calls.is_empty());
    match deferred {
        None => End::Returns,
        Some(deferred) if certain && deferred.is_empty() => {
            match effect(&outline, &|_| CallEffect::Returns, &|_| false) {
                CallEffect::Returns => End::Returns,
                effect => End::Never(effect),
            }
        }
        Some(deferred) => End::Depends(Box::new(Outline { deferred, ..outline })),
    }
}

/// Whether a function calls `recover` itself, and so stops a panic if it is deferred.
pub(super) fn recovers(code: &Code<'_>, function: FunctionId) -> bool {
    let body = code.file[code.scope[function].body].span;
    // Most files have no such text.
    if memchr::memmem::find(&code.file.source()[body.range()], b"recover").is_none() {
        return false;
    }
    let mut walk = code.file.walk(Node::Stmt(code.scope[function].body));
    while let Some(visit) = walk.next() {
        let Node::Expr(expr) = visit.node else { continue };
        match code.file[expr].kind {
            ExprKind::FuncLit(_) => walk.skip_children(),
            ExprKind::CallExpr(call) => {
                if let ExprKind::Ident(name) = code.file[code.file.unparen(call.fun)].kind
                    && code.file.name(name) == "recover"
                {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Whether a way leads to a return on which nothing is called that may not come back.
fn leads_out(reading: &Reading<'_, '_>, function: FunctionId) -> bool {
    let graph = reading.code.graph(function);
    let mut met = vec![false; graph.blocks().len()];
    for (step, _) in reading.may_stop(function) {
        met[graph.block_of(*step).index()] = true;
    }
    let mut todo = vec![graph.entry()];
    while let Some(block) = todo.pop() {
        if std::mem::replace(&mut met[block.index()], true) {
            continue;
        }
        if let Some(Exit::Return(_) | Exit::End | Exit::Nowhere(_)) = graph.exit(block) {
            return true;
        }
        todo.extend(graph.edges(block).iter().map(|edge| edge.to));
    }
    false
}

fn outline(reading: &Reading<'_, '_>, function: FunctionId) -> Outline {
    let graph = reading.code.graph(function);
    let mut blocks: Vec<OutlineBlock> = graph
        .blocks()
        .map(|block| OutlineBlock {
            calls: Vec::new(),
            edges: graph.edges(block).iter().map(|edge| edge.to.index() as u32).collect(),
            exit: graph.exit(block).and_then(|exit| match exit {
                Exit::Return(_) | Exit::End | Exit::Nowhere(_) => Some(OutlineExit::Returns),
                Exit::Panic(_) => Some(OutlineExit::Stops(CallEffect::Panics)),
                Exit::NoReturn(_) => Some(OutlineExit::Stops(CallEffect::NeverReturns)),
                Exit::Endless(_) => None,
            }),
        })
        .collect();
    for (step, key) in reading.may_stop(function) {
        blocks[graph.block_of(*step).index()].calls.push(key.clone());
    }
    Outline { blocks, deferred: Vec::new() }
}

/// The functions of the modules that a function defers; `None` if something is deferred that may stop a panic and is
/// not known.
fn deferred(reading: &Reading<'_, '_>, function: FunctionId) -> Option<Vec<Key>> {
    let code = reading.code;
    let mut deferred = Vec::new();
    let mut walk = code.file.walk(Node::Stmt(code.scope[function].body));
    while let Some(visit) = walk.next() {
        match visit.node {
            Node::Expr(expr) if matches!(code.file[expr].kind, ExprKind::FuncLit(_)) => {
                walk.skip_children();
            }
            Node::Stmt(stmt) => {
                let StmtKind::DeferStmt(call) = code.file[stmt].kind else { continue };
                let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
                let fun = code.file.unparen(parts.fun);
                if let ExprKind::FuncLit(lit) = code.file[fun].kind {
                    let inner = code.scope.function_at(code.file[lit.body].span.start);
                    if inner.is_none_or(|inner| recovers(code, inner)) {
                        return None;
                    }
                    continue;
                }
                match code.callee(call) {
                    Some(key) if reading.is_ours(key.path) => deferred.push(Key::of(&key)),
                    // Nothing that the standard library declares stops a panic.
                    Some(key) if is_standard(key.path) => {}
                    None if is_usual(code, fun) => {}
                    _ => return None,
                }
            }
            _ => {}
        }
    }
    Some(deferred)
}

/// Whether a path is one of the standard library: its first part is no domain.
fn is_standard(path: &str) -> bool {
    !first_element(path).contains('.')
}

/// Whether something is deferred that everybody defers, of whatever type: `mu.Unlock()`.
fn is_usual(code: &Code<'_>, fun: ExprId) -> bool {
    let ExprKind::SelectorExpr(selector) = code.file[fun].kind else { return false };
    matches!(code.file.name(selector.sel), "Unlock" | "RUnlock" | "Done" | "Close" | "Stop")
}

/// How a function ends, if the functions that it calls have these effects.
pub(super) fn effect(
    outline: &Outline,
    of: &dyn Fn(&Key) -> CallEffect,
    recovers: &dyn Fn(&Key) -> bool,
) -> CallEffect {
    let mut panics = false;
    if walk(outline, of, &mut |effect| panics |= effect == CallEffect::Panics) {
        return CallEffect::Returns;
    }
    match panics {
        true if outline.deferred.iter().any(recovers) => CallEffect::Returns,
        true => CallEffect::Panics,
        false => CallEffect::NeverReturns,
    }
}

/// Walks what control can reach, and tells whether that is a return.
fn walk(
    outline: &Outline,
    of: &dyn Fn(&Key) -> CallEffect,
    stopped: &mut dyn FnMut(CallEffect),
) -> bool {
    let mut met = vec![false; outline.blocks.len()];
    let mut todo = vec![0];
    while let Some(at) = todo.pop() {
        let Some(block) = outline.blocks.get(at) else { continue };
        if std::mem::replace(&mut met[at], true) {
            continue;
        }
        let stop = block.calls.iter().map(of).find(|effect| *effect != CallEffect::Returns);
        match (stop, block.exit) {
            (Some(effect), _) | (None, Some(OutlineExit::Stops(effect))) => stopped(effect),
            (None, Some(OutlineExit::Returns)) => return true,
            (None, None) => todo.extend(block.edges.iter().map(|edge| *edge as usize)),
        }
    }
    false
}
