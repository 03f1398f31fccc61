//! Failures that never are: of functions that fail by their arguments alone, called with constants, and of questions for
//! the type of a connection's own address. A program in which they were would fail each time.

use plumb_gosource::flow::{Condition, Leak};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, Referent};

use super::made::variable;
use super::pieces::failed_call;
use super::untaken::{branches, last_value};
use crate::code::Code;

/// Methods that give the address of a connection or of a listener: what that is follows from how it was made.
const ADDRESSES: [&str; 3] = ["Addr", "LocalAddr", "RemoteAddr"];

/// Functions whose error tells of their arguments alone, with the places of those that decide; without any they never
/// fail. From the documentation of the standard library, Go 1.27.
const DECIDED: [(&str, &str, &[usize]); 14] = [
    ("crypto/rand", "Read", &[]),
    ("encoding/hex", "DecodeString", &[0]),
    ("net", "ParseCIDR", &[0]),
    ("net/http", "NewRequest", &[0, 1]),
    ("net/http", "NewRequestWithContext", &[1, 2]),
    ("net/netip", "ParseAddr", &[0]),
    ("net/netip", "ParsePrefix", &[0]),
    ("net/url", "Parse", &[0]),
    ("net/url", "ParseRequestURI", &[0]),
    ("regexp", "Compile", &[0]),
    ("strconv", "Atoi", &[0]),
    ("time", "Parse", &[0, 1]),
    ("time", "ParseDuration", &[0]),
    ("time", "LoadLocation", &[0]),
];

/// Whether a way has a branch that is taken if such a call fails.
pub(super) fn fails_never(code: &Code<'_>, leak: &Leak) -> bool {
    branches(leak).any(|branch| is_decided(code, branch) || is_other_address(code, branch))
}

/// Whether a branch is taken if an address is of another type: `!ok` behind `addr, ok := conn.LocalAddr().(*net.UDPAddr)`.
fn is_other_address(code: &Code<'_>, branch: Condition) -> bool {
    let Condition::Expr { expr, is: false } = branch else { return false };
    let at = code.file[expr].span.start;
    let asked = variable(code, expr).and_then(|ok| last_value(code, ok, at));
    let Some(ExprKind::TypeAssertExpr(assert)) = asked.map(|asked| code.file[asked].kind) else {
        return false;
    };
    let ExprKind::CallExpr(call) = code.file[code.file.unparen(assert.x)].kind else {
        return false;
    };
    match code.file[code.file.unparen(call.fun)].kind {
        ExprKind::SelectorExpr(selector) => ADDRESSES.contains(&code.file.name(selector.sel)),
        _ => false,
    }
}

fn is_decided(code: &Code<'_>, branch: Condition) -> bool {
    let Some(call) = failed_call(code, branch) else { return false };
    let Some(callee) = code.callee(call).filter(|callee| callee.receiver.is_none()) else {
        return false;
    };
    let decided =
        DECIDED.iter().find(|(path, name, _)| (*path, *name) == (callee.path, callee.name));
    decided.is_some_and(|(_, _, places)| {
        let arguments = code.arguments(call);
        places.iter().all(|at| arguments.get(*at).is_some_and(|arg| is_constant(code, *arg)))
    })
}

/// Whether an expression is a literal, or a constant of the file or of `net/http` and `time`.
fn is_constant(code: &Code<'_>, expr: ExprId) -> bool {
    match code.file[code.file.unparen(expr)].kind {
        ExprKind::BasicLit(_) => true,
        ExprKind::SelectorExpr(selector) => {
            matches!(code.imported(selector.x), Some("net/http" | "time"))
        }
        ExprKind::Ident(name) => match code.names.referent(name) {
            Some(Referent::Declared(declared)) => code
                .names
                .declaration(declared)
                .is_some_and(|declared| declared.kind == DeclaredAs::Const),
            _ => false,
        },
        _ => false,
    }
}
