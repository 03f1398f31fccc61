//! A file that was read: its nodes by id, its comments, lines and problems.

use std::ops::Index;
use std::sync::{Arc, OnceLock};

use crate::arena::Arena;
use crate::ast::{Decl, Expr, ExprKind, Field, FieldList, FuncType, Ident, Spec, Stmt, StmtKind};
use crate::comments::{self, Comment, CommentGroup, Directive};
use crate::ids::{
    CommentGroupId, CommentId, DeclId, ExprId, FieldId, FieldListId, FuncTypeId, Id, IdentId, List,
    SpecId, StmtId,
};
use crate::order::Order;
use crate::positions::{self, LineDirective, LineTable, MappedPosition, Position};
use crate::problem::Problem;
use crate::span::Span;
use crate::walk::{Node, Walk};

/// The `package name` of a file.
#[derive(Clone, Copy, Debug)]
pub struct PackageClause {
    /// From `package` to the name.
    pub span: Span,
    /// The comment before it.
    pub doc: Option<CommentGroupId>,
    /// The name.
    pub name: IdentId,
}

/// A Go source file; it borrows the source. Index it by the ids of nodes and by lists of them.
#[derive(Clone, Debug)]
pub struct File<'a> {
    pub(crate) src: &'a [u8],
    /// The source as text, if it is UTF-8.
    pub(crate) text: Option<&'a str>,
    pub(crate) package: Option<PackageClause>,
    pub(crate) decls: List<DeclId>,
    pub(crate) imports: Vec<SpecId>,
    pub(crate) ast: Arena,
    pub(crate) lines: LineTable,
    pub(crate) line_directives: Vec<LineDirective>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) more_problems: u64,
    /// Made when somebody walks over all of it.
    pub(crate) order: OnceLock<Arc<Order>>,
}

impl<'a> File<'a> {
    /// The same file with tables of just its size.
    pub(crate) fn with_own_tables(mut self) -> Self {
        self.ast = self.ast.leave();
        self
    }

    /// Ends the use of a file of which all is known that was asked: its tables are for the next one.
    pub(crate) fn recycle(self) {
        self.ast.reuse();
    }

