//! Goes through a file in the order in which variables are declared, with a list of what is still to do instead of
//! recursion: expressions can be nested as deeply as a program likes.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Entry, FileTypes};
use crate::ast::{DeclKind, ExprKind, FuncDecl, GenDecl, SpecKind};
use crate::file::File;
use crate::ids::{DeclId, ExprId, FieldListId, FuncTypeId, Id, IdentId, SpecId, StmtId};
use crate::index::{Package, Resolver};
use crate::names::Names;
use crate::types::{ParamOwner, Type, TypeKind, TypeParam};
use crate::walk::Node;

/// One thing to do.
#[derive(Clone)]
pub(super) enum Task {
    Enter(Node),
    /// The parts of an expression are known.
    Finish(ExprId),
    /// The parts of a statement are known.
    FinishStmt(StmtId),
    /// The values of a declaration are known.
    FinishSpec(SpecId),
    /// An element of a literal; it may leave out its type.
    Element(ExprId, Type),
    /// The variables of a range, of which the operand is known.
    RangeVars(StmtId),
    /// The variable of a type switch, in a clause.
    SwitchVar {
        var: IdentId,
        clause: Option<StmtId>,
        x: ExprId,
    },
}

pub(super) struct Pass<'x, 'p> {
    pub(super) resolver: &'x Resolver<'p>,
    pub(super) package: &'x Package,
    pub(super) file: &'x File<'x>,
    pub(super) names: &'x Names<'x>,
    pub(super) out: FileTypes,
    /// Type parameters in scope.
    pub(super) params: FxHashMap<IdentId, TypeParam>,
    /// Types that functions declare as other names of types, or with type parameters.
    pub(super) local_types: FxHashMap<IdentId, Type>,
    /// Paths of imported packages by the lines that import them.
    pub(super) paths: RefCell<FxHashMap<SpecId, Arc<str>>>,
    /// What is left to do; the last one is next. What the one at hand adds comes after them, in order.
    pub(super) tasks: Vec<Task>,
}

impl<'x, 'p> Pass<'x, 'p> {
    pub(super) fn new(
        resolver: &'x Resolver<'p>,
        package: &'x Package,
        file: &'x File<'x>,
        names: &'x Names<'x>,
        out: FileTypes,
    ) -> Self {
        let (params, local_types, paths, tasks) = Default::default();
        Self { resolver, package, file, names, out, params, local_types, paths, tasks }
    }

    pub(super) fn run(mut self) -> FileTypes {
        let file = self.file;
        for decl in &file[file.decls()] {
            self.top_level(*decl);
            self.tasks.reverse();
            while let Some(task) = self.tasks.pop() {
                let before = self.tasks.len();
                self.task(task);
                self.tasks[before..].reverse();
            }
        }
        self.out
    }

    fn task(&mut self, task: Task) {
        match task {
            Task::Enter(Node::Expr(expr)) => self.enter_expr(expr),
            Task::Enter(Node::Stmt(stmt)) => self.enter_stmt(stmt),
            Task::Enter(Node::Decl(decl)) => {
                if let DeclKind::GenDecl(decl) = self.file[decl].kind {
                    self.gen_decl(&decl, true);
                }
            }
            Task::Enter(_) => {}
            Task::Finish(expr) => self.finish_expr(expr),
            Task::FinishStmt(stmt) => self.finish_stmt(stmt),
            Task::FinishSpec(spec) => self.finish_spec(spec),
            Task::Element(element, ty) => self.element(element, &ty),
            Task::RangeVars(stmt) => self.range_vars(stmt),
            Task::SwitchVar { var, clause, x } => self.switch_var(var, clause, x),
        }
    }

    pub(super) fn enter_exprs(&mut self, exprs: impl IntoIterator<Item = ExprId>) {
        self.tasks.extend(exprs.into_iter().map(|expr| Task::Enter(Node::Expr(expr))));
    }

    pub(super) fn enter_stmts(&mut self, stmts: impl IntoIterator<Item = StmtId>) {
        self.tasks.extend(stmts.into_iter().map(|stmt| Task::Enter(Node::Stmt(stmt))));
    }

    pub(super) fn enter_children(&mut self, node: Node) {
        let tasks = &mut self.tasks;
        self.file.for_each_child(node, |child| tasks.push(Task::Enter(child)));
    }

    pub(super) fn entry(&self, expr: ExprId) -> &Entry {
        &self.out.exprs[expr.index()]
    }

