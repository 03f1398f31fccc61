//! Reads what a file does with maps.

use std::cell::RefCell;
use std::sync::Arc;

use plumb_gosource::{
    Basic, CallExpr, DeclKind, ExprId, ExprKind, FuncTypeId, IdentId, Kind, Lookup, MemberKind,
    Node, Referent, SelectorExpr, Span, StmtKind, Token, Type, TypeKind,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::definitions::{Definition, Definitions};
use super::keys::Key;
use super::{FileMaps, MapId, Site};
use crate::code::Code;

/// Through how many variables a map is followed. Nobody writes as many.
const MAX_ALIASES: usize = 4;

/// A declared type: import path and name.
type Declared = (Arc<str>, Arc<str>);

/// A file that is read.
pub(super) struct Reader<'c, 'p> {
    pub(super) code: &'c Code<'p>,
    pub(super) definitions: Definitions,
    /// Declared functions by their signatures.
    pub(super) declared: FxHashMap<FuncTypeId, Arc<str>>,
    /// What is counted up in which function.
    counted_up: FxHashSet<(&'c str, &'c str)>,
    path: Arc<str>,
    /// By the address of a declared type, whether it is a map.
    maps: RefCell<FxHashMap<usize, bool>>,
}

impl FileMaps {
    /// Reads a file.
    pub(crate) fn read(code: &Code<'_>) -> Self {
        let mut facts = Self::default();
        facts.packages.insert(code.package.path.clone());
        let reader = Reader::new(code);
        let kinds =
            [Kind::Ident, Kind::SelectorExpr, Kind::CallExpr, Kind::CompositeLit, Kind::IncDecStmt];
        for node in code.file.find(Node::File, kinds) {
            match node {
                Node::Expr(expr) => reader.expression(expr, &mut facts),
                Node::Stmt(stmt) => {
                    if let StmtKind::IncDecStmt(change) = code.file[stmt].kind {
                        reader.count(change.x, change.tok == Token::Inc, &mut facts);
                    }
                }
                _ => {}
            }
        }
        facts
    }
}

impl<'c, 'p> Reader<'c, 'p> {
    fn new(code: &'c Code<'p>) -> Self {
        let mut reader = Self {
            code,
            definitions: Definitions::new(code),
            declared: FxHashMap::default(),
            counted_up: FxHashSet::default(),
            path: code.path.into(),
            maps: RefCell::default(),
        };
        for function in code.scope.functions() {
            let Node::Decl(decl) = code.scope[function].node else { continue };
            let DeclKind::FuncDecl(decl) = code.file[decl].kind else { continue };
            let name = code.file.name(decl.name);
            let name = match decl.recv.and_then(|recv| code.receiver(recv)) {
                Some((receiver, _)) => qualified(&code.package.path, Some(receiver), name),
                None => qualified(&code.package.path, None, name),
            };
            reader.declared.insert(code.scope[function].ty, name);
        }
        for stmt in code.statements_of([Kind::IncDecStmt, Kind::AssignStmt]) {
            let up = match code.file[stmt].kind {
                StmtKind::IncDecStmt(change) if change.tok == Token::Inc => change.x,
                StmtKind::AssignStmt(assign) if assign.tok == Token::AddAssign => {
                    match code.file[assign.lhs].first() {
                        Some(up) => *up,
                        None => continue,
                    }
                }
                _ => continue,
            };
            let function = reader.function(code.file[up].span);
            reader.counted_up.insert((function, code.text(up)));
        }
        reader
    }

    /// Where a range of the file is.
    pub(super) fn site(&self, span: Span) -> Site {
        Site { file: self.path.clone(), span, function: self.function(span).into() }
    }

    /// The name of the declared function in which a range of the file stands; empty outside of functions.
    fn function(&self, span: Span) -> &'c str {
        let function = self.code.declared_at(span.start);
        let name = function.and_then(|function| match self.code.scope[function].node {
            Node::Decl(decl) => match self.code.file[decl].kind {
                DeclKind::FuncDecl(decl) => Some(self.code.file.name(decl.name)),
                _ => None,
            },
            _ => None,
        });
        name.unwrap_or_default()
    }

    /// Whether the function in which an expression stands counts it up.
    pub(super) fn counts_up(&self, expr: ExprId) -> bool {
        if self.counted_up.is_empty() {
            return false;
        }
        let function = self.function(self.code.file[expr].span);
        self.counted_up.contains(&(function, self.code.text(expr)))
    }

    /// The map that an expression is, if a field or package variable holds it.
    pub(super) fn map(&self, expr: ExprId) -> Option<MapId> {
        self.is_map(expr).then(|| self.held(expr, MAX_ALIASES)).flatten()
    }

    pub(super) fn is_map(&self, expr: ExprId) -> bool {
        let Some(ty) = self.code.types.of(self.code.file.unparen(expr)) else { return false };
        let ty = ty.pointee_or_self();
        match ty.kind() {
            TypeKind::Map(..) => true,
            TypeKind::Named(named) if !named.path.is_empty() => {
                let is_map = || ty.is_named("sync", "Map") || self.code.program.is_map(ty);
                *self.maps.borrow_mut().entry(ty.address()).or_insert_with(is_map)
            }
            _ => false,
        }
    }

    /// The field or package variable that an expression is.
    fn held(&self, expr: ExprId, aliases: usize) -> Option<MapId> {
        let code = self.code;
        let expr = code.file.unparen(expr);
        match code.file[expr].kind {
            ExprKind::Ident(ident) => self.held_by_name(ident, aliases),
            ExprKind::SelectorExpr(selector) => {
                let name = code.file.name(selector.sel);
                if let Some(path) = code.imported(selector.x) {
                    return Some(self.variable(path, name));
                }
                let (_, holder) = self.field(&selector)?;
                match holder {
                    Some((path, owner)) => {
                        Some(MapId { path, owner, member: name.into(), is_variable: false })
                    }
                    None => {
                        let mut holder = self.held(selector.x, aliases)?;
                        holder.member.push('.');
                        holder.member.push_str(name);
                        Some(holder)
                    }
                }
            }
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => self.held(unary.x, aliases),
            _ => None,
        }
    }

    fn held_by_name(&self, ident: IdentId, aliases: usize) -> Option<MapId> {
        let code = self.code;
        let name = code.file.name(ident);
        let Some(Referent::Declared(declared)) = code.names.referent(ident) else {
            let value = code.package.value(code.program, name).filter(|value| !value.is_const);
            return value.map(|_| self.variable(&code.package.path, name));
        };
        if code.names.declaration(declared).is_some_and(|declaration| declaration.top_level) {
            return Some(self.variable(&code.package.path, name));
        }
        match self.definitions.of(declared) {
            Some(Definition::Value(value)) => self.held(value, aliases.checked_sub(1)?),
            _ => None,
        }
    }

    fn variable(&self, path: &str, name: &str) -> MapId {
        MapId { path: path.into(), owner: name.into(), member: String::new(), is_variable: true }
    }

    /// The type that declares the field that is selected: how it is called, and if it is a declared one, its package
    /// and name.
    pub(super) fn field(&self, selector: &SelectorExpr) -> Option<(String, Option<Declared>)> {
        let code = self.code;
        let ty = code.types.of(selector.x)?;
        let name = code.file.name(selector.sel);
        let Lookup::Found(member) = code.program.member(ty, name, &code.package.path) else {
            return None;
        };
        if member.kind != MemberKind::Field {
            return None;
        }
        let owner = member.owner.named().map(|named| (named.path.clone(), named.name.clone()));
        Some((member.owner.to_string(), owner))
    }

    fn expression(&self, expr: ExprId, facts: &mut FileMaps) {
        match self.code.file[expr].kind {
            ExprKind::Ident(_) | ExprKind::SelectorExpr(_) => match self.is_map(expr) {
                true => {
                    if let Some(map) = self.map(expr) {
                        self.mention(expr, &map, facts);
                    }
                }
                false => self.unresolved(expr, facts),
            },
            ExprKind::CallExpr(call) => self.call(expr, &call, facts),
            ExprKind::CompositeLit(_) => self.literal(expr, facts),
            _ => {}
        }
    }

    /// Notes what functions of the package are given, counters with methods, and values made with `new`.
    fn call(&self, expr: ExprId, call: &CallExpr, facts: &mut FileMaps) {
        let code = self.code;
        if code.types.builtin(call.fun) == Some("new") {
            self.literal(expr, facts);
        }
        if let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(call.fun)].kind {
            match code.file.name(selector.sel) {
                "Inc" => self.count(selector.x, true, facts),
                "Dec" => self.count(selector.x, false, facts),
                _ => {}
            }
        }
        let Some(callee) = code.callee(expr) else { return };
        if callee.path != &*code.package.path {
            return;
        }
        for (index, argument) in code.file[call.args].iter().enumerate() {
            // Only texts are made of parts.
            let is_other = |ty: &Type| {
                !matches!(
                    ty.kind(),
                    TypeKind::Basic(Basic::String) | TypeKind::Named(_) | TypeKind::Param(_)
                )
            };
            if code.types.of(*argument).is_some_and(is_other) {
                continue;
            }
            let is_plain = match self.key(*argument) {
                Key::Unknown | Key::Joined(_) | Key::Of(_) => false,
                Key::Call { is_ours, .. } => !is_ours,
                _ => true,
            };
            if !is_plain {
                let name = qualified(callee.path, callee.receiver, callee.name);
                facts.composed.insert((name, index));
            }
        }
    }

    /// A value of a struct: what its maps are, and whether the function keeps it for itself.
    fn literal(&self, expr: ExprId, facts: &mut FileMaps) {
        let code = self.code;
        let Some(named) = code.types.of(expr).and_then(Type::named) else { return };
        if let ExprKind::CompositeLit(literal) = code.file[expr].kind {
            for element in &code.file[literal.elts] {
                let ExprKind::KeyValueExpr(pair) = code.file[*element].kind else { continue };
                let ExprKind::Ident(name) = code.file[pair.key].kind else { continue };
                if self.is_map(pair.value) && !self.is_new_map(pair.value) {
                    let map = MapId {
                        path: named.path.clone(),
                        owner: named.name.clone(),
                        member: code.file.name(name).into(),
                        is_variable: false,
                    };
                    facts.maps.entry(map).or_default().escapes = true;
                }
            }
        }
        if super::lasting::stays_in_function(self, expr) {
            facts.short_lived.insert((named.path.clone(), named.name.clone()));
        }
    }

    /// A counter that goes up or down.
    fn count(&self, counter: ExprId, up: bool, facts: &mut FileMaps) {
        let is_plain = matches!(
            self.code.file[self.code.file.unparen(counter)].kind,
            ExprKind::Ident(_) | ExprKind::SelectorExpr(_)
        );
        let Some(id) = is_plain.then(|| self.held(counter, 0)).flatten() else { return };
        let at = self.site(self.code.file[counter].span);
        let counter = facts.counters.entry(id).or_default();
        match up {
            true => {
                counter.ups.insert(at.function);
            }
            false => counter.downs.push(at),
        }
    }
}

/// How a function is called among all packages.
fn qualified(path: &str, receiver: Option<&str>, name: &str) -> Arc<str> {
    match receiver {
        Some(receiver) => format!("{path}.{receiver}.{name}").into(),
        None => format!("{path}.{name}").into(),
    }
}
