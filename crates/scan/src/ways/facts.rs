//! Conditions that are tested more than once, or of which the value is set at hand: `if locked { … }` twice means
//! the same way twice.

use plumb_gosource::flow::{Condition, FunctionId, Graph, StepId};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, SpecKind, StmtKind, Token};
use rustc_hash::FxHashMap;

use crate::code::Code;

/// How many conditions are followed at once: each may double the work.
const MAX_CONDITIONS: usize = 8;

/// What is known of the conditions: two bits each, `is true` and `is false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Facts(u16);

impl Facts {
    fn with(self, condition: usize, is: Option<bool>) -> Self {
        let cleared = self.0 & !(0b11 << (2 * condition));
        let bits = is.map_or(0, |is| if is { 0b01 } else { 0b10 });
        Self(cleared | bits << (2 * condition))
    }

    fn get(self, condition: usize) -> Option<bool> {
        match self.0 >> (2 * condition) & 0b11 {
            0b01 => Some(true),
            0b10 => Some(false),
            _ => None,
        }
    }
}

/// A condition in a form in which equal ones have equal texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Form<'a> {
    variable: IdentId,
    text: &'a str,
    /// What it is compared with; empty if it is a truth value.
    with: &'a str,
    /// The variable of that, if it is one, or a field of one.
    other: Option<IdentId>,
}

/// The conditions of a function that are followed.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// By condition, which it is, and whether it is its negation.
    leaves: FxHashMap<ExprId, (usize, bool)>,
    /// What steps set conditions to; `None` if that is not known.
    sets: FxHashMap<StepId, Vec<(usize, Option<bool>)>>,
}

/// An assignment to a variable, or to what it leads to.
struct Setting<'a> {
    step: StepId,
    /// What is assigned to, if that is a variable or a field: `x`, `x.y`.
    path: Option<&'a str>,
    /// The truth value, if it stands there.
    value: Option<bool>,
}

impl Followed {
    pub(super) fn new(code: &Code<'_>, function: FunctionId, graph: &Graph) -> Self {
        let mut groups: FxHashMap<Form<'_>, Vec<(ExprId, bool)>> = FxHashMap::default();
        for expr in conditions(graph) {
            if let Some((form, negated)) = form(code, expr) {
                groups.entry(form).or_default().push((expr, negated));
            }
        }
        if groups.is_empty() {
            return Self::default();
        }
        let settings = settings(code, function, graph);
        let mut groups: Vec<_> = groups
            .into_iter()
            .filter_map(|(form, leaves)| {
                let set_of = |variable, text| match settings.get(&variable) {
                    Some(set) => Some(settings_of(set.as_deref()?, text)),
                    None => Some(Vec::new()),
                };
                let plain = form.with.is_empty() && !form.text.contains('.');
                let set = set_of(form.variable, form.text)?.into_iter();
                let mut set: Vec<_> =
                    set.map(|(step, value)| (step, value.filter(|_| plain))).collect();
                if let Some(other) = form.other {
                    set.extend(set_of(other, form.with)?.into_iter().map(|(step, _)| (step, None)));
                }
                let says = leaves.len() > 1 || set.iter().any(|(_, value)| value.is_some());
                says.then_some((form, leaves, set))
            })
            .collect();
        // Those that change least say most.
        groups.sort_by_key(|(form, _, set)| (set.len(), *form));
        let mut followed = Self::default();
        for (i, (_, leaves, set)) in groups.into_iter().take(MAX_CONDITIONS).enumerate() {
            followed.leaves.extend(leaves.into_iter().map(|(expr, negated)| (expr, (i, negated))));
            for (step, value) in set {
                followed.sets.entry(step).or_default().push((i, value));
            }
        }
        followed
    }

    /// What is known behind an edge; `None` if it cannot be taken.
    pub(super) fn after(&self, edge: Condition, facts: Facts) -> Option<Facts> {
        let Condition::Expr { expr, is } = edge else { return Some(facts) };
        let Some((condition, negated)) = self.leaves.get(&expr) else { return Some(facts) };
        let is = is != *negated;
        match facts.get(*condition) {
            Some(known) if known != is => None,
            _ => Some(facts.with(*condition, Some(is))),
        }
    }

    /// What is known after a step.
    pub(super) fn set_by(&self, step: StepId, facts: Facts) -> Facts {
        let sets = self.sets.get(&step).into_iter().flatten();
        sets.fold(facts, |facts, (condition, value)| facts.with(*condition, *value))
    }
}

fn conditions(graph: &Graph) -> impl Iterator<Item = ExprId> + '_ {
    let edges = graph.blocks().flat_map(|block| graph.edges(block));
    edges.filter_map(|edge| match edge.when {
        Condition::Expr { expr, is: true } => Some(expr),
        _ => None,
    })
}

