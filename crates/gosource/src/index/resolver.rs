//! Types with their declarations: aliases, underlying types, constraints.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::memo::Memo;
use super::package::{Package, TypeDecl, is_exported};
use super::program::Program;
use crate::types::{
    InterfaceMethod, InterfaceType, Named, ParamOwner, Signature, Type, TypeKind, TypeParam,
};

/// Longest chain of declarations that is followed from one type: `type A B; type B C; …`. Those of types that are
/// declared by each other have no end.
const LONGEST_CHAIN: u32 = 50;

/// What the types that a function declares are, by the offsets of their names.
pub(crate) type Locals = FxHashMap<u32, Type>;

/// What was spent on finding one type.
#[derive(Debug)]
pub(super) struct Effort {
    /// How many more values may be looked at.
    pub(super) values: Cell<u32>,
    /// Whether something was given up.
    pub(super) cut: Cell<bool>,
}

/// Looks at types with the declarations of a program; for one thread.
pub(crate) struct Resolver<'p> {
    pub(crate) program: &'p Program<'p>,
    pub(crate) locals: RefCell<Locals>,
    /// Constraints of the type parameters in scope: those of the receiver's type, and of the function.
    pub(crate) constraints: RefCell<[Vec<Type>; 2]>,
    pub(super) memo: Memo,
    pub(super) depth: u32,
    pub(super) effort: Rc<Effort>,
}

impl<'p> Resolver<'p> {
    pub(crate) fn new(program: &'p Program<'p>) -> Self {
        let effort = Effort { values: Cell::new(u32::MAX), cut: Cell::new(false) };
        Self::with_effort(program, 0, Rc::new(effort))
    }

    pub(super) fn with_effort(program: &'p Program<'p>, depth: u32, effort: Rc<Effort>) -> Self {
        let (locals, constraints, memo) = Default::default();
        Self { program, locals, constraints, memo, depth, effort }
    }

    /// How many types it has looked at and remembers.
    pub(crate) fn known_types(&self) -> usize {
        self.memo.len()
    }

    /// Forgets what holds only within one file.
    pub(crate) fn begin_file(&self) {
        self.locals.borrow_mut().clear();
        *self.constraints.borrow_mut() = Default::default();
    }

    pub(crate) fn package(&self, path: &str) -> Option<Arc<Package>> {
        if let Some(known) = self.memo.packages.borrow().get(path) {
            return known.clone();
        }
        let package = self.program.package(path);
        self.memo.packages.borrow_mut().insert(path.into(), package.clone());
        package
    }

    /// The declaration of a type; the package may know it by a dot import.
    pub(crate) fn decl(&self, named: &Named) -> Option<Arc<TypeDecl>> {
        let package = self.package(&named.path)?;
        if let Some(decl) = package.type_decl(self.program, &named.name) {
            return Some(decl.clone());
        }
        if !is_exported(&named.name) {
            return None;
        }
        package
            .dot_imports
            .iter()
            .find_map(|path| self.package(path)?.type_decl(self.program, &named.name).cloned())
    }

    /// The type without aliases in it.
    pub(crate) fn canonical(&self, ty: &Type) -> Type {
        if !ty.has_names() {
            return ty.clone();
        }
        if let Some((_, known)) = self.memo.canonical.borrow().get(&ty.address()) {
            return known.clone();
        }
        let canonical = self.unaliased(ty, LONGEST_CHAIN);
        // The key is kept with the value, so that its address stays its own.
        self.memo.canonical.borrow_mut().insert(ty.address(), (ty.clone(), canonical.clone()));
        canonical
    }

    fn unaliased(&self, ty: &Type, longest: u32) -> Type {
        if longest == 0 {
            return Type::unknown();
        }
        if !ty.has_names() {
            return ty.clone();
        }
        let mapped = ty.map_parts(&mut |part| self.unaliased(part, longest - 1));
        let TypeKind::Named(named) = mapped.kind() else { return mapped };
        // So it is with nearly all types, of which most are only mentioned.
        if self.package(&named.path).is_some_and(|package| package.has_own_type(&named.name)) {
            return mapped;
        }
        match self.decl(named) {
            Some(decl) if decl.is_alias => {
                let target = decl.ty.substitute(ParamOwner::Type, &named.args);
                self.unaliased(&target, longest - 1)
            }
            Some(decl) if decl.path != named.path => {
                Type::new(TypeKind::Named(Named { path: decl.path.clone(), ..named.clone() }))
            }
            _ => mapped,
        }
    }

    /// What a type is behind its name.
    pub(crate) fn underlying(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        for _ in 0..LONGEST_CHAIN {
            ty = match ty.kind() {
                TypeKind::Named(named) if named.path.is_empty() => {
                    return predeclared_interface(named);
                }
                TypeKind::Named(named) => match self.decl(named) {
                    Some(decl) => decl.ty.substitute(ParamOwner::Type, &named.args),
                    None => return Type::unknown(),
                },
                TypeKind::Local(local) => match self.locals.borrow().get(&local.offset) {
                    Some(ty) => ty.clone(),
                    None => return Type::unknown(),
                },
                _ => return ty,
            };
        }
        Type::unknown()
    }

    /// The underlying type; that of a type parameter if all types that it may be have the same.
    pub(crate) fn core(&self, ty: &Type) -> Type {
        let ty = self.underlying(ty);
        match ty.kind() {
            TypeKind::Param(param) => match self.single_term(&self.constraint(param)) {
                Some((_, term)) => self.underlying(&term),
                None => Type::unknown(),
            },
            _ => ty,
        }
    }

    /// The constraint of a type parameter that is in scope.
    pub(crate) fn constraint(&self, param: &TypeParam) -> Type {
        let constraints = self.constraints.borrow();
        let list = &constraints[usize::from(param.owner == ParamOwner::Func)];
        list.get(param.index as usize).cloned().unwrap_or_else(Type::unknown)
    }

    /// The only type of a constraint, and whether types declared with it are meant too.
    pub(crate) fn single_term(&self, constraint: &Type) -> Option<(bool, Type)> {
        let mut ty = constraint.clone();
        let mut tilde = false;
        for _ in 0..LONGEST_CHAIN {
            let under = self.underlying(&ty);
            ty = match under.kind() {
                TypeKind::Interface(interface) => match interface.embedded.as_slice() {
                    [only] => only.clone(),
                    _ => return None,
                },
                TypeKind::Union(terms) => match terms.as_slice() {
                    [only] => {
                        tilde |= only.tilde;
                        only.ty.clone()
                    }
                    _ => return None,
                },
                TypeKind::Unknown | TypeKind::Param(_) => return None,
                _ => return Some((tilde, ty)),
            };
        }
        None
    }
}

/// `error` and `comparable`.
fn predeclared_interface(named: &Named) -> Type {
    if &*named.name != "error" {
        return Type::empty_interface();
    }
    let signature = Signature {
        type_params: [].into(),
        params: Vec::new(),
        results: vec![Type::basic(crate::types::Basic::String)],
        variadic: false,
    };
    let error =
        InterfaceMethod { name: "Error".into(), ty: Type::new(TypeKind::Signature(signature)) };
    let (path, embedded) = Default::default();
    Type::new(TypeKind::Interface(InterfaceType { path, methods: vec![error], embedded }))
}
