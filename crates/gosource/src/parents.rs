//! Which node stands above which, for all nodes of a file.

use crate::file::File;
use crate::ids::{DeclId, ExprId, FieldId, FieldListId, FuncTypeId, Id, IdentId, SpecId, StmtId};
use crate::walk::Node;

/// The parents of all nodes in the tree of a file.
#[derive(Clone, Debug)]
pub struct Parents {
    decls: Vec<Option<Node>>,
    specs: Vec<Option<Node>>,
    stmts: Vec<Option<Node>>,
    exprs: Vec<Option<Node>>,
    idents: Vec<Option<Node>>,
    func_types: Vec<Option<Node>>,
    field_lists: Vec<Option<Node>>,
    fields: Vec<Option<Node>>,
}

impl Parents {
    /// Walks a file once.
    pub fn new(file: &File<'_>) -> Self {
        let mut parents = Self {
            decls: vec![None; file.count::<DeclId>()],
            specs: vec![None; file.count::<SpecId>()],
            stmts: vec![None; file.count::<StmtId>()],
            exprs: vec![None; file.count::<ExprId>()],
            idents: vec![None; file.count::<IdentId>()],
            func_types: vec![None; file.count::<FuncTypeId>()],
            field_lists: vec![None; file.count::<FieldListId>()],
            fields: vec![None; file.count::<FieldId>()],
        };
        for visit in file.walk(Node::File) {
            if let Some(slot) = parents.slot(visit.node) {
                *slot = visit.parent;
            }
        }
        parents
    }

    fn slot(&mut self, node: Node) -> Option<&mut Option<Node>> {
        match node {
            Node::Decl(id) => self.decls.get_mut(id.index()),
            Node::Spec(id) => self.specs.get_mut(id.index()),
            Node::Stmt(id) => self.stmts.get_mut(id.index()),
            Node::Expr(id) => self.exprs.get_mut(id.index()),
            Node::Ident(id) => self.idents.get_mut(id.index()),
            Node::FuncType(id) => self.func_types.get_mut(id.index()),
            Node::FieldList(id) => self.field_lists.get_mut(id.index()),
            Node::Field(id) => self.fields.get_mut(id.index()),
            Node::File | Node::Comments(_) => None,
        }
    }

    /// The node above one; `None` for the file, for comments and for what is not in the tree.
    pub fn of(&self, node: Node) -> Option<Node> {
        let parent = match node {
            Node::Decl(id) => self.decls.get(id.index()),
            Node::Spec(id) => self.specs.get(id.index()),
            Node::Stmt(id) => self.stmts.get(id.index()),
            Node::Expr(id) => self.exprs.get(id.index()),
            Node::Ident(id) => self.idents.get(id.index()),
            Node::FuncType(id) => self.func_types.get(id.index()),
            Node::FieldList(id) => self.field_lists.get(id.index()),
            Node::Field(id) => self.fields.get(id.index()),
            Node::File | Node::Comments(_) => None,
        };
        parent.copied().flatten()
    }

    /// The nodes above one, from the nearest to the file.
    pub fn above(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        std::iter::successors(self.of(node), |node| self.of(*node))
    }
}