/// What sets a path of a variable.
fn settings_of(settings: &[Setting<'_>], text: &str) -> Vec<(StepId, Option<bool>)> {
    let set = settings.iter().filter(|s| s.path.is_none_or(|path| leads_to(path, text)));
    set.map(|s| (s.step, s.value)).collect()
}

/// Reads `x`, `x.y`, and their comparisons with literals, `nil` and each other; with whether it is a negation.
fn form<'a>(code: &Code<'a>, expr: ExprId) -> Option<(Form<'a>, bool)> {
    let file = code.file;
    let (x, with, negated) = match file[expr].kind {
        ExprKind::BinaryExpr(both) if matches!(both.op, Token::Eql | Token::Neq) => {
            (both.x, Some(both.y), both.op == Token::Neq)
        }
        _ => (expr, None, false),
    };
    let other = match with {
        Some(y) if !is_literal(code, y) => Some(variable(code, y)?),
        _ => None,
    };
    let with = with.map_or("", |y| file.text(file[y].span));
    let form = Form { variable: variable(code, x)?, text: file.text(file[x].span), with, other };
    Some((form, negated))
}

fn is_literal(code: &Code<'_>, expr: ExprId) -> bool {
    matches!(code.file[expr].kind, ExprKind::BasicLit(_)) || code.is_predeclared(expr, "nil")
}

/// The variable of `x`, `x.y`.
fn variable(code: &Code<'_>, expr: ExprId) -> Option<IdentId> {
    let mut root = expr;
    while let ExprKind::SelectorExpr(selector) = code.file[root].kind {
        root = selector.x;
    }
    let ExprKind::Ident(_) = code.file[root].kind else { return None };
    code.root(root)
}

/// Whether a path is the beginning of another one, or all of it.
fn leads_to(path: &str, to: &str) -> bool {
    to.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The text of a variable or field.
fn path<'a>(code: &Code<'a>, expr: ExprId) -> Option<&'a str> {
    let mut root = expr;
    while let ExprKind::SelectorExpr(selector) = code.file[root].kind {
        root = selector.x;
    }
    let is_ident = matches!(code.file[root].kind, ExprKind::Ident(_));
    is_ident.then(|| code.file.text(code.file[expr].span))
}

/// Where the variables of a function are set; `None` for those that may be set unseen, by pointers and literals.
fn settings<'a>(
    code: &Code<'a>,
    function: FunctionId,
    graph: &Graph,
) -> FxHashMap<IdentId, Option<Vec<Setting<'a>>>> {
    let file = code.file;
    let mut settings: FxHashMap<IdentId, Option<Vec<Setting<'a>>>> = FxHashMap::default();
    let mut set = |at: ExprId, value: Option<bool>| {
        let Some(variable) = code.root(at) else { return };
        let offset = file[at].span.start;
        let here = code.scope.function_at(offset) == Some(function);
        let slot = settings.entry(variable).or_insert_with(|| Some(Vec::new()));
        match (here, graph.step_at(offset), &mut *slot) {
            (true, Some(step), Some(list)) => {
                list.push(Setting { step, path: path(code, at), value });
            }
            _ => *slot = None,
        }
    };
    let mut pointed = Vec::new();
    let mut declared = Vec::new();
    for visit in file.walk(Node::Stmt(code.scope[function].body)) {
        match visit.node {
            Node::Stmt(stmt) => match file[stmt].kind {
                StmtKind::AssignStmt(assign) => {
                    for (i, to) in file[assign.lhs].iter().enumerate() {
                        let value = file[assign.rhs].get(i);
                        set(*to, value.and_then(|value| truth(code, *value)));
                    }
                }
                StmtKind::IncDecStmt(change) => set(change.x, None),
                StmtKind::RangeStmt(range) => {
                    range.key.into_iter().chain(range.value).for_each(|to| set(to, None));
                }
                _ => {}
            },
            Node::Spec(spec) => {
                if let SpecKind::ValueSpec(spec) = file[spec].kind {
                    declared.extend(file[spec.names].iter().enumerate().map(|(i, name)| {
                        let value = file[spec.values].get(i);
                        let none = spec.values.is_empty().then_some(false);
                        (*name, value.map_or(none, |value| truth(code, *value)))
                    }));
                }
            }
            Node::Expr(expr) => {
                if let ExprKind::UnaryExpr(unary) = file[expr].kind
                    && unary.op == Token::And
                    && let ExprKind::Ident(_) = file[file.unparen(unary.x)].kind
                {
                    pointed.extend(code.root(unary.x));
                }
            }
            _ => {}
        }
    }
    for (name, value) in declared {
        let slot = settings.entry(name).or_insert_with(|| Some(Vec::new()));
        if let (Some(list), Some(step)) = (slot, graph.step_at(file[name].span.start)) {
            list.push(Setting { step, path: None, value });
        }
    }
    settings.extend(pointed.into_iter().map(|variable| (variable, None)));
    settings
}

fn truth(code: &Code<'_>, value: ExprId) -> Option<bool> {
    let is = |name| code.is_predeclared(value, name);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}
