//! What acquires and releases, from the records of the catalogue.

use std::borrow::Cow;
use std::cell::RefCell;

use plumb_evidence::Advisory;
use plumb_evidence::catalogue::{
    Acquired, LibraryObject, ResourceKind, comparable_path, is_match, is_pattern,
};
use rustc_hash::FxHashMap;

use crate::functions::{FunctionKey, first_element};

/// The records of the catalogue, by the functions and types that they name. Paths are compared by
/// [`comparable_path`].
#[derive(Debug, Default)]
pub struct Knowledge {
    /// The functions that records name, in the order in which they count.
    functions: Vec<Function>,
    /// Types whose names have no star, by name.
    types: FxHashMap<&'static str, Vec<Type>>,
    /// Types whose names have one.
    type_patterns: ByHost<Type>,
    /// Versions of modules with a leak of their own.
    advisories: &'static [Advisory],
}

/// A function that a record names, with all that it acquires.
#[derive(Debug)]
struct Function {
    path: Spelling,
    receiver: Option<Spelling>,
    name: Spelling,
    acquires: Vec<(&'static LibraryObject, Acquired)>,
}

/// Of each import path that a thread has met, the functions that may be of it, in the order in which they count: few
/// paths have any, and the same are asked for again and again.
#[derive(Debug, Default)]
pub(crate) struct OfPaths(RefCell<FxHashMap<Box<str>, Vec<u32>>>);

/// A type that a record names.
#[derive(Debug)]
struct Type {
    path: Spelling,
    name: Spelling,
    object: &'static LibraryObject,
}

/// A name or path of a record.
#[derive(Debug)]
struct Spelling {
    text: Cow<'static, str>,
    /// If it stands for several, where its first star is, and where what follows its last one begins: by what stands
    /// before and after them nearly every call of a program is told to be another.
    stars: Option<(usize, usize)>,
}

impl Spelling {
    fn new(text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        let stars = text.find('*').zip(text.rfind('*')).map(|(first, last)| (first, last + 1));
        Self { text, stars }
    }

    /// Whether it may be another name or path, or a pattern for it.
    fn may_mean(&self, name: &str) -> bool {
        match self.stars {
            None => *self.text == *name,
            Some((first, last)) => {
                name.starts_with(&self.text[..first]) && name.ends_with(&self.text[last..])
            }
        }
    }

    /// Whether it is another name or path, or a pattern for it.
    fn means(&self, name: &str) -> bool {
        self.may_mean(name) && (self.stars.is_none() || is_match(&self.text, name))
    }
}

impl Function {
    /// What counts first: names and paths without a star before patterns for them.
    fn rank(&self) -> (bool, bool) {
        let of_path = match self.name.stars {
            None => self.path.stars.is_some(),
            Some(_) => is_pattern(first_element(&self.path.text)),
        };
        (self.name.stars.is_some(), of_path)
    }

    /// Whether it is a function that is known to be of its path.
    fn is(&self, function: &FunctionKey<'_>) -> bool {
        let has_receiver = match (&self.receiver, function.receiver) {
            (Some(known), Some(receiver)) => known.means(receiver),
            (None, None) => true,
            _ => false,
        };
        has_receiver && self.name.means(function.name)
    }
}

/// What records name, by the first elements of the paths, which are the same in every spelling: nearly every call of a
/// program is of another one.
#[derive(Debug)]
struct ByHost<T> {
    hosts: FxHashMap<String, Vec<T>>,
    /// What has a star there.
    anywhere: Vec<T>,
}

impl<T> Default for ByHost<T> {
    fn default() -> Self {
        Self { hosts: FxHashMap::default(), anywhere: Vec::new() }
    }
}

impl<T> ByHost<T> {
    fn list(&mut self, path: &str) -> &mut Vec<T> {
        let host = first_element(path);
        match is_pattern(host) {
            true => &mut self.anywhere,
            false => self.hosts.entry(host.to_owned()).or_default(),
        }
    }

