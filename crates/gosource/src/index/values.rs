//! Types of variables and constants of packages, from the text of their values.

use std::cell::Cell;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use super::package::{Package, Value, ValueType};
use super::resolver::{Effort, Resolver};
use crate::names::{Names, assumed_package_name};
use crate::types::{Type, TypeKind};
use crate::typing::FileTypes;

/// How many variables may follow from each other: `var a = b; var b = c; …`. Some never end.
const MOST_NESTED: u32 = 12;

/// How many values are looked at to find the type of one.
const MOST_VALUES: u32 = 500;

/// Names before dots in a text, among which are those of the packages that it uses.
enum Qualifiers<'t> {
    Known(Vec<&'t str>),
    /// Comments may stand before dots.
    Any,
}

impl<'t> Qualifiers<'t> {
    fn of(text: &'t str) -> Self {
        if text.contains("//") || text.contains("/*") {
            return Self::Any;
        }
        let before_dot = |before: &'t str| {
            let before = before.trim_end();
            before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()
        };
        let mut parts: Vec<_> = text.split('.').collect();
        parts.pop();
        let names = parts.into_iter().filter_map(before_dot);
        Self::Known(names.filter(|name| !name.is_empty()).collect())
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Known(names) if names.is_empty())
    }

    fn may_hold(&self, name: &str) -> bool {
        match self {
            Self::Known(names) => names.contains(&name),
            Self::Any => true,
        }
    }
}

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
        let qualifiers = Qualifiers::of(text);
        for (name, path) in &package.files[value.place.file as usize].imports {
            let is_named = |name: &str| qualifiers.may_hold(name);
            let may_be_named = match name {
                Some(name) => is_named(name),
                None if qualifiers.is_empty() => false,
                None => match self.program.package_name(path, package.is_std) {
                    Some(name) => is_named(&name),
                    None => is_named(assumed_package_name(path)),
                },
            };
            if may_be_named {
                let name = name.as_deref().unwrap_or_default();
                // Writing to a string cannot fail.
                let _ = writeln!(source, "import {name} {path:?}");
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers_stand_before_dots() {
        let names = |text| match Qualifiers::of(text) {
            Qualifiers::Known(names) => Some(names.join(" ")),
            Qualifiers::Any => None,
        };
        assert_eq!(names("errors.New(fmt.Sprint(x))").as_deref(), Some("errors fmt"));
        assert_eq!(names("a.b().\n\tc(é . d)").as_deref(), Some("a é"));
        assert_eq!(names("f(1, x)").as_deref(), Some(""));
        assert_eq!(names("a /* b */ .c"), None);
    }
}
