//! What names mean, and types that are written in the file.

use std::sync::Arc;

use super::pass::Pass;
use super::{Callee, Entry};
use crate::ast::TypeSpec;
use crate::ids::{ExprId, Id, IdentId, SpecId};
use crate::index::{Found, Package, TypeScope, predeclared, type_of};
use crate::names::{DeclaredAs, Referent};
use crate::types::{Basic, LocalType, Type, TypeKind};

/// Functions of the language.
const BUILTINS: &[&str] = &[
    "append", "cap", "clear", "close", "complex", "copy", "delete", "imag", "len", "make", "max",
    "min", "new", "panic", "print", "println", "real", "recover",
];

impl TypeScope for Pass<'_, '_> {
    fn ident(&self, ident: IdentId) -> Type {
        let name = self.file.name(ident);
        match self.names.referent(ident) {
            Some(Referent::Import(_)) => Type::unknown(),
            Some(Referent::Declared(declaring)) => match self.names.declaration(declaring) {
                Some(declaration) if declaration.kind == DeclaredAs::TypeParam => {
                    match self.params.get(&declaring) {
                        Some(param) => Type::new(TypeKind::Param(param.clone())),
                        None => Type::unknown(),
                    }
                }
                Some(declaration) if declaration.kind != DeclaredAs::Type => Type::unknown(),
                Some(declaration) if declaration.top_level => {
                    let decl = self.package.type_decl(self.resolver.program, name);
                    match decl.is_some_and(|decl| decl.place.name == self.file[declaring].span) {
                        true => self.resolver.named(&self.package.path, name),
                        false => Type::unknown(),
                    }
                }
                _ => self.declared_in_function(declaring),
            },
            None => self.type_of_package(name),
        }
    }

    fn qualified(&self, package: IdentId, name: IdentId) -> Type {
        let Some(Referent::Import(spec)) = self.names.referent(package) else {
            return Type::unknown();
        };
        let name = self.file.name(name);
        let path = self.import_path(spec);
        match &*path {
            "C" => Type::unknown(),
            "unsafe" if name == "Pointer" => Type::basic(Basic::UnsafePointer),
            _ => self.resolver.named(&path, name),
        }
    }

    fn pointer(&self, to: Type) -> Type {
        self.resolver.pointer(to)
    }

    fn path(&self) -> Arc<str> {
        self.package.path.clone()
    }
}

impl Pass<'_, '_> {
    /// The type that an expression is, without aliases.
    pub(super) fn type_of(&self, expr: ExprId) -> Type {
        self.canonical(&type_of(self, self.file, expr))
    }

    /// A type of which the name is declared in another file, or by the language.
    fn type_of_package(&self, name: &str) -> Type {
        let path = &self.package.path;
        self.resolver.written(path, name, || self.declared_elsewhere(name))
    }

    fn declared_elsewhere(&self, name: &str) -> Type {
        let of_package = self.resolver.named(&self.package.path, name);
        let TypeKind::Named(of_name) = of_package.kind() else { return Type::unknown() };
        if self.resolver.decl(of_name).is_some() {
            return of_package;
        }
        match self.package.declares(name) {
            true => Type::unknown(),
            false => predeclared(name).unwrap_or_else(Type::unknown),
        }
    }

    fn declared_in_function(&self, declaring: IdentId) -> Type {
        if let Some(ty) = self.local_types.get(&declaring) {
            return ty.clone();
        }
        let name = self.file.name(declaring).into();
        let (path, offset) = (self.package.path.clone(), self.file[declaring].span.start);
        Type::new(TypeKind::Local(LocalType { path, name, offset }))
    }

    pub(super) fn local_type(&mut self, spec: &TypeSpec) {
        if spec.type_params.is_some() {
            self.local_types.insert(spec.name, Type::unknown());
        } else if spec.assign.is_some() {
            let ty = self.type_of(spec.ty);
            self.local_types.insert(spec.name, ty);
        } else {
            let ty = self.type_of(spec.ty);
            let offset = self.file[spec.name].span.start;
            self.resolver.locals.borrow_mut().insert(offset, ty);
        }
    }

