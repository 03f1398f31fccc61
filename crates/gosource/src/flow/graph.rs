//! The control-flow graph of one body: blocks of steps, and edges with the condition under which they are taken.

use std::fmt;

use super::build;
use super::calls::CallEffect;
use crate::file::File;
use crate::ids::{ExprId, StmtId};
use crate::span::Span;
use crate::walk::Node;

/// A block of a graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub(super) u32);

impl BlockId {
    /// Its place in [`Graph::blocks`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for BlockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

/// A step of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepId(pub(super) u32);

impl StepId {
    /// Its place among the steps of the graph.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is evaluated as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A statement without control flow of its own; also `go`, `defer`, `return`, the guard of a type switch and
    /// the communication of a case of a select that was chosen.
    Stmt(StmtId),
    /// A condition without `&&`, `||` and `!`, the tag or a case of a switch, or what is ranged over.
    Expr(ExprId),
    /// A `RangeStmt` sets its variables for the next round.
    RangeNext(StmtId),
    /// A `SelectStmt` waits for one of its cases.
    Select(StmtId),
}

impl Step {
    /// The node.
    pub fn node(self) -> Node {
        match self {
            Self::Stmt(stmt) | Self::RangeNext(stmt) | Self::Select(stmt) => Node::Stmt(stmt),
            Self::Expr(expr) => Node::Expr(expr),
        }
    }

    /// Where it stands; for a range its variables, for a select its keyword.
    pub fn span(self, file: &File<'_>) -> Span {
        match self {
            Self::Stmt(stmt) => file[stmt].span,
            Self::Expr(expr) => file[expr].span,
            Self::RangeNext(stmt) => build::range_vars(file, stmt),
            Self::Select(stmt) => {
                let start = file[stmt].span.start;
                Span::new(start, start + "select".len() as u32)
            }
        }
    }
}

/// When an edge is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Always, or when no other edge of the block is.
    Always,
    /// When a condition is true or false.
    Expr {
        /// The condition, without `&&`, `||`, `!` and parentheses around it.
        expr: ExprId,
        /// What it must be.
        is: bool,
    },
    /// When the tag of a switch equals a value, or does not.
    Case {
        /// The tag.
        tag: ExprId,
        /// The value of the case.
        value: ExprId,
        /// Whether they must be equal.
        is: bool,
    },
    /// When the operand of a type switch has a type, or has not.
    TypeCase {
        /// The guard of the switch.
        guard: StmtId,
        /// The type of the case, or `nil`.
        ty: ExprId,
        /// Whether it must have it.
        is: bool,
    },
    /// When a select chooses a `CommClause`.
    Comm(StmtId),
    /// When a `RangeStmt` has one more round.
    RangeNext(StmtId),
    /// When a `RangeStmt` is at its end.
    RangeEnds(StmtId),
}

/// A way from one block to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where it leads.
    pub to: BlockId,
    /// When it is taken.
    pub when: Condition,
}

/// How a body is left. Deferred calls run at all exits but `NoReturn` (unless it is `runtime.Goexit`) and `Endless`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// By a `ReturnStmt`.
    Return(StmtId),
    /// At the closing brace.
    End,
    /// By a call that panics.
    Panic(ExprId),
    /// By a call that never returns, such as `os.Exit`.
    NoReturn(ExprId),
    /// Never: a `SelectStmt` without cases.
    Endless(StmtId),
    /// By a `BranchStmt` without a target; only in programs that do not compile.
    Nowhere(StmtId),
}

/// Steps that run one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block {
    pub(super) steps: (u32, u32),
    pub(super) edges: (u32, u32),
    pub(super) exit: Option<Exit>,
}

/// The control-flow graph of the body of a function or function literal; literals within it have graphs of their own.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub(super) blocks: Vec<Block>,
    pub(super) steps: Vec<Step>,
    pub(super) edges: Vec<Edge>,
    /// By step, its block.
    pub(super) step_blocks: Vec<BlockId>,
    /// By block, whether the entry leads there.
    reachable: Vec<bool>,
    /// Steps by where they stand; they do not overlap.
    by_span: Vec<(Span, StepId)>,
}

