//! What a function does with the value of an acquisition, step by step: found from the mentions of its variables.

use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{Graph, StepId};
use super::leaks::{Acquisition, Guard, Paths};
use super::scope::{FunctionId, Scope};
use super::uses::{self, Effect, Ownership, Use, UseKind, Within};
use crate::ast::{ExprKind, StmtKind};
use crate::ids::{ExprId, IdentId};
use crate::names::DeclaredAs;
use crate::walk::Node;

/// How many variables may stand for one value.
const MAX_ALIASES: usize = 16;

/// A variable that stands for the value or for a part of it.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    pub(super) variable: IdentId,
    /// The part.
    pub(super) selected: Vec<IdentId>,
}

/// The uses of a value.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    pub(super) aliases: Vec<Alias>,
    /// The `ok` of type assertions of the value.
    pub(super) asserted: Vec<IdentId>,
    /// The strongest effect of each step that has one; of the acquisition without what it binds.
    pub(super) effects: FxHashMap<StepId, Effect>,
    /// Steps after which a literal or pointer, that sees later values too, releases or keeps the value.
    pub(super) armed: Vec<StepId>,
    /// Steps that assign to the variable of the error.
    pub(super) reassigns_guard: FxHashSet<StepId>,
    pub(super) releases: Vec<IdentId>,
    pub(super) handed_on: Vec<IdentId>,
    /// Whether a variable outlives the function, or its named result.
    pub(super) escapes: bool,
    /// Whether a return without results returns the value.
    pub(super) is_result: bool,
}

struct Tracker<'q, 'f, 'a> {
    scope: &'q Scope<'f, 'a>,
    function: FunctionId,
    graph: &'q Graph,
    at: StepId,
    ownership: &'q dyn Ownership,
    tracked: Tracked,
}

pub(super) fn track(
    paths: &Paths<'_, '_, '_>,
    at: StepId,
    acquisition: &Acquisition,
    ownership: &dyn Ownership,
) -> Tracked {
    let (scope, function, graph) = (paths.scope, paths.function, paths.graph);
    let tracked = Tracked::default();
    let mut tracker = Tracker { scope, function, graph, at, ownership, tracked };
    for variable in &acquisition.variables {
        tracker.add(*variable, Vec::new());
    }
    let mut next = 0;
    while next < tracker.tracked.aliases.len() && !tracker.tracked.escapes {
        let alias = tracker.tracked.aliases[next].clone();
        tracker.uses_of(&alias);
        next += 1;
    }
    // Another variable still holds what one of them loses.
    if tracker.tracked.aliases.len() > 1 {
        tracker.tracked.effects.retain(|_, effect| *effect != Effect::Overwrites);
    }
    if let Some(Guard::Error(variable) | Guard::Ok(variable)) = acquisition.guard {
        tracker.guard(variable);
    }
    tracker.tracked
}

impl Tracker<'_, '_, '_> {
    fn add(&mut self, variable: IdentId, selected: Vec<IdentId>) {
        let known = self.tracked.aliases.iter().any(|alias| alias.variable == variable);
        if known {
            return;
        }
        let local = self.scope.owner(variable) == Some(self.function);
        if !local || self.tracked.aliases.len() == MAX_ALIASES {
            self.tracked.escapes = true;
            return;
        }
        let declared = self.scope.names.declaration(variable);
        self.tracked.is_result |= declared.is_some_and(|d| d.kind == DeclaredAs::Result);
        self.tracked.aliases.push(Alias { variable, selected });
    }

    fn uses_of(&mut self, alias: &Alias) {
        let scope = self.scope;
        for mention in scope.mentions(alias.variable) {
            let Some(step) = self.graph.step_at(scope.file[mention.ident].span.start) else {
                continue;
            };
            let use_ = scope.classify(mention, self.function);
            let binds = step == self.at && matches!(use_.kind, UseKind::Overwritten(_));
            if binds {
                continue;
            }
            let selected = [alias.selected.as_slice(), &use_.selected].concat();
            let use_ = Use {
                ident: mention.ident,
                selected: &selected,
                kind: use_.kind,
                within: use_.within,
                captured: use_.captured,
                address: use_.address,
            };
            if !self.is_alias(&use_) {
                let effect = uses::effect(&use_, self.ownership);
                self.record(step, &use_, effect);
            }
        }
    }

    /// Whether a use gives the value to one more variable of the function, or to `_`.
    fn is_alias(&mut self, use_: &Use<'_>) -> bool {
        let UseKind::Assigned(to) = use_.kind else { return false };
        let carries = use_.selected.is_empty() || self.ownership.carries(use_.selected);
        if use_.address || use_.captured || !carries {
            return false;
        }
        let file = self.scope.file;
        let ident = match to {
            Node::Ident(ident) => ident,
            Node::Expr(expr) => match file[file.unparen(expr)].kind {
                ExprKind::Ident(ident) => ident,
                _ => return false,
            },
            _ => return false,
        };
        if file.name(ident) == "_" {
            return true;
        }
        let variable = match to {
            Node::Expr(expr) => self.scope.variable(expr),
            _ => Some(ident),
        };
        match variable {
            Some(variable) if self.scope.owner(variable) == Some(self.function) => {
                self.add(variable, use_.selected.to_vec());
                self.tracked.asserted.extend(self.ok_beside(to));
                true
            }
            _ => false,
        }
    }

    /// The `ok` of `v, ok := x.(T)`.
    fn ok_beside(&self, variable: Node) -> Option<IdentId> {
        let Some(Node::Stmt(stmt)) = self.scope.parents.of(variable) else { return None };
        let StmtKind::AssignStmt(assign) = self.scope.file[stmt].kind else { return None };
        match (&self.scope.file[assign.lhs], assign.rhs.len()) {
            ([_, ok], 1) => self.scope.variable(*ok),
            _ => None,
        }
    }

    fn record(&mut self, step: StepId, use_: &Use<'_>, effect: Effect) {
        match effect {
            Effect::None => return,
            Effect::Overwrites => {}
            Effect::HandsOn => self.tracked.handed_on.push(use_.ident),
            Effect::Releases => self.tracked.releases.push(use_.ident),
        }
        let slot = self.tracked.effects.entry(step).or_insert(effect);
        *slot = (*slot).max(effect);
        let sees_later = use_.address || (use_.captured && use_.within != Within::Function);
        if sees_later && effect > Effect::Overwrites {
            self.tracked.armed.push(step);
        }
    }

    /// Finds where the error gets another value; one that is made from it stays nil if it was.
    fn guard(&mut self, variable: IdentId) {
        let scope = self.scope;
        for mention in scope.mentions(variable) {
            let by = match scope.classify(mention, self.function).kind {
                UseKind::Overwritten(by) => by,
                _ => continue,
            };
            let step = self.graph.step_at(scope.file[mention.ident].span.start);
            if let Some(step) = step
                && step != self.at
                && !self.is_made_from(by, variable)
            {
                self.tracked.reassigns_guard.insert(step);
            }
        }
    }

    fn is_made_from(&self, by: Node, variable: IdentId) -> bool {
        let Node::Stmt(stmt) = by else { return false };
        let StmtKind::AssignStmt(assign) = self.scope.file[stmt].kind else { return false };
        let is_variable = |expr: &ExprId| self.scope.variable(*expr) == Some(variable);
        self.scope.file[assign.rhs].iter().any(|value| match self.scope.file[*value].kind {
            ExprKind::CallExpr(call) => self.scope.file[call.args].iter().any(is_variable),
            _ => is_variable(value),
        })
    }
}