    /// The bytes that were read.
    pub fn source(&self) -> &'a [u8] {
        self.src
    }

    /// The text of a span; empty if it is no UTF-8 (only comments and strings of broken files are not).
    pub fn text(&self, span: Span) -> &'a str {
        let text = match self.text {
            Some(text) => text.get(span.range()),
            None => self.src.get(span.range()).and_then(|bytes| std::str::from_utf8(bytes).ok()),
        };
        text.unwrap_or_default()
    }

    /// The name that an identifier spells.
    pub fn name(&self, ident: IdentId) -> &'a str {
        self.text(self[ident].span)
    }

    /// The package clause; `None` if the file does not begin with one, and then it holds nothing else.
    pub fn package(&self) -> Option<PackageClause> {
        self.package
    }

    /// The name of the package.
    pub fn package_name(&self) -> Option<&'a str> {
        self.package.map(|package| self.name(package.name))
    }

    /// The declarations outside of functions, in order.
    pub fn decls(&self) -> List<DeclId> {
        self.decls
    }

    /// The imports, in order.
    pub fn imports(&self) -> &[SpecId] {
        &self.imports
    }

    /// What was wrong with the file, in its order. A file without problems is one that `go/parser` accepts.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many more problems there were than are kept.
    pub fn more_problems(&self) -> u64 {
        self.more_problems
    }

    /// Where lines start.
    pub fn lines(&self) -> &LineTable {
        &self.lines
    }

    /// Line and column of an offset in this file.
    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(offset)
    }

    /// The place of an offset as `//line` directives tell it.
    pub fn mapped_position(&self, offset: u32) -> MappedPosition<'a> {
        positions::mapped(self.src, &self.lines, &self.line_directives, offset)
    }

    /// The `//line` directives, in order.
    pub fn line_directives(&self) -> &[LineDirective] {
        &self.line_directives
    }

    /// All groups of comments, in order.
    pub fn comment_groups(&self) -> impl ExactSizeIterator<Item = CommentGroupId> + use<> {
        (0..self.ast.comment_groups.len()).map(CommentGroupId::at)
    }

    /// All comments, in order.
    pub fn comments(&self) -> impl ExactSizeIterator<Item = CommentId> + use<> {
        (0..self.ast.comments.len()).map(CommentId::at)
    }

    /// What a group of comments says, as `go doc` shows it: without markers and directives.
    pub fn comment_text(&self, group: CommentGroupId) -> String {
        comments::text(self[group].comments().map(|comment| self.text(self[comment].span)))
    }

    /// The directives of the file (`//go:embed`, `//nolint:…`), in order; `//line` is not among them.
    pub fn directives(&self) -> impl Iterator<Item = Directive<'a>> + use<'a, '_> {
        self.comments()
            .filter_map(|comment| Directive::read(comment, self.text(self[comment].span)))
    }

    /// The expression of the `//go:build` line before the package clause.
    pub fn build_constraint(&self) -> Option<&'a str> {
        let before = |directive: &Directive<'_>| {
            self.package.is_none_or(|p| self[directive.comment].span.start < p.span.start)
        };
        self.directives()
            .take_while(before)
            .find(|directive| directive.tool == "go" && directive.name == "build")
            .map(|directive| directive.args)
    }

    /// Which generator made the file: what stands between `Code generated` and `DO NOT EDIT.` in a comment before
    /// the package clause.
    pub fn generator(&self) -> Option<&'a str> {
        let end = self.package.map_or(u32::MAX, |package| package.span.start);
        self.comments()
            .take_while(|comment| self[*comment].span.start < end)
            .find_map(|comment| comments::generator(self.text(self[comment].span)))
    }

    /// Whether the file says that a program made it.
    pub fn is_generated(&self) -> bool {
        self.generator().is_some()
    }

    /// The expression within any parentheses.
    pub fn unparen(&self, mut expr: ExprId) -> ExprId {
        while let ExprKind::ParenExpr(x) = self[expr].kind {
            expr = x;
        }
        expr
    }

    /// The statements of a `BlockStmt`; of no other statement.
    pub fn block(&self, stmt: StmtId) -> &[StmtId] {
        match self[stmt].kind {
            StmtKind::BlockStmt(list) => &self[list],
            _ => &[],
        }
    }

    /// Meets a node and all below it, parents first.
    pub fn walk(&self, root: Node) -> Walk<'_> {
        // What is walked as a whole is mostly walked more than once.
        let order = match root {
            Node::File => Some(self.order()),
            _ => self.order.get(),
        };
        let along = order.and_then(|order| Walk::of_order(order, root));
        along.unwrap_or_else(|| Walk::of_tree(self, root))
    }

    /// All nodes in the order of a walk.
    pub(crate) fn order(&self) -> &Arc<Order> {
        self.order.get_or_init(|| Arc::new(Order::new(self)))
    }

    /// How many nodes of a kind there are, and so how long a table beside them must be.
    pub fn count<I: NodeId>(&self) -> usize {
        I::count(self)
    }
}

/// Ids of which a file knows the number.
pub trait NodeId: Id {
    /// The number of nodes of the kind in a file.
    fn count(file: &File<'_>) -> usize;
}

macro_rules! index_by_id {
    ($($id:ident => $node:ident in $table:ident;)*) => {$(
        impl Index<$id> for File<'_> {
            type Output = $node;

            #[inline]
            fn index(&self, id: $id) -> &$node {
                &self.ast[id]
            }
        }

        impl NodeId for $id {
            fn count(file: &File<'_>) -> usize {
                file.ast.$table.len()
            }
        }
    )*};
}

index_by_id! {
    ExprId => Expr in exprs;
    StmtId => Stmt in stmts;
    DeclId => Decl in decls;
    SpecId => Spec in specs;
    IdentId => Ident in idents;
    FieldId => Field in fields;
    FieldListId => FieldList in field_lists;
    FuncTypeId => FuncType in func_types;
    CommentId => Comment in comments;
    CommentGroupId => CommentGroup in comment_groups;
}

impl<T> Index<List<T>> for File<'_>
where
    Arena: Index<List<T>, Output = [T]>,
{
    type Output = [T];

    #[inline]
    fn index(&self, list: List<T>) -> &[T] {
        &self.ast[list]
    }
}
