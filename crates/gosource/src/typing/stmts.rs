//! Statements: what they declare, and in which order their parts are looked at.

use super::pass::{Pass, Task};
use crate::ast::{AssignStmt, ExprKind, RangeStmt, SpecKind, StmtKind, TypeSwitchStmt};
use crate::ids::{ExprId, IdentId, List, SpecId, StmtId};
use crate::token::Token;
use crate::types::{Basic, Type, TypeKind};
use crate::walk::Node;

impl Pass<'_, '_> {
    pub(super) fn enter_stmt(&mut self, stmt: StmtId) {
        match self.file[stmt].kind {
            StmtKind::AssignStmt(assign) => {
                self.enter_exprs(self.file[assign.rhs].iter().copied());
                if assign.tok != Token::Define {
                    self.enter_exprs(self.file[assign.lhs].iter().copied());
                }
                self.tasks.push(Task::FinishStmt(stmt));
            }
            StmtKind::RangeStmt(range) => {
                self.enter_exprs([range.x]);
                if range.tok != Token::Define {
                    self.enter_exprs(range.key.into_iter().chain(range.value));
                }
                self.tasks.push(Task::RangeVars(stmt));
                self.enter_stmts([range.body]);
            }
            StmtKind::TypeSwitchStmt(switch) => self.type_switch(&switch),
            _ => self.enter_children(Node::Stmt(stmt)),
        }
    }

    pub(super) fn finish_stmt(&mut self, stmt: StmtId) {
        let StmtKind::AssignStmt(assign) = self.file[stmt].kind else { return };
        if assign.tok == Token::Define {
            self.define(&assign);
        }
    }

    fn define(&mut self, assign: &AssignStmt) {
        let types = self.types_for(assign.lhs.len(), assign.rhs);
        for (expr, ty) in self.file[assign.lhs].iter().zip(types) {
            self.define_one(*expr, ty.default_type());
        }
    }

    /// Declares the variable that an expression on the left of `:=` is, if it is new; and knows its type.
    fn define_one(&mut self, expr: ExprId, ty: Type) {
        let ExprKind::Ident(ident) = self.file[expr].kind else { return };
        if self.names.declaration(ident).is_some() {
            self.declare_var(ident, ty);
        }
        self.enter_ident_of_variable(expr, ident);
    }

    fn enter_ident_of_variable(&mut self, expr: ExprId, ident: IdentId) {
        if self.names.referent(ident).is_some() {
            self.enter_ident(expr, ident);
        }
    }

    /// The types of a number of variables that are assigned expressions.
    fn types_for(&self, count: usize, values: List<ExprId>) -> Vec<Type> {
        let values = &self.file[values];
        let [value] = values else {
            return values.iter().map(|value| self.value(*value)).collect();
        };
        let ty = self.value(*value);
        if count == 1 {
            return vec![ty];
        }
        match ty.kind() {
            TypeKind::Tuple(types) => types.clone(),
            _ if count == 2 && self.yields_ok(*value) => vec![ty, Type::basic(Basic::Bool)],
            _ => Vec::new(),
        }
    }

    /// Whether an expression can yield a second value that says whether there was a first.
    fn yields_ok(&self, expr: ExprId) -> bool {
        match self.file[self.file.unparen(expr)].kind {
            ExprKind::TypeAssertExpr(_) | ExprKind::IndexExpr(_) => true,
            ExprKind::UnaryExpr(unary) => unary.op == Token::Arrow,
            _ => false,
        }
    }

    pub(super) fn finish_spec(&mut self, spec: SpecId) {
        let SpecKind::ValueSpec(spec) = self.file[spec].kind else { return };
        let names = &self.file[spec.names];
        let is_local = |name: &&IdentId| {
            self.names.declaration(**name).is_some_and(|declaration| !declaration.top_level)
        };
        let locals: Vec<bool> = names.iter().map(|name| is_local(&name)).collect();
        let types = match spec.ty {
            Some(ty) => vec![self.type_of(ty); names.len()],
            None if spec.values.is_empty() => Vec::new(),
            None => self.types_for(names.len(), spec.values),
        };
        for ((name, local), ty) in names.iter().zip(locals).zip(types) {
            if local {
                use crate::names::DeclaredAs::Const;
                let is_const = self.names.declaration(*name).is_some_and(|d| d.kind == Const);
                self.declare_var(*name, if is_const { ty } else { ty.default_type() });
            }
        }
    }

