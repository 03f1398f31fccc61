//! Follows each acquisition of a file to where it is lost.

mod dropped;

use plumb_evidence::catalogue::{self, Release, ResourceKind};
use plumb_evidence::finding::Confidence;
use plumb_gosource::flow::{
    Acquisition, Bound, BoundTo, Condition, Exit, Exits, FunctionId, Guard, Leak, LeakExit, Paths,
    PlaceKind, UseKind,
};
use plumb_gosource::{
    Basic, DeclaredAs, ExprId, ExprKind, IdentId, Kind, Node, Referent, StmtKind, Token, TypeKind,
};
use rustc_hash::FxHashSet;

use super::acquired::{self, Acquired, Origin, result};
use super::constants::fails_never;
use super::customs::{by_custom, is_put_back};
use super::ending::{ends_after, ends_with_process, may_stay};
use super::inferred;
use super::made::{self, Made};
use super::nothing::{has_nothing, is_anothers, is_carried_away, is_released_beside};
use super::ownership::Owner;
use super::pieces;
use super::sizes::is_too_large;
use super::untaken::{branches, is_past_all_cases, is_without_rounds};
use super::{Loss, LossKind};
use crate::code::Code;
use crate::goroutines::only_value;

/// Functions that give back their first argument, or panic: `must(http.Get(u))`.
const PASS_THROUGH: [&str; 4] = ["must", "must1", "must2", "must0"];

pub(super) fn find(code: &Code<'_>) -> Vec<Loss> {
    let mut losses = Vec::new();
    let (mut made, closed) = (Made::default(), closed(code));
    for node in code.file.find(Node::File, made::MAKING) {
        let call = match node {
            Node::Stmt(stmt) => {
                made.statement(code, stmt);
                continue;
            }
            Node::Spec(spec) => {
                made.spec(code, &code.file[spec]);
                continue;
            }
            Node::Expr(expr) => expr,
            _ => continue,
        };
        let mut all = acquired::by_call(code, &made, call);
        if all.iter().all(|acquired| acquired.by_use)
            && let Some(acquired) = by_custom(code, call)
        {
            all = vec![acquired];
        }
        if all.is_empty() {
            all.extend(closed_result(code, &closed, &made, call));
        }
        // Most calls acquire nothing.
        if all.is_empty() {
            continue;
        }
        all.retain(|acquired| !is_anothers(code, call, acquired, &closed));
        if inferred::is_accessor(code, call) {
            all.retain(|acquired| !matches!(acquired.origin, Origin::Signature | Origin::Custom));
        }
        if all.is_empty() {
            continue;
        }
        let Some(function) = code.scope.function_at(code.file[call].span.start) else { continue };
        let paths = code.paths(function);
        let follow = Follow { code, function, paths: &paths };
        losses.extend(all.iter().filter_map(|acquired| follow.loss(call, acquired)));
    }
    losses
}

/// The variables of which `Close` is called anywhere.
fn closed(code: &Code<'_>) -> FxHashSet<IdentId> {
    let variables = code.expressions_of([Kind::SelectorExpr]).filter_map(|expr| {
        let ExprKind::SelectorExpr(selector) = code.file[expr].kind else { return None };
        // What takes arguments does more than to close: it commits.
        let does_more = match code.scope.parents().of(Node::Expr(expr)) {
            Some(Node::Expr(call)) => {
                matches!(code.file[call].kind, ExprKind::CallExpr(c) if c.fun == expr && !c.args.is_empty())
            }
            _ => false,
        };
        if does_more || code.file.name(selector.sel) != "Close" {
            return None;
        }
        made::variable(code, selector.x)
    });
    variables.collect()
}

