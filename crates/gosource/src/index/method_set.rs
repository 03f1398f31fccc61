//! The method sets of types.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::members::{Lookup, MemberKind, identity, merged};
use super::program::Program;
use super::resolver::Resolver;
use super::{Member, Method, Package, TypeDecl, Value};
use crate::types::{Named, Type, TypeKind};

/// How many embedded types are looked at for one set.
const MOST_EMBEDDED: usize = 2_000;

/// A method in the method set of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodSetEntry {
    /// Import path of the package to which its name belongs, if it is not exported.
    pub path: Arc<str>,
    /// The method.
    pub method: Member,
}

impl Program<'_> {
    /// Finds a field or method of a type, also through a pointer and embedded fields. Names that are not exported
    /// are those of the package `from`.
    pub fn member(&self, ty: &Type, name: &str, from: &str) -> Lookup {
        let find = || {
            let resolver = Resolver::new(self);
            match resolver.find_member(&resolver.canonical(ty), name, from) {
                Lookup::Found(mut member) => {
                    let ty = resolver.canonical(&member.ty);
                    Arc::make_mut(&mut member).ty = ty;
                    Lookup::Found(member)
                }
                lookup => lookup,
            }
        };
        let TypeKind::Named(named) = ty.pointee_or_self().kind() else { return find() };
        // Who asks makes no difference for exported names, and the package of the type asks mostly for others.
        let is_alike = super::package::is_exported(name) || from == &*named.path;
        match self.plain_decl(named) {
            Some(decl) if is_alike => decl.members.get(ty.pointee().is_some(), name, find),
            _ => find(),
        }
    }

    /// The declaration of a type that is no alias and has no type parameters.
    fn plain_decl(&self, named: &Named) -> Option<Arc<TypeDecl>> {
        if !named.args.is_empty() {
            return None;
        }
        let package = self.package(&named.path)?;
        let decl = package.type_decl(self, &named.name)?;
        (decl.type_params.is_empty() && !decl.is_alias).then(|| decl.clone())
    }

    /// The signature of a method that a type declares, without the receiver.
    pub fn method_type<'m>(&self, decl: &TypeDecl, method: &'m Method) -> &'m Type {
        Resolver::new(self).declared_method_type(decl, method)
    }

    /// The methods that a value of a type has: of `T` without those that need a pointer, of `*T` with them. In order
    /// of their names; `None` if a type that belongs to it is not known.
    pub fn method_set(&self, ty: &Type) -> Option<Vec<MethodSetEntry>> {
        let resolver = Resolver::new(self);
        resolver.method_set(&resolver.canonical(ty))
    }

    /// What a type is behind its name.
    pub fn underlying(&self, ty: &Type) -> Type {
        let find = || {
            let resolver = Resolver::new(self);
            resolver.canonical(&resolver.underlying(ty))
        };
        let named = match ty.kind() {
            TypeKind::Named(named) => named,
            // Without names in it there is nothing behind it.
            TypeKind::Local(_) => return find(),
            _ if !ty.has_names() => return ty.clone(),
            _ => return find(),
        };
        match self.plain_decl(named) {
            Some(decl) => decl.underlying.get_or_init(find).clone(),
            None => find(),
        }
    }

    /// Whether a type is a map behind its name. What keys and values are is not looked at, and the packages that declare
    /// them are not read for it.
    pub fn is_map(&self, ty: &Type) -> bool {
        matches!(Resolver::new(self).underlying(ty).kind(), TypeKind::Map(..))
    }

    /// The type without aliases in it.
    pub fn canonical(&self, ty: &Type) -> Type {
        Resolver::new(self).canonical(ty)
    }

    /// The type of a package's variable or constant; unknown if its value does not tell it.
    pub fn value_type(&self, package: &Package, value: &Value) -> Type {
        Resolver::new(self).value_type(package, value)
    }
}

impl Resolver<'_> {
    fn method_set(&self, ty: &Type) -> Option<Vec<MethodSetEntry>> {
        let mut out = Vec::new();
        for (name, path) in self.method_names(ty)? {
            let from = if path.is_empty() { "" } else { &*path };
            match self.member(ty, &name, from) {
                Lookup::Found(member)
                    if member.kind != MemberKind::Field
                        && (member.indirect || !member.pointer_receiver) =>
                {
                    let ty = self.canonical(&member.ty);
                    let method = Member { ty, ..Arc::unwrap_or_clone(member) };
                    out.push(MethodSetEntry { path, method });
                }
                Lookup::Found(_) | Lookup::Absent => {}
                Lookup::Unknown => return None,
            }
        }
        Some(out)
    }

    /// The names of all methods that a type or one that it embeds has; with a package if they are not exported.
    fn method_names(&self, ty: &Type) -> Option<BTreeSet<(Arc<str>, Arc<str>)>> {
        let mut names = BTreeSet::new();
        let mut add = |name: &Arc<str>, path: &Arc<str>| {
            let exported = super::package::is_exported(name);
            names.insert((name.clone(), if exported { "".into() } else { path.clone() }));
        };
        let mut current: Vec<_> = self.first_level(ty).into_iter().collect();
        let mut seen = FxHashSet::default();
        while !current.is_empty() {
            let mut next = Vec::new();
            for level in current {
                if !seen.insert(identity(&level.ty))
                    && !matches!(level.ty.kind(), TypeKind::Struct(_))
                {
                    continue;
                }
                if seen.len() > MOST_EMBEDDED {
                    return None;
                }
                if let TypeKind::Named(named) = level.ty.kind()
                    && !named.path.is_empty()
                {
                    let decl = self.decl(named)?;
                    decl.methods.iter().for_each(|method| add(&method.name, &decl.path));
                }
                let under = self.underlying(&level.ty);
                match under.kind() {
                    TypeKind::Unknown => return None,
                    TypeKind::Struct(fields) => next.extend(self.embedded(&level, fields)),
                    TypeKind::Interface(_) => {
                        let (methods, known) = self.interface_methods(&under);
                        methods.iter().for_each(|(path, method)| add(&method.name, path));
                        known.then_some(())?;
                    }
                    _ => {}
                }
            }
            current = merged(next);
        }
        Some(names)
    }
}
