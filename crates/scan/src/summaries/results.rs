//! What one function gives back, as far as it follows from the variables of that function.

use std::cell::RefCell;

use plumb_evidence::catalogue::{Acquired, LibraryObject, Release, ResourceKind};
use plumb_gosource::flow::FunctionId;
use plumb_gosource::{
    CompositeLit, ExprId, ExprKind, FuncDecl, IdentId, Node, StmtId, StmtKind, Token,
};

use super::collect::Reading;
use super::facts::{Key, ResultFacts, Source, Wrapper};
use super::{holding, values};
use crate::knowledge::is_harmless;

/// Types of results that nobody has to release.
const PLAIN: [&str; 21] = [
    "bool",
    "string",
    "error",
    "byte",
    "rune",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintptr",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "any",
];

/// How deep values may be nested that are looked at: variables that get each other's value, literals in literals.
const MOST_DEPTH: usize = 8;

/// A function of which the results are looked at.
pub(super) struct Giving<'r, 'c, 'p> {
    pub(super) reading: &'r Reading<'c, 'p>,
    pub(super) function: FunctionId,
    /// The returns of the function itself.
    pub(super) returns: Vec<StmtId>,
    /// Named results.
    pub(super) named: Vec<Option<IdentId>>,
    /// Variables that are being looked at.
    pub(super) busy: RefCell<Vec<IdentId>>,
}

/// What the results of a function may be; empty if none has to be released.
pub(super) fn of(
    reading: &Reading<'_, '_>,
    function: FunctionId,
    decl: &FuncDecl,
) -> Vec<ResultFacts> {
    let file = reading.code.file;
    let Some(results) = file[decl.ty].results else { return Vec::new() };
    let mut plain = Vec::new();
    for field in &file[file[results].list] {
        let name = match file[file.unparen(file[*field].ty)].kind {
            ExprKind::Ident(name) => file.name(name),
            _ => "",
        };
        let count = file[file[*field].names].len().max(1);
        plain.extend(std::iter::repeat_n(PLAIN.contains(&name), count));
    }
    if plain.iter().all(|plain| *plain) {
        return Vec::new();
    }
    let giving = Giving {
        reading,
        function,
        returns: returns(reading, function),
        named: reading.parameters(results),
        busy: RefCell::default(),
    };
    let count = plain.len();
    let of_result = |(i, plain): (usize, bool)| match plain {
        true => ResultFacts::default(),
        false => giving.result(i, count).unwrap_or_default(),
    };
    let facts: Vec<ResultFacts> = plain.into_iter().enumerate().map(of_result).collect();
    if facts.iter().all(|facts| facts.sources.is_empty()) { Vec::new() } else { facts }
}

/// The returns of a function, without those of literals in it.
fn returns(reading: &Reading<'_, '_>, function: FunctionId) -> Vec<StmtId> {
    let code = reading.code;
    let mut returns = Vec::new();
    let mut walk = code.file.walk(Node::Stmt(code.scope[function].body));
    while let Some(visit) = walk.next() {
        match visit.node {
            // No statement of the function itself stands in an expression.
            Node::Expr(_) => walk.skip_children(),
            Node::Stmt(stmt) if matches!(code.file[stmt].kind, StmtKind::ReturnStmt(_)) => {
                returns.push(stmt);
            }
            _ => {}
        }
    }
    returns
}

impl ResultFacts {
    pub(super) fn one(source: Source) -> Self {
        Self { sources: vec![source], passes: Vec::new() }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.sources.extend(other.sources);
        self.passes.extend(other.passes);
    }

    /// Whether it may be a struct that holds nothing yet.
    fn is_hollow(&self) -> bool {
        self.sources.iter().any(|source| match source {
            Source::Wraps(wrapper) => wrapper.fields.is_empty() && !wrapper.opens_later,
            _ => false,
        })
    }

    fn is_nothing(&self) -> bool {
        self.sources.iter().all(|source| matches!(source, Source::Nothing))
    }
}