/// What a call acquires of which all that is known is that the first result is closed somewhere, and that it is none
/// if there was an error: then the function owns it, and must close it on all ways.
fn closed_result(
    code: &Code<'_>,
    closed: &FxHashSet<IdentId>,
    made: &Made,
    call: ExprId,
) -> Option<Acquired> {
    if closed.is_empty() {
        return None;
    }
    let Bound::To(places) = code.scope.bound(call) else { return None };
    let [BoundTo::Variable(variable), .., BoundTo::Variable(error)] = places[..] else {
        return None;
    };
    if !closed.contains(&variable) || !names_error(code, error) {
        return None;
    }
    // What of the standard library must be closed has records. A function of the module that gives nothing away keeps
    // it: whoever closes it then does so in its name.
    let is_known = made.callee(code, call).is_some_and(|callee| {
        !code.acquired_by(&callee).is_empty()
            || inferred::is_standard(code, callee.path)
            || code.summaries.gives(&callee).is_some()
    }) || pieces::is_of_unknown_global(code, call);
    let opens_later =
        code.types.of_var(variable).is_some_and(|ty| inferred::begins_later(code, ty, "Close"));
    (!is_known && !opens_later).then(|| inferred::by_use(code, variable))
}

fn names_error(code: &Code<'_>, variable: IdentId) -> bool {
    code.file.name(variable).to_ascii_lowercase().contains("err")
}

/// Follows what is acquired in a function.
struct Follow<'q, 'c> {
    code: &'q Code<'c>,
    function: FunctionId,
    paths: &'q Paths<'q, 'c, 'c>,
}

impl Follow<'_, '_> {
    fn loss(&self, call: ExprId, acquired: &Acquired) -> Option<Loss> {
        let (how, variable) = match acquired.what {
            catalogue::Acquired::Result(index) => {
                self.of_result(call, usize::from(index), acquired)
            }
            catalogue::Acquired::Receiver => {
                let ExprKind::CallExpr(parts) = self.code.file[call].kind else { return None };
                let fun = self.code.file.unparen(parts.fun);
                let ExprKind::SelectorExpr(selector) = self.code.file[fun].kind else {
                    return None;
                };
                self.of_operand(call, selector.x, acquired)
            }
            catalogue::Acquired::Argument(index) => {
                let ExprKind::CallExpr(parts) = self.code.file[call].kind else { return None };
                let argument = *self.code.file[parts.args].get(usize::from(index))?;
                self.of_operand(call, argument, acquired)
            }
        }?;
        let confidence = match acquired.certain && !self.code.in_test {
            true => Confidence::Likely,
            false => Confidence::Possible,
        };
        Some(Loss {
            call,
            function: self.function,
            kind: acquired.kind,
            object: acquired.object,
            name: acquired.name.clone(),
            variable,
            releases: acquired.releases,
            how,
            confidence,
        })
    }

    fn of_result(
        &self,
        call: ExprId,
        index: usize,
        acquired: &Acquired,
    ) -> Option<(LossKind, Option<IdentId>)> {
        let (call, index) = self.passed_through(call, index);
        match self.code.scope.bound(call) {
            Bound::Dropped => self.may_be_dropped(acquired).then_some((LossKind::Dropped, None)),
            Bound::Used(node) => {
                self.is_used_up(node, acquired).then_some((LossKind::Dropped, None))
            }
            Bound::To(places) => match places.get(index)? {
                BoundTo::Blank => {
                    let loses = !self.code.in_test && self.may_be_dropped(acquired);
                    let is_carried = acquired.kind == ResourceKind::Span
                        && is_carried_away(self.code, self.function, &places);
                    (loses && !is_carried).then_some((LossKind::Blank, None))
                }
                BoundTo::Elsewhere(_) => None,
                BoundTo::Variable(variable) => {
                    if is_released_beside(self.code, self.function, &places, index) {
                        return None;
                    }
                    let guard = self.guard(call, &places, index)?;
                    let acquisition = Acquisition { call, variables: vec![*variable], guard };
                    Some((self.follow(&acquisition, acquired)?, Some(*variable)))
                }
            },
        }
    }

