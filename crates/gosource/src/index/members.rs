//! Fields and methods of a type, through pointers and embedded fields, by Go's rules.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::package::{Method, Place, TypeDecl, is_exported};
use super::resolver::Resolver;
use crate::types::{ParamOwner, StructType, Type, TypeKind};

/// How many embedded types are looked at for one name. More are not looked at: types can embed each other in
/// instances without end.
const MOST_EMBEDDED: usize = 2_000;

/// What is known of a name in a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The type has it.
    Found(Arc<Member>),
    /// The type does not have it, or several at the same depth.
    Absent,
    /// A type in which it might be is not known.
    Unknown,
}

/// A field or method of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which of them it is.
    pub kind: MemberKind,
    /// Its name.
    pub name: Arc<str>,
    /// The type of the field, or the signature of the method without the receiver.
    pub ty: Type,
    /// The type in which it is declared: for a promoted one an embedded type.
    pub owner: Type,
    /// Names of the embedded fields on the way to it.
    pub embedded_in: Vec<Arc<str>>,
    /// Whether there is a pointer on the way: the type itself, or an embedded field.
    pub indirect: bool,
    /// Whether it is a method of which the receiver is a pointer.
    pub pointer_receiver: bool,
    /// Where it is declared, if it is a method that is declared outside of its type.
    pub place: Option<Place>,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A field of a struct.
    Field,
    /// A method.
    Method,
    /// A method of an interface.
    InterfaceMethod,
}

impl Lookup {
    /// The member that was found.
    pub fn found(self) -> Option<Member> {
        match self {
            Self::Found(member) => Some(Arc::unwrap_or_clone(member)),
            Self::Absent | Self::Unknown => None,
        }
    }
}

/// A type at some depth of embedding.
#[derive(Clone)]
pub(super) struct Level {
    pub(super) ty: Type,
    pub(super) embedded_in: Vec<Arc<str>>,
    pub(super) indirect: bool,
    /// Whether it is embedded several times at this depth: what it has is ambiguous.
    pub(super) several: bool,
}

/// Names are equal if they are exported or belong to the same package.
fn same_name(name: &str, other: &str, path: &str, other_path: &str) -> bool {
    name == other && (is_exported(name) || path == other_path)
}

