//! Reads what a file does with maps.

use std::sync::Arc;

use plumb_gosource::{
    AssignStmt, CallExpr, DeclKind, ExprId, ExprKind, FuncTypeId, IdentId, Lookup, MemberKind,
    Node, Referent, SelectorExpr, Span, SpecKind, StmtKind, Token, Type, TypeKind,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::definitions::{Definition, Definitions};
use super::keys::Key;
use super::lasting::{ends_something, is_made_at_start};
use super::{Access, FileMaps, Insert, MapId, Site, Use, Uses};
use crate::code::Code;

/// Through how many variables a map is followed. Nobody writes as many.
const MAX_ALIASES: usize = 4;

/// Functions of the standard library that keep nothing of a map and leave it as it is. Those of packages in
/// [`READING_PACKAGES`] are such too.
const READING: [(&str, &str); 9] = [
    ("maps", "Keys"),
    ("maps", "Values"),
    ("maps", "All"),
    ("maps", "Clone"),
    ("maps", "Equal"),
    ("golang.org/x/exp/maps", "Keys"),
    ("golang.org/x/exp/maps", "Values"),
    ("golang.org/x/exp/maps", "Clone"),
    ("reflect", "DeepEqual"),
];

const READING_PACKAGES: [&str; 4] = ["fmt", "log", "encoding/json", "log/slog"];

/// A file that is read.
pub(super) struct Reader<'c, 'p> {
    pub(super) code: &'c Code<'p>,
    pub(super) definitions: Definitions,
    /// Declared functions by their signatures.
    pub(super) declared: FxHashMap<FuncTypeId, Arc<str>>,
    /// What is counted up in which function.
    counted_up: FxHashSet<(Arc<str>, &'c str)>,
    path: Arc<str>,
}

impl FileMaps {
    /// Reads a file.
    pub(crate) fn read(code: &Code<'_>) -> Self {
        let mut facts = Self::default();
        let reader = Reader::new(code);
        for visit in code.file.walk(Node::File) {
            match visit.node {
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
        for visit in code.file.walk(Node::File) {
            let Node::Stmt(stmt) = visit.node else { continue };
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
            let function = reader.site(code.file[up].span).function;
            reader.counted_up.insert((function, code.text(up)));
        }
        reader
    }

    /// Where a range of the file is.
    pub(super) fn site(&self, span: Span) -> Site {
        let function = self.code.declared_at(span.start);
        let name = function.and_then(|function| match self.code.scope[function].node {
            Node::Decl(decl) => match self.code.file[decl].kind {
                DeclKind::FuncDecl(decl) => Some(self.code.file.name(decl.name)),
                _ => None,
            },
            _ => None,
        });
        Site { file: self.path.clone(), span, function: name.unwrap_or_default().into() }
    }

    /// Whether the function in which an expression stands counts it up.
    pub(super) fn counts_up(&self, expr: ExprId) -> bool {
        let function = self.site(self.code.file[expr].span).function;
        self.counted_up.contains(&(function, self.code.text(expr)))
    }

    /// The map that an expression is, if a field or package variable holds it.
    pub(super) fn map(&self, expr: ExprId) -> Option<MapId> {
        self.is_map(expr).then(|| self.held(expr, MAX_ALIASES)).flatten()
    }

    fn is_map(&self, expr: ExprId) -> bool {
        let Some(ty) = self.code.types.of(self.code.file.unparen(expr)) else { return false };
        let ty = ty.pointee_or_self();
        match ty.kind() {
            TypeKind::Map(..) => true,
            TypeKind::Named(_) if ty.is_named("sync", "Map") => true,
            TypeKind::Named(named) if !named.path.is_empty() => {
                matches!(self.code.program.underlying(ty).kind(), TypeKind::Map(..))
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
            let value = code.package.value(name).filter(|value| !value.is_const);
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
    pub(super) fn field(
        &self,
        selector: &SelectorExpr,
    ) -> Option<(String, Option<(Arc<str>, Arc<str>)>)> {
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

    /// The name of a field of something unknown, if entries may be taken out of it where it stands.
    fn unresolved(&self, expr: ExprId, facts: &mut FileMaps) {
        let code = self.code;
        let ExprKind::SelectorExpr(selector) = code.file[expr].kind else { return };
        if code.types.of(expr).is_some() || code.types.callee(expr).is_some() {
            return;
        }
        let matters = match code.scope.parents().of(Node::Expr(expr)) {
            Some(Node::Expr(above)) => match code.file[above].kind {
                ExprKind::CallExpr(call) => call.fun != expr,
                ExprKind::SelectorExpr(_) => true,
                _ => false,
            },
            Some(Node::Stmt(above)) => matches!(code.file[above].kind, StmtKind::AssignStmt(_)),
            _ => false,
        };
        if matters {
            facts.unresolved.insert(code.file.name(selector.sel).into());
        }
    }

    /// A use of a map.
    fn mention(&self, mut expr: ExprId, map: &MapId, facts: &mut FileMaps) {
        let code = self.code;
        let parents = code.scope.parents();
        let types = self.types_of(expr);
        let mut above = parents.of(Node::Expr(expr));
        while let Some(Node::Expr(paren)) = above
            && matches!(code.file[paren].kind, ExprKind::ParenExpr(_))
        {
            expr = paren;
            above = parents.of(above.unwrap_or(Node::File));
        }
        let uses = facts.maps.entry(map.clone()).or_default();
        uses.types = uses.types.take().or(types);
        match above {
            Some(Node::Expr(above)) => self.operand(expr, above, map, uses),
            Some(Node::Stmt(above)) => match code.file[above].kind {
                StmtKind::AssignStmt(assign) => self.assigned(expr, &assign, map, uses),
                StmtKind::RangeStmt(_) | StmtKind::ExprStmt(_) | StmtKind::IncDecStmt(_) => {}
                _ => uses.escapes = true,
            },
            Some(Node::Spec(above)) => {
                let is_alias = matches!(code.file[above].kind, SpecKind::ValueSpec(_))
                    && code.scope.function_at(code.file[expr].span.start).is_some();
                uses.escapes |= !is_alias;
            }
            _ => uses.escapes = true,
        }
    }

    fn types_of(&self, expr: ExprId) -> Option<(Type, Type)> {
        let ty = self.code.types.of(expr)?;
        match self.code.program.underlying(ty).kind() {
            TypeKind::Map(key, value) => Some((key.clone(), value.clone())),
            _ => None,
        }
    }

    fn operand(&self, expr: ExprId, above: ExprId, map: &MapId, uses: &mut Uses) {
        let code = self.code;
        match code.file[above].kind {
            ExprKind::IndexExpr(index) if index.x == expr => {
                self.element(above, index.index, uses);
            }
            ExprKind::SelectorExpr(selector) if selector.x == expr => {
                self.method(above, &selector, uses);
            }
            ExprKind::CallExpr(call) => self.argument(above, &call, map, uses),
            // `m == nil`
            ExprKind::BinaryExpr(_) => {}
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => {
                // The address of a sync.Map for a variable is followed.
                uses.escapes |= !matches!(code.scope.parents().of(Node::Expr(above)),
                    Some(Node::Stmt(stmt)) if matches!(code.file[stmt].kind,
                        StmtKind::AssignStmt(assign) if assign.tok == Token::Define));
            }
            _ => uses.escapes = true,
        }
    }

    /// `m[k]`.
    fn element(&self, element: ExprId, key: ExprId, uses: &mut Uses) {
        let code = self.code;
        let (at, text) = (self.site(code.file[element].span), code.text(key).into());
        let above = code.scope.parents().of(Node::Expr(element));
        if let Some(Node::Stmt(stmt)) = above {
            match code.file[stmt].kind {
                StmtKind::AssignStmt(assign) => {
                    let places = &code.file[assign.lhs];
                    if let Some(index) = places.iter().position(|place| *place == element) {
                        let value = code.file[assign.rhs].get(index).copied();
                        if value.is_some_and(|value| self.is_nil(value)) {
                            uses.is_emptied = true;
                            return;
                        }
                        let is_made = value.is_some_and(|value| self.is_made(value));
                        if !self.holder_is_new(element) {
                            uses.inserts.push(Insert { at, text, key: self.key(key), is_made });
                        }
                        return;
                    }
                }
                StmtKind::IncDecStmt(change) if change.tok == Token::Inc => {
                    uses.inserts.push(Insert { at, text, key: self.key(key), is_made: false });
                    return;
                }
                _ => {}
            }
        }
        let ended_by = self.ended_by(element);
        uses.lookups.push(Use { at, text, key: self.key(key), ended_by });
    }

    fn is_nil(&self, expr: ExprId) -> bool {
        let file = self.code.file;
        matches!(file[file.unparen(expr)].kind, ExprKind::Ident(ident)
            if file.name(ident) == "nil" && self.code.names.referent(ident).is_none())
    }

    /// Whether a value is made where it stands, or where its variable gets it.
    fn is_made(&self, value: ExprId) -> bool {
        let file = self.code.file;
        let value = file.unparen(value);
        match file[value].kind {
            ExprKind::CompositeLit(_) => true,
            ExprKind::CallExpr(call) => {
                self.code.types.type_expr(call.fun).is_none()
                    && self.code.types.builtin(call.fun) != Some("append")
            }
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => self.is_made(unary.x),
            ExprKind::Ident(_) => match self.definitions.of_expr(self.code, value) {
                Some(Definition::Value(value)) => {
                    !matches!(file[file.unparen(value)].kind, ExprKind::Ident(_))
                        && self.is_made(value)
                }
                Some(Definition::Result(call, _)) => {
                    matches!(file[file.unparen(call)].kind, ExprKind::CallExpr(_))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// What is called on an entry, or on the variable that holds it, to end it: `w.stop` of `w := m[k]`.
    fn ended_by(&self, element: ExprId) -> Option<Box<str>> {
        let code = self.code;
        let called = |on: ExprId| {
            let Some(Node::Expr(above)) = code.scope.parents().of(Node::Expr(on)) else {
                return None;
            };
            let ExprKind::SelectorExpr(selector) = code.file[above].kind else { return None };
            let Some(Node::Expr(call)) = code.scope.parents().of(Node::Expr(above)) else {
                return None;
            };
            let name = code.file.name(selector.sel);
            let is_call =
                matches!(code.file[call].kind, ExprKind::CallExpr(parts) if parts.fun == above);
            (is_call && ends_something(name)).then(|| name.into())
        };
        if let Some(name) = called(element) {
            return Some(name);
        }
        let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(element)) else {
            return None;
        };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
        let first = *code.file[assign.lhs].first()?;
        let ExprKind::Ident(ident) = code.file[first].kind else { return None };
        let referent = code.names.referent(ident)?;
        if !matches!(referent, Referent::Declared(_)) {
            return None;
        }
        let function = code.declared_at(code.file[element].span.start)?;
        let body = Node::Stmt(code.scope[function].body);
        code.file.walk(body).find_map(|visit| {
            let Node::Expr(expr) = visit.node else { return None };
            let ExprKind::Ident(ident) = code.file[expr].kind else { return None };
            (code.names.referent(ident) == Some(referent)).then(|| called(expr)).flatten()
        })
    }

    /// A method of a `sync.Map`; what the methods of other maps do is not followed.
    fn method(&self, selected: ExprId, selector: &SelectorExpr, uses: &mut Uses) {
        let code = self.code;
        let is_sync = code
            .types
            .of(selector.x)
            .is_some_and(|ty| ty.pointee_or_self().is_named("sync", "Map"));
        let call = match code.scope.parents().of(Node::Expr(selected)) {
            Some(Node::Expr(above)) => match code.file[above].kind {
                ExprKind::CallExpr(call) if call.fun == selected => Some((above, call)),
                _ => None,
            },
            _ => None,
        };
        let (true, Some((expr, call))) = (is_sync, call) else {
            uses.escapes = true;
            return;
        };
        let at = self.site(code.file[expr].span);
        let arguments = &code.file[call.args];
        let key = arguments.first().map_or(Key::Unknown, |key| self.key(*key));
        let text = arguments.first().map(|key| code.text(*key)).unwrap_or_default().into();
        match code.file.name(selector.sel) {
            "Store" | "LoadOrStore" | "Swap" => {
                let is_made = arguments.get(1).is_some_and(|value| self.is_made(*value));
                uses.inserts.push(Insert { at, text, key, is_made });
            }
            "Delete" | "LoadAndDelete" | "CompareAndDelete" => {
                uses.deletes.push(Access { at, text, key });
            }
            "Clear" => uses.is_emptied = true,
            "Load" => {
                let ended_by = self.ended_by(expr);
                uses.lookups.push(Use { at, text, key, ended_by });
            }
            _ => {}
        }
    }

    fn argument(&self, at: ExprId, call: &CallExpr, map: &MapId, uses: &mut Uses) {
        let code = self.code;
        let arguments = &code.file[call.args];
        match code.types.builtin(call.fun) {
            Some("delete") => {
                let key = arguments.get(1).map_or(Key::Unknown, |key| self.key(*key));
                match &key {
                    Key::Of(ranged) if ranged == map => uses.is_emptied = true,
                    _ => {
                        let text = arguments.get(1).map(|key| code.text(*key)).unwrap_or_default();
                        let at = self.site(code.file[at].span);
                        uses.deletes.push(Access { at, text: text.into(), key });
                    }
                }
            }
            Some("clear") => uses.is_emptied = true,
            Some("len") => uses.is_bounded |= self.is_limited(at),
            _ => {
                let callee = code.callee(at);
                let is_reading = callee.is_some_and(|callee| {
                    callee.receiver.is_none()
                        && (READING.contains(&(callee.path, callee.name))
                            || READING_PACKAGES.contains(&callee.path)
                                && !callee.name.starts_with("Unmarshal"))
                });
                uses.escapes |= !is_reading;
            }
        }
    }

    /// Whether a length is compared with something other than 0: then somebody minds how long it gets.
    fn is_limited(&self, len: ExprId) -> bool {
        let code = self.code;
        let Some(Node::Expr(above)) = code.scope.parents().of(Node::Expr(len)) else {
            return false;
        };
        let ExprKind::BinaryExpr(binary) = code.file[above].kind else { return false };
        let compares =
            matches!(binary.op, Token::Lss | Token::Leq | Token::Gtr | Token::Geq | Token::Eql);
        let other = if binary.x == len { binary.y } else { binary.x };
        compares && !matches!(code.text(other), "0" | "1")
    }

    /// `m = x`, `x := m`.
    fn assigned(&self, expr: ExprId, assign: &AssignStmt, map: &MapId, uses: &mut Uses) {
        let code = self.code;
        let (places, values) = (&code.file[assign.lhs], &code.file[assign.rhs]);
        if let Some(index) = places.iter().position(|place| *place == expr) {
            let is_new = values.get(index).is_some_and(|value| self.is_new_map(*value));
            if assign.tok == Token::Define {
                // The name of an alias.
            } else if self.is_first(expr, map) {
                uses.escapes |= !is_new;
            } else {
                uses.is_emptied = true;
                uses.escapes |= !is_new;
            }
            return;
        }
        let index = values.iter().position(|value| *value == expr);
        let place = index.and_then(|index| places.get(index));
        let is_alias = place.is_some_and(|place| {
            matches!(self.definitions.of_expr(code, *place), Some(Definition::Value(value)) if value == expr)
        });
        uses.escapes |= !is_alias;
    }

    /// Whether a value is a map that nothing else has.
    fn is_new_map(&self, value: ExprId) -> bool {
        let file = self.code.file;
        let value = file.unparen(value);
        match file[value].kind {
            ExprKind::CompositeLit(_) => true,
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => self.is_new_map(unary.x),
            ExprKind::CallExpr(call) => {
                matches!(self.code.types.builtin(call.fun), Some("make" | "new"))
                    || self.code.callee(value).is_some_and(|callee| callee.path == "maps")
            }
            _ => self.is_nil(value),
        }
    }

    /// Whether a map that is assigned is the first one: its holder is made there, or there was none.
    fn is_first(&self, place: ExprId, map: &MapId) -> bool {
        let code = self.code;
        let site = self.site(code.file[place].span);
        if site.function.is_empty() || is_made_at_start(&site.function) {
            return true;
        }
        let guarded = code.scope.parents().above(Node::Expr(place)).any(|above| {
            let Node::Stmt(stmt) = above else { return false };
            let StmtKind::IfStmt(branch) = code.file[stmt].kind else { return false };
            code.file.walk(Node::Expr(branch.cond)).any(|visit| {
                let Node::Expr(expr) = visit.node else { return false };
                let ExprKind::BinaryExpr(binary) = code.file[expr].kind else { return false };
                binary.op == Token::Eql
                    && self.is_nil(binary.y)
                    && self.map(binary.x).as_ref() == Some(map)
            })
        });
        guarded || self.holder_is_new(place)
    }

    /// Whether the variable with which an expression begins gets a new value in the same function.
    fn holder_is_new(&self, mut expr: ExprId) -> bool {
        let code = self.code;
        loop {
            expr = match code.file[code.file.unparen(expr)].kind {
                ExprKind::SelectorExpr(selector) => selector.x,
                ExprKind::IndexExpr(index) => index.x,
                _ => break,
            };
        }
        match self.definitions.of_expr(code, expr) {
            Some(Definition::Value(value)) => self.is_made(value),
            _ => false,
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
