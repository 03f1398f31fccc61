//! What a function gets and need not release by itself: a piece of something that is released, a wrapper around what
//! somebody else has too, a stream that ended when it failed.

use memchr::memmem;
use plumb_gosource::flow::{Acquisition, Condition, Leak, PlaceKind, UseKind};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Node, Referent, StmtKind, Token};

use super::acquired::{Acquired, Origin, results};
use super::inferred;
use super::made::variable;
use super::untaken::last_value;
use crate::code::Code;
use crate::goroutines::only_value;

/// Methods that give an end of something that runs: `ssh.Session` and `exec.Cmd` close it with the rest.
const ENDS: [&str; 3] = ["StderrPipe", "StdinPipe", "StdoutPipe"];

/// By object, the methods after whose error it holds nothing any more. From the sources of
/// `cloud.google.com/go/storage` v1.50.0 (the pipe fails only when the upload has ended) and
/// `github.com/minio/minio-go/v7` v7.0.91 (the goroutine ends with the request).
const ENDED_BY_FAILURE: [(&str, &[&str]); 2] =
    [("storage.Writer", &["Write"]), ("minio.Object", &["Stat"])];

/// Names of constants, in lower case, that say of a decoder that it decodes nothing, and so holds nothing.
const DECODES_NOTHING: [&str; 4] = ["identity", "none", "nocompression", "uncompressed"];

/// The record of readers that read pages ahead, if they are told to, and the functions that are told so by the file that
/// they get or by an option.
const PARQUET: (&str, [&str; 2]) = ("parquet rows", ["NewReader", "NewGenericReader"]);

/// What a file spells that opens parquet files by itself, or has pages read ahead (`parquet-go` v0.24.0 reads them when
/// they are asked for, by default).
const READS_AHEAD: [&[u8]; 2] = [b"OpenFile", b"ReadModeAsync"];

/// Whether what a call gives holds memory alone, as it is called: a reader of parquet rows that reads nothing ahead.
pub(super) fn is_memory(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let (object, functions) = PARQUET;
    let may_read_ahead = || {
        let source = code.file.source();
        READS_AHEAD.iter().any(|name| memmem::find(source, name).is_some())
    };
    let is_it = || match code.callee(call) {
        Some(callee) => callee.receiver.is_none() && functions.contains(&callee.name),
        None => false,
    };
    acquired.name == object && parts.args.len() == 1 && is_it() && !may_read_ahead()
}

/// Whether what a call opens is part of the program: a file of an `embed.FS`, or of a folder of one. It is a reader of
/// memory, of which `Close` does nothing.
pub(super) fn is_embedded(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return false;
    };
    code.file.name(selector.sel) == "Open" && is_embedded_tree(code, selector.x)
}

fn is_embedded_tree(code: &Code<'_>, files: ExprId) -> bool {
    if code.types.of(files).is_some_and(|ty| ty.to_string() == "embed.FS") {
        return true;
    }
    let value = code.declared(files).and_then(|variable| only_value(code, variable));
    let Some(value) = value else { return false };
    let is_folder = code.callee(value).is_some_and(|of| (of.path, of.name) == ("io/fs", "Sub"));
    let whole = code.arguments(value).first().filter(|_| is_folder);
    whole.is_some_and(|whole| is_embedded_tree(code, *whole))
}

/// Whether a branch is taken if what was acquired says of itself that it decodes nothing: `d.Kind() == Uncompressed`.
pub(super) fn decodes_nothing(code: &Code<'_>, branch: Condition, variables: &[IdentId]) -> bool {
    let Condition::Expr { expr, is } = branch else { return false };
    let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
    let is_it = match both.op {
        Token::Eql => is,
        Token::Neq => !is,
        _ => false,
    };
    let ExprKind::CallExpr(asks) = code.file[code.file.unparen(both.x)].kind else { return false };
    let name = code.text(both.y).rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    is_it
        && code.root(asks.fun).is_some_and(|variable| variables.contains(&variable))
        && DECODES_NOTHING.contains(&name.as_str())
}

