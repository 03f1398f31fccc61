//! Nodes by their kinds: who looks for calls alone need not meet all else.

use crate::ast::{DeclKind, ExprKind, SpecKind, StmtKind};
use crate::file::File;
use crate::order::Order;
use crate::walk::Node;

macro_rules! kinds {
    ($($kind:ident),* $(,)?) => {
        /// What a node is, by its name in `go/ast`; a name that is an expression is an `Ident` as others are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Kind {
            $($kind),*
        }

        impl Kind {
            /// How many there are.
            pub(crate) const COUNT: usize = [$(Self::$kind),*].len();

            /// Whether nothing stands below such a node: most nodes are names.
            #[inline]
            pub(crate) fn is_leaf(self) -> bool {
                matches!(self, Self::Ident | Self::BasicLit | Self::CommentGroup)
            }

            /// Its name in `go/ast`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                }
            }
        }
    };
}

kinds! {
    File, Ident, FuncType, FieldList, Field, CommentGroup,
    BadDecl, GenDecl, FuncDecl,
    ImportSpec, ValueSpec, TypeSpec,
    BadStmt, DeclStmt, EmptyStmt, LabeledStmt, ExprStmt, SendStmt, IncDecStmt, AssignStmt, GoStmt, DeferStmt,
    ReturnStmt, BranchStmt, BlockStmt, IfStmt, CaseClause, SwitchStmt, TypeSwitchStmt, CommClause, SelectStmt, ForStmt,
    RangeStmt,
    BadExpr, Ellipsis, BasicLit, FuncLit, CompositeLit, ParenExpr, SelectorExpr, IndexExpr, IndexListExpr,
    SliceExpr, TypeAssertExpr, CallExpr, StarExpr, UnaryExpr, BinaryExpr, KeyValueExpr, ArrayType, StructType,
    InterfaceType, MapType, ChanType,
}

impl File<'_> {
    /// What a node is.
    #[inline]
    pub fn kind(&self, node: Node) -> Kind {
        match node {
            Node::File => Kind::File,
            Node::Decl(decl) => self[decl].kind.kind(),
            Node::Spec(spec) => self[spec].kind.kind(),
            Node::Stmt(stmt) => self[stmt].kind.kind(),
            Node::Expr(expr) => self[expr].kind.kind(),
            Node::Ident(_) => Kind::Ident,
            Node::FuncType(_) => Kind::FuncType,
            Node::FieldList(_) => Kind::FieldList,
            Node::Field(_) => Kind::Field,
            Node::Comments(_) => Kind::CommentGroup,
        }
    }

    /// The nodes of some kinds at and below one, in the order of a walk. It costs what is found, and not what a walk
    /// would meet.
    pub fn find<const N: usize>(&self, root: Node, kinds: [Kind; N]) -> Find<'_, N> {
        let order = self.order();
        let range = order.range(root).unwrap_or_default();
        Find { order, places: kinds.map(|kind| order.places_of(kind, range)) }
    }
}

macro_rules! kind_of {
    ($($of:ident: $($variant:ident)*;)*) => {$(
        impl $of {
            #[inline]
            fn kind(&self) -> Kind {
                match self {
                    $(Self::$variant { .. } => Kind::$variant,)*
                }
            }

            /// The name that the kind has in `go/ast`.
            pub fn name(&self) -> &'static str {
                self.kind().name()
            }
        }
    )*};
}

kind_of! {
    DeclKind: BadDecl GenDecl FuncDecl;
    SpecKind: ImportSpec ValueSpec TypeSpec;
    StmtKind: BadStmt DeclStmt EmptyStmt LabeledStmt ExprStmt SendStmt IncDecStmt AssignStmt GoStmt DeferStmt
        ReturnStmt BranchStmt BlockStmt IfStmt CaseClause SwitchStmt TypeSwitchStmt CommClause SelectStmt ForStmt
        RangeStmt;
    ExprKind: BadExpr Ident Ellipsis BasicLit FuncLit CompositeLit ParenExpr SelectorExpr IndexExpr IndexListExpr
        SliceExpr TypeAssertExpr CallExpr StarExpr UnaryExpr BinaryExpr KeyValueExpr ArrayType StructType FuncType
        InterfaceType MapType ChanType;
}

/// The nodes that [`File::find`] finds.
#[derive(Clone, Debug)]
pub struct Find<'f, const N: usize> {
    order: &'f Order,
    /// By kind, the places that are left.
    places: [&'f [u32]; N],
}

impl<const N: usize> Find<'_, N> {
    /// The place of the next node in the order of the file.
    #[inline]
    pub(crate) fn next_place(&mut self) -> Option<usize> {
        let mut first: Option<(usize, u32)> = None;
        for (kind, places) in self.places.iter().enumerate() {
            if let Some(place) = places.first()
                && first.is_none_or(|(_, before)| *place < before)
            {
                first = Some((kind, *place));
            }
        }
        let (kind, place) = first?;
        self.places[kind] = &self.places[kind][1..];
        Some(place as usize)
    }
}

impl<const N: usize> Iterator for Find<'_, N> {
    type Item = Node;

    #[inline]
    fn next(&mut self) -> Option<Node> {
        self.next_place().map(|place| self.order.node(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &[u8] = b"package p\n\nvar a = f(g(1), func() { h() })\n\nfunc k() {\n\tgo f(1)\n\tif x := f(2); x {\n\
        \t\tdefer g()\n\t}\n}\n";

    #[test]
    fn nodes_of_kinds_are_those_that_a_walk_meets() {
        let file = crate::parse(SOURCE);
        let kinds = [Kind::CallExpr, Kind::DeferStmt, Kind::Ident, Kind::FuncDecl];
        let mut roots = 0;
        for root in file.walk(Node::File).map(|visit| visit.node).filter(|n| *n != Node::File) {
            let met = file.walk(root).map(|visit| visit.node);
            let met: Vec<Node> = met.filter(|node| kinds.contains(&file.kind(*node))).collect();
            assert_eq!(file.find(root, kinds).collect::<Vec<_>>(), met, "{root:?}");
            roots += 1;
        }
        assert!(roots > 30, "{roots}");
        assert_eq!(file.find(Node::File, [Kind::CallExpr]).count(), 6);
        assert_eq!(file.find(Node::File, [Kind::SendStmt]).count(), 0);
    }
}
