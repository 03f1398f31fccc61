//! What the files of a package declare, put together by name.
//!
//! What one file declares is shared by all programs that read it, so it is not copied: a package knows by name where
//! in its files something is. Of the packages that a program imports it asks for a few names out of hundreds; only the
//! types among them get their methods, and values of what was found out of them.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::package::{Function, Method, Place, TypeDecl, Value};
use crate::module::Location;
use crate::types::Type;

/// What a file declares.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Without methods.
    pub(super) types: Vec<TypeDecl>,
    pub(super) functions: Vec<Function>,
    pub(super) values: Vec<Value>,
    /// Methods by the names of their receivers' types.
    pub(super) methods: Vec<(Arc<str>, Method)>,
    /// Where the imports are of which types are named.
    pub(super) located: Located,
}

/// Imports with the places where they are; `None` if they are nowhere.
pub(super) type Located = Vec<(Arc<str>, Option<Arc<Location>>)>;

/// Where something is declared.
#[derive(Clone, Copy, Debug)]
struct At {
    /// The place of the file among those of which it is known what they declare.
    file: u32,
    /// The place among what the file declares of its kind.
    index: u32,
}

/// A type of a package.
#[derive(Debug)]
struct OneType {
    at: At,
    methods: Vec<At>,
    /// With its methods, once somebody has asked.
    decl: OnceLock<Arc<TypeDecl>>,
}

/// A variable or constant of a package.
#[derive(Debug)]
struct OneValue {
    at: At,
    inferred: OnceLock<Type>,
}

/// What a package declares.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    files: Vec<Arc<Declared>>,
    types: FxHashMap<Arc<str>, OneType>,
    functions: FxHashMap<Arc<str>, At>,
    values: FxHashMap<Arc<str>, OneValue>,
}

/// Items of a file with their places.
fn numbered<T>(file: usize, items: &[T]) -> impl Iterator<Item = (At, &T)> {
    items.iter().enumerate().map(move |(i, item)| {
        let at = At { file: file as u32, index: i as u32 };
        (at, item)
    })
}

impl Declarations {
    /// From all files, in order; of several declarations of a name the last one counts.
    pub(super) fn new(files: Vec<Arc<Declared>>) -> Self {
        let count = |of: fn(&Declared) -> usize| files.iter().map(|file| of(file)).sum();
        let mut types =
            FxHashMap::with_capacity_and_hasher(count(|f| f.types.len()), Default::default());
        let mut functions =
            FxHashMap::with_capacity_and_hasher(count(|f| f.functions.len()), Default::default());
        let mut values =
            FxHashMap::with_capacity_and_hasher(count(|f| f.values.len()), Default::default());
        for (number, file) in files.iter().enumerate() {
            for (at, ty) in numbered(number, &file.types) {
                let one = OneType { at, methods: Vec::new(), decl: OnceLock::new() };
                types.insert(ty.name.clone(), one);
            }
            let named = numbered(number, &file.functions);
            functions.extend(named.map(|(at, function)| (function.name.clone(), at)));
            let named = numbered(number, &file.values);
            values.extend(named.map(|(at, value)| {
                (value.name.clone(), OneValue { at, inferred: OnceLock::new() })
            }));
        }
        Self { files, types, functions, values }
    }

    /// Hands the methods to their types.
    pub(super) fn add_methods(&mut self, path: &str) {
        for number in 0..self.files.len() {
            let file = self.files[number].clone();
            for (at, (receiver, _)) in numbered(number, &file.methods) {
                let name = self.receiver(path, receiver);
                if let Some(ty) = self.types.get_mut(&name) {
                    ty.methods.push(at);
                }
            }
        }
    }

    /// The type that a receiver names, perhaps by an alias.
    fn receiver(&self, path: &str, name: &Arc<str>) -> Arc<str> {
        /// Aliases of aliases that are followed.
        const LONGEST: usize = 10;
        let mut name = name.clone();
        for _ in 0..LONGEST {
            match self.types.get(&name).map(|ty| self.bare_type(ty.at)) {
                Some(decl) if decl.is_alias => match decl.ty.named() {
                    Some(named) if *named.path == *path => name = named.name.clone(),
                    _ => break,
                },
                _ => break,
            }
        }
        name
    }

    fn bare_type(&self, at: At) -> &TypeDecl {
        &self.files[at.file as usize].types[at.index as usize]
    }

    fn function_at(&self, at: At) -> &Function {
        &self.files[at.file as usize].functions[at.index as usize]
    }

    fn value_at(&self, at: At) -> &Value {
        &self.files[at.file as usize].values[at.index as usize]
    }

    fn with_methods<'d>(&'d self, ty: &'d OneType) -> &'d Arc<TypeDecl> {
        ty.decl.get_or_init(|| {
            let method =
                |at: &At| self.files[at.file as usize].methods[at.index as usize].1.clone();
            let methods = ty.methods.iter().map(method).collect();
            Arc::new(TypeDecl { methods, ..self.bare_type(ty.at).clone() })
        })
    }

    pub(super) fn type_decl(&self, name: &str) -> Option<&Arc<TypeDecl>> {
        self.types.get(name).map(|ty| self.with_methods(ty))
    }

    pub(super) fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(name).map(|at| self.function_at(*at))
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).map(|value| self.value_at(value.at))
    }

    /// What was found out of the value of a variable or constant.
    pub(super) fn inferred(&self, name: &str) -> Option<&OnceLock<Type>> {
        self.values.get(name).map(|value| &value.inferred)
    }

    pub(super) fn type_decls(&self) -> impl Iterator<Item = &Arc<TypeDecl>> {
        self.types.values().map(|ty| self.with_methods(ty))
    }

    pub(super) fn functions(&self) -> impl Iterator<Item = &Function> {
        self.functions.values().map(|at| self.function_at(*at))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.values().map(|value| self.value_at(value.at))
    }

    /// Where a name is declared.
    pub(super) fn place(&self, name: &str) -> Option<Place> {
        let function = || self.function(name).map(|function| function.place);
        let ty = || self.types.get(name).map(|ty| self.bare_type(ty.at).place);
        function().or_else(ty).or_else(|| self.value(name).map(|value| value.place))
    }

    /// Whether a name is declared.
    pub(super) fn has(&self, name: &str) -> bool {
        self.types.contains_key(name)
            || self.functions.contains_key(name)
            || self.values.contains_key(name)
    }
}
