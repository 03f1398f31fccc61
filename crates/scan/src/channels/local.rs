//! Channels in variables of a function, with everything that is done with them.

use plumb_gosource::flow::{Bound, BoundTo, FunctionId};
use plumb_gosource::{
    DeclaredAs, ExprId, ExprKind, IdentId, Kind, Node, StmtKind, Token, TypeKind,
};

use super::operations::{self, Operation};
use crate::code::Code;
use crate::mentions::Mentions;

/// How many values a channel holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// As many as a constant says; mostly none.
    Constant(u64),
    /// Nobody knows here.
    Computed,
}

/// A channel of a function.
#[derive(Debug)]
pub(crate) struct Channel {
    /// The call of `make`.
    pub(super) make: ExprId,
    /// The variable that holds it first.
    pub(super) variable: IdentId,
    /// The function that makes it.
    pub(super) function: FunctionId,
    pub(super) capacity: Capacity,
    /// What is done with it, in no order.
    pub(super) operations: Vec<Operation>,
}

impl Code<'_> {
    /// The channels of the file of which every use is seen; found once.
    pub(super) fn channels(&self) -> &[Channel] {
        self.channels.get_or_init(|| channels(self, &Mentions::new(self)))
    }
}

fn channels(code: &Code<'_>, mentions: &Mentions) -> Vec<Channel> {
    let calls = code.expressions_of([Kind::CallExpr]);
    let makes = calls.filter_map(|call| Some((call, capacity(code, call)?)));
    makes.filter_map(|(make, capacity)| channel(code, mentions, make, capacity)).collect()
}

/// The capacity of the channel that a call makes; `None` if it makes none.
pub(super) fn capacity(code: &Code<'_>, call: ExprId) -> Option<Capacity> {
    let ExprKind::CallExpr(_) = code.file[call].kind else { return None };
    let args = code.builtin_call(call, "make")?;
    let ty = *args.first()?;
    let written = matches!(code.file[code.file.unparen(ty)].kind, ExprKind::ChanType(_));
    let is_channel = || match code.types.type_expr(ty) {
        Some(ty) => matches!(code.program.underlying(ty).kind(), TypeKind::Chan(..)),
        None => false,
    };
    if !written && !is_channel() {
        return None;
    }
    Some(match args.get(1) {
        None => Capacity::Constant(0),
        Some(size) => match code.file[code.file.unparen(*size)].kind {
            ExprKind::BasicLit(_) => {
                let text = code.file.text(code.file[*size].span);
                text.parse().map_or(Capacity::Computed, Capacity::Constant)
            }
            _ => Capacity::Computed,
        },
    })
}

fn channel(
    code: &Code<'_>,
    mentions: &Mentions,
    make: ExprId,
    capacity: Capacity,
) -> Option<Channel> {
    let Bound::To(places) = code.scope.bound(make) else { return None };
    let [BoundTo::Variable(variable)] = places[..] else { return None };
    let declaration = code.names.declaration(variable)?;
    let function = code.scope.function_at(code.file[make].span.start)?;
    let owner = code.scope.function_at(code.file[variable].span.start);
    if declaration.top_level || declaration.kind != DeclaredAs::Var || owner != Some(function) {
        return None;
    }
    let operations = operations::of(code, mentions, variable, make, function)?;
    Some(Channel { make, variable, function, capacity, operations })
}

/// Whether an assignment declares a variable with one value: `c := ch`.
pub(super) fn alias(code: &Code<'_>, stmt: Node, value: ExprId) -> Option<IdentId> {
    let file = code.file;
    match stmt {
        Node::Stmt(stmt) => {
            let StmtKind::AssignStmt(assign) = file[stmt].kind else { return None };
            let index = file[assign.rhs].iter().position(|rhs| *rhs == value)?;
            let to = *file[assign.lhs].get(index).filter(|_| assign.tok == Token::Define)?;
            code.declared(to).filter(|declared| file[*declared].span == file[to].span)
        }
        Node::Spec(spec) => {
            let plumb_gosource::SpecKind::ValueSpec(spec) = file[spec].kind else { return None };
            let index = file[spec.values].iter().position(|rhs| *rhs == value)?;
            file[spec.names].get(index).copied()
        }
        _ => None,
    }
}