/// Whether what a call opens is of a package variable of which the type is not known: a virtual file system, as a rule
/// made of what is in the program itself.
pub(super) fn is_of_unknown_global(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return false;
    };
    let ExprKind::Ident(name) = code.file[code.file.unparen(selector.x)].kind else { return false };
    let is_global = match code.names.referent(name) {
        None => true,
        Some(Referent::Declared(declared)) => {
            code.names.declaration(declared).is_some_and(|declared| declared.top_level)
        }
        Some(Referent::Import(_)) => false,
    };
    is_global && code.callee(call).is_none() && code.file.name(selector.sel) == "Open"
}

/// Whether what a call gives, as far as only names and customs tell, is a piece of what its method is called on: an end
/// of a running command, or what a variable of the function has (`list.ValueBuilder()`).
pub(super) fn is_piece(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return false;
    };
    let name = code.file.name(selector.sel);
    if ENDS.contains(&name) {
        return true;
    }
    let is_local = variable(code, selector.x)
        .and_then(|variable| code.names.declaration(variable))
        .is_some_and(|declared| !declared.top_level && declared.kind == DeclaredAs::Var);
    let asks = parts.args.is_empty() && results(code, call).len() <= 1 && !inferred::makes(name);
    acquired.origin == Origin::Custom && is_local && asks && !may_fail(code, call)
}

/// Whether a call is assigned to more than one place: the second is its error, or whether it found anything.
fn may_fail(code: &Code<'_>, call: ExprId) -> bool {
    match code.scope.parents().of(Node::Expr(call)) {
        Some(Node::Stmt(stmt)) => {
            matches!(code.file[stmt].kind, StmtKind::AssignStmt(assign) if assign.lhs.len() > 1)
        }
        _ => false,
    }
}

/// Whether a call only puts something around a variable that the function also gives to somebody of whom nothing is
/// known: who has the one has what is in the other.
pub(super) fn shares(code: &Code<'_>, call: ExprId) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    let Some(function) = code.scope.function_at(code.file[call].span.start) else { return false };
    let is_given = |inner: IdentId| {
        code.scope.uses_of(inner, function).iter().any(|use_| match use_.kind {
            UseKind::Argument { call: other, .. } => {
                other != call && use_.selected.is_empty() && code.callee(other).is_none()
            }
            _ => false,
        })
    };
    let is_wrapped = |inner: &IdentId| {
        code.types.of_var(*inner).is_some_and(inferred::is_wrapped)
            && code.names.declaration(*inner).is_some_and(|declared| !declared.top_level)
    };
    code.file[parts.args]
        .iter()
        .filter_map(|arg| variable(code, *arg))
        .filter(is_wrapped)
        .any(is_given)
}

/// Whether a way ends because something failed in a manner that ends it.
pub(super) fn has_failed(
    code: &Code<'_>,
    leak: &Leak,
    acquired: &Acquired,
    acquisition: &Acquisition,
) -> bool {
    let methods = ENDED_BY_FAILURE.iter().find(|(object, _)| *object == acquired.name);
    let Some((_, methods)) = methods else { return false };
    let mut branches = leak.witness.places.iter().rev().filter_map(|place| match place.kind {
        PlaceKind::Branch(condition) => Some(condition),
        _ => None,
    });
    branches.next().is_some_and(|last| {
        failed_call(code, last).is_some_and(|call| {
            let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
            let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind
            else {
                return false;
            };
            methods.contains(&code.file.name(selector.sel))
                && variable(code, selector.x).is_some_and(|v| acquisition.variables.contains(&v))
        })
    })
}

/// The call of whose error a branch is about: `err != nil`, behind `_, err = w.Write(p)`.
pub(super) fn failed_call(code: &Code<'_>, branch: Condition) -> Option<ExprId> {
    let Condition::Expr { expr, is } = branch else { return None };
    let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return None };
    let is_failure = match both.op {
        Token::Neq => is,
        Token::Eql => !is,
        _ => false,
    };
    let error =
        variable(code, both.x).filter(|_| is_failure && code.is_predeclared(both.y, "nil"))?;
    last_value(code, error, code.file[expr].span.start)
}
