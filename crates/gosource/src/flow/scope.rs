//! The functions of a file, and who mentions which variable in which of them.

use std::num::NonZeroU32;

use rustc_hash::FxHashMap;

use super::graph::Graph;
use super::{CallEffect, standard_effect};
use crate::ast::{DeclKind, ExprKind};
use crate::file::File;
use crate::ids::{ExprId, FuncTypeId, Id, IdentId, StmtId};
use crate::names::{Names, Referent};
use crate::parents::Parents;
use crate::span::Span;
use crate::walk::Node;

/// A function of a [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(NonZeroU32);

impl FunctionId {
    /// Its place in [`Scope::functions`].
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    fn at(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index as u32))
    }
}

/// A function, method or function literal with a body.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// A `FuncDecl` or `FuncLit`.
    pub node: Node,
    /// Its signature.
    pub ty: FuncTypeId,
    /// Its body, a `BlockStmt`.
    pub body: StmtId,
    /// The function that a literal stands in; `None` outside of functions.
    pub parent: Option<FunctionId>,
    span: Span,
}

/// One mention of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    pub(super) ident: IdentId,
    /// The expression that it is; `None` where a declaration names it.
    pub(super) expr: Option<ExprId>,
    pub(super) function: Option<FunctionId>,
}

/// What questions about the paths of a file's functions need to know; made once for a file, in time in proportion
/// to it.
#[derive(Debug)]
pub struct Scope<'f, 'a> {
    pub(super) file: &'f File<'a>,
    pub(super) names: &'f Names<'a>,
    pub(super) parents: Parents,
    functions: Vec<Function>,
    /// Mentions by what they refer to, in the order of the file.
    mentions: FxHashMap<IdentId, Vec<Mention>>,
    /// By identifier, the function it stands in.
    owners: Vec<Option<FunctionId>>,
}

impl<'f, 'a> Scope<'f, 'a> {
    /// Looks at a file.
    pub fn new(file: &'f File<'a>, names: &'f Names<'a>) -> Self {
        let mut scope = Self {
            file,
            names,
            parents: Parents::new(file),
            functions: Vec::new(),
            mentions: FxHashMap::default(),
            owners: vec![None; file.count::<IdentId>()],
        };
        let mut open: Vec<FunctionId> = Vec::new();
        for visit in file.walk(Node::File) {
            if matches!(visit.node, Node::Comments(_)) {
                continue;
            }
            let span = file.span(visit.node);
            while open.last().is_some_and(|f| !scope[*f].span.contains(span)) {
                open.pop();
            }
            scope.meet(visit.node, &mut open);
        }
        scope
    }

    fn meet(&mut self, node: Node, open: &mut Vec<FunctionId>) {
        let file = self.file;
        let (ident, expr) = match node {
            Node::Decl(decl) => {
                if let DeclKind::FuncDecl(f) = file[decl].kind
                    && let Some(body) = f.body
                {
                    self.add_function(node, f.ty, body, open);
                }
                return;
            }
            Node::Ident(ident) => (ident, None),
            Node::Expr(expr) => match file[expr].kind {
                ExprKind::Ident(ident) => (ident, Some(expr)),
                ExprKind::FuncLit(lit) => return self.add_function(node, lit.ty, lit.body, open),
                _ => return,
            },
            _ => return,
        };
        let function = open.last().copied();
        self.owners[ident.index()] = function;
        if let Some(Referent::Declared(declared)) = self.names.referent(ident) {
            self.mentions.entry(declared).or_default().push(Mention { ident, expr, function });
        }
    }

    fn add_function(
        &mut self,
        node: Node,
        ty: FuncTypeId,
        body: StmtId,
        open: &mut Vec<FunctionId>,
    ) {
        let id = FunctionId::at(self.functions.len());
        let (span, parent) = (self.file.span(node), open.last().copied());
        self.functions.push(Function { node, ty, body, parent, span });
        open.push(id);
    }

    /// The file.
    pub fn file(&self) -> &'f File<'a> {
        self.file
    }

    /// What its names refer to.
    pub fn names(&self) -> &'f Names<'a> {
        self.names
    }

    /// Which nodes stand above which.
    pub fn parents(&self) -> &Parents {
        &self.parents
    }

    /// All functions with a body: parents before the literals in them.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = FunctionId> + use<> {
        (0..self.functions.len()).map(FunctionId::at)
    }

    /// The innermost function whose body holds a byte.
    pub fn function_at(&self, offset: u32) -> Option<FunctionId> {
        // Functions are in the order in which they start; those around an offset are each other's parents.
        let before = self.functions.partition_point(|f| f.span.start <= offset);
        let last = before.checked_sub(1).map(FunctionId::at);
        std::iter::successors(last, |f| self[*f].parent).find(|f| {
            let body = self.file[self[*f].body].span;
            (body.start..body.end).contains(&offset)
        })
    }

    /// The graph of a function; see [`Graph::new`].
    pub fn graph(&self, function: FunctionId, effect: &dyn Fn(ExprId) -> CallEffect) -> Graph {
        Graph::new(self.file, self[function].body, effect)
    }

    /// The same, with the calls that the language and the standard library know not to come back.
    pub fn standard_graph(&self, function: FunctionId) -> Graph {
        self.graph(function, &|call| standard_effect(self.file, self.names, call))
    }

    /// Where the name that an identifier declares stands, declaration included, in the order of the file.
    pub(super) fn mentions(&self, declared: IdentId) -> &[Mention] {
        self.mentions.get(&declared).map_or(&[], Vec::as_slice)
    }

    /// The function that an identifier stands in.
    pub fn owner(&self, ident: IdentId) -> Option<FunctionId> {
        self.owners.get(ident.index()).copied().flatten()
    }
}

impl std::ops::Index<FunctionId> for Scope<'_, '_> {
    type Output = Function;

    fn index(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }
}
