//! Channels that callers make and receive from until they are closed: a function that sends on such a parameter, and
//! closes it, never waits for a receiver that has left.

use std::hash::{Hash, Hasher};

use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Node, Span, StmtId, StmtKind, TypeKind};
use rustc_hash::{FxHashMap, FxHasher};

use super::local::capacity;
use crate::code::Code;
use crate::goroutines::only_value;

/// By function, of whatever package or type, and place of the argument: whether all callers that make a channel for it
/// receive from it until it is closed.
#[derive(Debug, Default)]
pub(crate) struct Drains(FxHashMap<u64, bool>);

impl Drains {
    /// Reads the calls of a file.
    pub(crate) fn read(code: &Code<'_>) -> Self {
        let mut drains = Self::default();
        if !code.mentions_channels() {
            return drains;
        }
        for call in code.expressions_of([Kind::CallExpr]) {
            let Some(name) = called(code, call) else { continue };
            for (index, argument) in code.arguments(call).iter().enumerate() {
                let Some(channel) = code.declared(*argument) else { continue };
                if may_hold_channel(code, channel) && is_made(code, channel) {
                    drains.add(key(name, index), is_drained(code, call, channel));
                }
            }
        }
        drains
    }

    fn add(&mut self, key: u64, is_drained: bool) {
        *self.0.entry(key).or_insert(true) &= is_drained;
    }

    /// Puts what is known of files together, in any order.
    pub(crate) fn join(files: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for (key, is_drained) in files.into_iter().flat_map(|file| file.0) {
            all.add(key, is_drained);
        }
        all
    }

    /// Whether callers of a function receive everything from the channel that they give it.
    pub(super) fn are_drained(&self, function: &str, index: usize) -> bool {
        self.0.get(&key(function, index)).copied().unwrap_or_default()
    }
}

fn key(function: &str, index: usize) -> u64 {
    let mut hasher = FxHasher::default();
    (function, index).hash(&mut hasher);
    hasher.finish()
}

/// The name before the parentheses of a call.
fn called<'c>(code: &Code<'c>, call: ExprId) -> Option<&'c str> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    match code.file[code.file.unparen(parts.fun)].kind {
        ExprKind::Ident(name) => Some(code.file.name(name)),
        ExprKind::SelectorExpr(selector) => Some(code.file.name(selector.sel)),
        _ => None,
    }
}

/// Whether a variable may hold a channel by its type: that of most arguments is known to be something else.
fn may_hold_channel(code: &Code<'_>, variable: IdentId) -> bool {
    use TypeKind::{Array, Basic, Map, Pointer, Signature, Slice, Struct};
    code.types.of_var(variable).is_none_or(|ty| {
        !matches!(
            ty.kind(),
            Array(_) | Basic(_) | Map(..) | Pointer(_) | Signature(_) | Slice(_) | Struct(_)
        )
    })
}

/// Whether a variable of a function only gets channels that are made for it.
fn is_made(code: &Code<'_>, channel: IdentId) -> bool {
    if let Some(made) = only_value(code, channel) {
        return capacity(code, made).is_some();
    }
    let Some(function) = code.declared_at(code.file[channel].span.start) else { return false };
    let body = code.scope[function].body;
    let mut values = code.file.walk(Node::Stmt(body)).filter_map(|visit| {
        let Node::Stmt(stmt) = visit.node else { return None };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
        let is_it = |to: &ExprId| code.declared(*to) == Some(channel);
        let index = code.file[assign.lhs].iter().position(is_it)?;
        Some(code.file[assign.rhs].get(index).copied())
    });
    let mut any = false;
    let all = values.all(|value| {
        any = true;
        value.is_some_and(|value| capacity(code, value).is_some())
    });
    any && all
}

/// Whether the function around a call ranges over a channel and does nothing else than to go on, and whether it gets
/// there.
fn is_drained(code: &Code<'_>, call: ExprId, channel: IdentId) -> bool {
    let start = code.file[call].span.start;
    let Some(function) = code.declared_at(start) else { return false };
    let body = code.scope[function].body;
    let mut ranges = code.file.walk(Node::Stmt(body)).filter_map(|visit| {
        let Node::Stmt(stmt) = visit.node else { return None };
        let StmtKind::RangeStmt(range) = code.file[stmt].kind else { return None };
        let at = code.file[stmt].span.start;
        // A goroutine that receives may be started before, if it is the only channel of the variable.
        let may_be = at > start || only_value(code, channel).is_some();
        let is_it = may_be && code.declared(range.x) == Some(channel);
        is_it.then_some((at, range.body))
    });
    ranges.next().is_some_and(|(at, body_of_range)| {
        let gets_there =
            at < start || !leaves(code, body, Some(Span::new(code.file[call].span.end, at)));
        gets_there && !leaves(code, body_of_range, None)
    })
}

/// Whether a statement has a statement in it that leaves it, before the end of a loop; only those in a part, if one is
/// given.
fn leaves(code: &Code<'_>, stmt: StmtId, part: Option<Span>) -> bool {
    let mut walk = code.file.walk(Node::Stmt(stmt));
    while let Some(visit) = walk.next() {
        match visit.node {
            Node::Expr(expr) if matches!(code.file[expr].kind, ExprKind::FuncLit(_)) => {
                walk.skip_children();
            }
            Node::Stmt(stmt) => {
                let within = part.is_none_or(|part| part.contains(code.file[stmt].span));
                let leaves = match code.file[stmt].kind {
                    StmtKind::ReturnStmt(_) => true,
                    StmtKind::BranchStmt(branch) => branch.tok != plumb_gosource::Token::Continue,
                    _ => false,
                };
                if within && leaves {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}
