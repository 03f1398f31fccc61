//! Results of functions that are always nil, or never: the error of a function that cannot fail, a channel that is made
//! on the spot. What asks for the other has a branch that no run takes.

use std::hash::{Hash, Hasher};

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{
    DeclKind, ExprId, ExprKind, FuncDecl, Kind, Node, StmtId, StmtKind, Token, Type,
};
use rustc_hash::{FxHashMap, FxHasher};

use crate::code::Code;
use crate::functions::FunctionKey;
use crate::goroutines::{self, only_value};

/// What is sure of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sure {
    /// It is nil, and it is an error.
    Nil,
    /// It is not nil.
    Value,
    /// It is nil if an argument has one of these types: a type switch takes all others to its `default`.
    NilFor { parameter: usize, types: Vec<Type> },
}

/// A function, as it is compared.
type Key = u64;

/// What one file adds: of each function with results, what is sure of which of them.
#[derive(Debug, Default)]
pub(crate) struct FileSure(Vec<(Key, Vec<(usize, Sure)>)>);

/// The functions of which something is sure.
#[derive(Debug, Default)]
pub(crate) struct SureResults(FxHashMap<Key, Vec<(usize, Sure)>>);

impl FileSure {
    /// Reads a file.
    pub(crate) fn read(code: &Code<'_>) -> Self {
        let mut returns = returns(code);
        let functions = code.scope.functions().filter_map(|function| {
            let Node::Decl(decl) = code.scope[function].node else { return None };
            let DeclKind::FuncDecl(decl) = code.file[decl].kind else { return None };
            let receiver = match decl.recv {
                Some(recv) => code.receiver(recv)?.0,
                None => "",
            };
            let all = results(code, &decl)?;
            let sure = Results { code, decl, returns: returns.remove(&function)? }.sure(&all);
            Some((key(&code.package.path, receiver, code.file.name(decl.name)), sure))
        });
        Self(functions.collect())
    }
}

impl SureResults {
    /// Puts files together, in any order. Of a function with a body for each platform that is sure which all of them
    /// say.
    pub(crate) fn join(files: impl IntoIterator<Item = FileSure>) -> Self {
        let mut all: FxHashMap<Key, Vec<(usize, Sure)>> = FxHashMap::default();
        for (key, sure) in files.into_iter().flat_map(|file| file.0) {
            match all.get_mut(&key) {
                Some(known) => known.retain(|one| sure.contains(one)),
                None => drop(all.insert(key, sure)),
            }
        }
        all.retain(|_, sure| !sure.is_empty());
        Self(all)
    }

    /// Whether a result of a call is always nil (`true`), or never (`false`).
    pub(crate) fn is_nil(&self, code: &Code<'_>, call: ExprId, result: usize) -> Option<bool> {
        if self.0.is_empty() {
            return None;
        }
        let FunctionKey { path, receiver, name } = code.callee(call)?;
        let sure = self.0.get(&key(path, receiver.unwrap_or_default(), name))?;
        match &sure.iter().find(|(index, _)| *index == result)?.1 {
            Sure::Nil => Some(true),
            Sure::Value => Some(false),
            Sure::NilFor { parameter, types } => {
                let ty = code.types.of(*code.arguments(call).get(*parameter)?)?;
                types.contains(ty).then_some(true)
            }
        }
    }
}

/// A declared function, with its own returns.
struct Results<'r, 'c> {
    code: &'r Code<'c>,
    decl: FuncDecl,
    returns: Vec<StmtId>,
}

impl Results<'_, '_> {
    /// What is sure of the results of these types.
    fn sure(&self, types: &[ExprId]) -> Vec<(usize, Sure)> {
        let mut sure = Vec::new();
        for (index, ty) in types.iter().enumerate() {
            let is_error = self.code.is_predeclared(*ty, "error");
            if !is_error && self.is_plain(*ty) {
                continue;
            }
            if let Some(given) = self.given(index, types.len()) {
                sure.extend(self.always(is_error, &given).map(|sure| (index, sure)));
            }
        }
        sure
    }

    /// Whether a type is one of the language, which has no nil: `int`.
    fn is_plain(&self, ty: ExprId) -> bool {
        match self.code.file[ty].kind {
            ExprKind::Ident(name) => {
                self.code.names.referent(name).is_none()
                    && self.code.types.type_expr(ty).is_some_and(|ty| ty.named().is_none())
            }
            _ => false,
        }
    }

    /// What the returns give as a result; `None` if one gives all that another call gives.
    fn given(&self, index: usize, count: usize) -> Option<Vec<(StmtId, ExprId)>> {
        let of_return = |stmt: &StmtId| {
            let StmtKind::ReturnStmt(list) = self.code.file[*stmt].kind else { return None };
            let list = &self.code.file[list];
            (list.len() == count).then(|| Some((*stmt, *list.get(index)?)))?
        };
        self.returns.iter().map(of_return).collect()
    }

    fn always(&self, is_error: bool, given: &[(StmtId, ExprId)]) -> Option<Sure> {
        let code = self.code;
        let is_nil = |expr: ExprId| code.is_predeclared(expr, "nil");
        if !is_error {
            let has_nil = given.iter().any(|(_, expr)| is_nil(*expr));
            let is_made = |(_, expr): &(StmtId, ExprId)| is_made(code, *expr);
            return (!has_nil && given.iter().all(is_made)).then_some(Sure::Value);
        }
        let failing: Vec<StmtId> =
            given.iter().filter(|(_, expr)| !is_nil(*expr)).map(|(stmt, _)| *stmt).collect();
        if failing.is_empty() {
            return (!self.is_placeholder()).then_some(Sure::Nil);
        }
        self.only_for_others(&failing)
    }

