//! What the functions of a file do with the fields of structs.

use std::sync::Arc;

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{
    DeclKind, ExprId, ExprKind, IdentId, Kind, MemberKind, Node, StmtKind, Token,
};
use rustc_hash::FxHashSet;

use super::collect::Reading;
use super::facts::{FieldEvent, FieldFacts, FieldKey, Key, Pass};
use super::releases::{is_release, sounds_like_end};
use super::values::{self, Receiving};
use super::{Parameter, standard};

/// How many nodes above a field are looked at: `((*s.f).g).h()`. Nobody writes as many.
const MOST_ABOVE: usize = 32;

/// What happens to the fields of structs of the modules, each once.
pub(super) fn of(reading: &Reading<'_, '_>) -> Vec<FieldFacts> {
    let code = reading.code;
    let mut known = FxHashSet::default();
    let mut facts = Vec::new();
    for expr in code.expressions_of([Kind::SelectorExpr]) {
        let ExprKind::SelectorExpr(selector) = code.file[expr].kind else { continue };
        let Some(named) = code.types.of(selector.x).and_then(|ty| ty.named()) else { continue };
        if code.types.callee(expr).is_some()
            || !reading.is_ours(&named.path)
            || !values::is_tracked(code.types.of(expr))
        {
            continue;
        }
        let Some(event) = event(reading, expr) else { continue };
        let Some(key) = key(reading, selector.x, selector.sel) else { continue };
        let by = method_of(reading, &key, expr);
        let fact = FieldFacts { key, event, by };
        if known.insert(fact.clone()) {
            facts.push(fact);
        }
    }
    facts
}

/// The field that is selected, with the struct that declares it.
fn key(reading: &Reading<'_, '_>, x: ExprId, sel: IdentId) -> Option<FieldKey> {
    let code = reading.code;
    let name = code.file.name(sel);
    let member = code.program.member(code.types.of(x)?, name, &code.package.path).found()?;
    let named = member.owner.named()?;
    (member.kind == MemberKind::Field && reading.is_ours(&named.path)).then(|| FieldKey {
        path: named.path.clone(),
        ty: named.name.clone(),
        field: member.name.clone(),
    })
}

/// The method of the same struct in which something happens.
fn method_of(reading: &Reading<'_, '_>, key: &FieldKey, expr: ExprId) -> Option<Arc<str>> {
    let code = reading.code;
    let function: FunctionId = code.declared_at(code.file[expr].span.start)?;
    let Node::Decl(decl) = code.scope[function].node else { return None };
    let DeclKind::FuncDecl(f) = code.file[decl].kind else { return None };
    let (receiver, _) = code.receiver(f.recv?)?;
    let same = code.package.path == key.path && *receiver == *key.ty;
    same.then(|| code.file.name(f.name).into())
}

/// What happens to a field where it is selected; `None` if it is only read or set.
fn event(reading: &Reading<'_, '_>, field: ExprId) -> Option<FieldEvent> {
    let code = reading.code;
    let mut selected: Vec<IdentId> = Vec::new();
    let mut at = field;
    for _ in 0..MOST_ABOVE {
        let above = match code.scope.parents().of(Node::Expr(at))? {
            Node::Expr(above) => above,
            Node::Stmt(stmt) => return in_statement(reading, at, &code.file[stmt].kind),
            Node::Spec(_) => return kept(reading, at),
            _ => return None,
        };
        match code.file[above].kind {
            ExprKind::ParenExpr(_) | ExprKind::StarExpr(_) | ExprKind::TypeAssertExpr(_) => {}
            ExprKind::KeyValueExpr(element) if element.value == at => {}
            ExprKind::SelectorExpr(selector) => selected.push(selector.sel),
            ExprKind::CallExpr(call) if call.fun == at => return called(reading, above, &selected),
            ExprKind::CallExpr(call) => {
                let index = code.file[call.args].iter().position(|arg| *arg == at)?;
                return passed(reading, at, above, index, &selected);
            }
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => return kept(reading, at),
            ExprKind::CompositeLit(_) => return kept(reading, at),
            // An element of a slice or map of them.
            ExprKind::IndexExpr(index) if index.x == at => return element(reading, above),
            _ => return None,
        }
        at = above;
    }
    Some(FieldEvent::Kept)
}

/// What is taken out of a container may be released by whoever gets it.
fn element(reading: &Reading<'_, '_>, index: ExprId) -> Option<FieldEvent> {
    let code = reading.code;
    if let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(index))
        && let StmtKind::AssignStmt(assign) = code.file[stmt].kind
        && code.file[assign.lhs].contains(&index)
    {
        return None;
    }
    Some(FieldEvent::Kept)
}

fn in_statement(reading: &Reading<'_, '_>, at: ExprId, stmt: &StmtKind) -> Option<FieldEvent> {
    match stmt {
        StmtKind::AssignStmt(assign) if reading.code.file[assign.lhs].contains(&at) => None,
        StmtKind::SendStmt(send) if send.value != at => None,
        StmtKind::AssignStmt(_) | StmtKind::SendStmt(_) | StmtKind::ReturnStmt(_) => {
            kept(reading, at)
        }
        StmtKind::RangeStmt(range) if range.x == at => Some(FieldEvent::Kept),
        _ => None,
    }
}

/// Somebody else gets what an expression is, if that may have to be released.
fn kept(reading: &Reading<'_, '_>, expr: ExprId) -> Option<FieldEvent> {
    values::is_tracked(reading.code.types.of(expr)).then_some(FieldEvent::Kept)
}

fn called(reading: &Reading<'_, '_>, call: ExprId, selected: &[IdentId]) -> Option<FieldEvent> {
    let code = reading.code;
    let path = values::path(code, "", selected);
    let Some((last, before)) = selected.split_last() else { return Some(FieldEvent::Calls(path)) };
    let name = code.file.name(*last);
    let callee = code.callee(call);
    if is_release(name) || (callee.is_none() && sounds_like_end(name)) {
        return Some(FieldEvent::Calls(path));
    }
    let key = callee.filter(|key| key.receiver.is_some() && reading.is_ours(key.path))?;
    let part = values::path(code, "", before);
    let pass = Pass { key: Key::of(&key), parameter: Parameter::Receiver, part };
    Some(FieldEvent::Passes(pass))
}

fn passed(
    reading: &Reading<'_, '_>,
    at: ExprId,
    call: ExprId,
    index: usize,
    selected: &[IdentId],
) -> Option<FieldEvent> {
    let code = reading.code;
    match values::receiving(code, call, index) {
        Receiving::Builtin("append" | "copy" | "panic") | Receiving::Unknown => kept(reading, at),
        Receiving::Builtin(_) => None,
        Receiving::Function(key, _) if standard::reading(&key).is_some() => None,
        Receiving::Function(key, parameter) if reading.is_ours(key.path) => {
            let part = values::path(code, "", selected);
            Some(FieldEvent::Passes(Pass { key: Key::of(&key), parameter, part }))
        }
        Receiving::Function(..) => kept(reading, at),
    }
}
