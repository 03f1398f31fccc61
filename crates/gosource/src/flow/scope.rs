//! The functions of a file, and who mentions which variable in which of them.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::graph::Graph;
use super::{CallEffect, standard_effect};
use crate::ast::{DeclKind, ExprKind};
use crate::file::File;
use crate::ids::{ExprId, FuncTypeId, Id, IdentId, StmtId};
use crate::kind::Kind;
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
pub struct Mention {
    /// The identifier.
    pub ident: IdentId,
    /// The expression that it is; `None` where a declaration names it.
    pub expr: Option<ExprId>,
    /// The function that it stands in.
    pub function: Option<FunctionId>,
}

/// The mentions of all names that a file declares, each in the order of the file.
#[derive(Debug, Default)]
pub struct Mentions {
    /// By declaring identifier, where its mentions begin; they end where those of the next one do.
    starts: Vec<u32>,
    all: Vec<Mention>,
}

impl Mentions {
    /// From mentions in the order of the file, with the identifiers that declare what is mentioned.
    fn new(idents: usize, met: &[(IdentId, Mention)]) -> Self {
        let Some((_, any)) = met.first() else { return Self::default() };
        let mut starts = vec![0_u32; idents + 1];
        met.iter().for_each(|(declared, _)| starts[declared.index() + 1] += 1);
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut all = vec![*any; met.len()];
        for (declared, mention) in met {
            let place = &mut next[declared.index()];
            all[*place as usize] = *mention;
            *place += 1;
        }
        Self { starts, all }
    }

    /// The mentions of what an identifier declares, with that one.
    pub fn of(&self, declared: IdentId) -> &[Mention] {
        let at = |i: usize| self.starts.get(i).map(|start| *start as usize);
        match (at(declared.index()), at(declared.index() + 1)) {
            (Some(start), Some(end)) => &self.all[start..end],
            _ => &[],
        }
    }
}

/// The functions that a place of the file is in, from the outermost, each with the place at which it has ended.
type Open = Vec<(FunctionId, usize)>;

/// What questions about the paths of a file's functions need to know; made once for a file, in time in proportion
/// to it.
#[derive(Debug)]
pub struct Scope<'f, 'a> {
    pub(super) file: &'f File<'a>,
    pub(super) names: &'f Names<'a>,
    pub(super) parents: Parents,
    functions: Vec<Function>,
    mentions: Arc<Mentions>,
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
            mentions: Arc::default(),
            owners: vec![None; file.count::<IdentId>()],
        };
        let order = file.order();
        let mut open = Open::new();
        let mut met = Vec::with_capacity(file.count::<IdentId>());
        let mut nodes = file.find(Node::File, [Kind::FuncDecl, Kind::FuncLit, Kind::Ident]);
        while let Some(place) = nodes.next_place() {
            while open.last().is_some_and(|(_, end)| *end <= place) {
                open.pop();
            }
            let function = open.last().map(|(function, _)| *function);
            if let Some(inner) = scope.meet(order.node(place), function, &mut met) {
                open.push((inner, order.end(place)));
            }
        }
        scope.mentions = Arc::new(Mentions::new(scope.owners.len(), &met));
        scope
    }

    /// Notes a function, which it gives back, or a name that stands in a function.
    fn meet(
        &mut self,
        node: Node,
        function: Option<FunctionId>,
        met: &mut Vec<(IdentId, Mention)>,
    ) -> Option<FunctionId> {
        let file = self.file;
        let (ident, expr) = match node {
            Node::Decl(decl) => {
                let DeclKind::FuncDecl(f) = file[decl].kind else { return None };
                return Some(self.add_function(node, f.ty, f.body?, function));
            }
            Node::Ident(ident) => (ident, None),
            Node::Expr(expr) => match file[expr].kind {
                ExprKind::Ident(ident) => (ident, Some(expr)),
                ExprKind::FuncLit(lit) => {
                    return Some(self.add_function(node, lit.ty, lit.body, function));
                }
                _ => return None,
            },
            _ => return None,
        };
        self.owners[ident.index()] = function;
        if let Some(Referent::Declared(declared)) = self.names.referent(ident) {
            met.push((declared, Mention { ident, expr, function }));
        }
        None
    }

    fn add_function(
        &mut self,
        node: Node,
        ty: FuncTypeId,
        body: StmtId,
        parent: Option<FunctionId>,
    ) -> FunctionId {
        let id = FunctionId::at(self.functions.len());
        let span = self.file.span(node);
        self.functions.push(Function { node, ty, body, parent, span });
        id
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
        self.mentions.of(declared)
    }

    /// Who mentions what the file declares.
    pub fn all_mentions(&self) -> &Arc<Mentions> {
        &self.mentions
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
