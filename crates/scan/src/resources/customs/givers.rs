//! Functions of the modules of which the callers need not release what they get: somebody else has it too, or there is
//! nothing to release.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{AssignStmt, DeclKind, DeclaredAs, ExprId, ExprKind, IdentId, Node, StmtKind};
use rustc_hash::FxHashSet;

use super::{Key, key};
use crate::code::Code;
use crate::functions::FunctionKey;
use crate::resources::closed::is_closed_before;
use crate::resources::made::variable;

/// Functions by what becomes of their first result.
#[derive(Debug, Default)]
pub(super) struct Givers {
    /// It is also put into something that outlives the call: a field, an element, a package variable; or it is closed.
    keep: FxHashSet<Key>,
    /// It is a reader around a parameter, with a `Close` that does nothing.
    only_name: FxHashSet<Key>,
    /// It is the next of what a parameter goes through, and is somebody else's.
    step: FxHashSet<Key>,
}

/// What the function returns first.
#[derive(Default)]
struct Returned {
    variables: FxHashSet<IdentId>,
    /// Parts of the receiver: `return c.client, nil`.
    parts: usize,
    /// Calls of `io.NopCloser`, and `http.NoBody`.
    empty: usize,
    /// Variables that it has closed before.
    closed: usize,
    others: usize,
}

impl Givers {
    pub(super) fn read(code: &Code<'_>) -> Self {
        let mut givers = Self::default();
        for function in code.scope.functions() {
            let Some(key) = key_of(code, function) else { continue };
            if steps(code, function) {
                givers.step.insert(key);
            }
            let returned = returned(code, function);
            if returned.empty > 0 && returned.others == 0 && returned.variables.is_empty() {
                givers.only_name.insert(key);
            } else if (returned.parts > 0 && returned.others == 0)
                || (returned.closed > 0 && returned.variables.is_empty() && returned.others == 0)
                || (!returned.variables.is_empty() && is_kept(code, function, &returned.variables))
            {
                givers.keep.insert(key);
            }
        }
        givers
    }

    pub(super) fn join(&mut self, other: Self) {
        self.keep.extend(other.keep);
        self.only_name.extend(other.only_name);
        self.step.extend(other.step);
    }

    /// Whether a function keeps what it gives.
    pub(super) fn keeps(&self, function: &FunctionKey<'_>) -> bool {
        self.keep.contains(&of(function))
    }

    /// Whether what a function gives has nothing to release.
    pub(super) fn gives_nothing(&self, function: &FunctionKey<'_>) -> bool {
        let function = of(function);
        self.only_name.contains(&function) || self.step.contains(&function)
    }
}

fn of(function: &FunctionKey<'_>) -> Key {
    key(&[function.path, function.receiver.unwrap_or_default(), function.name])
}

/// The name of a declared function that gives anything.
fn key_of(code: &Code<'_>, function: FunctionId) -> Option<Key> {
    let Node::Decl(decl) = code.scope[function].node else { return None };
    let DeclKind::FuncDecl(declared) = code.file[decl].kind else { return None };
    code.file[declared.ty].results?;
    let receiver = match declared.recv {
        Some(recv) => code.receiver(recv)?.0,
        None => "",
    };
    Some(key(&[&code.package.path, receiver, code.file.name(declared.name)]))
}

fn returned(code: &Code<'_>, function: FunctionId) -> Returned {
    let mut returned = Returned::default();
    let mut walk = code.file.walk(Node::Stmt(code.scope[function].body));
    while let Some(visit) = walk.next() {
        match visit.node {
            // The returns of literals are not those of the function.
            Node::Expr(_) => walk.skip_children(),
            Node::Stmt(stmt) => {
                let StmtKind::ReturnStmt(results) = code.file[stmt].kind else { continue };
                let Some(first) = code.file[results].first() else { continue };
                let first = code.file.unparen(*first);
                match code.file[first].kind {
                    _ if code.is_predeclared(first, "nil") => {}
                    _ if is_empty(code, first) => returned.empty += 1,
                    _ if is_of_receiver(code, first) => returned.parts += 1,
                    _ => match variable(code, first) {
                        Some(variable) if is_closed_before(code, variable, stmt) => {
                            returned.closed += 1;
                        }
                        Some(variable) => returned.variables.extend([variable]),
                        None => returned.others += 1,
                    },
                }
            }
            _ => {}
        }
    }
    returned
}

