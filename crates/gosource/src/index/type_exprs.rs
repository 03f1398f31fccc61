//! Types that are written in source. Recursion is as deep as the source is nested, which the parser limits.

use std::sync::Arc;

use crate::ast::{ExprKind, Field};
use crate::file::File;
use crate::ids::{ExprId, FieldListId, FuncTypeId, IdentId};
use crate::token::Token;
use crate::types::{
    InterfaceMethod, InterfaceType, Named, Signature, StructField, StructType, Term, Type,
    TypeKind, TypeParamDecl,
};

/// What names mean where a type is written.
pub(crate) trait TypeScope {
    /// The type that a name stands for; unknown if it is none.
    fn ident(&self, ident: IdentId) -> Type;

    /// The type of an imported package, by the name of the package in this file.
    fn qualified(&self, package: IdentId, name: IdentId) -> Type;

    /// Import path of the package in which the type is written.
    fn path(&self) -> Arc<str>;

    /// A pointer to a type.
    fn pointer(&self, to: Type) -> Type {
        Type::pointer(to)
    }

    /// A name, of which there should be few copies.
    fn text(&self, name: &str) -> Arc<str> {
        name.into()
    }
}

/// The type that an expression is; unknown if it is none.
pub(crate) fn type_of(scope: &dyn TypeScope, file: &File<'_>, expr: ExprId) -> Type {
    let read = |expr| type_of(scope, file, expr);
    match file[expr].kind {
        ExprKind::Ident(ident) => scope.ident(ident),
        ExprKind::ParenExpr(x) => read(x),
        ExprKind::StarExpr(x) => scope.pointer(read(x)),
        ExprKind::SelectorExpr(selector) => match file[selector.x].kind {
            ExprKind::Ident(package) => scope.qualified(package, selector.sel),
            _ => Type::unknown(),
        },
        ExprKind::IndexExpr(index) => instance(&read(index.x), [read(index.index)].into()),
        ExprKind::IndexListExpr(index) => {
            instance(&read(index.x), file[index.indices].iter().map(|x| read(*x)).collect())
        }
        ExprKind::ArrayType(array) => match array.len {
            Some(_) => Type::new(TypeKind::Array(read(array.elt))),
            None => Type::new(TypeKind::Slice(read(array.elt))),
        },
        ExprKind::MapType(map) => Type::new(TypeKind::Map(read(map.key), read(map.value))),
        ExprKind::ChanType(chan) => Type::new(TypeKind::Chan(chan.dir, read(chan.value))),
        ExprKind::FuncType(ty) => signature_of(scope, file, ty, [].into()),
        ExprKind::StructType(fields) => struct_type(scope, file, fields),
        ExprKind::InterfaceType(fields) => interface_type(scope, file, fields),
        ExprKind::BinaryExpr(_) | ExprKind::UnaryExpr(_) => union(scope, file, expr),
        _ => Type::unknown(),
    }
}

/// A generic type with arguments.
fn instance(generic: &Type, args: Arc<[Type]>) -> Type {
    match generic.kind() {
        TypeKind::Named(named) => Type::new(TypeKind::Named(Named { args, ..named.clone() })),
        _ => Type::unknown(),
    }
}

/// The type of a function.
pub(crate) fn signature_of(
    scope: &dyn TypeScope,
    file: &File<'_>,
    ty: FuncTypeId,
    type_params: Arc<[TypeParamDecl]>,
) -> Type {
    let ty = file[ty];
    let mut variadic = false;
    let mut params = Vec::with_capacity(values(file, ty.params));
    for field in &file[file[ty.params].list] {
        let field = &file[*field];
        let param = match file[field.ty].kind {
            ExprKind::Ellipsis(elt) => {
                variadic = true;
                let elt = elt.map_or_else(Type::unknown, |elt| type_of(scope, file, elt));
                Type::new(TypeKind::Slice(elt))
            }
            _ => type_of(scope, file, field.ty),
        };
        params.extend(std::iter::repeat_n(param, field.names.len().max(1)));
    }
    let mut results = Vec::with_capacity(ty.results.map_or(0, |results| values(file, results)));
    for field in ty.results.into_iter().flat_map(|results| &file[file[results].list]) {
        let field = &file[*field];
        let result = type_of(scope, file, field.ty);
        results.extend(std::iter::repeat_n(result, field.names.len().max(1)));
    }
    Type::new(TypeKind::Signature(Signature { type_params, params, results, variadic }))
}

