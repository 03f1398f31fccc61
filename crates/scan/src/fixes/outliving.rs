//! Whether what is made of something may still be used when the function has returned.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, SpecKind, StmtKind, Type, TypeKind};

use super::names::{any_in, function_of, mentions, node_of};
use crate::code::Code;

/// How many variables made of each other are followed.
const DERIVED_MAX: usize = 32;

/// Functions that are done with a reader when they return, and of which the results do not refer to it.
const READING: [(&str, &str); 8] = [
    ("io", "ReadAll"),
    ("io", "Copy"),
    ("io", "CopyN"),
    ("io", "ReadFull"),
    ("io/ioutil", "ReadAll"),
    ("os", "ReadFile"),
    ("fmt", "Sprintf"),
    ("fmt", "Errorf"),
];

/// Names of types of the language of which values refer to nothing.
const PLAIN: [&str; 20] = [
    "bool",
    "string",
    "error",
    "byte",
    "rune",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintptr",
    "float32",
    "float64",
    "complex64",
    "complex128",
];

/// Whether something may be used after the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outliving {
    /// It is not.
    No,
    /// A function that is not known may keep it.
    Perhaps,
    /// A goroutine has it, or it is returned or stored.
    Yes,
}

/// Whether values of a type refer to nothing that was acquired.
pub(super) fn is_plain(ty: &Type) -> bool {
    match ty.kind() {
        TypeKind::Basic(_) => true,
        TypeKind::Slice(of) | TypeKind::Array(of) | TypeKind::Pointer(of) => is_plain(of),
        TypeKind::Map(key, value) => is_plain(key) && is_plain(value),
        TypeKind::Named(named) => matches!(
            (&*named.path, &*named.name),
            ("", "error") | ("time", "Time" | "Duration") | ("encoding/json", "RawMessage")
        ),
        _ => false,
    }
}

/// Variables of a function that may refer to what some variables hold, these not among them.
pub(super) fn derived(code: &Code<'_>, function: FunctionId, roots: &[IdentId]) -> Vec<IdentId> {
    let mut all = roots.to_vec();
    let mut before = 0;
    while before < all.len() && all.len() < DERIVED_MAX {
        before = all.len();
        for visit in code.file.walk(code.scope[function].node) {
            let (to, from): (Vec<IdentId>, &[ExprId]) = match visit.node {
                Node::Stmt(stmt) => match code.file[stmt].kind {
                    StmtKind::AssignStmt(assign) => {
                        let lhs = code.file[assign.lhs].iter();
                        let to = lhs.filter_map(|to| code.root(*to)).collect();
                        (to, &code.file[assign.rhs])
                    }
                    _ => continue,
                },
                Node::Spec(spec) => match code.file[spec].kind {
                    SpecKind::ValueSpec(spec) => {
                        (code.file[spec.names].to_vec(), &code.file[spec.values])
                    }
                    _ => continue,
                },
                _ => continue,
            };
            if from.iter().any(|from| refers(code, &all, *from)) {
                for variable in to.into_iter().filter(|to| may_refer(code, *to)) {
                    if !all.contains(&variable) {
                        all.push(variable);
                    }
                }
            }
        }
    }
    all.retain(|variable| !roots.contains(variable));
    all
}

/// Whether the value of an expression may refer to what variables hold.
fn refers(code: &Code<'_>, variables: &[IdentId], expr: ExprId) -> bool {
    let expr = code.file.unparen(expr);
    let reads = code.callee(expr).is_some_and(|callee| {
        callee.receiver.is_none() && READING.contains(&(callee.path, callee.name))
    });
    let is_plain = || code.types.of(expr).is_some_and(is_plain);
    !reads && any_in(code, variables, code.file[expr].span) && !is_plain()
}

fn may_refer(code: &Code<'_>, variable: IdentId) -> bool {
    match code.types.of_var(variable) {
        Some(ty) if !ty.is_unknown() => !is_plain(ty),
        _ => !matches!(code.file.name(variable), "err" | "ok" | "n"),
    }
}

/// Whether what variables hold may be used after the function, as far as what follows a byte tells. `is_followed` says
/// that it is known already that they are not returned, stored or given away.
pub(super) fn outlives(
    code: &Code<'_>,
    function: FunctionId,
    variables: &[IdentId],
    from: u32,
    is_followed: bool,
) -> Outliving {
    let span = code.file.span(code.scope[function].node);
    let all = variables.iter().flat_map(|variable| mentions(code, *variable));
    let after = all.filter(|ident| {
        let at = code.file[*ident].span;
        at.start >= from && span.contains(at)
    });
    let each = after.map(|ident| {
        let by_function = of_mention(code, function, ident);
        match is_followed || by_function == Outliving::Yes {
            true => by_function,
            false => by_function.max(given(code, function, ident)),
        }
    });
    each.max().unwrap_or(Outliving::No)
}

