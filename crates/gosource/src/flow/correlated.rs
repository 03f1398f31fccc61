//! Conditions that recur: what one of them has said, the next one says too.
//!
//! A program that opens a file `if verbose` and closes it `if verbose` is right, and one that has found `err` to be nil
//! finds it so again. What equals one constant does not equal another one. Only variables of the function and their
//! fields are followed, and what sets them is seen: it makes them unknown, unless it sets a flag to `true` or `false`, or
//! what is compared with nil to nil.

use rustc_hash::FxHashMap;

use super::graph::{Condition, Graph, StepId};
use super::scope::{FunctionId, Scope};
use super::uses::{UseKind, Within};
use crate::ast::{ExprKind, SpecKind, StmtKind};
use crate::ids::{ExprId, IdentId};
use crate::names::{DeclaredAs, Referent};
use crate::token::Token;
use crate::walk::Node;

/// How many conditions that recur are followed at once: each may double the work.
const MAX_CONDITIONS: usize = 6;

/// How many are followed with those that are tested once and exclude others: as many as [`Facts`] has room for.
const MAX_WITH_EXCLUSIVE: usize = 8;

/// Names of the language that are values.
const PREDECLARED: [&str; 3] = ["false", "iota", "true"];

/// What is known of the conditions: two bits each, `is true` and `is false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Facts(u16);

impl Facts {
    fn with(self, condition: usize, is: Option<bool>) -> Self {
        let cleared = self.0 & !(0b11 << (2 * condition));
        let bits = is.map_or(0, |is| if is { 0b01 } else { 0b10 });
        Self(cleared | bits << (2 * condition))
    }

    /// What both know.
    pub(super) fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn get(self, condition: usize) -> Option<bool> {
        match self.0 >> (2 * condition) & 0b11 {
            0b01 => Some(true),
            0b10 => Some(false),
            _ => None,
        }
    }
}

/// What a condition compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum With<'a> {
    /// Nothing: it is a truth value.
    Flag,
    Nil,
    /// A literal, as it is spelled.
    Literal(&'a str),
    /// A constant of a package, or of that of the file (the name is empty then): package and name.
    Constant(&'a str, &'a str),
    /// A variable, or a field of one.
    Other(&'a str),
}

impl With<'_> {
    /// Whether nothing equals both.
    fn excludes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(other)) => one != other,
            (Self::Constant(package, one), Self::Constant(of, other)) => {
                package == of && one != other
            }
            (Self::Nil, Self::Constant(..)) | (Self::Constant(..), Self::Nil) => true,
            _ => false,
        }
    }
}

/// A variable of the function with the names of the fields that are selected from it.
struct Root<'a> {
    variable: IdentId,
    path: Vec<&'a str>,
}

/// A condition in a form in which equal ones have equal texts.
struct Leaf<'a> {
    text: &'a str,
    with: With<'a>,
    /// Whether the condition is the negation of the text.
    negated: bool,
    /// The variables that it is about: that of the text, and that with which it is compared.
    roots: Vec<Root<'a>>,
    /// The tag, of a case of a switch.
    tag: Option<ExprId>,
}

/// Conditions of the same form.
struct Group {
    /// Whether only what others say speaks of it.
    is_exclusive: bool,
    /// Whether it is set again and again.
    changes: bool,
    /// Whether nobody else can set it.
    is_steady: bool,
    /// Places of its conditions.
    leaves: Vec<usize>,
    sets: Vec<(StepId, Option<bool>)>,
}

/// The conditions of a function that recur.
#[derive(Debug, Default)]
pub(super) struct Correlated {
    /// By condition, which of those that are followed it is, and whether it is its negation.
    leaves: FxHashMap<ExprId, (usize, bool)>,
    /// By condition that is followed, those that are false if it is true.
    excluded: Vec<Vec<usize>>,
    /// What steps set conditions to; `None` if that is not known.
    sets: FxHashMap<StepId, Vec<(usize, Option<bool>)>>,
}

