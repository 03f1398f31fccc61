//! Meeting all nodes of a tree: parents first, children in the order of `go/ast`, without recursion.

use crate::ast::{DeclKind, ExprKind, SpecKind, StmtKind};
use crate::file::File;
use crate::ids::{
    CommentGroupId, DeclId, ExprId, FieldId, FieldListId, FuncTypeId, IdentId, List, SpecId, StmtId,
};
use crate::order::Order;
use crate::span::Span;

/// Any node of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The file itself.
    File,
    /// A declaration.
    Decl(DeclId),
    /// One line of a declaration.
    Spec(SpecId),
    /// A statement.
    Stmt(StmtId),
    /// An expression or type; also a name that is one.
    Expr(ExprId),
    /// A name that is no expression: of what is declared or selected, or a label.
    Ident(IdentId),
    /// The signature of a function; as a type it is an `Expr`.
    FuncType(FuncTypeId),
    /// Fields with their brackets.
    FieldList(FieldListId),
    /// A field, parameter or method.
    Field(FieldId),
    /// A comment that belongs to a node.
    Comments(CommentGroupId),
}

/// A node that a walk meets.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// The node.
    pub node: Node,
    /// The node above it; `None` for the root of the walk.
    pub parent: Option<Node>,
}

/// A walk over a tree, see [`File::walk`].
#[derive(Clone, Debug)]
pub struct Walk<'f>(Way<'f>);

#[derive(Clone, Debug)]
enum Way<'f> {
    /// From node to node.
    Tree {
        file: &'f File<'f>,
        todo: Vec<Visit>,
        /// Whose children come next, unless they are skipped.
        pending: Option<Node>,
    },
    /// Along a table that holds all nodes.
    Table { order: &'f Order, root: usize, next: usize, end: usize },
}

impl<'f> Walk<'f> {
    /// A walk that finds its way by the nodes alone.
    pub(crate) fn of_tree(file: &'f File<'f>, root: Node) -> Self {
        let todo = vec![Visit { node: root, parent: None }];
        Self(Way::Tree { file, todo, pending: None })
    }

    /// A walk along the order of the file.
    pub(crate) fn of_order(order: &'f Order, root: Node) -> Option<Self> {
        let (root, end) = order.range(root)?;
        Some(Self(Way::Table { order, root, next: root, end }))
    }

    /// Does not meet what is below the node that was met last.
    pub fn skip_children(&mut self) {
        match &mut self.0 {
            Way::Tree { pending, .. } => *pending = None,
            Way::Table { order, root, next, .. } if *next > *root => {
                // After a step without children, or of which they were skipped before, this changes nothing.
                *next = order.end(*next - 1).max(*next);
            }
            Way::Table { .. } => {}
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Visit;

    // Bodies of functions are walked along the table again and again: within the loops of the rules the step is a fifth
    // of what it costs as a call.
    #[inline(always)]
    fn next(&mut self) -> Option<Visit> {
        match &mut self.0 {
            Way::Table { order, root, next, end } => {
                if *next >= *end {
                    return None;
                }
                let visit = order.visit(*next);
                let is_root = *next == *root;
                *next += 1;
                Some(if is_root { Visit { parent: None, ..visit } } else { visit })
            }
            Way::Tree { file, todo, pending } => next_of_tree(file, todo, pending),
        }
    }
}

#[inline(never)]
fn next_of_tree(
    file: &File<'_>,
    todo: &mut Vec<Visit>,
    pending: &mut Option<Node>,
) -> Option<Visit> {
    if let Some(parent) = pending.take() {
        let before = todo.len();
        file.for_each_child(parent, |node| todo.push(Visit { node, parent: Some(parent) }));
        todo[before..].reverse();
    }
    let visit = todo.pop()?;
    *pending = Some(visit.node);
    Some(visit)
}

impl File<'_> {
    /// Calls `f` with the nodes directly below one, in the order of `go/ast`.
    pub fn for_each_child(&self, node: Node, f: impl FnMut(Node)) {
        let mut children = Children { file: self, f };
        match node {
            Node::File => children.of_file(),
            Node::Decl(decl) => children.of_decl(decl),
            Node::Spec(spec) => children.of_spec(spec),
            Node::Stmt(stmt) => children.of_stmt(stmt),
            Node::Expr(expr) => children.of_expr(expr),
            Node::FuncType(ty) => children.of_func_type(ty),
            Node::FieldList(fields) => children.each(self[fields].list, Node::Field),
            Node::Field(field) => children.of_field(field),
            Node::Ident(_) | Node::Comments(_) => {}
        }
    }

    /// Where a node stands.
    pub fn span(&self, node: Node) -> Span {
        match node {
            Node::File => Span::new(0, self.source().len() as u32),
            Node::Decl(decl) => self[decl].span,
            Node::Spec(spec) => self[spec].span,
            Node::Stmt(stmt) => self[stmt].span,
            Node::Expr(expr) => self[expr].span,
            Node::Ident(ident) => self[ident].span,
            Node::FuncType(ty) => self[ty].span,
            Node::FieldList(fields) => self[fields].span,
            Node::Field(field) => self[field].span,
            Node::Comments(group) => self[group].span,
        }
    }

    /// The name that the kind of a node has in `go/ast`.
    pub fn kind_name(&self, node: Node) -> &'static str {
        self.kind(node).name()
    }
}

