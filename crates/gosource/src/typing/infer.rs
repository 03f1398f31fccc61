//! Type arguments of calls of generic functions, where they follow plainly from the arguments.

use super::exprs::combined;
use crate::index::Resolver;
use crate::types::{ParamOwner, Signature, Type, TypeKind, TypeParam};

/// What is known of a type parameter.
#[derive(Clone)]
enum Binding {
    None,
    Type(Type),
    /// Arguments do not agree, or one is not known that would have a say.
    Failed,
}

struct Inference<'r, 'p> {
    resolver: &'r Resolver<'p>,
    bindings: Vec<Binding>,
}

/// The signature of a generic function with its type arguments.
pub(super) fn instantiate(signature: &Signature, args: &[Type]) -> Type {
    let instance = Signature { type_params: [].into(), ..signature.clone() };
    Type::new(TypeKind::Signature(instance)).substitute(ParamOwner::Func, args)
}

/// Types with type arguments in place of the function's parameters.
pub(super) fn with_args(types: &[Type], args: &[Type]) -> Vec<Type> {
    types.iter().map(|ty| ty.substitute(ParamOwner::Func, args)).collect()
}

/// Finds the type arguments of a call; those that do not follow are unknown.
pub(super) fn infer(
    resolver: &Resolver<'_>,
    signature: &Signature,
    explicit: &[Type],
    args: &[Type],
    ellipsis: bool,
) -> Vec<Type> {
    let count = signature.type_params.len();
    let mut bindings: Vec<Binding> = explicit.iter().cloned().map(Binding::Type).collect();
    bindings.resize(count, Binding::None);
    let mut inference = Inference { resolver, bindings };
    let params = expanded(signature, args.len(), ellipsis);
    for (param, arg) in params.iter().zip(args) {
        if !arg.is_untyped() && param.has_params() {
            inference.argument(param, arg);
        }
    }
    inference.untyped(&params, args);
    inference.constraints(signature);
    let bound = |binding: Binding| match binding {
        Binding::Type(ty) => ty,
        Binding::None | Binding::Failed => Type::unknown(),
    };
    inference.bindings.into_iter().map(bound).collect()
}

/// The types of the parameters, one for each argument.
fn expanded(signature: &Signature, args: usize, ellipsis: bool) -> Vec<Type> {
    let mut params = signature.params.clone();
    if signature.variadic
        && !ellipsis
        && let Some(last) = params.pop()
        && let TypeKind::Slice(elem) = last.kind()
    {
        params.resize(params.len().max(args), elem.clone());
    }
    params
}

fn own(ty: &Type) -> Option<&TypeParam> {
    match ty.kind() {
        TypeKind::Param(param) if param.owner == ParamOwner::Func => Some(param),
        _ => None,
    }
}

impl Inference<'_, '_> {
    fn binding(&mut self, param: &TypeParam) -> Option<&mut Binding> {
        self.bindings.get_mut(param.index as usize)
    }

    fn fail(&mut self, param: &TypeParam) {
        if let Some(binding) = self.binding(param) {
            *binding = Binding::Failed;
        }
    }

    fn argument(&mut self, param: &Type, arg: &Type) {
        match own(param) {
            // An argument that is not known could make the parameter another type.
            Some(own) if arg.is_unknown() => self.fail(own),
            Some(own) => self.bind(own, arg),
            None if arg.is_unknown() => {}
            None => self.unify(param, arg),
        }
    }

    fn bind(&mut self, param: &TypeParam, ty: &Type) {
        let Some(binding) = self.binding(param) else { return };
        match binding {
            Binding::None => *binding = Binding::Type(ty.clone()),
            Binding::Type(bound) if bound == ty => {}
            Binding::Type(_) | Binding::Failed => *binding = Binding::Failed,
        }
    }

    /// Binds what stands in an argument in the place of type parameters.
    fn unify(&mut self, param: &Type, arg: &Type) {
        if !param.has_params() || arg.is_unknown() {
            return;
        }
        match (param.kind(), arg.kind()) {
            (TypeKind::Param(_), _) => own(param).into_iter().for_each(|own| self.bind(own, arg)),
            (TypeKind::Named(a), TypeKind::Named(b)) if a.path == b.path && a.name == b.name => {
                a.args.iter().zip(b.args.iter()).for_each(|(a, b)| self.unify(a, b));
            }
            // A generic interface is met by methods, which are not compared here.
            (TypeKind::Named(_), _) => {}
            (_, TypeKind::Named(_) | TypeKind::Local(_) | TypeKind::Param(_)) => {
                let under = self.resolver.canonical(&self.resolver.core(arg));
                if !matches!(
                    under.kind(),
                    TypeKind::Named(_) | TypeKind::Local(_) | TypeKind::Param(_)
                ) {
                    self.unify(param, &under);
                }
            }
            (TypeKind::Pointer(a), TypeKind::Pointer(b))
            | (TypeKind::Slice(a), TypeKind::Slice(b))
            | (TypeKind::Array(a), TypeKind::Array(b))
            | (TypeKind::Chan(_, a), TypeKind::Chan(_, b)) => self.unify(a, b),
            (TypeKind::Map(a, b), TypeKind::Map(c, d)) => {
                self.unify(a, c);
                self.unify(b, d);
            }
            (TypeKind::Signature(a), TypeKind::Signature(b)) if b.type_params.is_empty() => {
                let pairs = a.params.iter().zip(&b.params).chain(a.results.iter().zip(&b.results));
                pairs.for_each(|(a, b)| self.unify(a, b));
            }
            _ => {}
        }
    }

    /// Constants without a type count where nothing else says what a parameter is; the largest kind wins.
    fn untyped(&mut self, params: &[Type], args: &[Type]) {
        let mut constants: Vec<(TypeParam, Type)> = Vec::new();
        for (param, arg) in params.iter().zip(args) {
            let Some(param) = own(param).filter(|_| arg.is_untyped()) else { continue };
            match constants.iter_mut().find(|(other, _)| other == param) {
                Some((_, ty)) => *ty = combined(ty, arg),
                None => constants.push((param.clone(), arg.clone())),
            }
        }
        for (param, ty) in constants {
            if let Some(binding @ Binding::None) = self.binding(&param) {
                let ty = ty.default_type();
                *binding = if ty.is_unknown() { Binding::Failed } else { Binding::Type(ty) };
            }
        }
    }

    /// Parameters that follow from the constraints of others: `S ~[]E` tells `E`.
    fn constraints(&mut self, signature: &Signature) {
        for (i, decl) in signature.type_params.iter().enumerate() {
            let Some((tilde, term)) = self.resolver.single_term(&decl.constraint) else { continue };
            match self.bindings[i].clone() {
                Binding::Type(bound) => {
                    let under = self.resolver.canonical(&self.resolver.core(&bound));
                    self.unify(&term, &under);
                }
                Binding::None if !tilde => {
                    let args: Vec<Type> = self.bindings.iter().map(known).collect();
                    let ty = term.substitute(ParamOwner::Func, &args);
                    if !ty.has_unknown() {
                        self.bindings[i] = Binding::Type(ty);
                    }
                }
                Binding::None | Binding::Failed => {}
            }
        }
    }
}

fn known(binding: &Binding) -> Type {
    match binding {
        Binding::Type(ty) => ty.clone(),
        Binding::None | Binding::Failed => Type::unknown(),
    }
}
