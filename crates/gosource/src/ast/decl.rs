//! Declarations, and the fields of structs, interfaces and signatures.

use crate::ids::{
    CommentGroupId, ExprId, FieldId, FieldListId, FuncTypeId, IdentId, List, SpecId, StmtId,
};
use crate::span::Span;
use crate::token::Token;

/// A declaration.
#[derive(Clone, Copy, Debug)]
pub struct Decl {
    /// From its first to its last byte, without comments.
    pub span: Span,
    /// What it is.
    pub kind: DeclKind,
}

/// The kinds of declarations.
#[derive(Clone, Copy, Debug)]
pub enum DeclKind {
    /// Stands for a declaration that was skipped.
    BadDecl,
    /// Imports, constants, types or variables.
    GenDecl(GenDecl),
    /// A function or method.
    FuncDecl(FuncDecl),
}

/// A declaration of imports, constants, types or variables.
#[derive(Clone, Copy, Debug)]
pub struct GenDecl {
    /// The comment before it.
    pub doc: Option<CommentGroupId>,
    /// `Import`, `Const`, `Type` or `Var`; it stands at the start of the span.
    pub tok: Token,
    /// Offset of `(`, if there is one.
    pub lparen: Option<u32>,
    /// What is declared.
    pub specs: List<SpecId>,
}

/// A declaration of a function or method.
#[derive(Clone, Copy, Debug)]
pub struct FuncDecl {
    /// The comment before it.
    pub doc: Option<CommentGroupId>,
    /// The receiver of a method.
    pub recv: Option<FieldListId>,
    /// Its name.
    pub name: IdentId,
    /// Its signature.
    pub ty: FuncTypeId,
    /// A `BlockStmt`; `None` for a function that is not written in Go.
    pub body: Option<StmtId>,
}

/// One line of a declaration.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// From its first to its last byte, without comments.
    pub span: Span,
    /// What it is.
    pub kind: SpecKind,
}

/// The kinds of specs.
#[derive(Clone, Copy, Debug)]
pub enum SpecKind {
    /// Of an `import`.
    ImportSpec(ImportSpec),
    /// Of a `const` or `var`.
    ValueSpec(ValueSpec),
    /// Of a `type`.
    TypeSpec(TypeSpec),
}

/// One import.
#[derive(Clone, Copy, Debug)]
pub struct ImportSpec {
    /// The comment before it.
    pub doc: Option<CommentGroupId>,
    /// A name, `.` or `_`.
    pub name: Option<IdentId>,
    /// A `BasicLit`.
    pub path: ExprId,
    /// The comment at the end of its line.
    pub comment: Option<CommentGroupId>,
}

/// Constants or variables.
#[derive(Clone, Copy, Debug)]
pub struct ValueSpec {
    /// The comment before it.
    pub doc: Option<CommentGroupId>,
    /// Their names, at least one.
    pub names: List<IdentId>,
    /// Their type.
    pub ty: Option<ExprId>,
    /// Their values.
    pub values: List<ExprId>,
    /// The comment at the end of its line.
    pub comment: Option<CommentGroupId>,
}

/// A type.
#[derive(Clone, Copy, Debug)]
pub struct TypeSpec {
    /// The comment before it.
    pub doc: Option<CommentGroupId>,
    /// Its name.
    pub name: IdentId,
    /// Its type parameters.
    pub type_params: Option<FieldListId>,
    /// Offset of the `=` of an alias.
    pub assign: Option<u32>,
    /// What it is.
    pub ty: ExprId,
    /// The comment at the end of its line.
    pub comment: Option<CommentGroupId>,
}

/// Fields, parameters or methods, with the brackets around them.
#[derive(Clone, Copy, Debug)]
pub struct FieldList {
    /// With the brackets, if there are any.
    pub span: Span,
    /// Whether there are brackets; a single result may have none.
    pub enclosed: bool,
    /// The fields.
    pub list: List<FieldId>,
}

/// A field, parameter, type parameter, or element of an interface.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// From its first name to its tag, without comments.
    pub span: Span,
    /// The comment before it.
    pub doc: Option<CommentGroupId>,
    /// Its names; empty for unnamed parameters and embedded types.
    pub names: List<IdentId>,
    /// Its type; a `FuncType` for methods of interfaces.
    pub ty: ExprId,
    /// The tag of a field of a struct, a `BasicLit`.
    pub tag: Option<ExprId>,
    /// The comment at the end of its line.
    pub comment: Option<CommentGroupId>,
}
