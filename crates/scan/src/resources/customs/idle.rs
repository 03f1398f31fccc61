//! Types of the modules of which nothing needs to be released: the method that says so does nothing, or only asks
//! something for its error that holds nothing either, empties its own fields, or gives their memory to a pool.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{
    DeclKind, DeclaredAs, ExprId, ExprKind, Node, StmtId, StmtKind, Token, Type, TypeKind,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Key, key};
use crate::code::Code;
use crate::knowledge::is_harmless;
use crate::resources::inferred::RELEASES;
use crate::resources::made::variable;
use crate::resources::ownership::is_releasing;

/// Packages whose functions only tell something.
const TELLING: [&str; 4] = ["errors", "fmt", "log", "log/slog"];

/// Methods of locks.
const LOCKING: [&str; 4] = ["Lock", "RLock", "RUnlock", "Unlock"];

/// The methods of types.
#[derive(Debug, Default)]
pub(super) struct Idle {
    /// Package, type and method, of those that do nothing.
    idle: FxHashSet<Key>,
    /// By package, types with their methods.
    methods: FxHashMap<Key, FxHashMap<Key, FxHashSet<Key>>>,
}

impl Idle {
    pub(super) fn read(code: &Code<'_>) -> Self {
        let mut read = Self::default();
        let package = &*code.package.path;
        for function in code.scope.functions() {
            let Some((ty, method)) = method(code, function) else { continue };
            let methods = read.methods.entry(key(&[package])).or_default();
            methods.entry(key(&[ty])).or_default().insert(key(&[method]));
            let is_release = RELEASES.iter().any(|(name, _)| *name == method);
            if is_release && does_nothing(code, code.scope[function].body) {
                read.idle.insert(of(package, key(&[ty]), method));
            }
        }
        read
    }

    pub(super) fn join(&mut self, other: Self) {
        self.idle.extend(other.idle);
        for (package, types) in other.methods {
            let known = self.methods.entry(package).or_default();
            for (ty, methods) in types {
                known.entry(ty).or_default().extend(methods);
            }
        }
    }

    /// Whether a method of a type that releases by its name does nothing. Of an interface all types of its package count
    /// that have its methods.
    pub(super) fn is_idle(&self, code: &Code<'_>, ty: &Type, method: &str) -> bool {
        let Some(named) = ty.pointee_or_self().named() else { return false };
        if self.idle.is_empty() {
            return false;
        }
        if self.idle.contains(&of(&named.path, key(&[&named.name]), method)) {
            return true;
        }
        let underlying = code.program.underlying(ty);
        let TypeKind::Interface(interface) = underlying.kind() else { return false };
        let Some(types) = self.methods.get(&key(&[&named.path])) else { return false };
        let needed: Vec<Key> = interface.methods.iter().map(|of| key(&[&of.name])).collect();
        let mut implementing = types
            .iter()
            .filter(|(_, methods)| needed.iter().all(|needed| methods.contains(needed)))
            .map(|(ty, _)| self.idle.contains(&of(&named.path, *ty, method)))
            .peekable();
        !needed.is_empty() && implementing.peek().is_some() && implementing.all(|idle| idle)
    }
}

fn of(package: &str, ty: Key, method: &str) -> Key {
    key(&[package, &ty.to_string(), method])
}

/// The names of the type and of a method.
fn method<'c>(code: &Code<'c>, function: FunctionId) -> Option<(&'c str, &'c str)> {
    let Node::Decl(decl) = code.scope[function].node else { return None };
    let DeclKind::FuncDecl(declared) = code.file[decl].kind else { return None };
    let (ty, _) = code.receiver(declared.recv?)?;
    Some((ty, code.file.name(declared.name)))
}

/// Whether statements release nothing: they only return, tell something, or ask what holds nothing.
fn does_nothing(code: &Code<'_>, body: StmtId) -> bool {
    code.file.walk(Node::Stmt(body)).all(|visit| match visit.node {
        Node::Stmt(stmt) => {
            matches!(
                code.file[stmt].kind,
                StmtKind::BlockStmt(_)
                    | StmtKind::ReturnStmt(_)
                    | StmtKind::ExprStmt(_)
                    | StmtKind::DeferStmt(_)
            ) || forgets(code, stmt)
                || goes_through(code, stmt)
        }
        Node::Expr(expr) => match code.file[expr].kind {
            ExprKind::CallExpr(_) => is_idle_call(code, expr),
            ExprKind::UnaryExpr(unary) => unary.op != Token::Arrow,
            _ => true,
        },
        _ => true,
    })
}

/// Whether a statement only empties variables: `h.batch, h.offset = nil, 0`.
fn forgets(code: &Code<'_>, stmt: StmtId) -> bool {
    let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
    code.file[assign.rhs].iter().all(|value| {
        code.is_predeclared(*value, "nil") || matches!(code.text(*value), "0" | "\"\"")
    })
}

/// Whether a statement goes through what is in memory. To go through a channel is to wait for its end.
fn goes_through(code: &Code<'_>, stmt: StmtId) -> bool {
    let StmtKind::RangeStmt(range) = code.file[stmt].kind else { return false };
    code.types.of(range.x).is_some_and(|ty| {
        matches!(
            code.program.underlying(ty).kind(),
            TypeKind::Map(..) | TypeKind::Slice(_) | TypeKind::Array(_)
        )
    })
}

/// Whether a call gives a part to a pool, so that its memory may be used again: who forgets that holds nothing.
fn gives_part_back(code: &Code<'_>, call: ExprId, pool: ExprId, method: &str) -> bool {
    let is_pool = code.types.of(pool).and_then(|ty| ty.pointee_or_self().named());
    let is_itself = |arg: &ExprId| {
        let declared = variable(code, *arg).and_then(|name| code.names.declaration(name));
        declared.is_some_and(|declared| declared.kind == DeclaredAs::Receiver)
    };
    method == "Put"
        && is_pool.is_some_and(|pool| &*pool.path == "sync" && &*pool.name == "Pool")
        && !code.arguments(call).iter().any(is_itself)
}

/// Whether a call releases nothing: a method of what holds nothing, a literal, what tells something, or what only looks at
/// an error.
fn is_idle_call(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let fun = code.file.unparen(parts.fun);
    if let ExprKind::FuncLit(_) = code.file[fun].kind {
        return true;
    }
    let ExprKind::SelectorExpr(selector) = code.file[fun].kind else { return false };
    if let Some(path) = code.imported(selector.x) {
        return TELLING.contains(&path);
    }
    let method = code.file.name(selector.sel);
    if parts.args.is_empty() && LOCKING.contains(&method) {
        return true;
    }
    if gives_part_back(code, call, selector.x, method) {
        return true;
    }
    let holds_nothing = code.types.of(selector.x).is_some_and(|ty| {
        let named = ty.pointee_or_self().named();
        let record = named.and_then(|named| code.knowledge.of_type(&named.path, &named.name));
        record.is_some_and(is_harmless)
    });
    let is_error = |arg: &ExprId| {
        variable(code, *arg).and_then(|v| code.types.of_var(v)).is_some_and(Type::is_error)
    };
    let arguments = code.arguments(call);
    let looks_at_error =
        !arguments.is_empty() && arguments.iter().all(is_error) && !is_releasing(method);
    holds_nothing || looks_at_error
}
