//! The statements that leave a list with something still held: where it must be released if not at the end of the
//! function.

use plumb_gosource::{ExprKind, IdentId, Node, Span, StmtId, StmtKind, Token};
use rustc_hash::FxHashSet;

use super::statements::{is_last_call, list_of};
use crate::code::Code;

/// The ways out of a list on which something is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exits {
    /// `return`, `continue`, `break`: statements that leave the list.
    pub(super) jumps: Vec<StmtId>,
    /// Whether it is held at the end of the list.
    pub(super) at_end: bool,
}

/// What is known at a place: it is held, or somebody has released it or taken it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Held,
    Settled,
}

/// A statement within the list that `break` and `continue` may leave.
struct Frame {
    label: Option<IdentId>,
    /// At the beginning of each round; `None` for what is no loop.
    round: Option<State>,
    /// Where it is broken off.
    broken: Option<State>,
}

/// Goes through the statements of a list once.
struct Walk<'w, 'c> {
    code: &'w Code<'c>,
    settled_by: &'w [Span],
    frames: Vec<Frame>,
    found: FxHashSet<StmtId>,
    jumps: Vec<StmtId>,
    /// Whether there is a place where it is not certain whether it is held.
    unclear: bool,
}

/// The ways out of a list on which what is held at its beginning is held. `settled_by` are the places where it is
/// released or handed on. `None` if there is a place where both may be.
pub(super) fn exits(code: &Code<'_>, list: &[StmtId], settled_by: &[Span]) -> Option<Exits> {
    let mut walk = Walk {
        code,
        settled_by,
        frames: Vec::new(),
        found: FxHashSet::default(),
        jumps: Vec::new(),
        unclear: false,
    };
    let end = walk.list(list, Some(State::Held));
    (!walk.unclear).then_some(Exits { jumps: walk.jumps, at_end: end == Some(State::Held) })
}

impl Walk<'_, '_> {
    fn list(&mut self, list: &[StmtId], state: Option<State>) -> Option<State> {
        list.iter().fold(state, |state, stmt| self.stmt(*stmt, state?, None))
    }

    fn merge(&mut self, a: Option<State>, b: Option<State>) -> Option<State> {
        if let (Some(a), Some(b)) = (a, b)
            && a != b
        {
            self.unclear = true;
        }
        a.or(b)
    }

    /// The state behind a part without control flow of its own.
    fn part(&mut self, span: Span, state: State) -> State {
        let within = self.settled_by.iter().filter(|at| span.contains(**at));
        let mut settles = false;
        for at in within {
            settles = true;
            self.unclear |= self.is_in_unclear_literal(*at, span);
        }
        if settles { State::Settled } else { state }
    }

    /// Whether a place is in a function literal that does not certainly run it.
    fn is_in_unclear_literal(&self, at: Span, part: Span) -> bool {
        let code = self.code;
        let Some(function) = code.scope.function_at(at.start) else { return true };
        let Node::Expr(literal) = code.scope[function].node else { return false };
        if !part.contains(code.file[literal].span) {
            return false;
        }
        let runs = match code.scope.parents().of(Node::Expr(literal)) {
            Some(Node::Expr(call)) => match code.file[call].kind {
                ExprKind::CallExpr(parts) => parts.fun == literal,
                _ => false,
            },
            _ => false,
        };
        let body = list_of(code, code.scope[function].body).unwrap_or_default();
        let on_top = body.iter().any(|stmt| {
            let plain = matches!(
                code.file[*stmt].kind,
                StmtKind::ExprStmt(_) | StmtKind::AssignStmt(_) | StmtKind::DeferStmt(_)
            );
            plain && code.file[*stmt].span.contains(at)
        });
        !runs || !on_top
    }

    /// The state behind a statement; `None` if control does not get there.
    fn stmt(&mut self, stmt: StmtId, state: State, label: Option<IdentId>) -> Option<State> {
        let code = self.code;
        let span = code.file[stmt].span;
        match code.file[stmt].kind {
            StmtKind::ReturnStmt(_) => {
                let state = self.part(span, state);
                self.leave(stmt, state);
                None
            }
            StmtKind::BranchStmt(branch) => {
                self.branch(stmt, branch.tok, branch.label, state);
                None
            }
            StmtKind::ExprStmt(call) if is_last_call(code, call) => None,
            StmtKind::BlockStmt(list) => self.list(&code.file[list], Some(state)),
            StmtKind::LabeledStmt(labeled) => self.stmt(labeled.stmt, state, Some(labeled.label)),
            StmtKind::IfStmt(_) => self.if_(stmt, state),
            StmtKind::SwitchStmt(switch) => {
                let mut state = self.optional(switch.init, state);
                if let Some(tag) = switch.tag {
                    state = self.part(code.file[tag].span, state);
                }
                self.clauses(stmt, label, switch.body, state)
            }
            StmtKind::TypeSwitchStmt(switch) => {
                let state = self.optional(switch.init, state);
                let state = self.part(code.file[switch.assign].span, state);
                self.clauses(stmt, label, switch.body, state)
            }
            StmtKind::SelectStmt(select) => self.clauses(stmt, label, select.body, state),
            StmtKind::ForStmt(_) | StmtKind::RangeStmt(_) => self.loop_(stmt, label, state),
            _ => Some(self.part(span, state)),
        }
    }

