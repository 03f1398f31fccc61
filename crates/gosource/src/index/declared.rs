//! What the files of a package declare, put together by name.
//!
//! Of the packages that a program imports it asks for a few names out of hundreds. So a package knows by name where in
//! the outlines of its files something is, and reads only what somebody asks for.

mod reading;

use std::hash::Hasher;
use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::extract::Known;
use super::outline::{Outline, OutlinedName};
use super::package::{Function, Method, Place, TypeDecl, Value};
use crate::types::Type;

pub(crate) use reading::Found;

/// What a file declares.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Without methods.
    pub(super) types: Vec<TypeDecl>,
    pub(super) functions: Vec<Function>,
    pub(super) values: Vec<Value>,
    /// Methods by the names of their receivers' types.
    pub(super) methods: Vec<(Arc<str>, Method)>,
}

/// A file that belongs to a package.
pub(super) struct TakenFile {
    /// Its place among the files of the package.
    pub(super) number: u32,
    pub(super) in_test: bool,
    pub(super) content: Content,
}

/// What a file declares, as far as it is known.
pub(super) enum Content {
    Outline(Arc<Outline>),
    /// All of the source, if it has no outline.
    Source(Vec<u8>),
}

#[derive(Debug)]
struct DeclaringFile {
    number: u32,
    in_test: bool,
    declared: Declaring,
}

#[derive(Debug)]
enum Declaring {
    Outline(Arc<Outline>),
    Read(Declared),
}

/// What a name may be; the first one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Function,
    Type,
    Value,
}

/// Where something is declared.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    /// The place of the file among those of which it is known what they declare.
    pub(super) file: u32,
    /// The place among what the file declares of its kind.
    pub(super) index: u32,
}

/// No further item.
const NONE: u32 = u32::MAX;

/// Something that a package declares.
#[derive(Debug)]
struct Item {
    kind: Kind,
    at: At,
    /// The item before it of which the name has the same hash.
    next: u32,
    /// The last method of a type.
    methods: u32,
    /// What it is, once somebody has asked.
    read: OnceLock<Read>,
}

#[derive(Debug)]
enum Read {
    Type(Arc<TypeDecl>),
    Function(Box<Function>),
    Value(Box<OneValue>),
    /// Its text is no such declaration.
    Nothing,
}

/// A variable or constant of a package.
#[derive(Debug)]
struct OneValue {
    value: Value,
    inferred: OnceLock<Type>,
}

/// A method, and the one before it of the same type.
#[derive(Debug)]
struct OneMethod {
    at: At,
    next: u32,
}

/// What a package declares.
#[derive(Default)]
pub(super) struct Declarations {
    files: Vec<DeclaringFile>,
    /// The last item by the hash of its name.
    by_name: FxHashMap<u64, u32>,
    items: Vec<Item>,
    methods: Vec<OneMethod>,
    /// Predeclared names that are declared anew.
    shadowed: FxHashSet<Arc<str>>,
    known: Mutex<Known>,
}

impl std::fmt::Debug for Declarations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Declarations").field("files", &self.files).finish_non_exhaustive()
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(name.as_bytes());
    hasher.finish()
}

impl DeclaringFile {
    fn place(&self, name: OutlinedName) -> Place {
        Place { file: self.number, name: name.span, in_test: self.in_test }
    }

    fn count(&self, kind: Kind) -> usize {
        match (&self.declared, kind) {
            (Declaring::Outline(outline), Kind::Type) => outline.types.len(),
            (Declaring::Outline(outline), Kind::Function) => outline.functions.len(),
            (Declaring::Outline(outline), Kind::Value) => outline.values.len(),
            (Declaring::Read(read), Kind::Type) => read.types.len(),
            (Declaring::Read(read), Kind::Function) => read.functions.len(),
            (Declaring::Read(read), Kind::Value) => read.values.len(),
        }
    }

    fn name(&self, kind: Kind, index: u32) -> (&str, Place) {
        let index = index as usize;
        match &self.declared {
            Declaring::Outline(outline) => {
                let name = match kind {
                    Kind::Type => outline.types[index].ty.name,
                    Kind::Function => outline.functions[index].name,
                    Kind::Value => outline.values[index].value.name,
                };
                (outline.name(name), self.place(name))
            }
            Declaring::Read(read) => match kind {
                Kind::Type => (&read.types[index].name, read.types[index].place),
                Kind::Function => (&read.functions[index].name, read.functions[index].place),
                Kind::Value => (&read.values[index].name, read.values[index].place),
            },
        }
    }

    fn methods(&self) -> usize {
        match &self.declared {
            Declaring::Outline(outline) => outline.methods.len(),
            Declaring::Read(read) => read.methods.len(),
        }
    }

    /// The name of the type that has a method.
    fn receiver(&self, index: u32) -> &str {
        match &self.declared {
            Declaring::Outline(outline) => outline.name(outline.methods[index as usize].receiver),
            Declaring::Read(read) => &read.methods[index as usize].0,
        }
    }
}

impl Declarations {
    /// Adds what the files declare, in order.
    fn add_items(&mut self) {
        const KINDS: [Kind; 3] = [Kind::Type, Kind::Function, Kind::Value];
        let count: usize = self
            .files
            .iter()
            .map(|file| KINDS.map(|kind| file.count(kind)).iter().sum::<usize>())
            .sum();
        let Self { files, by_name, items, .. } = self;
        by_name.reserve(count);
        items.reserve_exact(count);
        for (file, number) in files.iter().zip(0..) {
            for kind in KINDS {
                for index in 0..file.count(kind) as u32 {
                    let last = by_name.entry(hash(file.name(kind, index).0)).or_insert(NONE);
                    let next = std::mem::replace(last, items.len() as u32);
                    let at = At { file: number, index };
                    items.push(Item { kind, at, next, methods: NONE, read: OnceLock::new() });
                }
            }
        }
    }

    /// The items with a name, the last one first.
    fn named(&self, name: &str) -> impl Iterator<Item = (usize, &Item)> {
        let last = self.by_name.get(&hash(name)).map(|number| *number as usize);
        let item = |number: usize| self.items.get(number).map(|item| (number, item));
        let chain =
            std::iter::successors(last.and_then(item), move |(_, of)| item(of.next as usize));
        chain.filter(move |(_, item)| {
            self.files[item.at.file as usize].name(item.kind, item.at.index).0 == name
        })
    }

    /// The last item of a kind with a name.
    fn find(&self, kind: Kind, name: &str) -> Option<usize> {
        self.named(name).find(|(_, item)| item.kind == kind).map(|(number, _)| number)
    }

    /// What a name is: a function, or else a type, or else a value. Only one of them in a package without errors.
    fn first_of(&self, name: &str) -> Option<usize> {
        self.named(name).min_by_key(|(_, item)| item.kind).map(|(number, _)| number)
    }

    fn is_alias(&self, at: At) -> bool {
        match &self.files[at.file as usize].declared {
            Declaring::Outline(outline) => outline.types[at.index as usize].is_alias,
            Declaring::Read(read) => read.types[at.index as usize].is_alias,
        }
    }
}