    /// Whether the body is a `return` alone: it may stand for one that is to come, or that other platforms have.
    fn is_placeholder(&self) -> bool {
        let file = self.code.file;
        self.decl.body.is_some_and(|body| match file[body].kind {
            StmtKind::BlockStmt(list) => {
                matches!(file[list], [only] if matches!(file[only].kind, StmtKind::ReturnStmt(_)))
            }
            _ => true,
        })
    }

    /// Whether a function returns so only in the `default` of a type switch over a parameter.
    fn only_for_others(&self, returns: &[StmtId]) -> Option<Sure> {
        let code = self.code;
        let above = |stmt: StmtId| {
            code.scope.parents().above(Node::Stmt(stmt)).find_map(|node| match node {
                Node::Stmt(switch) => match code.file[switch].kind {
                    StmtKind::TypeSwitchStmt(parts) => Some((switch, parts)),
                    _ => None,
                },
                _ => None,
            })
        };
        let (first, switch) = above(*returns.first()?)?;
        let operand = match code.file[switch.assign].kind {
            StmtKind::AssignStmt(assign) => *code.file[assign.rhs].first()?,
            StmtKind::ExprStmt(expr) => expr,
            _ => return None,
        };
        let ExprKind::TypeAssertExpr(operand) = code.file[code.file.unparen(operand)].kind else {
            return None;
        };
        let variable = code.declared(operand.x)?;
        let parameter = (0..self.parameter_count())
            .find(|index| goroutines::parameter(code, self.decl.ty, *index) == Some(variable))?;
        let StmtKind::BlockStmt(clauses) = code.file[switch.body].kind else { return None };
        let (mut types, mut default) = (Vec::new(), None);
        for clause in &code.file[clauses] {
            let StmtKind::CaseClause(parts) = code.file[*clause].kind else { return None };
            match &code.file[parts.list] {
                [] => default = Some(code.file[*clause].span),
                list => types.extend(list.iter().filter_map(|ty| code.types.type_expr(*ty))),
            }
        }
        let default = default?;
        let is_there = |stmt: &StmtId| {
            above(*stmt).is_some_and(|(switch, _)| switch == first)
                && default.contains(code.file[*stmt].span)
        };
        let types: Vec<Type> = types.into_iter().filter(|ty| !ty.has_unknown()).cloned().collect();
        let known = returns.iter().all(is_there) && !types.is_empty();
        known.then_some(Sure::NilFor { parameter, types })
    }

    fn parameter_count(&self) -> usize {
        let fields = &self.code.file[self.code.file[self.code.file[self.decl.ty].params].list];
        fields.iter().map(|field| self.code.file[*field].names.len().max(1)).sum()
    }
}

/// The type of each result; `None` without results, and for those with names: a `defer` may set them.
fn results(code: &Code<'_>, decl: &FuncDecl) -> Option<Vec<ExprId>> {
    let results = code.file[decl.ty].results?;
    let fields = &code.file[code.file[results].list];
    let of_field = |field: &plumb_gosource::FieldId| {
        let field = code.file[*field];
        field.names.is_empty().then_some(field.ty)
    };
    fields.iter().map(of_field).collect()
}

/// By declared function, its own returns, without those of literals in it.
fn returns(code: &Code<'_>) -> FxHashMap<FunctionId, Vec<StmtId>> {
    let mut all: FxHashMap<FunctionId, Vec<StmtId>> = FxHashMap::default();
    for stmt in code.statements_of([Kind::ReturnStmt]) {
        if let Some(function) = code.scope.function_at(code.file[stmt].span.start) {
            all.entry(function).or_default().push(stmt);
        }
    }
    all
}

/// Whether an expression makes what it is, and so is not nil: `make(chan int)`, `&T{}`, a literal, or a variable that is
/// declared with one of these and gets no other value.
fn is_made(code: &Code<'_>, expr: ExprId) -> bool {
    let expr = code.file.unparen(expr);
    let defined = |value: ExprId| match code.scope.parents().of(Node::Expr(value)) {
        Some(Node::Stmt(stmt)) => {
            matches!(code.file[stmt].kind, StmtKind::AssignStmt(a) if a.tok == Token::Define)
        }
        _ => false,
    };
    is_new(code, expr)
        || code.declared(expr).is_some_and(|variable| {
            code.is_variable(variable)
                && only_value(code, variable)
                    .is_some_and(|value| defined(value) && is_new(code, value))
        })
}

fn is_new(code: &Code<'_>, expr: ExprId) -> bool {
    match code.file[code.file.unparen(expr)].kind {
        ExprKind::CompositeLit(_) | ExprKind::FuncLit(_) => true,
        ExprKind::UnaryExpr(unary) => unary.op == Token::And,
        ExprKind::CallExpr(_) => {
            ["make", "new"].iter().any(|name| code.builtin_call(expr, name).is_some())
        }
        _ => false,
    }
}

fn key(path: &str, receiver: &str, name: &str) -> Key {
    let mut hasher = FxHasher::default();
    (path, receiver, name).hash(&mut hasher);
    hasher.finish()
}
