//! Programs that a container puts together: it calls the constructors that it is given once, at the start, and the program
//! does not start if one of them fails.

use plumb_gosource::{ExprId, ExprKind, Node};

use crate::code::Code;

/// Functions that get constructors, or what is to run at the start: documentation of go.uber.org/fx, v1.24.
const GIVING: (&str, [&str; 5]) =
    ("go.uber.org/fx", ["Annotate", "Decorate", "Invoke", "Options", "Provide"]);

/// The type of what runs at the start and the end of a program, and the field with what runs at its start.
const HOOK: (&str, &str) = ("Hook", "OnStart");

/// Whether a call gives what it gets to such a container.
pub(super) fn gives(code: &Code<'_>, call: ExprId) -> bool {
    let (path, names) = GIVING;
    code.callee(call).is_some_and(|callee| callee.path == path && names.contains(&callee.name))
}

/// Whether a literal is what runs at the start: a constructor, or the value of such a field.
pub(super) fn is_run_at_start(code: &Code<'_>, literal: ExprId) -> bool {
    let parent = |expr: ExprId| match code.scope.parents().of(Node::Expr(expr)) {
        Some(Node::Expr(above)) => Some(above),
        _ => None,
    };
    let Some(above) = parent(literal) else { return false };
    match code.file[above].kind {
        ExprKind::CallExpr(parts) => parts.fun != literal && gives(code, above),
        ExprKind::KeyValueExpr(pair) => {
            let is_start = matches!(code.file[pair.key].kind, ExprKind::Ident(key) if code.file.name(key) == HOOK.1);
            is_start && parent(above).is_some_and(|hook| is_hook(code, hook))
        }
        _ => false,
    }
}

/// Whether an expression is the literal of a hook.
fn is_hook(code: &Code<'_>, literal: ExprId) -> bool {
    let ExprKind::CompositeLit(parts) = code.file[literal].kind else { return false };
    let Some(ExprKind::SelectorExpr(ty)) = parts.ty.map(|ty| code.file[ty].kind) else {
        return false;
    };
    code.imported(ty.x) == Some(GIVING.0) && code.file.name(ty.sel) == HOOK.0
}