    /// What is acquired by being called on, or given to a function: it was there before.
    fn of_operand(
        &self,
        call: ExprId,
        operand: ExprId,
        acquired: &Acquired,
    ) -> Option<(LossKind, Option<IdentId>)> {
        let file = self.code.file;
        let ExprKind::Ident(ident) = file[file.unparen(operand)].kind else { return None };
        let Some(Referent::Declared(variable)) = self.code.names.referent(ident) else {
            return None;
        };
        let declared = self.code.names.declaration(variable)?;
        // Of `cmd := s.cmd` the other has it still.
        let is_anothers = only_value(self.code, variable).is_some_and(|value| {
            matches!(file[file.unparen(value)].kind, ExprKind::SelectorExpr(_))
        });
        if declared.kind != DeclaredAs::Var || declared.top_level || is_anothers {
            return None;
        }
        let guard = match self.code.scope.bound(call) {
            Bound::To(places) => self.guard(call, &places, usize::MAX)?,
            Bound::Dropped => None,
            Bound::Used(Node::Stmt(stmt))
                if matches!(self.code.file[stmt].kind, StmtKind::ReturnStmt(_)) =>
            {
                None
            }
            Bound::Used(_) => return None,
        };
        let acquisition = Acquisition { call, variables: vec![variable], guard };
        Some((self.follow(&acquisition, acquired)?, Some(variable)))
    }

    /// Goes through calls that give back what they get.
    fn passed_through(&self, call: ExprId, index: usize) -> (ExprId, usize) {
        let code = self.code;
        if let Bound::Used(Node::Expr(above)) = code.scope.bound(call)
            && let ExprKind::CallExpr(parts) = code.file[above].kind
            && let ExprKind::Ident(name) = code.file[code.file.unparen(parts.fun)].kind
            && PASS_THROUGH.iter().any(|must| code.file.name(name).eq_ignore_ascii_case(must))
            && index == 0
        {
            return (above, 0);
        }
        (call, index)
    }

    /// What tells whether the call succeeded; nothing at all if that is kept where it cannot be followed.
    fn guard(&self, call: ExprId, places: &[BoundTo], index: usize) -> Option<Option<Guard>> {
        let last = places.len().checked_sub(1)?;
        if last == index {
            return Some(None);
        }
        match places[last] {
            BoundTo::Blank => Some(None),
            BoundTo::Elsewhere(_) => None,
            BoundTo::Variable(variable) => {
                let ty = result(self.code, call, last).or(self.code.types.of_var(variable));
                let name = self.code.file.name(variable).to_ascii_lowercase();
                Some(match ty {
                    Some(ty) if ty.is_error() => Some(Guard::Error(variable)),
                    Some(ty) if matches!(ty.kind(), TypeKind::Basic(Basic::Bool)) => {
                        Some(Guard::Ok(variable))
                    }
                    Some(_) => None,
                    None if name.contains("err") || name == "e" => Some(Guard::Error(variable)),
                    None if name == "ok" => Some(Guard::Ok(variable)),
                    None => None,
                })
            }
        }
    }

    fn follow(&self, acquisition: &Acquisition, acquired: &Acquired) -> Option<LossKind> {
        let owner = || Owner::new(self.code, self.paths, acquired);
        let how = self.follow_as(acquisition, acquired, owner())?;
        let closes_some = matches!(&how, LossKind::OnSomeWays { leaks, .. } if !leaks.is_empty());
        match acquired.kind == ResourceKind::Body && closes_some {
            true => self.follow_as(acquisition, acquired, owner().with_reading()),
            false => Some(how),
        }
    }

