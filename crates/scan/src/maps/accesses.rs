//! What is done with a map where it stands.

use plumb_gosource::{
    AssignStmt, CallExpr, ExprId, ExprKind, Node, Referent, SelectorExpr, SpecKind, StmtKind,
    Token, Type, TypeKind,
};

use super::definitions::Definition;
use super::keys::Key;
use super::lasting::{ends_something, is_made_at_start};
use super::reading::Reader;
use super::{Access, FileMaps, Insert, MapId, Use, Uses};

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

impl Reader<'_, '_> {
    /// The name of a field of something unknown, if entries may be taken out of it where it stands.
    pub(super) fn unresolved(&self, expr: ExprId, facts: &mut FileMaps) {
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
    pub(super) fn mention(&self, mut expr: ExprId, map: &MapId, facts: &mut FileMaps) {
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
                StmtKind::IncDecStmt(change) if change.tok == Token::Dec => {
                    uses.downs.push(Access { at, text, key: self.key(key) });
                    return;
                }
                StmtKind::IncDecStmt(_) => {
                    uses.inserts.push(Insert { at, text, key: self.key(key), is_made: false });
                    return;
                }
                _ => {}
            }
        }
        let ended_by = self.ended_by(element);
        uses.lookups.push(Use { at, text, key: self.key(key), ended_by });
    }

    pub(super) fn is_nil(&self, expr: ExprId) -> bool {
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
            // With arguments it takes something out of the entry, which is a set of its own.
            let is_call = matches!(code.file[call].kind, ExprKind::CallExpr(parts)
                if parts.fun == above && code.file[parts.args].iter().all(|arg| self.is_context(*arg)));
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

    fn is_context(&self, expr: ExprId) -> bool {
        self.code.types.of(expr).is_some_and(|ty| ty.is_named("context", "Context"))
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
                let value = arguments.get(1).copied();
                let is_made = value.is_some_and(|value| self.is_made(value));
                uses.has_locks |= value.and_then(|v| code.types.of(v)).is_some_and(is_lock);
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
    pub(super) fn is_new_map(&self, value: ExprId) -> bool {
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
}

/// Whether a type is a lock, or a pointer to one.
pub(super) fn is_lock(ty: &Type) -> bool {
    let ty = ty.pointee_or_self();
    ty.is_named("sync", "Mutex") || ty.is_named("sync", "RWMutex")
}
