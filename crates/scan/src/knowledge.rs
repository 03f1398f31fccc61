//! What acquires and releases, from the records of the catalogue.

use std::borrow::Cow;

use plumb_evidence::Advisory;
use plumb_evidence::catalogue::{
    Acquired, LibraryObject, ResourceKind, comparable_path, is_match, is_pattern,
};
use rustc_hash::FxHashMap;

use crate::functions::FunctionKey;

/// The records of the catalogue, by the functions and types that they name. Paths are compared by
/// [`comparable_path`].
#[derive(Debug, Default)]
pub struct Knowledge {
    /// Functions whose names have no star, by name.
    functions: FxHashMap<&'static str, Vec<Function>>,
    /// Functions whose names have one.
    patterns: Vec<Function>,
    /// Types whose names have no star, by name.
    types: FxHashMap<&'static str, Vec<Type>>,
    /// Types whose names have one.
    type_patterns: Vec<Type>,
    /// Versions of modules with a leak of their own.
    advisories: &'static [Advisory],
}

/// A function that a record names, with all that it acquires.
#[derive(Debug)]
struct Function {
    path: Cow<'static, str>,
    receiver: Option<&'static str>,
    name: &'static str,
    acquires: Vec<(&'static LibraryObject, Acquired)>,
}

/// A type that a record names.
#[derive(Debug)]
struct Type {
    path: Cow<'static, str>,
    name: &'static str,
    object: &'static LibraryObject,
}

impl Knowledge {
    /// Sorts records. Where two name the same result of a function, or the same type, the first counts.
    pub fn new(objects: &'static [&'static LibraryObject]) -> Self {
        let mut knowledge = Self::default();
        for object in objects {
            for acquire in object.source.acquires {
                knowledge.add_function(FunctionKey::parse(acquire.function), object, acquire.what);
            }
            for ty in object.source.types {
                knowledge.add_type(FunctionKey::parse(ty), object);
            }
        }
        // A path without a star counts before any pattern.
        for functions in knowledge.functions.values_mut() {
            functions.sort_by_key(|function| is_pattern(&function.path));
        }
        for types in knowledge.types.values_mut() {
            types.sort_by_key(|ty| is_pattern(&ty.path));
        }
        knowledge
    }

    /// The same, with what is known of versions of modules.
    #[must_use]
    pub fn with_advisories(self, advisories: &'static [Advisory]) -> Self {
        Self { advisories, ..self }
    }

    /// Versions of modules with a leak of their own.
    pub(crate) fn advisories(&self) -> &'static [Advisory] {
        self.advisories
    }

    fn add_function(
        &mut self,
        key: FunctionKey<'static>,
        object: &'static LibraryObject,
        what: Acquired,
    ) {
        let list = match is_pattern(key.name) {
            true => &mut self.patterns,
            false => self.functions.entry(key.name).or_default(),
        };
        let path = comparable_path(key.path);
        let same = list.iter_mut().find(|function| {
            (&function.path, function.receiver, function.name) == (&path, key.receiver, key.name)
        });
        let Some(function) = same else {
            let acquires = vec![(object, what)];
            list.push(Function { path, receiver: key.receiver, name: key.name, acquires });
            return;
        };
        if function.acquires.iter().all(|(_, known)| *known != what) {
            function.acquires.push((object, what));
        }
    }

    fn add_type(&mut self, key: FunctionKey<'static>, object: &'static LibraryObject) {
        let ty = Type { path: comparable_path(key.path), name: key.name, object };
        match is_pattern(key.name) {
            true => self.type_patterns.push(ty),
            false => self.types.entry(key.name).or_default().push(ty),
        }
    }

    /// The objects that a call of a function acquires, and what of the call each is. Objects of
    /// [`ResourceKind::None`] tell that it acquires nothing; what no record names has none.
    pub fn acquired_by(&self, function: &FunctionKey<'_>) -> &[(&'static LibraryObject, Acquired)] {
        let named = self.functions.get(function.name).map_or(&[][..], Vec::as_slice);
        if named.is_empty() && self.patterns.is_empty() {
            return &[];
        }
        let path = comparable_path(function.path);
        let is_it = |known: &&Function| {
            is_same(&known.path, &path)
                && match (known.receiver, function.receiver) {
                    (Some(known), Some(receiver)) => is_same(known, receiver),
                    (None, None) => true,
                    _ => false,
                }
        };
        let by_pattern = || {
            let fits = |known: &&Function| is_it(known) && is_match(known.name, function.name);
            self.patterns.iter().find(fits)
        };
        named.iter().find(is_it).or_else(by_pattern).map_or(&[], |known| &known.acquires)
    }

    /// The object for which a type stands; of [`ResourceKind::None`] if it only looks like one that must be released.
    pub fn of_type(&self, path: &str, name: &str) -> Option<&'static LibraryObject> {
        let named = self.types.get(name).map_or(&[][..], Vec::as_slice);
        if named.is_empty() && self.type_patterns.is_empty() {
            return None;
        }
        let path = comparable_path(path);
        let by_pattern = || {
            let fits = |ty: &&Type| is_same(&ty.path, &path) && is_match(ty.name, name);
            self.type_patterns.iter().find(fits)
        };
        let found = named.iter().find(|ty| is_same(&ty.path, &path)).or_else(by_pattern);
        found.map(|ty| ty.object)
    }
}

/// Whether a name or path of a record is another one, or a pattern for it.
fn is_same(known: &str, name: &str) -> bool {
    known == name || (is_pattern(known) && is_match(known, name))
}

/// Whether a record says that something need not be released.
pub(crate) fn is_harmless(object: &LibraryObject) -> bool {
    object.source.kind == ResourceKind::None
}
