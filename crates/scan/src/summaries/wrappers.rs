//! What refers to a parameter and does not release it: a `bufio.Reader` around it.

use plumb_gosource::flow::{Bound, BoundTo, UseKind, VariableUse};
use plumb_gosource::{ExprId, ExprKind, Node};

use super::parameters::{Alias, Following, MOST_ALIASES};
use super::standard::{self, OnArgument};
use super::values::{self, Receiving};

impl Following<'_, '_, '_> {
    /// A call gives back something that refers to the parameter.
    pub(super) fn wrapped(&mut self, call: ExprId) {
        let code = self.reading.code;
        match code.scope.bound(call) {
            Bound::Dropped => {}
            Bound::To(places) => match places.first() {
                Some(BoundTo::Variable(variable))
                    if values::is_local(code, self.function, *variable)
                        && self.aliases.len() < MOST_ALIASES =>
                {
                    let known = self.aliases.iter().any(|alias| alias.variable == *variable);
                    if !known {
                        let (variable, part) = (*variable, String::new());
                        self.aliases.push(Alias { variable, part, wraps: true });
                    }
                }
                Some(BoundTo::Blank) => {}
                _ => self.facts.kept = true,
            },
            Bound::Used(Node::Expr(above)) => match code.file[above].kind {
                ExprKind::SelectorExpr(_) => {}
                ExprKind::CallExpr(parts) => {
                    let mut args = code.file[parts.args].iter();
                    match args.position(|arg| code.file.unparen(*arg) == call) {
                        Some(index) => self.wrapper_passed(above, index),
                        None => self.facts.kept = true,
                    }
                }
                _ => self.facts.kept = true,
            },
            Bound::Used(_) => self.facts.kept = true,
        }
    }

    fn wrapper_passed(&mut self, call: ExprId, index: usize) {
        match values::receiving(self.reading.code, call, index) {
            Receiving::Builtin("append" | "panic" | "copy") | Receiving::Unknown => {
                self.facts.kept = true;
            }
            Receiving::Builtin(_) => {}
            Receiving::Function(key, _) => match standard::reading(&key) {
                Some(OnArgument::Reads) => {}
                Some(OnArgument::Wraps) => self.wrapped(call),
                None => self.facts.kept = true,
            },
        }
    }

    /// What happens to something that refers to the parameter: only who gets it matters.
    pub(super) fn use_of_wrapper(&mut self, use_: &VariableUse) {
        match use_.kind {
            _ if !use_.selected.is_empty() => {}
            UseKind::Overwritten(_) | UseKind::Read | UseKind::Written | UseKind::Call(_) => {}
            UseKind::Argument { call, index } => self.wrapper_passed(call, index),
            UseKind::Assigned(_)
            | UseKind::Return(_)
            | UseKind::Element(_)
            | UseKind::Sent(_)
            | UseKind::Other => self.facts.kept = true,
        }
    }
}
