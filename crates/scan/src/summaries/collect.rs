//! Reads the facts of a file.

use std::cell::OnceCell;

use plumb_gosource::flow::{CallEffect, FunctionId, StepId};
use plumb_gosource::{DeclKind, ExprKind, FieldListId, FuncDecl, IdentId, Node};
use rustc_hash::FxHashSet;

use super::facts::{FieldFacts, FunctionFacts, Key, ParameterFacts};
use super::{ends, fields, parameters, results, values};
use crate::code::Code;

/// Import paths of the modules that are looked at.
#[derive(Clone, Debug)]
pub(crate) struct Ours(FxHashSet<String>);

impl Ours {
    pub(crate) fn new(modules: impl IntoIterator<Item = String>) -> Self {
        Self(modules.into_iter().collect())
    }

    /// Whether a package, or the external tests of one, belongs to one of the modules: all do to one without a path.
    pub(crate) fn has(&self, path: &str) -> bool {
        let ends = path.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'/' | b'_'));
        let mut ends = ends.map(|(end, _)| end).chain([0, path.len()]);
        ends.any(|end| self.0.contains(&path[..end]))
    }
}

/// A file of which facts are read.
pub(super) struct Reading<'c, 'p> {
    pub(super) code: &'c Code<'p>,
    ours: &'c Ours,
    /// By function, calls that may not come back.
    may_stop: Vec<OnceCell<Vec<(StepId, Key)>>>,
}

/// The facts of all functions that a file declares, and what happens to fields in it.
pub(super) fn facts(code: &Code<'_>, ours: &Ours) -> (Vec<FunctionFacts>, Vec<FieldFacts>) {
    let may_stop = code.scope.functions().map(|_| OnceCell::new()).collect();
    let reading = Reading { code, ours, may_stop };
    let declared = code.scope.functions().filter_map(|function| {
        let Node::Decl(decl) = code.scope[function].node else { return None };
        match code.file[decl].kind {
            DeclKind::FuncDecl(decl) => reading.function(function, &decl),
            _ => None,
        }
    });
    (declared.collect(), fields::of(&reading))
}

impl Reading<'_, '_> {
    pub(super) fn is_ours(&self, path: &str) -> bool {
        self.ours.has(path)
    }

    fn function(&self, function: FunctionId, decl: &FuncDecl) -> Option<FunctionFacts> {
        let name = self.code.file.name(decl.name);
        // Nobody can call these.
        if name == "_" || (name == "init" && decl.recv.is_none()) {
            return None;
        }
        let receiver = match decl.recv {
            Some(recv) => Some(self.code.receiver(recv)?.0),
            None => None,
        };
        let key = Key {
            path: self.code.package.path.clone(),
            receiver: receiver.map(|receiver| receiver.into()),
            name: name.into(),
        };
        let params = self.parameters(self.code.file[decl.ty].params);
        let variadic = self.is_variadic(self.code.file[decl.ty].params);
        let follow = |variable: Option<IdentId>, variadic| match variable {
            Some(variable) if values::is_tracked(self.code.types.of_var(variable)) => {
                parameters::follow(self, function, variable, variadic)
            }
            _ => ParameterFacts::default(),
        };
        let receiver =
            decl.recv.and_then(|recv| self.parameters(recv).into_iter().next().flatten());
        let last = params.len().saturating_sub(1);
        let of =
            |(i, variable): (usize, &Option<IdentId>)| follow(*variable, variadic && i == last);
        let mut parameters: Vec<ParameterFacts> = params.iter().enumerate().map(of).collect();
        while parameters.last().is_some_and(|facts| !facts.kept && facts.events.is_empty()) {
            parameters.pop();
        }
        Some(FunctionFacts {
            key,
            end: ends::of(self, function),
            recovers: ends::recovers(self.code, function),
            receiver: follow(receiver, false),
            parameters,
            parameter_count: params.len(),
            variadic,
            results: results::of(self, function, decl),
        })
    }

    /// The declaring names of parameters, one for each; `None` for those without one.
    pub(super) fn parameters(&self, fields: FieldListId) -> Vec<Option<IdentId>> {
        let file = self.code.file;
        let mut out = Vec::new();
        for field in &file[file[fields].list] {
            match &file[file[*field].names] {
                [] => out.push(None),
                names => out.extend(names.iter().map(|n| (file.name(*n) != "_").then_some(*n))),
            }
        }
        out
    }

    fn is_variadic(&self, fields: FieldListId) -> bool {
        let file = self.code.file;
        let last = file[file[fields].list].last();
        last.is_some_and(|field| matches!(file[file[*field].ty].kind, ExprKind::Ellipsis(_)))
    }

    /// Statements of a function that call functions of the modules, which may not come back.
    pub(super) fn may_stop(&self, function: FunctionId) -> &[(StepId, Key)] {
        self.may_stop[function.index()].get_or_init(|| {
            let graph = self.code.graph(function);
            let steps = graph.blocks().flat_map(|block| graph.steps(block));
            let stops = steps.filter_map(|step| {
                let call = parameters::called_by(self, graph.step(step))?;
                if self.code.effect(call) != CallEffect::Returns {
                    return None;
                }
                let key = self.code.callee(call)?;
                self.is_ours(key.path).then(|| (step, Key::of(&key)))
            });
            stops.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_belong_to_the_modules_above_them() {
        let ours = Ours::new(["k8s.io/api".to_owned(), "example.com/a_b".to_owned()]);
        for (path, is_ours) in [
            ("k8s.io/api", true),
            ("k8s.io/api/core/v1", true),
            ("k8s.io/api_test", true),
            ("k8s.io/apimachinery", false),
            ("k8s.io", false),
            ("example.com/a_b/c", true),
            ("example.com/a", false),
            ("fmt", false),
            ("", false),
        ] {
            assert_eq!(ours.has(path), is_ours, "{path}");
        }
        assert!(Ours::new([String::new()]).has("main"));
    }
}