impl Resolver<'_> {
    /// Looks for a field or method, see [`Resolver::member`].
    pub(super) fn find_member(&self, ty: &Type, name: &str, from: &str) -> Lookup {
        let Some(start) = self.first_level(ty) else { return Lookup::Absent };
        let is_pointer_type = start.ty != *ty && !matches!(ty.kind(), TypeKind::Pointer(_));
        let mut current = vec![start];
        let mut seen = FxHashSet::default();
        let mut unknown = false;
        while !current.is_empty() && seen.len() < MOST_EMBEDDED {
            let mut found: Vec<Member> = Vec::new();
            let mut next = Vec::new();
            let mut unknown_here = false;
            for level in current {
                if is_named(&level.ty) && !seen.insert(identity(&level.ty)) {
                    continue;
                }
                let before = found.len();
                unknown_here |= !self.members_at(&level, name, from, &mut found, &mut next);
                if level.several && found.len() > before {
                    return Lookup::Absent;
                }
            }
            if is_pointer_type {
                found.retain(|member| member.kind == MemberKind::Field);
            }
            match found.len() {
                0 => unknown |= unknown_here,
                _ if unknown => return Lookup::Unknown,
                1 => return Lookup::Found(Arc::new(found.remove(0))),
                _ => return Lookup::Absent,
            }
            current = merged(next);
        }
        if unknown || !current_is_done(&seen) { Lookup::Unknown } else { Lookup::Absent }
    }

    /// The type itself, or what it points to; `None` for a pointer to an interface, which has nothing.
    pub(super) fn first_level(&self, ty: &Type) -> Option<Level> {
        let level = |ty: &Type, indirect| Level {
            ty: ty.clone(),
            embedded_in: Vec::new(),
            indirect,
            several: false,
        };
        if let TypeKind::Pointer(to) = ty.kind() {
            let is_interface = matches!(self.underlying(to).kind(), TypeKind::Interface(_));
            return (!is_interface).then(|| level(to, true));
        }
        // A type that is declared as a pointer has the fields of what it points to, and no methods.
        match self.underlying(ty).kind() {
            TypeKind::Pointer(to) => Some(level(to, true)),
            _ => Some(level(ty, false)),
        }
    }

    /// Finds what a type itself has under a name, and what it embeds; false if it is not known.
    fn members_at(
        &self,
        level: &Level,
        name: &str,
        from: &str,
        found: &mut Vec<Member>,
        next: &mut Vec<Level>,
    ) -> bool {
        let member = |kind, ty: Type, pointer_receiver, place| Member {
            kind,
            name: name.into(),
            ty,
            owner: level.ty.clone(),
            embedded_in: level.embedded_in.clone(),
            indirect: level.indirect,
            pointer_receiver,
            place,
        };
        if let TypeKind::Named(named) = level.ty.kind()
            && !named.path.is_empty()
        {
            let Some(decl) = self.decl(named) else { return false };
            let method =
                decl.methods.iter().find(|method| same_name(&method.name, name, &decl.path, from));
            if let Some(method) = method {
                let ty = self.method_type(self.declared_method_type(&decl, method), &named.args);
                let place = Some(method.place);
                found.push(member(MemberKind::Method, ty, method.pointer_receiver, place));
                return true;
            }
        }
        let under = match level.ty.kind() {
            TypeKind::Param(param) => self.underlying(&self.constraint(param)),
            _ => self.underlying(&level.ty),
        };
        match under.kind() {
            TypeKind::Unknown => return false,
            TypeKind::Struct(fields) => {
                let field = fields
                    .fields
                    .iter()
                    .find(|field| same_name(&field.name, name, &fields.path, from));
                if let Some(field) = field {
                    found.push(member(MemberKind::Field, field.ty.clone(), false, None));
                    return true;
                }
                next.extend(self.embedded(level, fields));
            }
            TypeKind::Interface(_) => {
                let (methods, known) = self.interface_methods(&under);
                let method =
                    methods.into_iter().find(|(path, m)| same_name(&m.name, name, path, from));
                if let Some((_, method)) = method {
                    found.push(member(MemberKind::InterfaceMethod, method.ty, false, None));
                    return true;
                }
                return known && self.has_no_core_fields(&level.ty);
            }
            _ => {}
        }
        true
    }

    /// A type parameter may have the fields of its core type, which are not looked at.
    fn has_no_core_fields(&self, ty: &Type) -> bool {
        !matches!(ty.kind(), TypeKind::Param(_))
    }

    /// The signature of a method, without the receiver.
    pub(super) fn declared_method_type<'m>(&self, decl: &TypeDecl, method: &'m Method) -> &'m Type {
        method.ty.get_or_init(|| {
            let package = self.package(&decl.path);
            let ty = package.and_then(|package| package.method_type(self.program, method.at));
            ty.unwrap_or_else(Type::unknown)
        })
    }

    /// The signature of a method with the type arguments of its receiver.
    pub(super) fn method_type(&self, ty: &Type, args: &[Type]) -> Type {
        let is_generic = ty.signature().is_some_and(|signature| !signature.type_params.is_empty());
        if is_generic && args.iter().any(Type::has_params) {
            // Its own parameters could not be told from those of the arguments.
            return Type::unknown();
        }
        ty.substitute(ParamOwner::Type, args)
    }

    /// The types that the embedded fields of a struct have.
    pub(super) fn embedded(&self, level: &Level, fields: &StructType) -> Vec<Level> {
        let embedded = fields.fields.iter().filter(|field| field.embedded);
        embedded
            .map(|field| {
                let ty = self.canonical(&field.ty);
                let mut embedded_in = level.embedded_in.clone();
                embedded_in.push(field.name.clone());
                Level {
                    ty: ty.pointee_or_self().clone(),
                    embedded_in,
                    indirect: level.indirect || ty.pointee().is_some(),
                    several: level.several,
                }
            })
            .collect()
    }

    /// All methods of an interface with the packages to which their names belong, and whether all of it is known.
    pub(super) fn interface_methods(
        &self,
        interface: &Type,
    ) -> (Vec<(Arc<str>, crate::types::InterfaceMethod)>, bool) {
        let mut methods: Vec<(Arc<str>, crate::types::InterfaceMethod)> = Vec::new();
        let mut known = true;
        let mut seen = FxHashSet::default();
        let mut todo = vec![interface.clone()];
        while let Some(ty) = todo.pop() {
            if seen.len() >= MOST_EMBEDDED {
                return (methods, false);
            }
            if is_named(&ty) && !seen.insert(identity(&ty)) {
                continue;
            }
            match self.underlying(&ty).kind() {
                TypeKind::Interface(interface) => {
                    for method in &interface.methods {
                        let is_new = methods.iter().all(|(path, m)| {
                            !same_name(&m.name, &method.name, path, &interface.path)
                        });
                        if is_new {
                            methods.push((interface.path.clone(), method.clone()));
                        }
                    }
                    todo.extend(interface.embedded.iter().rev().cloned());
                }
                TypeKind::Unknown => known = false,
                _ => {}
            }
        }
        (methods, known)
    }
}

fn current_is_done(seen: &FxHashSet<(Arc<str>, Arc<str>, u32)>) -> bool {
    seen.len() < MOST_EMBEDDED
}

fn is_named(ty: &Type) -> bool {
    matches!(ty.kind(), TypeKind::Named(_) | TypeKind::Local(_))
}

/// What a named type is known by, whatever its arguments.
pub(super) fn identity(ty: &Type) -> (Arc<str>, Arc<str>, u32) {
    match ty.kind() {
        TypeKind::Named(named) => (named.path.clone(), named.name.clone(), u32::MAX),
        TypeKind::Local(local) => (local.path.clone(), local.name.clone(), local.offset),
        _ => ("".into(), "".into(), 0),
    }
}

/// The types of the next depth, each once.
pub(super) fn merged(next: Vec<Level>) -> Vec<Level> {
    let mut out: Vec<Level> = Vec::new();
    for level in next {
        match out.iter_mut().find(|other| is_named(&level.ty) && other.ty == level.ty) {
            Some(other) => other.several = true,
            None => out.push(level),
        }
    }
    out
}
