//! Which declaration a name refers to, as far as one file tells: imports, and Go's scopes.

mod imports;
mod resolve;
mod scopes;
mod signatures;

use crate::file::File;
use crate::ids::{Id, IdentId, SpecId};

pub use imports::{Import, ImportName, assumed_package_name};
pub(crate) use imports::{import_paths, imports_of};

/// What a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Referent {
    /// What an identifier of this file declares; it is also the referent of itself.
    Declared(IdentId),
    /// A package that this file imports.
    Import(SpecId),
}

/// As what an identifier is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeclaredAs {
    /// A constant.
    Const,
    /// A variable, by `var` or `:=` or as the variable of a range or of a receive.
    Var,
    /// The variable of a type switch: in each clause one of its own.
    TypeSwitchVar,
    /// A type.
    Type,
    /// A type parameter, also one that the receiver of a method declares.
    TypeParam,
    /// A function; methods belong to their types and are not in any scope.
    Func,
    /// The receiver of a method.
    Receiver,
    /// A parameter.
    Param,
    /// A named result.
    Result,
    /// A label.
    Label,
}

/// What is known of a declaring identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// As what it is declared.
    pub kind: DeclaredAs,
    /// Whether it is declared outside of functions, and so visible in other files of the package.
    pub top_level: bool,
}

/// The names of a file.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    imports: Vec<Import<'a>>,
    referents: Vec<Option<Referent>>,
    declarations: Vec<Option<Declaration>>,
}

impl<'a> Names<'a> {
    /// Resolves all names of a file.
    ///
    /// `package_name` knows the names of imported packages by their paths; where it does not, the name is guessed
    /// from the path ([`assumed_package_name`]).
    pub fn new(file: &File<'a>, package_name: impl Fn(&str) -> Option<&'a str>) -> Self {
        let imports = imports::of_file(file, package_name);
        resolve::resolve(file, imports)
    }

    fn empty(file: &File<'a>, imports: Vec<Import<'a>>) -> Self {
        let idents = file.count::<IdentId>();
        Self { imports, referents: vec![None; idents], declarations: vec![None; idents] }
    }

    /// The imports of the file, in order.
    pub fn imports(&self) -> &[Import<'a>] {
        &self.imports
    }

    /// The import that a spec is; `None` if its path is no string.
    pub fn import(&self, spec: SpecId) -> Option<&Import<'a>> {
        self.imports.iter().find(|import| import.spec == spec)
    }

    /// What an identifier refers to.
    ///
    /// `None` for what other files of the package, dot imports and the language itself declare; for fields, methods
    /// and what else stands after a dot; and for keys of a literal that are, or may be, fields.
    pub fn referent(&self, ident: IdentId) -> Option<Referent> {
        self.referents.get(ident.index()).copied().flatten()
    }

    /// What an identifier declares, if it does.
    pub fn declaration(&self, ident: IdentId) -> Option<Declaration> {
        self.declarations.get(ident.index()).copied().flatten()
    }

    /// The identifiers that refer to something, with the one that declares it, in the order of the file's tables.
    pub fn uses(&self, of: Referent) -> impl Iterator<Item = IdentId> + '_ {
        let referents = self.referents.iter().enumerate();
        referents.filter(move |(_, referent)| **referent == Some(of)).map(|(i, _)| IdentId::at(i))
    }

    fn refer(&mut self, ident: IdentId, to: Referent) {
        self.referents[ident.index()] = Some(to);
    }

    fn declare(&mut self, ident: IdentId, declaration: Declaration) {
        self.declarations[ident.index()] = Some(declaration);
        self.refer(ident, Referent::Declared(ident));
    }
}
