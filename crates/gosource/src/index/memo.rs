//! What a resolver has found before: files of a package ask for the same types again and again.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::members::Lookup;
use super::package::{Package, is_exported};
use super::resolver::Resolver;
use crate::types::{Type, TypeKind};
use crate::typing::Callee;

type Table<T> = FxHashMap<Arc<str>, T>;

/// Types by import path and name.
#[derive(Default)]
struct ByName(RefCell<Table<Table<Type>>>);

/// Makes one value of all types that are named or pointed to alike.
#[derive(Default)]
pub(super) struct OneOfEach {
    named: ByName,
    /// By the address of what they point to.
    pointers: RefCell<FxHashMap<usize, (Type, Type)>>,
}

/// By the address of a type, and by name.
type OfTypes = FxHashMap<usize, (Type, FxHashMap<Box<str>, Lookup>)>;

/// The members of types that were asked for.
#[derive(Default)]
struct Members {
    /// Those that are the same for all who ask.
    exported: OfTypes,
    /// The package that asks.
    from: Arc<str>,
    /// Those that it found by names that are not exported.
    own: OfTypes,
}

/// Tables by address hold the type at the address too, so that it stays its own.
#[derive(Default)]
pub(super) struct Memo {
    pub(super) packages: RefCell<Table<Option<Arc<Package>>>>,
    pub(super) canonical: RefCell<FxHashMap<usize, (Type, Type)>>,
    types: OneOfEach,
    /// What a name of a package, or of the language, means as a type.
    written: ByName,
    /// By the addresses of their texts, of which nearly all are shared.
    callees: RefCell<FxHashMap<[usize; 3], Vec<Arc<Callee>>>>,
    members: RefCell<Members>,
}

impl ByName {
    fn get(&self, path: &Arc<str>, name: &str, find: impl FnOnce() -> Type) -> Type {
        if let Some(known) = self.0.borrow().get(path).and_then(|names| names.get(name)) {
            return known.clone();
        }
        let new = find();
        self.0.borrow_mut().entry(path.clone()).or_default().insert(name.into(), new.clone());
        new
    }
}

impl OneOfEach {
    /// The type with a path and name, whether there is one or not.
    pub(super) fn named(&self, path: &Arc<str>, name: &str) -> Type {
        self.named.get(path, name, || super::named(path.clone(), name.into()))
    }

    pub(super) fn pointer(&self, to: Type) -> Type {
        let mut pointers = self.pointers.borrow_mut();
        let pointer = || (to.clone(), Type::pointer(to.clone()));
        pointers.entry(to.address()).or_insert_with(pointer).1.clone()
    }
}

impl Memo {
    /// How many types are known.
    pub(super) fn len(&self) -> usize {
        self.canonical.borrow().len() + self.members.borrow().exported.len()
    }
}

impl Resolver<'_> {
    /// The type with a path and name, whether there is one or not.
    pub(crate) fn named(&self, path: &Arc<str>, name: &str) -> Type {
        self.memo.types.named(path, name)
    }

    /// What a name means in a package, which `find` finds at first.
    pub(crate) fn written(&self, path: &Arc<str>, name: &str, find: impl FnOnce() -> Type) -> Type {
        self.memo.written.get(path, name, find)
    }

    /// One value for all places that name a function.
    pub(crate) fn callee(&self, callee: Callee) -> Arc<Callee> {
        let address = |text: &Arc<str>| text.as_ptr() as usize;
        let receiver = callee.receiver.as_ref().map_or(0, address);
        let key = [address(&callee.path), receiver, address(&callee.name)];
        let mut callees = self.memo.callees.borrow_mut();
        let alike = callees.entry(key).or_default();
        if let Some(known) = alike.iter().find(|known| ***known == callee) {
            return known.clone();
        }
        alike.push(Arc::new(callee));
        alike[alike.len() - 1].clone()
    }

    /// A pointer to a type.
    pub(crate) fn pointer(&self, to: Type) -> Type {
        self.memo.types.pointer(to)
    }

    /// Finds a field or method; names that are not exported are those of the package `from`.
    pub(crate) fn member(&self, ty: &Type, name: &str, from: &str) -> Lookup {
        // What others have may depend on the function in which they are used.
        let is_alike_everywhere = match ty.pointee_or_self().kind() {
            TypeKind::Named(named) => named.args.is_empty(),
            _ => false,
        };
        if !is_alike_everywhere {
            return self.find_member(ty, name, from);
        }
        if let Some(known) = self.memo.members.borrow_mut().get(ty, name, from) {
            return known.clone();
        }
        let found = self.find_member(ty, name, from);
        self.memo.members.borrow_mut().insert(ty, name, found.clone());
        found
    }
}

impl Members {
    fn get(&mut self, ty: &Type, name: &str, from: &str) -> Option<&Lookup> {
        if &*self.from != from {
            self.from = from.into();
            self.own.clear();
        }
        self.of(name).get(&ty.address())?.1.get(name)
    }

    fn of(&mut self, name: &str) -> &mut OfTypes {
        if is_exported(name) { &mut self.exported } else { &mut self.own }
    }

    /// Adds what the package that asked last has found.
    fn insert(&mut self, ty: &Type, name: &str, found: Lookup) {
        let of_type = self.of(name).entry(ty.address());
        let (_, names) = of_type.or_insert_with(|| (ty.clone(), FxHashMap::default()));
        names.insert(name.into(), found);
    }
}
