//! What somebody asks for of a package is read from the texts of its declarations.

use std::sync::{Arc, OnceLock};

use super::{
    At, Content, Declarations, Declaring, DeclaringFile, Item, Kind, OneMethod, OneValue, Read,
    TakenFile,
};
use crate::index::extract::{FileScope, is_predeclared};
use crate::index::outline::OutlinedMethod;
use crate::index::package::{Function, Method, Package, Place, TypeDecl, Value};
use crate::index::program::Program;
use crate::index::shared::lock;
use crate::types::Type;

/// What a package declares under a name.
pub(crate) enum Found<'p> {
    Function(&'p Function),
    Type(&'p Arc<TypeDecl>),
    Value(&'p Value),
}

impl Package {
    /// Declares what its files declare, of several declarations of a name the last one.
    pub(in crate::index) fn declare(&mut self, program: &Program<'_>, files: Vec<TakenFile>) {
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
    pub(in crate::index) fn method_type(&self, program: &Program<'_>, at: At) -> Option<Type> {
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

    /// Whether a name is that of a type which is no alias; the declaration is not read for that.
    pub(in crate::index) fn has_own_type(&self, name: &str) -> bool {
        let of = &self.declarations;
        of.find(Kind::Type, name).is_some_and(|item| !of.is_alias(of.items[item].at))
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
    pub(in crate::index) fn inferred(
        &self,
        program: &Program<'_>,
        name: &str,
    ) -> Option<&OnceLock<Type>> {
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
