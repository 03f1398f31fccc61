//! Questions about the values of a body that several kinds of facts ask.

use plumb_evidence::catalogue::Release;
use plumb_gosource::flow::{FunctionId, UseKind, VariableUse};
use plumb_gosource::{
    DeclaredAs, ExprId, ExprKind, IdentId, Lookup, Node, Referent, SpecKind, StmtKind, Token, Type,
    TypeKind,
};

use super::Parameter;
use crate::code::Code;
use crate::functions::FunctionKey;

/// Methods by which a type shows that its values are released.
const TELLING: [&str; 6] = ["Close", "Stop", "Shutdown", "Cancel", "Release", "Rollback"];

/// What gets an argument.
pub(super) enum Receiving<'c> {
    /// A function of the language.
    Builtin(&'c str),
    /// A function or method.
    Function(FunctionKey<'c>, Parameter),
    /// A function value, a conversion, or something that is not known.
    Unknown,
}

/// What gets an argument of a call; of a method expression (`T.Close(x)`) the first argument is the receiver.
pub(super) fn receiving<'c>(code: &'c Code<'_>, call: ExprId, index: usize) -> Receiving<'c> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return Receiving::Unknown };
    let fun = code.file.unparen(parts.fun);
    if let Some(name) = code.types.builtin(fun) {
        return Receiving::Builtin(name);
    }
    if code.types.type_expr(fun).is_some() {
        return Receiving::Unknown;
    }
    if let ExprKind::Ident(ident) = code.file[fun].kind
        && code.names.referent(ident).is_none()
        && is_builtin(code.file.name(ident))
        && code.package.place(code.file.name(ident)).is_none()
    {
        return Receiving::Builtin(code.file.name(ident));
    }
    match code.parameter(call, index) {
        Some((key, parameter)) => Receiving::Function(key, parameter),
        None => Receiving::Unknown,
    }
}

fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        "append"
            | "cap"
            | "clear"
            | "close"
            | "complex"
            | "copy"
            | "delete"
            | "imag"
            | "len"
            | "make"
            | "max"
            | "min"
            | "new"
            | "panic"
            | "print"
            | "println"
            | "real"
            | "recover"
    )
}

/// What is selected, with dots.
pub(super) fn path(code: &Code<'_>, part: &str, selected: &[IdentId]) -> String {
    let mut path = part.to_owned();
    for name in selected {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(code.file.name(*name));
    }
    path
}

/// Whether a use is one of something that may have to be released: the variable itself, or what is selected from it if
/// the catalogue or its type says so, or neither is known.
pub(super) fn carries(code: &Code<'_>, use_: &VariableUse) -> bool {
    if use_.selected.is_empty() {
        return true;
    }
    match known_parts(code, use_) {
        Some(carries) => carries,
        None => whole(code, use_).is_none_or(|expr| may_carry(code, expr)),
    }
}

