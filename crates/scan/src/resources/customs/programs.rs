//! Which functions of a program are pieces of its `main`: what they hold until they return is held until the process
//! ends.

use std::sync::Arc;

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, Referent};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;
use crate::resources::commands;

/// How many functions may be between `main` and one that is a piece of it.
const MAX_DEPTH: usize = 4;

/// Folders of the packages whose commands, rather than `main`, are the program.
const OF_COMMANDS: [&str; 4] = ["cli", "cmd", "command", "commands"];

/// The package and the name of a function; that of a method begins with a dot.
type Function = (Arc<str>, Arc<str>);

/// Where the functions of programs are mentioned.
#[derive(Debug, Default)]
pub(super) struct Programs {
    /// By package and function: the declared function in which it is called, once; `None` for any other mention.
    mentions: FxHashMap<Function, Vec<Option<Arc<str>>>>,
    /// The bodies of commands, of whatever package.
    commands: FxHashSet<Function>,
}

impl Programs {
    pub(super) fn read(code: &Code<'_>) -> Self {
        let mut programs = Self::default();
        let package: Arc<str> = (*code.package.path).into();
        let commands = commands::named(code).into_iter();
        let named = |name: IdentId| (package.clone(), Arc::from(code.file.name(name)));
        programs.commands = commands.map(named).collect();
        // What tests call besides tells nothing of the program.
        if code.in_test || !is_of_program(code) {
            return programs;
        }
        for expr in code.expressions() {
            let Some(name) = mentioned(code, expr) else { continue };
            if commands::is_value(code, expr) {
                continue;
            }
            let parent = code.scope.parents().of(Node::Expr(expr));
            let is_called = match parent {
                Some(Node::Expr(above)) => {
                    matches!(code.file[above].kind, ExprKind::CallExpr(call) if call.fun == expr)
                }
                _ => false,
            };
            let by = match is_called && code.loop_around(Node::Expr(expr)).is_none() {
                true => caller(code, code.file[expr].span.start),
                false => None,
            };
            programs.mentions.entry((package.clone(), name)).or_default().push(by);
        }
        programs
    }

    pub(super) fn join(&mut self, other: Self) {
        for (key, by) in other.mentions {
            self.mentions.entry(key).or_default().extend(by);
        }
        self.commands.extend(other.commands);
    }

    pub(super) fn is_part_of_main(&self, code: &Code<'_>, function: FunctionId) -> bool {
        let package = (*code.package.path).into();
        name_of(code, function).is_some_and(|name| self.is_part(&package, name, MAX_DEPTH))
    }

    fn is_part(&self, package: &Arc<str>, function: Arc<str>, depth: usize) -> bool {
        if &*function == "main" {
            return true;
        }
        let key = (package.clone(), function);
        let by = self.mentions.get(&key).map_or(&[][..], Vec::as_slice);
        let all = || {
            by.iter().all(|by| by.clone().is_some_and(|by| self.is_part(package, by, depth - 1)))
        };
        depth > 0 && (self.commands.contains(&key) || !by.is_empty()) && all()
    }
}

/// Whether a package is a program, or holds the commands of one.
fn is_of_program(code: &Code<'_>) -> bool {
    is_main(code) || code.package.path.split('/').any(|folder| OF_COMMANDS.contains(&folder))
}

fn is_main(code: &Code<'_>) -> bool {
    &*code.package.name == "main"
}

/// The function or method of the package that an expression names. What others may call too is left out: methods with
/// exported names, and functions with such names of what can be imported.
fn mentioned(code: &Code<'_>, expr: ExprId) -> Option<Arc<str>> {
    match code.file[expr].kind {
        ExprKind::SelectorExpr(selector) => {
            let name = code.file.name(selector.sel);
            let is_method = is_unexported(name) && code.imported(selector.x).is_none();
            is_method.then(|| method(name))
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
            (is_outer && (is_main(code) || is_unexported(name))).then(|| name.into())
        }
        _ => None,
    }
}

fn is_unexported(name: &str) -> bool {
    !name.starts_with(char::is_uppercase)
}

fn method(name: &str) -> Arc<str> {
    format!(".{name}").into()
}

/// The declared function or method around a byte; `main` for a command.
fn caller(code: &Code<'_>, offset: u32) -> Option<Arc<str>> {
    let function = code.scope.function_at(offset)?;
    if commands::is_body(code, function) {
        return Some("main".into());
    }
    name_of(code, function)
}

/// The name of a declared function, as it is looked up.
fn name_of(code: &Code<'_>, function: FunctionId) -> Option<Arc<str>> {
    let name = code.declared_name(function)?;
    Some(if code.receiver_name(function).is_some() { method(name) } else { name.into() })
}
