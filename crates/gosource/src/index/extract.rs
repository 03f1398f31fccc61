//! Reads what one file declares into the index of its package.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::declared::{Declarations, Declared, Located};
use super::memo::OneOfEach;
use super::package::{Function, Method, Package, Place, TypeDecl, Value, ValueType};
use super::program::Program;
use super::type_exprs::{TypeScope, embedded_name, signature_of, type_of};
use crate::ast::{DeclKind, ExprKind, FuncDecl, GenDecl, SpecKind, TypeSpec, ValueSpec};
use crate::file::File;
use crate::ids::{ExprId, FieldListId, IdentId, List};
use crate::token::Token;
use crate::types::{Basic, Named, ParamOwner, Type, TypeKind, TypeParam, TypeParamDecl};

/// Longest value, in bytes, of which the text is kept to find its type later. Longer ones are tables, and those
/// mostly begin with their type.
const MAX_VALUE: u32 = 2_000;

/// A package that is being read.
pub(super) struct Extraction<'p> {
    pub(super) program: &'p Program<'p>,
    pub(super) package: Package,
    /// What its files declare, in order.
    declared: Vec<Arc<Declared>>,
    /// Predeclared names that the package declares anew.
    pub(super) shadowed: FxHashSet<Arc<str>>,
    strings: RefCell<FxHashSet<Arc<str>>>,
    types: OneOfEach,
}

/// The names of one file.
struct FileScope<'x, 'p> {
    extraction: &'x Extraction<'p>,
    file: &'x File<'x>,
    imports: &'x [(Option<Arc<str>>, Arc<str>)],
    /// Paths of packages by their names in this file, as far as they were asked for.
    packages: RefCell<FxHashMap<&'x str, Option<Arc<str>>>>,
    located: RefCell<Located>,
    params: Vec<(Arc<str>, TypeParam)>,
}

impl<'p> Extraction<'p> {
    pub(super) fn new(program: &'p Program<'p>, package: Package) -> Self {
        let (declared, shadowed, strings, types) = Default::default();
        Self { program, package, declared, shadowed, strings, types }
    }

    fn text(&self, text: &str) -> Arc<str> {
        let mut strings = self.strings.borrow_mut();
        if let Some(known) = strings.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        strings.insert(new.clone());
        new
    }

    /// Reads what a file declares; it has this number in the package.
    pub(super) fn read(&self, file: &File<'_>, number: usize, in_test: bool) -> Declared {
        let place = Place { file: number as u32, name: crate::Span::new(0, 0), in_test };
        let mut scope = FileScope {
            extraction: self,
            file,
            imports: &self.package.files[number].imports,
            packages: RefCell::default(),
            located: RefCell::default(),
            params: Vec::new(),
        };
        let mut declared = Declared::default();
        for decl in &file[file.decls()] {
            match file[*decl].kind {
                DeclKind::FuncDecl(f) => scope.func(&f, place, &mut declared),
                DeclKind::GenDecl(decl) => scope.gen_decl(&decl, place, &mut declared),
                DeclKind::BadDecl => {}
            }
        }
        declared.located = scope.located.into_inner();
        declared
    }

    /// Adds what a file declares.
    pub(super) fn insert(&mut self, declared: Arc<Declared>) {
        let names = declared.types.iter().map(|decl| &decl.name);
        self.shadowed.extend(names.filter(|name| is_predeclared(name)).cloned());
        self.declared.push(declared);
    }

    /// Puts together what its files declare.
    pub(super) fn finish(self) -> Package {
        let mut package = self.package;
        package.declarations = Declarations::new(self.declared);
        package.declarations.add_methods(&package.path);
        package
    }
}

fn is_predeclared(name: &str) -> bool {
    Basic::predeclared(name).is_some() || matches!(name, "any" | "error" | "comparable")
}

/// The type that a predeclared name stands for.
pub(crate) fn predeclared(name: &str) -> Option<Type> {
    match name {
        "any" => Some(Type::empty_interface()),
        "error" => Some(Type::error()),
        "comparable" => Some(Type::new(TypeKind::Named(Named {
            path: "".into(),
            name: name.into(),
            args: [].into(),
        }))),
        _ => Basic::predeclared(name).map(Type::basic),
    }
}

