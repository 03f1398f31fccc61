//! Functions of the language and of `unsafe`.

use super::Entry;
use super::exprs::combined;
use super::pass::Pass;
use crate::ast::CallExpr;
use crate::types::{Basic, Type, TypeKind};

impl Pass<'_, '_> {
    /// The type of what a call of such a function yields.
    pub(super) fn builtin(&self, name: &str, call: &CallExpr) -> Type {
        let args = &self.file[call.args];
        let Some(first) = args.first() else {
            return match name {
                "recover" => Type::empty_interface(),
                "print" | "println" => Type::new(TypeKind::Tuple(Vec::new())),
                _ => Type::unknown(),
            };
        };
        let value = self.value(*first);
        match name {
            "append" if value.is_untyped() => Type::unknown(),
            "append" => value,
            "len" | "cap" | "copy" => Type::basic(Basic::Int),
            "make" => self.type_arg(*first),
            "new" => match self.entry(*first) {
                Entry::Type(ty) => Type::pointer(self.canonical(ty)),
                Entry::Value(ty) if !ty.default_type().is_unknown() => {
                    Type::pointer(ty.default_type())
                }
                _ => Type::unknown(),
            },
            "min" | "max" => {
                let values = args[1..].iter().map(|arg| self.value(*arg));
                values.fold(value, |ty, other| combined(&ty, &other))
            }
            "complex" => match args.get(1) {
                Some(other) => complex(&combined(&value, &self.value(*other))),
                None => Type::unknown(),
            },
            "real" | "imag" => part_of_complex(&value),
            "close" | "clear" | "delete" | "panic" | "print" | "println" => {
                Type::new(TypeKind::Tuple(Vec::new()))
            }
            name => self.of_unsafe(name, &value),
        }
    }

    fn of_unsafe(&self, name: &str, first: &Type) -> Type {
        match name {
            "unsafe.Sizeof" | "unsafe.Offsetof" | "unsafe.Alignof" => Type::basic(Basic::Uintptr),
            "unsafe.Add" => Type::basic(Basic::UnsafePointer),
            "unsafe.String" => Type::basic(Basic::String),
            "unsafe.StringData" => Type::pointer(Type::basic(Basic::Uint8)),
            "unsafe.Slice" => match self.resolver.core(first).kind() {
                TypeKind::Pointer(to) => Type::new(TypeKind::Slice(self.canonical(to))),
                _ => Type::unknown(),
            },
            "unsafe.SliceData" => match self.resolver.core(first).kind() {
                TypeKind::Slice(elem) => Type::pointer(self.canonical(elem)),
                _ => Type::unknown(),
            },
            _ => Type::unknown(),
        }
    }
}

/// The complex number of two parts; of declared types it is the one of their size, which is not looked at.
fn complex(part: &Type) -> Type {
    match part.kind() {
        TypeKind::Basic(Basic::Float32) => Type::basic(Basic::Complex64),
        TypeKind::Basic(Basic::Float64) => Type::basic(Basic::Complex128),
        _ => Type::unknown(),
    }
}

fn part_of_complex(complex: &Type) -> Type {
    match complex.kind() {
        TypeKind::Basic(Basic::Complex64) => Type::basic(Basic::Float32),
        TypeKind::Basic(Basic::Complex128) => Type::basic(Basic::Float64),
        _ => Type::unknown(),
    }
}
