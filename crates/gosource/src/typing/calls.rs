//! Calls and conversions.

use super::pass::Pass;
use super::{Entry, infer};
use crate::ast::{CallExpr, ExprKind};
use crate::ids::ExprId;
use crate::types::{Signature, Type, TypeKind};

impl Pass<'_, '_> {
    /// The type of what a call yields.
    pub(super) fn call(&mut self, call: &CallExpr) -> Type {
        match self.entry(call.fun).clone() {
            Entry::Type(ty) => self.canonical(&ty),
            Entry::Builtin(name) => self.builtin(&self.out.texts[name as usize], call),
            Entry::Value(fun) => {
                let core = self.resolver.core(&fun);
                let Some(signature) = core.signature() else { return Type::unknown() };
                match signature.type_params.is_empty() {
                    true => self.results(&signature.results),
                    false => self.generic_call(signature, &[], call),
                }
            }
            Entry::Unknown => self.partly_instantiated(call),
            Entry::Package(_) => Type::unknown(),
        }
    }

    fn results(&self, results: &[Type]) -> Type {
        match results {
            [result] => self.canonical(result),
            results => self.canonical(&Type::new(TypeKind::Tuple(results.to_vec()))),
        }
    }

    /// `f[A](x)` where `f` has more type parameters than arguments are given.
    fn partly_instantiated(&self, call: &CallExpr) -> Type {
        let file = self.file;
        let (x, args) = match file[file.unparen(call.fun)].kind {
            ExprKind::IndexExpr(index) => (index.x, vec![index.index]),
            ExprKind::IndexListExpr(index) => (index.x, file[index.indices].to_vec()),
            _ => return Type::unknown(),
        };
        let fun = self.value(x);
        match fun.signature() {
            Some(signature) if signature.type_params.len() > args.len() => {
                self.generic_call(signature, &args, call)
            }
            _ => Type::unknown(),
        }
    }

    fn generic_call(&self, signature: &Signature, explicit: &[ExprId], call: &CallExpr) -> Type {
        let explicit: Vec<Type> = explicit.iter().map(|arg| self.type_arg(*arg)).collect();
        let args = &self.file[call.args];
        let mut types: Vec<Type> = args.iter().map(|arg| self.value(*arg)).collect();
        if let [only] = types.as_slice()
            && let TypeKind::Tuple(several) = only.kind()
        {
            types = several.clone();
        }
        let inferred = infer::infer(self.resolver, signature, &explicit, &types, call.ellipsis);
        self.results(&infer::with_args(&signature.results, &inferred))
    }
}
