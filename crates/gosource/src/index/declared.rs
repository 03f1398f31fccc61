//! What the files of a package declare, put together by name.
//!
//! Of the packages that a program imports it asks for a few names out of hundreds. So a package knows by name where in
//! the outlines of its files something is, and reads only what somebody asks for.

use std::hash::Hasher;
use std::sync::{Arc, Mutex, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::extract::{FileScope, Known, is_predeclared};
use super::outline::{Outline, OutlinedMethod, OutlinedName};
use super::package::{Function, Method, Package, Place, TypeDecl, Value};
use super::program::Program;
use super::shared::lock;
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

/// What a package declares under a name.
pub(crate) enum Found<'p> {
    Function(&'p Function),
    Type(&'p Arc<TypeDecl>),
    Value(&'p Value),
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

impl Package {
    /// Declares what its files declare, of several declarations of a name the last one.
    pub(super) fn declare(&mut self, program: &Program<'_>, files: Vec<TakenFile>) {
        self.declarations.shadowed = files.iter().flat_map(shadowed).collect();
        let files = files.into_iter().map(|file| self.declaring(program, file)).collect();
        self.declarations.files = files;
        self.declarations.add_items();
        self.add_methods(program);
    }

    fn declaring(&self, program: &Program<'_>, file: TakenFile) -> DeclaringFile {
        let TakenFile { number, in_test, content } = file;
        let declared = match content {
            Content::Outline(outline) => Declaring::Outline(outline),
            Content::Source(source) => {
                let place = Place { file: number, name: crate::Span::new(0, 0), in_test };
                let file = crate::parser::parse_declarations(&source);
                let read = self.in_scope(program, place, |scope| scope.file(&file));
                file.recycle();
                Declaring::Read(read)
            }
        };
        DeclaringFile { number, in_test, declared }
    }

    /// Reads something in the scope of a file.
    fn in_scope<T>(
        &self,
        program: &Program<'_>,
        place: Place,
        read: impl FnOnce(&FileScope<'_>) -> T,
    ) -> T {
        let imports = self.files.get(place.file as usize).map_or(&[][..], |file| &file.imports);
        let (path, shadowed) = (&self.path, &self.declarations.shadowed);
        let known = &*lock(&self.declarations.known);
        read(&FileScope { program, path, is_std: self.is_std, shadowed, known, imports, place })
    }

    /// Hands the methods to their types.
    fn add_methods(&mut self, program: &Program<'_>) {
        for file in 0..self.declarations.files.len() as u32 {
            for index in 0..self.declarations.files[file as usize].methods() as u32 {
                let Some(ty) = self.receiver(program, At { file, index }) else { continue };
                let Declarations { items, methods, .. } = &mut self.declarations;
                let next = std::mem::replace(&mut items[ty].methods, methods.len() as u32);
                methods.push(OneMethod { at: At { file, index }, next });
            }
        }
    }

    /// The type that the receiver of a method names, perhaps by an alias.
    fn receiver(&self, program: &Program<'_>, method: At) -> Option<usize> {
        /// Aliases of aliases that are followed.
        const LONGEST: usize = 10;
        let of = &self.declarations;
        let mut item =
            of.find(Kind::Type, of.files[method.file as usize].receiver(method.index))?;
        for _ in 0..LONGEST {
            if !of.is_alias(of.items[item].at) {
                break;
            }
            let Some(decl) = self.bare_type(program, of.items[item].at) else { break };
            match decl.ty.named() {
                Some(named) if named.path == self.path => {
                    item = of.find(Kind::Type, &named.name)?;
                }
                _ => break,
            }
        }
        Some(item)
    }

    fn bare_type(&self, program: &Program<'_>, at: At) -> Option<TypeDecl> {
        let file = &self.declarations.files[at.file as usize];
        match &file.declared {
            Declaring::Read(read) => Some(read.types[at.index as usize].clone()),
            Declaring::Outline(outline) => {
                let ty = outline.types[at.index as usize].ty;
                let text = outline.text(ty);
                let read = |scope: &FileScope<'_>| scope.declaration(text).types.pop();
                self.in_scope(program, file.place(ty.name), read)
            }
        }
    }

    /// A method, of which the signature is mostly not read yet.
    fn method(&self, at: At) -> Method {
        let file = &self.declarations.files[at.file as usize];
        match &file.declared {
            Declaring::Read(read) => Method { at, ..read.methods[at.index as usize].1.clone() },
            Declaring::Outline(outline) => {
                let OutlinedMethod { pointer_receiver, function, .. } =
                    outline.methods[at.index as usize];
                let name = lock(&self.declarations.known).text(outline.name(function.name));
                let (place, ty) = (file.place(function.name), OnceLock::new());
                Method { name, pointer_receiver, place, at, ty }
            }
        }
    }

    /// The signature of a method; `None` if its text is none.
    pub(super) fn method_type(&self, program: &Program<'_>, at: At) -> Option<Type> {
        let file = self.declarations.files.get(at.file as usize)?;
        let (_, method) = match &file.declared {
            Declaring::Read(read) => read.methods.get(at.index as usize)?.clone(),
            Declaring::Outline(outline) => {
                let method = outline.methods.get(at.index as usize)?.function;
                let text = outline.text(method);
                let read = |scope: &FileScope<'_>| scope.declaration(text).methods.pop();
                self.in_scope(program, file.place(method.name), read)?
            }
        };
        method.ty.into_inner()
    }

    fn read_type(&self, program: &Program<'_>, item: &Item) -> Option<TypeDecl> {
        let mut decl = self.bare_type(program, item.at)?;
        let mut next = item.methods;
        while let Some(method) = self.declarations.methods.get(next as usize) {
            decl.methods.push(self.method(method.at));
            next = method.next;
        }
        decl.methods.reverse();
        decl.methods.shrink_to_fit();
        Some(decl)
    }

    fn read_function(&self, program: &Program<'_>, at: At) -> Option<Function> {
        let file = &self.declarations.files[at.file as usize];
        match &file.declared {
            Declaring::Read(read) => Some(read.functions[at.index as usize].clone()),
            Declaring::Outline(outline) => {
                let function = outline.functions[at.index as usize];
                let text = outline.text(function);
                let read = |scope: &FileScope<'_>| scope.declaration(text).functions.pop();
                self.in_scope(program, file.place(function.name), read)
            }
        }
    }

    fn read_value(&self, program: &Program<'_>, at: At) -> Value {
        let file = &self.declarations.files[at.file as usize];
        match &file.declared {
            Declaring::Read(read) => read.values[at.index as usize].clone(),
            Declaring::Outline(outline) => {
                let of = outline.values[at.index as usize];
                let (name, text) = (outline.name(of.value.name), outline.text(of.value));
                let read = |scope: &FileScope<'_>| scope.value(name, text, of);
                self.in_scope(program, file.place(of.value.name), read)
            }
        }
    }

    /// What an item is; it is read if nobody has asked before.
    fn read<'d>(&'d self, program: &Program<'_>, item: &'d Item) -> &'d Read {
        item.read.get_or_init(|| {
            let read = match item.kind {
                Kind::Type => {
                    let decl = self.read_type(program, item);
                    decl.map(|decl| Read::Type(Arc::new(decl)))
                }
                Kind::Function => {
                    let function = self.read_function(program, item.at);
                    function.map(|function| Read::Function(Box::new(function)))
                }
                Kind::Value => {
                    let (value, inferred) = (self.read_value(program, item.at), OnceLock::new());
                    Some(Read::Value(Box::new(OneValue { value, inferred })))
                }
            };
            read.unwrap_or(Read::Nothing)
        })
    }

    fn read_by_name(&self, program: &Program<'_>, kind: Kind, name: &str) -> Option<&Read> {
        let item = self.declarations.find(kind, name)?;
        Some(self.read(program, &self.declarations.items[item]))
    }

    fn read_all(&self, program: &Program<'_>, kind: Kind) -> impl Iterator<Item = &Read> {
        let items = self.declarations.items.iter().enumerate();
        let all = items.filter(move |(number, item)| {
            let is_last = || {
                let file = &self.declarations.files[item.at.file as usize];
                let name = file.name(kind, item.at.index).0;
                self.declarations.find(kind, name) == Some(*number)
            };
            item.kind == kind && is_last()
        });
        all.map(|(_, item)| self.read(program, item))
    }

    /// The function with a name. The program is one that has read the package; so it is for all that follows.
    pub fn function(&self, program: &Program<'_>, name: &str) -> Option<&Function> {
        self.read_by_name(program, Kind::Function, name)?.function()
    }

    /// The type with a name; also an alias.
    pub fn type_decl(&self, program: &Program<'_>, name: &str) -> Option<&Arc<TypeDecl>> {
        self.read_by_name(program, Kind::Type, name)?.type_decl()
    }

    /// The variable or constant with a name; [`Program::value_type`](super::Program::value_type) knows its type.
    pub fn value(&self, program: &Program<'_>, name: &str) -> Option<&Value> {
        self.read_by_name(program, Kind::Value, name)?.value().map(|one| &one.value)
    }

    /// What a name is in the package.
    pub(crate) fn found(&self, program: &Program<'_>, name: &str) -> Option<Found<'_>> {
        let item = self.declarations.first_of(name)?;
        match self.read(program, &self.declarations.items[item]) {
            Read::Type(decl) => Some(Found::Type(decl)),
            Read::Function(function) => Some(Found::Function(function)),
            Read::Value(one) => Some(Found::Value(&one.value)),
            Read::Nothing => None,
        }
    }

    /// All functions, in no order.
    pub fn functions(&self, program: &Program<'_>) -> impl Iterator<Item = &Function> {
        self.read_all(program, Kind::Function).filter_map(Read::function)
    }

    /// All types, in no order.
    pub fn type_decls(&self, program: &Program<'_>) -> impl Iterator<Item = &Arc<TypeDecl>> {
        self.read_all(program, Kind::Type).filter_map(Read::type_decl)
    }

    /// All variables and constants, in no order.
    pub fn values(&self, program: &Program<'_>) -> impl Iterator<Item = &Value> {
        self.read_all(program, Kind::Value).filter_map(Read::value).map(|one| &one.value)
    }

    /// What was found out of the value of a variable or constant.
    pub(super) fn inferred(&self, program: &Program<'_>, name: &str) -> Option<&OnceLock<Type>> {
        self.read_by_name(program, Kind::Value, name)?.value().map(|one| &one.inferred)
    }

    /// Where a name is declared outside of functions.
    pub fn place(&self, name: &str) -> Option<Place> {
        let Item { kind, at, .. } = self.declarations.items[self.declarations.first_of(name)?];
        Some(self.declarations.files[at.file as usize].name(kind, at.index).1)
    }

    /// Whether it declares a name outside of functions.
    pub(crate) fn declares(&self, name: &str) -> bool {
        self.place(name).is_some()
    }
}

/// Predeclared names that a file declares as types.
fn shadowed(file: &TakenFile) -> Vec<Arc<str>> {
    let outline = match &file.content {
        Content::Outline(outline) => outline,
        Content::Source(source) => return shadowed_in(source),
    };
    let names = outline.types.iter().map(|decl| outline.name(decl.ty.name));
    names.filter(|name| is_predeclared(name)).map(Arc::from).collect()
}

/// The same of a file without an outline.
fn shadowed_in(source: &[u8]) -> Vec<Arc<str>> {
    use crate::ast::{DeclKind, SpecKind};

    let file = crate::parser::parse_declarations(source);
    let decls = file[file.decls()].iter().filter_map(|decl| match file[*decl].kind {
        DeclKind::GenDecl(decl) => Some(&file[decl.specs]),
        _ => None,
    });
    let names = decls.flatten().filter_map(|spec| match file[*spec].kind {
        SpecKind::TypeSpec(spec) => Some(file.name(spec.name)),
        _ => None,
    });
    let shadowed = names.filter(|name| is_predeclared(name)).map(Arc::from).collect();
    file.recycle();
    shadowed
}

impl Read {
    fn function(&self) -> Option<&Function> {
        match self {
            Self::Function(function) => Some(function),
            _ => None,
        }
    }

    fn type_decl(&self) -> Option<&Arc<TypeDecl>> {
        match self {
            Self::Type(decl) => Some(decl),
            _ => None,
        }
    }

    fn value(&self) -> Option<&OneValue> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
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