/// Whether the part of an object of the catalogue is one by which it is released: the body of a response, but not its
/// status; `None` if the catalogue does not know the variable's type.
fn known_parts(code: &Code<'_>, use_: &VariableUse) -> Option<bool> {
    let named = code.types.of(use_.expr?)?.named()?;
    let object = code.knowledge.of_type(&named.path, &named.name)?;
    let part = path(code, "", &use_.selected);
    let begins_with = |path: &str| {
        path.strip_prefix(part.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    Some(object.source.releases.iter().any(|release| match release {
        Release::Method(path) => begins_with(path),
        _ => false,
    }))
}

/// The expression with all that is selected in a use.
fn whole(code: &Code<'_>, use_: &VariableUse) -> Option<ExprId> {
    let mut at = use_.expr?;
    let mut left = use_.selected.len();
    while left > 0 {
        let Some(Node::Expr(above)) = code.scope.parents().of(Node::Expr(at)) else { return None };
        if let ExprKind::SelectorExpr(_) = code.file[above].kind {
            left -= 1;
        }
        at = above;
    }
    Some(at)
}

/// Whether a part of a value may have to be released by itself.
fn may_carry(code: &Code<'_>, expr: ExprId) -> bool {
    let Some(ty) = code.types.of(expr) else { return true };
    match ty.kind() {
        TypeKind::Basic(_) | TypeKind::Chan(..) => false,
        TypeKind::Slice(_) | TypeKind::Array(_) | TypeKind::Map(..) => false,
        TypeKind::Signature(_) => true,
        _ => is_released(code, ty),
    }
}

/// Whether a type has a method that releases it, or may have one.
pub(super) fn is_released(code: &Code<'_>, ty: &Type) -> bool {
    let has = |name: &str| match code.program.member(ty, name, &code.package.path) {
        Lookup::Found(_) | Lookup::Unknown => true,
        Lookup::Absent => false,
    };
    TELLING.iter().any(|name| has(name))
}

/// Whether a value of a type may have to be released: not if it is a number, a text or the like.
pub(super) fn is_tracked(ty: Option<&Type>) -> bool {
    let Some(ty) = ty else { return true };
    match ty.kind() {
        TypeKind::Basic(_) => false,
        TypeKind::Slice(of) | TypeKind::Array(of) | TypeKind::Pointer(of) => is_tracked(Some(of)),
        TypeKind::Map(_, of) => is_tracked(Some(of)),
        TypeKind::Named(named) => {
            !matches!((&*named.path, &*named.name), ("", _) | ("context", "Context"))
                && !matches!(&*named.path, "time" if matches!(&*named.name, "Time" | "Duration"))
        }
        _ => true,
    }
}

/// The variable of a function that an expression is, if it is one that the function declares itself: no parameter, and
/// of no function around it.
pub(super) fn local(code: &Code<'_>, function: FunctionId, expr: ExprId) -> Option<IdentId> {
    let variable = variable(code, expr)?;
    is_local(code, function, variable).then_some(variable)
}

pub(super) fn is_local(code: &Code<'_>, function: FunctionId, variable: IdentId) -> bool {
    let declared = code.names.declaration(variable);
    let is_variable = declared.is_some_and(|declared| {
        !declared.top_level && matches!(declared.kind, DeclaredAs::Var | DeclaredAs::TypeSwitchVar)
    });
    is_variable && code.scope.function_at(code.file[variable].span.start) == Some(function)
}

/// The variable that an expression is.
pub(super) fn variable(code: &Code<'_>, expr: ExprId) -> Option<IdentId> {
    let ExprKind::Ident(ident) = code.file[code.file.unparen(expr)].kind else { return None };
    match code.names.referent(ident) {
        Some(Referent::Declared(declared)) => Some(declared),
        _ => None,
    }
}

/// What gives a variable its value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// Its declaration without a value.
    Zero,
    /// An expression.
    Expr(ExprId),
    /// A result of a call with several.
    Result(ExprId, usize),
    /// Something else: a range, an operation.
    Other,
}

/// What a variable gets where it is declared or assigned to, [`UseKind::Overwritten`].
pub(super) fn value_given(code: &Code<'_>, use_: &VariableUse) -> Value {
    let UseKind::Overwritten(by) = use_.kind else { return Value::Other };
    let file = code.file;
    match by {
        Node::Stmt(stmt) => {
            let StmtKind::AssignStmt(assign) = file[stmt].kind else { return Value::Other };
            if !matches!(assign.tok, Token::Assign | Token::Define) {
                return Value::Other;
            }
            let is_it = |expr: &ExprId| matches!(file[file.unparen(*expr)].kind, ExprKind::Ident(i) if i == use_.ident);
            let place = file[assign.lhs].iter().position(is_it);
            value_at(code, &file[assign.rhs], place)
        }
        Node::Spec(spec) => {
            let SpecKind::ValueSpec(spec) = file[spec].kind else { return Value::Other };
            if spec.values.is_empty() {
                return Value::Zero;
            }
            let place = file[spec.names].iter().position(|name| *name == use_.ident);
            value_at(code, &file[spec.values], place)
        }
        _ => Value::Other,
    }
}

/// What a part of a variable gets where it is assigned to, [`UseKind::Written`].
pub(super) fn value_written(code: &Code<'_>, use_: &VariableUse) -> Value {
    let Some(part) = whole(code, use_) else { return Value::Other };
    let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(part)) else {
        return Value::Other;
    };
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return Value::Other };
    let place = code.file[assign.lhs].iter().position(|place| *place == part);
    value_at(code, &code.file[assign.rhs], place)
}

fn value_at(code: &Code<'_>, values: &[ExprId], place: Option<usize>) -> Value {
    match (values, place) {
        (_, None) => Value::Other,
        ([only], Some(place)) => match code.file[code.file.unparen(*only)].kind {
            ExprKind::CallExpr(_) => Value::Result(code.file.unparen(*only), place),
            // The first of `v, ok := x.(T)`.
            _ if place == 0 => Value::Expr(*only),
            _ => Value::Other,
        },
        (values, Some(place)) => values.get(place).map_or(Value::Other, |v| Value::Expr(*v)),
    }
}

/// Whether an expression is the `nil` of the language.
pub(super) fn is_nil(code: &Code<'_>, expr: ExprId) -> bool {
    match code.file[code.file.unparen(expr)].kind {
        ExprKind::Ident(ident) => {
            code.file.name(ident) == "nil" && code.names.referent(ident).is_none()
        }
        _ => false,
    }
}
