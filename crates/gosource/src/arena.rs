//! The tables of nodes of a file, and the lists of ids in them.

use std::cell::Cell;
use std::ops::Index;

use crate::ast::{Decl, Expr, Field, FieldList, FuncType, Ident, Spec, Stmt};
use crate::comments::{Comment, CommentGroup};
use crate::ids::{
    CommentGroupId, CommentId, DeclId, ExprId, FieldId, FieldListId, FuncTypeId, Id, IdentId, List,
    SpecId, StmtId,
};

/// Bytes of source per node in ordinary code, on the low side: tables start with this capacity, and a file that
/// has more nodes makes them grow. Measured over the standard library of Go 1.27 and Kubernetes 1.34.
mod bytes_per {
    pub(super) const EXPR: usize = 11;
    pub(super) const IDENT: usize = 16;
    pub(super) const STMT: usize = 50;
    pub(super) const FIELD: usize = 200;
    pub(super) const COMMENT: usize = 180;
}

/// All nodes of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arena {
    pub(crate) exprs: Vec<Expr>,
    pub(crate) stmts: Vec<Stmt>,
    pub(crate) decls: Vec<Decl>,
    pub(crate) specs: Vec<Spec>,
    pub(crate) idents: Vec<Ident>,
    pub(crate) fields: Vec<Field>,
    pub(crate) field_lists: Vec<FieldList>,
    pub(crate) func_types: Vec<FuncType>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) comment_groups: Vec<CommentGroup>,
    pub(crate) lists: Lists,
}

/// Ids of the children of nodes that have many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    pub(crate) exprs: Vec<ExprId>,
    pub(crate) stmts: Vec<StmtId>,
    pub(crate) decls: Vec<DeclId>,
    pub(crate) specs: Vec<SpecId>,
    pub(crate) idents: Vec<IdentId>,
    pub(crate) fields: Vec<FieldId>,
}

/// Largest tables of expressions that a thread keeps for the next file: those of a source of about 10 MB.
const MOST_KEPT: usize = 1 << 20;

thread_local! {
    /// The tables in which the thread has read its last file.
    static USED: Cell<Option<Arena>> = const { Cell::new(None) };
}

impl Arena {
    /// Empty tables for a file of `bytes`: those of the file before if there was one, since tables that must grow are
    /// copied, and memory that nobody has used yet is slow.
    pub(crate) fn used(bytes: usize) -> Self {
        USED.take().unwrap_or_else(|| Self::for_source(bytes))
    }

    /// The same nodes in tables without room for more; these tables are for the next file.
    pub(crate) fn leave(self) -> Self {
        let exact = self.clone();
        self.reuse();
        exact
    }

    /// Leaves the tables for the next file that the thread reads, if that has no larger ones.
    pub(crate) fn reuse(mut self) {
        let other = USED.take();
        let room = |arena: &Self| arena.exprs.capacity();
        if room(&self) <= MOST_KEPT && other.as_ref().is_none_or(|other| room(other) <= room(&self))
        {
            self.clear();
            USED.set(Some(self));
        } else {
            USED.set(other);
        }
    }

    fn clear(&mut self) {
        let Self {
            exprs,
            stmts,
            decls,
            specs,
            idents,
            fields,
            field_lists,
            func_types,
            comments,
            comment_groups,
            lists,
        } = self;
        exprs.clear();
        stmts.clear();
        decls.clear();
        specs.clear();
        idents.clear();
        fields.clear();
        field_lists.clear();
        func_types.clear();
        comments.clear();
        comment_groups.clear();
        lists.clear();
    }

    /// Empty tables with room for a file of `bytes`.
    pub(crate) fn for_source(bytes: usize) -> Self {
        Self {
            exprs: Vec::with_capacity(bytes / bytes_per::EXPR),
            stmts: Vec::with_capacity(bytes / bytes_per::STMT),
            idents: Vec::with_capacity(bytes / bytes_per::IDENT),
            fields: Vec::with_capacity(bytes / bytes_per::FIELD),
            field_lists: Vec::with_capacity(bytes / bytes_per::FIELD),
            func_types: Vec::with_capacity(bytes / bytes_per::FIELD / 2),
            comments: Vec::with_capacity(bytes / bytes_per::COMMENT),
            comment_groups: Vec::with_capacity(bytes / bytes_per::COMMENT / 2),
            lists: Lists {
                exprs: Vec::with_capacity(bytes / bytes_per::EXPR / 2),
                stmts: Vec::with_capacity(bytes / bytes_per::STMT),
                ..Lists::default()
            },
            ..Self::default()
        }
    }
}

impl Lists {
    fn clear(&mut self) {
        let Self { exprs, stmts, decls, specs, idents, fields } = self;
        exprs.clear();
        stmts.clear();
        decls.clear();
        specs.clear();
        idents.clear();
        fields.clear();
    }
}

macro_rules! tables {
    ($($id:ident, $node:ident, $table:ident, $add:ident;)*) => {$(
        impl Arena {
            #[inline]
            pub(crate) fn $add(&mut self, node: $node) -> $id {
                let id = $id::at(self.$table.len());
                self.$table.push(node);
                id
            }
        }

        impl Index<$id> for Arena {
            type Output = $node;

            #[inline]
            fn index(&self, id: $id) -> &$node {
                &self.$table[id.index()]
            }
        }
    )*};
}

tables! {
    ExprId, Expr, exprs, add_expr;
    StmtId, Stmt, stmts, add_stmt;
    DeclId, Decl, decls, add_decl;
    SpecId, Spec, specs, add_spec;
    IdentId, Ident, idents, add_ident;
    FieldId, Field, fields, add_field;
    FieldListId, FieldList, field_lists, add_field_list;
    FuncTypeId, FuncType, func_types, add_func_type;
    CommentId, Comment, comments, add_comment;
    CommentGroupId, CommentGroup, comment_groups, add_comment_group;
}

macro_rules! lists {
    ($($id:ident, $table:ident;)*) => {$(
        impl Index<List<$id>> for Arena {
            type Output = [$id];

            #[inline]
            fn index(&self, list: List<$id>) -> &[$id] {
                &self.lists.$table[list.range()]
            }
        }
    )*};
}

lists! {
    ExprId, exprs;
    StmtId, stmts;
    DeclId, decls;
    SpecId, specs;
    IdentId, idents;
    FieldId, fields;
}

/// Moves what stands behind `mark` in `scratch` to the end of `pool`.
#[inline]
pub(crate) fn close_list<T: Copy>(scratch: &mut Vec<T>, mark: usize, pool: &mut Vec<T>) -> List<T> {
    if scratch.len() <= mark {
        return List::EMPTY;
    }
    let list = List::new(pool.len() as u32, (scratch.len() - mark) as u32);
    pool.extend_from_slice(&scratch[mark..]);
    scratch.truncate(mark);
    list
}