    pub(super) fn range_vars(&mut self, stmt: StmtId) {
        let StmtKind::RangeStmt(range) = self.file[stmt].kind else { return };
        if range.tok != Token::Define {
            return;
        }
        let (key, value) = self.range_types(&range);
        for (var, ty) in [(range.key, key), (range.value, value)] {
            if let Some(var) = var {
                self.define_one(var, ty);
            }
        }
    }

    /// Types of the variables of a range.
    fn range_types(&self, range: &RangeStmt) -> (Type, Type) {
        let x = self.value(range.x);
        let int = || Type::basic(Basic::Int);
        let under = self.resolver.core(&x);
        match under.kind() {
            TypeKind::Basic(basic) if basic.is_string() => (int(), Type::basic(Basic::Int32)),
            TypeKind::Basic(basic) if basic.is_numeric() => (x.default_type(), Type::unknown()),
            TypeKind::Slice(elem) | TypeKind::Array(elem) => (int(), self.canonical(elem)),
            TypeKind::Pointer(to) => match self.resolver.core(to).kind() {
                TypeKind::Array(elem) => (int(), self.canonical(elem)),
                _ => (Type::unknown(), Type::unknown()),
            },
            TypeKind::Map(key, value) => (self.canonical(key), self.canonical(value)),
            TypeKind::Chan(_, elem) => (self.canonical(elem), Type::unknown()),
            TypeKind::Signature(signature) => match signature.params.as_slice() {
                [yields] => self.yielded(yields),
                _ => (Type::unknown(), Type::unknown()),
            },
            _ => (Type::unknown(), Type::unknown()),
        }
    }

    /// What an iterator hands to its loop.
    fn yielded(&self, yields: &Type) -> (Type, Type) {
        let under = self.resolver.core(yields);
        let params = under.signature().map(|signature| signature.params.as_slice());
        let param = |i: usize| {
            let param = params.and_then(|params| params.get(i));
            param.map_or_else(Type::unknown, |param| self.canonical(param))
        };
        (param(0), param(1))
    }

    fn type_switch(&mut self, switch: &TypeSwitchStmt) {
        let file = self.file;
        self.enter_stmts(switch.init);
        let (var, x) = match file[switch.assign].kind {
            StmtKind::AssignStmt(assign) => {
                (file[assign.lhs].first().copied(), file[assign.rhs].first().copied())
            }
            StmtKind::ExprStmt(x) => (None, Some(x)),
            _ => (None, None),
        };
        let x = x.and_then(|x| match file[file.unparen(x)].kind {
            ExprKind::TypeAssertExpr(assertion) => Some(assertion.x),
            _ => None,
        });
        self.enter_exprs(x);
        let var = var.and_then(|var| match file[var].kind {
            ExprKind::Ident(ident) => Some(ident),
            _ => None,
        });
        for clause in file.block(switch.body) {
            let StmtKind::CaseClause(case) = file[*clause].kind else { continue };
            self.enter_exprs(file[case.list].iter().copied());
            if let (Some(var), Some(x)) = (var, x) {
                self.tasks.push(Task::SwitchVar { var, clause: Some(*clause), x });
            }
            self.enter_stmts(file[case.body].iter().copied());
        }
        if let (Some(var), Some(x)) = (var, x) {
            self.tasks.push(Task::SwitchVar { var, clause: None, x });
        }
    }

    /// In a clause with one type the variable has that type, in others that of the operand; after the switch it is
    /// no more.
    pub(super) fn switch_var(&mut self, var: IdentId, clause: Option<StmtId>, x: ExprId) {
        use crate::ids::Id;
        self.out.vars[var.index()] = None;
        let Some(clause) = clause else { return };
        let StmtKind::CaseClause(case) = self.file[clause].kind else { return };
        let of_x = self.value(x);
        let ty = match &self.file[case.list] {
            [only] => match self.entry(*only) {
                super::Entry::Type(ty) => self.canonical(ty),
                super::Entry::Value(nil) if nil.is_untyped() => of_x,
                _ => Type::unknown(),
            },
            _ => of_x,
        };
        self.declare_var(var, ty);
    }
}
