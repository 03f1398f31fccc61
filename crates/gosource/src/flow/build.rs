//! Goes through a body in the order of its execution, with a list of what is still to do instead of recursion.

use rustc_hash::FxHashMap;

use super::calls::CallEffect;
use super::graph::{Block, BlockId, Condition, Edge, Exit, Graph, Step};
use crate::ast::{BranchStmt, ExprKind, ForStmt, IfStmt, RangeStmt, StmtKind};
use crate::file::File;
use crate::ids::{ExprId, IdentId, StmtId};
use crate::span::Span;
use crate::token::Token;

/// One thing to do.
#[derive(Clone, Copy)]
pub(super) enum Task {
    Stmt(StmtId),
    /// Evaluate a condition and go to the first block if it is true, to the second if not.
    Cond(ExprId, BlockId, BlockId),
    /// Evaluate a case of a switch and go to the first block if it matches, to the second if not.
    Case(CaseTest, BlockId, BlockId),
    Step(Step),
    /// Go on in a block.
    Start(BlockId),
    /// Go to a block.
    Jump(BlockId),
    /// The statement that `break` leaves is at its end.
    Leave,
    /// Where `fallthrough` leads.
    Fallthrough(Option<BlockId>),
}

/// What a case compares.
#[derive(Clone, Copy)]
pub(super) enum CaseTest {
    Value { tag: ExprId, value: ExprId },
    Type { guard: StmtId, ty: ExprId },
}

/// A statement that jumps may leave.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) label: Option<&'a str>,
    pub(super) on_break: BlockId,
    pub(super) on_continue: Option<BlockId>,
    pub(super) on_fallthrough: Option<BlockId>,
}

/// The block of a label, and the first jump to it.
#[derive(Clone, Copy)]
struct Label {
    block: BlockId,
    declared: bool,
    jump: Option<StmtId>,
}

pub(super) struct Builder<'f, 'a> {
    pub(super) file: &'f File<'a>,
    effect: &'f dyn Fn(ExprId) -> CallEffect,
    graph: Graph,
    /// The block that steps are added to; `None` after a jump.
    current: Option<BlockId>,
    targets: Vec<Target<'a>>,
    labels: FxHashMap<&'a str, Label>,
    /// The label of the statement that comes next.
    pub(super) label: Option<&'a str>,
    /// What is left to do; the last one is next. What the statement at hand adds comes after them, in order.
    pub(super) tasks: Vec<Task>,
}

pub(super) fn build(file: &File<'_>, body: StmtId, effect: &dyn Fn(ExprId) -> CallEffect) -> Graph {
    let mut builder = Builder {
        file,
        effect,
        graph: Graph::default(),
        current: None,
        targets: Vec::new(),
        labels: FxHashMap::default(),
        label: None,
        tasks: vec![Task::Stmt(body)],
    };
    let entry = builder.new_block();
    builder.start(entry);
    while let Some(task) = builder.tasks.pop() {
        let before = builder.tasks.len();
        builder.run(task);
        builder.tasks[before..].reverse();
    }
    builder.seal(&[], Some(Exit::End));
    builder.end_labels();
    builder.graph
}

/// From the first to the last variable of a `RangeStmt`; its keyword, if there are none.
pub(super) fn range_vars(file: &File<'_>, stmt: StmtId) -> Span {
    let StmtKind::RangeStmt(range) = file[stmt].kind else { return file[stmt].span };
    let mut vars = range.key.into_iter().chain(range.value).map(|var| file[var].span);
    match (vars.next(), vars.next()) {
        (Some(key), Some(value)) => Span::new(key.start, value.end),
        (Some(key), None) => key,
        _ => Span::new(range.range, range.range + "range".len() as u32),
    }
}