    fn of(&self, path: &str) -> impl Iterator<Item = &T> + Clone {
        let of_host = self.hosts.get(first_element(path)).into_iter().flatten();
        of_host.chain(&self.anywhere)
    }
}

impl Knowledge {
    /// Sorts records. Where two name the same result of a function, or the same type, the first counts.
    pub fn new(objects: &'static [&'static LibraryObject]) -> Self {
        let mut knowledge = Self::default();
        let mut by_name = FxHashMap::default();
        for object in objects {
            for acquire in object.source.acquires {
                let key = FunctionKey::parse(acquire.function);
                knowledge.add_function(&mut by_name, key, object, acquire.what);
            }
            for ty in object.source.types {
                knowledge.add_type(FunctionKey::parse(ty), object);
            }
        }
        knowledge.functions.sort_by_key(Function::rank);
        // A path without a star counts before any pattern.
        for types in knowledge.types.values_mut() {
            types.sort_by_key(|ty| ty.path.stars.is_some());
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

    /// Adds a function; `by_name` has the places of those that are added.
    fn add_function(
        &mut self,
        by_name: &mut FxHashMap<&'static str, Vec<usize>>,
        key: FunctionKey<'static>,
        object: &'static LibraryObject,
        what: Acquired,
    ) {
        let path = comparable_path(key.path);
        let alike = by_name.entry(key.name).or_default();
        let same = alike.iter().copied().find(|place| {
            let function = &self.functions[*place];
            let receiver = function.receiver.as_ref().map(|receiver| &*receiver.text);
            (&function.path.text, receiver) == (&path, key.receiver)
        });
        let Some(same) = same else {
            alike.push(self.functions.len());
            let acquires = vec![(object, what)];
            let (path, name) = (Spelling::new(path), Spelling::new(key.name));
            let receiver = key.receiver.map(Spelling::new);
            self.functions.push(Function { path, receiver, name, acquires });
            return;
        };
        let acquires = &mut self.functions[same].acquires;
        if acquires.iter().all(|(_, known)| *known != what) {
            acquires.push((object, what));
        }
    }

    fn add_type(&mut self, key: FunctionKey<'static>, object: &'static LibraryObject) {
        let path = Spelling::new(comparable_path(key.path));
        let ty = Type { path, name: Spelling::new(key.name), object };
        match is_pattern(key.name) {
            true => self.type_patterns.list(key.path).push(ty),
            false => self.types.entry(key.name).or_default().push(ty),
        }
    }

    /// The objects that a call of a function acquires, and what of the call each is. Objects of
    /// [`ResourceKind::None`] tell that it acquires nothing; what no record names has none.
    pub(crate) fn acquired_by(
        &self,
        of_paths: &OfPaths,
        function: &FunctionKey<'_>,
    ) -> &[(&'static LibraryObject, Acquired)] {
        let mut known = of_paths.0.borrow_mut();
        let of_path = match known.get(function.path) {
            Some(of_path) => of_path,
            None => known.entry(function.path.into()).or_insert(self.of_path(function.path)),
        };
        let mut of_path = of_path.iter().map(|place| &self.functions[*place as usize]);
        of_path.find(|known| known.is(function)).map_or(&[], |known| &known.acquires)
    }

    /// The places of the functions that may be of an import path.
    fn of_path(&self, path: &str) -> Vec<u32> {
        let path = comparable_path(path);
        let places = (0..).zip(&self.functions);
        places.filter(|(_, known)| known.path.means(&path)).map(|(place, _)| place).collect()
    }

    /// The object for which a type stands; of [`ResourceKind::None`] if it only looks like one that must be released.
    pub fn of_type(&self, path: &str, name: &str) -> Option<&'static LibraryObject> {
        let named = self.types.get(name).map_or(&[][..], Vec::as_slice);
        let of_host = self.type_patterns.of(path);
        let patterns = || of_host.clone().filter(|ty| ty.name.may_mean(name));
        if named.is_empty() && patterns().next().is_none() {
            return None;
        }
        let path = comparable_path(path);
        let is_it = |ty: &&Type| ty.path.means(&path);
        let by_pattern = || patterns().find(|ty| is_it(ty) && ty.name.means(name));
        let found = named.iter().find(is_it).or_else(by_pattern);
        found.map(|ty| ty.object)
    }
}

/// Whether a record says that something need not be released.
pub(crate) fn is_harmless(object: &LibraryObject) -> bool {
    object.source.kind == ResourceKind::None
}
