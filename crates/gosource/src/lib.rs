//! Reads Go source files, complete for Go 1.27: syntax trees with byte spans, comments, and recovery from errors.
//! No I/O, no clock; no Go toolchain is needed.
//!
//! [`parse`] takes any bytes and returns a [`File`]: tables of nodes, named as in `go/ast`, and the [`Problem`]s
//! that were found. It accepts exactly what `go/parser` accepts, and the spans of the nodes are those of `go/ast`;
//! a test compares both over the standard library. An error costs one statement, one line of a declaration in
//! parentheses, or one declaration; the rest of the file is in the tree.
//!
//! Nodes are named by ids, and a file is indexed by them; what is known about nodes can so be kept in plain vectors
//! beside the tree ([`Id::index`]). Not every id belongs to a node of the tree: what was read of a statement that
//! was given up stays in the tables. [`File::walk`] meets only what is in the tree, and [`File::find`] those nodes of it
//! that are of some kinds.
//!
//! [`Names`] tells what names refer to as far as one file knows, by Go's scopes; a test compares it with `go/types`.
//! [`flow`] tells where control can go, and on which ways a value is not released; [`edit`] changes a file as its
//! author would have.
//!
//! Beyond one file: [`Layout`] finds modules and what they import, [`Program`] reads what packages declare when it is
//! asked for, and [`FileTypes`] tells the types of expressions where they follow from that. What does not follow is
//! unknown, never guessed; a test compares all that is told with `go/types`. Nothing needs to compile or to be
//! complete: what is imported may be missing.
//!
//! ```
//! use plumb_gosource::{DeclKind, parse};
//!
//! let file = parse(b"package p\n\nfunc f() { g(1) }\n");
//! assert!(file.problems().is_empty());
//! let DeclKind::FuncDecl(f) = file[file[file.decls()][0]].kind else { panic!("no function") };
//! assert_eq!(file.name(f.name), "f");
//! ```

mod arena;
mod ast;
mod comments;
pub mod edit;
mod encoding;
mod file;
pub mod flow;
mod ids;
mod index;
mod kind;
mod lexer;
mod module;
mod names;
mod order;
mod parents;
mod parser;
mod positions;
mod problem;
mod span;
mod token;
mod types;
mod typing;
mod unicode;
mod walk;

pub use ast::*;
pub use comments::{Comment, CommentGroup, Directive};
pub use file::{File, NodeId, PackageClause};
pub use ids::{
    CommentGroupId, CommentId, DeclId, ExprId, FieldId, FieldListId, FuncTypeId, Id, IdentId, List,
    SpecId, StmtId,
};
pub use index::{
    Function, Lookup, Member, MemberKind, Method, MethodSetEntry, Package, PackageFile, Place,
    Program, Role, SharedPackages, TypeDecl, Value,
};
pub use kind::{Find, Kind};
pub use module::{
    Entry, EntryKind, Excluded, Folders, GoMod, GoModProblem, GoWork, Installation, Layout,
    Location, Module, PackageFolder, Platform, Replace, Requirement, satisfied,
};
pub use names::{
    Declaration, DeclaredAs, Import, ImportName, Names, Referent, assumed_package_name,
};
pub use parents::Parents;
pub use positions::{LineDirective, LineTable, MappedPosition, Position};
pub use problem::{Problem, Skipped, SkippedPart};
pub use span::Span;
pub use token::Token;
pub use types::{
    Basic, InterfaceMethod, InterfaceType, LocalType, Named, ParamOwner, Signature, StructField,
    StructType, Term, Type, TypeKind, TypeParam, TypeParamDecl,
};
pub use typing::{Callee, FileTypes, Typing};
pub use walk::{Node, Visit, Walk};

/// Reads a file: any bytes, up to 1 GB.
pub fn parse(src: &[u8]) -> File<'_> {
    parser::parse(src)
}

/// Reads a file without the bodies of its functions, which are empty blocks, and without the elements of composite
/// literals: for files of which only what they declare matters. A file with a problem is read as a whole.
pub fn parse_declarations(src: &[u8]) -> File<'_> {
    parser::parse_declarations(src).with_own_tables()
}