/// Whether a mention is in a goroutine, or in a function literal that somebody may keep.
fn of_mention(code: &Code<'_>, function: FunctionId, ident: IdentId) -> Outliving {
    let mut inner = function_of(code, ident);
    let mut worst = Outliving::No;
    if is_in_go(code, function, ident) {
        return Outliving::Yes;
    }
    while let Some(at) = inner.filter(|at| *at != function) {
        let Node::Expr(literal) = code.scope[at].node else { return Outliving::Yes };
        worst = worst.max(of_literal(code, literal));
        inner = code.scope[at].parent;
    }
    worst
}

fn is_in_go(code: &Code<'_>, function: FunctionId, ident: IdentId) -> bool {
    let node = node_of(code, ident);
    let above = node.into_iter().flat_map(|node| code.scope.parents().above(node));
    let mut inside = above.take_while(|node| *node != code.scope[function].node);
    inside.any(|node| match node {
        Node::Stmt(stmt) => matches!(code.file[stmt].kind, StmtKind::GoStmt(_)),
        _ => false,
    })
}

fn of_literal(code: &Code<'_>, literal: ExprId) -> Outliving {
    match code.scope.parents().of(Node::Expr(literal)) {
        Some(Node::Expr(above)) => match code.file[above].kind {
            // Called on the spot or when the function ends.
            ExprKind::CallExpr(call) if call.fun == literal => Outliving::No,
            ExprKind::CallExpr(_) => Outliving::Perhaps,
            _ => Outliving::Yes,
        },
        Some(Node::Stmt(stmt)) => match code.file[stmt].kind {
            StmtKind::AssignStmt(_) => Outliving::Perhaps,
            _ => Outliving::Yes,
        },
        _ => Outliving::Yes,
    }
}

/// Whether the statement of a mention gives it away.
fn given(code: &Code<'_>, function: FunctionId, ident: IdentId) -> Outliving {
    let mut in_call = false;
    for above in above(code, ident) {
        match above {
            Node::Expr(expr) => match code.file[expr].kind {
                ExprKind::CallExpr(_) => in_call = true,
                ExprKind::BinaryExpr(_) | ExprKind::FuncLit(_) => return Outliving::No,
                _ => {}
            },
            Node::Stmt(stmt) => {
                let through = if in_call { Outliving::Perhaps } else { Outliving::Yes };
                return match code.file[stmt].kind {
                    StmtKind::SendStmt(_) => Outliving::Yes,
                    StmtKind::ReturnStmt(_) if has_plain_results(code, function) => Outliving::No,
                    StmtKind::ReturnStmt(_) => through,
                    StmtKind::AssignStmt(assign) => {
                        let stored = code.file[assign.lhs].iter().any(|to| {
                            code.declared(*to).is_none()
                                && code.text(*to) != "_"
                                && !code.types.of(*to).is_some_and(is_plain)
                        });
                        if stored { through } else { Outliving::No }
                    }
                    _ => Outliving::No,
                };
            }
            _ => {}
        }
    }
    Outliving::No
}

/// The nodes above a name that is an expression.
fn above<'n>(code: &'n Code<'_>, ident: IdentId) -> impl Iterator<Item = Node> + 'n {
    let of_ident = node_of(code, ident).filter(|node| matches!(node, Node::Expr(_)));
    of_ident.into_iter().flat_map(|node| code.scope.parents().above(node))
}

/// Whether no result of a function refers to anything.
fn has_plain_results(code: &Code<'_>, function: FunctionId) -> bool {
    let Some(results) = code.file[code.scope[function].ty].results else { return true };
    code.file[code.file[results].list].iter().all(|field| spells_plain(code, code.file[*field].ty))
}

/// Whether an expression spells a type that refers to nothing.
fn spells_plain(code: &Code<'_>, ty: ExprId) -> bool {
    match code.file[code.file.unparen(ty)].kind {
        ExprKind::Ident(name) => {
            code.names.referent(name).is_none() && PLAIN.contains(&code.file.name(name))
        }
        ExprKind::ArrayType(array) => spells_plain(code, array.elt),
        ExprKind::MapType(map) => spells_plain(code, map.key) && spells_plain(code, map.value),
        ExprKind::StarExpr(to) => spells_plain(code, to),
        _ => code.types.type_expr(ty).is_some_and(is_plain),
    }
}
