//! Goes through a file in the order in which Go declares names, with a list of what is still to do instead of
//! recursion: expressions can be nested as deeply as a program likes.

use rustc_hash::FxHashMap;

use super::scopes::Scopes;
use super::{Declaration, DeclaredAs, Import, Names, Referent};
use crate::ast::{
    AssignStmt, CompositeLit, DeclKind, ExprKind, GenDecl, SpecKind, StmtKind, TypeSpec,
    TypeSwitchStmt, ValueSpec,
};
use crate::file::File;
use crate::ids::{ExprId, IdentId, List, SpecId, StmtId};
use crate::token::Token;
use crate::walk::Node;

/// One thing to do.
#[derive(Clone, Copy)]
pub(super) enum Task {
    /// Resolve a node and what is below it.
    Node(Node),
    /// Resolve an element of a literal of a type; it may leave out its own.
    Element(ExprId, Option<ExprId>),
    Open,
    Close,
    Declare(IdentId, DeclaredAs),
    /// Declare the names on the left of `:=` that the innermost scope does not declare yet.
    Define(List<ExprId>, DeclaredAs),
    /// Enter a function with a body, where labels are its own.
    OpenLabels(StmtId),
    CloseLabels,
}

/// What the elements of a literal are.
#[derive(Clone, Copy, Default)]
struct Elements {
    /// Whether keys are values, and not names of fields.
    keys_are_values: bool,
    key: Option<ExprId>,
    value: Option<ExprId>,
}

pub(super) struct Resolver<'f, 'a> {
    pub(super) file: &'f File<'a>,
    names: Names<'a>,
    scopes: Scopes<'a>,
    labels: Vec<FxHashMap<&'a str, IdentId>>,
    /// Whether the file has any: most have none.
    has_labels: bool,
    /// What the types that are declared so far are.
    types: FxHashMap<IdentId, ExprId>,
    /// What is left to do; the last one is next. What the node at hand adds comes after them, in order.
    pub(super) tasks: Vec<Task>,
}

pub(super) fn resolve<'a>(file: &File<'a>, imports: Vec<Import<'a>>) -> Names<'a> {
    let mut resolver = Resolver {
        file,
        names: Names::empty(file, imports),
        scopes: Scopes::default(),
        labels: Vec::new(),
        has_labels: file.ast.stmts.iter().any(|s| matches!(s.kind, StmtKind::LabeledStmt(_))),
        types: FxHashMap::default(),
        tasks: Vec::new(),
    };
    resolver.declare_imports();
    resolver.declare_top_level();
    resolver.tasks.extend(file[file.decls()].iter().map(|decl| Task::Node(Node::Decl(*decl))));
    resolver.run();
    resolver.names
}

