//! What one package declares.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::declared::{At, Declarations};
use super::members::Lookup;
use crate::module::Excluded;
use crate::span::Span;
use crate::types::{Type, TypeParamDecl};

/// A package, without the bodies of its functions.
#[derive(Debug, Default)]
pub struct Package {
    /// The path by which its types are known; that of an external test package ends in `_test`.
    pub path: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether it belongs to one of the modules that are looked at; only of those tests are read.
    pub is_main: bool,
    /// Whether it belongs to the standard library.
    pub is_std: bool,
    /// All Go files of the folder, in order of their names.
    pub files: Vec<PackageFile>,
    pub(super) declarations: Declarations,
    /// Paths of the packages of which all names are visible in a file.
    pub(super) dot_imports: Vec<Arc<str>>,
}

/// What a file is to a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It belongs to the package.
    Package,
    /// It is a test within the package.
    Test,
    /// It belongs to the external test package of the folder.
    ExternalTest,
    /// A build for the platform does not take it.
    Excluded(Excluded),
    /// It could not be read.
    Unreadable,
}

/// A file of a package's folder.
#[derive(Clone, Debug)]
pub struct PackageFile {
    /// Its name.
    pub name: String,
    /// What it is to the package.
    pub role: Role,
    /// Whether a program made it.
    pub generated: bool,
    /// Names and paths of its imports.
    pub(super) imports: Vec<(Option<Arc<str>>, Arc<str>)>,
}

/// Where something is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the file in the files of the package.
    pub file: u32,
    /// The declaring name.
    pub name: Span,
    /// Whether the file is a test.
    pub in_test: bool,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Arc<str>,
    /// Its signature.
    pub ty: Type,
    /// Where it is declared.
    pub place: Place,
}

/// A declared type.
#[derive(Clone, Debug)]
pub struct TypeDecl {
    /// Import path of its package.
    pub path: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its type parameters.
    pub type_params: Arc<[TypeParamDecl]>,
    /// Whether it is another name of a type.
    pub is_alias: bool,
    /// What it is declared as.
    pub ty: Type,
    /// Its methods, in order of their files; methods of an interface are in its type.
    pub methods: Vec<Method>,
    /// Where it is declared.
    pub place: Place,
    /// What is behind its name, without aliases, once somebody has asked; of a type without type parameters.
    pub(super) underlying: OnceLock<Type>,
    pub(super) members: KnownMembers,
}

/// What was asked of the members of a type, or of a pointer to it, by name: the same for all who ask.
#[derive(Debug, Default)]
pub(super) struct KnownMembers(Mutex<[FxHashMap<Box<str>, Lookup>; 2]>);

impl KnownMembers {
    pub(super) fn get(
        &self,
        of_pointer: bool,
        name: &str,
        find: impl FnOnce() -> Lookup,
    ) -> Lookup {
        // What is kept are finished values: a thread that panicked left nothing half done.
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock()[usize::from(of_pointer)].get(name) {
            return known.clone();
        }
        let found = find();
        lock()[usize::from(of_pointer)].insert(name.into(), found.clone());
        found
    }
}

impl Clone for KnownMembers {
    /// Knows nothing: the copy may get methods.
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// A method.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: Arc<str>,
    /// Whether its receiver is a pointer.
    pub pointer_receiver: bool,
    /// Where it is declared.
    pub place: Place,
    /// Where its package has it.
    pub(super) at: At,
    /// Its signature, without the receiver, once somebody has asked for it by
    /// [`Program::method_type`](super::Program::method_type).
    pub(super) ty: OnceLock<Type>,
}

/// A variable or constant.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is a constant.
    pub is_const: bool,
    /// Where it is declared.
    pub place: Place,
    pub(crate) ty: ValueType,
}

/// The type of a variable or constant.
#[derive(Clone, Debug)]
pub(crate) enum ValueType {
    Known(Type),
    /// That of a value, as text; of its n-th result if there are several variables.
    Of {
        text: Arc<str>,
        result: Option<u32>,
    },
}

impl PackageFile {
    /// Paths of its imports, as they are written, without those for side effects only and dot imports.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.imports.iter().map(|(_, path)| &**path)
    }
}

/// Whether a name is visible in other packages.
pub(crate) fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}
