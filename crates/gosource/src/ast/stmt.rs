//! Statements.

use crate::ids::{DeclId, ExprId, IdentId, List, StmtId};
use crate::span::Span;
use crate::token::Token;

/// A statement.
#[derive(Clone, Copy, Debug)]
pub struct Stmt {
    /// From its first to its last byte, without a semicolon after it.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The kinds of statements.
#[derive(Clone, Copy, Debug)]
pub enum StmtKind {
    /// Stands for a statement that was skipped.
    BadStmt,
    /// A declaration of constants, types or variables.
    DeclStmt(DeclId),
    /// Nothing before a semicolon; implicit if the semicolon is not in the source.
    EmptyStmt {
        /// Whether the semicolon is not in the source; the span is empty then.
        implicit: bool,
    },
    /// `label: stmt`.
    LabeledStmt(LabeledStmt),
    /// An expression alone.
    ExprStmt(ExprId),
    /// `ch <- x`.
    SendStmt(SendStmt),
    /// `x++`, `x--`.
    IncDecStmt(IncDecStmt),
    /// `x = y`, `x := y`, `x += y`.
    AssignStmt(AssignStmt),
    /// `go call`; the expression is a `CallExpr`.
    GoStmt(ExprId),
    /// `defer call`; the expression is a `CallExpr`.
    DeferStmt(ExprId),
    /// `return …`.
    ReturnStmt(List<ExprId>),
    /// `break`, `continue`, `goto`, `fallthrough`.
    BranchStmt(BranchStmt),
    /// `{…}`.
    BlockStmt(List<StmtId>),
    /// `if …`.
    IfStmt(IfStmt),
    /// `case …:` or `default:` of a switch.
    CaseClause(CaseClause),
    /// `switch …`.
    SwitchStmt(SwitchStmt),
    /// `switch x := y.(type)`.
    TypeSwitchStmt(TypeSwitchStmt),
    /// `case …:` or `default:` of a select.
    CommClause(CommClause),
    /// `select …`.
    SelectStmt(SelectStmt),
    /// `for …`, but for ranges.
    ForStmt(ForStmt),
    /// `for … range …`.
    RangeStmt(RangeStmt),
}

/// A statement with a label.
#[derive(Clone, Copy, Debug)]
pub struct LabeledStmt {
    /// The label.
    pub label: IdentId,
    /// Offset of `:`.
    pub colon: u32,
    /// What is labelled.
    pub stmt: StmtId,
}

/// A send.
#[derive(Clone, Copy, Debug)]
pub struct SendStmt {
    /// The channel.
    pub chan: ExprId,
    /// Offset of `<-`.
    pub arrow: u32,
    /// What is sent.
    pub value: ExprId,
}

/// An increment or decrement.
#[derive(Clone, Copy, Debug)]
pub struct IncDecStmt {
    /// What is changed.
    pub x: ExprId,
    /// `Inc` or `Dec`.
    pub tok: Token,
}

/// An assignment or short variable declaration.
#[derive(Clone, Copy, Debug)]
pub struct AssignStmt {
    /// What is assigned to.
    pub lhs: List<ExprId>,
    /// Offset of the operator.
    pub tok_pos: u32,
    /// `Assign`, `Define` or an assignment operation.
    pub tok: Token,
    /// What is assigned.
    pub rhs: List<ExprId>,
}

/// A jump.
#[derive(Clone, Copy, Debug)]
pub struct BranchStmt {
    /// `Break`, `Continue`, `Goto` or `Fallthrough`.
    pub tok: Token,
    /// Where to.
    pub label: Option<IdentId>,
}

/// An if statement.
#[derive(Clone, Copy, Debug)]
pub struct IfStmt {
    /// What stands before the condition.
    pub init: Option<StmtId>,
    /// The condition.
    pub cond: ExprId,
    /// A `BlockStmt`.
    pub body: StmtId,
    /// A `BlockStmt` or an `IfStmt`.
    pub els: Option<StmtId>,
}

/// A case of a switch.
#[derive(Clone, Copy, Debug)]
pub struct CaseClause {
    /// Expressions or types; empty for `default`.
    pub list: List<ExprId>,
    /// Offset of `:`.
    pub colon: u32,
    /// What is done.
    pub body: List<StmtId>,
}

/// A switch over values.
#[derive(Clone, Copy, Debug)]
pub struct SwitchStmt {
    /// What stands before the tag.
    pub init: Option<StmtId>,
    /// What is compared.
    pub tag: Option<ExprId>,
    /// A `BlockStmt` of `CaseClause`s.
    pub body: StmtId,
}

/// A switch over types.
#[derive(Clone, Copy, Debug)]
pub struct TypeSwitchStmt {
    /// What stands before the guard.
    pub init: Option<StmtId>,
    /// `x := y.(type)` or `y.(type)`.
    pub assign: StmtId,
    /// A `BlockStmt` of `CaseClause`s.
    pub body: StmtId,
}

/// A case of a select.
#[derive(Clone, Copy, Debug)]
pub struct CommClause {
    /// A send, a receive or an assignment from a receive; `None` for `default`.
    pub comm: Option<StmtId>,
    /// Offset of `:`.
    pub colon: u32,
    /// What is done.
    pub body: List<StmtId>,
}

/// A select statement.
#[derive(Clone, Copy, Debug)]
pub struct SelectStmt {
    /// A `BlockStmt` of `CommClause`s.
    pub body: StmtId,
}

/// A for statement without a range.
#[derive(Clone, Copy, Debug)]
pub struct ForStmt {
    /// What is done first.
    pub init: Option<StmtId>,
    /// The condition; `None` is for ever.
    pub cond: Option<ExprId>,
    /// What is done after each round.
    pub post: Option<StmtId>,
    /// A `BlockStmt`.
    pub body: StmtId,
}

/// A for statement with a range.
#[derive(Clone, Copy, Debug)]
pub struct RangeStmt {
    /// The first variable.
    pub key: Option<ExprId>,
    /// The second variable.
    pub value: Option<ExprId>,
    /// `Define` or `Assign`; `Illegal` if there is no variable.
    pub tok: Token,
    /// Offset of `range`.
    pub range: u32,
    /// What is ranged over.
    pub x: ExprId,
    /// A `BlockStmt`.
    pub body: StmtId,
}