impl TypeScope for FileScope<'_, '_> {
    fn ident(&self, ident: IdentId) -> Type {
        let name = self.file.name(ident);
        if let Some((_, param)) = self.params.iter().rev().find(|(param, _)| &**param == name) {
            return Type::new(TypeKind::Param(param.clone()));
        }
        if !self.extraction.shadowed.contains(name)
            && let Some(ty) = predeclared(name)
        {
            return ty;
        }
        self.extraction.types.named(&self.extraction.package.path, name)
    }

    fn qualified(&self, package: IdentId, name: IdentId) -> Type {
        let local = self.file.name(package);
        let known = self.packages.borrow().get(local).cloned();
        let path = known.unwrap_or_else(|| {
            let is_std = self.extraction.package.is_std;
            let located = &mut *self.located.borrow_mut();
            let path = self.extraction.program.imported(self.imports, local, is_std, located);
            let path = path.map(|path| self.text(&path));
            self.packages.borrow_mut().insert(local, path.clone());
            path
        });
        let Some(path) = path else { return Type::unknown() };
        match &*path {
            "C" => Type::unknown(),
            "unsafe" if self.file.name(name) == "Pointer" => Type::basic(Basic::UnsafePointer),
            _ => self.extraction.types.named(&path, self.file.name(name)),
        }
    }

    fn pointer(&self, to: Type) -> Type {
        self.extraction.types.pointer(to)
    }

    fn path(&self) -> Arc<str> {
        self.extraction.package.path.clone()
    }

    fn text(&self, name: &str) -> Arc<str> {
        self.extraction.text(name)
    }
}

pub(crate) fn named(path: Arc<str>, name: Arc<str>) -> Type {
    Type::new(TypeKind::Named(Named { path, name, args: [].into() }))
}

impl FileScope<'_, '_> {
    fn place(&self, name: IdentId, place: Place) -> Place {
        Place { name: self.file[name].span, ..place }
    }

    fn type_of(&self, expr: ExprId) -> Type {
        type_of(self, self.file, expr)
    }

    fn declare_params(&mut self, owner: ParamOwner, names: &[IdentId]) {
        for name in names {
            let name = self.text(self.file.name(*name));
            let index = self.params.iter().filter(|(_, param)| param.owner == owner).count() as u32;
            self.params.push((name.clone(), TypeParam { owner, index, name }));
        }
    }

    /// Declares the type parameters of a list, and reads their constraints.
    fn type_params(
        &mut self,
        owner: ParamOwner,
        fields: Option<FieldListId>,
    ) -> Arc<[TypeParamDecl]> {
        let file = self.file;
        let Some(fields) = fields else { return [].into() };
        for field in &file[file[fields].list] {
            self.declare_params(owner, &file[file[*field].names]);
        }
        let mut params = Vec::new();
        for field in &file[file[fields].list] {
            let constraint = self.type_of(file[*field].ty);
            params.extend(file[file[*field].names].iter().map(|name| TypeParamDecl {
                name: self.text(file.name(*name)),
                constraint: constraint.clone(),
            }));
        }
        params.into()
    }

    fn func(&mut self, f: &FuncDecl, place: Place, out: &mut Declared) {
        let file = self.file;
        self.params.clear();
        let receiver = f.recv.and_then(|recv| file[file[recv].list].first());
        if let Some(receiver) = receiver {
            self.declare_params(ParamOwner::Type, &receiver_params(file, file[*receiver].ty));
        }
        let type_params = self.type_params(ParamOwner::Func, file[f.ty].type_params);
        let ty = signature_of(self, file, f.ty, type_params);
        let name = self.text(file.name(f.name));
        let place = self.place(f.name, place);
        self.params.clear();
        match (f.recv, receiver) {
            (None, _) if !matches!(&*name, "init" | "_") => {
                out.functions.push(Function { name, ty, place });
            }
            (Some(_), Some(receiver)) if &*name != "_" => {
                let receiver = file[*receiver].ty;
                let pointer_receiver =
                    matches!(file[file.unparen(receiver)].kind, ExprKind::StarExpr(_));
                if let Some(base) = embedded_name(file, receiver) {
                    let base = self.text(file.name(base));
                    out.methods.push((base, Method { name, pointer_receiver, ty, place }));
                }
            }
            _ => {}
        }
    }

