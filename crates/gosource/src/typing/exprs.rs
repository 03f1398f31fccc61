//! Expressions, but for calls and literals.

use super::pass::{Pass, Task};
use super::{Callee, Entry};
use crate::ast::{BasicLit, BinaryExpr, ExprKind, IndexExpr, SelectorExpr, UnaryExpr};
use crate::ids::ExprId;
use crate::index::{Lookup, Member, MemberKind, signature_of};
use crate::token::Token;
use crate::types::{Basic, Named, Signature, Type, TypeKind};
use crate::walk::Node;

impl Pass<'_, '_> {
    pub(super) fn enter_expr(&mut self, expr: ExprId) {
        match self.file[expr].kind {
            ExprKind::Ident(ident) => self.enter_ident(expr, ident),
            ExprKind::BasicLit(lit) => self.set_value(expr, Type::basic(literal_kind(lit))),
            ExprKind::FuncLit(lit) => {
                let ty = signature_of(self, self.file, lit.ty, [].into());
                let ty = self.canonical(&ty);
                self.set_value(expr, ty);
                self.declare_signature(lit.ty);
                self.enter_stmts(self.file.block(lit.body).iter().copied());
            }
            ExprKind::CompositeLit(lit) => self.enter_composite_lit(expr, &lit),
            ExprKind::ArrayType(_)
            | ExprKind::StructType(_)
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType(_)
            | ExprKind::MapType(_)
            | ExprKind::ChanType(_) => {
                let ty = self.type_of(expr);
                self.set(expr, Entry::Type(ty));
            }
            _ => {
                self.enter_children(Node::Expr(expr));
                self.tasks.push(Task::Finish(expr));
            }
        }
    }

    pub(super) fn finish_expr(&mut self, expr: ExprId) {
        let file = self.file;
        let entry = match file[expr].kind {
            ExprKind::ParenExpr(x) => self.entry(x).clone(),
            ExprKind::SelectorExpr(selector) => self.selector(expr, &selector),
            ExprKind::IndexExpr(index) => self.index(&index),
            ExprKind::IndexListExpr(index) => self.instantiated(index.x, &file[index.indices]),
            ExprKind::SliceExpr(slice) => Entry::Value(self.sliced(&self.value(slice.x))),
            ExprKind::TypeAssertExpr(assertion) => match assertion.ty {
                Some(ty) => Entry::Value(self.type_of(ty)),
                None => Entry::Unknown,
            },
            ExprKind::StarExpr(x) => self.star(x),
            ExprKind::UnaryExpr(unary) => Entry::Value(self.unary(&unary)),
            ExprKind::BinaryExpr(binary) => Entry::Value(self.binary(&binary)),
            ExprKind::CallExpr(call) => Entry::Value(self.call(&call)),
            _ => Entry::Unknown,
        };
        self.set(expr, entry);
    }

    fn star(&self, x: ExprId) -> Entry {
        match self.entry(x) {
            Entry::Type(ty) => Entry::Type(self.resolver.pointer(ty.clone())),
            Entry::Value(ty) => match self.resolver.core(ty).kind() {
                TypeKind::Pointer(to) => Entry::Value(self.canonical(to)),
                _ => Entry::Unknown,
            },
            _ => Entry::Unknown,
        }
    }

    fn selector(&mut self, expr: ExprId, selector: &SelectorExpr) -> Entry {
        let name = self.file.name(selector.sel);
        match self.entry(selector.x).clone() {
            Entry::Package(path) => {
                let path = self.out.texts[path as usize].clone();
                self.of_import(expr, &path, name)
            }
            Entry::Type(ty) => {
                let ty = self.canonical(&ty);
                self.method_expr(expr, &ty, name)
            }
            Entry::Value(ty) if !ty.is_unknown() => {
                let lookup = self.resolver.member(&ty, name, &self.package.path);
                let Lookup::Found(member) = lookup else { return Entry::Unknown };
                self.callee_of(expr, &member);
                Entry::Value(self.canonical(&member.ty))
            }
            _ => Entry::Unknown,
        }
    }

    fn of_import(&mut self, expr: ExprId, path: &str, name: &str) -> Entry {
        match (path, name) {
            ("C", _) => Entry::Unknown,
            ("unsafe", "Pointer") => Entry::Type(Type::basic(Basic::UnsafePointer)),
            ("unsafe", name) => Entry::Builtin(self.out.text(&format!("unsafe.{name}"))),
            _ => match self.resolver.package(path) {
                Some(package) => self.of_package(expr, &package, name).unwrap_or_default(),
                None => Entry::Unknown,
            },
        }
    }

    /// `T.Method`: a function with the receiver as first parameter.
    fn method_expr(&mut self, expr: ExprId, ty: &Type, name: &str) -> Entry {
        let Lookup::Found(member) = self.resolver.member(ty, name, &self.package.path) else {
            return Entry::Unknown;
        };
        let Some(signature) = member.ty.signature().filter(|_| member.kind != MemberKind::Field)
        else {
            return Entry::Unknown;
        };
        let params = [ty].into_iter().chain(&signature.params).cloned().collect();
        let signature = Signature { params, ..signature.clone() };
        self.callee_of(expr, &member);
        Entry::Value(self.canonical(&Type::new(TypeKind::Signature(signature))))
    }