impl Giving<'_, '_, '_> {
    /// What a result may be; `None` if that is not known, or nothing that has to be released.
    fn result(&self, index: usize, count: usize) -> Option<ResultFacts> {
        let file = self.reading.code.file;
        let mut facts = ResultFacts::default();
        for stmt in &self.returns {
            let StmtKind::ReturnStmt(list) = file[*stmt].kind else { continue };
            facts.join(match &file[list] {
                [] => self.variable(self.named.get(index).copied().flatten()?)?,
                [only] if count > 1 => self.call(file.unparen(*only), index)?,
                results => self.expr(*results.get(index)?)?,
            });
        }
        (!facts.is_nothing()).then_some(facts)
    }

    /// What an expression may be; `None` if that is not known.
    pub(super) fn expr(&self, expr: ExprId) -> Option<ResultFacts> {
        let file = self.reading.code.file;
        let expr = file.unparen(expr);
        match file[expr].kind {
            ExprKind::Ident(_) if values::is_nil(self.reading.code, expr) => {
                Some(ResultFacts::one(Source::Nothing))
            }
            ExprKind::Ident(_) => self.variable(values::variable(self.reading.code, expr)?),
            ExprKind::CallExpr(_) => self.call(expr, 0),
            ExprKind::CompositeLit(lit) => self.literal(expr, &lit),
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => {
                let operand = file.unparen(unary.x);
                match file[operand].kind {
                    ExprKind::CompositeLit(lit) => self.literal(operand, &lit),
                    ExprKind::Ident(_) => self.expr(operand),
                    _ => None,
                }
            }
            ExprKind::TypeAssertExpr(assertion) => self.expr(assertion.x),
            ExprKind::SelectorExpr(selector) => self.part(selector.x, file.name(selector.sel)),
            _ => None,
        }
    }

    /// A result of a call.
    pub(super) fn call(&self, call: ExprId, result: usize) -> Option<ResultFacts> {
        let code = self.reading.code;
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
        if code.types.type_expr(code.file.unparen(parts.fun)).is_some() {
            return None;
        }
        let key = code.callee(call)?;
        let acquired = code.acquired_by(&key);
        let is_it = |(_, what): &&(_, Acquired)| *what == Acquired::Result(result as u8);
        if let Some((object, _)) = acquired.iter().find(is_it) {
            let given = !is_harmless(object) && object.source.kind != ResourceKind::PoolItem;
            return given.then(|| ResultFacts::one(Source::Fresh(Some(object))));
        }
        let ours = acquired.is_empty() && self.reading.is_ours(key.path);
        ours.then(|| ResultFacts::one(Source::Call(Key::of(&key), result)))
    }

    /// A variable of the function, with all that it ever holds.
    fn variable(&self, variable: IdentId) -> Option<ResultFacts> {
        holding::variable(self, variable, None, "")
    }

    /// A part of a variable by which what it holds is released: the body of a response.
    fn part(&self, of: ExprId, part: &str) -> Option<ResultFacts> {
        let code = self.reading.code;
        let variable = values::local(code, self.function, of)?;
        let mut facts = holding::variable(self, variable, None, part)?;
        for source in &mut facts.sources {
            match source {
                Source::Nothing => {}
                Source::Fresh(Some(object)) if is_released_by(object, part) => {
                    *source = Source::Fresh(None);
                }
                _ => return None,
            }
        }
        Some(facts)
    }

    /// A literal of a struct that has to be released because of what is in it.
    fn literal(&self, expr: ExprId, lit: &CompositeLit) -> Option<ResultFacts> {
        let code = self.reading.code;
        let ty = code.types.of(expr)?;
        let named = ty.named()?;
        if !self.reading.is_ours(&named.path) || self.busy.borrow().len() > MOST_DEPTH {
            return None;
        }
        let mut fields = Vec::new();
        let (mut passes, mut set) = (Vec::new(), Vec::new());
        for element in &code.file[lit.elts] {
            let ExprKind::KeyValueExpr(element) = code.file[*element].kind else { continue };
            let ExprKind::Ident(field) = code.file[element.key].kind else { continue };
            let field = code.file.name(field);
            let facts = self.element(expr, element.value).filter(|facts| !facts.is_hollow());
            let Some(facts) = facts else {
                set.extend((!values::is_nil(code, element.value)).then(|| field.to_owned()));
                continue;
            };
            fields.extend(facts.sources.into_iter().map(|source| (field.to_owned(), source)));
            passes.extend(facts.passes);
        }
        fields.retain(|(_, source)| !matches!(source, Source::Nothing));
        if !values::is_released(code, ty) {
            return None;
        }
        let opens_later = !fields.is_empty() || is_stream(&named.name);
        let (path, name) = (named.path.clone(), named.name.clone());
        let wrapper = Wrapper { path, name, fields, set, opens_later };
        Some(ResultFacts { sources: vec![Source::Wraps(wrapper)], passes })
    }

    /// What a field may be that gets a value after the literal of its struct: something that the function makes there.
    pub(super) fn set(&self, value: ExprId) -> Option<ResultFacts> {
        let value = self.reading.code.file.unparen(value);
        let facts = match self.reading.code.file[value].kind {
            ExprKind::CallExpr(_) => self.call(value, 0),
            ExprKind::CompositeLit(_) | ExprKind::UnaryExpr(_) => self.expr(value),
            _ => None,
        };
        facts.filter(|facts| !facts.is_hollow())
    }

    /// What an element of a literal may be.
    fn element(&self, literal: ExprId, value: ExprId) -> Option<ResultFacts> {
        let code = self.reading.code;
        let value = code.file.unparen(value);
        match code.file[value].kind {
            ExprKind::Ident(_) => {
                let variable = values::local(code, self.function, value)?;
                holding::variable(self, variable, Some(literal), "")
            }
            ExprKind::CallExpr(_) => self.call(value, 0),
            ExprKind::CompositeLit(_) | ExprKind::UnaryExpr(_) => self.expr(value),
            _ => None,
        }
    }
}

/// Whether values of a type read or write, by its name: they may open what they read from at the first read.
fn is_stream(name: &str) -> bool {
    ["Reader", "Writer", "Closer", "Stream", "Iterator"].iter().any(|end| name.ends_with(end))
}

/// Whether a call of a method of a part releases an object.
fn is_released_by(object: &LibraryObject, part: &str) -> bool {
    object.source.releases.iter().any(|release| match release {
        Release::Method(path) => path.split_once('.').is_some_and(|(field, _)| field == part),
        _ => false,
    })
}
