//! Switches and selects.

use super::build::{Builder, CaseTest, Target, Task};
use super::graph::{BlockId, Condition, Edge, Exit, Step};
use crate::ast::{CaseClause, SelectStmt, StmtKind, SwitchStmt, TypeSwitchStmt};
use crate::ids::{ExprId, List, StmtId};

/// A clause of a switch, and the block of what it does.
type Clause = (CaseClause, BlockId);

impl<'a> Builder<'_, 'a> {
    pub(super) fn switch_stmt(&mut self, stmt: &SwitchStmt, label: Option<&'a str>) {
        let (clauses, done) = self.open_clauses(stmt.body, label);
        self.push_stmts(stmt.init);
        if let Some(tag) = stmt.tag {
            self.tasks.push(Task::Step(Step::Expr(tag)));
        }
        self.tests(&clauses, done, |value, then, els| match stmt.tag {
            Some(tag) => Task::Case(CaseTest::Value { tag, value }, then, els),
            None => Task::Cond(value, then, els),
        });
        self.bodies(&clauses, done);
    }

    pub(super) fn type_switch_stmt(&mut self, stmt: &TypeSwitchStmt, label: Option<&'a str>) {
        let (clauses, done) = self.open_clauses(stmt.body, label);
        self.push_stmts(stmt.init);
        self.tasks.push(Task::Stmt(stmt.assign));
        let guard = stmt.assign;
        self.tests(&clauses, done, |ty, then, els| {
            Task::Case(CaseTest::Type { guard, ty }, then, els)
        });
        self.bodies(&clauses, done);
    }

    fn open_clauses(&mut self, body: StmtId, label: Option<&'a str>) -> (Vec<Clause>, BlockId) {
        let file = self.file;
        let done = self.new_block();
        let clause = |stmt: &StmtId| match file[*stmt].kind {
            StmtKind::CaseClause(clause) => Some((clause, self.new_block())),
            _ => None,
        };
        let clauses = file.block(body).iter().filter_map(clause).collect();
        self.enter(Target { label, on_break: done, on_continue: None, on_fallthrough: None });
        (clauses, done)
    }

    /// The cases in their order; what matches none goes to `default`, wherever that stands.
    fn tests(
        &mut self,
        clauses: &[Clause],
        done: BlockId,
        test: impl Fn(ExprId, BlockId, BlockId) -> Task,
    ) {
        let file = self.file;
        for (clause, body) in clauses {
            for value in &file[clause.list] {
                let next = self.new_block();
                self.tasks.push(test(*value, *body, next));
                self.tasks.push(Task::Start(next));
            }
        }
        let default = clauses.iter().find(|(clause, _)| clause.list.is_empty());
        self.tasks.push(Task::Jump(default.map_or(done, |(_, body)| *body)));
    }

    fn bodies(&mut self, clauses: &[Clause], done: BlockId) {
        for (i, (clause, body)) in clauses.iter().enumerate() {
            let next = clauses.get(i + 1).map(|(_, body)| *body);
            self.body(clause.body, *body, next, done);
        }
        self.tasks.extend([Task::Leave, Task::Start(done)]);
    }

    fn body(&mut self, list: List<StmtId>, body: BlockId, next: Option<BlockId>, done: BlockId) {
        let file = self.file;
        self.tasks.extend([Task::Start(body), Task::Fallthrough(next)]);
        self.push_stmts(file[list].iter().copied());
        self.tasks.push(Task::Jump(done));
    }

    pub(super) fn select_stmt(
        &mut self,
        stmt: StmtId,
        select: &SelectStmt,
        label: Option<&'a str>,
    ) {
        let file = self.file;
        let done = self.new_block();
        self.enter(Target { label, on_break: done, on_continue: None, on_fallthrough: None });
        self.step(Step::Select(stmt));
        let mut edges = Vec::new();
        for clause in file.block(select.body) {
            let StmtKind::CommClause(comm) = file[*clause].kind else { continue };
            let body = self.new_block();
            edges.push(Edge { to: body, when: Condition::Comm(*clause) });
            self.tasks.push(Task::Start(body));
            self.push_stmts(comm.comm);
            self.push_stmts(file[comm.body].iter().copied());
            self.tasks.push(Task::Jump(done));
        }
        let exit = edges.is_empty().then_some(Exit::Endless(stmt));
        self.seal(&edges, exit);
        self.tasks.extend([Task::Leave, Task::Start(done)]);
    }
}