    fn callee_of(&mut self, expr: ExprId, member: &Member) {
        if member.kind == MemberKind::Field {
            return;
        }
        let (path, receiver) = match member.owner.kind() {
            TypeKind::Named(named) => (named.path.clone(), Some(named.name.clone())),
            TypeKind::Local(local) => (local.path.clone(), Some(local.name.clone())),
            _ => (self.package.path.clone(), None),
        };
        let dynamic = member.kind == MemberKind::InterfaceMethod;
        let callee = Callee { path, receiver, name: member.name.clone(), dynamic };
        self.out.set_callee(expr, self.resolver.callee(callee));
    }

    fn index(&self, index: &IndexExpr) -> Entry {
        let Entry::Value(x) = self.entry(index.x) else {
            return self.instantiated(index.x, &[index.index]);
        };
        let elem = match self.resolver.core(x).kind() {
            TypeKind::Slice(elem) | TypeKind::Array(elem) | TypeKind::Map(_, elem) => elem.clone(),
            TypeKind::Basic(basic) if basic.is_string() => Type::basic(Basic::Uint8),
            TypeKind::Pointer(to) => match self.resolver.core(to).kind() {
                TypeKind::Array(elem) => elem.clone(),
                _ => Type::unknown(),
            },
            TypeKind::Signature(_) => return self.instantiated(index.x, &[index.index]),
            _ => Type::unknown(),
        };
        Entry::Value(self.canonical(&elem))
    }

    /// A generic type or function with type arguments.
    fn instantiated(&self, x: ExprId, args: &[ExprId]) -> Entry {
        let args: Vec<Type> = args.iter().map(|arg| self.type_arg(*arg)).collect();
        match self.entry(x) {
            Entry::Type(ty) => match ty.kind() {
                TypeKind::Named(named) => {
                    let named = Named { args: args.into(), ..named.clone() };
                    Entry::Type(self.canonical(&Type::new(TypeKind::Named(named))))
                }
                _ => Entry::Unknown,
            },
            Entry::Value(ty) => match ty.signature() {
                Some(signature) if signature.type_params.len() == args.len() => {
                    Entry::Value(self.canonical(&super::infer::instantiate(signature, &args)))
                }
                _ => Entry::Unknown,
            },
            _ => Entry::Unknown,
        }
    }

    /// The type that a type argument is.
    pub(super) fn type_arg(&self, expr: ExprId) -> Type {
        match self.entry(expr) {
            Entry::Type(ty) => self.canonical(ty),
            _ => Type::unknown(),
        }
    }

    fn sliced(&self, x: &Type) -> Type {
        match self.resolver.core(x).kind() {
            TypeKind::Slice(_) => x.clone(),
            TypeKind::Basic(basic) if basic.is_string() => x.default_type(),
            TypeKind::Array(elem) => Type::new(TypeKind::Slice(self.canonical(elem))),
            TypeKind::Pointer(to) => match self.resolver.core(to).kind() {
                TypeKind::Array(elem) => Type::new(TypeKind::Slice(self.canonical(elem))),
                _ => Type::unknown(),
            },
            _ => Type::unknown(),
        }
    }

    fn unary(&self, unary: &UnaryExpr) -> Type {
        let x = self.value(unary.x);
        match unary.op {
            Token::And if !x.is_unknown() => self.resolver.pointer(x),
            Token::And => Type::unknown(),
            Token::Arrow => match self.resolver.core(&x).kind() {
                TypeKind::Chan(_, elem) => self.canonical(elem),
                _ => Type::unknown(),
            },
            _ => x,
        }
    }

    fn binary(&self, binary: &BinaryExpr) -> Type {
        let (x, y) = (self.value(binary.x), self.value(binary.y));
        match binary.op {
            Token::Eql | Token::Neq | Token::Lss | Token::Leq | Token::Gtr | Token::Geq => {
                Type::basic(Basic::UntypedBool)
            }
            Token::Shl | Token::Shr => match x.kind() {
                TypeKind::Basic(basic) if basic.is_untyped() => Type::basic(Basic::UntypedInt),
                _ => x,
            },
            _ => combined(&x, &y),
        }
    }
}

/// The type that an operation has of which both operands have the same, once constants have a type.
pub(super) fn combined(x: &Type, y: &Type) -> Type {
    match (x.kind(), y.kind()) {
        (TypeKind::Basic(a), TypeKind::Basic(b)) if a.is_untyped() && b.is_untyped() => {
            Type::basic(*a.max(b))
        }
        (TypeKind::Unknown, _) if y.is_untyped() => Type::unknown(),
        (TypeKind::Unknown, _) => y.clone(),
        (_, TypeKind::Unknown) if x.is_untyped() => Type::unknown(),
        _ if x.is_untyped() => y.clone(),
        _ => x.clone(),
    }
}

fn literal_kind(lit: BasicLit) -> Basic {
    match lit.kind {
        Token::Int => Basic::UntypedInt,
        Token::Float => Basic::UntypedFloat,
        Token::Imag => Basic::UntypedComplex,
        Token::Char => Basic::UntypedRune,
        _ => Basic::UntypedString,
    }
}
