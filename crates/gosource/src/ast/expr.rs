//! Expressions and types; a parser cannot always tell them apart, so they are one kind of node.

use crate::ids::{ExprId, FieldListId, FuncTypeId, IdentId, List, StmtId};
use crate::span::Span;
use crate::token::Token;

/// An identifier; `File::name` is its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ident {
    /// Where it stands.
    pub span: Span,
}

/// An expression or type.
#[derive(Clone, Copy, Debug)]
pub struct Expr {
    /// From its first to its last byte.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions and types.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind {
    /// Stands where an expression is missing.
    BadExpr,
    /// A name.
    Ident(IdentId),
    /// `...` as a length, or `...T` of a last parameter.
    Ellipsis(Option<ExprId>),
    /// A literal of a basic type.
    BasicLit(BasicLit),
    /// `func(…) {…}`.
    FuncLit(FuncLit),
    /// `T{…}`, or `{…}` within another one.
    CompositeLit(CompositeLit),
    /// `(x)`.
    ParenExpr(ExprId),
    /// `x.sel`.
    SelectorExpr(SelectorExpr),
    /// `x[i]`, also `T[A]`.
    IndexExpr(IndexExpr),
    /// `T[A, B]`.
    IndexListExpr(IndexListExpr),
    /// `x[low:high:max]`.
    SliceExpr(SliceExpr),
    /// `x.(T)`, `x.(type)`.
    TypeAssertExpr(TypeAssertExpr),
    /// `f(…)`, also a conversion.
    CallExpr(CallExpr),
    /// `*x`, also a pointer type.
    StarExpr(ExprId),
    /// `-x`, `<-x`, also `~T` of a constraint.
    UnaryExpr(UnaryExpr),
    /// `x + y`, also `A | B` of a constraint.
    BinaryExpr(BinaryExpr),
    /// `key: value` of a composite literal.
    KeyValueExpr(KeyValueExpr),
    /// `[n]T`, `[...]T`, `[]T`.
    ArrayType(ArrayType),
    /// `struct {…}`.
    StructType(FieldListId),
    /// `func(…) …`, as a type.
    FuncType(FuncTypeId),
    /// `interface {…}`.
    InterfaceType(FieldListId),
    /// `map[K]V`.
    MapType(MapType),
    /// `chan T`, `chan<- T`, `<-chan T`.
    ChanType(ChanType),
}

/// A literal of a basic type; its span is its text, quotes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicLit {
    /// `Int`, `Float`, `Imag`, `Char` or `String`.
    pub kind: Token,
}

/// A function literal.
#[derive(Clone, Copy, Debug)]
pub struct FuncLit {
    /// Its signature.
    pub ty: FuncTypeId,
    /// Its body, a `BlockStmt`.
    pub body: StmtId,
}

/// A composite literal.
#[derive(Clone, Copy, Debug)]
pub struct CompositeLit {
    /// Its type; `None` within another literal.
    pub ty: Option<ExprId>,
    /// Offset of `{`.
    pub lbrace: u32,
    /// Its elements, `KeyValueExpr` or values.
    pub elts: List<ExprId>,
}

/// A selector expression.
#[derive(Clone, Copy, Debug)]
pub struct SelectorExpr {
    /// What stands before the dot.
    pub x: ExprId,
    /// The name after it.
    pub sel: IdentId,
}

/// An index expression with one index, or an instance with one type argument.
#[derive(Clone, Copy, Debug)]
pub struct IndexExpr {
    /// What is indexed.
    pub x: ExprId,
    /// Offset of `[`.
    pub lbrack: u32,
    /// The index.
    pub index: ExprId,
}

/// An instance with several type arguments.
#[derive(Clone, Copy, Debug)]
pub struct IndexListExpr {
    /// What is instantiated.
    pub x: ExprId,
    /// Offset of `[`.
    pub lbrack: u32,
    /// The arguments, at least two.
    pub indices: List<ExprId>,
}

/// A slice expression.
#[derive(Clone, Copy, Debug)]
pub struct SliceExpr {
    /// What is sliced.
    pub x: ExprId,
    /// Offset of `[`.
    pub lbrack: u32,
    /// The first bound.
    pub low: Option<ExprId>,
    /// The second bound.
    pub high: Option<ExprId>,
    /// The third bound.
    pub max: Option<ExprId>,
    /// Whether there are two colons.
    pub slice3: bool,
}

/// A type assertion.
#[derive(Clone, Copy, Debug)]
pub struct TypeAssertExpr {
    /// What is asserted.
    pub x: ExprId,
    /// Offset of `(`.
    pub lparen: u32,
    /// The type; `None` is `x.(type)`.
    pub ty: Option<ExprId>,
}

/// A call or conversion.
#[derive(Clone, Copy, Debug)]
pub struct CallExpr {
    /// What is called.
    pub fun: ExprId,
    /// Offset of `(`; `)` is the last byte of the span.
    pub lparen: u32,
    /// The arguments.
    pub args: List<ExprId>,
    /// Whether `...` follows the last one.
    pub ellipsis: bool,
}

/// A unary expression other than `*x`; the operator is at the start of its span.
#[derive(Clone, Copy, Debug)]
pub struct UnaryExpr {
    /// The operator.
    pub op: Token,
    /// Its operand.
    pub x: ExprId,
}

/// A binary expression.
#[derive(Clone, Copy, Debug)]
pub struct BinaryExpr {
    /// Left operand.
    pub x: ExprId,
    /// The operator.
    pub op: Token,
    /// Offset of the operator.
    pub op_pos: u32,
    /// Right operand.
    pub y: ExprId,
}

/// An element of a composite literal with a key.
#[derive(Clone, Copy, Debug)]
pub struct KeyValueExpr {
    /// Field name, key or index.
    pub key: ExprId,
    /// Offset of `:`.
    pub colon: u32,
    /// Its value.
    pub value: ExprId,
}

/// An array or slice type.
#[derive(Clone, Copy, Debug)]
pub struct ArrayType {
    /// `Ellipsis` for `[...]T`, `None` for a slice.
    pub len: Option<ExprId>,
    /// Type of the elements.
    pub elt: ExprId,
}

/// A signature.
///
/// Its span begins at `func`, also in a declaration; without that keyword (a method of an interface) at `(`.
#[derive(Clone, Copy, Debug)]
pub struct FuncType {
    /// From `func` or `(` to the last result.
    pub span: Span,
    /// Type parameters, with `[` and `]`.
    pub type_params: Option<FieldListId>,
    /// Parameters, with parentheses.
    pub params: FieldListId,
    /// Results, with or without parentheses.
    pub results: Option<FieldListId>,
}

/// A map type.
#[derive(Clone, Copy, Debug)]
pub struct MapType {
    /// Type of the keys.
    pub key: ExprId,
    /// Type of the values.
    pub value: ExprId,
}

/// A channel type.
#[derive(Clone, Copy, Debug)]
pub struct ChanType {
    /// What may be done with the channel.
    pub dir: ChanDir,
    /// Offset of `<-`; `None` if there is none.
    pub arrow: Option<u32>,
    /// Type of the elements.
    pub value: ExprId,
}

/// The direction of a channel type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChanDir {
    /// `chan T`.
    Both,
    /// `chan<- T`.
    Send,
    /// `<-chan T`.
    Recv,
}
