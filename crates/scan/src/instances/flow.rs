//! Where a value gets that a function makes.

use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Node, StmtKind, Token};

use crate::code::Code;
use crate::mentions::Mentions;

/// Through how many variables and literals in each other a value is followed. Nobody writes as many.
const MAX_DEPTH: usize = 8;

/// Methods that end idle connections, or what has them.
const ENDING: [&str; 7] =
    ["CloseIdleConnections", "Close", "Shutdown", "Stop", "Disconnect", "Release", "Cleanup"];

/// Functions that only set up what they get.
const CONFIGURING: [(&str, &str); 2] = [
    ("golang.org/x/net/http2", "ConfigureTransport"),
    ("golang.org/x/net/http2", "ConfigureTransports"),
];

/// Where a value gets; of several places the last of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flow {
    /// It is forgotten when the function returns.
    Stays,
    /// To the callers.
    Returned,
    /// Somewhere else, or it is ended.
    Elsewhere,
}

/// Where the value of an expression gets.
pub(super) fn flow(code: &Code<'_>, mentions: &Mentions, expr: ExprId) -> Flow {
    of_value(code, mentions, expr, MAX_DEPTH)
}

fn of_value(code: &Code<'_>, mentions: &Mentions, expr: ExprId, depth: usize) -> Flow {
    let Some(depth) = depth.checked_sub(1) else { return Flow::Elsewhere };
    let file = code.file;
    match code.scope.parents().of(Node::Expr(expr)) {
        Some(Node::Expr(above)) => match file[above].kind {
            ExprKind::ParenExpr(_) | ExprKind::CompositeLit(_) | ExprKind::TypeAssertExpr(_) => {
                of_value(code, mentions, above, depth)
            }
            ExprKind::KeyValueExpr(pair) if pair.value == expr => {
                of_value(code, mentions, above, depth)
            }
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => {
                of_value(code, mentions, above, depth)
            }
            ExprKind::SelectorExpr(selector) => selected(file.name(selector.sel)),
            ExprKind::CallExpr(call) if call.fun != expr => argument(code, mentions, above, depth),
            ExprKind::BinaryExpr(_) => Flow::Stays,
            _ => Flow::Elsewhere,
        },
        Some(Node::Stmt(stmt)) => match file[stmt].kind {
            StmtKind::ReturnStmt(_) => match code.scope.function_at(file[expr].span.start) {
                // What a literal returns belongs to whoever calls that.
                Some(function) if code.scope[function].parent.is_none() => Flow::Returned,
                _ => Flow::Elsewhere,
            },
            StmtKind::AssignStmt(assign) => {
                let (places, values) = (&file[assign.lhs], &file[assign.rhs]);
                if places.contains(&expr) {
                    return Flow::Stays;
                }
                let index = values.iter().position(|value| *value == expr);
                match index.and_then(|index| places.get(index)) {
                    Some(place) => assigned(code, mentions, *place, depth),
                    None => Flow::Elsewhere,
                }
            }
            _ => Flow::Elsewhere,
        },
        Some(Node::Spec(spec)) => match file[spec].kind {
            plumb_gosource::SpecKind::ValueSpec(spec) => {
                let index = file[spec.values].iter().position(|value| *value == expr);
                match index.and_then(|index| file[spec.names].get(index)) {
                    Some(name) => of_variable(code, mentions, *name, depth),
                    None => Flow::Elsewhere,
                }
            }
            _ => Flow::Elsewhere,
        },
        _ => Flow::Elsewhere,
    }
}

fn selected(name: &str) -> Flow {
    match ENDING.contains(&name) {
        true => Flow::Elsewhere,
        false => Flow::Stays,
    }
}

/// What a call does with an argument: a function that wraps it gives it back.
fn argument(code: &Code<'_>, mentions: &Mentions, call: ExprId, depth: usize) -> Flow {
    let Some(callee) = code.callee(call) else { return Flow::Elsewhere };
    if callee.receiver.is_none() && CONFIGURING.contains(&(callee.path, callee.name)) {
        return Flow::Stays;
    }
    match callee.receiver.is_none() && callee.name == "NewTransport" {
        true => of_value(code, mentions, call, depth),
        false => Flow::Elsewhere,
    }
}

/// What is assigned to a place: a variable, or a field of one.
fn assigned(code: &Code<'_>, mentions: &Mentions, place: ExprId, depth: usize) -> Flow {
    let ExprKind::Ident(ident) = code.file[code.file.unparen(place)].kind else {
        return match code.root(place) {
            // The field of something that the function itself made; what it got is somebody else's.
            Some(root) if is_var(code, root) => of_variable(code, mentions, root, depth),
            _ => Flow::Elsewhere,
        };
    };
    if code.file.name(ident) == "_" {
        return Flow::Stays;
    }
    match code.declared(place) {
        Some(variable) if is_var(code, variable) => of_variable(code, mentions, variable, depth),
        _ => Flow::Elsewhere,
    }
}

fn is_var(code: &Code<'_>, variable: IdentId) -> bool {
    code.names
        .declaration(variable)
        .is_some_and(|declaration| !declaration.top_level && declaration.kind == DeclaredAs::Var)
}

fn of_variable(code: &Code<'_>, mentions: &Mentions, variable: IdentId, depth: usize) -> Flow {
    if !is_var(code, variable) {
        return Flow::Elsewhere;
    }
    // A variable of a function around this one outlives the call.
    let of_function = code.scope.function_at(code.file[variable].span.start);
    let flows = mentions.of(variable).iter().filter_map(|mention| {
        let expr = mention.expr?;
        let is_inner = code.scope.function_at(code.file[expr].span.start) != of_function;
        Some(match of_value(code, mentions, expr, depth) {
            Flow::Returned if is_inner => Flow::Elsewhere,
            flow => flow,
        })
    });
    flows.max().unwrap_or(Flow::Stays)
}
