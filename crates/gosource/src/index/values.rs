//! Types of variables and constants of packages, from the text of their values.

use std::cell::Cell;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use super::package::{Package, Value, ValueType};
use super::resolver::{Effort, Resolver};
use crate::names::Names;
use crate::types::{Type, TypeKind};
use crate::typing::FileTypes;

/// How many variables may follow from each other: `var a = b; var b = c; …`. Some never end.
const MOST_NESTED: u32 = 12;

/// How many values are looked at to find the type of one.
const MOST_VALUES: u32 = 500;

impl Resolver<'_> {
    pub(crate) fn value_type(&self, package: &Package, value: &Value) -> Type {
        let (text, result) = match &value.ty {
            ValueType::Known(ty) => return self.canonical(ty),
            ValueType::Of { text, result } => (text, *result),
        };
        let inferred = package.inferred(self.program, &value.name);
        if let Some(ty) = inferred.and_then(|known| known.get()) {
            return ty.clone();
        }
        let effort = match self.depth {
            0 => Rc::new(Effort { values: Cell::new(MOST_VALUES), cut: Cell::new(false) }),
            _ => self.effort.clone(),
        };
        if self.depth >= MOST_NESTED || effort.values.get() == 0 {
            effort.cut.set(true);
            return Type::unknown();
        }
        effort.values.set(effort.values.get() - 1);
        let resolver = Resolver::with_effort(self.program, self.depth + 1, effort.clone());
        let ty = resolver.type_of_text(package, value, text, result);
        let ty = if value.is_const { ty } else { ty.default_type() };
        match inferred {
            Some(inferred) if !effort.cut.get() || !ty.is_unknown() => {
                inferred.get_or_init(|| ty).clone()
            }
            _ => ty,
        }
    }

    /// The type of an expression that stands in a file of a package, outside of functions.
    fn type_of_text(
        &self,
        package: &Package,
        value: &Value,
        text: &str,
        result: Option<u32>,
    ) -> Type {
        let Some(package) = self.package(&package.path) else { return Type::unknown() };
        let mut source = "package p\n".to_owned();
        for (name, path) in &package.files[value.place.file as usize].imports {
            let name = name.as_deref().unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = writeln!(source, "import {name} {path:?}");
        }
        let _ = writeln!(source, "var _ = {text}");
        let file = crate::parse(source.as_bytes());
        let names: rustc_hash::FxHashMap<String, Arc<str>> =
            self.program.import_names(&file, package.is_std);
        let names = Names::new(&file, |path| names.get(path).map(|name| &**name));
        let ty = FileTypes::of_only_value(self, &package, &file, &names);
        match (result, ty.kind()) {
            (None, _) => ty,
            (Some(i), TypeKind::Tuple(types)) => {
                types.get(i as usize).cloned().unwrap_or_else(Type::unknown)
            }
            (Some(_), _) => Type::unknown(),
        }
    }
}