impl Graph {
    /// The graph of a body, a `BlockStmt`. `effect` tells of each call that is a statement whether it comes back.
    ///
    /// Takes time in proportion to the body; any tree will do, also one with errors.
    pub fn new(file: &File<'_>, body: StmtId, effect: &dyn Fn(ExprId) -> CallEffect) -> Self {
        let mut graph = build::build(file, body, effect);
        graph.reachable = graph.reached_from_entry();
        let spans = graph.steps.iter().enumerate();
        graph.by_span = spans.map(|(i, step)| (step.span(file), StepId(i as u32))).collect();
        graph.by_span.sort_unstable();
        graph
    }

    /// Where the body begins.
    pub fn entry(&self) -> BlockId {
        BlockId(0)
    }

    /// All blocks.
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = BlockId> + use<> {
        (0..self.blocks.len() as u32).map(BlockId)
    }

    /// The number of steps of all blocks.
    pub fn step_count(&self) -> usize {
        self.steps.len()
    }

    /// What a step is.
    pub fn step(&self, step: StepId) -> Step {
        self.steps[step.index()]
    }

    /// The step that holds a byte; also if that is in a function literal.
    pub fn step_at(&self, offset: u32) -> Option<StepId> {
        let before = self.by_span.partition_point(|(span, _)| span.start <= offset);
        let (span, step) = *self.by_span.get(before.checked_sub(1)?)?;
        (offset < span.end).then_some(step)
    }

    /// The block of a step.
    pub fn block_of(&self, step: StepId) -> BlockId {
        self.step_blocks[step.index()]
    }

    /// The steps of a block, in order.
    pub fn steps(&self, block: BlockId) -> impl ExactSizeIterator<Item = StepId> + use<> {
        let (start, end) = self.blocks[block.index()].steps;
        (start..end).map(StepId)
    }

    /// The edges that leave a block.
    pub fn edges(&self, block: BlockId) -> &[Edge] {
        let (start, end) = self.blocks[block.index()].edges;
        &self.edges[start as usize..end as usize]
    }

    /// How the body is left at the end of a block; such a block has no edges.
    pub fn exit(&self, block: BlockId) -> Option<Exit> {
        self.blocks[block.index()].exit
    }

    /// Whether control can reach a block; what it cannot reach is dead code.
    pub fn is_reachable(&self, block: BlockId) -> bool {
        self.reachable[block.index()]
    }

    /// The exits that control can reach.
    pub fn exits(&self) -> impl Iterator<Item = (BlockId, Exit)> + '_ {
        self.blocks()
            .filter(|block| self.is_reachable(*block))
            .filter_map(|block| Some((block, self.exit(block)?)))
    }

    /// Whether control can reach the closing brace.
    pub fn falls_off(&self) -> bool {
        self.exits().any(|(_, exit)| exit == Exit::End)
    }

    /// Whether the caller ever gets control back by a return.
    pub fn may_return(&self) -> bool {
        self.exits().any(|(_, exit)| matches!(exit, Exit::End | Exit::Return(_)))
    }

    /// By block, whether no exit but [`Exit::Endless`] follows it: it is in an endless loop, or before one.
    pub fn endless(&self) -> Vec<bool> {
        let mut before: Vec<Vec<BlockId>> = vec![Vec::new(); self.blocks.len()];
        let mut todo = Vec::new();
        let mut endless = vec![true; self.blocks.len()];
        for block in self.blocks() {
            self.edges(block).iter().for_each(|edge| before[edge.to.index()].push(block));
            if self.exit(block).is_some_and(|exit| !matches!(exit, Exit::Endless(_))) {
                endless[block.index()] = false;
                todo.push(block);
            }
        }
        while let Some(block) = todo.pop() {
            for from in &before[block.index()] {
                if std::mem::replace(&mut endless[from.index()], false) {
                    todo.push(*from);
                }
            }
        }
        endless
    }

    fn reached_from_entry(&self) -> Vec<bool> {
        let mut reached = vec![false; self.blocks.len()];
        let mut todo = vec![self.entry()];
        reached[0] = true;
        while let Some(block) = todo.pop() {
            for edge in self.edges(block) {
                if !std::mem::replace(&mut reached[edge.to.index()], true) {
                    todo.push(edge.to);
                }
            }
        }
        reached
    }
}