/// Whether an expression is a field of the receiver.
fn is_of_receiver(code: &Code<'_>, expr: ExprId) -> bool {
    let ExprKind::SelectorExpr(_) = code.file[expr].kind else { return false };
    variable(code, root(code, expr))
        .and_then(|root| code.names.declaration(root))
        .is_some_and(|declared| declared.kind == DeclaredAs::Receiver)
}

/// Whether a function calls `Next` of a parameter.
fn steps(code: &Code<'_>, function: FunctionId) -> bool {
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Expr(expr) = visit.node else { return false };
        let ExprKind::SelectorExpr(selector) = code.file[expr].kind else { return false };
        let declared = variable(code, selector.x).and_then(|v| code.names.declaration(v));
        code.file.name(selector.sel) == "Next"
            && declared.is_some_and(|declared| declared.kind == DeclaredAs::Param)
    })
}

/// Whether closing an expression does nothing: `io.NopCloser(r)`, `http.NoBody`.
fn is_empty(code: &Code<'_>, expr: ExprId) -> bool {
    let fun = match code.file[expr].kind {
        ExprKind::CallExpr(call) => code.file.unparen(call.fun),
        _ => expr,
    };
    let ExprKind::SelectorExpr(selector) = code.file[fun].kind else { return false };
    let name = (code.imported(selector.x), code.file.name(selector.sel));
    matches!(name, (Some("io" | "io/ioutil"), "NopCloser") | (Some("net/http"), "NoBody"))
}

/// Whether a function puts one of its variables into something that outlives it.
fn is_kept(code: &Code<'_>, function: FunctionId, variables: &FxHashSet<IdentId>) -> bool {
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
        outlives(code, &assign)
            && code.file[assign.rhs].iter().any(|value| holds(code, *value, variables))
    })
}

/// Whether an assignment is to a part of the receiver, or of something of the package.
fn outlives(code: &Code<'_>, assign: &AssignStmt) -> bool {
    let [to] = code.file[assign.lhs] else { return false };
    let to = code.file.unparen(to);
    let is_part = matches!(code.file[to].kind, ExprKind::SelectorExpr(_) | ExprKind::IndexExpr(_));
    let root = root(code, to);
    let ExprKind::Ident(name) = code.file[root].kind else { return false };
    let declared = variable(code, root).and_then(|declared| code.names.declaration(declared));
    match declared {
        Some(declared) if declared.top_level => declared.kind == DeclaredAs::Var,
        Some(declared) => is_part && declared.kind == DeclaredAs::Receiver,
        // Declared in another file of the package.
        None => code.names.referent(name).is_none() && code.file.name(name) != "_",
    }
}

/// The expression with which another one begins.
fn root(code: &Code<'_>, mut expr: ExprId) -> ExprId {
    loop {
        expr = match code.file[expr].kind {
            ExprKind::ParenExpr(inner) | ExprKind::StarExpr(inner) => inner,
            ExprKind::SelectorExpr(selector) => selector.x,
            ExprKind::IndexExpr(index) => index.x,
            _ => return expr,
        };
    }
}

/// Whether a value is one of these variables, or a list with one more: `append(all, x)`.
fn holds(code: &Code<'_>, value: ExprId, variables: &FxHashSet<IdentId>) -> bool {
    let is_it = |expr: ExprId| variable(code, expr).is_some_and(|v| variables.contains(&v));
    is_it(value)
        || code
            .builtin_call(value, "append")
            .is_some_and(|args| args.iter().skip(1).any(|arg| is_it(*arg)))
}