impl<'a> Builder<'_, 'a> {
    pub(super) fn new_block(&mut self) -> BlockId {
        self.graph.blocks.push(Block::default());
        BlockId(self.graph.blocks.len() as u32 - 1)
    }

    fn start(&mut self, block: BlockId) {
        let (steps, edges) = (self.graph.steps.len() as u32, self.graph.edges.len() as u32);
        self.graph.blocks[block.index()].steps = (steps, steps);
        self.graph.blocks[block.index()].edges = (edges, edges);
        self.current = Some(block);
    }

    /// Ends the current block; after a jump there is none.
    pub(super) fn seal(&mut self, edges: &[Edge], exit: Option<Exit>) {
        let Some(block) = self.current.take() else { return };
        self.graph.edges.extend_from_slice(edges);
        let (steps, ends) = (self.graph.steps.len() as u32, self.graph.edges.len() as u32);
        let block = &mut self.graph.blocks[block.index()];
        block.steps.1 = steps;
        block.edges.1 = ends;
        block.exit = exit;
    }

    /// Adds a step; what follows a jump gets a block that nothing leads to.
    pub(super) fn step(&mut self, step: Step) {
        let block = match self.current {
            Some(block) => block,
            None => {
                let dead = self.new_block();
                self.start(dead);
                dead
            }
        };
        self.graph.steps.push(step);
        self.graph.step_blocks.push(block);
    }

    fn jump(&mut self, to: BlockId) {
        self.seal(&[Edge { to, when: Condition::Always }], None);
    }

    fn run(&mut self, task: Task) {
        match task {
            Task::Stmt(stmt) => self.stmt(stmt),
            Task::Cond(expr, then, els) => self.cond(expr, then, els),
            Task::Case(test, then, els) => self.case(test, then, els),
            Task::Step(step) => self.step(step),
            Task::Start(block) => {
                self.jump(block);
                self.start(block);
            }
            Task::Jump(block) => self.jump(block),
            Task::Leave => drop(self.targets.pop()),
            Task::Fallthrough(block) => {
                if let Some(target) = self.targets.last_mut() {
                    target.on_fallthrough = block;
                }
            }
        }
    }

    /// Takes the condition apart, so that its leaves have edges of their own.
    fn cond(&mut self, expr: ExprId, then: BlockId, els: BlockId) {
        let expr = self.file.unparen(expr);
        match self.file[expr].kind {
            ExprKind::UnaryExpr(not) if not.op == Token::Not => {
                self.tasks.push(Task::Cond(not.x, els, then));
            }
            ExprKind::BinaryExpr(both) if matches!(both.op, Token::LAnd | Token::LOr) => {
                let right = self.new_block();
                let left = match both.op {
                    Token::LAnd => Task::Cond(both.x, right, els),
                    _ => Task::Cond(both.x, then, right),
                };
                self.tasks.extend([left, Task::Start(right), Task::Cond(both.y, then, els)]);
            }
            _ => {
                self.step(Step::Expr(expr));
                self.branch(then, els, |is| Condition::Expr { expr, is });
            }
        }
    }

    fn case(&mut self, test: CaseTest, then: BlockId, els: BlockId) {
        match test {
            CaseTest::Value { tag, value } => {
                self.step(Step::Expr(value));
                self.branch(then, els, |is| Condition::Case { tag, value, is });
            }
            CaseTest::Type { guard, ty } => {
                self.step(Step::Expr(ty));
                self.branch(then, els, |is| Condition::TypeCase { guard, ty, is });
            }
        }
    }

    fn branch(&mut self, then: BlockId, els: BlockId, when: impl Fn(bool) -> Condition) {
        let edges = [Edge { to: then, when: when(true) }, Edge { to: els, when: when(false) }];
        self.seal(&edges, None);
    }

    pub(super) fn push_stmts(&mut self, stmts: impl IntoIterator<Item = StmtId>) {
        self.tasks.extend(stmts.into_iter().map(Task::Stmt));
    }

    pub(super) fn enter(&mut self, target: Target<'a>) {
        self.targets.push(target);
    }

    fn stmt(&mut self, stmt: StmtId) {
        let label = self.label.take();
        let file = self.file;
        match file[stmt].kind {
            StmtKind::BlockStmt(list) => self.push_stmts(file[list].iter().copied()),
            StmtKind::IfStmt(if_) => self.if_stmt(&if_),
            StmtKind::ForStmt(for_) => self.for_stmt(&for_, label),
            StmtKind::RangeStmt(range) => self.range_stmt(stmt, &range, label),
            StmtKind::SwitchStmt(switch) => self.switch_stmt(&switch, label),
            StmtKind::TypeSwitchStmt(switch) => self.type_switch_stmt(&switch, label),
            StmtKind::SelectStmt(select) => self.select_stmt(stmt, &select, label),
            StmtKind::LabeledStmt(labeled) => self.labeled_stmt(labeled.label, labeled.stmt),
            StmtKind::BranchStmt(branch) => self.branch_stmt(stmt, &branch),
            StmtKind::ReturnStmt(_) => {
                self.step(Step::Stmt(stmt));
                self.seal(&[], Some(Exit::Return(stmt)));
            }
            StmtKind::ExprStmt(expr) => self.expr_stmt(stmt, expr),
            // Clauses stand in switches and selects only.
            StmtKind::EmptyStmt { .. } | StmtKind::CaseClause(_) | StmtKind::CommClause(_) => {}
            StmtKind::BadStmt
            | StmtKind::DeclStmt(_)
            | StmtKind::SendStmt(_)
            | StmtKind::IncDecStmt(_)
            | StmtKind::AssignStmt(_)
            | StmtKind::GoStmt(_)
            | StmtKind::DeferStmt(_) => self.step(Step::Stmt(stmt)),
        }
    }

    fn expr_stmt(&mut self, stmt: StmtId, expr: ExprId) {
        self.step(Step::Stmt(stmt));
        let call = self.file.unparen(expr);
        if !matches!(self.file[call].kind, ExprKind::CallExpr(_)) {
            return;
        }
        match (self.effect)(call) {
            CallEffect::Returns => {}
            CallEffect::Panics => self.seal(&[], Some(Exit::Panic(call))),
            CallEffect::NeverReturns => self.seal(&[], Some(Exit::NoReturn(call))),
        }
    }

    fn if_stmt(&mut self, stmt: &IfStmt) {
        let (then, done) = (self.new_block(), self.new_block());
        let els = if stmt.els.is_some() { self.new_block() } else { done };
        self.push_stmts(stmt.init);
        self.tasks.extend([Task::Cond(stmt.cond, then, els), Task::Start(then)]);
        self.tasks.extend([Task::Stmt(stmt.body), Task::Jump(done)]);
        if let Some(stmt) = stmt.els {
            self.tasks.extend([Task::Start(els), Task::Stmt(stmt), Task::Jump(done)]);
        }
        self.tasks.push(Task::Start(done));
    }

    fn for_stmt(&mut self, stmt: &ForStmt, label: Option<&'a str>) {
        let (head, body, done) = (self.new_block(), self.new_block(), self.new_block());
        let post = if stmt.post.is_some() { self.new_block() } else { head };
        self.enter(Target { label, on_break: done, on_continue: Some(post), on_fallthrough: None });
        self.push_stmts(stmt.init);
        self.tasks.push(Task::Start(head));
        self.tasks.push(match stmt.cond {
            Some(cond) => Task::Cond(cond, body, done),
            None => Task::Jump(body),
        });
        self.tasks.extend([Task::Start(body), Task::Stmt(stmt.body), Task::Jump(post)]);
        if let Some(stmt) = stmt.post {
            self.tasks.extend([Task::Start(post), Task::Stmt(stmt), Task::Jump(head)]);
        }
        self.tasks.extend([Task::Leave, Task::Start(done)]);
    }

    fn range_stmt(&mut self, stmt: StmtId, range: &RangeStmt, label: Option<&'a str>) {
        let (head, body, done) = (self.new_block(), self.new_block(), self.new_block());
        self.enter(Target { label, on_break: done, on_continue: Some(head), on_fallthrough: None });
        self.step(Step::Expr(range.x));
        self.jump(head);
        self.start(head);
        let next = Edge { to: body, when: Condition::RangeNext(stmt) };
        self.seal(&[next, Edge { to: done, when: Condition::RangeEnds(stmt) }], None);
        self.start(body);
        self.step(Step::RangeNext(stmt));
        self.tasks.extend([Task::Stmt(range.body), Task::Jump(head)]);
        self.tasks.extend([Task::Leave, Task::Start(done)]);
    }

    fn labeled_stmt(&mut self, label: IdentId, stmt: StmtId) {
        let name = self.file.name(label);
        let block = self.label_block(name, None);
        // A label that is declared twice is an error; the first one stays.
        if let Some(label) = self.labels.get_mut(name)
            && !std::mem::replace(&mut label.declared, true)
        {
            self.jump(block);
            self.start(block);
        }
        self.label = Some(name);
        self.tasks.push(Task::Stmt(stmt));
    }

    fn label_block(&mut self, name: &'a str, jump: Option<StmtId>) -> BlockId {
        if let Some(label) = self.labels.get(name) {
            return label.block;
        }
        let block = self.new_block();
        self.labels.insert(name, Label { block, declared: false, jump });
        block
    }

    /// Jumps to labels that nothing declares lead nowhere.
    fn end_labels(&mut self) {
        for label in self.labels.values().filter(|label| !label.declared) {
            self.graph.blocks[label.block.index()].exit = label.jump.map(Exit::Nowhere);
        }
    }

    fn branch_stmt(&mut self, stmt: StmtId, branch: &BranchStmt) {
        let label = branch.label.map(|label| self.file.name(label));
        let to = match (branch.tok, label) {
            (Token::Goto, Some(name)) => Some(self.label_block(name, Some(stmt))),
            (Token::Goto, None) => None,
            (Token::Fallthrough, _) => {
                self.targets.iter().rev().find_map(|target| target.on_fallthrough)
            }
            (tok, label) => self.targets.iter().rev().find_map(|target| {
                let named = label.is_none() || target.label == label;
                let to =
                    if tok == Token::Break { Some(target.on_break) } else { target.on_continue };
                to.filter(|_| named)
            }),
        };
        match to {
            Some(to) => self.jump(to),
            None => self.seal(&[], Some(Exit::Nowhere(stmt))),
        }
    }
}