    fn follow_as(
        &self,
        acquisition: &Acquisition,
        acquired: &Acquired,
        owner: Owner<'_, '_>,
    ) -> Option<LossKind> {
        let mut answer = self.paths.leaks(acquisition, &owner, Exits::default());
        let cares = [&answer.releases[..], &answer.handed_on[..]].concat();
        answer.leaks.retain(|leak| {
            self.is_loss(leak, acquired, acquisition)
                && !is_past_all_cases(self.code, leak, &cares)
                && !is_without_rounds(self.code, leak, &cares)
                && !self.is_replaced(leak, acquired, acquisition)
                && (acquired.kind != ResourceKind::PoolItem
                    || !is_too_large(self.code, leak, &acquisition.variables))
        });
        let call = self.code.file[acquisition.call].span;
        let start = |ident: &IdentId| self.code.file[*ident].span.start;
        // What the call itself gets as an argument is not handed on by it.
        answer.handed_on.retain(|ident| !(call.start..call.end).contains(&start(ident)));
        let was_there = !matches!(acquired.what, catalogue::Acquired::Result(_));
        let taken_care = || {
            answer.handed_on.iter().chain(&answer.releases).any(|ident| start(ident) < call.start)
        };
        if was_there && taken_care() {
            return None;
        }
        if answer.leaks.is_empty() {
            let fails = answer.handed_on.is_empty()
                && owner.is_done_with()
                && self.are_for_failures(&answer.releases)
                && !ends_with_process(self.code, self.function, acquired)
                && !self.is_shared(acquired, acquisition);
            let (releases, handed_on) = (answer.releases, Vec::new());
            return fails.then(|| LossKind::OnSomeWays { leaks: Vec::new(), releases, handed_on });
        }
        let (handed_on, releases): (Vec<IdentId>, Vec<IdentId>) =
            answer.releases.iter().partition(|ident| owner.hands_on(**ident));
        let returned = owner.returned();
        answer.leaks.retain(|leak| !self.returns_any(leak, &returned));
        if answer.leaks.is_empty() {
            return None;
        }
        let elsewhere = [handed_on, answer.handed_on, returned].concat();
        match acquired.kind {
            // What is not put back is collected: only a way that forgets what others do is a mistake.
            ResourceKind::PoolItem
                if releases.is_empty() && !is_put_back(self.code, acquisition.call) =>
            {
                None
            }
            // Who fails need not put back what it would have handed on, unless that goes on and on.
            ResourceKind::PoolItem if releases.is_empty() && !elsewhere.is_empty() => {
                let returns = |leak: &Leak| matches!(leak.exit, LeakExit::Exit(Exit::Return(_)));
                answer.leaks.retain(|leak| !returns(leak));
                let leaks = answer.leaks;
                let goes_on = !leaks.is_empty();
                goes_on.then_some(LossKind::OnSomeWays { leaks, releases, handed_on: elsewhere })
            }
            // A program that waits for a signal ends soon after.
            ResourceKind::Subscription if releases.is_empty() && self.code.is_of_program() => None,
            _ if acquired.by_use && releases.is_empty() => None,
            _ if releases.is_empty() && elsewhere.is_empty() => Some(LossKind::Never(answer.leaks)),
            _ => {
                let leaks = answer.leaks;
                Some(LossKind::OnSomeWays { leaks, releases, handed_on: elsewhere })
            }
        }
    }

    /// Whether something is released by deferred literals alone, and there only after an error: who returns without
    /// one leaves it.
    fn are_for_failures(&self, releases: &[IdentId]) -> bool {
        let code = self.code;
        let (mut defers, mut failures) = (Vec::new(), Vec::new());
        for visit in code.file.walk(Node::Stmt(code.scope[self.function].body)) {
            let Node::Stmt(stmt) = visit.node else { continue };
            match code.file[stmt].kind {
                StmtKind::DeferStmt(_) => defers.push(code.file[stmt].span),
                StmtKind::IfStmt(branch) if branch.els.is_none() => {
                    let body = code.file[branch.body].span;
                    let deferred = defers.iter().any(|defer| defer.contains(body));
                    failures.extend((deferred && self.is_failure(branch.cond)).then_some(body));
                }
                _ => {}
            }
        }
        let for_failure =
            |ident: &IdentId| failures.iter().any(|body| body.contains(code.file[*ident].span));
        !releases.is_empty() && releases.iter().all(for_failure)
    }

    /// Whether what a pool lent gives way to something else: a buffer that is too small is left to the garbage collector.
    fn is_replaced(&self, leak: &Leak, acquired: &Acquired, acquisition: &Acquisition) -> bool {
        let start = self.code.file[acquisition.call].span.start;
        match leak.exit {
            LeakExit::Overwritten(step) => {
                acquired.kind == ResourceKind::PoolItem
                    && self.code.graph(self.function).step_at(start) != Some(step)
            }
            LeakExit::Exit(_) => false,
        }
    }