    fn gen_decl(&mut self, decl: &GenDecl, place: Place, out: &mut Declared) {
        let mut repeated = (None, List::EMPTY);
        for spec in &self.file[decl.specs] {
            match self.file[*spec].kind {
                SpecKind::ImportSpec(_) => {}
                SpecKind::TypeSpec(spec) => self.type_spec(&spec, place, out),
                SpecKind::ValueSpec(spec) => {
                    let is_const = decl.tok == Token::Const;
                    if !is_const || spec.ty.is_some() || !spec.values.is_empty() {
                        repeated = (spec.ty, spec.values);
                    }
                    let spec = ValueSpec { ty: repeated.0, values: repeated.1, ..spec };
                    self.values(&spec, is_const, place, out);
                }
            }
        }
    }

    fn type_spec(&mut self, spec: &TypeSpec, place: Place, out: &mut Declared) {
        let name = self.text(self.file.name(spec.name));
        if &*name == "_" {
            return;
        }
        self.params.clear();
        let type_params = self.type_params(ParamOwner::Type, spec.type_params);
        let ty = self.type_of(spec.ty);
        self.params.clear();
        let path = self.extraction.package.path.clone();
        let place = self.place(spec.name, place);
        let (is_alias, methods, underlying) = (spec.assign.is_some(), Vec::new(), OnceLock::new());
        out.types.push(TypeDecl {
            path,
            name,
            type_params,
            is_alias,
            ty,
            methods,
            place,
            underlying,
            members: Default::default(),
        });
    }

    fn values(&self, spec: &ValueSpec, is_const: bool, place: Place, out: &mut Declared) {
        let file = self.file;
        let declared = spec.ty.map(|ty| self.type_of(ty));
        let values = &file[spec.values];
        for (i, ident) in file[spec.names].iter().enumerate() {
            let name = file.name(*ident);
            if name == "_" {
                continue;
            }
            let ty = match (&declared, values) {
                (Some(ty), _) => ValueType::Known(ty.clone()),
                (None, [call]) if spec.names.len() > 1 => self.value_type(*call, Some(i as u32)),
                (None, values) => match values.get(i) {
                    Some(value) => self.value_type(*value, None),
                    None => ValueType::Known(Type::unknown()),
                },
            };
            let (name, place) = (self.text(name), self.place(*ident, place));
            out.values.push(Value { name, is_const, place, ty });
        }
    }

    fn value_type(&self, value: ExprId, result: Option<u32>) -> ValueType {
        let file = self.file;
        let value = file.unparen(value);
        let known = match file[value].kind {
            ExprKind::CompositeLit(lit) => lit.ty.map(|ty| self.type_of(ty)),
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => {
                match file[file.unparen(unary.x)].kind {
                    ExprKind::CompositeLit(lit) => lit.ty.map(|ty| Type::pointer(self.type_of(ty))),
                    _ => None,
                }
            }
            ExprKind::FuncLit(lit) => Some(signature_of(self, file, lit.ty, [].into())),
            _ => None,
        };
        let span = file[value].span;
        match known {
            Some(ty) => ValueType::Known(ty),
            None if span.len() > MAX_VALUE => ValueType::Known(Type::unknown()),
            None => ValueType::Of { text: self.text(file.text(span)), result },
        }
    }
}

/// The names that the brackets of a receiver's type declare.
pub(crate) fn receiver_params(file: &File<'_>, receiver: ExprId) -> Vec<IdentId> {
    let mut ty = receiver;
    while let ExprKind::ParenExpr(x) | ExprKind::StarExpr(x) = file[ty].kind {
        ty = x;
    }
    let ident = |expr: &ExprId| match file[*expr].kind {
        ExprKind::Ident(ident) => Some(ident),
        _ => None,
    };
    match file[ty].kind {
        ExprKind::IndexExpr(index) => ident(&index.index).into_iter().collect(),
        ExprKind::IndexListExpr(index) => file[index.indices].iter().filter_map(ident).collect(),
        _ => Vec::new(),
    }
}
