//! Conditions that recur: what one of them has said, the next one says too.
//!
//! A program that opens a file `if verbose` and closes it `if verbose` is right, and one that has found `err` to be nil
//! finds it so again. Only variables of the function and their fields are followed, and what sets them is seen: it makes
//! them unknown, unless it sets a flag to `true` or `false`, or what is compared with nil to nil.

use rustc_hash::FxHashMap;

use super::graph::{Condition, Graph, StepId};
use super::scope::{FunctionId, Scope};
use super::uses::{UseKind, Within};
use crate::ast::{ExprKind, SpecKind, StmtKind};
use crate::ids::{ExprId, IdentId};
use crate::token::Token;
use crate::walk::Node;

/// How many conditions are followed at once: each may double the work.
const MAX_CONDITIONS: usize = 6;

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

/// A condition in a form in which equal ones have equal texts.
struct Leaf<'a> {
    text: &'a str,
    /// What it is compared with, and is not if the condition is false.
    with: &'a str,
    /// Whether the condition is the negation of the text.
    negated: bool,
    variables: Vec<IdentId>,
    /// The names of the fields that are selected from the variable.
    path: Vec<&'a str>,
    /// Whether it is a truth value by itself.
    is_flag: bool,
}

/// The conditions of a function that recur.
#[derive(Debug, Default)]
pub(super) struct Correlated {
    /// By condition, which of those that are followed it is, and whether it is its negation.
    leaves: FxHashMap<ExprId, (usize, bool)>,
    /// What steps set conditions to; `None` if that is not known.
    sets: FxHashMap<StepId, Vec<(usize, Option<bool>)>>,
}

impl Correlated {
    pub(super) fn new(scope: &Scope<'_, '_>, function: FunctionId, graph: &Graph) -> Self {
        let mut correlated = Self::default();
        let mut by_text: FxHashMap<(&str, &str, &[IdentId]), Vec<usize>> = FxHashMap::default();
        let leaves: Vec<(ExprId, Leaf<'_>)> =
            conditions(graph).filter_map(|expr| Some((expr, leaf(scope, expr)?))).collect();
        for (i, (_, leaf)) in leaves.iter().enumerate() {
            by_text.entry((leaf.text, leaf.with, &leaf.variables)).or_default().push(i);
        }
        let groups = by_text.into_values().filter_map(|group| {
            let (_, first) = &leaves[group[0]];
            let sets = settings(scope, function, graph, first)?;
            // What is set again and again is followed last: it says least.
            let unknown = sets.iter().filter(|(_, value)| value.is_none()).count();
            Some((unknown > 1, group, sets))
        });
        let mut groups: Vec<_> = groups.collect();
        groups.sort();
        let mut count = 0;
        for (_, group, sets) in groups {
            // What is tested once says nothing, unless its value is set at hand.
            if group.len() == 1 && sets.iter().all(|(_, value)| value.is_none()) {
                continue;
            }
            if count == MAX_CONDITIONS {
                break;
            }
            for (step, value) in sets {
                correlated.sets.entry(step).or_default().push((count, value));
            }
            for i in group {
                let (expr, leaf) = &leaves[i];
                correlated.leaves.insert(*expr, (count, leaf.negated));
            }
            count += 1;
        }
        correlated
    }

    /// Whether no condition of the function says anything about another one.
    pub(super) fn is_empty(&self) -> bool {
        self.leaves.is_empty()
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

/// Reads `x`, `x.y`, and their comparisons with literals and `nil`.
fn leaf<'a>(scope: &Scope<'_, 'a>, expr: ExprId) -> Option<Leaf<'a>> {
    let file = scope.file;
    let (x, with, negated) = match file[expr].kind {
        ExprKind::BinaryExpr(both) if matches!(both.op, Token::Eql | Token::Neq) => {
            let literal = matches!(file[both.y].kind, ExprKind::BasicLit(_));
            if !literal && !scope.is_nil(both.y) {
                return None;
            }
            (both.x, file.text(file[both.y].span), both.op == Token::Neq)
        }
        _ => (expr, "", false),
    };
    let (mut root, mut path) = (x, Vec::new());
    while let ExprKind::SelectorExpr(selector) = file[root].kind {
        path.push(file.name(selector.sel));
        root = selector.x;
    }
    path.reverse();
    let variable = match file[root].kind {
        ExprKind::Ident(_) => scope.variable(root)?,
        _ => return None,
    };
    let text = file.text(file[x].span);
    let is_flag = x == expr;
    Some(Leaf { text, with, negated, variables: vec![variable], path, is_flag })
}

/// The steps that set a condition, and to what; `None` if it may change in ways that are not seen.
fn settings(
    scope: &Scope<'_, '_>,
    function: FunctionId,
    graph: &Graph,
    leaf: &Leaf<'_>,
) -> Option<Vec<(StepId, Option<bool>)>> {
    let mut settings = Vec::new();
    for variable in &leaf.variables {
        if scope.names.declaration(*variable).is_none_or(|declared| declared.top_level) {
            return None;
        }
        for mention in scope.mentions(*variable) {
            let use_ = scope.classify(mention, function);
            if use_.address && !is_other(scope, &use_.selected, &leaf.path) {
                return None;
            }
            match use_.kind {
                UseKind::Overwritten(_) => {}
                UseKind::Written if is_other(scope, &use_.selected, &leaf.path) => continue,
                UseKind::Written => {}
                _ => continue,
            }
            if use_.captured && use_.within != Within::Function && mention.ident != *variable {
                return None;
            }
            let Some(step) = graph.step_at(scope.file[mention.ident].span.start) else { continue };
            let value = match use_.kind {
                UseKind::Overwritten(by) if leaf.path.is_empty() => {
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
                    let is_nil = leaf.with == "nil";
                    return (spec.values.is_empty() && (leaf.is_flag || is_nil)).then_some(is_nil);
                }
            }
        }
        _ => return None,
    };
    let is = |name| scope.is_predeclared(value, name);
    match leaf.is_flag {
        true if is("true") => Some(true),
        true => is("false").then_some(false),
        false => (leaf.with == "nil" && is("nil")).then_some(true),
    }
}