    fn optional(&mut self, stmt: Option<StmtId>, state: State) -> State {
        match stmt {
            Some(stmt) => self.part(self.code.file[stmt].span, state),
            None => state,
        }
    }

    fn if_(&mut self, stmt: StmtId, state: State) -> Option<State> {
        let StmtKind::IfStmt(if_) = self.code.file[stmt].kind else { return Some(state) };
        let state = self.optional(if_.init, state);
        let state = self.part(self.code.file[if_.cond].span, state);
        let then = self.list(self.code.file.block(if_.body), Some(state));
        let els = match if_.els {
            Some(els) => self.stmt(els, state, None),
            None => Some(state),
        };
        self.merge(then, els)
    }

    fn clauses(
        &mut self,
        stmt: StmtId,
        label: Option<IdentId>,
        body: StmtId,
        state: State,
    ) -> Option<State> {
        let code = self.code;
        self.frames.push(Frame { label, round: None, broken: None });
        let mut end = None;
        let is_select = matches!(code.file[stmt].kind, StmtKind::SelectStmt(_));
        let mut is_whole = is_select;
        for clause in code.file.block(body) {
            let (state, list) = match code.file[*clause].kind {
                StmtKind::CaseClause(case) => {
                    is_whole |= case.list.is_empty();
                    for expr in &code.file[case.list] {
                        self.unclear |= self.part(code.file[*expr].span, state) != state;
                    }
                    (state, case.body)
                }
                StmtKind::CommClause(comm) => (self.optional(comm.comm, state), comm.body),
                _ => continue,
            };
            let behind = self.list(&code.file[list], Some(state));
            end = self.merge(end, behind);
        }
        if !is_whole {
            end = self.merge(end, Some(state));
        }
        let broken = self.frames.pop().and_then(|frame| frame.broken);
        self.merge(end, broken)
    }

    fn loop_(&mut self, stmt: StmtId, label: Option<IdentId>, state: State) -> Option<State> {
        let code = self.code;
        let (state, body, ends) = match code.file[stmt].kind {
            StmtKind::ForStmt(for_) => {
                let mut state = self.optional(for_.init, state);
                if let Some(cond) = for_.cond {
                    state = self.part(code.file[cond].span, state);
                }
                let after = self.optional(for_.post, state);
                self.unclear |= after != state;
                (state, for_.body, for_.cond.is_some())
            }
            StmtKind::RangeStmt(range) => {
                (self.part(code.file[range.x].span, state), range.body, true)
            }
            _ => return Some(state),
        };
        self.frames.push(Frame { label, round: Some(state), broken: None });
        let round = self.list(code.file.block(body), Some(state));
        self.unclear |= round.is_some_and(|round| round != state);
        let broken = self.frames.pop().and_then(|frame| frame.broken);
        self.merge(ends.then_some(state), broken)
    }

    fn branch(&mut self, stmt: StmtId, tok: Token, label: Option<IdentId>, state: State) {
        let code = self.code;
        if matches!(tok, Token::Goto | Token::Fallthrough) {
            self.unclear = true;
            return;
        }
        let name = label.map(|label| code.file.name(label));
        let target = self.frames.iter().rposition(|frame| match name {
            Some(name) => frame.label.is_some_and(|label| code.file.name(label) == name),
            None => tok == Token::Break || frame.round.is_some(),
        });
        let Some(target) = target else { return self.leave(stmt, state) };
        match (tok, self.frames[target].round) {
            (Token::Continue, Some(round)) => self.unclear |= round != state,
            (Token::Continue, None) => self.unclear = true,
            _ => {
                let broken = self.frames[target].broken;
                let broken = self.merge(broken, Some(state));
                self.frames[target].broken = broken;
            }
        }
    }

    fn leave(&mut self, stmt: StmtId, state: State) {
        if state == State::Held && self.found.insert(stmt) {
            self.jumps.push(stmt);
        }
    }
}