impl Correlated {
    pub(super) fn new(scope: &Scope<'_, '_>, function: FunctionId, graph: &Graph) -> Self {
        let mut by_form: FxHashMap<(&str, With<'_>, Vec<IdentId>), Vec<usize>> =
            FxHashMap::default();
        let leaves: Vec<(ExprId, Leaf<'_>)> = conditions(scope, graph).collect();
        for (i, (_, leaf)) in leaves.iter().enumerate() {
            let variables = leaf.roots.iter().map(|root| root.variable).collect();
            by_form.entry((leaf.text, leaf.with, variables)).or_default().push(i);
        }
        let groups = by_form.into_values().filter_map(|group| {
            let (_, first) = &leaves[group[0]];
            let is_told = group.len() > 1;
            // Only flags, and what may be nil, are set to what tells of them.
            let may_be_set = first.tag.is_none() && matches!(first.with, With::Flag | With::Nil);
            if !is_told && !may_be_set && !has_others(&leaves, first) {
                return None;
            }
            let sets = settings(scope, function, graph, first)?;
            // What is tested once says nothing, unless its value is set at hand, or others exclude it.
            let is_set = first.tag.is_none() && sets.iter().any(|(_, value)| value.is_some());
            let is_exclusive = !is_told && !is_set;
            let is_steady = is_steady(scope, function, &first.roots[0]);
            if is_exclusive && !(is_steady && has_others(&leaves, first)) {
                return None;
            }
            // What is set again and again is followed last: it says least.
            let changes = sets.iter().filter(|(_, value)| value.is_none()).count() > 1;
            Some(Group { is_exclusive, changes, is_steady, leaves: group, sets })
        });
        let mut groups: Vec<Group> = groups.collect();
        groups.sort_by(|one, other| {
            let key = |g: &Group| (g.is_exclusive, g.changes);
            key(one).cmp(&key(other)).then_with(|| one.leaves.cmp(&other.leaves))
        });
        let recurring = groups.iter().filter(|group| !group.is_exclusive).count();
        let exclusive = groups.split_off(recurring);
        groups.truncate(MAX_CONDITIONS);
        groups.extend(exclusive);
        groups.truncate(MAX_WITH_EXCLUSIVE);
        Self::of(&leaves, groups)
    }

    fn of(leaves: &[(ExprId, Leaf<'_>)], groups: Vec<Group>) -> Self {
        let mut correlated = Self::default();
        let forms: Vec<&Leaf<'_>> = groups.iter().map(|group| &leaves[group.leaves[0]].1).collect();
        for (number, group) in groups.iter().enumerate() {
            for (step, value) in &group.sets {
                correlated.sets.entry(*step).or_default().push((number, *value));
            }
            for i in &group.leaves {
                let (expr, leaf) = &leaves[*i];
                correlated.leaves.insert(*expr, (number, leaf.negated));
            }
            let excludes = |form: &Leaf<'_>| group.is_steady && forms[number].excludes(form);
            let others = forms.iter().enumerate().filter(|(_, form)| excludes(form));
            correlated.excluded.push(others.map(|(other, _)| other).collect());
        }
        correlated
    }

    /// Whether no condition of the function says anything about another one.
    pub(super) fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// What is known behind an edge; `None` if it cannot be taken.
    pub(super) fn after(&self, edge: Condition, facts: Facts) -> Option<Facts> {
        let (expr, is) = match edge {
            Condition::Expr { expr, is } | Condition::Case { value: expr, is, .. } => (expr, is),
            _ => return Some(facts),
        };
        let Some((condition, negated)) = self.leaves.get(&expr) else { return Some(facts) };
        let is = is != *negated;
        if facts.get(*condition).is_some_and(|known| known != is) {
            return None;
        }
        let facts = facts.with(*condition, Some(is));
        let mut excluded = self.excluded[*condition].iter().filter(|_| is);
        excluded.try_fold(facts, |facts, other| match facts.get(*other) {
            Some(true) => None,
            _ => Some(facts.with(*other, Some(false))),
        })
    }

    /// What is known after a step.
    pub(super) fn set_by(&self, step: StepId, facts: Facts) -> Facts {
        let sets = self.sets.get(&step).into_iter().flatten();
        sets.fold(facts, |facts, (condition, value)| facts.with(*condition, *value))
    }
}

/// The conditions of a function that can be followed, those of its switches too.
fn conditions<'s, 'a>(
    scope: &'s Scope<'_, 'a>,
    graph: &'s Graph,
) -> impl Iterator<Item = (ExprId, Leaf<'a>)> + 's {
    let edges = graph.blocks().flat_map(|block| graph.edges(block));
    edges.filter_map(|edge| match edge.when {
        Condition::Expr { expr, is: true } => Some((expr, leaf(scope, expr)?)),
        Condition::Case { tag, value, is: true } => {
            let leaf = comparison(scope, tag, value, false)?;
            Some((value, Leaf { tag: Some(tag), ..leaf }))
        }
        _ => None,
    })
}

/// Whether something else is tested for what excludes a condition: not only the cases of the same switch.
fn has_others(leaves: &[(ExprId, Leaf<'_>)], leaf: &Leaf<'_>) -> bool {
    leaves
        .iter()
        .any(|(_, other)| (leaf.tag.is_none() || leaf.tag != other.tag) && leaf.excludes(other))
}

impl Leaf<'_> {
    /// Whether only one of two conditions can be true, as far as they are about the same.
    fn excludes(&self, other: &Self) -> bool {
        let variable = |leaf: &Self| leaf.roots.first().map(|root| root.variable);
        self.text == other.text
            && variable(self) == variable(other)
            && self.with.excludes(other.with)
    }
}

/// Reads `x`, `x.y`, and their comparisons.
fn leaf<'a>(scope: &Scope<'_, 'a>, expr: ExprId) -> Option<Leaf<'a>> {
    match scope.file[expr].kind {
        ExprKind::BinaryExpr(both) if matches!(both.op, Token::Eql | Token::Neq) => {
            comparison(scope, both.x, both.y, both.op == Token::Neq)
        }
        _ => {
            let (roots, text) = (vec![root(scope, expr)?], scope.file.text(scope.file[expr].span));
            Some(Leaf { text, with: With::Flag, negated: false, roots, tag: None })
        }
    }
}

fn comparison<'a>(scope: &Scope<'_, 'a>, x: ExprId, y: ExprId, negated: bool) -> Option<Leaf<'a>> {
    let mut roots = vec![root(scope, x)?];
    let with = with(scope, y)?;
    if let With::Other(_) = with {
        roots.push(root(scope, y)?);
    }
    let text = scope.file.text(scope.file[x].span);
    Some(Leaf { text, with, negated, roots, tag: None })
}

/// Reads what a condition compares with.
fn with<'a>(scope: &Scope<'_, 'a>, y: ExprId) -> Option<With<'a>> {
    let file = scope.file;
    let text = file.text(file[y].span);
    match file[y].kind {
        ExprKind::BasicLit(_) => Some(With::Literal(text)),
        ExprKind::Ident(_) if scope.is_nil(y) => Some(With::Nil),
        ExprKind::Ident(name) => match scope.names.referent(name) {
            // `true` is no constant of the package.
            None if PREDECLARED.contains(&text) => None,
            None => Some(With::Constant("", text)),
            Some(Referent::Declared(declared)) => match scope.names.declaration(declared)?.kind {
                DeclaredAs::Const => Some(With::Constant("", text)),
                _ => Some(With::Other(text)),
            },
            Some(Referent::Import(_)) => None,
        },
        ExprKind::SelectorExpr(selector) => match file[selector.x].kind {
            ExprKind::Ident(package)
                if matches!(scope.names.referent(package), Some(Referent::Import(_))) =>
            {
                Some(With::Constant(file.name(package), file.name(selector.sel)))
            }
            _ => Some(With::Other(text)),
        },
        _ => None,
    }
}

/// Reads `x`, `x.y`.
fn root<'a>(scope: &Scope<'_, 'a>, expr: ExprId) -> Option<Root<'a>> {
    let file = scope.file;
    let (mut root, mut path) = (expr, Vec::new());
    while let ExprKind::SelectorExpr(selector) = file[root].kind {
        path.push(file.name(selector.sel));
        root = selector.x;
    }
    path.reverse();
    match file[root].kind {
        ExprKind::Ident(_) => Some(Root { variable: scope.variable(root)?, path }),
        _ => None,
    }
}

/// Whether a field of a variable changes only where the function sets it: no method is called on what holds it, and
/// nobody gets that.
fn is_steady(scope: &Scope<'_, '_>, function: FunctionId, root: &Root<'_>) -> bool {
    root.path.is_empty()
        || !scope.uses_of(root.variable, function).iter().any(|use_| {
            let holder = match use_.kind {
                UseKind::Read | UseKind::Return(_) | UseKind::Written | UseKind::Overwritten(_) => {
                    return false;
                }
                UseKind::Call(_) => use_.selected.split_last().map_or(&[][..], |(_, of)| of),
                _ => &use_.selected[..],
            };
            holder.len() < root.path.len() && !is_other(scope, holder, &root.path)
        })
}

/// The steps that set a condition, and to what; `None` if it may change in ways that are not seen.
fn settings(
    scope: &Scope<'_, '_>,
    function: FunctionId,
    graph: &Graph,
    leaf: &Leaf<'_>,
) -> Option<Vec<(StepId, Option<bool>)>> {
    let mut settings = Vec::new();
    for (index, Root { variable, path }) in leaf.roots.iter().enumerate() {
        if scope.names.declaration(*variable).is_none_or(|declared| declared.top_level) {
            return None;
        }
        for mention in scope.mentions(*variable) {
            let use_ = scope.classify(mention, function);
            if use_.address && !is_other(scope, &use_.selected, path) {
                return None;
            }
            match use_.kind {
                UseKind::Overwritten(_) => {}
                UseKind::Written if is_other(scope, &use_.selected, path) => continue,
                UseKind::Written => {}
                _ => continue,
            }
            if use_.captured && use_.within != Within::Function && mention.ident != *variable {
                return None;
            }
            let Some(step) = graph.step_at(scope.file[mention.ident].span.start) else { continue };
            let value = match use_.kind {
                _ if index > 0 => None,
                UseKind::Overwritten(by) if path.is_empty() => {
                    constant(scope, by, leaf, mention.ident)
                }
                UseKind::Written => constant(scope, graph.step(step).node(), leaf, mention.ident),
                _ => None,
            };
            settings.push((step, value));
        }
    }
    Some(settings)
}

/// Whether names that are selected from a variable lead to something else than a path: neither to what holds it, nor
/// into it.
fn is_other(scope: &Scope<'_, '_>, selected: &[IdentId], path: &[&str]) -> bool {
    selected.iter().zip(path).any(|(name, of_path)| scope.file.name(*name) != *of_path)
}

/// What an assignment makes of a condition, if it tells: `true` or `false` of a flag, nil of what is compared with nil.
fn constant(scope: &Scope<'_, '_>, by: Node, leaf: &Leaf<'_>, ident: IdentId) -> Option<bool> {
    let file = scope.file;
    let value = match by {
        Node::Stmt(stmt) => {
            let StmtKind::AssignStmt(assign) = file[stmt].kind else { return None };
            let is_it = |expr: &ExprId| {
                let span = file[*expr].span;
                span.contains(file[ident].span) && file.text(span) == leaf.text
            };
            let index = file[assign.lhs].iter().position(is_it)?;
            *file[assign.rhs].get(index)?
        }
        Node::Spec(spec) => {
            let SpecKind::ValueSpec(spec) = file[spec].kind else { return None };
            let index = file[spec.names].iter().position(|name| *name == ident)?;
            match file[spec.values].get(index) {
                Some(value) => *value,
                // `var done bool`, `var err error`: what has no value is false, or nil.
                None => {
                    let is_nil = leaf.with == With::Nil;
                    let is_flag = leaf.with == With::Flag;
                    return (spec.values.is_empty() && (is_flag || is_nil)).then_some(is_nil);
                }
            }
        }
        _ => return None,
    };
    let is = |name| scope.is_predeclared(value, name);
    match leaf.with {
        With::Flag if is("true") => Some(true),
        With::Flag => is("false").then_some(false),
        With::Nil => is("nil").then_some(true),
        With::Literal(_) | With::Constant(..) | With::Other(_) => None,
    }
}
