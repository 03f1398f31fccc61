//! What acquires and releases, from the records of the catalogue.

use plumb_evidence::catalogue::{Acquired, LibraryObject};
use rustc_hash::FxHashMap;

use crate::functions::FunctionKey;

/// The records of the catalogue, by the functions and types that they name.
#[derive(Debug, Default)]
pub struct Knowledge {
    acquires: FxHashMap<FunctionKey<'static>, (&'static LibraryObject, Acquired)>,
    types: FxHashMap<(&'static str, &'static str), &'static LibraryObject>,
}

impl Knowledge {
    /// Sorts records; where two name the same function or type, the first counts.
    pub fn new(objects: &'static [&'static LibraryObject]) -> Self {
        let mut knowledge = Self::default();
        for object in objects {
            for acquire in object.source.acquires {
                let key = FunctionKey::parse(acquire.function);
                knowledge.acquires.entry(key).or_insert((object, acquire.what));
            }
            for ty in object.source.types {
                let FunctionKey { path, name, .. } = FunctionKey::parse(ty);
                knowledge.types.entry((path, name)).or_insert(object);
            }
        }
        knowledge
    }

    /// The object that a call of a function acquires, and what of the call it is.
    pub fn acquired_by(
        &self,
        function: &FunctionKey<'_>,
    ) -> Option<(&'static LibraryObject, Acquired)> {
        self.acquires.get(function).copied()
    }

    /// The object for which a type stands.
    pub fn of_type(&self, path: &str, name: &str) -> Option<&'static LibraryObject> {
        self.types.get(&(path, name)).copied()
    }
}
