//! Something that a variable holds and that is not released on all ways: a deferred release behind the check of the
//! error, or, in loops and where others take it over, a release before each way out on which it is lost.

use plumb_evidence::catalogue::{Release, ResourceKind};
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFix;
use plumb_gosource::edit::Edits;
use plumb_gosource::flow::{CallEffect, Exit, Leak, LeakExit};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Node, Span, StmtId, StmtKind};

use super::exits::{Exits, exits};
use super::names::{any_in, function_of, mentions, statement_of};
use super::outliving::{Outliving, derived, outlives};
use super::release::{ReleaseCall, call, may_repeat};
use super::site::{self, Site, Spot};
use super::statements::{around, insert_above, is_body, is_one_line, listed, removable};
use super::{edits, fix};
use crate::code::Code;
use crate::resources::{Loss, LossKind};
use crate::ways::recurs;

/// Before how many ways out a release is written at most: more of the same would better be deferred, by hand.
const EXITS_MAX: usize = 6;

/// What is lost, and where it is there for certain.
struct Held<'h, 'c> {
    code: &'h Code<'c>,
    loss: &'h Loss,
    variable: IdentId,
    name: &'c str,
    site: Site<'c>,
    releases: &'h [IdentId],
    handed_on: &'h [IdentId],
}

/// Releases what a variable holds.
pub(super) fn released(code: &Code<'_>, loss: &Loss) -> Option<SourceFix> {
    let variable = loss.variable?;
    let declaration = code.names.declaration(variable)?;
    let is_local = declaration.kind == DeclaredAs::Var && !declaration.top_level;
    if !is_local || function_of(code, variable) != Some(loss.function) {
        return None;
    }
    let (releases, handed_on): (&[IdentId], &[IdentId]) = match &loss.how {
        LossKind::OnSomeWays { releases, handed_on, .. } => (releases, handed_on),
        _ => (&[], &[]),
    };
    let is_number = code.types.of_var(variable).is_some_and(super::outliving::is_plain);
    let is_number = is_number || (is_descriptor(loss) && is_returned(code, loss, variable));
    if is_number || is_released_on_failure_only(code, loss, releases) {
        return None;
    }
    let name = code.file.name(variable);
    let site = site::of_call(code, loss.call, Some(variable), name)?;
    let mut held = Held { code, loss, variable, name, site, releases, handed_on };
    match held.in_loop() {
        true => held.before_exits(),
        false => held.deferred().or_else(|| held.before_exits()),
    }
}

/// Whether it is a number that stands for something: a descriptor, which types do not tell from others.
fn is_descriptor(loss: &Loss) -> bool {
    matches!(loss.releases.first(), Some(Release::Argument(function, _)) if *function != "os/signal.Stop")
}

/// Whether a return mentions a variable.
fn is_returned(code: &Code<'_>, loss: &Loss, variable: IdentId) -> bool {
    code.file.walk(Node::Stmt(code.scope[loss.function].body)).any(|visit| match visit.node {
        Node::Stmt(stmt) => {
            matches!(code.file[stmt].kind, StmtKind::ReturnStmt(_))
                && any_in(code, &[variable], code.file[stmt].span)
        }
        _ => false,
    })
}

/// Whether all that speaks for a loss is a release within the check of the acquisition's own error.
fn is_released_on_failure_only(code: &Code<'_>, loss: &Loss, releases: &[IdentId]) -> bool {
    let Some(stmt) = around(code, Node::Expr(loss.call)) else { return false };
    let Some(next) = listed(code, stmt).and_then(|here| here.rest().first().copied()) else {
        return false;
    };
    let in_check = |ident: &IdentId| code.file[next].span.contains(code.file[*ident].span);
    loss.confidence == Confidence::Possible
        && matches!(code.file[next].kind, StmtKind::IfStmt(_))
        && !releases.is_empty()
        && releases.iter().all(in_check)
}

/// Whether a statement may run several times in one call of its function.
pub(super) fn repeats(code: &Code<'_>, loss: &Loss) -> bool {
    let graph = code.graph(loss.function);
    let step = graph.step_at(code.file[loss.call].span.start);
    step.is_none_or(|step| recurs(graph, step))
}

