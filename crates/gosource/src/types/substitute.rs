//! Types with some of their parts replaced.

use super::{
    InterfaceMethod, InterfaceType, Named, ParamOwner, Signature, StructField, StructType, Term,
    Type, TypeKind, TypeParam, TypeParamDecl,
};

impl Type {
    /// The type with arguments in place of the type parameters of one owner; parameters without an argument become
    /// unknown.
    pub(crate) fn substitute(&self, owner: ParamOwner, args: &[Type]) -> Type {
        self.replace_params(&mut |param: &TypeParam| {
            (param.owner == owner)
                .then(|| args.get(param.index as usize).cloned().unwrap_or_else(Type::unknown))
        })
    }

    /// The type with other types in place of the type parameters for which `with` has one.
    pub(crate) fn replace_params(&self, with: &mut impl FnMut(&TypeParam) -> Option<Type>) -> Type {
        if !self.has_params() {
            return self.clone();
        }
        match self.kind() {
            TypeKind::Param(param) => with(param).unwrap_or_else(|| self.clone()),
            _ => self.map_parts(&mut |part| part.replace_params(with)),
        }
    }

    /// The type with each of its direct parts replaced.
    pub(crate) fn map_parts(&self, f: &mut impl FnMut(&Type) -> Type) -> Type {
        // Mostly nothing changes, and then the type can stay as it is.
        let mut changed = false;
        let mut parts = Vec::new();
        self.kind().for_each_part(|part| {
            let new = f(part);
            changed |= new.address() != part.address();
            parts.push(new);
        });
        match changed {
            true => self.with_parts(parts),
            false => self.clone(),
        }
    }

    /// The type with other parts, in the order of [`TypeKind::for_each_part`].
    fn with_parts(&self, parts: Vec<Type>) -> Type {
        let mut parts = parts.into_iter();
        let f = &mut |part: &Type| parts.next().unwrap_or_else(|| part.clone());
        let kind = match self.kind() {
            TypeKind::Unknown | TypeKind::Basic(_) | TypeKind::Local(_) | TypeKind::Param(_) => {
                return self.clone();
            }
            TypeKind::Named(named) if named.args.is_empty() => return self.clone(),
            TypeKind::Named(named) => {
                TypeKind::Named(Named { args: named.args.iter().map(f).collect(), ..named.clone() })
            }
            TypeKind::Pointer(x) => TypeKind::Pointer(f(x)),
            TypeKind::Slice(x) => TypeKind::Slice(f(x)),
            TypeKind::Array(x) => TypeKind::Array(f(x)),
            TypeKind::Chan(dir, x) => TypeKind::Chan(*dir, f(x)),
            TypeKind::Map(key, value) => TypeKind::Map(f(key), f(value)),
            TypeKind::Signature(signature) => TypeKind::Signature(map_signature(signature, f)),
            TypeKind::Struct(fields) => {
                let field = |field: &StructField| StructField { ty: f(&field.ty), ..field.clone() };
                let path = fields.path.clone();
                TypeKind::Struct(StructType {
                    path,
                    fields: fields.fields.iter().map(field).collect(),
                })
            }
            TypeKind::Interface(interface) => TypeKind::Interface(map_interface(interface, f)),
            TypeKind::Union(terms) => {
                let term = |term: &Term| Term { tilde: term.tilde, ty: f(&term.ty) };
                TypeKind::Union(terms.iter().map(term).collect())
            }
            TypeKind::Tuple(types) => TypeKind::Tuple(types.iter().map(f).collect()),
        };
        Type::new(kind)
    }
}

fn map_signature(signature: &Signature, f: &mut impl FnMut(&Type) -> Type) -> Signature {
    let param = |param: &TypeParamDecl| TypeParamDecl {
        name: param.name.clone(),
        constraint: f(&param.constraint),
    };
    Signature {
        type_params: signature.type_params.iter().map(param).collect(),
        params: signature.params.iter().map(&mut *f).collect(),
        results: signature.results.iter().map(&mut *f).collect(),
        variadic: signature.variadic,
    }
}

fn map_interface(interface: &InterfaceType, f: &mut impl FnMut(&Type) -> Type) -> InterfaceType {
    let method =
        |method: &InterfaceMethod| InterfaceMethod { name: method.name.clone(), ty: f(&method.ty) };
    InterfaceType {
        path: interface.path.clone(),
        methods: interface.methods.iter().map(method).collect(),
        embedded: interface.embedded.iter().map(&mut *f).collect(),
    }
}
