//! Composite literals, whose elements may leave out their types.

use super::Entry;
use super::pass::{Pass, Task};
use crate::ast::{CompositeLit, ExprKind};
use crate::ids::ExprId;
use crate::types::{Type, TypeKind};

impl Pass<'_, '_> {
    pub(super) fn enter_composite_lit(&mut self, expr: ExprId, lit: &CompositeLit) {
        let ty = lit.ty.map_or_else(Type::unknown, |ty| self.type_of(ty));
        if let Some(written) = lit.ty {
            self.set(written, Entry::Type(ty.clone()));
        }
        self.set_value(expr, ty.clone());
        self.elements(lit, &ty);
    }

    /// An element of a literal, that has this type if it is a literal without one.
    pub(super) fn element(&mut self, element: ExprId, ty: &Type) {
        match self.file[element].kind {
            ExprKind::CompositeLit(lit) if lit.ty.is_none() => {
                self.set_value(element, ty.clone());
                self.elements(&lit, ty);
            }
            _ => self.enter_exprs([element]),
        }
    }

    fn elements(&mut self, lit: &CompositeLit, ty: &Type) {
        let mut core = self.resolver.core(ty);
        if let TypeKind::Pointer(to) = core.kind() {
            // `{…}` as element of `[]*T` is `&T{…}`.
            core = self.resolver.core(to);
        }
        for (i, element) in self.file[lit.elts].iter().enumerate() {
            match self.file[*element].kind {
                ExprKind::KeyValueExpr(pair) => {
                    let (key, value) = self.key_and_value(&core, pair.key);
                    let is_field = matches!(core.kind(), TypeKind::Struct(_));
                    if !is_field && self.is_known_name(pair.key) {
                        self.tasks.push(Task::Element(pair.key, key));
                    }
                    self.tasks.push(Task::Element(pair.value, value));
                }
                _ => {
                    let ty = match core.kind() {
                        TypeKind::Struct(fields) => fields.fields.get(i).map(|f| f.ty.clone()),
                        TypeKind::Slice(elem) | TypeKind::Array(elem) => Some(elem.clone()),
                        _ => None,
                    };
                    let ty = self.canonical(&ty.unwrap_or_else(Type::unknown));
                    self.tasks.push(Task::Element(*element, ty));
                }
            }
        }
    }

    /// Types of the key and of the value in a literal of a type.
    fn key_and_value(&self, core: &Type, key: ExprId) -> (Type, Type) {
        match core.kind() {
            TypeKind::Map(key, value) => (self.canonical(key), self.canonical(value)),
            TypeKind::Slice(elem) | TypeKind::Array(elem) => {
                (Type::unknown(), self.canonical(elem))
            }
            TypeKind::Struct(fields) => {
                let name = match self.file[key].kind {
                    ExprKind::Ident(ident) => self.file.name(ident),
                    _ => "",
                };
                let field = fields.fields.iter().find(|field| &*field.name == name);
                let ty = field.map_or_else(Type::unknown, |field| self.canonical(&field.ty));
                (Type::unknown(), ty)
            }
            _ => (Type::unknown(), Type::unknown()),
        }
    }

    /// Names that are keys are resolved only where the literal's type is written in the file; others may be fields,
    /// or local variables.
    fn is_known_name(&self, key: ExprId) -> bool {
        match self.file[key].kind {
            ExprKind::Ident(ident) => self.names.referent(ident).is_some(),
            _ => true,
        }
    }
}