/// Whether a loss is certain enough for a fix that nobody looks at.
pub(super) fn is_certain(code: &Code<'_>, loss: &Loss) -> bool {
    loss.confidence == Confidence::Likely || (code.in_test && loss.object.is_some())
}

impl<'c> Held<'_, 'c> {
    fn in_loop(&self) -> bool {
        repeats(self.code, self.loss)
    }

    fn start_of_rest(&self) -> u32 {
        let file = self.code.file;
        match &self.site.spot {
            Spot::Before(stmt) => file[*stmt].span.start,
            Spot::After(stmt) | Spot::If(stmt, _) | Spot::Else(stmt) => file[*stmt].span.end,
        }
    }

    // --- Deferred ---

    /// A deferred release, if that is right: nobody takes it over, nobody uses it after the function, and to release
    /// it twice does no harm.
    fn deferred(&mut self) -> Option<SourceFix> {
        let code = self.code;
        if !self.handed_on.is_empty() || self.loss.kind == ResourceKind::Process {
            return None;
        }
        let late = self.late_defer();
        if !self.releases.is_empty() && late.is_none() && !may_repeat(self.loss) {
            return None;
        }
        if !self.covers_leaks() {
            self.site = site::right_behind(code, self.loss.call, Some(self.variable))?;
        }
        if matches!(self.site.spot, Spot::Else(_)) || self.is_used_by_earlier_defer() {
            return None;
        }
        let outliving = self.outliving();
        if outliving == Outliving::Yes {
            return None;
        }
        let mut edits = edits(code)?;
        let release = self.release(&mut edits)?;
        let text = match late {
            Some(stmt) => {
                edits.replace(removable(code, stmt)?, "");
                code.file.text(code.file[stmt].span).to_owned()
            }
            None => format!("defer {}", release.text),
        };
        site::insert(code, &mut edits, &self.site.spot, &text).ok()?;
        if late.is_none() {
            self.without_last_releases(&mut edits);
        }
        let safe = release.certain
            && is_certain(code, self.loss)
            && outliving == Outliving::No
            && !self.error_matters()
            && !self.is_open_transaction();
        fix(&edits, safe, self.deferred_text(&text))
    }

    /// Whether all ways on which it is lost go over the spot.
    fn covers_leaks(&self) -> bool {
        let (file, from) = (self.code.file, self.start_of_rest());
        let call = file[self.loss.call].span.start;
        self.loss.leaks().iter().all(|leak| {
            let place = leak.witness.places.last();
            place.is_none_or(|place| place.offset >= from || place.offset <= call)
        })
    }

    /// The one release there is, deferred, but too late.
    fn late_defer(&self) -> Option<StmtId> {
        let code = self.code;
        let [release] = self.releases else { return None };
        // What is set again in between is what the later one releases.
        let is_lost = |leak: &Leak| matches!(leak.exit, LeakExit::Overwritten(_));
        if self.loss.leaks().iter().any(is_lost) {
            return None;
        }
        let stmt = statement_of(code, *release)?;
        let StmtKind::DeferStmt(deferred) = code.file[stmt].kind else { return None };
        let span = code.file[stmt].span;
        let is_literal = function_of(code, *release) != Some(self.loss.function);
        let alone = listed(code, stmt)?.owner == self.site.owner || self.is_function_body(stmt);
        let ExprKind::CallExpr(_) = code.file[deferred].kind else { return None };
        (alone && !is_literal && is_one_line(code, span) && self.site.rest.contains(&stmt))
            .then_some(stmt)
    }

    fn is_function_body(&self, stmt: StmtId) -> bool {
        listed(self.code, stmt)
            .is_some_and(|here| is_body(self.code, here.owner, self.loss.function))
    }

    /// Whether a call that is deferred before uses it: that one runs after the release.
    fn is_used_by_earlier_defer(&self) -> bool {
        let (code, from) = (self.code, self.start_of_rest());
        code.file.walk(Node::Stmt(code.scope[self.loss.function].body)).any(|visit| {
            let Node::Stmt(stmt) = visit.node else { return false };
            let span = code.file[stmt].span;
            matches!(code.file[stmt].kind, StmtKind::DeferStmt(_))
                && span.start < from
                && any_in(code, &[self.variable], span)
        })
    }

    fn outliving(&self) -> Outliving {
        let (code, function) = (self.code, self.loss.function);
        let from = code.file[self.loss.call].span.end;
        let of_it = outlives(code, function, &[self.variable], from, true);
        let roots: Vec<IdentId> = match self.loss.kind {
            ResourceKind::Cancel => self.contexts(),
            _ => vec![self.variable],
        };
        let mut made = derived(code, function, &roots);
        let is_context = self.loss.kind == ResourceKind::Cancel;
        if is_context {
            made.extend(&roots);
        }
        made.retain(|variable| *variable != self.variable);
        of_it.max(outlives(code, function, &made, from, false))
    }

    /// The contexts that come with a cancel function.
    fn contexts(&self) -> Vec<IdentId> {
        contexts(self.code, self.loss.call)
    }

    /// Takes away plain releases behind which nothing happens that could not as well happen before.
    fn without_last_releases(&self, edits: &mut Edits<'_, 'c>) {
        let code = self.code;
        for ident in self.releases {
            let Some(stmt) = statement_of(code, *ident) else { continue };
            let Some(here) = listed(code, stmt) else { continue };
            let is_plain = matches!(code.file[stmt].kind, StmtKind::ExprStmt(_))
                && function_of(code, *ident) == Some(self.loss.function);
            let is_last = match here.rest() {
                [] => is_body(code, here.owner, self.loss.function),
                [next] => is_bare_return(code, *next),
                _ => false,
            };
            if is_plain
                && is_last
                && self
                    .site
                    .rest
                    .iter()
                    .any(|rest| code.file[*rest].span.contains(code.file[stmt].span))
                && let Some(lines) = removable(code, stmt)
            {
                edits.replace(lines, "");
            }
        }
    }

    /// Whether the error of the release tells that something was not written, and nobody looks at it.
    fn error_matters(&self) -> bool {
        let code = self.code;
        let looked_at = self.releases.iter().any(|ident| {
            statement_of(code, *ident).is_some_and(|stmt| {
                !matches!(code.file[stmt].kind, StmtKind::ExprStmt(_) | StmtKind::DeferStmt(_))
            })
        });
        !looked_at && writes(code, self.loss)
    }

    /// Whether it is a transaction that nobody commits: to roll it back may not be what is meant.
    fn is_open_transaction(&self) -> bool {
        self.releases.is_empty() && self.loss.release() == Some("Rollback")
    }

    fn deferred_text(&self, text: &str) -> String {
        let mut all = format!("add `{text}` where `{}` is known to be there", self.name);
        if self.error_matters() {
            all += ", which ignores an error of what is written last";
        }
        if let Some(line) = self.ends_program() {
            all += &format!("; line {line} ends the program without it");
        }
        all
    }

    /// A line behind the spot that ends the program, and with it what is deferred.
    fn ends_program(&self) -> Option<u32> {
        let (code, from) = (self.code, self.start_of_rest());
        let body = code.scope[self.loss.function].body;
        code.file.walk(Node::Stmt(body)).find_map(|visit| {
            let Node::Expr(expr) = visit.node else { return None };
            let span = code.file[expr].span;
            let ends = span.start >= from
                && matches!(code.file[expr].kind, ExprKind::CallExpr(_))
                && code.effect(expr) == CallEffect::NeverReturns
                && code.scope.function_at(span.start) == Some(self.loss.function);
            ends.then(|| code.place(span).line)
        })
    }

    fn release(&self, edits: &mut Edits<'_, 'c>) -> Option<ReleaseCall> {
        call(self.code, edits, self.loss, self.name, Some(self.variable))
    }

    // --- Before each way out ---

    /// A release before each statement that leaves with it.
    fn before_exits(&self) -> Option<SourceFix> {
        let code = self.code;
        if let Spot::Else(_) | Spot::If(..) = self.site.spot {
            return self.at_once();
        }
        let is_process = self.loss.kind == ResourceKind::Process;
        if is_process && self.releases.is_empty() {
            return None;
        }
        let settled: Vec<Span> = self
            .releases
            .iter()
            .chain(self.handed_on)
            .map(|ident| code.file[*ident].span)
            .collect();
        let found = exits(code, self.site.rest, &settled)?;
        let found = self.leaking(found)?;
        let count = found.jumps.len() + usize::from(found.at_end);
        if count == 0 || count > EXITS_MAX || self.is_kept_by_literal() {
            return None;
        }
        let mut edits = edits(code)?;
        let release = self.explicit(&mut edits)?;
        let text = release.text.as_str();
        let mut lines = Vec::new();
        for jump in &found.jumps {
            insert_above(code, &mut edits, *jump, text).ok()?;
            lines.push(code.place(code.file[*jump].span).line.to_string());
        }
        if found.at_end {
            match self.site.rest.last() {
                Some(last) => edits.insert_after(*last, text).ok()?,
                None => site::insert(code, &mut edits, &self.site.spot, text).ok()?,
            }
            lines.push(code.place(code.file[self.site.owner].span).end_line.to_string());
        }
        // To wait for a process that nobody has ended may take for ever.
        let ends = !is_process || found.jumps.iter().all(|jump| self.is_killed_before(*jump));
        let safe = release.certain && is_certain(code, self.loss) && ends;
        let at = if lines.len() == 1 { "line" } else { "lines" };
        fix(&edits, safe, format!("call `{text}` before {at} {}", lines.join(", ")))
    }

    /// Whether a statement right before another one kills the process.
    fn is_killed_before(&self, jump: StmtId) -> bool {
        let code = self.code;
        let Some(here) = listed(code, jump) else { return false };
        here.list[..here.index].iter().any(|stmt| {
            let span = code.file[*stmt].span;
            any_in(code, &[self.variable], span) && code.file.text(span).contains("Process.Kill()")
        })
    }

    /// Those ways out on which it is lost; `None` if some way on which it is lost is not among them, or if what is
    /// made of it is used there.
    fn leaking(&self, mut found: Exits) -> Option<Exits> {
        let code = self.code;
        let is_body = is_body(code, self.site.owner, self.loss.function);
        let leaks = self.loss.leaks();
        let returns: Vec<StmtId> = leaks
            .iter()
            .filter_map(|leak| match leak.exit {
                LeakExit::Exit(Exit::Return(stmt)) => Some(stmt),
                _ => None,
            })
            .collect();
        let ends = leaks.iter().any(|leak| matches!(leak.exit, LeakExit::Exit(Exit::End)));
        let falls_through = found.at_end && !is_body;
        let all_found = returns.iter().all(|stmt| found.jumps.contains(stmt) || falls_through);
        if !all_found || (ends && is_body && !found.at_end) {
            return None;
        }
        // At the end of a block that is not the body it must be of no use any more.
        if falls_through && !self.is_done_with() {
            return None;
        }
        found.at_end = found.at_end && (ends || !is_body);
        found.jumps.retain(|jump| match code.file[*jump].kind {
            StmtKind::ReturnStmt(_) => returns.contains(jump),
            _ => true,
        });
        let mut made = derived(code, self.loss.function, &[self.variable]);
        made.push(self.variable);
        let is_used = |jump: &StmtId| any_in(code, &made, code.file[*jump].span);
        let has_literals = found.jumps.iter().any(is_used);
        (!has_literals).then_some(found)
    }

    /// Whether nothing behind the block mentions it, also not in the next round of a loop.
    fn is_done_with(&self) -> bool {
        let code = self.code;
        let block = code.file[self.site.owner].span;
        let stmt = code.file[self.site.stmt].span;
        mentions(code, self.variable).iter().all(|ident| {
            let at = code.file[*ident].span;
            block.contains(at) || stmt.contains(at) || at.start < stmt.start
        })
    }

    /// Whether a literal other than a deferred one has it: that may run when it has been released.
    fn is_kept_by_literal(&self) -> bool {
        let from = self.start_of_rest();
        outlives(self.code, self.loss.function, &[self.variable], from, true) == Outliving::Yes
    }

    /// A release right where it is there, of something that nobody uses.
    fn at_once(&self) -> Option<SourceFix> {
        let code = self.code;
        let Spot::Else(_) = self.site.spot else { return None };
        let declared = code.file[self.variable].span;
        if !code.file[self.site.stmt].span.contains(declared) {
            return None;
        }
        let mut edits = edits(code)?;
        let release = self.release(&mut edits)?;
        site::insert(code, &mut edits, &self.site.spot, &release.text).ok()?;
        let text = format!("call `{}` if there was no error", release.text);
        fix(&edits, release.certain && is_certain(code, self.loss), text)
    }

    /// The release as the function writes it elsewhere, else the usual one.
    fn explicit(&self, edits: &mut Edits<'_, 'c>) -> Option<ReleaseCall> {
        let code = self.code;
        let commits = self.loss.releases.contains(&Release::Method("Rollback"));
        let written = self.releases.iter().find_map(|ident| {
            let stmt = statement_of(code, *ident)?;
            let StmtKind::ExprStmt(call) = code.file[stmt].kind else { return None };
            let here = function_of(code, *ident) == Some(self.loss.function);
            let fits = here && !commits && is_one_line(code, code.file[stmt].span);
            (fits && self.is_in_scope(call)).then(|| code.text(call).to_owned())
        });
        match written {
            Some(text) => Some(ReleaseCall { text, certain: true }),
            None => self.release(edits),
        }
    }

    /// Whether all variables of an expression are known at the spot.
    fn is_in_scope(&self, expr: ExprId) -> bool {
        let code = self.code;
        code.file.walk(Node::Expr(expr)).all(|visit| {
            let Node::Expr(expr) = visit.node else { return true };
            if let ExprKind::FuncLit(_) = code.file[expr].kind {
                return false;
            }
            let Some(declared) = code.declared(expr) else { return true };
            declared == self.variable
                || code.names.declaration(declared).is_some_and(|declaration| {
                    declaration.top_level
                        || matches!(declaration.kind, DeclaredAs::Param | DeclaredAs::Receiver)
                })
        })
    }
}