    pub(super) fn set(&mut self, expr: ExprId, entry: Entry) {
        self.out.exprs[expr.index()] = entry;
    }

    pub(super) fn set_value(&mut self, expr: ExprId, ty: Type) {
        self.set(expr, Entry::Value(ty));
    }

    /// The type of a value, without aliases; unknown if it is none.
    pub(super) fn value(&self, expr: ExprId) -> Type {
        self.out.value(expr)
    }

    pub(super) fn canonical(&self, ty: &Type) -> Type {
        self.resolver.canonical(ty)
    }

    pub(super) fn declare_var(&mut self, ident: IdentId, ty: Type) {
        if !ty.is_unknown() {
            self.out.vars[ident.index()] = Some(ty);
        }
    }

    fn top_level(&mut self, decl: DeclId) {
        match self.file[decl].kind {
            DeclKind::FuncDecl(f) => self.func_decl(&f),
            DeclKind::GenDecl(decl) => self.gen_decl(&decl, false),
            DeclKind::BadDecl => {}
        }
    }

    fn func_decl(&mut self, f: &FuncDecl) {
        let file = self.file;
        self.params.clear();
        let receiver = f.recv.and_then(|recv| file[file[recv].list].first().copied());
        let mut constraints = [Vec::new(), Vec::new()];
        if let Some(receiver) = receiver {
            let ty = file[receiver].ty;
            let params = crate::index::receiver_params(file, ty);
            self.declare_params(ParamOwner::Type, &params);
            constraints[0] = self.receiver_constraints(ty);
        }
        if let Some(fields) = file[f.ty].type_params {
            let fields = &file[file[fields].list];
            let names: Vec<IdentId> =
                fields.iter().flat_map(|field| &file[file[*field].names]).copied().collect();
            self.declare_params(ParamOwner::Func, &names);
            for field in fields {
                let constraint = self.type_of(file[*field].ty);
                let count = file[*field].names.len();
                constraints[1].extend(std::iter::repeat_n(constraint, count));
            }
        }
        *self.resolver.constraints.borrow_mut() = constraints;
        f.recv.into_iter().for_each(|recv| self.declare_fields(recv));
        self.declare_signature(f.ty);
        if let Some(body) = f.body {
            self.enter_stmts(file.block(body).iter().copied());
        }
    }

    fn declare_params(&mut self, owner: ParamOwner, names: &[IdentId]) {
        for (index, name) in (0..).zip(names) {
            let param = TypeParam { owner, index, name: self.file.name(*name).into() };
            self.params.insert(*name, param);
        }
    }

    /// The constraints of the type to which a method belongs.
    fn receiver_constraints(&self, receiver: ExprId) -> Vec<Type> {
        let name = crate::index::embedded_name(self.file, receiver);
        let decl = name
            .and_then(|name| self.package.type_decl(self.resolver.program, self.file.name(name)));
        let params =
            decl.map(|decl| decl.type_params.iter().map(|p| p.constraint.clone()).collect());
        params.unwrap_or_default()
    }

    /// Declares parameters and results.
    pub(super) fn declare_signature(&mut self, ty: FuncTypeId) {
        let ty = self.file[ty];
        self.declare_fields(ty.params);
        ty.results.into_iter().for_each(|results| self.declare_fields(results));
    }

    fn declare_fields(&mut self, fields: FieldListId) {
        let file = self.file;
        for field in &file[file[fields].list] {
            let names = &file[file[*field].names];
            if names.is_empty() {
                continue;
            }
            let ty = match file[file[*field].ty].kind {
                ExprKind::Ellipsis(Some(elt)) => Type::new(TypeKind::Slice(self.type_of(elt))),
                _ => self.type_of(file[*field].ty),
            };
            names.iter().for_each(|name| self.declare_var(*name, ty.clone()));
        }
    }

    /// A declaration of constants, types or variables; those outside of functions are in the index.
    fn gen_decl(&mut self, decl: &GenDecl, local: bool) {
        for spec in &self.file[decl.specs] {
            match self.file[*spec].kind {
                SpecKind::ImportSpec(_) => {}
                SpecKind::TypeSpec(ty) if local => self.local_type(&ty),
                SpecKind::TypeSpec(_) => {}
                SpecKind::ValueSpec(values) => {
                    self.enter_exprs(values.ty);
                    self.enter_exprs(self.file[values.values].iter().copied());
                    self.tasks.push(Task::FinishSpec(*spec));
                }
            }
        }
    }
}
