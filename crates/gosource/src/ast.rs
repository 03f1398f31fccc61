//! Nodes of the tree, named as in `go/ast`. Positions that are not in a node follow from its span and its children.

mod decl;
mod expr;
mod stmt;

pub use decl::{
    Decl, DeclKind, Field, FieldList, FuncDecl, GenDecl, ImportSpec, Spec, SpecKind, TypeSpec,
    ValueSpec,
};
pub use expr::{
    ArrayType, BasicLit, BinaryExpr, CallExpr, ChanDir, ChanType, CompositeLit, Expr, ExprKind,
    FuncLit, FuncType, Ident, IndexExpr, IndexListExpr, KeyValueExpr, MapType, SelectorExpr,
    SliceExpr, TypeAssertExpr, UnaryExpr,
};
pub use stmt::{
    AssignStmt, BranchStmt, CaseClause, CommClause, ForStmt, IfStmt, IncDecStmt, LabeledStmt,
    RangeStmt, SelectStmt, SendStmt, Stmt, StmtKind, SwitchStmt, TypeSwitchStmt,
};