/// How many values a list of parameters or results stands for. There are very many signatures: none gets more room.
fn values(file: &File<'_>, fields: FieldListId) -> usize {
    file[file[fields].list].iter().map(|field| file[*field].names.len().max(1)).sum()
}

fn struct_type(scope: &dyn TypeScope, file: &File<'_>, fields: FieldListId) -> Type {
    let mut out = Vec::new();
    for field in &file[file[fields].list] {
        let Field { names, ty: expr, .. } = file[*field];
        let ty = type_of(scope, file, expr);
        if names.is_empty() {
            let name = embedded_name(file, expr).map_or("", |ident| file.name(ident));
            out.push(StructField { name: scope.text(name), ty, embedded: true });
            continue;
        }
        out.extend(file[names].iter().map(|name| StructField {
            name: scope.text(file.name(*name)),
            ty: ty.clone(),
            embedded: false,
        }));
    }
    Type::new(TypeKind::Struct(StructType { path: scope.path(), fields: out }))
}

/// The name that an embedded field, or the base type of a receiver, has.
pub(crate) fn embedded_name(file: &File<'_>, mut ty: ExprId) -> Option<IdentId> {
    loop {
        ty = match file[ty].kind {
            ExprKind::Ident(ident) => return Some(ident),
            ExprKind::SelectorExpr(selector) => return Some(selector.sel),
            ExprKind::ParenExpr(x) | ExprKind::StarExpr(x) => x,
            ExprKind::IndexExpr(index) => index.x,
            ExprKind::IndexListExpr(index) => index.x,
            _ => return None,
        };
    }
}

fn interface_type(scope: &dyn TypeScope, file: &File<'_>, fields: FieldListId) -> Type {
    let mut interface = InterfaceType { path: scope.path(), ..InterfaceType::default() };
    for field in &file[file[fields].list] {
        let Field { names, ty: expr, .. } = file[*field];
        let ty = type_of(scope, file, expr);
        match file[names].first() {
            Some(name) => {
                interface.methods.push(InterfaceMethod { name: scope.text(file.name(*name)), ty })
            }
            None => interface.embedded.push(ty),
        }
    }
    if interface.methods.is_empty() && interface.embedded.is_empty() {
        return Type::empty_interface();
    }
    Type::new(TypeKind::Interface(interface))
}

/// `A | ~B | C`; it can have very many terms, and they are nested to the left.
fn union(scope: &dyn TypeScope, file: &File<'_>, expr: ExprId) -> Type {
    let mut terms = Vec::new();
    let mut rest = Some(expr);
    while let Some(expr) = rest.take() {
        let term = match file[expr].kind {
            ExprKind::BinaryExpr(binary) if binary.op == Token::Or => {
                rest = Some(binary.x);
                binary.y
            }
            ExprKind::BinaryExpr(_) => return Type::unknown(),
            _ => expr,
        };
        let (tilde, ty) = match file[term].kind {
            ExprKind::UnaryExpr(unary) if unary.op == Token::Tilde => (true, unary.x),
            ExprKind::UnaryExpr(_) | ExprKind::BinaryExpr(_) => return Type::unknown(),
            _ => (false, term),
        };
        terms.push(Term { tilde, ty: type_of(scope, file, ty) });
    }
    terms.reverse();
    Type::new(TypeKind::Union(terms))
}