/// Hands the children of a node to a function.
struct Children<'f, F> {
    file: &'f File<'f>,
    f: F,
}

impl<F: FnMut(Node)> Children<'_, F> {
    fn each<T: Copy>(&mut self, list: List<T>, node: fn(T) -> Node)
    where
        for<'a> File<'a>: std::ops::Index<List<T>, Output = [T]>,
    {
        for id in &self.file[list] {
            (self.f)(node(*id));
        }
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = ExprId>) {
        exprs.into_iter().for_each(|expr| (self.f)(Node::Expr(expr)));
    }

    fn stmts(&mut self, stmts: impl IntoIterator<Item = StmtId>) {
        stmts.into_iter().for_each(|stmt| (self.f)(Node::Stmt(stmt)));
    }

    fn idents(&mut self, idents: impl IntoIterator<Item = IdentId>) {
        idents.into_iter().for_each(|ident| (self.f)(Node::Ident(ident)));
    }

    fn fields(&mut self, fields: impl IntoIterator<Item = FieldListId>) {
        fields.into_iter().for_each(|fields| (self.f)(Node::FieldList(fields)));
    }

    fn comments(&mut self, comments: Option<CommentGroupId>) {
        comments.into_iter().for_each(|comments| (self.f)(Node::Comments(comments)));
    }

    fn of_file(&mut self) {
        if let Some(package) = self.file.package() {
            self.comments(package.doc);
            self.idents([package.name]);
        }
        self.each(self.file.decls(), Node::Decl);
    }

    fn of_decl(&mut self, decl: DeclId) {
        match self.file[decl].kind {
            DeclKind::BadDecl => {}
            DeclKind::GenDecl(decl) => {
                self.comments(decl.doc);
                self.each(decl.specs, Node::Spec);
            }
            DeclKind::FuncDecl(decl) => {
                self.comments(decl.doc);
                self.fields(decl.recv);
                self.idents([decl.name]);
                (self.f)(Node::FuncType(decl.ty));
                self.stmts(decl.body);
            }
        }
    }

    fn of_spec(&mut self, spec: SpecId) {
        match self.file[spec].kind {
            SpecKind::ImportSpec(spec) => {
                self.comments(spec.doc);
                self.idents(spec.name);
                self.exprs([spec.path]);
                self.comments(spec.comment);
            }
            SpecKind::ValueSpec(spec) => {
                self.comments(spec.doc);
                self.each(spec.names, Node::Ident);
                self.exprs(spec.ty);
                self.each(spec.values, Node::Expr);
                self.comments(spec.comment);
            }
            SpecKind::TypeSpec(spec) => {
                self.comments(spec.doc);
                self.idents([spec.name]);
                self.fields(spec.type_params);
                self.exprs([spec.ty]);
                self.comments(spec.comment);
            }
        }
    }

    fn of_field(&mut self, field: FieldId) {
        let field = self.file[field];
        self.comments(field.doc);
        self.each(field.names, Node::Ident);
        self.exprs([field.ty]);
        self.exprs(field.tag);
        self.comments(field.comment);
    }

    fn of_func_type(&mut self, ty: FuncTypeId) {
        let ty = self.file[ty];
        self.fields(ty.type_params);
        self.fields([ty.params]);
        self.fields(ty.results);
    }

    fn of_expr(&mut self, expr: ExprId) {
        match self.file[expr].kind {
            ExprKind::BadExpr | ExprKind::Ident(_) | ExprKind::BasicLit(_) => {}
            ExprKind::Ellipsis(elt) => self.exprs(elt),
            ExprKind::FuncLit(lit) => {
                (self.f)(Node::FuncType(lit.ty));
                self.stmts([lit.body]);
            }
            ExprKind::CompositeLit(lit) => {
                self.exprs(lit.ty);
                self.each(lit.elts, Node::Expr);
            }
            ExprKind::ParenExpr(x) | ExprKind::StarExpr(x) => self.exprs([x]),
            ExprKind::SelectorExpr(selector) => {
                self.exprs([selector.x]);
                self.idents([selector.sel]);
            }
            ExprKind::IndexExpr(index) => self.exprs([index.x, index.index]),
            ExprKind::IndexListExpr(index) => {
                self.exprs([index.x]);
                self.each(index.indices, Node::Expr);
            }
            ExprKind::SliceExpr(slice) => {
                self.exprs([slice.x]);
                self.exprs([slice.low, slice.high, slice.max].into_iter().flatten());
            }
            ExprKind::TypeAssertExpr(assertion) => {
                self.exprs([assertion.x]);
                self.exprs(assertion.ty);
            }
            ExprKind::CallExpr(call) => {
                self.exprs([call.fun]);
                self.each(call.args, Node::Expr);
            }
            ExprKind::UnaryExpr(unary) => self.exprs([unary.x]),
            ExprKind::BinaryExpr(binary) => self.exprs([binary.x, binary.y]),
            ExprKind::KeyValueExpr(element) => self.exprs([element.key, element.value]),
            ExprKind::ArrayType(array) => self.exprs(array.len.into_iter().chain([array.elt])),
            ExprKind::StructType(fields) | ExprKind::InterfaceType(fields) => self.fields([fields]),
            ExprKind::FuncType(ty) => self.of_func_type(ty),
            ExprKind::MapType(map) => self.exprs([map.key, map.value]),
            ExprKind::ChanType(chan) => self.exprs([chan.value]),
        }
    }

    fn of_stmt(&mut self, stmt: StmtId) {
        match self.file[stmt].kind {
            StmtKind::BadStmt | StmtKind::EmptyStmt { .. } => {}
            StmtKind::DeclStmt(decl) => (self.f)(Node::Decl(decl)),
            StmtKind::LabeledStmt(labeled) => {
                self.idents([labeled.label]);
                self.stmts([labeled.stmt]);
            }
            StmtKind::ExprStmt(x) | StmtKind::GoStmt(x) | StmtKind::DeferStmt(x) => self.exprs([x]),
            StmtKind::SendStmt(send) => self.exprs([send.chan, send.value]),
            StmtKind::IncDecStmt(stmt) => self.exprs([stmt.x]),
            StmtKind::AssignStmt(assign) => {
                self.each(assign.lhs, Node::Expr);
                self.each(assign.rhs, Node::Expr);
            }
            StmtKind::ReturnStmt(results) => self.each(results, Node::Expr),
            StmtKind::BranchStmt(branch) => self.idents(branch.label),
            StmtKind::BlockStmt(list) => self.each(list, Node::Stmt),
            StmtKind::IfStmt(stmt) => {
                self.stmts(stmt.init);
                self.exprs([stmt.cond]);
                self.stmts([stmt.body]);
                self.stmts(stmt.els);
            }
            StmtKind::CaseClause(clause) => {
                self.each(clause.list, Node::Expr);
                self.each(clause.body, Node::Stmt);
            }
            StmtKind::SwitchStmt(switch) => {
                self.stmts(switch.init);
                self.exprs(switch.tag);
                self.stmts([switch.body]);
            }
            StmtKind::TypeSwitchStmt(switch) => {
                self.stmts(switch.init);
                self.stmts([switch.assign, switch.body]);
            }
            StmtKind::CommClause(clause) => {
                self.stmts(clause.comm);
                self.each(clause.body, Node::Stmt);
            }
            StmtKind::SelectStmt(select) => self.stmts([select.body]),
            StmtKind::ForStmt(stmt) => {
                self.stmts(stmt.init);
                self.exprs(stmt.cond);
                self.stmts(stmt.post);
                self.stmts([stmt.body]);
            }
            StmtKind::RangeStmt(stmt) => {
                self.exprs(stmt.key.into_iter().chain(stmt.value));
                self.exprs([stmt.x]);
                self.stmts([stmt.body]);
            }
        }
    }
}