/// The contexts that a call gives together with a cancel function.
pub(super) fn contexts(code: &Code<'_>, call: ExprId) -> Vec<IdentId> {
    use plumb_gosource::flow::{Bound, BoundTo};
    let Bound::To(places) = code.scope.bound(call) else { return Vec::new() };
    match places.first() {
        Some(BoundTo::Variable(first)) if places.len() > 1 => vec![*first],
        _ => Vec::new(),
    }
}

/// Whether what was acquired is written to, and ends with what its release writes.
pub(super) fn writes(code: &Code<'_>, loss: &Loss) -> bool {
    let name = loss.name.rsplit('.').next().unwrap_or_default();
    if name.contains("Writer") || name.contains("Encoder") {
        return true;
    }
    let Some(callee) = code.callee(loss.call) else { return false };
    match (callee.path, callee.name) {
        ("os", "Create" | "CreateTemp") | ("io/ioutil", "TempFile") => true,
        ("os", "OpenFile") => {
            let text = code.text(loss.call);
            ["O_WRONLY", "O_RDWR", "O_APPEND", "O_CREATE"].iter().any(|flag| text.contains(flag))
        }
        _ => false,
    }
}

/// Whether a statement returns nothing that must be computed.
pub(super) fn is_bare_return(code: &Code<'_>, stmt: StmtId) -> bool {
    let StmtKind::ReturnStmt(results) = code.file[stmt].kind else { return false };
    code.file[results].iter().all(|result| {
        let kind = code.file[code.file.unparen(*result)].kind;
        matches!(kind, ExprKind::Ident(_) | ExprKind::BasicLit(_))
    })
}
