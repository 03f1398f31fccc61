//! Which functions of a program are pieces of its `main`: what they hold until they return is held until the process
//! ends.

use std::sync::Arc;

use plumb_gosource::{ExprKind, IdentId, Node, Referent};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;
use crate::resources::commands;

/// How many functions may be between `main` and one that is a piece of it.
const MAX_DEPTH: usize = 4;

/// The package and the name of a function.
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
        if &*code.package.name != "main" {
            return programs;
        }
        for expr in code.expressions() {
            let ExprKind::Ident(ident) = code.file[expr].kind else { continue };
            let is_outer = match code.names.referent(ident) {
                None => true,
                Some(Referent::Declared(declared)) => {
                    code.names.declaration(declared).is_some_and(|declared| declared.top_level)
                }
                Some(Referent::Import(_)) => false,
            };
            if !is_outer || commands::is_value(code, expr) {
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
            programs.mentions.entry(named(ident)).or_default().push(by);
        }
        programs
    }

    pub(super) fn join(&mut self, other: Self) {
        for (key, by) in other.mentions {
            self.mentions.entry(key).or_default().extend(by);
        }
        self.commands.extend(other.commands);
    }

    pub(super) fn is_part_of_main(&self, package: &str, function: &str) -> bool {
        self.is_part(&package.into(), function.into(), MAX_DEPTH)
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

/// The function around a byte, if it is no method and no literal; `main` for a command.
fn caller(code: &Code<'_>, offset: u32) -> Option<Arc<str>> {
    let function = code.scope.function_at(offset)?;
    if commands::is_body(code, function) {
        return Some("main".into());
    }
    let is_plain = code.receiver_name(function).is_none();
    code.declared_name(function).filter(|_| is_plain).map(Arc::from)
}
