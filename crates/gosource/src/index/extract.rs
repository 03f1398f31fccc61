//! Reads declarations into the index of their package: single ones from the text of an outline, or those of a file that
//! has none.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::declared::{At, Declared};
use super::memo::OneOfEach;
use super::outline::OutlinedValue;
use super::package::{Function, Method, Place, TypeDecl, Value, ValueType};
use super::program::Program;
use super::type_exprs::{TypeScope, embedded_name, signature_of, type_of};
use crate::ast::{DeclKind, ExprKind, FuncDecl, GenDecl, SpecKind, TypeSpec, ValueSpec};
use crate::file::File;
use crate::ids::{ExprId, FieldListId, IdentId, List};
use crate::token::Token;
use crate::types::{Basic, Named, ParamOwner, Type, TypeKind, TypeParam, TypeParamDecl};

/// Longest value, in bytes, of which the text is kept to find its type later. Longer ones are tables, and those
/// mostly begin with their type.
pub(super) const MAX_VALUE: u32 = 2_000;

/// What was found while declarations of a package were read, so that there is one value of what is alike.
#[derive(Default)]
pub(super) struct Known {
    strings: RefCell<FxHashSet<Arc<str>>>,
    types: OneOfEach,
    /// Paths of packages by their names in each file, as far as they were asked for.
    packages: RefCell<FxHashMap<u32, PathsByName>>,
}

/// `None` if no import has the name.
type PathsByName = FxHashMap<Box<str>, Option<Arc<str>>>;

/// Imports of a file: the names that it gives them, and their paths.
pub(super) type Imports = [(Option<Arc<str>>, Arc<str>)];

/// The names of one file.
pub(super) struct FileScope<'x> {
    pub(super) program: &'x Program<'x>,
    /// Path of the package.
    pub(super) path: &'x Arc<str>,
    pub(super) is_std: bool,
    /// Predeclared names that the package declares anew.
    pub(super) shadowed: &'x FxHashSet<Arc<str>>,
    pub(super) known: &'x Known,
    pub(super) imports: &'x Imports,
    /// The file; its names are those of what is declared last.
    pub(super) place: Place,
}

/// A file, or the text of a declaration in it, with the type parameters that are in scope.
struct Reading<'x> {
    scope: &'x FileScope<'x>,
    file: &'x File<'x>,
    params: Vec<(Arc<str>, TypeParam)>,
}

impl Known {
    pub(super) fn text(&self, text: &str) -> Arc<str> {
        let mut strings = self.strings.borrow_mut();
        if let Some(known) = strings.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        strings.insert(new.clone());
        new
    }
}

impl FileScope<'_> {
    /// Reads what a file declares.
    pub(super) fn file(&self, file: &File<'_>) -> Declared {
        let mut reading = Reading { scope: self, file, params: Vec::new() };
        let mut declared = Declared::default();
        for decl in &file[file.decls()] {
            match file[*decl].kind {
                DeclKind::FuncDecl(f) => reading.func(&f, &mut declared),
                DeclKind::GenDecl(decl) => reading.gen_decl(&decl, &mut declared),
                DeclKind::BadDecl => {}
            }
        }
        declared
    }

    /// Reads the text of a type, function or method, of which the place is that of the scope.
    pub(super) fn declaration(&self, text: &str) -> Declared {
        let file = crate::parser::parse_declaration(text);
        let mut declared = self.file(&file);
        file.recycle();
        declared.types.iter_mut().for_each(|decl| decl.place = self.place);
        declared.functions.iter_mut().for_each(|function| function.place = self.place);
        declared
    }

    /// Reads a variable or constant with the text of its type and value; there may be none.
    pub(super) fn value(&self, name: &str, text: &str, of: OutlinedValue) -> Value {
        let file = crate::parser::parse_declaration(text);
        let spec = file[file.decls()].iter().find_map(|decl| match file[*decl].kind {
            DeclKind::GenDecl(decl) => match file[*file[decl.specs].first()?].kind {
                SpecKind::ValueSpec(spec) => Some(spec),
                _ => None,
            },
            _ => None,
        });
        let ty = match spec {
            Some(spec) => {
                let reading = Reading { scope: self, file: &file, params: Vec::new() };
                let declared = spec.ty.map(|ty| reading.type_of(ty));
                reading.type_of_value(declared.as_ref(), spec.values, of.index, of.names)
            }
            None => ValueType::Known(Type::unknown()),
        };
        file.recycle();
        Value { name: self.known.text(name), is_const: of.is_const, place: self.place, ty }
    }
}

