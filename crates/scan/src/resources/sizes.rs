//! Items of pools that are too large to keep: a pool of buffers would hold their memory for small ones.

use plumb_gosource::flow::{Condition, Leak};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, Token};

use super::made::variable;
use super::untaken::branches;
use crate::code::Code;

/// Methods that tell how much memory a buffer has: of `bytes.Buffer` and those like it.
const SIZES: [&str; 2] = ["Cap", "Len"];

/// Whether a way is taken because one of these is larger than wanted: `if buf.Cap() <= most { pool.Put(buf) }`.
pub(super) fn is_too_large(code: &Code<'_>, leak: &Leak, items: &[IdentId]) -> bool {
    branches(leak).any(|branch| {
        let Condition::Expr { expr, is } = branch else { return false };
        let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
        match both.op {
            Token::Lss | Token::Leq => !is && is_size(code, both.x, items),
            Token::Gtr | Token::Geq => is && is_size(code, both.x, items),
            _ => false,
        }
    })
}

/// Whether an expression is the size of one of these, or of what it points to.
fn is_size(code: &Code<'_>, expr: ExprId, items: &[IdentId]) -> bool {
    let ExprKind::CallExpr(parts) = code.file[code.file.unparen(expr)].kind else { return false };
    let mentions = |node: Node| {
        code.file.walk(node).any(|visit| match visit.node {
            Node::Expr(expr) => variable(code, expr).is_some_and(|v| items.contains(&v)),
            _ => false,
        })
    };
    let asks = match code.file[code.file.unparen(parts.fun)].kind {
        ExprKind::SelectorExpr(selector) => SIZES.contains(&code.file.name(selector.sel)),
        ExprKind::Ident(_) => {
            code.is_predeclared(parts.fun, "cap") || code.is_predeclared(parts.fun, "len")
        }
        _ => false,
    };
    asks && mentions(Node::Expr(expr))
}
