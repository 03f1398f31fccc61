//! Which functions of a program are pieces of its `main`: what they hold until they return is held until the process
//! ends.

use std::sync::Arc;

use plumb_gosource::{ExprKind, Node, Referent};
use rustc_hash::FxHashMap;

use crate::code::Code;

/// How many functions may be between `main` and one that is a piece of it.
const MAX_DEPTH: usize = 4;

/// The package and the name of a function.
type Function = (Arc<str>, Arc<str>);

/// By package and function, where the functions of programs are mentioned: the declared function in which they are
/// called, once; `None` for any other mention.
#[derive(Debug, Default)]
pub(super) struct Programs(FxHashMap<Function, Vec<Option<Arc<str>>>>);

impl Programs {
    pub(super) fn read(code: &Code<'_>) -> Self {
        let mut programs = Self::default();
        if &*code.package.name != "main" {
            return programs;
        }
        let package: Arc<str> = (*code.package.path).into();
        for expr in code.expressions() {
            let ExprKind::Ident(ident) = code.file[expr].kind else { continue };
            let is_outer = match code.names.referent(ident) {
                None => true,
                Some(Referent::Declared(declared)) => {
                    code.names.declaration(declared).is_some_and(|declared| declared.top_level)
                }
                Some(Referent::Import(_)) => false,
            };
            if !is_outer {
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
            let key = (package.clone(), Arc::from(code.file.name(ident)));
            programs.0.entry(key).or_default().push(by);
        }
        programs
    }

    pub(super) fn join(&mut self, other: Self) {
        for (key, by) in other.0 {
            self.0.entry(key).or_default().extend(by);
        }
    }

    pub(super) fn is_part_of_main(&self, package: &str, function: &str) -> bool {
        let mut at: Arc<str> = function.into();
        for _ in 0..MAX_DEPTH {
            let Some([Some(by)]) = self.0.get(&(package.into(), at)).map(Vec::as_slice) else {
                return false;
            };
            if &**by == "main" {
                return true;
            }
            at = by.clone();
        }
        false
    }
}

/// The function around a byte, if it is no method and no literal.
fn caller(code: &Code<'_>, offset: u32) -> Option<Arc<str>> {
    let function = code.scope.function_at(offset)?;
    let is_plain = code.receiver_name(function).is_none();
    code.declared_name(function).filter(|_| is_plain).map(Arc::from)
}
