//! The names that signatures declare: receivers, parameters, results, type parameters.

use super::DeclaredAs;
use super::resolve::{Resolver, Task};
use crate::ast::ExprKind;
use crate::ids::{ExprId, FieldListId, FuncTypeId, StmtId};
use crate::walk::Node;

impl Resolver<'_, '_> {
    /// A function, or the type of one: parameters are visible in the body, type parameters also in the signature.
    pub(super) fn func(&mut self, recv: Option<FieldListId>, ty: FuncTypeId, body: Option<StmtId>) {
        let file = self.file;
        let ty = file[ty];
        self.tasks.push(Task::Open);
        if let Some(recv) = recv {
            self.receiver_type(recv);
        }
        if let Some(type_params) = ty.type_params {
            self.type_params(type_params);
        }
        self.field_types(ty.params);
        ty.results.into_iter().for_each(|results| self.field_types(results));
        let lists = [
            (recv, DeclaredAs::Receiver),
            (Some(ty.params), DeclaredAs::Param),
            (ty.results, DeclaredAs::Result),
        ];
        for (fields, kind) in lists {
            fields.into_iter().for_each(|fields| self.declare_fields(fields, kind));
        }
        if let Some(body) = body {
            self.tasks.push(Task::OpenLabels(body));
            // The body declares in the same scope as the parameters.
            let stmts = file.block(body).iter();
            self.tasks.extend(stmts.map(|stmt| Task::Node(Node::Stmt(*stmt))));
            self.tasks.push(Task::CloseLabels);
        }
        self.tasks.push(Task::Close);
    }

    fn declare_fields(&mut self, fields: FieldListId, kind: DeclaredAs) {
        let file = self.file;
        for field in &file[file[fields].list] {
            let names = file[file[*field].names].iter();
            self.tasks.extend(names.map(|name| Task::Declare(*name, kind)));
        }
    }

    /// The types of fields, without their names.
    pub(super) fn field_types(&mut self, fields: FieldListId) {
        let file = self.file;
        for field in &file[file[fields].list] {
            self.push_exprs([file[*field].ty]);
        }
    }

    /// Type parameters are visible in the constraints of all of them.
    pub(super) fn type_params(&mut self, params: FieldListId) {
        self.declare_fields(params, DeclaredAs::TypeParam);
        self.field_types(params);
    }

    /// The type of a receiver declares what stands in its brackets.
    fn receiver_type(&mut self, recv: FieldListId) {
        let file = self.file;
        for field in &file[file[recv].list] {
            let mut ty = file[*field].ty;
            while let ExprKind::ParenExpr(x) | ExprKind::StarExpr(x) = file[ty].kind {
                ty = x;
            }
            match file[ty].kind {
                ExprKind::IndexExpr(index) => {
                    self.push_exprs([index.x]);
                    self.declare_type_param(index.index);
                }
                ExprKind::IndexListExpr(index) => {
                    self.push_exprs([index.x]);
                    file[index.indices].iter().for_each(|index| self.declare_type_param(*index));
                }
                _ => self.push_exprs([ty]),
            }
        }
    }

    fn declare_type_param(&mut self, index: ExprId) {
        if let ExprKind::Ident(ident) = self.file[index].kind {
            self.tasks.push(Task::Declare(ident, DeclaredAs::TypeParam));
        }
    }
}
