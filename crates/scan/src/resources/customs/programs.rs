//! Which functions of a program are pieces of its `main`, or of a command: what they hold until they return is held until
//! the process ends.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{DeclKind, ExprId, ExprKind, IdentId, Node, Referent, StmtKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Key, key};
use crate::code::Code;
use crate::resources::commands;

/// How many functions may be between `main` and one that is a piece of it.
const MAX_DEPTH: usize = 4;

/// Stands for `main`, for the body of a command, and for a function that ends the process.
const MAIN: Key = 0;

/// Between a package and the name of a method, of whatever type.
const METHOD: &str = ".";

/// Calls that end the process.
const ENDS: [&str; 2] = ["os.Exit(", "log.Fatal"];

/// Who mentions a function.
#[derive(Debug)]
enum Mentions {
    /// These call it, in no loop, and nobody else mentions it.
    Called(Vec<Key>),
    /// It is mentioned in another way too.
    Otherwise,
}

/// Where functions and methods are mentioned, tests aside.
#[derive(Debug, Default)]
pub(super) struct Programs {
    mentions: FxHashMap<Key, Mentions>,
    /// The bodies of commands, of whatever package.
    commands: FxHashSet<Key>,
}

impl Programs {
    pub(super) fn read(code: &Code<'_>) -> Self {
        let mut programs = Self::default();
        let package = &*code.package.path;
        let commands = commands::named(code).into_iter();
        let named = |name: IdentId| key(&[package, code.file.name(name)]);
        programs.commands = commands.map(named).collect();
        // What tests call besides tells nothing of the program.
        if code.in_test {
            return programs;
        }
        for expr in code.expressions() {
            let Some((mentioned, is_of_package)) = mentioned(code, expr) else { continue };
            if commands::is_value(code, expr) {
                continue;
            }
            let by = if is_of_package { caller(code, expr) } else { None };
            let by = by.map_or(Mentions::Otherwise, |by| Mentions::Called(vec![by]));
            programs.add(mentioned, by);
        }
        programs
    }

    fn add(&mut self, mentioned: Key, by: Mentions) {
        let known = self.mentions.entry(mentioned).or_insert(Mentions::Called(Vec::new()));
        match (&mut *known, by) {
            (Mentions::Called(all), Mentions::Called(more)) => all.extend(more),
            (_, Mentions::Otherwise) => *known = Mentions::Otherwise,
            (Mentions::Otherwise, Mentions::Called(_)) => {}
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        for (mentioned, by) in other.mentions {
            self.add(mentioned, by);
        }
        self.commands.extend(other.commands);
    }

    pub(super) fn is_part_of_main(&self, code: &Code<'_>, function: FunctionId) -> bool {
        let own = own_key(code, function);
        own.is_some_and(|own| self.is_part(own, MAX_DEPTH))
    }

    fn is_part(&self, function: Key, depth: usize) -> bool {
        if function == MAIN {
            return true;
        }
        let is_command = self.commands.contains(&function);
        match self.mentions.get(&function) {
            Some(Mentions::Called(by)) => {
                depth > 0
                    && (is_command || !by.is_empty())
                    && by.iter().all(|by| self.is_part(*by, depth - 1))
            }
            Some(Mentions::Otherwise) => false,
            None => is_command,
        }
    }
}

/// The function or method that an expression names, and whether it is one of the package that nobody else can call: not
/// methods with exported names, and functions with such names only in a program.
fn mentioned(code: &Code<'_>, expr: ExprId) -> Option<(Key, bool)> {
    let package = &*code.package.path;
    match code.file[expr].kind {
        ExprKind::SelectorExpr(selector) => {
            let name = code.file.name(selector.sel);
            if let Some(path) = code.imported(selector.x) {
                return Some((key(&[path, name]), false));
            }
            is_unexported(name).then(|| (key(&[package, METHOD, name]), true))
        }
        ExprKind::Ident(ident) => {
            let name = code.file.name(ident);
            let is_outer = match code.names.referent(ident) {
                None => true,
                Some(Referent::Declared(declared)) => {
                    code.names.declaration(declared).is_some_and(|declared| declared.top_level)
                }
                Some(Referent::Import(_)) => false,
            };
            let is_own = &*code.package.name == "main" || is_unexported(name);
            is_outer.then(|| (key(&[package, name]), is_own))
        }
        _ => None,
    }
}

fn is_unexported(name: &str) -> bool {
    !name.starts_with(char::is_uppercase)
}

/// The function that calls one where it is mentioned, in no loop; `None` for any other mention.
fn caller(code: &Code<'_>, mention: ExprId) -> Option<Key> {
    let Some(Node::Expr(call)) = code.scope.parents().of(Node::Expr(mention)) else { return None };
    let is_called =
        matches!(code.file[call].kind, ExprKind::CallExpr(parts) if parts.fun == mention);
    if !is_called || code.loop_around(Node::Expr(mention)).is_some() {
        return None;
    }
    let function = code.scope.function_at(code.file[mention].span.start)?;
    match commands::is_body(code, function) || exits(code, function) {
        true => Some(MAIN),
        false => own_key(code, function),
    }
}

/// What a declared function is looked up by.
fn own_key(code: &Code<'_>, function: FunctionId) -> Option<Key> {
    let (package, name) = (&*code.package.path, code.declared_name(function)?);
    Some(match code.receiver_name(function).is_some() {
        true => key(&[package, METHOD, name]),
        false if name == "main" => MAIN,
        false => key(&[package, name]),
    })
}

/// Whether the last statement of a declared function ends the process.
fn exits(code: &Code<'_>, function: FunctionId) -> bool {
    let Node::Decl(decl) = code.scope[function].node else { return false };
    let DeclKind::FuncDecl(_) = code.file[decl].kind else { return false };
    let StmtKind::BlockStmt(body) = code.file[code.scope[function].body].kind else { return false };
    let last = code.file[body].last();
    last.is_some_and(|last| match code.file[*last].kind {
        StmtKind::ExprStmt(call) => ENDS.iter().any(|end| code.text(call).starts_with(end)),
        _ => false,
    })
}