    /// The path of an import, as types are known by it.
    fn import_path(&self, spec: SpecId) -> Arc<str> {
        if let Some(known) = self.paths.borrow().get(&spec) {
            return known.clone();
        }
        let path = self.names.import(spec).map_or("", |import| import.path);
        let path = match path {
            "unsafe" | "C" => path.into(),
            _ => self.resolver.program.canonical_path(path, self.package.is_std),
        };
        self.paths.borrow_mut().insert(spec, path.clone());
        path
    }

    pub(super) fn enter_ident(&mut self, expr: ExprId, ident: IdentId) {
        let entry = match self.names.referent(ident) {
            Some(Referent::Import(spec)) => {
                let path = self.import_path(spec);
                Entry::Package(self.out.text(&path))
            }
            Some(Referent::Declared(declaring)) => self.declared(expr, ident, declaring),
            None => self.not_in_file(expr, ident),
        };
        self.set(expr, entry);
    }

    fn declared(&mut self, expr: ExprId, ident: IdentId, declaring: IdentId) -> Entry {
        let Some(declaration) = self.names.declaration(declaring) else { return Entry::Unknown };
        match declaration.kind {
            DeclaredAs::Type | DeclaredAs::TypeParam => match TypeScope::ident(self, ident) {
                ty if ty.is_unknown() => Entry::Unknown,
                ty => Entry::Type(ty),
            },
            DeclaredAs::Label => Entry::Unknown,
            _ if declaration.top_level => {
                let (package, name) = (self.package, self.file.name(ident));
                // A file that the build does not take may declare a name that another one declares too.
                match package.place(name).is_some_and(|p| p.name == self.file[declaring].span) {
                    true => self.of_package(expr, package, name).unwrap_or_default(),
                    false => Entry::Unknown,
                }
            }
            _ => match &self.out.vars[declaring.index()] {
                Some(ty) => Entry::Value(ty.clone()),
                None => Entry::Unknown,
            },
        }
    }

    /// A name of another file of the package, of a dot import, or of the language.
    fn not_in_file(&mut self, expr: ExprId, ident: IdentId) -> Entry {
        let name = self.file.name(ident);
        let package = self.package;
        if let Some(entry) = self.of_package(expr, package, name) {
            return entry;
        }
        for import in self.names.imports() {
            if import.name == crate::names::ImportName::Dot {
                let path = self.import_path(import.spec);
                let Some(package) = self.resolver.package(&path) else { return Entry::Unknown };
                if let Some(entry) = self.of_package(expr, &package, name) {
                    return entry;
                }
            }
        }
        match name {
            "true" | "false" => Entry::Value(Type::basic(Basic::UntypedBool)),
            "iota" => Entry::Value(Type::basic(Basic::UntypedInt)),
            "nil" => Entry::Value(Type::basic(Basic::UntypedNil)),
            _ if BUILTINS.contains(&name) => Entry::Builtin(self.out.text(name)),
            _ => predeclared(name).map_or(Entry::Unknown, Entry::Type),
        }
    }

    /// What a package declares under a name.
    pub(super) fn of_package(
        &mut self,
        expr: ExprId,
        package: &Package,
        name: &str,
    ) -> Option<Entry> {
        match package.found(self.resolver.program, name)? {
            Found::Function(function) => {
                let (path, name) = (package.path.clone(), function.name.clone());
                let callee = Callee { path, receiver: None, name, dynamic: false };
                self.out.set_callee(expr, self.resolver.callee(callee));
                Some(Entry::Value(self.canonical(&function.ty)))
            }
            Found::Type(decl) => Some(Entry::Type(self.resolver.named(&decl.path, &decl.name))),
            Found::Value(value) => Some(Entry::Value(self.resolver.value_type(package, value))),
        }
    }
}