impl<'a> Resolver<'_, 'a> {
    fn declare_imports(&mut self) {
        for i in 0..self.names.imports.len() {
            let import = self.names.imports[i];
            let referent = Referent::Import(import.spec);
            let Some(name) = import.local_name() else { continue };
            self.scopes.declare(name, referent);
            if let SpecKind::ImportSpec(spec) = self.file[import.spec].kind
                && let Some(ident) = spec.name
            {
                self.names.refer(ident, referent);
            }
        }
    }

    /// Declares what is visible in the whole package; functions `init` and methods are not.
    fn declare_top_level(&mut self) {
        let file = self.file;
        for decl in &file[file.decls()] {
            match file[*decl].kind {
                DeclKind::FuncDecl(f) if f.recv.is_none() && file.name(f.name) != "init" => {
                    self.declare(f.name, DeclaredAs::Func);
                }
                DeclKind::GenDecl(decl) => {
                    file[decl.specs].iter().for_each(|spec| self.declare_spec(&decl, *spec));
                }
                DeclKind::FuncDecl(_) | DeclKind::BadDecl => {}
            }
        }
    }

    fn declare_spec(&mut self, decl: &GenDecl, spec: SpecId) {
        match self.file[spec].kind {
            SpecKind::ImportSpec(_) => {}
            SpecKind::TypeSpec(spec) => {
                self.types.insert(spec.name, spec.ty);
                self.declare(spec.name, DeclaredAs::Type);
            }
            SpecKind::ValueSpec(spec) => {
                let file = self.file;
                let kind = value_kind(decl);
                file[spec.names].iter().for_each(|name| self.declare(*name, kind));
            }
        }
    }

    fn declare(&mut self, ident: IdentId, kind: DeclaredAs) {
        let name = self.file.name(ident);
        if name != "_" {
            let top_level = self.scopes.at_top_level();
            self.names.declare(ident, Declaration { kind, top_level });
            self.scopes.declare(name, Referent::Declared(ident));
        }
    }

    fn refer(&mut self, ident: IdentId) {
        if let Some(referent) = self.scopes.find(self.file.name(ident)) {
            self.names.refer(ident, referent);
        }
    }

    fn run(&mut self) {
        self.tasks.reverse();
        while let Some(task) = self.tasks.pop() {
            let before = self.tasks.len();
            match task {
                Task::Node(node) => self.node(node),
                Task::Element(element, ty) => match self.file[element].kind {
                    ExprKind::CompositeLit(lit) => self.composite_lit(&lit, ty),
                    _ => self.expr(element),
                },
                Task::Open => self.scopes.open(),
                Task::Close => self.scopes.close(),
                Task::Declare(ident, kind) => self.declare(ident, kind),
                Task::Define(lhs, kind) => self.define(lhs, kind),
                Task::OpenLabels(body) => self.open_labels(body),
                Task::CloseLabels => drop(self.labels.pop()),
            }
            self.tasks[before..].reverse();
        }
    }

    pub(super) fn push_exprs(&mut self, exprs: impl IntoIterator<Item = ExprId>) {
        self.tasks.extend(exprs.into_iter().map(|expr| Task::Node(Node::Expr(expr))));
    }

    fn push_stmts(&mut self, stmts: impl IntoIterator<Item = StmtId>) {
        self.tasks.extend(stmts.into_iter().map(|stmt| Task::Node(Node::Stmt(stmt))));
    }

    fn push_children(&mut self, node: Node) {
        let tasks = &mut self.tasks;
        self.file.for_each_child(node, |child| tasks.push(Task::Node(child)));
    }

    /// Declares the new ones of the names on the left of `:=`; the others are only assigned to.
    fn define(&mut self, lhs: List<ExprId>, kind: DeclaredAs) {
        let file = self.file;
        for expr in &file[lhs] {
            let ExprKind::Ident(ident) = file[*expr].kind else { continue };
            match self.scopes.find_innermost(file.name(ident)) {
                Some(referent) => self.names.refer(ident, referent),
                None => self.declare(ident, kind),
            }
        }
    }

    /// Finds the labels of a function's body, which may be used before they are declared.
    fn open_labels(&mut self, body: StmtId) {
        let file = self.file;
        let mut labels = FxHashMap::default();
        let mut todo: Vec<Node> = self.has_labels.then_some(Node::Stmt(body)).into_iter().collect();
        while let Some(node) = todo.pop() {
            if let Node::Stmt(stmt) = node
                && let StmtKind::LabeledStmt(labeled) = file[stmt].kind
            {
                labels.insert(file.name(labeled.label), labeled.label);
            }
            // Statements stand in other statements, or in literals of functions, which have labels of their own.
            file.for_each_child(node, |child| {
                if matches!(child, Node::Stmt(_)) {
                    todo.push(child);
                }
            });
        }
        self.labels.push(labels);
    }

    fn node(&mut self, node: Node) {
        match node {
            Node::Expr(expr) => self.expr(expr),
            Node::Stmt(stmt) => self.stmt(stmt),
            Node::Decl(decl) => match self.file[decl].kind {
                DeclKind::FuncDecl(f) => self.func(f.recv, f.ty, f.body),
                DeclKind::GenDecl(decl) => self.gen_decl(&decl),
                DeclKind::BadDecl => {}
            },
            Node::FieldList(fields) => self.field_types(fields),
            Node::FuncType(ty) => self.func(None, ty, None),
            // Names of fields and what is selected are in no scope.
            Node::Ident(_) | Node::Comments(_) => {}
            Node::File | Node::Spec(_) | Node::Field(_) => self.push_children(node),
        }
    }

    fn gen_decl(&mut self, decl: &GenDecl) {
        let local = !self.scopes.at_top_level();
        for spec in &self.file[decl.specs] {
            match self.file[*spec].kind {
                SpecKind::ImportSpec(_) => {}
                SpecKind::TypeSpec(spec) => self.type_spec(&spec, local),
                SpecKind::ValueSpec(spec) => {
                    self.value_spec(&spec, local.then(|| value_kind(decl)))
                }
            }
        }
    }

    /// A local type is visible in itself.
    fn type_spec(&mut self, spec: &TypeSpec, local: bool) {
        if local {
            self.types.insert(spec.name, spec.ty);
            self.tasks.push(Task::Declare(spec.name, DeclaredAs::Type));
        }
        self.tasks.push(Task::Open);
        if let Some(type_params) = spec.type_params {
            self.type_params(type_params);
        }
        self.push_exprs([spec.ty]);
        self.tasks.push(Task::Close);
    }

    /// Local constants and variables are visible after their values.
    fn value_spec(&mut self, spec: &ValueSpec, local: Option<DeclaredAs>) {
        let file = self.file;
        self.push_exprs(spec.ty);
        self.push_exprs(file[spec.values].iter().copied());
        if let Some(kind) = local {
            let names = file[spec.names].iter();
            self.tasks.extend(names.map(|name| Task::Declare(*name, kind)));
        }
    }

    fn expr(&mut self, expr: ExprId) {
        match self.file[expr].kind {
            ExprKind::Ident(ident) => self.refer(ident),
            ExprKind::FuncLit(lit) => self.func(None, lit.ty, Some(lit.body)),
            ExprKind::FuncType(ty) => self.func(None, ty, None),
            ExprKind::CompositeLit(lit) => self.composite_lit(&lit, None),
            _ => self.push_children(Node::Expr(expr)),
        }
    }

    /// A literal, of type `outer` if it names none. The key of an element may be a field, which is in no scope.
    fn composite_lit(&mut self, lit: &CompositeLit, outer: Option<ExprId>) {
        let file = self.file;
        self.push_exprs(lit.ty);
        let elements = self.elements(lit.ty.or(outer));
        for element in &file[lit.elts] {
            match file[*element].kind {
                ExprKind::KeyValueExpr(pair) => {
                    let is_name = matches!(file[pair.key].kind, ExprKind::Ident(_));
                    if !is_name || elements.keys_are_values {
                        self.tasks.push(Task::Element(pair.key, elements.key));
                    }
                    self.tasks.push(Task::Element(pair.value, elements.value));
                }
                _ => self.tasks.push(Task::Element(*element, elements.value)),
            }
        }
    }

    /// What stands in a literal of a type.
    fn elements(&self, ty: Option<ExprId>) -> Elements {
        match ty.map(|ty| self.file[self.underlying(ty)].kind) {
            Some(ExprKind::MapType(map)) => {
                Elements { keys_are_values: true, key: Some(map.key), value: Some(map.value) }
            }
            Some(ExprKind::ArrayType(array)) => {
                Elements { keys_are_values: true, key: None, value: Some(array.elt) }
            }
            _ => Elements::default(),
        }
    }

    /// What a type is, as far as this file declares it; `*T` is `T`, as it is for elements without a type.
    fn underlying(&self, mut ty: ExprId) -> ExprId {
        /// Longest chain of types that is followed; one that refers to itself has no end.
        const LONGEST: usize = 50;
        for _ in 0..LONGEST {
            ty = match self.file[ty].kind {
                ExprKind::ParenExpr(x) | ExprKind::StarExpr(x) => x,
                ExprKind::IndexExpr(index) => index.x,
                ExprKind::IndexListExpr(index) => index.x,
                ExprKind::Ident(name) => match self.scopes.find(self.file.name(name)) {
                    Some(Referent::Declared(name)) if self.types.contains_key(&name) => {
                        self.types[&name]
                    }
                    _ => break,
                },
                _ => break,
            };
        }
        ty
    }

    fn stmt(&mut self, stmt: StmtId) {
        let file = self.file;
        match file[stmt].kind {
            StmtKind::BlockStmt(list) => {
                self.tasks.push(Task::Open);
                self.push_stmts(file[list].iter().copied());
                self.tasks.push(Task::Close);
            }
            StmtKind::AssignStmt(assign) => self.assign(&assign),
            StmtKind::RangeStmt(range) => {
                self.push_exprs([range.x]);
                self.tasks.push(Task::Open);
                let vars = range.key.into_iter().chain(range.value);
                match range.tok {
                    Token::Define => vars.for_each(|var| self.define_one(var)),
                    _ => self.push_exprs(vars),
                }
                self.push_stmts([range.body]);
                self.tasks.push(Task::Close);
            }
            StmtKind::TypeSwitchStmt(switch) => self.type_switch(&switch),
            StmtKind::LabeledStmt(labeled) => {
                self.names.declare(
                    labeled.label,
                    Declaration { kind: DeclaredAs::Label, top_level: false },
                );
                self.push_stmts([labeled.stmt]);
            }
            StmtKind::BranchStmt(branch) => {
                let label = branch.label.map(|label| (label, file.name(label)));
                if let (Some((use_, name)), Some(labels)) = (label, self.labels.last())
                    && let Some(label) = labels.get(name)
                {
                    self.names.refer(use_, Referent::Declared(*label));
                }
            }
            StmtKind::IfStmt(_)
            | StmtKind::ForStmt(_)
            | StmtKind::SwitchStmt(_)
            | StmtKind::CaseClause(_)
            | StmtKind::CommClause(_) => {
                self.tasks.push(Task::Open);
                self.push_children(Node::Stmt(stmt));
                self.tasks.push(Task::Close);
            }
            _ => self.push_children(Node::Stmt(stmt)),
        }
    }

    fn define_one(&mut self, var: ExprId) {
        if let ExprKind::Ident(ident) = self.file[var].kind {
            self.tasks.push(Task::Declare(ident, DeclaredAs::Var));
        }
    }

    fn assign(&mut self, assign: &AssignStmt) {
        let file = self.file;
        if assign.tok == Token::Define {
            self.push_exprs(file[assign.rhs].iter().copied());
            self.tasks.push(Task::Define(assign.lhs, DeclaredAs::Var));
        } else {
            self.push_exprs(file[assign.lhs].iter().copied());
            self.push_exprs(file[assign.rhs].iter().copied());
        }
    }

    /// The variable of the guard is visible in the bodies of the clauses only.
    fn type_switch(&mut self, switch: &TypeSwitchStmt) {
        let file = self.file;
        self.tasks.push(Task::Open);
        self.push_stmts(switch.init);
        let StmtKind::AssignStmt(guard) = file[switch.assign].kind else {
            self.push_stmts([switch.assign, switch.body]);
            self.tasks.push(Task::Close);
            return;
        };
        self.push_exprs(file[guard.rhs].iter().copied());
        // Also without clauses the name is declared.
        self.tasks.extend([
            Task::Open,
            Task::Define(guard.lhs, DeclaredAs::TypeSwitchVar),
            Task::Close,
        ]);
        for clause in file.block(switch.body) {
            let StmtKind::CaseClause(case) = file[*clause].kind else { continue };
            self.push_exprs(file[case.list].iter().copied());
            self.tasks.extend([Task::Open, Task::Define(guard.lhs, DeclaredAs::TypeSwitchVar)]);
            self.push_stmts(file[case.body].iter().copied());
            self.tasks.push(Task::Close);
        }
        self.tasks.push(Task::Close);
    }
}

/// What a declaration of values declares.
fn value_kind(decl: &GenDecl) -> DeclaredAs {
    if decl.tok == Token::Const { DeclaredAs::Const } else { DeclaredAs::Var }
}