/// Whether a name is that of a type of the language.
pub(super) fn is_predeclared(name: &str) -> bool {
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

impl TypeScope for Reading<'_> {
    fn ident(&self, ident: IdentId) -> Type {
        let name = self.file.name(ident);
        if let Some((_, param)) = self.params.iter().rev().find(|(param, _)| &**param == name) {
            return Type::new(TypeKind::Param(param.clone()));
        }
        if !self.scope.shadowed.contains(name)
            && let Some(ty) = predeclared(name)
        {
            return ty;
        }
        self.scope.known.types.named(self.scope.path, name)
    }

    fn qualified(&self, package: IdentId, name: IdentId) -> Type {
        let Some(path) = self.imported(self.file.name(package)) else { return Type::unknown() };
        match &*path {
            "C" => Type::unknown(),
            "unsafe" if self.file.name(name) == "Pointer" => Type::basic(Basic::UnsafePointer),
            _ => self.scope.known.types.named(&path, self.file.name(name)),
        }
    }

    fn pointer(&self, to: Type) -> Type {
        self.scope.known.types.pointer(to)
    }

    fn path(&self) -> Arc<str> {
        self.scope.path.clone()
    }

    fn text(&self, name: &str) -> Arc<str> {
        self.scope.known.text(name)
    }
}

pub(crate) fn named(path: Arc<str>, name: Arc<str>) -> Type {
    Type::new(TypeKind::Named(Named { path, name, args: [].into() }))
}

impl Reading<'_> {
    /// The path of the package that the file knows by a name.
    fn imported(&self, local: &str) -> Option<Arc<str>> {
        let FileScope { program, known, imports, is_std, place, .. } = *self.scope;
        if let Some(path) = known.packages.borrow().get(&place.file).and_then(|p| p.get(local)) {
            return path.clone();
        }
        let path = program.imported(imports, local, is_std).map(|path| self.text(&path));
        let mut packages = known.packages.borrow_mut();
        packages.entry(place.file).or_default().insert(local.into(), path.clone());
        path
    }

    fn place(&self, name: IdentId) -> Place {
        Place { name: self.file[name].span, ..self.scope.place }
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

    fn func(&mut self, f: &FuncDecl, out: &mut Declared) {
        let file = self.file;
        self.params.clear();
        let receiver = f.recv.and_then(|recv| file[file[recv].list].first());
        if let Some(receiver) = receiver {
            self.declare_params(ParamOwner::Type, &receiver_params(file, file[*receiver].ty));
        }
        let type_params = self.type_params(ParamOwner::Func, file[f.ty].type_params);
        let ty = signature_of(self, file, f.ty, type_params);
        let name = self.text(file.name(f.name));
        let place = self.place(f.name);
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
                    let at = At { file: 0, index: out.methods.len() as u32 };
                    let ty = OnceLock::from(ty);
                    out.methods.push((base, Method { name, pointer_receiver, place, at, ty }));
                }
            }
            _ => {}
        }
    }

    fn gen_decl(&mut self, decl: &GenDecl, out: &mut Declared) {
        let mut repeated = (None, List::EMPTY);
        for spec in &self.file[decl.specs] {
            match self.file[*spec].kind {
                SpecKind::ImportSpec(_) => {}
                SpecKind::TypeSpec(spec) => self.type_spec(&spec, out),
                SpecKind::ValueSpec(spec) => {
                    let is_const = decl.tok == Token::Const;
                    if !is_const || spec.ty.is_some() || !spec.values.is_empty() {
                        repeated = (spec.ty, spec.values);
                    }
                    let spec = ValueSpec { ty: repeated.0, values: repeated.1, ..spec };
                    self.values(&spec, is_const, out);
                }
            }
        }
    }

    fn type_spec(&mut self, spec: &TypeSpec, out: &mut Declared) {
        let name = self.text(self.file.name(spec.name));
        if &*name == "_" {
            return;
        }
        self.params.clear();
        let type_params = self.type_params(ParamOwner::Type, spec.type_params);
        let ty = self.type_of(spec.ty);
        self.params.clear();
        let path = self.scope.path.clone();
        let place = self.place(spec.name);
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

    fn values(&self, spec: &ValueSpec, is_const: bool, out: &mut Declared) {
        let declared = spec.ty.map(|ty| self.type_of(ty));
        let names = &self.file[spec.names];
        for (ident, index) in names.iter().zip(0..) {
            let name = self.file.name(*ident);
            if name == "_" {
                continue;
            }
            let ty = self.type_of_value(declared.as_ref(), spec.values, index, names.len() as u32);
            let (name, place) = (self.text(name), self.place(*ident));
            out.values.push(Value { name, is_const, place, ty });
        }
    }

    /// The type of one of several names that are declared with a type, if there is one, and values.
    fn type_of_value(
        &self,
        declared: Option<&Type>,
        values: List<ExprId>,
        index: u32,
        names: u32,
    ) -> ValueType {
        match (declared, &self.file[values]) {
            (Some(ty), _) => ValueType::Known(ty.clone()),
            (None, [call]) if names > 1 => self.value_type(*call, Some(index)),
            (None, values) => match values.get(index as usize) {
                Some(value) => self.value_type(*value, None),
                None => ValueType::Known(Type::unknown()),
            },
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
