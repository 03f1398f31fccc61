//! What holds nothing when it is made, but only after a method of it has been called.

use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node};

use super::inferred::called_name;
use crate::code::Code;

/// Decoders that start their goroutines with the first stream, which they get when they are made or by `Reset`: for whole
/// blocks they need none (`zstd.NewReader` of klauspost/compress, v1.18).
const DECODERS: [(&str, &str); 1] = [("github.com/klauspost/compress/zstd", "NewReader")];

/// What gives a decoder its next stream.
const RESET: &str = "Reset";

/// Part of the names of functions that make factories of informers, those of generated clients too.
const INFORMERS: &str = "InformerFactory";

/// How methods begin that take a lock.
const TAKING: [&str; 5] = ["Lock", "RLock", "TryLock", "TryRLock", "Acquire"];

/// Whether a decoder is made without a stream, and gets none in its function.
pub(super) fn begins_empty(code: &Code<'_>, call: ExprId) -> bool {
    let is_decoder =
        code.callee(call).is_some_and(|callee| DECODERS.contains(&(callee.path, callee.name)));
    let from_nothing =
        code.arguments(call).first().is_some_and(|from| code.is_predeclared(*from, "nil"));
    is_decoder
        && from_nothing
        && only_variable(code, call, 0).is_some_and(|decoder| !calls(code, decoder, &[RESET]))
}

/// Whether a call makes a factory of informers, as client-go has them: what those start ends with the channel or context
/// that `Start` gets, and `Shutdown` waits for it.
pub(super) fn makes_informers(code: &Code<'_>, call: ExprId) -> bool {
    called_name(code, call).is_some_and(|name| name.contains(INFORMERS))
}

/// Whether a call makes a lock, which it does not take: that cannot fail, and the function tries to take it after.
pub(super) fn is_lock(code: &Code<'_>, call: ExprId) -> bool {
    let lock = match code.scope.bound(call) {
        Bound::To(places) if places.len() == 1 => only_variable(code, call, 0),
        _ => None,
    };
    lock.is_some_and(|lock| calls(code, lock, &TAKING))
}

fn only_variable(code: &Code<'_>, call: ExprId, index: usize) -> Option<IdentId> {
    let Bound::To(places) = code.scope.bound(call) else { return None };
    match places.get(index)? {
        BoundTo::Variable(variable) => Some(*variable),
        BoundTo::Blank | BoundTo::Elsewhere(_) => None,
    }
}

/// Whether a method with such a beginning of its name is called on a variable.
fn calls(code: &Code<'_>, variable: IdentId, methods: &[&str]) -> bool {
    let parent = |expr: ExprId| match code.scope.parents().of(Node::Expr(expr)) {
        Some(Node::Expr(above)) => Some(above),
        _ => None,
    };
    code.scope.all_mentions().of(variable).iter().any(|mention| {
        let Some(selection) = mention.expr.and_then(parent) else { return false };
        let ExprKind::SelectorExpr(selector) = code.file[selection].kind else { return false };
        let name = code.file.name(selector.sel);
        methods.iter().any(|beginning| name.starts_with(beginning))
            && parent(selection).is_some_and(|call| {
                matches!(code.file[call].kind, ExprKind::CallExpr(parts) if parts.fun == selection)
            })
    })
}
