//! Types of variables where neither a toolchain nor the downloaded modules tell them: by the records of what made them.

use plumb_evidence::catalogue::Acquired;
use plumb_gosource::flow::{Callee, callee};
use plumb_gosource::{ExprId, ExprKind, IdentId, Kind, Referent, Spec, SpecKind, StmtId, StmtKind};
use rustc_hash::FxHashMap;

use crate::code::Code;
use crate::functions::FunctionKey;

/// Functions that make what is acquired later, by a method of it: package and name, package and name of the type. From
/// the documentation of the standard library, Go 1.27, and of otel 1.35.
const MAKERS: [([&str; 2], (&str, &str)); 3] = [
    (["os/exec", "Command"], ("os/exec", "Cmd")),
    (["os/exec", "CommandContext"], ("os/exec", "Cmd")),
    (["go.opentelemetry.io/otel", "Tracer"], ("go.opentelemetry.io/otel/trace", "Tracer")),
];

/// The nodes by which something is made, and gets a variable.
pub(super) const MAKING: [Kind; 3] = [Kind::AssignStmt, Kind::ValueSpec, Kind::CallExpr];

/// The types, path and name, of variables that are declared with the result of a call that a record names.
#[derive(Debug, Default)]
pub(super) struct Made(FxHashMap<IdentId, (&'static str, &'static str)>);

impl Made {
    /// Learns from a statement: `db, err := sql.Open(…)`.
    pub(super) fn statement(&mut self, code: &Code<'_>, stmt: StmtId) {
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return };
        if let [value] = code.file[assign.rhs] {
            let places = code.file[assign.lhs].iter().map(|place| variable(code, *place));
            self.learn(code, value, places);
        }
    }

    /// Learns from a line of a declaration: `var db, err = sql.Open(…)`.
    pub(super) fn spec(&mut self, code: &Code<'_>, spec: &Spec) {
        let SpecKind::ValueSpec(spec) = spec.kind else { return };
        if let [value] = code.file[spec.values] {
            self.learn(code, value, code.file[spec.names].iter().map(|name| Some(*name)));
        }
    }

    fn learn(
        &mut self,
        code: &Code<'_>,
        value: ExprId,
        mut places: impl Iterator<Item = Option<IdentId>>,
    ) {
        if !matches!(code.file[value].kind, ExprKind::CallExpr(_)) || code.types.of(value).is_some()
        {
            return;
        }
        let Some((index, ty)) = self.made_by(code, value) else { return };
        if let Some(Some(variable)) = places.nth(index) {
            self.0.entry(variable).or_insert(ty);
        }
    }

    fn made_by(
        &self,
        code: &Code<'_>,
        call: ExprId,
    ) -> Option<(usize, (&'static str, &'static str))> {
        let callee = self.callee(code, call)?;
        let is_it = |(function, _): &&([&str; 2], _)| *function == [callee.path, callee.name];
        if let Some((_, ty)) = MAKERS.iter().find(is_it) {
            return Some((0, *ty));
        }
        code.acquired_by(&callee).iter().find_map(|(object, what)| {
            let Acquired::Result(index) = what else { return None };
            let ty = FunctionKey::parse(object.source.types.first()?);
            Some((usize::from(*index), (ty.path, ty.name)))
        })
    }

    /// What a call calls, as [`Code::callee`], and if that does not know the type of what a method is called on, as it
    /// was made.
    pub(super) fn callee<'c>(&self, code: &'c Code<'_>, call: ExprId) -> Option<FunctionKey<'c>> {
        if let Some(callee) = code.callee(call) {
            return Some(callee);
        }
        let Callee::Method(on, name) = callee(code.file, code.names, call)? else { return None };
        let (path, receiver) = self.0.get(&variable(code, on)?)?;
        Some(FunctionKey { path, receiver: Some(receiver), name })
    }
}

/// The declaration of the variable that an expression is.
pub(super) fn variable(code: &Code<'_>, expr: ExprId) -> Option<IdentId> {
    let ExprKind::Ident(ident) = code.file[code.file.unparen(expr)].kind else { return None };
    match code.names.referent(ident)? {
        Referent::Declared(declared) => Some(declared),
        Referent::Import(_) => None,
    }
}
