//! What a call gives of which the call itself tells that somebody else releases it, or that there is nothing to release.

use plumb_evidence::catalogue::{Release, ResourceKind};
use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{Basic, ExprId, ExprKind, Type, TypeKind};

use super::acquired::{Acquired, results};
use super::inferred::called_name;
use super::made::variable;
use crate::code::Code;
use crate::goroutines::only_value;

/// How functions are called that give a value which stands for none.
const NOTHINGS: [&str; 7] = ["None", "Nil", "Empty", "Noop", "NoOp", "Nop", "Discard"];

/// Types of arguments with which what a call gives ends: pipes are closed when the process is waited for, and a helper of
/// tests leaves the release to the cleanup of the test.
const ENDING: [(&str, &str); 5] =
    [("os/exec", "Cmd"), ("testing", "T"), ("testing", "B"), ("testing", "F"), ("testing", "TB")];

/// The packages of allocators of Apache Arrow, by how their paths end, and what in them gives memory that the garbage
/// collector takes back.
const COLLECTED: (&str, [&str; 2]) = ("/arrow/memory", ["DefaultAllocator", "NewGoAllocator"]);

/// Whether what a call gives, as far as its type and name tell that it must be released, is not for the caller to
/// release.
pub(super) fn is_elsewhere(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let ends = |argument: &ExprId| {
        code.types.of(*argument).is_some_and(|ty| {
            ENDING.iter().any(|(path, name)| ty.pointee_or_self().is_named(path, name))
        })
    };
    code.file[parts.args].iter().any(ends)
        || called_name(code, call).is_some_and(|name| NOTHINGS.contains(&name))
        || (acquired.kind == ResourceKind::Body && comes_with_bytes(code, call))
        || steps_on(code, call)
}

/// Whether a call gives bytes beside a response: those of the body, which it has read.
fn comes_with_bytes(code: &Code<'_>, call: ExprId) -> bool {
    let is_byte = |ty: &Type| matches!(ty.kind(), TypeKind::Basic(Basic::Uint8));
    let is_bytes = |ty: &Type| matches!(ty.kind(), TypeKind::Slice(of) if is_byte(of));
    results(code, call).iter().any(is_bytes)
}

/// Whether a call asks a variable for the value that follows it: `l = l.Parent()` goes through what is there already.
fn steps_on(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return false;
    };
    let (Some(from), Bound::To(places)) = (variable(code, selector.x), code.scope.bound(call))
    else {
        return false;
    };
    parts.args.is_empty() && matches!(places[..], [BoundTo::Variable(to)] if to == from)
}

/// Whether what a call gives counts its references only to give memory back, and that memory is collected anyway: it
/// gets the allocator that leaves all to the garbage collector.
pub(super) fn is_collected(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    matches!(acquired.releases, [Release::Method("Release")])
        && code.file[parts.args].iter().any(|argument| {
            let value = variable(code, *argument).and_then(|of| only_value(code, of));
            is_collecting(code, value.unwrap_or(*argument))
        })
}

/// Whether an expression is an allocator that leaves all to the garbage collector.
fn is_collecting(code: &Code<'_>, expr: ExprId) -> bool {
    let expr = code.file.unparen(expr);
    let named = match code.file[expr].kind {
        ExprKind::CallExpr(parts) => code.file.unparen(parts.fun),
        _ => expr,
    };
    let ExprKind::SelectorExpr(selector) = code.file[named].kind else { return false };
    let (package, names) = COLLECTED;
    code.imported(selector.x).is_some_and(|path| path.ends_with(package))
        && names.contains(&code.file.name(selector.sel))
}