    /// Whether a copy of its descriptor is taken, for another process as a rule: closing a listener then would end the
    /// service of a path that the other has taken over.
    fn is_shared(&self, acquired: &Acquired, acquisition: &Acquisition) -> bool {
        let code = self.code;
        acquired.kind == ResourceKind::Listener
            && acquisition.variables.iter().any(|variable| {
                code.scope.uses_of(*variable, self.function).iter().any(|use_| {
                    matches!(use_.kind, UseKind::Call(_))
                        && use_.selected.last().is_some_and(|name| code.file.name(*name) == "File")
                })
            })
    }

    /// Whether a condition is that there is an error.
    fn is_failure(&self, condition: ExprId) -> bool {
        let code = self.code;
        let ExprKind::BinaryExpr(both) = code.file[code.file.unparen(condition)].kind else {
            return false;
        };
        let is_error = made::variable(code, both.x)
            .is_some_and(|variable| code.file.name(variable).to_ascii_lowercase().ends_with("err"));
        is_error && both.op == Token::Neq && code.is_predeclared(both.y, "nil")
    }

    /// Whether a way out is a return that mentions one of these.
    fn returns_any(&self, leak: &Leak, mentions: &[IdentId]) -> bool {
        let LeakExit::Exit(Exit::Return(stmt)) = leak.exit else { return false };
        let span = self.code.file[stmt].span;
        mentions.iter().any(|ident| span.contains(self.code.file[*ident].span))
    }

    /// Whether something is lost on a way that ends without a release.
    fn is_loss(&self, leak: &Leak, acquired: &Acquired, acquisition: &Acquisition) -> bool {
        let at_exit = matches!(leak.exit, LeakExit::Exit(Exit::Return(_) | Exit::End));
        if at_exit && ends_with_process(self.code, self.function, acquired) {
            return false;
        }
        // A helper of a command that asks for something is mended, as `main` may ask again.
        if let LeakExit::Exit(Exit::Return(stmt)) = leak.exit
            && acquired.kind != ResourceKind::Body
            && ends_after(self.code, self.function, stmt, branches(leak), may_stay(acquired))
        {
            return false;
        }
        if fails_never(self.code, leak) || has_nothing(self.code, leak, acquired, acquisition) {
            return false;
        }
        !leak.witness.places.iter().any(|place| match place.kind {
            PlaceKind::Branch(condition) => self.is_released_by(condition, acquired, acquisition),
            _ => false,
        })
    }

    /// Whether a condition tells that it has been released by itself: rows have no next one, a timer has fired.
    fn is_released_by(
        &self,
        condition: Condition,
        acquired: &Acquired,
        acquisition: &Acquisition,
    ) -> bool {
        let code = self.code;
        let of_variable = |expr: ExprId, method: &str| {
            let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(expr)].kind else {
                return false;
            };
            let ExprKind::Ident(ident) = code.file[code.file.unparen(selector.x)].kind else {
                return false;
            };
            let declared = match code.names.referent(ident) {
                Some(Referent::Declared(declared)) => declared,
                _ => return false,
            };
            code.file.name(selector.sel) == method && acquisition.variables.contains(&declared)
        };
        match condition {
            Condition::Expr { expr, is: false } => {
                let ExprKind::CallExpr(parts) = code.file[expr].kind else { return false };
                acquired.releases.iter().any(|release| {
                    matches!(release, Release::Exhaustion(method) if of_variable(parts.fun, method))
                })
            }
            // Nobody closes the channel of a ticker.
            Condition::RangeEnds(stmt) if acquired.kind == ResourceKind::Ticker => {
                matches!(code.file[stmt].kind, StmtKind::RangeStmt(r) if of_variable(r.x, "C"))
            }
            Condition::Comm(clause) if acquired.kind == ResourceKind::Timer => {
                let StmtKind::CommClause(clause) = code.file[clause].kind else { return false };
                let Some(comm) = clause.comm else { return false };
                code.file
                    .walk(Node::Stmt(comm))
                    .any(|visit| matches!(visit.node, Node::Expr(expr) if of_variable(expr, "C")))
            }
            _ => false,
        }
    }
}
